//! A card that another Sovereign charged, from which the Organization came: only that one can refund it.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Paid, paid, parts, root, setup};
use crate::harness::{TestApp, on_both};

const FOREIGN: &str = "UPDATE card_payments SET foreign_fqdn = 'b.example'";
const OWN: &str = "UPDATE card_payments SET foreign_fqdn = NULL";

/// The card's part is refused, whatever is wished for.
async fn is_refused(paid: &Paid, app: &TestApp, key: &str, wish: Value) {
    let refused = paid.refund(&root(app).await, key, wish).await;
    let problem = refused.expect_problem(409, "paid_elsewhere");
    assert_eq!(problem["field"], "card_minor");
    assert!(problem["detail"].as_str().unwrap().contains("b.example"), "{problem}");
}

on_both! {
    /// Its credit goes back here; of its card nothing is asked from this Sovereign's account at Stripe.
    async fn credit_alone_goes_back(app: &TestApp, setup()) {
        let paid = paid(app, "ahmed").await;
        app.execute(FOREIGN).await;
        let wishes = [
            json!({}),
            json!({ "amount_minor": 900 }),
            json!({ "card_minor": 1_000 }),
            json!({ "credit_minor": 1_000, "card_minor": 1_000 }),
        ];
        for (number, wish) in wishes.into_iter().enumerate() {
            is_refused(&paid, app, &format!("refused-{number}"), wish).await;
        }
        let refund = paid.refund(&root(app).await, "a", json!({ "credit_minor": 1_000 })).await;
        assert_eq!(parts(&refund.expect(200)), (1_000, 0));
        assert_eq!(paid.refunds(app).await["card_paid_at"], "b.example");
        assert_eq!(paid.left(app).await, (3_000, 5_000));
        assert_eq!(app.stripe().all("refund").len(), 0);
        app.execute(OWN).await;
        assert_eq!(paid.refunds(app).await.get("card_paid_at"), None);
        let rest = paid.refund(&root(app).await, "b", json!({})).await.expect(200);
        assert_eq!(parts(&rest), (3_000, 5_000));
    }

    /// One that had failed there is not sent from here.
    async fn a_failed_refund_is_not_sent_again(app: &TestApp, setup()) {
        let paid = paid(app, "ahmed").await;
        app.stripe().refunds_are("failed");
        let refund = paid.refund(&root(app).await, "a", json!({})).await.expect(200);
        app.stripe().refunds_are("succeeded");
        app.execute(FOREIGN).await;
        let path = format!("/billing/admin/refunds/{}/retry", refund["id"].as_str().unwrap());
        let retried = root(app).await.send(Method::POST, &path, &[], None).await;
        retried.expect_problem(409, "paid_elsewhere");
        app.each_minute().await;
        assert_eq!(app.stripe().all("refund").len(), 1);
    }
}
