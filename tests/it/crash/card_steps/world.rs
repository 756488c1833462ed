//! A database, a Stripe that outlives every process, and people who check out, pay, and ask again.

use std::sync::Arc;

use serde_json::{Value, json};
use sovereign::auth::Tokens;
use sovereign::clock::SystemClock;

use super::about::About;
use crate::harness::{
    Card, Customer, Door, Engine, Event, Program, Reply, Server, StripeFake, TestDatabase,
    tenant_id,
};

/// Of 4 OMR: each person's first checkout redeems it.
const VOUCHER: &str = "FOUR";
/// Of 2 OMR: what a renewal finds in the wallet.
pub(super) const FURTHER_VOUCHER: &str = "TWO";
/// Every job that a payment needs.
const JOBS: [&str; 4] =
    ["renew-subscriptions", "retry-payments", "look-after-orders", "send-refunds"];
/// More than there are steps.
const PEOPLE: usize = 60;

pub(super) struct World {
    pub(super) database: TestDatabase,
    pub(super) stripe: Arc<StripeFake>,
    tokens: Arc<Tokens>,
}

impl World {
    pub(super) async fn start(database: TestDatabase) -> Self {
        let stripe = Arc::new(StripeFake::start(Arc::new(SystemClock)));
        let tokens = Arc::new(database.tokens());
        database.people(0..PEOPLE).await;
        let now = match database.engine() {
            Engine::Sqlite => "1740830400000000",
            Engine::Postgres => "'2025-03-01'",
        };
        let sql = format!(
            "INSERT INTO promo_codes (code, credit_omr, credit_minor, description, active, \
                 max_redemptions, times_redeemed, adopted_redemptions, created_at, updated_at) \
             VALUES ('{VOUCHER}', 4, 4000, '', true, 0, 0, 0, {now}, {now}), \
                 ('{FURTHER_VOUCHER}', 2, 2000, '', true, 0, 0, 0, {now}, {now})"
        );
        database.execute(&sql).await;
        let world = Self { database, stripe, tokens };
        world.set_keys();
        world
    }

