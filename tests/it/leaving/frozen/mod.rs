//! An Organization on its way stays as it is: whoever asks for what is refused, and what is exported again is the same.

mod asked;
mod moment;
mod statements;

use std::path::Path;

use serde_json::{Value, json};
use sovereign::clock::Clock as _;
use tempfile::TempDir;

use super::TARGET;
use crate::harness::{Card, Client, Customer, TestApp, on_both};
use crate::provisioning::provision;
use crate::refunds::{root, setup};

/// An Organization with something of everything that somebody may ask to change.
struct Scene {
    customer: Customer,
    /// A superadmin who has just signed in.
    root: Client,
    /// Somebody who is invited, and the token of the invitation's link.
    guest: Client,
    token: String,
    invitation: String,
    /// A member who owns nothing.
    helper: String,
    order_id: String,
    charge_id: String,
    /// A refund that failed; and Stripe's name of one that did not.
    failed: String,
    sent: String,
    /// What it asked for, which nobody has decided; and what was approved.
    open: String,
    approved: String,
    /// One that has failed.
    provision: String,
    files: TempDir,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

impl Scene {
    async fn new(app: &TestApp) -> Self {
        app.follow_the_machine().await;
        let root = root(app).await;
        app.issue("FOUR", 4, 0).await;
        app.issue("FIVE", 5, 0).await;
        let customer = app.customer("kestrel").await;
        let (order_id, charge_id) = ordered(app, &customer).await;
        customer.add_member(app, "helper", "viewer").await;
        let path = format!("/tenant/orgs/{}", customer.tenant_id);
        let stg = json!({ "name": "stg" });
        customer.client.post(&format!("{path}/environments"), &stg).await.expect(201);
        provision(app).await;
        app.execute("UPDATE provisions SET status = 'failed'").await;
        let provisions = format!("SELECT {} FROM provisions", app.uuid_as_text("id"));

        let guest = app.sign_in("guest@example.com").await.client;
        let body = json!({ "email": "guest@example.com", "role": "viewer" });
        let made = customer.client.post(&format!("{path}/invitations"), &body).await.expect(201);
        let mail = app.sink().next_to("guest@example.com").await.text.unwrap();
        let link = mail.split_whitespace().find_map(|word| word.split_once("/invitation?token="));

        let refund = async |key: &str, card_minor: i64, status: &'static str| {
            app.stripe().refunds_are(status);
            let path = format!("/billing/admin/orders/{order_id}/refund");
            let body = json!({ "card_minor": card_minor, "reason": "asked for" });
            root.post_keyed(&path, key, &body).await.expect(200)
        };
        let failed = text(&refund("a", 900, "failed").await["id"]);
        let sent = text(&refund("b", 800, "succeeded").await["stripe_refund_id"]);
        app.stripe().deliver_all(1).await;

        let mut asked = Vec::new();
        for _ in 0..2 {
            let body = json!({ "monthly_minor": 500_000, "reason": "more" });
            let path = format!("{path}/approvals");
            asked.push(text(&customer.client.post(&path, &body).await.expect(201)["id"]));
        }
        let approved = asked.remove(1);
        let approve = format!("/billing/admin/approvals/{approved}/approve");
        root.post(&approve, &json!({})).await.expect(200);
        Self {
            guest,
            token: link.expect("a link in the mail").1.to_owned(),
            invitation: text(&made["id"]),
            helper: app.user_id("helper").await,
            failed,
            sent,
            open: asked.remove(0),
            approved,
            provision: app.texts(&provisions).await.remove(0),
            files: tempfile::tempdir().unwrap(),
            customer,
            root,
            order_id,
            charge_id,
        }
    }

    fn bundle(&self) -> std::path::PathBuf {
        self.files.path().join("kestrel.bundle")
    }

    /// Freezes and exports it, or exports it again; answers the bundle, and what is said of it.
    fn export(&self, app: &TestApp) -> (Vec<u8>, Value) {
        let said = export(app, &self.customer.tenant_id, &self.bundle());
        (std::fs::read(self.bundle()).unwrap(), said)
    }
}

