//! `PUT /billing/usage/{tenant_id}/limit`: what an Organization lets itself spend, and the letters about it.

use serde_json::{Value, json};

use super::{a_month_later, event, flexi, price, report, usage, uses, verdicts};
use crate::harness::{Customer, FQDN, Reply, Setup, TestApp, on_both};
use crate::pdf::content::assert_has;
use crate::races::at_once;

async fn set(customer: &Customer, limit_minor: Value) -> Reply {
    let path = format!("/billing/usage/{}/limit", customer.tenant_id);
    customer.client.put(&path, &json!({ "limit_minor": limit_minor })).await
}

async fn letters(app: &TestApp) -> Vec<String> {
    let about = "kind IN ('usage_near', 'usage_limit')";
    app.texts(&format!("SELECT kind FROM letters WHERE {about} ORDER BY created_at, id")).await
}

/// A customer of Flexi whose CPU costs a baisa an hour, and whose limit is one rial.
async fn limited(app: &TestApp) -> Customer {
    price(app, "cpu-hours", 1, 1).await;
    let customer = flexi(app, "ahmed").await;
    set(&customer, json!(1_000)).await.expect(200);
    customer
}

on_both! {
    /// The owner is told once at 80 %, and once when something is refused.
    async fn what_costs_more_is_refused(app: &TestApp) {
        let customer = limited(app).await;
        uses(app, &customer, "1", 799).await;
        assert_eq!(letters(app).await, [""; 0]);
        uses(app, &customer, "2", 1).await;
        uses(app, &customer, "3", 10).await;
        assert_eq!(letters(app).await, ["usage_near"]);
        let sent = [
            event(app, "4", &customer, "cpu-hours", 191),
            event(app, "5", &customer, "cpu-hours", 190),
            event(app, "6", &customer, "cpu-hours", 1),
            event(app, "7", &customer, "egress-gb", 40),
        ];
        let expected =
            ["spending_limit_reached", "accepted", "spending_limit_reached", "accepted"];
        assert_eq!(report(app, &sent).await, expected, "what is free counts");
        assert_eq!(letters(app).await, ["usage_near", "usage_limit"]);
        let shown = usage(&customer).await;
        assert_eq!(shown["estimate_minor"], 1_000);
        assert_eq!(shown["spending_limit_minor"], 1_000);
        // What was refused may come again.
        set(&customer, json!(1_200)).await.expect(200);
        assert_eq!(report(app, &[event(app, "4", &customer, "cpu-hours", 191)]).await, ["accepted"]);
        set(&customer, json!(null)).await.expect(200);
        uses(app, &customer, "8", 5_000).await;
    }

    /// Refused alone: its letter is written all the same.
    async fn one_that_is_refused_alone_is_told(app: &TestApp) {
        let customer = limited(app).await;
        for id in ["1", "2"] {
            let much = event(app, id, &customer, "cpu-hours", 1_001);
            assert_eq!(report(app, &[much]).await, ["spending_limit_reached"]);
        }
        assert_eq!(letters(app).await, ["usage_limit"]);
        assert_eq!(app.number("SELECT COUNT(*) FROM usage_events").await, 0);
    }

    /// After each bill it is counted, and told, afresh.
    async fn a_bill_begins_anew(app: &TestApp) {
        app.issue("TEN", 10, 0).await;
        let customer = limited(app).await;
        customer.redeem("TEN").await.expect(200);
        uses(app, &customer, "1", 1_000).await;
        a_month_later(app).await;
        uses(app, &customer, "2", 1_000).await;
        assert_eq!(letters(app).await, ["usage_near", "usage_near"]);
        assert_eq!(customer.available_minor().await, 9_000);
    }

    /// Whoever comes at once does not pass it together.
    async fn callers_at_once_do_not_pass_it(app: &TestApp) {
        let customer = limited(app).await;
        let replies = at_once(25, |caller| {
            let client = app.superadmin();
            let event = event(app, &format!("r-{caller}"), &customer, "cpu-hours", 70);
            async move { client.post("/billing/usage", &json!({ "events": [event] })).await }
        })
        .await;
        let said = replies.into_iter().flat_map(|reply| verdicts(&reply.expect(200)));
        let accepted = said.filter(|said| said == "accepted").count();
        assert_eq!((accepted, &usage(&customer).await["estimate_minor"]), (14, &json!(980)));
        assert_eq!(letters(app).await, ["usage_near", "usage_limit"]);
    }

    async fn owners_and_admins_set_it(app: &TestApp) {
        let customer = limited(app).await;
        let admin = customer.add_member(app, "adam", "admin").await;
        set(&admin, json!(7)).await.expect(200);
        for (name, role) in [("mona", "member"), ("vera", "viewer")] {
            let member = customer.add_member(app, name, role).await;
            set(&member, json!(9)).await.expect_problem(403, "forbidden");
        }
        for client in [app.member("stranger"), app.superadmin(), app.sovereign_admin()] {
            let outside = Customer { client, tenant_id: customer.tenant_id.clone() };
            set(&outside, json!(9)).await.expect_problem(404, "not_found");
        }
        for wrong in [json!(-1), json!("1"), json!(1.5), json!(1_000_000_000_000_001_i64)] {
            let problem = set(&customer, wrong).await.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], "limit_minor");
        }
        assert_eq!(usage(&customer).await["spending_limit_minor"], 7);
        let audited = "SELECT COUNT(*) FROM audit_log WHERE action = 'usage.limit'";
        assert_eq!(app.number(audited).await, 2);
    }

    /// The letters, in the owner's language.
    async fn the_letters_say_how_it_stands(app: &TestApp, Setup::with_mail()) {
        let customer = limited(app).await;
        uses(app, &customer, "1", 850).await;
        app.send_letters().await;
        let mail = app.sink().next_to("ahmed@example.com").await;
        assert_eq!(mail.header("Subject"), "ahmed: most of the spending limit is used");
        for text in [mail.text.unwrap(), mail.html.unwrap()] {
            let link = format!("https://{FQDN}/console");
            assert_has(&text, &["0.850 OMR", "1.000 OMR", "raise the limit", &link]);
        }
        app.execute("UPDATE users SET language = 'ar'").await;
        let more = event(app, "2", &customer, "cpu-hours", 151);
        assert_eq!(report(app, &[more]).await, ["spending_limit_reached"]);
        app.send_letters().await;
        let mail = app.sink().next_to("ahmed@example.com").await;
        assert_eq!(mail.header("Subject"), "ahmed: بلغت حد الإنفاق");
        assert_has(&mail.text.unwrap(), &["0.850 OMR", "1.000 OMR", "رفع الحد"]);
        // Once the limit is another one, there is nothing to say.
        set(&customer, json!(900)).await.expect(200);
        let more = event(app, "3", &customer, "cpu-hours", 151);
        assert_eq!(report(app, &[more]).await, ["spending_limit_reached"]);
        set(&customer, json!(null)).await.expect(200);
        app.send_letters().await;
        assert_eq!(letters(app).await, [""; 0]);
        assert_eq!(app.sink().untaken_to("ahmed@example.com"), 0);
    }
}
