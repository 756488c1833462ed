//! What Stripe says of an Organization that is not here any more, and what cards paid before it came.

use serde_json::{Value, json};
use sovereign::auth::KeyRing;
use tempfile::TempDir;

use super::world::{OTHER, Side};
use crate::harness::{Card, Client, Engine, FQDN, Program, Server, Setup, TestApp, on_both};

/// Stripe is not asked for anything on the way: whoever asks finds nobody.
const NOBODY: &str = "http://127.0.0.1:9";
/// The server's clock stands still; the commands go by the machine's, which is behind after this.
const LATER_SECONDS: i64 = 3_600;

/// An Organization of a Sovereign that serves and takes cards, and another Sovereign that it goes to.
struct Away<'a> {
    app: &'a TestApp,
    target: Side,
    files: TempDir,
    tenant_id: String,
    order_id: String,
    charge_id: String,
    /// Of an order that another one took the place of, and that nobody has told the end of.
    ended_session: String,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn last_session(app: &TestApp) -> String {
    text(&app.stripe().all("checkout.session").pop().unwrap()["id"])
}

impl<'a> Away<'a> {
    /// Plan M, 9 OMR, paid by 4 OMR of credit and 5 OMR by card; 2 OMR of credit are left.
    async fn of(app: &'a TestApp) -> Self {
        app.follow_the_machine().await;
        let files = tempfile::tempdir().unwrap();
        let engine = match app.engine {
            Engine::Sqlite => Engine::Postgres,
            Engine::Postgres => Engine::Sqlite,
        };
        let target = Side::start(engine, OTHER, files.path()).await;
        let ring = KeyRing::load_or_create(app.database().directory.path()).unwrap();
        std::fs::write(files.path().join("keys"), ring.jwks().to_string()).unwrap();

        for (code, rials) in [("FOUR", 4), ("TWO", 2)] {
            app.issue(code, rials, 0).await;
        }
        let customer = app.customer("kestrel").await;
        customer.checkout("l", "").await.expect(200);
        let ended_session = last_session(app);
        let order = customer.checkout("m", "FOUR").await.expect(200);
        app.stripe().pay(&last_session(app), Card::Good);
        let paid = app.stripe().last_event("checkout.session.completed");
        assert_eq!(app.stripe().deliver(&paid).await, 200);
        customer.redeem("TWO").await.expect(200);
        let charge = app.stripe().all("charge").pop().unwrap();
        Self {
            app,
            target,
            files,
            tenant_id: customer.tenant_id,
            order_id: text(&order["order_id"]),
            charge_id: text(&charge["id"]),
            ended_session,
        }
    }

    fn file(&self, name: &str) -> String {
        self.files.path().join(name).to_str().unwrap().to_owned()
    }

    fn here(&self, words: &[&str]) -> Program {
        self.app.database().program(words).env("SOVEREIGN_STRIPE_API_URL", NOBODY)
    }

    fn export(&self) {
        let bundle = self.file("there");
        let words = ["org", "export", &self.tenant_id, "--to", OTHER, "--out", &bundle];
        self.here(&words).run().expect(0);
    }

    /// All four steps; the import with these words too.
    fn leaves(&self, how: &[&str]) {
        self.export();
        let [bundle, receipt, release, keys] =
            ["there", "there.receipt", "there.release", "keys"].map(|name| self.file(name));
        let words = ["org", "import", &bundle, "--from", FQDN, "--keys", &keys];
        let words = [&words[..], &["--receipt", &receipt], how].concat();
        self.target.program(&words).run().expect(0);
        let papers = ["--receipt", &receipt, "--keys", self.target.keys.to_str().unwrap()];
        let words = ["org", "confirm", &self.tenant_id, "--release", &release];
        self.here(&[&words[..], &papers[..]].concat()).run().expect(0);
        self.target.program(&["org", "activate", "--release", &release]).run().expect(0);
        self.app.clock.advance_seconds(LATER_SECONDS);
    }

    fn export_back(&self) {
        let bundle = self.file("back");
        let words = ["org", "export", &self.tenant_id, "--to", FQDN, "--out", &bundle];
        self.target.program(&words).run().expect(0);
    }

    fn import_back(&self) -> Program {
        let [bundle, receipt] = ["back", "back.receipt"].map(|name| self.file(name));
        let keys = ["--keys", self.target.keys.to_str().unwrap()];
        let words = ["org", "import", &bundle, "--from", OTHER, "--receipt", &receipt];
        self.here(&[&words[..], &keys[..]].concat())
    }

