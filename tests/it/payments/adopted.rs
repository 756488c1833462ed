//! Subscriptions that an earlier service made at Stripe, which goes on billing them, and cards that customers
//! take away: Stripe's objects carry no name of ours.

use sovereign_domain::timestamp::Timestamp;

use super::{paid, waiting};
use crate::harness::{Card, Customer, Engine, Setup, TestApp, all_events, on_both};

const DAY: i64 = 86_400;

/// An Organization whose subscription, for 9 a month, Stripe bills.
struct Adopted {
    customer: Customer,
    at_stripe: String,
    period_end: i64,
}

async fn adopted(app: &TestApp, name: &str, currency: &str) -> Adopted {
    let customer = app.customer(name).await;
    let payer = app.stripe().seed_customer(&format!("{name}@example.com"));
    let period_end = app.now_seconds() + 30 * DAY;
    let at_stripe = app.stripe().seed_subscription(&payer, currency, 9_000, period_end);
    let adopted = Adopted { customer, at_stripe, period_end };
    adopted.write(app, &adopted.at_stripe, "active").await;
    adopted
}

impl Adopted {
    /// A subscription as adoption leaves it.
    async fn write(&self, app: &TestApp, at_stripe: &str, status: &str) {
        let now = moment(app, app.now_seconds());
        let sql = format!(
            "INSERT INTO subscriptions (id, customer_id, tenant_id, stripe_subscription_id, plan_id, \
                 status, current_period_start, current_period_end, anchor_at, billed_by, created_at, \
                 updated_at) \
             SELECT id, id, tenant_id, '{at_stripe}', 'm', '{status}', NULL, NULL, {now}, 'stripe', \
                 {now}, {now} FROM customers WHERE tenant_id = '{}'",
            self.customer.tenant_id
        );
        app.execute(&sql).await;
    }

    async fn renewed(&self, app: &TestApp) -> String {
        let end = self.period_end + 31 * DAY;
        let invoice = app.stripe().renew_subscription(&self.at_stripe, end);
        app.stripe().deliver_all(2).await;
        invoice
    }

    /// Status, beginning and end of the subscription, as the API has it.
    async fn stands(&self) -> (String, String, String) {
        let path = format!("/billing/subscription/{}", self.customer.tenant_id);
        let found = self.customer.client.get(&path).await.expect(200);
        let text = |member: &str| found[member].as_str().unwrap_or_default().to_owned();
        (text("status"), text("current_period_start"), text("current_period_end"))
    }

    async fn invoices(&self) -> Vec<serde_json::Value> {
        let path = format!("/billing/invoices/{}", self.customer.tenant_id);
        let found = self.customer.client.get(&path).await.expect(200);
        found.as_array().unwrap().clone()
    }
}

/// As a literal of SQL.
fn moment(app: &TestApp, seconds: i64) -> String {
    match app.engine {
        Engine::Sqlite => (seconds * 1_000_000).to_string(),
        Engine::Postgres => format!("to_timestamp({seconds})"),
    }
}

fn rfc3339(seconds: i64) -> String {
    Timestamp::from_seconds(seconds).to_rfc3339()
}

/// How many events of this type there were.
async fn published(app: &TestApp, kind: &str) -> i64 {
    let events = all_events!();
    app.number(&format!("SELECT COUNT(*) FROM {events} WHERE type = '{kind}'")).await
}

/// How many events of Stripe's had this end.
async fn ended(app: &TestApp, status: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) FROM stripe_webhook_events WHERE status = '{status}'");
    app.number(&sql).await
}

async fn alarms(app: &TestApp, kind: &str) -> i64 {
    app.number(&format!("SELECT COUNT(*) FROM alarms WHERE kind = '{kind}'")).await
}

