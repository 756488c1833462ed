//! Who makes a history: some customers, the operator and Stripe, who do this and that as it comes.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use sovereign::clock::Clock as _;

use crate::harness::{Card, Customer, Reply, TestApp};

/// A history must have ended by now.
pub(super) const BEGAN_DAYS_AGO: i64 = 380;
const MOST_DAYS: i64 = 300;
const CUSTOMERS: usize = 3;
/// What is done at random, after what everybody does.
const ACTS: usize = 36;

/// Done whenever time has passed.
const JOBS: [&str; 7] = [
    "renew-subscriptions",
    "retry-payments",
    "look-after-orders",
    "send-refunds",
    "expire-credit",
    "number-invoices",
    "roll-up",
];

pub(super) struct Player<'a> {
    app: &'a TestApp,
    chance: StdRng,
    customers: Vec<Customer>,
    codes: Vec<String>,
    /// How many things have a name of their own.
    named: usize,
    /// Days that have passed.
    days: i64,
    /// How many events of Stripe's have been handed over.
    told: usize,
}

/// The answer; `None` where something was in the way, which may be.
fn answered(reply: Reply) -> Option<Value> {
    assert!(reply.status < 500, "{}", reply.text);
    (reply.status < 300).then_some(reply.body)
}

impl<'a> Player<'a> {
    pub(super) fn new(app: &'a TestApp, seed: u64) -> Self {
        let chance = StdRng::seed_from_u64(seed);
        let (customers, codes) = (Vec::new(), Vec::new());
        Self { app, chance, customers, codes, named: 0, days: 0, told: 0 }
    }

    /// Plays a history to its end; answers which Organization is to move.
    pub(super) async fn play(mut self) -> String {
        self.begins().await;
        for _ in 0..ACTS {
            self.act().await;
        }
        self.issues("LAST", 100, 0).await;
        for customer in self.customers.clone() {
            answered(customer.redeem("LAST").await);
        }
        // One with credit that nothing keeps here.
        let sql = "SELECT o.id FROM organizations o JOIN wallets w ON w.tenant_id = o.id \
                   WHERE w.balance_minor > 0 AND w.held_minor = 0 \
                       AND NOT EXISTS (SELECT 1 FROM orders p \
                           WHERE p.tenant_id = o.id AND p.status = 'pending') \
                       AND NOT EXISTS (SELECT 1 FROM refunds r \
                           WHERE r.tenant_id = o.id AND r.status = 'pending') \
                   ORDER BY o.slug";
        let mut movable = self.app.texts(sql).await;
        assert!(!movable.is_empty(), "nobody can move");
        movable.swap_remove(self.chance.random_range(0..movable.len()))
    }

    /// What everybody does: so that there is something of everything.
    async fn begins(&mut self) {
        let price = json!({ "price_minor": 3, "per_units": 100 });
        let meter = "/billing/admin/meters/cpu-hours";
        self.app.sovereign_admin().put(meter, &price).await.expect(200);
        for (code, rials, days) in [("OPENING", 1, 0), ("SHORT", 3, 10), ("LONG", 12, 0)] {
            self.issues(code, rials, days).await;
        }
        for number in 0..CUSTOMERS {
            let customer = self.app.customer(&format!("customer-{number}")).await;
            let mut order = customer.checkout_body("flexi", "OPENING");
            order["addons"] = json!(["daily-backup"]);
            let answer = customer.client.post("/billing/checkout", &order).await.expect(200);
            self.pays(&answer).await;
            let order_id = answer["order_id"].as_str().unwrap();
            self.refunds(order_id, json!({ "amount_minor": 900 })).await.expect(200);
            for code in ["SHORT", "LONG"] {
                customer.redeem(code).await.expect(200);
            }
            self.joins(&customer).await;
            self.invites(&customer).await;
            self.uses(&customer).await;
            self.customers.push(customer);
        }
        self.days_pass(32).await;
    }

    async fn act(&mut self) {
        let number = self.chance.random_range(0..self.customers.len());
        let customer = self.customers[number].clone();
        match self.chance.random_range(0..12) {
            0 => self.issues_something().await,
            1 | 2 => self.redeems(&customer).await,
            3 => self.checks_out(&customer).await,
            4 => self.has_money_back(&customer).await,
            5 => self.joins(&customer).await,
            6 => self.invites(&customer).await,
            7 => self.uses(&customer).await,
            8 => self.ends_or_resumes(&customer).await,
            9 => self.disputes(&customer).await,
            _ => self.some_days_pass().await,
        }
    }

    /// A name that nothing else has.
    fn name(&mut self, kind: &str) -> String {
        self.named += 1;
        format!("{kind}-{}", self.named)
    }

    async fn issues(&mut self, code: &str, rials: i64, valid_days: i64) {
        let voucher = json!({ "code": code, "credit_omr": rials, "credit_valid_days": valid_days });
        self.app.issue_as(voucher).await;
        self.codes.push(code.to_owned());
    }

    async fn issues_something(&mut self) {
        let code = self.name("CHANCE");
        let rials: i64 = self.chance.random_range(1..30);
        let valid_days = if self.chance.random_bool(0.6) { rials + 10 } else { 0 };
        self.issues(&code, rials, valid_days).await;
    }