    /// The last two steps.
    fn arrives_back(&self) {
        let [receipt, release, keys] =
            ["back.receipt", "back.release", "keys"].map(|name| self.file(name));
        let papers = ["--receipt", &receipt, "--keys", &keys, "--release", &release];
        let words = ["org", "confirm", &self.tenant_id];
        self.target.program(&[&words[..], &papers[..]].concat()).run().expect(0);
        self.here(&["org", "activate", "--release", &release]).run().expect(0);
    }

    fn comes_back(&self) {
        self.export_back();
        self.import_back().run().expect(0);
        self.arrives_back();
    }

    /// Stripe tells twice what has happened since so many events, and has this answer.
    async fn hears(&self, since: usize, status: u16) {
        let events = self.app.stripe().events_after(since);
        assert!(!events.is_empty());
        for event in events {
            for _ in 0..2 {
                let answered = self.app.stripe().deliver(&event).await;
                assert_eq!(answered, status, "{}", event.body);
            }
        }
    }

    /// The payment of the order that had ended, which nobody has heard of yet; answers since when there are its events.
    fn pays_late(&self) -> usize {
        let since = self.app.stripe().events().len();
        self.app.stripe().reopen(&self.ended_session);
        let session = self.app.stripe().pay(&self.ended_session, Card::Good);
        assert_eq!(session["payment_status"], "paid", "{session}");
        since
    }

    /// Every alarm: its kind, what it is about, how often it was raised, and what it says.
    async fn alarms(&self) -> Vec<String> {
        let sql = "SELECT kind || ' ' || subject || ' ' || CAST(times AS text) || ' ' || detail \
                   FROM alarms ORDER BY created_at, id";
        self.app.texts(sql).await
    }

    /// Somebody has seen to all alarms.
    async fn resolves(&self) {
        let root = self.app.superadmin();
        let open = root.get("/billing/admin/alarms?open=true").await.expect(200);
        for alarm in open.as_array().unwrap() {
            let path = format!("/billing/admin/alarms/{}/resolve", text(&alarm["id"]));
            root.post(&path, &json!({})).await.expect(200);
        }
    }

    /// The alarm says what it has to.
    fn assert_says(&self, alarm: &str, begins: &str, parts: &[&str]) {
        assert!(alarm.starts_with(begins), "{alarm}");
        for part in [&[self.tenant_id.as_str(), OTHER][..], parts].concat() {
            assert!(alarm.contains(part), "{part} is not in: {alarm}");
        }
    }

    /// All that Stripe has told by now is dealt with, and nothing moved a wallet on either side.
    async fn ends(self) {
        self.app.stripe().deliver_all(1).await;
        assert_eq!(self.target.credit(&self.tenant_id).await, 2_000);
        let here = "SELECT balance_minor + owed_minor FROM wallets";
        assert_eq!(self.app.number(here).await, 0);
        self.assert_sound().await;
    }

    /// The other Sovereign's books are right; it is not needed any more.
    async fn assert_sound(self) {
        let Self { target, .. } = self;
        target.verify();
        target.database.remove().await;
    }
}

/// A superadmin of the Sovereign that serves on a side.
fn root(side: &Side, server: &Server) -> Client {
    server.bearing(&side.database.mint("superadmin", "root@example.com"))
}

