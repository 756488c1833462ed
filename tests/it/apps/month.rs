//! A month in the life of three Organizations. What comes of it was worked out by hand: `month.txt`.

use serde_json::{Value, json};
use sovereign::clock::Clock as _;
use sovereign_domain::timestamp::Timestamp;

use super::{install, price_tiers, uninstall};
use crate::harness::{Card, Customer, Setup, TestApp, on_both};

const TABLE: &str = include_str!("month.txt");

/// Moves the clock to so many hours after the first moment.
fn at_hour(app: &TestApp, hours: i64) {
    let start = Timestamp::parse_rfc3339("2027-03-01T12:00:00Z").unwrap();
    let now = start.plus_seconds(hours * 3_600);
    assert!(now >= app.clock.now(), "time goes forward");
    app.clock.set(now);
}

async fn begun(app: &TestApp, name: &str, plan: &str, rial: i64) -> Customer {
    let code = format!("{}-{rial}", name.to_uppercase());
    app.issue(&code, rial, 0).await;
    let customer = app.customer(name).await;
    customer.checkout(plan, &code).await.expect(200);
    customer
}

async fn price_meter(app: &TestApp, meter: &str, price_minor: i64, per_units: i64) {
    let body = json!({ "price_minor": price_minor, "per_units": per_units });
    app.sovereign_admin().put(&format!("/billing/admin/meters/{meter}"), &body).await.expect(200);
}

async fn uses(app: &TestApp, customer: &Customer, id: &str, meter: &str, quantity: i64) {
    let event = json!({
        "id": id, "tenant_id": customer.tenant_id, "meter": meter, "quantity": quantity,
        "at": app.clock.now().to_rfc3339(),
    });
    // Whoever reports repeats: it counts once.
    for status in ["accepted", "duplicate"] {
        let body = json!({ "events": [event.clone()] });
        let answer = app.superadmin().post("/billing/usage", &body).await.expect(200);
        assert_eq!(answer["events"][0]["status"], status, "{answer}");
    }
}

/// Those of the table, and those of the invoices: whose, since when, how much, and how much from credit.
type Line = (String, String, i64, i64);

fn expected() -> Vec<Line> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let line = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let amount = |index: usize| words[index].parse().expect("an amount");
        (words[0].to_owned(), words[1].to_owned(), amount(2), amount(3))
    };
    lines.map(line).collect()
}

async fn billed(name: &str, customer: &Customer) -> Vec<Line> {
    let path = format!("/billing/invoices/{}", customer.tenant_id);
    let invoices = customer.client.get(&path).await.expect(200);
    let line = |invoice: &Value| {
        assert_eq!(invoice["status"], "paid", "{invoice}");
        let since = invoice["period_start"].as_str().unwrap().to_owned();
        let amount = |member: &str| invoice[member].as_i64().unwrap();
        (name.to_owned(), since, amount("amount_baisa"), amount("credit_minor"))
    };
    // The oldest first.
    invoices.as_array().unwrap().iter().rev().map(line).collect()
}

on_both! {
    async fn invoices_are_those_of_the_table(app: &TestApp, Setup::with_stripe()) {
        price_tiers(app).await;
        price_meter(app, "cpu-hours", 7, 2).await;
        price_meter(app, "storage-gb-hours", 3, 100).await;
        let pharmacy = begun(app, "pharmacy", "m", 60).await;
        let clinic = begun(app, "clinic", "m", 12).await;
        let studio = begun(app, "studio", "flexi", 5).await;

        at_hour(app, 3 * 24);
        uses(app, &studio, "u-1", "cpu-hours", 100).await;
        at_hour(app, 5 * 24);
        install(&clinic, "erpnext").await.expect_problem(409, "payment_required");
        let session = app.stripe().all("checkout.session").pop().expect("a session");
        app.stripe().pay(session["id"].as_str().unwrap(), Card::Good);
        app.stripe().deliver_all(1).await;
        at_hour(app, 8 * 24);
        install(&studio, "wordpress").await.expect(200);
        at_hour(app, 10 * 24);
        install(&pharmacy, "mattermost").await.expect(200);
        at_hour(app, 12 * 24);
        uses(app, &studio, "u-2", "cpu-hours", 333).await;
        at_hour(app, 15 * 24 + 12);
        install(&pharmacy, "jitsi").await.expect(200);
        at_hour(app, 20 * 24);
        assert_eq!(uninstall(&pharmacy, "jitsi").await.expect(200)["credited_minor"], 1_419);
        assert_eq!(uninstall(&clinic, "erpnext").await.expect(200)["credited_minor"], 1_419);
        price_meter(app, "cpu-hours", 9, 2).await;
        at_hour(app, 22 * 24);
        uses(app, &studio, "u-3", "cpu-hours", 51).await;
        at_hour(app, 25 * 24 + 6);
        let change = format!("/billing/subscription/{}/change", pharmacy.tenant_id);
        pharmacy.client.post(&change, &json!({ "plan_id": "l" })).await.expect(200);
        at_hour(app, 28 * 24);
        uses(app, &studio, "u-4", "storage-gb-hours", 12_345).await;
        let usage = format!("/billing/usage/{}", studio.tenant_id);
        let estimate = studio.client.get(&usage).await.expect(200);
        assert_eq!(estimate["estimate_minor"], 1_516 + 230 + 370);

        at_hour(app, 31 * 24);
        for job in ["renew-subscriptions", "retry-payments", "look-after-orders"] {
            app.run_job(job).await;
        }
        app.stripe().deliver_all(1).await;
        let mut all = Vec::new();
        for (name, customer) in [("pharmacy", &pharmacy), ("clinic", &clinic), ("studio", &studio)] {
            all.extend(billed(name, customer).await);
        }
        assert_eq!(all, expected());
        let left = [&pharmacy, &clinic, &studio].map(Customer::available_minor);
        assert_eq!(futures_util::future::join_all(left).await, [29_765, 4, 1_142]);
        app.verify().await;
    }
}
