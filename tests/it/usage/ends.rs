//! What was used until a subscription ended is billed all the same: from credit, by card, or when it is paid.

use serde_json::{Value, json};

use super::{
    a_month_later, bill, billed, event, flexi, flexi_with_card, price, report, subscription, usage,
    uses,
};
use crate::harness::{Card, Customer, Setup, TestApp, on_both};

async fn cancel(customer: &Customer, at: &str) -> Value {
    let path = format!("/billing/subscription/{}/cancel", customer.tenant_id);
    customer.client.post(&path, &json!({ "at": at })).await.expect(200)
}

async fn letters(app: &TestApp) -> Vec<String> {
    app.texts("SELECT kind FROM letters ORDER BY created_at, id").await
}

/// Everything is billed, and nothing is due any more.
async fn settled(customer: &Customer, bills: &[(i64, &str)]) {
    let bills: Vec<_> = bills.iter().map(|(amount, how)| (*amount, (*how).to_owned())).collect();
    assert_eq!(billed(customer).await, bills);
    let subscription = subscription(customer).await;
    assert_eq!(subscription["status"], "canceled");
    assert_eq!(subscription.get("due_order_id"), None);
    assert_eq!(usage(customer).await["lines"], json!([]));
}

on_both! {
    async fn credit_pays_it_at_once(app: &TestApp) {
        price(app, "cpu-hours", 1, 1).await;
        app.issue("TEN", 10, 0).await;
        let customer = flexi(app, "ahmed").await;
        customer.redeem("TEN").await.expect(200);
        uses(app, &customer, "1", 700).await;
        cancel(&customer, "now").await;
        settled(&customer, &[(700, "paid"), (0, "paid")]).await;
        assert_eq!(customer.available_minor().await, 9_300);
        let more = event(app, "2", &customer, "cpu-hours", 1);
        assert_eq!(report(app, &[more]).await, ["not_subscribed"]);
        assert_eq!(letters(app).await.last().unwrap(), "receipt");
        // It is over: nothing more is billed, and another subscription can begin.
        a_month_later(app).await;
        settled(&customer, &[(700, "paid"), (0, "paid")]).await;
        customer.checkout("flexi", "").await.expect(200);
        uses(app, &customer, "3", 50).await;
        assert_eq!(usage(&customer).await["estimate_minor"], 50);
    }

    async fn nothing_used_is_no_bill(app: &TestApp) {
        let customer = flexi(app, "ahmed").await;
        uses(app, &customer, "1", 700).await;
        cancel(&customer, "now").await;
        assert_eq!(billed(&customer).await, [(0, "paid".to_owned())], "it cost nothing");
        assert_eq!(subscription(&customer).await["status"], "canceled");
    }

    /// The saved card is asked by the job, credit going first.
    async fn the_card_pays_it(app: &TestApp, Setup::with_stripe()) {
        price(app, "cpu-hours", 10, 1).await;
        let customer = flexi_with_card(app, "ahmed", Card::Good).await;
        app.issue("TWO", 2, 0).await;
        customer.redeem("TWO").await.expect(200);
        uses(app, &customer, "1", 700).await;
        let canceled = cancel(&customer, "now").await;
        assert_eq!(canceled["status"], "canceled");
        assert!(canceled["due_order_id"].is_string(), "{canceled}");
        bill(app).await;
        settled(&customer, &[(7_000, "paid"), (3_000, "paid")]).await;
        let charge = app.stripe().all("charge").pop().unwrap();
        assert_eq!(charge["amount"], 5_000);
        assert_eq!(app.stripe().objects_without_metadata(), []);
        app.stripe().deliver_all(2).await;
        assert_eq!(customer.available_minor().await, 0);
    }

    /// With its period, as it was to: on one last bill without a further month.
    async fn with_its_period(app: &TestApp, Setup::with_stripe()) {
        price(app, "cpu-hours", 10, 1).await;
        let customer = flexi_with_card(app, "ahmed", Card::Good).await;
        cancel(&customer, "period_end").await;
        uses(app, &customer, "1", 700).await;
        a_month_later(app).await;
        settled(&customer, &[(7_000, "paid"), (3_000, "paid")]).await;
    }

    /// Without a card its owner is told, and pays on the page or with credit; another subscription may begin
    /// meanwhile.
    async fn its_owner_pays_it_later(app: &TestApp, Setup::with_stripe()) {
        price(app, "cpu-hours", 10, 1).await;
        let customer = flexi(app, "ahmed").await;
        uses(app, &customer, "1", 700).await;
        cancel(&customer, "now").await;
        bill(app).await;
        assert_eq!(letters(app).await.last().unwrap(), "payment_due");
        assert_eq!(billed(&customer).await[0], (7_000, "open".into()));
        // The same request within a minute would have the first answer.
        app.clock.advance_seconds(61);
        customer.checkout("flexi", "").await.expect(200);
        assert_eq!(subscription(&customer).await["status"], "active");
        let path = format!("/billing/subscription/{}/pay", customer.tenant_id);
        let page = customer.client.post(&path, &json!({})).await.expect(200);
        assert_eq!(page["status"], "open", "{page}");
        let session = app.stripe().all("checkout.session").pop().unwrap();
        app.stripe().pay(session["id"].as_str().unwrap(), Card::Good);
        app.stripe().deliver_all(2).await;
        let bills = billed(&customer).await;
        assert!(bills.contains(&(7_000, "paid".into())) && bills.iter().all(|b| b.1 == "paid"), "{bills:?}");
        let live = subscription(&customer).await;
        assert_eq!((&live["status"], live.get("due_order_id")), (&json!("active"), None));
        customer.client.post(&path, &json!({})).await.expect_problem(404, "not_found");
    }

    async fn new_credit_pays_it(app: &TestApp) {
        price(app, "cpu-hours", 10, 1).await;
        let customer = flexi(app, "ahmed").await;
        uses(app, &customer, "1", 700).await;
        cancel(&customer, "now").await;
        app.issue("TEN", 10, 0).await;
        customer.redeem("TEN").await.expect(200);
        settled(&customer, &[(7_000, "paid"), (0, "paid")]).await;
        assert_eq!(customer.available_minor().await, 3_000);
    }

    /// A card that declines is asked on days 1, 3, 5 and 7; then the Sovereign's people are told.
    async fn a_card_that_declines_is_asked_again(app: &TestApp, Setup::with_stripe()) {
        price(app, "cpu-hours", 10, 1).await;
        let customer = flexi_with_card(app, "ahmed", Card::DeclinedLater).await;
        uses(app, &customer, "1", 700).await;
        cancel(&customer, "now").await;
        let tries = || app.stripe().all("payment_intent").len() - 1;
        bill(app).await;
        assert_eq!(tries(), 1);
        let mut tried_on = Vec::new();
        for day in 1..=9 {
            let before = tries();
            app.clock.advance_days(1);
            bill(app).await;
            if tries() > before {
                tried_on.push(day);
            }
        }
        assert_eq!(tried_on, [1, 3, 5, 7]);
        assert_eq!(app.number("SELECT COUNT(*) FROM alarms WHERE kind = 'renewal'").await, 1);
        let canceled = subscription(&customer).await;
        assert_eq!(canceled["status"], "canceled");
        assert_eq!(billed(&customer).await[0], (7_000, "open".into()));
        let ended = "SELECT COUNT(*) FROM audit_log WHERE action = 'subscription.cancel'";
        assert_eq!(app.number(ended).await, 1);
    }

    /// A month that is due need not be paid any more, but what was used before it must.
    async fn what_was_used_before_a_month_that_is_due(app: &TestApp, Setup::with_stripe()) {
        price(app, "cpu-hours", 10, 1).await;
        let customer = flexi_with_card(app, "ahmed", Card::DeclinedLater).await;
        uses(app, &customer, "1", 700).await;
        a_month_later(app).await;
        uses(app, &customer, "2", 50).await;
        assert_eq!(billed(&customer).await[0], (10_000, "open".into()));
        cancel(&customer, "now").await;
        let bills = billed(&customer).await;
        assert_eq!(bills.iter().filter(|bill| bill.1 == "open").count(), 1);
        app.issue("TEN", 10, 0).await;
        customer.redeem("TEN").await.expect(200);
        assert_eq!(customer.available_minor().await, 2_500);
        let mut bills = billed(&customer).await;
        bills.sort();
        let expected = [(3_000, "paid"), (7_500, "paid"), (10_000, "void")];
        assert_eq!(bills, expected.map(|(amount, how)| (amount, how.to_owned())));
        assert_eq!(usage(&customer).await["lines"], json!([]));
    }

    /// A deleted Organization pays for what it used.
    async fn with_its_organization(app: &TestApp, Setup::with_stripe()) {
        price(app, "cpu-hours", 10, 1).await;
        let customer = flexi_with_card(app, "ahmed", Card::Good).await;
        uses(app, &customer, "1", 700).await;
        app.execute("UPDATE organizations SET status = 'deleted'").await;
        let now = match app.engine {
            crate::harness::Engine::Sqlite => format!("{} * 1000000", app.now_seconds()),
            crate::harness::Engine::Postgres => format!("to_timestamp({})", app.now_seconds()),
        };
        let ask = "INSERT INTO ended_organizations (tenant_id, asked_at)";
        app.execute(&format!("{ask} VALUES ('{}', {now})", customer.tenant_id)).await;
        app.run_job("end-organizations").await;
        bill(app).await;
        let paid = "SELECT COUNT(*) FROM invoices WHERE amount_minor = 7000 AND status = 'paid'";
        assert_eq!(app.number(paid).await, 1);
        assert_eq!(app.stripe().all("charge").pop().unwrap()["amount"], 7_000);
    }
}