    async fn redeems(&mut self, customer: &Customer) {
        let code = &self.codes[self.chance.random_range(0..self.codes.len())];
        answered(customer.redeem(code).await);
    }

    /// Begins a subscription anew, where there is none.
    async fn checks_out(&mut self, customer: &Customer) {
        let plan = ["s", "m", "flexi"][self.chance.random_range(0..3)];
        let code = if self.chance.random_bool(0.5) {
            self.codes[self.chance.random_range(0..self.codes.len())].as_str()
        } else {
            ""
        };
        if let Some(answer) = answered(customer.checkout(plan, code).await) {
            self.pays(&answer).await;
        }
    }

    /// By card, where credit has not paid for all of it.
    async fn pays(&mut self, answer: &Value) {
        if let Some(url) = answer["session_url"].as_str() {
            let session = url.rsplit('/').next().unwrap();
            let session = self.app.stripe().pay(session, Card::Good);
            assert_eq!(session["payment_status"], "paid", "{session}");
        }
        self.hears().await;
    }

    /// Stripe tells what has happened there.
    async fn hears(&mut self) {
        for event in self.app.stripe().events_after(self.told) {
            let status = self.app.stripe().deliver(&event).await;
            assert!((200..300).contains(&status), "{status} for {}", event.body);
            self.told += 1;
        }
    }

    async fn refunds(&mut self, order_id: &str, mut wish: Value) -> Reply {
        wish["reason"] = "asked for".into();
        let key = self.name("refund");
        let path = format!("/billing/admin/orders/{order_id}/refund");
        let reply = self.app.superadmin().post_keyed(&path, &key, &wish).await;
        self.hears().await;
        reply
    }

    async fn has_money_back(&mut self, customer: &Customer) {
        let sql = format!(
            "SELECT {} FROM orders o WHERE o.tenant_id = '{}' AND o.status = 'completed' \
                 AND NOT EXISTS (SELECT 1 FROM disputes d WHERE d.order_id = o.id) ORDER BY o.id",
            self.app.uuid_as_text("o.id"),
            customer.tenant_id
        );
        let orders = self.app.texts(&sql).await;
        if orders.is_empty() {
            return;
        }
        let order = &orders[self.chance.random_range(0..orders.len())];
        let whole = self.chance.random_bool(0.3);
        let wish = if whole { json!({}) } else { json!({ "amount_minor": 450 }) };
        answered(self.refunds(order, wish).await);
    }

    /// The bank takes the newest payment back, and decides.
    async fn disputes(&mut self, customer: &Customer) {
        let whole = |charge: &Value| {
            charge["metadata"]["organization"] == *customer.tenant_id
                && charge["status"] == "succeeded"
                && charge["amount_refunded"] == 0
                && charge["disputed"] != true
        };
        let Some(charge) = self.app.stripe().all("charge").into_iter().rfind(whole) else {
            return;
        };
        let (id, amount) = (charge["id"].as_str().unwrap(), charge["amount"].as_i64().unwrap());
        let dispute = self.app.stripe().dispute(id, amount);
        self.hears().await;
        if self.chance.random_bool(0.5) {
            self.app.stripe().win(&dispute);
        } else {
            self.app.stripe().lose(&dispute);
        }
        self.hears().await;
    }

    async fn joins(&mut self, customer: &Customer) {
        let name = self.name("helper");
        // A person exists from their first request on.
        self.app.member(&name).get("/tenant/orgs").await.expect(200);
        let body = json!({ "email": format!("{name}@example.com"), "role": "viewer" });
        let path = format!("/tenant/orgs/{}/members", customer.tenant_id);
        answered(customer.client.post(&path, &body).await);
    }

    async fn invites(&mut self, customer: &Customer) {
        let body =
            json!({ "email": format!("{}@example.com", self.name("guest")), "role": "viewer" });
        let path = format!("/tenant/orgs/{}/invitations", customer.tenant_id);
        answered(customer.client.post(&path, &body).await);
    }

    /// Reports that something was used; it counts with a plan that pays for that.
    async fn uses(&mut self, customer: &Customer) {
        let quantity: i64 = self.chance.random_range(1..50_000);
        let event = json!({
            "id": self.name("report"), "tenant_id": customer.tenant_id, "meter": "cpu-hours",
            "quantity": quantity, "at": self.app.clock.now().to_rfc3339(),
        });
        let body = json!({ "events": [event] });
        self.app.superadmin().post("/billing/usage", &body).await.expect(200);
    }

    async fn ends_or_resumes(&mut self, customer: &Customer) {
        let (what, body) = match self.chance.random_range(0..4) {
            0 => ("cancel", json!({ "at": "now" })),
            1 => ("cancel", json!({ "at": "period_end" })),
            _ => ("resume", json!({})),
        };
        let path = format!("/billing/subscription/{}/{what}", customer.tenant_id);
        answered(customer.client.post(&path, &body).await);
    }

    async fn some_days_pass(&mut self) {
        let days: i64 = self.chance.random_range(2..25);
        if self.days + days < MOST_DAYS {
            self.days_pass(days).await;
        }
    }

    async fn days_pass(&mut self, days: i64) {
        self.days += days;
        self.app.clock.advance_days(days);
        for job in JOBS {
            self.app.run_job(job).await;
        }
        self.hears().await;
    }
}
