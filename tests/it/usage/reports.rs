//! `POST /billing/usage`: each report counts once, or is refused for a reason.

use serde_json::{Value, json};
use sovereign::clock::Clock as _;

use super::{event, flexi, price, report, usage, uses, verdicts};
use crate::harness::{assert_shape, on_both};
use crate::races::at_once;

fn at(mut event: Value, moment: &str) -> Value {
    event["at"] = json!(moment);
    event
}

on_both! {
    /// However often it is sent, within a request or in another one.
    async fn a_report_counts_once(app: &TestApp) {
        let customer = flexi(app, "ahmed").await;
        let first = event(app, "r-1", &customer, "cpu-hours", 10);
        let other = event(app, "r-1", &customer, "cpu-hours", 11);
        let sent = [first.clone(), first.clone(), other];
        assert_eq!(report(app, &sent).await, ["accepted", "duplicate", "id_reused"]);
        app.clock.advance_seconds(3_600);
        assert_eq!(report(app, &[first]).await, ["duplicate"]);
        assert_eq!(usage(&customer).await["lines"][0]["quantity"], 10);
        let other = app.customer("falcon").await;
        other.checkout("flexi", "").await.expect(200);
        let same = event(app, "r-1", &other, "cpu-hours", 20);
        let sent = [same.clone(), same];
        assert_eq!(report(app, &sent).await, ["accepted", "duplicate"], "another Organization's");
        assert_eq!(usage(&other).await["lines"][0]["quantity"], 20);
        assert_eq!(usage(&customer).await["lines"][0]["quantity"], 10);
        let audited = "SELECT COUNT(*) FROM audit_log WHERE action = 'usage.record'";
        assert_eq!(app.number(audited).await, 2);
    }

    /// What one Organization calls its reports is nothing to another one, also within a request.
    async fn two_organizations_have_names_of_their_own(app: &TestApp) {
        let customers = [flexi(app, "ahmed").await, flexi(app, "basma").await];
        let named = |customer, quantity| event(app, "r-1", customer, "cpu-hours", quantity);
        let sent = [named(&customers[0], 3), named(&customers[1], 4), named(&customers[0], 4)];
        assert_eq!(report(app, &sent).await, ["accepted", "accepted", "id_reused"]);
        for (customer, quantity) in customers.iter().zip([3, 4]) {
            assert_eq!(usage(customer).await["lines"][0]["quantity"], quantity);
        }
        app.verify().await;
    }

    async fn the_answer_has_its_shape(app: &TestApp) {
        let customer = flexi(app, "ahmed").await;
        let events = [event(app, "1", &customer, "cpu-hours", 1), event(app, "2", &customer, "x", 1)];
        let answer = app.superadmin().post("/billing/usage", &json!({ "events": events })).await;
        let answer = answer.expect(200);
        for event in answer["events"].as_array().unwrap() {
            assert_shape(event, "id:text status:text error?:text detail?:text");
        }
        assert_eq!(verdicts(&answer), ["accepted", "unknown_meter"]);
        assert_shape(
            &usage(&customer).await["lines"][0],
            "meter:text name:text unit:text quantity:int price_minor:int per_units:int \
             amount_minor:int",
        );
        let none = app.superadmin().post("/billing/usage", &json!({ "events": [] })).await;
        assert_eq!(none.expect(200)["events"], json!([]));
    }

    /// Each for itself: its neighbours count.
    async fn what_cannot_count_is_refused_with_the_reason(app: &TestApp) {
        app.issue("TEN", 10, 0).await;
        let customer = flexi(app, "ahmed").await;
        let other = app.customer("medium").await;
        other.checkout("m", "TEN").await.expect(200);
        let fresh = app.customer("fresh").await;
        let new = |id: &str| event(app, id, &customer, "cpu-hours", 1);
        let mut nobody = new("2");
        nobody["tenant_id"] = json!("nobody");
        let now = app.clock.now();
        let ahead = |seconds| now.plus_seconds(seconds).to_rfc3339();
        // The subscription began a moment ago.
        let late = |days: i64| now.plus_days(-days).plus_seconds(60).to_rfc3339();
        let sent = [
            new("1"),
            nobody,
            event(app, "3", &fresh, "cpu-hours", 1),
            event(app, "4", &other, "cpu-hours", 1),
            event(app, "5", &customer, "gpu-hours", 1),
            at(new("6"), &ahead(299)),
            at(new("7"), &ahead(301)),
            at(new("8"), &late(7)),
            at(new("9"), &late(8)),
            new("10"),
        ];
        let expected = [
            "accepted", "unknown_organization", "not_subscribed", "plan_without_usage",
            "unknown_meter", "accepted", "in_future", "accepted", "too_old", "accepted",
        ];
        assert_eq!(report(app, &sent).await, expected);
        assert_eq!(usage(&customer).await["lines"][0]["quantity"], 4);
        let organization = |status: &str| format!("UPDATE organizations SET status = '{status}'");
        for (change, refused) in [
            (organization("suspended"), "organization_suspended"),
            (organization("deleted"), "organization_deleted"),
            (
                organization("active") + "; UPDATE subscriptions SET status = 'suspended'",
                "subscription_suspended",
            ),
        ] {
            app.execute(&change).await;
            assert_eq!(report(app, &[new("11")]).await, [refused]);
        }
        app.execute("UPDATE subscriptions SET status = 'active'").await;
        assert_eq!(report(app, &[new("11")]).await, ["accepted"], "what was refused may come again");
    }

    async fn a_malformed_request_counts_nothing(app: &TestApp) {
        let customer = flexi(app, "ahmed").await;
        let good = event(app, "1", &customer, "cpu-hours", 1);
        for (member, value, field) in [
            ("quantity", json!(-1), "events[1].quantity"),
            ("quantity", json!(1.5), "events[1].quantity"),
            ("quantity", json!(1_000_000_000_001_i64), "events[1].quantity"),
            ("at", json!("yesterday"), "events[1].at"),
            ("id", json!(""), "events[1].id"),
            ("id", json!("a\nb"), "events[1].id"),
            ("meter", json!(null), "events[1].meter"),
        ] {
            let mut bad = good.clone();
            bad[member] = value;
            let body = json!({ "events": [good, bad] });
            let refused = app.superadmin().post("/billing/usage", &body).await;
            let problem = refused.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], field);
        }
        let many = vec![good; 1_001];
        let refused = app.superadmin().post("/billing/usage", &json!({ "events": many })).await;
        assert_eq!(refused.expect_problem(400, "invalid_request")["field"], "events");
        assert_eq!(app.number("SELECT COUNT(*) FROM usage_events").await, 0);
    }

    /// A thousand at once, for several Organizations.
    async fn a_full_request_counts(app: &TestApp) {
        let customers = [flexi(app, "ahmed").await, flexi(app, "basma").await];
        let events: Vec<Value> = (0..1_000)
            .map(|n| event(app, &format!("e-{n}"), &customers[n % 2], "cpu-hours", 1))
            .collect();
        assert_eq!(report(app, &events).await, vec!["accepted"; 1_000]);
        for customer in &customers {
            assert_eq!(usage(customer).await["lines"][0]["quantity"], 500);
        }
    }

    /// No service but a superadmin's.
    async fn nobody_else_may_report(app: &TestApp) {
        let customer = flexi(app, "ahmed").await;
        let body = json!({ "events": [event(app, "1", &customer, "cpu-hours", 1)] });
        for client in [app.sovereign_admin(), customer.client.clone()] {
            client.post("/billing/usage", &body).await.expect_problem(403, "forbidden");
        }
        app.anyone().post("/billing/usage", &body).await.expect_problem(401, "unauthorized");
    }

    /// The same reports from many callers at once: each counts once.
    async fn callers_at_once_count_once(app: &TestApp) {
        let customer = flexi(app, "ahmed").await;
        uses(app, &customer, "before", 1).await;
        let replies = at_once(16, |caller| {
            let client = app.superadmin();
            let mut events: Vec<Value> = (0..20)
                .map(|n| event(app, &format!("same-{n}"), &customer, "cpu-hours", 1))
                .collect();
            events.push(event(app, &format!("own-{caller}"), &customer, "egress-gb", 1));
            async move { client.post("/billing/usage", &json!({ "events": events })).await }
        })
        .await;
        let said: Vec<String> =
            replies.into_iter().flat_map(|reply| verdicts(&reply.expect(200))).collect();
        let accepted = said.iter().filter(|said| *said == "accepted").count();
        assert_eq!((accepted, said.len()), (20 + 16, 16 * 21));
        let lines = usage(&customer).await["lines"].clone();
        let counted: Vec<_> = lines.as_array().unwrap().iter().map(|l| l["quantity"].clone()).collect();
        assert_eq!(counted, [json!(21), json!(16)]);
    }

    /// Its cost would be more than an amount can hold.
    async fn what_nobody_could_pay_is_refused(app: &TestApp) {
        price(app, "cpu-hours", 1_000_000_000_000, 1).await;
        let customer = flexi(app, "ahmed").await;
        let much = event(app, "1", &customer, "cpu-hours", 1_000_000_000_000);
        let little = event(app, "2", &customer, "cpu-hours", 1);
        assert_eq!(report(app, &[much, little]).await, ["too_much", "accepted"]);
    }
}
