//! `tenant.deleted`: what hangs on an Organization ends with it, once, however often that is told.

use serde_json::json;

use crate::harness::{Customer, Engine, Setup, TestApp, on_both};

const JOB: &str = "end-organizations";
pub(super) const POINTS: [&str; 2] = ["subscription_ended", "organization_ended"];

/// As whoever deletes an Organization leaves it.
async fn delete(app: &TestApp, tenant_id: &str) {
    app.execute(&format!("UPDATE organizations SET status = 'deleted' WHERE id = '{tenant_id}'"))
        .await;
    tell(app, tenant_id).await;
}

async fn tell(app: &TestApp, tenant_id: &str) {
    let data = json!({
        "id": tenant_id, "slug": "kestrel", "name": "Kestrel", "owner_id": "ahmed", "plan_id": "m",
        "status": "deleted",
    });
    let (id, now) = match app.engine {
        Engine::Sqlite => ("randomblob(16)", format!("{} * 1000000", app.now_seconds())),
        Engine::Postgres => ("gen_random_uuid()", format!("to_timestamp({})", app.now_seconds())),
    };
    app.execute(&format!(
        "INSERT INTO outbox (id, type, tenant_id, data, created_at) \
         VALUES ({id}, 'tenant.deleted', '{tenant_id}', '{data}', {now})"
    ))
    .await;
}

async fn hear(app: &TestApp) {
    app.run_job("relay-events").await;
    app.run_job(JOB).await;
}

async fn status(app: &TestApp, table: &str, tenant_id: &str) -> Vec<String> {
    let sql = format!(
        "SELECT DISTINCT status FROM {table} WHERE tenant_id = '{tenant_id}' ORDER BY status"
    );
    app.texts(&sql).await
}

async fn told(app: &TestApp, kind: &str) -> i64 {
    let events = app.events().await;
    events.iter().filter(|event| event.kind == kind).count() as i64
}

async fn marked(app: &TestApp, customer: &Customer) -> Vec<String> {
    let sql = format!(
        "SELECT DISTINCT e.status FROM credit_ledger e JOIN customers k ON k.id = e.customer_id \
         WHERE k.tenant_id = '{}' ORDER BY e.status",
        customer.tenant_id
    );
    app.texts(&sql).await
}

/// A customer whose month is paid from credit.
async fn subscribed(app: &TestApp, name: &str) -> Customer {
    let customer = app.customer(name).await;
    customer.checkout("m", "TEN").await.expect(200);
    customer
}

