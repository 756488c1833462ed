//! The card's part goes wrong: it counts as refunded, a person is told, and it can be sent again.

use reqwest::Method;
use serde_json::json;

use super::{Paid, alarms, paid, parts, root, setup};
use crate::harness::{Client, TestApp, Trouble, on_both};

async fn retry(root: &Client, refund_id: &str) -> crate::harness::Reply {
    let path = format!("/billing/admin/refunds/{refund_id}/retry");
    root.send(Method::POST, &path, &[], None).await
}

async fn statuses(paid: &Paid, app: &TestApp) -> Vec<String> {
    let listed = paid.refunds(app).await;
    let refunds = listed["refunds"].as_array().unwrap().iter();
    refunds.map(|refund| refund["status"].as_str().unwrap().to_owned()).collect()
}

on_both! {
    /// Stripe says later that the card did not take it.
    async fn a_refund_that_fails_can_be_sent_again(app: &TestApp, setup()) {
        let paid = paid(app, "ahmed").await;
        app.stripe().refunds_are("pending");
        let refund = paid.refund(&root(app).await, "a", json!({})).await.expect(200);
        assert_eq!((&refund["status"], parts(&refund)), (&json!("pending"), (4_000, 5_000)));
        let id = refund["id"].as_str().unwrap();
        retry(&root(app).await, id).await.expect_problem(409, "refund_not_failed");
        app.stripe().settle_refund(refund["stripe_refund_id"].as_str().unwrap(), false);
        app.stripe().deliver_all(2).await;
        assert_eq!(statuses(&paid, app).await, ["failed"]);
        assert_eq!(alarms(app, "refund_failed").await, 1);
        assert_eq!(app.number("SELECT CAST(times AS bigint) FROM alarms").await, 1);
        // It counts: its credit note stands.
        assert_eq!(paid.left(app).await, (0, 0));
        app.stripe().refunds_are("succeeded");
        let sent = retry(&root(app).await, id).await.expect(200);
        assert_eq!((&sent["status"], &sent["id"]), (&json!("succeeded"), &refund["id"]));
        assert_ne!(sent["stripe_refund_id"], refund["stripe_refund_id"]);
        app.stripe().deliver_all(1).await;
        assert_eq!(statuses(&paid, app).await, ["succeeded"]);
        assert_eq!(app.stripe().all("refund").len(), 2);
        assert_eq!(paid.wallet().await, (4_000, 0));
        for nothing in ["00000000-0000-0000-0000-000000000000", "x"] {
            retry(&root(app).await, nothing).await.expect_problem(404, "not_found");
        }
    }

    /// Stripe does not answer: the credit is back, and the job sends the rest.
    async fn a_refund_waits_for_stripe(app: &TestApp, setup()) {
        let paid = paid(app, "ahmed").await;
        app.stripe().trouble("POST /v1/refunds", Trouble::Unavailable, 4);
        let refund = paid.refund(&root(app).await, "a", json!({})).await.expect(200);
        assert_eq!(refund["status"], "pending");
        assert_eq!(paid.wallet().await, (4_000, 0));
        app.clock.advance_seconds(60);
        app.each_minute().await;
        assert_eq!(statuses(&paid, app).await, ["succeeded"]);
        assert_eq!(app.stripe().all("refund").len(), 1);
    }

    /// Stripe does not have it: that is an answer, and nobody asks for ever.
    async fn a_refund_that_stripe_does_not_have_has_failed(app: &TestApp, setup()) {
        let paid = paid(app, "ahmed").await;
        app.stripe().refunds_are("pending");
        let refund = paid.refund(&root(app).await, "a", json!({})).await.expect(200);
        assert_eq!(refund["status"], "pending");
        app.stripe().forget(refund["stripe_refund_id"].as_str().unwrap());
        app.clock.advance_seconds(60);
        app.each_minute().await;
        assert_eq!(statuses(&paid, app).await, ["failed"]);
        assert_eq!(alarms(app, "refund_failed").await, 1);
        app.clock.advance_seconds(60);
        app.each_minute().await;
        assert_eq!(app.number("SELECT CAST(times AS bigint) FROM alarms").await, 1);
    }

    /// Of two refunds of one amount, the one that was sent is not taken for the other, which was not.
    async fn two_equal_refunds_are_two(app: &TestApp, setup()) {
        let paid = paid(app, "ahmed").await;
        let root = root(app).await;
        let wish = json!({ "card_minor": 1_000 });
        paid.refund(&root, "a", wish.clone()).await.expect(200);
        app.stripe().trouble("POST /v1/refunds", Trouble::Unavailable, 4);
        let second = paid.refund(&root, "b", wish).await.expect(200);
        assert_eq!(second["status"], "pending");
        app.clock.advance_seconds(25 * 3_600);
        app.each_minute().await;
        assert_eq!(statuses(&paid, app).await, ["succeeded", "succeeded"]);
        assert_eq!(app.stripe().all("refund").len(), 2);
    }

    /// One that Stripe fails for a whole day holds no other one up.
    async fn one_that_fails_holds_no_other_up(app: &TestApp, setup()) {
        let (first, second) = (paid(app, "ahmed").await, paid(app, "salim").await);
        let root = root(app).await;
        app.stripe().trouble("POST /v1/refunds", Trouble::ErrorBefore, 1);
        first.refund(&root, "a", json!({})).await.expect(200);
        app.clock.advance_seconds(1);
        app.stripe().no_trouble();
        app.stripe().trouble("POST /v1/refunds", Trouble::Unavailable, 4);
        second.refund(&root, "b", json!({})).await.expect(200);
        app.clock.advance_seconds(60);
        let job = sovereign::jobs::find("send-refunds").unwrap();
        let outcome = app.runner().run_now(&job).await.unwrap();
        assert!(matches!(outcome, sovereign::jobs::Outcome::Failed(_)), "it says so: {outcome:?}");
        assert_eq!(statuses(&first, app).await, ["pending"]);
        assert_eq!(statuses(&second, app).await, ["succeeded"]);
        app.clock.advance_seconds(25 * 3_600);
        app.each_minute().await;
        assert_eq!(statuses(&first, app).await, ["succeeded"]);
    }
}
