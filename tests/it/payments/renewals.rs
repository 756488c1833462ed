//! Month after month: credit first, then the saved card, then the customer; and what comes of none of them.

use serde_json::{Value, json};

use super::{last_session, paid};
use crate::harness::{Card, Customer, FQDN, Setup, TestApp, on_both};

/// A customer who has paid the first month of plan M (9 OMR) with a card, which does this from now on.
async fn with_card(app: &TestApp, name: &str, card: Card) -> Customer {
    let customer = app.customer(name).await;
    customer.checkout("m", "").await.expect(200);
    let session = app.stripe().pay(&last_session(app), Card::Good);
    assert_eq!(session["payment_status"], "paid");
    app.stripe().deliver_all(1).await;
    let charge = app.stripe().all("charge").pop().unwrap();
    app.stripe().set_card(charge["payment_method"].as_str().unwrap(), card);
    customer
}

/// A customer who has paid the first month of plan M from a voucher of so many rial.
async fn with_credit(app: &TestApp, name: &str, rial: i64) -> Customer {
    app.issue(&format!("CREDIT-{rial}"), rial, 0).await;
    let customer = app.customer(name).await;
    let answer = customer.checkout("m", &format!("CREDIT-{rial}")).await.expect(200);
    assert_eq!(answer["paid_by_credit"], true);
    customer
}

async fn subscription(customer: &Customer) -> Value {
    let path = format!("/billing/subscription/{}", customer.tenant_id);
    customer.client.get(&path).await.expect(200)
}

async fn invoices(customer: &Customer) -> Vec<Value> {
    let path = format!("/billing/invoices/{}", customer.tenant_id);
    let invoices = customer.client.get(&path).await.expect(200);
    invoices.as_array().unwrap().clone()
}

async fn statuses(customer: &Customer) -> Vec<String> {
    let invoices = invoices(customer).await;
    invoices.iter().map(|invoice| invoice["status"].as_str().unwrap().to_owned()).collect()
}

/// A month passes, and the jobs run.
async fn a_month_later(app: &TestApp) {
    app.clock.advance_days(31);
    bill(app).await;
}

/// What is done about subscriptions every minute; letters stay where they are.
async fn bill(app: &TestApp) {
    for job in ["renew-subscriptions", "retry-payments", "look-after-orders"] {
        app.run_job(job).await;
    }
}

async fn letters(app: &TestApp) -> Vec<String> {
    app.texts("SELECT kind FROM letters ORDER BY created_at, id").await
}

/// What the customer is told to do about what is due.
async fn pay(customer: &Customer) -> Value {
    let path = format!("/billing/subscription/{}/pay", customer.tenant_id);
    customer.client.post(&path, &json!({})).await.expect(200)
}

/// They want to pay, and Stripe does not answer.
async fn pay_in_vain(app: &TestApp, customer: &Customer) {
    app.stripe().refuse_connections().await;
    let path = format!("/billing/subscription/{}/pay", customer.tenant_id);
    let refused = customer.client.post(&path, &json!({})).await;
    refused.expect_problem(503, "payment_unresolved");
    app.stripe().accept_connections().await;
}

async fn cancel(customer: &Customer, at: &str) -> Value {
    let path = format!("/billing/subscription/{}/cancel", customer.tenant_id);
    customer.client.post(&path, &json!({ "at": at })).await.expect(200)
}