    fn set_keys(&self) {
        let file = |name: &str, text: String| {
            let path = self.database.directory.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let secret = file("secret", self.stripe.secret_key());
        let webhook = file("webhook", self.stripe.webhook_secret());
        let files = ["--secret-key", &secret, "--webhook-secret", &webhook];
        self.database.run(&[&["stripe", "keys"], &files[..]].concat()).expect(0);
    }

    pub(super) fn run_job(&self, job: &str) {
        self.program(&["jobs", "run", job]).run().expect(0);
    }

    pub(super) fn program(&self, arguments: &[&str]) -> Program {
        self.database.program(arguments).env("SOVEREIGN_STRIPE_API_URL", self.stripe.url())
    }

    /// A server, which Stripe tells from now on.
    pub(super) fn serve(&self) -> Server {
        self.start_server(None)
    }

    pub(super) fn start_server(&self, armed: Option<&str>) -> Server {
        let mut program = self.program(&["serve", "--listen", "127.0.0.1:0"]);
        if let Some(point) = armed {
            program = program.env("SOVEREIGN_TEST_FAIL_POINT", format!("{point}:1"));
        }
        let server = Server::start(program);
        self.stripe.point_at(&format!("http://{}/billing/webhook", server.address));
        server
    }

    fn verify(&self) {
        self.database.run(&["verify"]).expect(0);
    }

    /// What goes on by itself after a process has ended: jobs, a server, the customer, Stripe. Answers the
    /// server.
    pub(super) async fn recover(&self, about: About, person: usize) -> Server {
        self.verify();
        // A minute later: what the killed process had leased has come to its end.
        self.database.execute("DELETE FROM leases").await;
        if about.is_left_to_jobs() {
            self.age(person).await;
        }
        for job in JOBS {
            self.run_job(job);
        }
        if let Some(found) = about.after_its_job() {
            let sql = format!(
                "SELECT status FROM orders WHERE tenant_id = '{}' ORDER BY kind",
                tenant_id(person)
            );
            assert_eq!(self.database.texts(&sql).await, found, "{about:?} after the jobs");
        }
        let server = self.serve();
        about.finish(self, &server, person).await;
        // What is told may make Stripe tell more.
        let mut told = 0;
        while let Some(event) = self.events(person).get(told) {
            for _ in 0..2 {
                assert_eq!(self.stripe.deliver(event).await, 200, "{event:?}");
            }
            told += 1;
        }
        server
    }

    /// Nothing at Stripe is nobody's, and the voucher was redeemed once for each of so many people.
    pub(super) async fn end(self, people: usize) {
        self.verify();
        assert_eq!(self.stripe.objects_without_metadata(), []);
        let counted = format!(
            "SELECT CAST(times_redeemed AS text) FROM promo_codes WHERE code = '{VOUCHER}'"
        );
        assert_eq!(self.database.texts(&counted).await, [people.to_string()]);
        let paid = self.database.texts("SELECT CAST(SUM(amount_minor) AS text) FROM card_payments");
        let paid = paid.await.remove(0);
        let mut charges = self.stripe.all("charge");
        charges.retain(|charge| charge["status"] == "succeeded");
        let charged: i64 = charges.iter().map(|charge| charge["amount"].as_i64().unwrap()).sum();
        assert_eq!(paid, charged.to_string());
        self.database.remove().await;
    }

    pub(super) fn customer(&self, door: &Door, person: usize) -> Customer {
        door.person(&self.tokens, person)
    }

    /// Asks for a plan; nobody may answer.
    pub(super) async fn ask(&self, door: &Door, person: usize, plan: &str) -> Option<Reply> {
        let customer = self.customer(door, person);
        let body = json!({
            "plan_id": plan, "tenant_id": tenant_id(person), "promo_code": VOUCHER,
        });
        let key = format!("{plan}-{person}");
        customer.client.try_post_keyed("/billing/checkout", &key, &body).await
    }

    pub(super) async fn check_out(&self, server: &Server, person: usize, plan: &str) -> Value {
        self.ask(&server.door(), person, plan).await.expect("an answer").expect(200)
    }

    /// The sessions of this person, in the order they were made.
    pub(super) fn sessions(&self, person: usize) -> Vec<Value> {
        let tenant = tenant_id(person);
        let all = self.stripe.all("checkout.session").into_iter();
        all.filter(|session| session["metadata"]["organization"] == *tenant).collect()
    }

    /// Pays the one session that can be paid.
    pub(super) fn pay(&self, person: usize) {
        let sessions = self.sessions(person);
        let open: Vec<&Value> =
            sessions.iter().filter(|session| session["status"] == "open").collect();
        assert_eq!(open.len(), 1, "{sessions:?}");
        let paid = self.stripe.pay(open[0]["id"].as_str().unwrap(), Card::Good);
        assert_eq!(paid["payment_status"], "paid", "{paid}");
    }

    /// How often a card of theirs was charged.
    pub(super) fn charges(&self, person: usize) -> usize {
        let tenant = tenant_id(person);
        let charged = |charge: &&Value| {
            charge["metadata"]["organization"] == *tenant && charge["status"] == "succeeded"
        };
        self.stripe.all("charge").iter().filter(charged).count()
    }

    /// The events about this person, in the order they happened.
    fn events(&self, person: usize) -> Vec<Event> {
        let tenant = tenant_id(person);
        let all = self.stripe.events().into_iter();
        all.filter(|event| event.body.contains(&tenant)).collect()
    }

    pub(super) fn last_event(&self, person: usize, kind: &str) -> Event {
        let mut events = self.events(person);
        events.retain(|event| event.kind == kind);
        events.pop().unwrap_or_else(|| panic!("no {kind}"))
    }

    /// The last one that says that a session was paid.
    pub(super) fn told_paid(&self, person: usize) -> Event {
        self.last_event(person, "checkout.session.completed")
    }

    pub(super) fn first_session(&self, person: usize) -> String {
        self.sessions(person)[0]["id"].as_str().unwrap().to_owned()
    }

    /// Pays a session that has ended: what must never happen, and has to be survived.
    pub(super) fn pay_ended(&self, person: usize) {
        self.stripe.reopen(&self.first_session(person));
        self.pay(person);
    }

    /// As if the orders that wait had been placed ten minutes ago.
    pub(super) async fn age(&self, person: usize) {
        let earlier = match self.database.engine() {
            Engine::Sqlite => "created_at - 600000000",
            Engine::Postgres => "created_at - interval '10 minutes'",
        };
        let sql = format!(
            "UPDATE orders SET created_at = {earlier} \
             WHERE status = 'pending' AND tenant_id = '{}'",
            tenant_id(person)
        );
        self.database.execute(&sql).await;
    }
}
