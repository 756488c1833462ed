//! What a card pays: from the checkout to Stripe and back, and whatever may go wrong on the way.

mod adopted;
mod amounts;
mod bill_here;
mod changes;
mod late;
mod portal;
mod remainder;
mod renewals;
mod supersede;
mod trouble;
mod webhooks;
mod year;

use serde_json::Value;

use crate::harness::{Card, Customer, TestApp};

/// A customer with 4 OMR of a voucher's credit, whose checkout of plan M (9 OMR) waits for a card.
struct Waiting {
    customer: Customer,
    answer: Value,
    session_id: String,
}

async fn waiting(app: &TestApp, name: &str) -> Waiting {
    app.issue("FOUR", 4, 0).await;
    let customer = app.customer(name).await;
    let answer = customer.checkout("m", "FOUR").await.expect(200);
    let session_id = last_session(app);
    Waiting { customer, answer, session_id }
}

/// The identifier of the session that was made last.
fn last_session(app: &TestApp) -> String {
    let session = app.stripe().all("checkout.session").pop().expect("a session");
    session["id"].as_str().unwrap().to_owned()
}

fn paid(app: &TestApp, session_id: &str) {
    let session = app.stripe().pay(session_id, Card::Good);
    assert_eq!(session["payment_status"], "paid", "{session}");
}

impl Waiting {
    async fn status(&self, app: &TestApp) -> String {
        let orders = app.superadmin().get("/billing/admin/orders").await.expect(200);
        let own = |order: &&Value| order["id"] == self.answer["order_id"];
        let order = orders.as_array().unwrap().iter().find(own).expect("the order");
        order["status"].as_str().unwrap().to_owned()
    }
}

/// How often the voucher counts as redeemed.
async fn times_redeemed(app: &TestApp) -> i64 {
    app.number("SELECT CAST(times_redeemed AS bigint) FROM promo_codes WHERE code = 'FOUR'").await
}
