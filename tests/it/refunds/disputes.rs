//! A customer's bank takes a payment back: the credit goes with it, once, and comes back if that is undone.

use serde_json::{Value, json};

use super::{Paid, alarms, paid, parts, root, setup};
use crate::harness::{Event, TestApp, on_both};

/// How each dispute stands, and what was taken for it.
async fn disputes(paid: &Paid, app: &TestApp) -> Vec<(String, i64)> {
    let listed = paid.refunds(app).await;
    let disputes = listed["disputes"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    disputes.map(|d| (text(&d["status"]), d["clawed_minor"].as_i64().unwrap())).collect()
}

fn one(status: &str, clawed_minor: i64) -> Vec<(String, i64)> {
    vec![(status.to_owned(), clawed_minor)]
}

/// A paid order, and 2 OMR of credit besides.
async fn with_credit(app: &TestApp, name: &str) -> Paid {
    let paid = paid(app, name).await;
    app.issue("TWO", 2, 0).await;
    paid.customer.redeem("TWO").await.expect(200);
    paid
}

/// The last event of this kind about this object.
fn event(app: &TestApp, kind: &str, id: &str) -> Event {
    let events = app.stripe().events().into_iter().rev();
    let found = events.filter(|event| event.kind == kind).find(|event| event.body.contains(id));
    found.unwrap_or_else(|| panic!("no {kind} of {id}"))
}

on_both! {
    /// Credit goes first, the rest is owed, and a person is told, however often Stripe says it.
    async fn what_the_bank_took_is_taken_once(app: &TestApp, setup()) {
        let paid = with_credit(app, "ahmed").await;
        let dispute = app.stripe().dispute(&paid.charge_id, 5_000);
        app.stripe().deliver_all(2).await;
        assert_eq!(paid.wallet().await, (0, 3_000));
        assert_eq!(disputes(&paid, app).await, one("open", 5_000));
        assert_eq!(alarms(app, "dispute").await, 1);
        assert_eq!(app.number("SELECT CAST(times AS bigint) FROM alarms").await, 1);
        app.stripe().lose(&dispute);
        app.stripe().deliver_all(2).await;
        assert_eq!(paid.wallet().await, (0, 3_000));
        assert_eq!(disputes(&paid, app).await, one("lost", 5_000));
        assert_eq!(paid.left(app).await, (4_000, 0));
    }

    /// A dispute that is won gives back what it took, to where it came from.
    async fn one_that_is_won_gives_it_back(app: &TestApp, setup()) {
        let paid = with_credit(app, "ahmed").await;
        let dispute = app.stripe().dispute(&paid.charge_id, 5_000);
        app.stripe().deliver_all(1).await;
        app.stripe().win(&dispute);
        app.stripe().deliver_all(2).await;
        assert_eq!(paid.wallet().await, (2_000, 0));
        assert_eq!(disputes(&paid, app).await, one("won", 0));
        let lot = "SELECT remaining_minor FROM credit_lots WHERE reference = 'TWO'";
        assert_eq!(app.number(lot).await, 2_000);
        assert_eq!(paid.left(app).await, (4_000, 5_000));
    }

    /// What was owed has been paid from a later grant: it comes back as credit.
    async fn what_was_settled_since_comes_back_as_credit(app: &TestApp, setup()) {
        let paid = with_credit(app, "ahmed").await;
        let dispute = app.stripe().dispute(&paid.charge_id, 5_000);
        app.stripe().deliver_all(1).await;
        app.issue("ONE", 1, 0).await;
        paid.customer.redeem("ONE").await.expect(200);
        assert_eq!(paid.wallet().await, (0, 2_000));
        app.stripe().win(&dispute);
        app.stripe().deliver_all(2).await;
        assert_eq!(paid.wallet().await, (3_000, 0));
    }

    /// What was refunded before is not taken back as well.
    async fn a_refund_before_it_counts(app: &TestApp, setup()) {
        let paid = with_credit(app, "ahmed").await;
        let wish = json!({ "card_minor": 4_000 });
        paid.refund(&root(app).await, "a", wish).await.expect(200);
        app.stripe().dispute(&paid.charge_id, 5_000);
        app.stripe().deliver_all(2).await;
        assert_eq!(disputes(&paid, app).await, one("open", 1_000));
        assert_eq!(paid.wallet().await, (1_000, 0));
    }

    /// Nor what is refunded after: it is given back. While the bank has the money no card is refunded by us.
    async fn a_refund_after_it_counts(app: &TestApp, setup()) {
        let paid = with_credit(app, "ahmed").await;
        app.stripe().dispute(&paid.charge_id, 5_000);
        app.stripe().deliver_all(1).await;
        let root = root(app).await;
        let refused = paid.refund(&root, "a", json!({ "card_minor": 1_000 })).await;
        assert_eq!(refused.expect_problem(400, "more_than_is_left")["field"], "card_minor");
        app.stripe().refund_from_dashboard(&paid.charge_id, 4_000);
        app.stripe().deliver_all(2).await;
        assert_eq!(disputes(&paid, app).await, one("open", 1_000));
        assert_eq!(paid.wallet().await, (1_000, 0));
        let refund = paid.refund(&root, "b", json!({})).await.expect(200);
        assert_eq!(parts(&refund), (4_000, 0));
    }

    /// Whatever is told first, and however often: the books come to the same.
    async fn every_order_of_events_comes_to_the_same(app: &TestApp, setup()) {
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        for (number, order) in orders.into_iter().enumerate() {
            for won in [true, false] {
                let paid = with_credit(app, &format!("person-{number}-{won}")).await;
                let refund = app.stripe().refund_from_dashboard(&paid.charge_id, 2_000);
                let dispute = app.stripe().dispute(&paid.charge_id, 5_000);
                // The first of its kind is told while nothing has been decided.
                let mut told = vec![event(app, "refund.created", &refund)];
                told.push(event(app, "charge.dispute.created", &dispute));
                if order[0] == 1 {
                    assert_eq!(app.stripe().deliver(&told[1]).await, 200);
                }
                if won { app.stripe().win(&dispute) } else { app.stripe().lose(&dispute) }
                told.push(event(app, "charge.dispute.closed", &dispute));
                for index in order {
                    for _ in 0..2 {
                        assert_eq!(app.stripe().deliver(&told[index]).await, 200);
                    }
                }
                let expected = if won { (2_000, 0) } else { (0, 1_000) };
                assert_eq!(paid.wallet().await, expected, "{order:?}");
                let clawed = if won { one("won", 0) } else { one("lost", 3_000) };
                assert_eq!(disputes(&paid, app).await, clawed, "{order:?}");
                assert_eq!(paid.refunds(app).await["refunds"].as_array().unwrap().len(), 1);
            }
        }
    }

    /// A bank that only asks has taken nothing.
    async fn an_inquiry_takes_nothing(app: &TestApp, setup()) {
        let paid = with_credit(app, "ahmed").await;
        let first = app.stripe().inquire(&paid.charge_id, 5_000);
        app.stripe().deliver_all(1).await;
        assert_eq!((paid.wallet().await, alarms(app, "dispute").await), ((2_000, 0), 1));
        app.stripe().close_inquiry(&first);
        app.stripe().deliver_all(1).await;
        assert_eq!(disputes(&paid, app).await, one("closed", 0));
        let second = app.stripe().inquire(&paid.charge_id, 1_500);
        app.stripe().deliver_all(1).await;
        app.stripe().escalate(&second);
        app.stripe().deliver_all(1).await;
        assert_eq!(paid.wallet().await, (500, 0));
        assert_eq!(disputes(&paid, app).await[1], ("open".to_owned(), 1_500));
    }
}