on_both! {
    /// Credit pays for a month as long as it lasts, whole; nobody is asked for a card.
    async fn credit_pays_month_after_month(app: &TestApp, Setup::with_stripe()) {
        let customer = with_credit(app, "ahmed", 30).await;
        let first = subscription(&customer).await;
        a_month_later(app).await;
        let second = subscription(&customer).await;
        assert_eq!(second["status"], "active");
        assert_eq!(second["current_period_start"], first["current_period_end"]);
        assert_eq!(customer.available_minor().await, 12_000);
        let invoices = invoices(&customer).await;
        assert_eq!(invoices.len(), 2);
        assert_eq!((&invoices[0]["status"], &invoices[0]["credit_minor"]), (&json!("paid"), &json!(9_000)));
        assert_eq!(invoices[0]["period_start"], first["current_period_end"]);
        assert_eq!(app.stripe().all("payment_intent").len(), 0);
        // Asked again within the month, there is nothing to do.
        bill(app).await;
        assert_eq!(customer.available_minor().await, 12_000);
    }

    /// What credit does not pay is charged to the saved card, with nobody there.
    async fn the_card_pays_what_credit_does_not(app: &TestApp, Setup::with_stripe()) {
        let customer = with_card(app, "ahmed", Card::Good).await;
        app.issue("FOUR", 4, 0).await;
        customer.redeem("FOUR").await.expect(200);
        a_month_later(app).await;
        assert_eq!(subscription(&customer).await["status"], "active");
        assert_eq!(customer.available_minor().await, 0);
        let charge = app.stripe().all("charge").pop().unwrap();
        assert_eq!((&charge["amount"], &charge["status"]), (&json!(5_000), &json!("succeeded")));
        assert_eq!(charge["metadata"]["sovereign"], FQDN);
        assert_eq!(charge["metadata"]["organization"], customer.tenant_id);
        let renewal = app.texts("SELECT status FROM orders WHERE kind = 'renewal'").await;
        assert_eq!(renewal, ["completed"]);
        assert_eq!(app.stripe().objects_without_metadata(), []);
        assert_eq!(letters(app).await, ["receipt", "receipt"]);
        // Its events come afterwards, twice, and change nothing.
        app.stripe().deliver_all(2).await;
        assert_eq!(app.number("SELECT COUNT(*) FROM card_payments").await, 2);
        assert_eq!(statuses(&customer).await, ["paid", "paid"]);
    }

    /// However many months nobody was there to bill, each is billed once.
    async fn months_that_nobody_billed_are_made_up_for(app: &TestApp, Setup::with_stripe()) {
        let customer = with_card(app, "ahmed", Card::Good).await;
        app.clock.advance_days(95);
        for _ in 0..5 {
            bill(app).await;
        }
        assert_eq!(app.stripe().all("charge").len(), 4);
        assert_eq!(statuses(&customer).await.len(), 4);
    }

    /// A declined card is asked on days 1, 3, 5 and 7; then the subscription is suspended, until it is paid.
    async fn a_card_that_declines_is_asked_again(app: &TestApp, Setup::with_stripe()) {
        let customer = with_card(app, "ahmed", Card::DeclinedLater).await;
        a_month_later(app).await;
        let due = subscription(&customer).await;
        assert_eq!(due["status"], "past_due");
        assert_eq!(statuses(&customer).await, ["open", "paid"]);
        let tries = || app.stripe().all("payment_intent").len() - 1;
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
        assert_eq!(subscription(&customer).await["status"], "suspended");
        let told = letters(app).await;
        assert_eq!(told[1..5], ["payment_failed"; 4]);
        assert_eq!(told[5..], ["suspended"]);
        assert_eq!(app.stripe().all("charge").iter().filter(|c| c["status"] == "succeeded").count(), 1);
    }

    /// Paid at last by its customer, on Stripe's page: active again, and the month begins on that day.
    async fn a_suspended_subscription_is_paid(app: &TestApp, Setup::with_stripe()) {
        let customer = with_card(app, "ahmed", Card::DeclinedLater).await;
        a_month_later(app).await;
        for _ in 1..=20 {
            app.clock.advance_days(1);
            bill(app).await;
        }
        assert_eq!(subscription(&customer).await["status"], "suspended");
        let answer = pay(&customer).await;
        assert_eq!(answer["status"], "open");
        assert_eq!(pay(&customer).await, answer, "it leads to the same page");
        paid(app, &last_session(app));
        app.stripe().deliver_all(2).await;
        let active = subscription(&customer).await;
        assert_eq!(active["status"], "active");
        assert_eq!(active.get("due_order_id"), None);
        let now = app.now_seconds();
        let starts = "SELECT COUNT(*) FROM subscriptions WHERE current_period_start = anchor_at";
        assert_eq!(app.number(starts).await, 1);
        let statuses = statuses(&customer).await;
        assert_eq!(statuses, ["paid", "void", "paid"], "the bill for the lost month is void");
        // The card that paid is asked next month.
        a_month_later(app).await;
        assert_eq!(subscription(&customer).await["status"], "active");
        assert!(app.now_seconds() > now);
        assert_eq!(app.stripe().objects_without_metadata(), []);
    }

    /// The receipt of a month that began when it was paid is not of the invoice that is void.
    async fn a_receipt_is_of_the_invoice_that_stands(
        app: &TestApp,
        Setup { takes_cards: true, ..Setup::with_mail() }
    ) {
        let customer = with_card(app, "ahmed", Card::DeclinedLater).await;
        a_month_later(app).await;
        for _ in 1..=10 {
            app.clock.advance_days(1);
            bill(app).await;
        }
        pay(&customer).await;
        paid(app, &last_session(app));
        app.stripe().deliver_all(1).await;
        app.number_invoices().await;
        app.send_letters().await;
        app.sink().next_to("ahmed@example.com").await;
        let receipt = app.sink().next_to("ahmed@example.com").await;
        let text = receipt.text.unwrap();
        assert!(text.contains("INV-000003") && !text.contains("INV-000002"), "{text}");
    }

    /// A bank that wants its customer: a letter with a link, and no suspension by surprise.
    async fn a_bank_that_wants_its_customer(app: &TestApp, Setup::with_stripe()) {
        let customer = with_card(app, "ahmed", Card::NeedsAuthenticationLater).await;
        a_month_later(app).await;
        assert_eq!(subscription(&customer).await["status"], "past_due");
        assert_eq!(letters(app).await, ["receipt", "confirm_payment"]);
        pay(&customer).await;
        paid(app, &last_session(app));
        app.stripe().deliver_all(1).await;
        let active = subscription(&customer).await;
        assert_eq!(active["status"], "active");
        // Past due is not suspended: the month is the one that was due.
        assert_eq!(statuses(&customer).await, ["paid", "paid"]);
    }

    /// Without a card there is a letter with a link; a session that runs out leaves the month due.
    async fn without_a_card_there_is_a_link(app: &TestApp, Setup::with_stripe()) {
        let customer = with_credit(app, "ahmed", 10).await;
        a_month_later(app).await;
        assert_eq!(subscription(&customer).await["status"], "past_due");
        assert_eq!(letters(app).await, ["payment_due"]);
        assert_eq!(customer.available_minor().await, 1_000);
        pay(&customer).await;
        assert_eq!(customer.available_minor().await, 0, "held while the page is open");
        app.clock.advance_seconds(3 * 3_600);
        app.stripe().expire_due();
        app.stripe().deliver_all(1).await;
        assert_eq!(customer.available_minor().await, 1_000);
        assert_eq!(subscription(&customer).await["status"], "past_due");
        pay(&customer).await;
        let session = app.stripe().object(&last_session(app));
        assert_eq!(session["amount_total"], 8_000);
        paid(app, &last_session(app));
        app.stripe().deliver_all(1).await;
        assert_eq!(subscription(&customer).await["status"], "active");
        assert_eq!(app.number("SELECT COUNT(*) FROM credit_holds WHERE state = 'open'").await, 0);
    }

    /// While its customer pays, and for a day, the saved card is not asked, also where its day has come.
    async fn a_customer_who_pays_is_not_forestalled(app: &TestApp, Setup::with_stripe()) {
        let customer = with_card(app, "ahmed", Card::DeclinedLater).await;
        a_month_later(app).await;
        app.clock.advance_days(1);
        pay(&customer).await;
        let asked = app.stripe().all("payment_intent").len();
        bill(app).await;
        app.stripe().expire(&last_session(app));
        app.stripe().deliver_all(1).await;
        bill(app).await;
        assert_eq!(app.stripe().all("payment_intent").len(), asked);
        assert_eq!(letters(app).await, ["receipt", "payment_failed"]);
        app.clock.advance_days(1);
        bill(app).await;
        assert_eq!(app.stripe().all("payment_intent").len(), asked + 1);
    }

    /// The page that a customer wanted could not be made: they come back to it, and meanwhile the saved card
    /// is not asked in their place, neither by a job nor where they end the subscription instead.
    async fn a_page_that_was_not_made_is_no_charge(app: &TestApp, Setup::with_stripe()) {
        let customer = with_card(app, "ahmed", Card::DeclinedLater).await;
        a_month_later(app).await;
        let charge = app.stripe().all("charge").remove(0);
        app.stripe().set_card(charge["payment_method"].as_str().unwrap(), Card::Good);
        // Past the two minutes for which a job leaves an order alone.
        app.clock.advance_seconds(180);
        pay_in_vain(app, &customer).await;
        bill(app).await;
        let session = last_session(app);
        assert_eq!(pay(&customer).await["session_url"], app.stripe().object(&session)["url"]);
        app.stripe().expire(&session);
        app.stripe().deliver_all(1).await;
        pay_in_vain(app, &customer).await;
        pay(&customer).await;
        app.stripe().expire(&last_session(app));
        app.stripe().deliver_all(1).await;
        pay_in_vain(app, &customer).await;
        assert_eq!(cancel(&customer, "now").await["status"], "canceled");
        let succeeded = app.stripe().all("charge").into_iter().filter(|c| c["status"] == "succeeded");
        assert_eq!(succeeded.count(), 1, "that of the first month");
        assert_eq!(letters(app).await, ["receipt", "payment_failed"]);
    }

    /// What is heard late of a page that ran out does not end a newer one.
    async fn an_older_page_does_not_end_a_newer_one(app: &TestApp, Setup::with_stripe()) {
        let customer = with_credit(app, "ahmed", 10).await;
        a_month_later(app).await;
        pay(&customer).await;
        app.clock.advance_seconds(3 * 3_600);
        app.stripe().expire_due();
        bill(app).await;
        pay(&customer).await;
        let late = app.stripe().last_event("checkout.session.expired");
        assert_eq!(app.stripe().deliver(&late).await, 200);
        let waiting = "SELECT status FROM orders WHERE kind = 'renewal'";
        assert_eq!(app.texts(waiting).await, ["pending"]);
        assert_eq!(customer.available_minor().await, 0);
    }

    /// A voucher that is redeemed while a month is due pays it at once.
    async fn new_credit_pays_at_once(app: &TestApp, Setup::with_stripe()) {
        let customer = with_credit(app, "ahmed", 10).await;
        a_month_later(app).await;
        assert_eq!(subscription(&customer).await["status"], "past_due");
        app.issue("MORE", 20, 0).await;
        customer.redeem("MORE").await.expect(200);
        assert_eq!(subscription(&customer).await["status"], "active");
        assert_eq!(customer.available_minor().await, 12_000);
        assert_eq!(statuses(&customer).await, ["paid", "paid"]);
    }

    /// Too little new credit does not pay, and is not lost.
    async fn too_little_new_credit_stays(app: &TestApp, Setup::with_stripe()) {
        let customer = with_credit(app, "ahmed", 10).await;
        a_month_later(app).await;
        app.issue("FEW", 3, 0).await;
        customer.redeem("FEW").await.expect(200);
        assert_eq!(subscription(&customer).await["status"], "past_due");
        assert_eq!(customer.available_minor().await, 4_000);
    }

    /// Where no cards are taken at all, a month that credit does not cover is due as well.
    async fn without_a_processor_a_month_is_due(app: &TestApp) {
        let customer = with_credit(app, "ahmed", 10).await;
        a_month_later(app).await;
        assert_eq!(subscription(&customer).await["status"], "past_due");
        app.issue("MORE", 20, 0).await;
        customer.redeem("MORE").await.expect(200);
        assert_eq!(subscription(&customer).await["status"], "active");
    }

    /// Who pays from credit alone hears two weeks before that it ends, once.
    async fn credit_that_will_not_last_is_told(app: &TestApp, Setup::with_stripe()) {
        let poor = with_credit(app, "ahmed", 10).await;
        with_credit(app, "rich", 100).await;
        with_card(app, "carded", Card::Good).await;
        app.clock.advance_days(16);
        app.run_job("warn-of-low-credit").await;
        assert_eq!(letters(app).await, ["receipt"], "too early");
        app.clock.advance_days(2);
        app.run_job("warn-of-low-credit").await;
        app.run_job("warn-of-low-credit").await;
        assert_eq!(letters(app).await, ["receipt", "credit_low"]);
        let whose = app.texts("SELECT tenant_id FROM letters WHERE kind = 'credit_low'").await;
        assert_eq!(whose, [poor.tenant_id.as_str()]);
    }
}