on_both! {
    async fn a_subscription_of_ours_ends_once(app: &TestApp) {
        app.issue("TEN", 10, 0).await;
        let gone = subscribed(app, "gone").await;
        let stays = subscribed(app, "stays").await;
        let wallet = app.number("SELECT CAST(SUM(balance_minor) AS bigint) FROM wallets").await;
        delete(app, &gone.tenant_id).await;
        hear(app).await;
        assert_eq!(status(app, "subscriptions", &gone.tenant_id).await, ["canceled"]);
        assert_eq!(marked(app, &gone).await, ["tenant_deleted"]);
        assert_eq!(told(app, "subscription.canceled").await, 1);
        assert_eq!(status(app, "subscriptions", &stays.tenant_id).await, ["active"]);
        assert_eq!(marked(app, &stays).await, ["posted"]);
        let after = app.number("SELECT CAST(SUM(balance_minor) AS bigint) FROM wallets").await;
        assert_eq!(after, wallet, "credit stays what it was");

        let events = app.events().await.len();
        for _ in 0..2 {
            tell(app, &gone.tenant_id).await;
        }
        hear(app).await;
        assert_eq!(app.events().await.len(), events + 2, "told again, and nothing came of it");
        let waiting = "SELECT COUNT(*) FROM ended_organizations WHERE done_at IS NULL";
        assert_eq!(app.number(waiting).await, 0);
    }

    /// A renewal that nobody has paid, with its open invoice.
    async fn what_is_due_need_not_be_paid(app: &TestApp, Setup::with_stripe()) {
        app.issue("TEN", 10, 0).await;
        let gone = subscribed(app, "gone").await;
        app.clock.advance_seconds(32 * 86_400);
        app.run_job("renew-subscriptions").await;
        assert_eq!(status(app, "invoices", &gone.tenant_id).await, ["open", "paid"]);
        delete(app, &gone.tenant_id).await;
        hear(app).await;
        assert_eq!(status(app, "subscriptions", &gone.tenant_id).await, ["canceled"]);
        assert_eq!(status(app, "invoices", &gone.tenant_id).await, ["paid", "void"]);
        assert_eq!(told(app, "invoice.voided").await, 1);
        tell(app, &gone.tenant_id).await;
        hear(app).await;
        assert_eq!(told(app, "invoice.voided").await, 1);
        assert_eq!(told(app, "subscription.canceled").await, 1);
    }

    /// A checkout that waits for a card.
    async fn an_order_that_waits_ends(app: &TestApp, Setup::with_stripe()) {
        let gone = app.customer("gone").await;
        gone.checkout("m", "").await.expect(200);
        assert_eq!(status(app, "orders", &gone.tenant_id).await, ["pending"]);
        delete(app, &gone.tenant_id).await;
        hear(app).await;
        assert_eq!(status(app, "orders", &gone.tenant_id).await, ["superseded"]);
        let session = app.stripe().all("checkout.session").pop().unwrap();
        assert_eq!(session["status"], "expired");
    }

    /// Of an earlier service: Stripe bills it, and has an open invoice here.
    async fn a_subscription_at_stripe_is_cancelled_there(app: &TestApp, Setup::with_stripe()) {
        let gone = app.customer("gone").await;
        let payer = app.stripe().seed_customer("gone@example.com");
        let period_end = app.now_seconds() + 30 * 86_400;
        let at_stripe = app.stripe().seed_subscription(&payer, "OMR", 9_000, period_end);
        let now = match app.engine {
            Engine::Sqlite => (app.now_seconds() * 1_000_000).to_string(),
            Engine::Postgres => format!("to_timestamp({})", app.now_seconds()),
        };
        let tenant_id = &gone.tenant_id;
        app.execute(&format!(
            "INSERT INTO subscriptions (id, customer_id, tenant_id, stripe_subscription_id, plan_id, \
                 status, current_period_start, current_period_end, anchor_at, billed_by, created_at, \
                 updated_at) \
             SELECT id, id, tenant_id, '{at_stripe}', 'm', 'active', {now}, {now}, {now}, 'stripe', \
                 {now}, {now} FROM customers WHERE tenant_id = '{tenant_id}'; \
             INSERT INTO invoices (id, customer_id, tenant_id, stripe_invoice_id, amount_omr, \
                 amount_minor, credit_minor, currency, status, created_at) \
             SELECT id, id, tenant_id, 'in_1', 9, 9000, 0, 'OMR', 'draft', {now} \
                 FROM customers WHERE tenant_id = '{tenant_id}'"
        ))
        .await;
        delete(app, tenant_id).await;
        app.stripe().refuse_connections().await;
        app.run_job("relay-events").await;
        let job = sovereign::jobs::find(JOB).unwrap();
        let outcome = app.runner().run_now(&job).await.unwrap();
        assert!(matches!(outcome, sovereign::jobs::Outcome::Failed(_)), "{outcome:?}");
        assert_eq!(status(app, "subscriptions", tenant_id).await, ["active"], "it is tried again");

        app.stripe().accept_connections().await;
        app.run_job(JOB).await;
        let found = app.stripe().all("subscription").pop().unwrap();
        assert_eq!(found["status"], "canceled");
        assert_eq!(status(app, "subscriptions", tenant_id).await, ["canceled"]);
        assert_eq!(status(app, "invoices", tenant_id).await, ["void"]);
        tell(app, tenant_id).await;
        hear(app).await;
        assert_eq!(told(app, "subscription.canceled").await, 1);
        assert_eq!(told(app, "invoice.voided").await, 1);
    }

    async fn one_that_came_back_keeps_what_it_has(app: &TestApp) {
        app.issue("TEN", 10, 0).await;
        let back = subscribed(app, "back").await;
        tell(app, &back.tenant_id).await;
        hear(app).await;
        assert_eq!(status(app, "subscriptions", &back.tenant_id).await, ["active"]);
        assert_eq!(marked(app, &back).await, ["posted"]);
    }
}

/// `kill -9` between the steps, and once more afterwards.
async fn killed_at_each_step(engine: Engine) {
    let app = TestApp::start(engine).await;
    app.issue("TEN", 10, 0).await;
    let mut gone = Vec::new();
    for point in POINTS {
        let customer = subscribed(&app, &point.replace('_', "-")).await;
        delete(&app, &customer.tenant_id).await;
        app.run_job("relay-events").await;
        let armed = app.database().program(&["jobs", "run", JOB]);
        let armed = armed.env("SOVEREIGN_TEST_FAIL_POINT", format!("{point}:1"));
        let killed = tokio::task::spawn_blocking(move || {
            let mut process = armed.spawn();
            process.wait_for("stopped at fail point");
            process.kill()
        });
        assert_eq!(killed.await.unwrap().code, None, "ended by the signal");
        app.execute("DELETE FROM leases").await;
        app.run_job(JOB).await;
        gone.push(customer);
        for customer in &gone {
            assert_eq!(status(&app, "subscriptions", &customer.tenant_id).await, ["canceled"]);
            assert_eq!(marked(&app, customer).await, ["tenant_deleted"]);
        }
        assert_eq!(told(&app, "subscription.canceled").await, gone.len() as i64, "{point}");
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_on_sqlite() {
    killed_at_each_step(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_on_postgres() {
    killed_at_each_step(Engine::Postgres).await;
}
