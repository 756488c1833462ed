//! `sovereign reconcile`, beside a server and without one.

use std::sync::Arc;

use serde_json::{Value, json};
use sovereign::clock::{Clock as _, SystemClock};

use crate::harness::{Card, Engine, Program, Server, StripeFake, TestDatabase, Trouble, on_empty};

/// Who had it run.
const ASKED: &str = "SELECT actor || ' ' || subject FROM audit_log WHERE action = 'job.run'";
const FIRST: [&str; 4] = ["--fqdn", "test.sovereign.example", "--currency", "OMR"];

/// A database whose Sovereign takes cards, at a stand-in on the clock of the machine.
struct World<'a> {
    database: &'a TestDatabase,
    stripe: StripeFake,
}

impl<'a> World<'a> {
    fn new(database: &'a TestDatabase) -> Self {
        Self { database, stripe: StripeFake::start(Arc::new(SystemClock)) }
    }

    fn program(&self, arguments: &[&str]) -> Program {
        let program = self.database.program(arguments);
        program.env("SOVEREIGN_STRIPE_API_URL", self.stripe.url())
    }

    fn serve(&self) -> Server {
        Server::start(self.program(&["serve", "--listen", "127.0.0.1:0"]).args(FIRST))
    }

    /// The exit code and the answer. The stand-in answers on the threads of the test.
    async fn reconcile(&self, arguments: &[&str]) -> (i32, Value) {
        let program = self.program(&["reconcile", "--json"]).args(arguments);
        let ended = tokio::task::spawn_blocking(move || program.run()).await.unwrap();
        let answer = serde_json::from_str(&ended.stdout).unwrap_or(Value::Null);
        (ended.code.unwrap(), answer)
    }

    /// A server at which somebody orders and pays, and that never hears of it; the orders of its jobs are not
    /// looked after yet.
    async fn paid_unheard(&self) -> Server {
        let server = self.serve();
        let key = self.program(&["stripe", "keys", "--secret-key", "-"]);
        let key = key.stdin(&self.stripe.secret_key());
        tokio::task::spawn_blocking(move || key.run()).await.unwrap().expect(0);
        server.stop().expect(0);
        let server = self.serve();
        let client = server.bearing(&self.database.mint("member", "ahmed@example.com"));
        let tenant_id = client.make_organization("kestrel").await;
        let order = json!({ "plan_id": "m", "tenant_id": tenant_id });
        client.post("/billing/checkout", &order).await.expect(200);
        let session = self.stripe.all("checkout.session").pop().unwrap();
        self.stripe.pay(session["id"].as_str().unwrap(), Card::Good);
        server
    }

    async fn statuses(&self) -> Vec<String> {
        self.database.texts("SELECT status FROM orders").await
    }
}

/// What is seconds old is compared only where it is asked for.
fn tomorrow() -> String {
    SystemClock.now().plus_days(1).to_rfc3339()
}

