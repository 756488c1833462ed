//! A database, a Stripe that outlives every process, and people who check out, pay, and ask again.

use std::sync::Arc;

use serde_json::{Value, json};
use sovereign::auth::Tokens;
use sovereign::clock::SystemClock;

use crate::harness::{
    Card, Customer, Door, Engine, Event, Program, Reply, Server, StripeFake, TestDatabase,
    tenant_id,
};

const VOUCHER: &str = "FOUR";
/// Every job that a payment needs.
const JOBS: [&str; 2] = ["look-after-orders", "send-refunds"];

/// What somebody is about when the process is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// A first checkout, of which a card is to pay the rest.
    Checkout,
    /// The card has paid, and Stripe says so.
    Payment,
    /// The card has paid, nobody says so, and the job finds out.
    PaymentUntold,
    /// The card has paid for an order that another one took the place of.
    LatePayment,
    /// The card has paid for an order that had ended, and nothing is in its way.
    RevivingPayment,
    /// Another checkout while the first one waits.
    SecondCheckout,
}

pub(super) struct World {
    pub(super) database: TestDatabase,
    pub(super) stripe: Arc<StripeFake>,
    tokens: Arc<Tokens>,
}

impl World {
    pub(super) async fn start(database: TestDatabase) -> Self {
        let stripe = Arc::new(StripeFake::start(Arc::new(SystemClock)).await);
        let tokens = Arc::new(database.tokens());
        database.people(0..40).await;
        let now = match database.engine() {
            Engine::Sqlite => "1740830400000000",
            Engine::Postgres => "'2025-03-01'",
        };
        let sql = format!(
            "INSERT INTO promo_codes (code, credit_omr, credit_minor, description, active, \
                 max_redemptions, times_redeemed, adopted_redemptions, created_at, updated_at) \
             VALUES ('{VOUCHER}', 4, 4000, '', true, 0, 0, 0, {now}, {now})"
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

    fn program(&self, arguments: &[&str]) -> Program {
        self.database.program(arguments).env("SOVEREIGN_STRIPE_API_URL", self.stripe.url())
    }

    /// A server, which Stripe tells from now on.
    pub(super) fn serve(&self) -> Server {
        self.start_server(None)
    }

    fn start_server(&self, armed: Option<&str>) -> Server {
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
        for job in JOBS {
            self.program(&["jobs", "run", job]).run().expect(0);
        }
        if about.job().is_some() {
            let sql =
                format!("SELECT status FROM orders WHERE tenant_id = '{}'", tenant_id(person));
            assert_eq!(self.database.texts(&sql).await, ["completed"], "found by the job");
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
        let charges = self.stripe.all("charge");
        let charged: i64 = charges.iter().map(|charge| charge["amount"].as_i64().unwrap()).sum();
        assert_eq!(paid, charged.to_string());
        self.database.remove().await;
    }

    fn customer(&self, door: &Door, person: usize) -> Customer {
        door.person(&self.tokens, person)
    }

    /// Asks for a plan; nobody may answer.
    async fn ask(&self, door: &Door, person: usize, plan: &str) -> Option<Reply> {
        let customer = self.customer(door, person);
        let body = json!({
            "plan_id": plan, "tenant_id": tenant_id(person), "promo_code": VOUCHER,
        });
        let key = format!("{plan}-{person}");
        customer.client.try_post_keyed("/billing/checkout", &key, &body).await
    }

    async fn check_out(&self, server: &Server, person: usize, plan: &str) -> Value {
        self.ask(&server.door(), person, plan).await.expect("an answer").expect(200)
    }

    /// The sessions of this person, in the order they were made.
    fn sessions(&self, person: usize) -> Vec<Value> {
        let tenant = tenant_id(person);
        let all = self.stripe.all("checkout.session").into_iter();
        all.filter(|session| session["metadata"]["organization"] == *tenant).collect()
    }

    /// Pays the one session that can be paid.
    fn pay(&self, person: usize) {
        let sessions = self.sessions(person);
        let open: Vec<&Value> =
            sessions.iter().filter(|session| session["status"] == "open").collect();
        assert_eq!(open.len(), 1, "{sessions:?}");
        let paid = self.stripe.pay(open[0]["id"].as_str().unwrap(), Card::Good);
        assert_eq!(paid["payment_status"], "paid", "{paid}");
    }

    /// The events about this person, in the order they happened.
    fn events(&self, person: usize) -> Vec<Event> {
        let tenant = tenant_id(person);
        let all = self.stripe.events().into_iter();
        all.filter(|event| event.body.contains(&tenant)).collect()
    }

    fn last_event(&self, person: usize, kind: &str) -> Event {
        let mut events = self.events(person);
        events.retain(|event| event.kind == kind);
        events.pop().unwrap_or_else(|| panic!("no {kind}"))
    }

    /// The last one that says that a session was paid.
    fn told_paid(&self, person: usize) -> Event {
        self.last_event(person, "checkout.session.completed")
    }

    fn first_session(&self, person: usize) -> String {
        self.sessions(person)[0]["id"].as_str().unwrap().to_owned()
    }

    /// Pays a session that has ended: what must never happen, and has to be survived.
    fn pay_ended(&self, person: usize) {
        self.stripe.reopen(&self.first_session(person));
        self.pay(person);
    }

    /// As if the orders that wait had been placed ten minutes ago.
    async fn age(&self, person: usize) {
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

impl About {
    pub(super) const ALL: [Self; 6] = [
        Self::Checkout,
        Self::Payment,
        Self::PaymentUntold,
        Self::LatePayment,
        Self::RevivingPayment,
        Self::SecondCheckout,
    ];

    /// What has happened before.
    pub(super) async fn prepare(self, world: &World, server: &Server, person: usize) {
        match self {
            Self::Checkout => {}
            Self::Payment | Self::PaymentUntold => {
                world.check_out(server, person, "m").await;
                world.pay(person);
            }
            Self::LatePayment => {
                world.check_out(server, person, "m").await;
                world.check_out(server, person, "l").await;
                world.pay(person);
                assert_eq!(world.stripe.deliver(&world.told_paid(person)).await, 200);
                world.pay_ended(person);
            }
            Self::RevivingPayment => {
                world.check_out(server, person, "m").await;
                world.stripe.expire(&world.first_session(person));
                let expired = world.last_event(person, "checkout.session.expired");
                assert_eq!(world.stripe.deliver(&expired).await, 200);
                world.pay_ended(person);
            }
            Self::SecondCheckout => {
                world.check_out(server, person, "m").await;
            }
        }
    }

    /// The job that does it, where no server does.
    fn job(self) -> Option<&'static str> {
        (self == Self::PaymentUntold).then_some("look-after-orders")
    }

    /// Has come what a job waits for, while there is no server whose own jobs would be first.
    async fn come_due(self, world: &World, person: usize) {
        if self == Self::PaymentUntold {
            world.age(person).await;
        }
    }

    /// It is done, and nothing is killed.
    pub(super) async fn unhurt(self, world: &World, server: Server, person: usize) {
        if self.job().is_none() {
            assert!(self.ask(world, &server.door(), person).await, "{self:?} had no answer");
        }
        server.stop().expect(0);
        self.come_due(world, person).await;
    }

    /// The process that does it is killed at `point`. One that never comes there is a failure.
    pub(super) async fn killed(self, world: &World, server: Server, point: &str, person: usize) {
        server.stop().expect(0);
        let stopped = format!("stopped at fail point {point}");
        self.come_due(world, person).await;
        if let Some(job) = self.job() {
            let program = world.program(&["jobs", "run", job]);
            let armed = program.env("SOVEREIGN_TEST_FAIL_POINT", format!("{point}:1"));
            let mut process = armed.spawn();
            process.wait_for(&stopped);
            assert_eq!(process.kill().code, None, "ended by the signal");
            return;
        }
        let mut server = world.start_server(Some(point));
        let door = server.door();
        let killing = tokio::task::spawn_blocking(move || {
            server.wait_for(&stopped);
            server.kill()
        });
        let (answered, killed) = tokio::join!(self.ask(world, &door, person), killing);
        assert_eq!(killed.unwrap().code, None, "ended by the signal");
        assert!(!answered, "{self:?} was answered before {point}");
    }

    /// Does what a server is asked for; says whether it answered well.
    async fn ask(self, world: &World, door: &Door, person: usize) -> bool {
        let told = |event: Event| async move { world.stripe.deliver(&event).await == 200 };
        match self {
            Self::Checkout => answered(world.ask(door, person, "m").await),
            Self::SecondCheckout => answered(world.ask(door, person, "l").await),
            Self::Payment | Self::LatePayment | Self::RevivingPayment => {
                told(world.told_paid(person)).await
            }
            Self::PaymentUntold => false,
        }
    }

    /// The customer asks again, under the same key, and pays what there is to pay.
    async fn finish(self, world: &World, server: &Server, person: usize) {
        let plan = match self {
            Self::Checkout => "m",
            Self::SecondCheckout => "l",
            Self::Payment | Self::PaymentUntold | Self::LatePayment | Self::RevivingPayment => {
                return;
            }
        };
        let answer = world.check_out(server, person, plan).await;
        let sessions = world.sessions(person);
        let last = sessions.last().expect("a session");
        assert_eq!(answer["session_url"], last["url"], "{self:?}");
        world.pay(person);
    }
}

fn answered(reply: Option<Reply>) -> bool {
    reply.is_some_and(|reply| reply.status == 200)
}
