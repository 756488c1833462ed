//! Usage: what is reported, what it comes to, and how it is billed.

mod bills;
mod ends;
mod limits;
mod meters;
mod reports;

use serde_json::{Value, json};
use sovereign::clock::Clock as _;

use crate::harness::{Card, Customer, TestApp};

/// A customer with plan Flexi, which costs nothing but what is used.
async fn flexi(app: &TestApp, name: &str) -> Customer {
    let customer = app.customer(name).await;
    customer.checkout("flexi", "").await.expect(200);
    customer
}

/// A customer with plan Flexi and a daily backup (3 OMR), paid with a card that is kept.
async fn flexi_with_card(app: &TestApp, name: &str, card: Card) -> Customer {
    let customer = app.customer(name).await;
    let mut order = customer.checkout_body("flexi", "");
    order["addons"] = json!(["daily-backup"]);
    customer.client.post("/billing/checkout", &order).await.expect(200);
    let session = app.stripe().all("checkout.session").pop().expect("a session");
    app.stripe().pay(session["id"].as_str().unwrap(), Card::Good);
    app.stripe().deliver_all(1).await;
    let charge = app.stripe().all("charge").pop().unwrap();
    app.stripe().set_card(charge["payment_method"].as_str().unwrap(), card);
    customer
}

/// Sets what so many units of a meter cost.
async fn price(app: &TestApp, meter: &str, price_minor: i64, per_units: i64) {
    let body = json!({ "price_minor": price_minor, "per_units": per_units });
    let path = format!("/billing/admin/meters/{meter}");
    app.sovereign_admin().put(&path, &body).await.expect(200);
}

fn now(app: &TestApp) -> String {
    app.clock.now().to_rfc3339()
}

fn event(app: &TestApp, id: &str, customer: &Customer, meter: &str, quantity: i64) -> Value {
    json!({
        "id": id, "tenant_id": customer.tenant_id, "meter": meter, "quantity": quantity,
        "at": now(app),
    })
}

/// Reports what was used; answers the status of each, or why it was refused.
async fn report(app: &TestApp, events: &[Value]) -> Vec<String> {
    let answer = app.superadmin().post("/billing/usage", &json!({ "events": events })).await;
    verdicts(&answer.expect(200))
}

fn verdicts(answer: &Value) -> Vec<String> {
    let said = |event: &Value| {
        let why = event.get("error").unwrap_or(&event["status"]);
        assert_eq!(event.get("error").is_some(), event["status"] == "refused", "{event}");
        why.as_str().unwrap().to_owned()
    };
    answer["events"].as_array().unwrap().iter().map(said).collect()
}

/// Reports that so much CPU was used, which must count.
async fn uses(app: &TestApp, customer: &Customer, id: &str, quantity: i64) {
    let event = event(app, id, customer, "cpu-hours", quantity);
    assert_eq!(report(app, &[event]).await, ["accepted"]);
}

async fn usage(customer: &Customer) -> Value {
    customer.client.get(&format!("/billing/usage/{}", customer.tenant_id)).await.expect(200)
}

async fn subscription(customer: &Customer) -> Value {
    let path = format!("/billing/subscription/{}", customer.tenant_id);
    customer.client.get(&path).await.expect(200)
}

async fn invoices(customer: &Customer) -> Vec<Value> {
    let path = format!("/billing/invoices/{}", customer.tenant_id);
    customer.client.get(&path).await.expect(200).as_array().unwrap().clone()
}

/// What the newest invoices come to and how they stand, the newest first.
async fn billed(customer: &Customer) -> Vec<(i64, String)> {
    let of = |invoice: &Value| {
        let amount = invoice["amount_baisa"].as_i64().unwrap();
        (amount, invoice["status"].as_str().unwrap().to_owned())
    };
    invoices(customer).await.iter().map(of).collect()
}

/// What is done about subscriptions every minute.
async fn bill(app: &TestApp) {
    for job in ["renew-subscriptions", "retry-payments", "look-after-orders"] {
        app.run_job(job).await;
    }
}

async fn a_month_later(app: &TestApp) {
    app.clock.advance_days(31);
    bill(app).await;
}