on_both! {
    /// Cancelled with its period, it is not renewed, and the Organization may order anew.
    async fn cancelled_with_the_period(app: &TestApp, Setup::with_stripe()) {
        let customer = with_card(app, "ahmed", Card::Good).await;
        let told = cancel(&customer, "period_end").await;
        assert_eq!((&told["status"], &told["cancel_at_period_end"]), (&json!("active"), &json!(true)));
        let path = format!("/billing/subscription/{}/resume", customer.tenant_id);
        let resumed = customer.client.post(&path, &json!({})).await.expect(200);
        assert_eq!(resumed["cancel_at_period_end"], false);
        cancel(&customer, "period_end").await;
        a_month_later(app).await;
        assert_eq!(subscription(&customer).await["status"], "canceled");
        assert_eq!(app.stripe().all("charge").len(), 1);
        customer.client.post(&path, &json!({})).await.expect_problem(409, "not_subscribed");
        customer.checkout("s", "").await.expect(200);
    }

    /// Cancelled at once; what was due is not any more.
    async fn cancelled_at_once(app: &TestApp, Setup::with_stripe()) {
        let customer = with_card(app, "ahmed", Card::DeclinedLater).await;
        a_month_later(app).await;
        assert_eq!(subscription(&customer).await["status"], "past_due");
        let told = cancel(&customer, "period_end").await;
        assert_eq!(told["status"], "canceled", "what is not paid has no end to wait for");
        assert_eq!(statuses(&customer).await, ["void", "paid"]);
        app.clock.advance_days(9);
        bill(app).await;
        assert_eq!(subscription(&customer).await["status"], "canceled");
    }

    /// Cancelled while its customer could pay: the page is closed first.
    async fn cancelled_while_a_page_is_open(app: &TestApp, Setup::with_stripe()) {
        let customer = with_credit(app, "ahmed", 10).await;
        a_month_later(app).await;
        pay(&customer).await;
        let session = last_session(app);
        assert_eq!(cancel(&customer, "now").await["status"], "canceled");
        assert_eq!(app.stripe().object(&session)["status"], "expired");
        assert_eq!(customer.available_minor().await, 1_000);
    }

    /// Members may look; only owners and admins may end it.
    async fn others_may_not_cancel(app: &TestApp, Setup::with_stripe()) {
        let customer = with_card(app, "ahmed", Card::Good).await;
        let viewer = customer.add_member(app, "salim", "viewer").await;
        let path = format!("/billing/subscription/{}/cancel", customer.tenant_id);
        let body = json!({ "at": "now" });
        viewer.client.post(&path, &body).await.expect_problem(403, "role_may_not_spend");
        app.member("stranger").post(&path, &body).await.expect(404);
        customer.client.post(&path, &json!({ "at": "tomorrow" })).await.expect(400);
        assert_eq!(subscription(&customer).await["status"], "active");
    }

    /// An Organization that is suspended is not billed; when it is active again its next month begins.
    async fn a_suspended_organization_is_not_billed(app: &TestApp, Setup::with_stripe()) {
        let customer = with_card(app, "ahmed", Card::Good).await;
        app.execute("UPDATE organizations SET status = 'suspended'").await;
        a_month_later(app).await;
        a_month_later(app).await;
        assert_eq!(app.stripe().all("charge").len(), 1);
        app.execute("UPDATE organizations SET status = 'active'").await;
        bill(app).await;
        assert_eq!(subscription(&customer).await["status"], "active");
        assert_eq!(app.stripe().all("charge").len(), 2);
    }

    /// What an earlier service bills, or nobody, is left alone.
    async fn adopted_subscriptions_are_left_alone(app: &TestApp, Setup::with_stripe()) {
        let customer = with_card(app, "ahmed", Card::Good).await;
        for billed_by in ["stripe", "none"] {
            app.execute(&format!("UPDATE subscriptions SET billed_by = '{billed_by}'")).await;
            a_month_later(app).await;
            assert_eq!(subscription(&customer).await["status"], "active");
        }
        assert_eq!(app.stripe().all("charge").len(), 1);
    }

    /// Something that is in the catalog no more is billed by nobody, and somebody is told.
    async fn what_has_no_price_raises_an_alarm(app: &TestApp, Setup::with_stripe()) {
        let customer = with_card(app, "ahmed", Card::Good).await;
        app.execute("UPDATE organizations SET plan_id = 'gone'").await;
        a_month_later(app).await;
        bill(app).await;
        let alarms = "SELECT CAST(times AS bigint) FROM alarms WHERE kind = 'renewal'";
        assert_eq!(app.number(alarms).await, 1);
        assert_eq!(subscription(&customer).await["status"], "active");
        let put_back = "UPDATE organizations SET plan_id = (SELECT plan_id FROM subscriptions)";
        app.execute(put_back).await;
        app.clock.advance_days(1);
        bill(app).await;
        assert_eq!(app.stripe().all("charge").len(), 2);
    }
}
