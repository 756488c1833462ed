//! Another plan, other add-ons or apps within the month: shown first, paid or given back to the second.

use serde_json::{Value, json};

use super::{last_session, paid, waiting};
use crate::harness::{Card, Customer, FQDN, Reply, Setup, SinkOptions, TestApp, on_both};
use crate::pdf::content::assert_has;
use crate::pdf::poppler;

/// A customer who has paid plan M (9 OMR) from a voucher of so many rial.
async fn with_credit(app: &TestApp, rial: i64) -> Customer {
    app.issue("CREDIT", rial, 0).await;
    let customer = app.customer("ahmed").await;
    customer.checkout("m", "CREDIT").await.expect(200);
    customer
}

/// One who has paid it with 4 OMR of a voucher and 5 OMR by card.
async fn with_both(app: &TestApp) -> Customer {
    let waiting = waiting(app, "ahmed").await;
    paid(app, &waiting.session_id);
    app.stripe().deliver_all(1).await;
    waiting.customer
}

fn path(customer: &Customer) -> String {
    format!("/billing/subscription/{}", customer.tenant_id)
}

async fn change(customer: &Customer, body: Value) -> Reply {
    customer.client.post(&format!("{}/change", path(customer)), &body).await
}

async fn preview(customer: &Customer, body: Value) -> Value {
    let path = format!("{}/change/preview", path(customer));
    customer.client.post(&path, &body).await.expect(200)
}

async fn subscription(customer: &Customer) -> Value {
    customer.client.get(&path(customer)).await.expect(200)
}

async fn plan(app: &TestApp, customer: &Customer) -> String {
    let id = subscription(customer).await["plan_id"].as_str().unwrap().to_owned();
    let plans = app.anyone().get("/catalog/plans").await.expect(200);
    let plan = plans.as_array().unwrap().iter().find(|plan| plan["id"] == id).expect("the plan");
    plan["slug"].as_str().unwrap().to_owned()
}

async fn invoices(customer: &Customer) -> Vec<Value> {
    let path = format!("/billing/invoices/{}", customer.tenant_id);
    customer.client.get(&path).await.expect(200).as_array().unwrap().clone()
}

/// A quarter of the month that is paid for passes: three quarters are left.
async fn a_quarter_later(app: &TestApp, customer: &Customer) {
    let subscription = subscription(customer).await;
    let moment = |member: &str| {
        let text = subscription[member].as_str().unwrap();
        sovereign_domain::timestamp::Timestamp::parse_rfc3339(text).unwrap().seconds()
    };
    let seconds = moment("current_period_end") - moment("current_period_start");
    assert_eq!(seconds % 4, 0);
    app.clock.advance_seconds(seconds / 4);
}

async fn bill(app: &TestApp) {
    for job in ["renew-subscriptions", "retry-payments", "look-after-orders"] {
        app.run_job(job).await;
    }
}

fn lines(preview: &Value) -> Vec<(&str, i64, i64)> {
    let lines = preview["lines"].as_array().unwrap().iter();
    lines
        .map(|line| {
            let minor = |member: &str| line[member].as_i64().unwrap();
            (line["kind"].as_str().unwrap(), minor("amount_minor"), minor("month_minor"))
        })
        .collect()
}

