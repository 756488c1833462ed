//! Money that goes back: refunds by an administrator, at Stripe's dashboard, and by a customer's bank.

mod credit_notes;
mod disputes;
mod divided;
mod elsewhere;
mod failing;
mod lots;
mod made_at_stripe;
mod vouchers;
mod whole;

use serde_json::{Value, json};

use crate::harness::{Card, Client, Customer, Reply, Setup, SinkOptions, TestApp};

/// A Sovereign that takes cards, and whose superadmin can sign in.
pub(crate) fn setup() -> Setup {
    Setup { sink: Some(SinkOptions::default()), ..Setup::with_stripe() }
}

/// A superadmin who has just signed in.
pub(crate) async fn root(app: &TestApp) -> Client {
    let client = app.sign_in("root@example.com").await.client;
    app.execute("UPDATE users SET role = 'superadmin' WHERE email = 'root@example.com'").await;
    client
}

/// An order that was paid.
pub(crate) struct Paid {
    customer: Customer,
    order_id: String,
    /// Stripe's; empty where no card paid.
    charge_id: String,
}

/// Plan M, 9 OMR, paid by 4 OMR of a voucher's credit and 5 OMR by card.
pub(crate) async fn paid(app: &TestApp, name: &str) -> Paid {
    app.issue("FOUR", 4, 0).await;
    let customer = app.customer(name).await;
    pay(app, customer, "FOUR").await
}

/// Plan M: what a voucher and the credit that is there do not cover, a card pays.
async fn pay(app: &TestApp, customer: Customer, code: &str) -> Paid {
    let answer = customer.checkout("m", code).await.expect(200);
    let order_id = answer["order_id"].as_str().unwrap().to_owned();
    if !answer["session_url"].is_string() {
        return Paid { customer, order_id, charge_id: String::new() };
    }
    let session = app.stripe().all("checkout.session").pop().unwrap();
    app.stripe().pay(session["id"].as_str().unwrap(), Card::Good);
    app.stripe().deliver_all(1).await;
    let charge = app.stripe().all("charge").pop().unwrap();
    let charge_id = charge["id"].as_str().unwrap().to_owned();
    Paid { customer, order_id, charge_id }
}

impl Paid {
    fn path(&self) -> String {
        format!("/billing/admin/orders/{}/refund", self.order_id)
    }

    /// Asks for a refund under a key of its own.
    pub(crate) async fn refund(&self, root: &Client, key: &str, wish: Value) -> Reply {
        let mut body = json!({ "reason": "asked for" });
        for (member, value) in wish.as_object().unwrap() {
            body[member] = value.clone();
        }
        root.post_keyed(&self.path(), key, &body).await
    }

    /// What was refunded, and what can be.
    async fn refunds(&self, app: &TestApp) -> Value {
        let path = format!("/billing/admin/orders/{}/refunds", self.order_id);
        app.superadmin().get(&path).await.expect(200)
    }

    /// What is left of credit and card.
    async fn left(&self, app: &TestApp) -> (i64, i64) {
        let refunds = self.refunds(app).await;
        let minor = |member: &str| refunds[member].as_i64().unwrap();
        (minor("credit_left_minor"), minor("card_left_minor"))
    }

    /// What is available, and what is owed.
    async fn wallet(&self) -> (i64, i64) {
        let path = format!("/billing/balance?tenant_id={}", self.customer.tenant_id);
        let balance = self.customer.client.get(&path).await.expect(200);
        let owed = &balance["wallets"][0]["owed_minor"];
        (balance["credit_baisa"].as_i64().unwrap(), owed.as_i64().unwrap())
    }
}

/// What went back of each side.
fn parts(refund: &Value) -> (i64, i64) {
    (refund["credit_minor"].as_i64().unwrap(), refund["card_minor"].as_i64().unwrap())
}

/// How often people were told of such a thing that nobody has resolved.
async fn alarms(app: &TestApp, kind: &str) -> i64 {
    app.number(&format!("SELECT COUNT(*) FROM alarms WHERE kind = '{kind}'")).await
}