on_both! {
    /// A bank takes a payment back: the Sovereign that has the credit is told by a person, who is told once.
    async fn a_dispute_after_it_left_is_told_to_the_operator(app: &TestApp, Setup::with_stripe()) {
        let away = Away::of(app).await;
        away.leaves(&[]);
        let since = app.stripe().events().len();
        let dispute = app.stripe().dispute(&away.charge_id, 5_000);
        away.hears(since, 200).await;
        let alarms = away.alarms().await;
        assert_eq!(alarms.len(), 1, "{alarms:?}");
        let begins = format!("moved_away {dispute} 1 5.000 OMR");
        away.assert_says(&alarms[0], &begins, &[&away.order_id, "kestrel", "disputed (open)"]);

        // The nightly comparison has nothing to add, nor has it when that was seen to.
        app.clock.advance_seconds(LATER_SECONDS);
        app.run_job("reconcile").await;
        away.resolves().await;
        app.run_job("reconcile").await;
        assert_eq!(away.alarms().await, alarms);
        // How it ends is news.
        let since = app.stripe().events().len();
        app.stripe().lose(&dispute);
        away.hears(since, 200).await;
        let alarms = away.alarms().await;
        assert_eq!(alarms.len(), 2, "{alarms:?}");
        away.assert_says(&alarms[1], &begins, &["disputed (lost)"]);
        assert_eq!(app.number("SELECT COUNT(*) FROM disputes").await, 0);
        away.ends().await;
    }

    async fn a_refund_after_it_left_is_told_to_the_operator(app: &TestApp, Setup::with_stripe()) {
        let away = Away::of(app).await;
        away.leaves(&[]);
        let since = app.stripe().events().len();
        let refund = app.stripe().refund_from_dashboard(&away.charge_id, 1_000);
        away.hears(since, 200).await;
        app.clock.advance_seconds(LATER_SECONDS);
        app.run_job("reconcile").await;
        let alarms = away.alarms().await;
        assert_eq!(alarms.len(), 1, "{alarms:?}");
        let begins = format!("moved_away {refund} 1 1.000 OMR");
        away.assert_says(&alarms[0], &begins, &[&away.order_id, "was refunded at Stripe"]);
        assert_eq!(app.number("SELECT COUNT(*) FROM refunds").await, 0);
        away.ends().await;
    }

    /// Until it has moved it may stay: Stripe says it again.
    async fn what_is_told_of_a_frozen_one_is_told_again(app: &TestApp, Setup::with_stripe()) {
        let away = Away::of(app).await;
        away.export();
        let since = app.stripe().events().len();
        app.stripe().refund_from_dashboard(&away.charge_id, 1_000);
        app.stripe().dispute(&away.charge_id, 4_000);
        away.hears(since, 500).await;
        away.pays_late();
        let paid = app.stripe().last_event("checkout.session.completed");
        assert_eq!(app.stripe().deliver(&paid).await, 500);
        for table in ["alarms", "refunds", "disputes", "card_payments WHERE purpose = 'returned'"] {
            assert_eq!(app.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
        }
        away.here(&["org", "abort", &away.tenant_id]).run().expect(0);
        app.stripe().deliver_all(1).await;
        assert_eq!(app.number("SELECT COUNT(*) FROM disputes").await, 1);
        assert_eq!(app.number("SELECT COUNT(*) FROM refunds WHERE status = 'succeeded'").await, 2);
        let Away { target, .. } = away;
        target.database.remove().await;
    }

    /// A payment that comes too late goes back to its card, and is in nobody's way when the Organization comes back.
    async fn a_payment_after_it_left_goes_back_and_stays(app: &TestApp, Setup::with_stripe()) {
        let away = Away::of(app).await;
        away.leaves(&[]);
        let since = away.pays_late();
        away.hears(since, 200).await;
        let alarms = away.alarms().await;
        assert_eq!(alarms.len(), 1, "{alarms:?}");
        let intent = text(&app.stripe().all("payment_intent").pop().unwrap()["id"]);
        away.assert_says(&alarms[0], &format!("late_payment {intent} 1 "), &["it is refunded"]);
        let sent = "SELECT COUNT(*) FROM refunds WHERE status = 'succeeded'";
        assert_eq!(app.number(sent).await, 1);

        away.comes_back();
        assert_eq!(app.number("SELECT COUNT(*) FROM card_payments").await, 2);
        assert_eq!(app.number(sent).await, 1);
        assert_eq!(app.number("SELECT balance_minor FROM wallets").await, 2_000);
        app.verify().await;
        // It goes along from now on.
        away.leaves(&[]);
        let foreign = format!("card_payments WHERE foreign_fqdn = '{FQDN}'");
        assert_eq!(away.target.number(&foreign).await, 2);
        away.ends().await;
    }

    /// As long as nobody knows what became of it, there is no coming back.
    async fn a_late_payment_that_is_on_its_way_back_is_in_the_way(app: &TestApp, Setup::with_stripe()) {
        let away = Away::of(app).await;
        away.leaves(&[]);
        app.stripe().refunds_are("pending");
        let since = away.pays_late();
        away.hears(since, 200).await;
        away.export_back();
        let said = away.import_back().run().expect_failure(2);
        assert!(said.contains("does not come back"), "{said}");
        let refund = text(&app.stripe().all("refund").pop().unwrap()["id"]);
        let since = app.stripe().events().len();
        app.stripe().settle_refund(&refund, true);
        away.hears(since, 200).await;
        away.import_back().run().expect(0);
        away.arrives_back();
        assert_eq!(app.number("SELECT COUNT(*) FROM card_payments").await, 2);
        assert_eq!(app.number("SELECT balance_minor FROM wallets").await, 2_000);
        away.assert_sound().await;
    }

    /// A late payment that cannot go back is a person's to see to, and in nobody's way.
    async fn a_late_payment_that_could_not_go_back_is_not_in_the_way(app: &TestApp, Setup::with_stripe()) {
        let away = Away::of(app).await;
        away.leaves(&[]);
        app.stripe().refunds_are("pending");
        let since = away.pays_late();
        away.hears(since, 200).await;
        let refund = text(&app.stripe().all("refund").pop().unwrap()["id"]);
        let since = app.stripe().events().len();
        app.stripe().settle_refund(&refund, false);
        away.hears(since, 200).await;
        away.comes_back();
        assert_eq!(app.number("SELECT COUNT(*) FROM card_payments").await, 2);
        assert_eq!(app.number("SELECT COUNT(*) FROM refunds WHERE status = 'failed'").await, 1);
        assert_eq!(app.number("SELECT balance_minor FROM wallets").await, 2_000);
        away.assert_sound().await;
    }

    /// A refund that was made before it left fails afterwards: what Stripe said here holds when it is back.
    async fn news_of_a_refund_that_came_after_it_left_stays(app: &TestApp, Setup::with_stripe()) {
        let away = Away::of(app).await;
        let path = format!("/billing/admin/orders/{}/refund", away.order_id);
        let body = json!({ "card_minor": 1_000, "reason": "asked for" });
        app.superadmin().post_keyed(&path, "a", &body).await.expect(200);
        app.stripe().deliver_all(1).await;
        away.leaves(&[]);
        let refund = text(&app.stripe().all("refund").pop().unwrap()["id"]);
        let since = app.stripe().events().len();
        app.stripe().settle_refund(&refund, false);
        away.hears(since, 200).await;
        let status = "SELECT status FROM refunds";
        assert_eq!(app.texts(status).await, ["failed"]);
        assert_eq!(away.target.database.texts(status).await, ["succeeded"]);
        away.comes_back();
        assert_eq!(app.texts(status).await, ["failed"]);
        assert_eq!(app.number("SELECT balance_minor FROM wallets").await, 2_000);
        away.assert_sound().await;
    }

    /// The card was charged in the source's account at Stripe: there it can be refunded, and here credit alone.
    async fn a_card_is_refunded_where_it_was_charged(app: &TestApp, Setup::with_stripe()) {
        let away = Away::of(app).await;
        away.leaves(&[]);
        let foreign = "SELECT COALESCE(foreign_fqdn, 'here') FROM card_payments";
        assert_eq!(away.target.database.texts(foreign).await, [FQDN]);
        let server = away.target.database.serve(&[]);
        let root = root(&away.target, &server);
        let path = format!("/billing/admin/orders/{}/refund", away.order_id);
        for (key, wish) in [("a", json!({})), ("b", json!({ "card_minor": 1_000 }))] {
            let mut body = wish;
            body["reason"] = "asked for".into();
            let refused = root.post_keyed(&path, key, &body).await;
            let problem = refused.expect_problem(409, "paid_elsewhere");
            assert_eq!(problem["field"], "card_minor");
            assert!(problem["detail"].as_str().unwrap().contains(FQDN), "{problem}");
        }
        let credit = json!({ "credit_minor": 1_000, "reason": "asked for" });
        root.post_keyed(&path, "c", &credit).await.expect(200);
        let listed = root.get(&format!("{path}s")).await.expect(200);
        assert_eq!((&listed["card_paid_at"], &listed["credit_left_minor"]), (&json!(FQDN), &json!(3_000)));
        server.stop().expect(0);
        assert_eq!(away.target.credit(&away.tenant_id).await, 3_000);

        away.comes_back();
        assert_eq!(app.texts(foreign).await, ["here"]);
        assert_eq!(app.number("SELECT balance_minor FROM wallets").await, 3_000);
        let body = json!({ "card_minor": 1_000, "reason": "asked for" });
        app.superadmin().post_keyed(&path, "d", &body).await.expect(200);
        assert_eq!(app.stripe().all("refund").len(), 1);
        away.assert_sound().await;
    }

    /// Both charge on one account at Stripe: a payment is both's, also where only one import was told so.
    async fn with_one_account_at_stripe_a_payment_is_its_own(app: &TestApp, Setup::with_stripe()) {
        let away = Away::of(app).await;
        away.leaves(&["--same-stripe-account"]);
        let foreign = "SELECT COALESCE(foreign_fqdn, 'here') FROM card_payments";
        assert_eq!(away.target.database.texts(foreign).await, ["here"]);
        away.comes_back();
        assert_eq!(app.texts(foreign).await, ["here"]);
        away.assert_sound().await;
    }
}