on_empty! {
    /// A dry run tells and changes nothing; a run mends; the next one is clean.
    async fn what_differs_is_told_then_mended(database: &TestDatabase) {
        let world = World::new(database);
        let server = world.paid_unheard().await;
        let until = tomorrow();
        let everything = ["--until", until.as_str()];
        let dry = [&everything[..], &["--dry-run"]].concat();
        let (code, told) = world.reconcile(&dry).await;
        assert_eq!(code, 1, "{told}");
        assert_eq!((&told["ok"], &told["dry_run"]), (&json!(false), &json!(true)));
        assert_eq!(told["findings_left"], 1);
        let finding = &told["findings"][0];
        assert_eq!(finding["kind"], "paid_not_here");
        assert_eq!(finding["repaired"], false);
        let charge = world.stripe.all("charge").pop().unwrap();
        assert_eq!(finding["subject"], charge["id"]);
        assert_eq!(world.statuses().await, ["pending"]);
        let alarms = database.run(&["alarms", "list", "--json"]).expect_json();
        assert_eq!(alarms, json!([]));
        assert!(database.texts(ASKED).await.is_empty(), "looking leaves no line");

        server.stop().expect(0);
        let (code, done) = world.reconcile(&everything).await;
        assert_eq!(code, 0, "{done}");
        assert_eq!(done["counts"], json!({ "paid_not_here": { "found": 1, "repaired": 1 } }));
        assert_eq!(world.statuses().await, ["completed"]);
        let (code, again) = world.reconcile(&everything).await;
        assert_eq!((code, &again["findings"]), (0, &json!([])));
        assert_eq!(database.texts(ASKED).await, ["cli reconcile"; 2]);
        database.run(&["verify"]).expect(0);

        let charge = charge["id"].as_str().unwrap();
        let refund = world.stripe.refund_from_dashboard(charge, 1_000);
        let (code, done) = world.reconcile(&[&everything[..], &["--repair"]].concat()).await;
        assert_eq!(code, 0, "{done}");
        assert_eq!(done["counts"], json!({ "refund_not_here": { "found": 1, "repaired": 1 } }));
        world.stripe.forget(&refund);
        let (code, left) = world.reconcile(&everything).await;
        assert_eq!(code, 1, "{left}");
        assert_eq!(left["findings"][0]["kind"], "refund_not_there");
        let alarms = database.run(&["alarms", "list", "--json"]).expect_json();
        assert_eq!(alarms[0]["subject"], refund.as_str());
        let shown = database.run(&["alarms", "list"]).expect_answer();
        assert!(shown.contains(&refund) && shown.contains("reconcile"), "{shown}");
    }

    /// Beside a server: on PostgreSQL it is done here, the server of an SQLite file is asked.
    async fn it_works_beside_a_server(database: &TestDatabase) {
        let world = World::new(database);
        let server = world.paid_unheard().await;
        // The server's own first run is over.
        let over = "SELECT name FROM jobs WHERE name = 'reconcile' AND last_finished_at >= last_started_at";
        while database.texts(over).await.is_empty() {
            tokio::task::yield_now().await;
        }
        let until = tomorrow();
        let (code, done) = world.reconcile(&["--until", &until]).await;
        if database.engine() == Engine::Postgres {
            assert_eq!(code, 0, "{done}");
            assert_eq!(world.statuses().await, ["completed"]);
        } else {
            assert_eq!(code, 2);
            let runs = "SELECT CAST(runs AS text) FROM jobs WHERE name = 'reconcile'";
            assert_eq!(database.texts(runs).await, ["1"]);
            let (code, asked) = world.reconcile(&[]).await;
            assert_eq!((code, asked), (0, json!({ "outcome": "asked" })));
            while database.texts(runs).await != ["2"] {
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(database.texts(ASKED).await, ["cli reconcile"]);
        server.stop().expect(0);
    }

    async fn what_cannot_be_done_is_said(database: &TestDatabase) {
        let world = World::new(database);
        world.serve().stop().expect(0);
        let (code, _) = world.reconcile(&[]).await;
        assert_eq!(code, 2, "there is no key");
        for wrong in [
            &["--since", "yesterday"][..],
            &["--since", "2026-10-02", "--until", "2026-10-01"],
            &["--repair", "--dry-run"],
        ] {
            assert_eq!(world.reconcile(wrong).await.0, 2, "{wrong:?}");
        }
        let server = world.paid_unheard().await;
        server.stop().expect(0);
        world.stripe.trouble("GET /v1/charges", Trouble::CutBefore, usize::MAX);
        let (code, failed) = world.reconcile(&["--since", "2026-10-01", "--until", "2026-10-02"]).await;
        assert_eq!(code, 3, "{failed}");
        assert_eq!(failed["done_until"], "2026-10-01T00:00:00Z");
        assert!(failed["error"].is_string(), "{failed}");
        world.stripe.no_trouble();
        let (code, done) = world.reconcile(&["--since", "2026-10-01", "--until", "2026-10-02"]).await;
        assert_eq!((code, &done["ok"]), (0, &json!(true)));
    }
}