on_both! {
    /// Three quarters of 16 less three quarters of 9 OMR: what was shown is what is paid.
    async fn credit_pays_what_more_it_costs(app: &TestApp, Setup::with_stripe()) {
        let customer = with_credit(app, 60).await;
        a_quarter_later(app, &customer).await;
        let shown = preview(&customer, json!({ "plan_id": "l" })).await;
        assert_eq!(lines(&shown), [("plan", 12_000, 16_000), ("plan", -6_750, 9_000)]);
        for (member, minor) in [
            ("total_minor", 5_250), ("credit_minor", 5_250), ("charge_minor", 0),
            ("credited_minor", 0), ("month_minor", 16_000), ("tax_minor", 0),
        ] {
            assert_eq!(shown[member], minor, "{member} of {shown}");
        }
        assert_eq!(customer.available_minor().await, 51_000);
        // A while later it is still what was shown.
        app.clock.advance_seconds(3_600);
        let accepted = json!({ "plan_id": "l", "at": shown["at"], "total_minor": shown["total_minor"] });
        let answer = change(&customer, accepted).await.expect(200);
        assert_eq!((&answer["credited_minor"], &answer["credit_balance_minor"]), (&json!(0), &json!(45_750)));
        assert_eq!(plan(app, &customer).await, "l");
        let invoices = invoices(&customer).await;
        let amounts: Vec<_> = invoices.iter().map(|i| (i["amount_baisa"].as_i64().unwrap(), &i["status"])).collect();
        assert_eq!(amounts, [(5_250, &json!("paid")), (9_000, &json!("paid"))]);
        assert_eq!(invoices[0]["period_end"], invoices[1]["period_end"]);
        assert_eq!(app.texts("SELECT kind FROM letters").await, ["receipt"]);
        // The next month is one of the new plan.
        app.clock.advance_days(30);
        bill(app).await;
        assert_eq!(customer.available_minor().await, 29_750);
        app.verify().await;
    }

    /// Nothing is changed before a card has paid; then all is, once.
    async fn a_card_pays_what_credit_does_not(app: &TestApp, Setup::with_stripe()) {
        let customer = with_both(app).await;
        a_quarter_later(app, &customer).await;
        let body = json!({ "plan_id": "l", "addons": ["daily-backup"] });
        let shown = preview(&customer, body.clone()).await;
        assert_eq!(lines(&shown), [("plan", 12_000, 16_000), ("addon", 2_250, 3_000), ("plan", -6_750, 9_000)]);
        assert_eq!((&shown["total_minor"], &shown["charge_minor"]), (&json!(7_500), &json!(7_500)));
        let answer = change(&customer, body.clone()).await.expect(200);
        assert!(answer["session_url"].is_string(), "{answer}");
        assert_eq!(plan(app, &customer).await, "m");
        let session = app.stripe().object(&last_session(app));
        assert_eq!(session["amount_total"], 7_500);
        // Asked again, it is the same session.
        assert_eq!(change(&customer, body).await.expect(200), answer);
        paid(app, &last_session(app));
        app.stripe().deliver_all(2).await;
        assert_eq!(plan(app, &customer).await, "l");
        let charge = app.stripe().all("charge").pop().unwrap();
        assert_eq!((&charge["amount"], &charge["metadata"]["sovereign"]), (&json!(7_500), &json!(FQDN)));
        assert_eq!(charge["metadata"]["order_id"], answer["order_id"]);
        let found: Vec<_> = invoices(&customer).await.iter().map(|i| i["amount_baisa"].clone()).collect();
        assert_eq!(found, [7_500, 9_000]);
        app.clock.advance_days(30);
        bill(app).await;
        assert_eq!(app.stripe().all("charge").pop().unwrap()["amount"], 19_000);
        app.verify().await;
    }

    /// Unused 6.750 less 3.750 OMR: in proportion to what paid for the month, credit to its lot, and what a
    /// card paid as credit that never ends. No card is refunded.
    async fn what_is_not_used_comes_back_as_credit(
        app: &TestApp, Setup { sink: Some(SinkOptions::default()), ..Setup::with_stripe() }
    ) {
        let customer = with_both(app).await;
        a_quarter_later(app, &customer).await;
        let shown = preview(&customer, json!({ "plan_id": "s" })).await;
        assert_eq!((&shown["total_minor"], &shown["credited_minor"]), (&json!(-3_000), &json!(3_000)));
        assert_eq!((&shown["charge_minor"], &shown["month_minor"]), (&json!(0), &json!(5_000)));
        let answer = change(&customer, json!({ "plan_id": "s" })).await.expect(200);
        assert_eq!((&answer["credited_minor"], answer.get("order_id")), (&json!(3_000), None));
        assert_eq!(plan(app, &customer).await, "s");
        assert_eq!(customer.available_minor().await, 3_000);
        let sql = "SELECT source || ' ' || CAST(promotional AS text) || ' ' || CAST(remaining_minor AS text) \
                   FROM credit_lots ORDER BY remaining_minor";
        let lots = app.texts(sql).await.join(", ").replace(" 1 ", " true ").replace(" 0 ", " false ");
        assert_eq!(lots, "voucher true 1333, refund false 1667");
        assert!(app.stripe().all("refund").is_empty());
        app.clock.advance_seconds(60);
        app.each_minute().await;
        let notes = customer.client.get(&format!("/billing/credit-notes/{}", customer.tenant_id)).await.expect(200);
        assert_eq!((&notes[0]["amount_minor"], &notes[0]["credited_minor"]), (&json!(3_000), &json!(1_667)));
        let path = format!(
            "/billing/credit-notes/{}/{}/pdf", customer.tenant_id, notes[0]["id"].as_str().unwrap()
        );
        let note = poppler::text(&customer.client.get(&path).await.bytes);
        assert_has(&note, &["Not used of the period", "Returned as credit 3.000 OMR"]);
        // What has come back as credit goes back to no card.
        let orders = app.superadmin().get("/billing/admin/orders").await.expect(200);
        let order_id = orders[0]["id"].as_str().unwrap().to_owned();
        let left = app.superadmin().get(&format!("/billing/admin/orders/{order_id}/refunds")).await.expect(200);
        assert_eq!((&left["credit_left_minor"], &left["card_left_minor"]), (&json!(2_667), &json!(3_330)));
        let root = crate::refunds::root(app).await;
        let refund = root
            .post(&format!("/billing/admin/orders/{order_id}/refund"), &json!({ "reason": "all of it" }))
            .await
            .expect(200);
        assert_eq!((&refund["credit_minor"], &refund["card_minor"]), (&json!(2_667), &json!(3_330)));
        app.verify().await;
    }

    /// Up and down again within one month: what came back was paid for by the change, then by the month.
    async fn a_month_up_and_down_costs_what_was_held(app: &TestApp, Setup::with_stripe()) {
        let customer = with_credit(app, 60).await;
        a_quarter_later(app, &customer).await;
        change(&customer, json!({ "plan_id": "xl" })).await.expect(200);
        assert_eq!(customer.available_minor().await, 51_000 - 15_750);
        a_quarter_later(app, &customer).await;
        // Half of 30 less half of 5 OMR.
        let answer = change(&customer, json!({ "plan_id": "s" })).await.expect(200);
        assert_eq!(answer["credited_minor"], 12_500);
        let used = 9_000 / 4 + 30_000 / 4 + 5_000 / 2;
        assert_eq!(customer.available_minor().await, 60_000 - used);
        let orders = app.texts("SELECT o.kind FROM refunds r JOIN orders o ON o.id = r.order_id").await;
        assert_eq!(orders, ["change"]);
        app.verify().await;
    }

    async fn it_is_printed_line_by_line(app: &TestApp) {
        let customer = with_credit(app, 60).await;
        a_quarter_later(app, &customer).await;
        change(&customer, json!({ "plan_id": "l" })).await.expect(200);
        app.each_minute().await;
        let id = invoices(&customer).await[0]["id"].as_str().unwrap().to_owned();
        let path = format!("/billing/invoices/{}/{id}/pdf", customer.tenant_id);
        let text = poppler::text(&customer.client.get(&path).await.bytes);
        assert_has(&text, &["rest of the period", "12.000 OMR", "not used", "-6.750 OMR", "Total 5.250 OMR"]);
        let text = poppler::text(&customer.client.get(&format!("{path}?lang=ar")).await.bytes);
        assert_has(&text, &["لبقية الفترة", "غير مستخدم"]);
    }

    async fn what_cannot_be_changed_says_why(app: &TestApp, Setup::with_stripe()) {
        let customer = app.customer("ahmed").await;
        let refused = change(&customer, json!({ "plan_id": "l" })).await;
        refused.expect_problem(409, "not_subscribed");
        app.issue("TEN", 10, 0).await;
        customer.checkout("m", "TEN").await.expect(200);
        change(&customer, json!({ "plan_id": "m", "addons": [] })).await.expect_problem(409, "nothing_to_change");
        let unknown = change(&customer, json!({ "plan_id": "xxl" })).await.expect_problem(400, "invalid_request");
        assert_eq!(unknown["field"], "plan_id");
        let wrong = change(&customer, json!({ "plan_id": "l", "at": "yesterday" })).await;
        assert_eq!(wrong.expect_problem(400, "invalid_request")["field"], "at");
        a_quarter_later(app, &customer).await;
        let shown = preview(&customer, json!({ "addons": ["daily-backup"] })).await;
        app.clock.advance_seconds(3_601);
        let late = json!({ "addons": ["daily-backup"], "at": shown["at"] });
        let late = change(&customer, late).await.expect_problem(400, "change_outdated");
        assert_eq!(late["field"], "at");
        let other = json!({ "addons": ["daily-backup"], "total_minor": shown["total_minor"] });
        let other = change(&customer, other).await.expect_problem(409, "change_outdated");
        assert_eq!(other["field"], "total_minor");
        app.clock.advance_days(31);
        bill(app).await;
        let due = change(&customer, json!({ "plan_id": "l" })).await;
        due.expect_problem(409, "payment_due");
        assert_eq!(app.number("SELECT COUNT(*) FROM orders WHERE kind = 'change'").await, 0);
        app.verify().await;
    }

    /// Whoever thinks again has one order that waits, and it is the last one.
    async fn a_change_takes_the_place_of_the_one_that_waits(app: &TestApp, Setup::with_stripe()) {
        let customer = with_both(app).await;
        a_quarter_later(app, &customer).await;
        change(&customer, json!({ "plan_id": "xl" })).await.expect(200);
        let first = last_session(app);
        change(&customer, json!({ "plan_id": "l" })).await.expect(200);
        assert_eq!(app.stripe().object(&first)["status"], "expired");
        // Down again, nothing is to pay, and nothing waits.
        change(&customer, json!({ "plan_id": "s" })).await.expect(200);
        let statuses = app.texts("SELECT status FROM orders WHERE kind = 'change' ORDER BY id").await;
        assert_eq!(statuses, ["superseded", "superseded"]);
        assert_eq!(plan(app, &customer).await, "s");
        app.verify().await;
    }

    /// The month ends while a change waits for a card: the month is renewed as it was.
    async fn a_change_that_waits_ends_with_its_month(app: &TestApp, Setup::with_stripe()) {
        let customer = with_both(app).await;
        a_quarter_later(app, &customer).await;
        app.clock.advance_days(22);
        change(&customer, json!({ "plan_id": "xl" })).await.expect(200);
        let session = last_session(app);
        app.clock.advance_days(2);
        bill(app).await;
        assert_eq!(app.stripe().object(&session)["status"], "expired");
        assert_eq!(app.stripe().all("charge").pop().unwrap()["amount"], 9_000);
        assert_eq!(plan(app, &customer).await, "m");
        app.verify().await;
    }

    /// What is less than a card can be charged is a line of the next invoice.
    async fn a_little_is_paid_with_the_next_month(app: &TestApp, Setup::with_stripe()) {
        let customer = with_both(app).await;
        a_quarter_later(app, &customer).await;
        app.clock.advance_days(23);
        // 6 hours of 31 days, of 3 OMR.
        let shown = preview(&customer, json!({ "addons": ["daily-backup"] })).await;
        assert_eq!((&shown["total_minor"], &shown["carried_minor"]), (&json!(24), &json!(24)));
        let answer = change(&customer, json!({ "addons": ["daily-backup"] })).await.expect(200);
        assert_eq!((answer.get("order_id"), answer.get("session_url")), (None, None));
        app.clock.advance_days(1);
        bill(app).await;
        // 9 + 3 OMR, and 24 baisa, which is rounded to what a card can be charged.
        assert_eq!(app.stripe().all("charge").pop().unwrap()["amount"], 12_020);
        app.each_minute().await;
        let invoice = invoices(&customer).await[0].clone();
        assert_eq!(invoice["amount_baisa"], 12_024);
        let path = format!(
            "/billing/invoices/{}/{}/pdf", customer.tenant_id, invoice["id"].as_str().unwrap()
        );
        let text = poppler::text(&customer.client.get(&path).await.bytes);
        assert_has(&text, &["rest of the period", "0.024 OMR", "3.000 OMR", "12.024 OMR"]);
        // It is paid once.
        app.clock.advance_days(31);
        bill(app).await;
        assert_eq!(app.stripe().all("charge").pop().unwrap()["amount"], 12_000);
        app.verify().await;
    }

    /// Its session is paid while the subscription is cancelled: the change comes first, and then the end.
    async fn a_change_that_is_paid_is_made_before_the_end(app: &TestApp, Setup::with_stripe()) {
        let customer = with_both(app).await;
        a_quarter_later(app, &customer).await;
        change(&customer, json!({ "plan_id": "xl" })).await.expect(200);
        app.stripe().pay(&last_session(app), Card::Good);
        let cancel = json!({ "at": "now" });
        customer.client.post(&format!("{}/cancel", path(&customer)), &cancel).await.expect(200);
        assert_eq!(subscription(&customer).await["status"], "canceled");
        app.stripe().deliver_all(1).await;
        let changed = app.texts("SELECT status FROM orders WHERE kind = 'change'").await;
        assert_eq!(changed, ["completed"]);
        app.verify().await;
    }

    async fn a_retry_has_the_first_answer(app: &TestApp) {
        let customer = with_credit(app, 60).await;
        let path = format!("{}/change", path(&customer));
        let body = json!({ "plan_id": "l" });
        let first = customer.client.post_keyed(&path, "once", &body).await;
        let again = customer.client.post_keyed(&path, "once", &body).await;
        again.assert_replays(&first);
        let other = customer.client.post_keyed(&path, "once", &json!({ "plan_id": "xl" })).await;
        other.expect_problem(409, "idempotency_key_reused");
        assert_eq!(customer.available_minor().await, 51_000 - 7_000);
    }
}