fn export(app: &TestApp, tenant_id: &str, file: &Path) -> Value {
    let to = ["--to", TARGET, "--out", file.to_str().unwrap(), "--json"];
    let program = app.database().program(&[&["org", "export", tenant_id], &to[..]].concat());
    program.env("SOVEREIGN_STRIPE_API_URL", app.stripe().url()).run().expect_json()
}

fn abort(app: &TestApp, tenant_id: &str) {
    let program = app.database().program(&["org", "abort", tenant_id]);
    program.env("SOVEREIGN_STRIPE_API_URL", app.stripe().url()).run().expect(0);
}

/// Plan M with an app, paid by credit and by a card that is saved; answers the order, and Stripe's charge.
async fn ordered(app: &TestApp, customer: &Customer) -> (String, String) {
    let mut body = customer.checkout_body("m", "FOUR");
    body["apps"] = json!(["uptime-kuma"]);
    let answer = customer.client.post("/billing/checkout", &body).await.expect(200);
    let session = app.stripe().all("checkout.session").pop().unwrap();
    app.stripe().pay(session["id"].as_str().unwrap(), Card::Good);
    app.stripe().deliver_all(1).await;
    let charge = app.stripe().all("charge").pop().unwrap();
    (text(&answer["order_id"]), text(&charge["id"]))
}

/// Hands every event of Stripe's over that came since; answers the statuses.
async fn told(app: &TestApp, since: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for event in app.stripe().events_after(since) {
        statuses.push(app.stripe().deliver(&event).await);
    }
    statuses
}

on_both! {
    /// Whoever asks, for what, in which way: refused by its problem, and the bundle is the same, byte for byte.
    async fn nobody_changes_it(app: &TestApp, setup()) {
        let scene = Scene::new(app).await;
        let (bytes, said) = scene.export(app);
        for asked in scene.asked() {
            asked.refused().await;
        }
        let usage = json!({ "events": [{
            "id": "report-1", "tenant_id": scene.customer.tenant_id, "meter": "cpu-hours",
            "quantity": 1, "at": app.clock.now().to_string(),
        }] });
        app.superadmin().post("/billing/usage", &usage).await.expect(200);
        for job in ["relay-events", "provision", "send-refunds", "expire-credit", "number-invoices"] {
            app.run_job(job).await;
        }
        let (again, said_again) = scene.export(app);
        assert_eq!(said_again["manifest_sha256"], said["manifest_sha256"]);
        assert_eq!((again, said_again), (bytes, said));
        abort(app, &scene.customer.tenant_id);
    }

    /// What happens at Stripe meanwhile is held back: Stripe tells it again, and then it is taken.
    async fn what_stripe_tells_of_it_waits(app: &TestApp, setup()) {
        let scene = Scene::new(app).await;
        let (bytes, said) = scene.export(app);
        let card = "SELECT payment_method_id FROM customers WHERE payment_method_id IS NOT NULL";
        let saved = app.texts(card).await;
        assert_eq!(saved.len(), 1, "it has saved its card");
        let before = app.stripe().events().len();

        app.stripe().detach(&saved[0]);
        assert_eq!(told(app, before).await.iter().filter(|status| **status == 500).count(), 1);
        assert_eq!(app.texts(card).await, saved);
        // In place of the one that failed; then beside the others.
        for amount in [900, 100] {
            let before = app.stripe().events().len();
            app.stripe().refund_from_dashboard(&scene.charge_id, amount);
            assert!(told(app, before).await.contains(&500), "a refund of {amount}");
        }
        let before = app.stripe().events().len();
        app.stripe().settle_refund(&scene.sent, false);
        assert!(told(app, before).await.contains(&500), "one that was sent has failed");
        assert_eq!(scene.export(app), (bytes, said));

        abort(app, &scene.customer.tenant_id);
        app.stripe().deliver_all(2).await;
        assert!(app.texts(card).await.is_empty(), "the card is forgotten");
        let statuses = "SELECT status FROM refunds ORDER BY card_minor";
        assert_eq!(app.texts(statuses).await, ["succeeded", "failed", "succeeded"]);
    }
}