on_both! {
    /// Stripe renews it: the month moves on, and the invoice is there, once.
    async fn a_renewal_at_stripe_is_followed(app: &TestApp, Setup::with_stripe()) {
        let adopted = adopted(app, "ahmed", "omr").await;
        let invoice = adopted.renewed(app).await;
        let month = (rfc3339(adopted.period_end), rfc3339(adopted.period_end + 31 * DAY));
        assert_eq!(adopted.stands().await, ("active".into(), month.0.clone(), month.1.clone()));
        let invoices = adopted.invoices().await;
        assert_eq!(invoices.len(), 1, "{invoices:?}");
        let found = &invoices[0];
        assert_eq!(found["stripe_invoice_id"], *invoice);
        assert_eq!((&found["amount_baisa"], &found["amount_omr"]), (&9_000.into(), &9.into()));
        assert_eq!((&found["currency"], &found["status"]), (&"OMR".into(), &"paid".into()));
        assert_eq!(found["period_start"], *month.0);
        assert_eq!(found["period_end"], *month.1);
        assert_eq!(published(app, "subscription.updated").await, 1);
        assert_eq!(published(app, "invoice.paid").await, 1);
        // Stripe numbers its own invoices.
        app.number_invoices().await;
        assert_eq!(app.number("SELECT COUNT(*) FROM invoices WHERE number IS NOT NULL").await, 0);
    }

    /// Each status has a word of ours; the end is final.
    async fn each_status_is_followed(app: &TestApp, Setup::with_stripe()) {
        let adopted = adopted(app, "ahmed", "omr").await;
        for (theirs, ours) in [
            ("past_due", "past_due"), ("active", "active"), ("unpaid", "past_due"),
            ("paused", "suspended"), ("trialing", "active"), ("canceled", "canceled"),
        ] {
            app.stripe().set_subscription_status(&adopted.at_stripe, theirs);
            app.stripe().deliver_all(1).await;
            assert_eq!(adopted.stands().await.0, ours, "{theirs}");
        }
        assert_eq!(published(app, "subscription.canceled").await, 1);
        // The Organization is free to subscribe here.
        app.issue("NINE", 9, 0).await;
        adopted.customer.checkout("m", "NINE").await.expect(200);
    }

    /// What counts is how it stands now, whichever event comes last.
    async fn an_older_event_changes_nothing_back(app: &TestApp, Setup::with_stripe()) {
        let adopted = adopted(app, "ahmed", "omr").await;
        for status in ["past_due", "active", "canceled"] {
            app.stripe().set_subscription_status(&adopted.at_stripe, status);
        }
        let mut events = app.stripe().events();
        events.retain(|event| event.object_id == adopted.at_stripe);
        assert_eq!(events.len(), 3);
        for event in events.iter().rev().chain(&events) {
            assert_eq!(app.stripe().deliver(event).await, 200);
            assert_eq!(adopted.stands().await.0, "canceled", "{}", event.kind);
        }
        assert_eq!(published(app, "subscription.canceled").await, 1);
        assert_eq!(published(app, "subscription.updated").await, 0);
    }

    /// One Stripe account may have other subscriptions, and other programs.
    async fn what_no_row_names_is_left_alone(app: &TestApp, Setup::with_stripe()) {
        let payer = app.stripe().seed_customer("somebody@example.com");
        let end = app.now_seconds() + 30 * DAY;
        let other = app.stripe().seed_subscription(&payer, "omr", 9_000, end);
        app.stripe().renew_subscription(&other, end + 31 * DAY);
        app.stripe().set_subscription_status(&other, "canceled");
        let card = app.stripe().save_card(&payer, Card::Good);
        app.stripe().detach(&card);
        let before = app.stripe().calls().len();
        app.stripe().deliver_all(2).await;
        assert_eq!(app.stripe().calls().len(), before, "Stripe is not asked about it");
        assert_eq!(ended(app, "processed").await, 0);
        assert_eq!(app.number("SELECT COUNT(*) FROM invoices").await, 0);
    }

    /// One that this Sovereign has taken the billing of does not follow Stripe's any more.
    async fn one_that_is_billed_here_does_not_follow(app: &TestApp, Setup::with_stripe()) {
        let adopted = adopted(app, "ahmed", "omr").await;
        app.execute("UPDATE subscriptions SET billed_by = 'none'").await;
        app.stripe().set_subscription_status(&adopted.at_stripe, "canceled");
        app.stripe().deliver_all(1).await;
        assert_eq!(adopted.stands().await.0, "active");
    }

    /// Stripe cannot be asked: the event is taken the next time.
    async fn an_event_waits_until_stripe_can_be_asked(app: &TestApp, Setup::with_stripe()) {
        let adopted = adopted(app, "ahmed", "omr").await;
        app.stripe().set_subscription_status(&adopted.at_stripe, "past_due");
        let event = app.stripe().last_event("customer.subscription.updated");
        app.stripe().refuse_connections().await;
        assert_eq!(app.stripe().deliver(&event).await, 500);
        assert_eq!(adopted.stands().await.0, "active");
        app.stripe().accept_connections().await;
        assert_eq!(app.stripe().deliver(&event).await, 200);
        assert_eq!(adopted.stands().await.0, "past_due");
    }

    /// Two at Stripe for one Organization: adoption ended one here, and a person has to end it there.
    async fn one_that_has_ended_here_raises_an_alarm(app: &TestApp, Setup::with_stripe()) {
        let adopted = adopted(app, "ahmed", "omr").await;
        app.execute("UPDATE subscriptions SET status = 'canceled'").await;
        app.issue("NINE", 9, 0).await;
        adopted.customer.checkout("m", "NINE").await.expect(200);
        app.stripe().renew_subscription(&adopted.at_stripe, adopted.period_end + 31 * DAY);
        app.stripe().deliver_all(2).await;
        assert_eq!(alarms(app, "reconcile").await, 1);
        let live = "SELECT COUNT(*) FROM subscriptions WHERE status <> 'canceled'";
        assert_eq!(app.number(live).await, 1);
    }

    /// Nothing stands in its way: what is paid after all at Stripe is live here again.
    async fn one_that_comes_back_at_stripe_comes_back(app: &TestApp, Setup::with_stripe()) {
        let adopted = adopted(app, "ahmed", "omr").await;
        app.execute("UPDATE subscriptions SET status = 'canceled'").await;
        app.stripe().set_subscription_status(&adopted.at_stripe, "active");
        app.stripe().deliver_all(2).await;
        assert_eq!(adopted.stands().await.0, "active");
        assert_eq!(alarms(app, "reconcile").await, 0);
    }

    /// An invoice that was open when the database was adopted.
    async fn an_open_invoice_becomes_paid(app: &TestApp, Setup::with_stripe()) {
        let adopted = adopted(app, "ahmed", "omr").await;
        let invoice = app.stripe().renew_subscription(&adopted.at_stripe, adopted.period_end + DAY);
        let now = moment(app, app.now_seconds());
        app.execute(&format!(
            "INSERT INTO invoices (id, customer_id, tenant_id, stripe_invoice_id, amount_omr, \
                 amount_minor, credit_minor, currency, status, created_at) \
             SELECT id, id, tenant_id, '{invoice}', 9, 9000, 0, 'OMR', 'open', {now} FROM customers"
        )).await;
        app.stripe().deliver_all(2).await;
        let invoices = adopted.invoices().await;
        assert_eq!(invoices.len(), 1, "{invoices:?}");
        assert_eq!(invoices[0]["status"], "paid");
        assert_eq!(published(app, "invoice.paid").await, 1);
    }

    /// Its amount would be read in the wrong unit: a person is told instead.
    async fn an_invoice_in_another_currency_is_not_taken_down(
        app: &TestApp, Setup::with_stripe()
    ) {
        let adopted = adopted(app, "ahmed", "usd").await;
        adopted.renewed(app).await;
        assert_eq!(adopted.invoices().await.len(), 0);
        assert_eq!(alarms(app, "amount_mismatch").await, 1);
        assert_eq!(adopted.stands().await.0, "active");
    }

    /// All at once, and each twice: one invoice, one change.
    async fn events_that_come_together_are_taken_once(app: &TestApp, Setup::with_stripe()) {
        let adopted = adopted(app, "ahmed", "omr").await;
        let end = adopted.period_end + 31 * DAY;
        app.stripe().renew_subscription(&adopted.at_stripe, end);
        let mut events = app.stripe().events();
        events.retain(|event| event.kind == "invoice.paid" || event.object_id == adopted.at_stripe);
        assert_eq!(events.len(), 2);
        let together = events.iter().chain(&events).chain(&events).map(|e| app.stripe().deliver(e));
        let statuses = futures_util::future::join_all(together).await;
        assert!(statuses.iter().all(|status| [200, 500].contains(status)), "{statuses:?}");
        app.stripe().deliver_all(1).await;
        assert_eq!(adopted.invoices().await.len(), 1);
        assert_eq!(adopted.stands().await.2, rfc3339(end));
        assert_eq!(published(app, "invoice.paid").await, 1);
        assert_eq!(published(app, "subscription.updated").await, 1);
    }

    /// A card that was taken off its customer is forgotten; one that is there still is not.
    async fn a_card_that_is_taken_away_is_forgotten(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        paid(app, &waiting.session_id);
        app.stripe().deliver_all(1).await;
        let known = "SELECT COUNT(*) FROM customers WHERE payment_method_id IS NOT NULL \
                     AND card_brand IS NOT NULL AND card_last4 IS NOT NULL";
        assert_eq!(app.number(known).await, 1);
        let card = app.texts("SELECT payment_method_id FROM customers").await.remove(0);
        app.stripe().detach(&card);
        app.stripe().deliver_all(2).await;
        assert_eq!(app.number(known).await, 0);
        let forgotten = "SELECT COUNT(*) FROM customers WHERE payment_method_id IS NULL \
                         AND card_brand IS NULL AND card_last4 IS NULL";
        assert_eq!(app.number(forgotten).await, 1);
    }
}
