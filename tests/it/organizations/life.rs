//! An Organization is deleted in thirty days, and until then it can be brought back as it was.

use serde_json::{Value, json};
use sovereign::auth::Role;
use sovereign::clock::Clock as _;

use crate::harness::{Card, Client, Customer, Engine, Setup, TestApp, on_both};

pub(super) const JOB: &str = "delete-organizations";
pub(super) const DAY: i64 = 86_400;
/// Where a process is killed: the job's, and that of a server.
pub(super) const POINTS: [&str; 2] = ["organization_deleting", "organization_deleted"];
pub(super) const SERVER_POINT: &str = "deletion_begun";

pub(super) fn path(tenant_id: &str) -> String {
    format!("/tenant/orgs/{tenant_id}")
}

pub(super) fn admin_path(tenant_id: &str) -> String {
    format!("/tenant/admin/tenants/{tenant_id}")
}

/// An Organization whose month is paid from credit.
pub(super) async fn subscribed(app: &TestApp, name: &str) -> Customer {
    app.issue("TEN", 10, 0).await;
    let customer = app.customer(name).await;
    customer.checkout("m", "TEN").await.expect(200);
    customer
}

pub(super) async fn organization(app: &TestApp, id: &str) -> Value {
    app.superadmin().get(&admin_path(id)).await.expect(200)
}

pub(super) async fn status(app: &TestApp, id: &str) -> String {
    organization(app, id).await["status"].as_str().unwrap().to_owned()
}

pub(super) async fn told(app: &TestApp, kind: &str, id: &str) -> usize {
    let events = app.events().await;
    events
        .iter()
        .filter(|event| event.kind == kind && event.tenant_id.as_deref() == Some(id))
        .count()
}

pub(super) async fn actions(app: &TestApp, id: &str) -> Vec<String> {
    let sql = format!("SELECT action FROM audit_log WHERE tenant_id = '{id}' ORDER BY id");
    app.texts(&sql).await
}

async fn delete(app: &TestApp, name: &str, id: &str) -> Value {
    app.member(name).delete(&path(id)).await.expect(200)
}

async fn restore(client: &Client, id: &str) -> Value {
    client.post(&format!("{}/restore", path(id)), &json!({})).await.expect(200)
}

async fn subscription(app: &TestApp, id: &str) -> Vec<String> {
    let sql = "SELECT status FROM subscriptions WHERE tenant_id = '{id}' ORDER BY id";
    app.texts(&sql.replace("{id}", id)).await
}

/// What is done about subscriptions every minute.
async fn bill(app: &TestApp) {
    for job in ["renew-subscriptions", "retry-payments", "look-after-orders"] {
        app.run_job(job).await;
    }
}

async fn with_card(app: &TestApp, name: &str) -> Customer {
    let customer = app.customer(name).await;
    customer.checkout("m", "").await.expect(200);
    let session = app.stripe().all("checkout.session").pop().unwrap();
    app.stripe().pay(session["id"].as_str().unwrap(), Card::Good);
    app.stripe().deliver_all(1).await;
    customer
}

on_both! {
    /// Suspended for thirty days to the second, then gone, and told once.
    async fn it_takes_thirty_days(app: &TestApp) {
        let ahmed = subscribed(app, "kestrel").await;
        let id = &ahmed.tenant_id;
        let begun = delete(app, "kestrel", id).await;
        let at = app.clock.now().plus_days(30);
        assert_eq!(begun, json!({ "ok": true, "id": id, "status": "suspended", "deletion_at": at }));
        let shown = ahmed.client.get(&path(id)).await.expect(200);
        assert_eq!((&shown["status"], &shown["deletion_at"]), (&json!("suspended"), &json!(at)));

        app.clock.advance_seconds(DAY);
        assert_eq!(delete(app, "kestrel", id).await, begun, "asked again, it is the same");
        ahmed.checkout("m", "TEN").await.expect_problem(403, "organization_suspended");
        ahmed.redeem("TEN").await.expect_problem(403, "organization_suspended");
        let put = ahmed.client.put(&path(id), &json!({ "name": "New" })).await;
        put.expect_problem(403, "organization_suspended");

        app.clock.advance_seconds(29 * DAY - 1);
        app.run_job(JOB).await;
        assert_eq!(status(app, id).await, "suspended", "a second too early");
        assert_eq!(told(app, "tenant.deleted", id).await, 0);
        app.clock.advance_seconds(1);
        for _ in 0..3 {
            app.run_job(JOB).await;
        }
        assert_eq!(status(app, id).await, "deleted");
        assert_eq!(told(app, "tenant.deleted", id).await, 1);
        app.member("kestrel").get(&path(id)).await.expect_problem(404, "not_found");
        app.member("kestrel").delete(&path(id)).await.expect_problem(404, "not_found");
        app.run_job("relay-events").await;
        app.run_job("end-organizations").await;
        assert_eq!(subscription(app, id).await, ["canceled"]);
        let again = app.member("sara").make_organization("kestrel").await;
        assert_ne!(&again, id, "its address is free");
        let done = ["organization.delete_later", "organization.delete"];
        let found = actions(app, id).await;
        let found: Vec<_> = found.iter().filter(|one| one.starts_with("organization.d")).collect();
        assert_eq!(found, done.iter().collect::<Vec<_>>());
    }

    /// In the last second it is again what it was, whatever that was.
    async fn it_comes_back_as_it_was(app: &TestApp) {
        let root = || app.superadmin();
        let active = app.customer("active").await.tenant_id;
        let suspended = app.customer("suspended").await.tenant_id;
        let provisioning = app.customer("provisioning").await.tenant_id;
        app.execute(&format!("UPDATE organizations SET status = 'active' WHERE id = '{active}'")).await;
        let set = format!("{}/status", admin_path(&suspended));
        root().put(&set, &json!({ "status": "suspended" })).await.expect(200);
        for (name, id) in [("active", &active), ("suspended", &suspended), ("provisioning", &provisioning)] {
            let before = organization(app, id).await;
            delete(app, name, id).await;
            app.clock.advance_seconds(30 * DAY - 1);
            app.run_job(JOB).await;
            let back = restore(&app.member(name), id).await;
            assert_eq!(back, json!({ "ok": true, "id": id, "status": name }));
            let mut after = organization(app, id).await;
            after["updated_at"] = before["updated_at"].clone();
            assert_eq!(after, before);
            app.clock.advance_seconds(2 * DAY);
            app.run_job(JOB).await;
            assert_eq!(status(app, id).await, name, "for good");
            let again = app.member(name).post(&format!("{}/restore", path(id)), &json!({})).await;
            again.expect_problem(409, "no_deletion");
            assert_eq!(told(app, "tenant.deleted", id).await, 0);
        }
        // The suspension goes back to what was before it.
        let resumed = root().put(&set, &json!({ "status": "active" })).await.expect(200);
        assert_eq!(resumed["status"], "provisioning");
    }

    /// What was provisioned in the meantime is active.
    async fn what_was_provisioned_meanwhile_is_active(app: &TestApp) {
        let ahmed = subscribed(app, "kestrel").await;
        let id = &ahmed.tenant_id;
        delete(app, "kestrel", id).await;
        app.run_job("relay-events").await;
        app.execute("UPDATE provisions SET status = 'completed', done_at = created_at").await;
        assert_eq!(restore(&ahmed.client, id).await["status"], "active");
    }

    /// The paid month runs on; nothing is charged for time in which it was to be deleted.
    async fn nothing_is_billed_meanwhile(app: &TestApp, Setup::with_stripe()) {
        let ahmed = with_card(app, "kestrel").await;
        let id = &ahmed.tenant_id;
        app.clock.advance_days(5);
        delete(app, "kestrel", id).await;
        app.clock.advance_days(1);
        bill(app).await;
        restore(&app.member("kestrel"), id).await;
        bill(app).await;
        assert_eq!(subscription(app, id).await, ["active"]);
        assert_eq!(app.stripe().all("charge").len(), 1, "the month is paid");

        // Its end comes while it is to be deleted, and nobody is charged.
        app.clock.advance_days(20);
        delete(app, "kestrel", id).await;
        app.clock.advance_days(20);
        bill(app).await;
        assert_eq!(subscription(app, id).await, ["suspended"]);
        assert_eq!(app.stripe().all("charge").len(), 1);
        restore(&app.member("kestrel"), id).await;
        bill(app).await;
        assert_eq!(app.stripe().all("charge").len(), 2);
        assert_eq!(subscription(app, id).await, ["active"]);
        let read = format!("/billing/subscription/{id}");
        let now = app.member("kestrel").get(&read).await.expect(200);
        assert_eq!(now["current_period_start"], json!(app.clock.now()), "the next month begins now");
    }

    /// A month that is due need not be paid: neither by the card, nor by hand.
    async fn what_is_due_is_not_asked_for(app: &TestApp, Setup::with_stripe()) {
        let ahmed = with_card(app, "kestrel").await;
        let id = &ahmed.tenant_id;
        let card = app.stripe().all("charge")[0]["payment_method"].as_str().unwrap().to_owned();
        app.stripe().set_card(&card, Card::Declined);
        app.clock.advance_days(31);
        bill(app).await;
        assert_eq!(subscription(app, id).await, ["past_due"]);
        app.stripe().set_card(&card, Card::Good);
        delete(app, "kestrel", id).await;
        let pay = app.member("kestrel").post(&format!("/billing/subscription/{id}/pay"), &json!({})).await;
        pay.expect_problem(403, "organization_suspended");
        app.clock.advance_days(2);
        bill(app).await;
        assert_eq!(subscription(app, id).await, ["suspended"]);
        let paid = app.stripe().all("charge").iter().filter(|charge| charge["status"] == "succeeded").count();
        assert_eq!(paid, 1);
        let open = format!("SELECT COUNT(*) FROM invoices WHERE tenant_id = '{id}' AND status = 'open'");
        assert_eq!(app.number(&open).await, 0, "its invoice is void");
        restore(&app.member("kestrel"), id).await;
        bill(app).await;
        assert_eq!(subscription(app, id).await, ["active"]);
    }

    /// A checkout that waits for a card ends with the wish, or, where Stripe does not answer, soon after.
    async fn an_order_that_waits_is_ended(app: &TestApp, Setup::with_stripe()) {
        for (name, reachable) in [("one", true), ("two", false)] {
            let customer = app.customer(name).await;
            customer.checkout("m", "").await.expect(200);
            if !reachable {
                app.stripe().refuse_connections().await;
            }
            delete(app, name, &customer.tenant_id).await;
            let of = format!("SELECT status FROM orders WHERE tenant_id = '{}'", customer.tenant_id);
            let expected = if reachable { "superseded" } else { "pending" };
            assert_eq!(app.texts(&of).await, [expected]);
            if !reachable {
                app.stripe().accept_connections().await;
            }
            app.run_job(JOB).await;
            assert_eq!(app.texts(&of).await, ["superseded"]);
            let session = app.stripe().all("checkout.session").pop().unwrap();
            assert_eq!(session["status"], "expired");
        }
    }

    /// Only the owner, and only who has signed in lately.
    async fn only_the_owner_may(app: &TestApp) {
        let ahmed = app.customer("kestrel").await;
        let id = &ahmed.tenant_id;
        let restore = format!("{}/restore", path(id));
        for role in ["admin", "member", "viewer"] {
            let other = ahmed.add_member(app, role, role).await;
            other.client.delete(&path(id)).await.expect_problem(403, "forbidden");
            other.client.post(&restore, &json!({})).await.expect_problem(403, "forbidden");
        }
        for role in [Role::Member, Role::SovereignAdmin, Role::Superadmin] {
            let outsider = app.signed_in("outsider", role);
            outsider.delete(&path(id)).await.expect_problem(404, "not_found");
            outsider.post(&restore, &json!({})).await.expect_problem(404, "not_found");
        }
        app.clock.advance_seconds(601);
        ahmed.client.delete(&path(id)).await.expect_problem(401, "sign_in_again");
        assert_eq!(status(app, id).await, "provisioning");
        let stale = app.superadmin();
        app.clock.advance_seconds(601);
        stale.delete(&admin_path(id)).await.expect_problem(401, "sign_in_again");
    }

    /// What the operator deletes, only the operator brings back.
    async fn the_operators_wish_is_the_operators(app: &TestApp) {
        let ahmed = app.customer("kestrel").await;
        let id = &ahmed.tenant_id;
        let root = app.superadmin();
        for admin in [app.sovereign_admin(), app.member("kestrel")] {
            admin.delete(&admin_path(id)).await.expect_problem(403, "forbidden");
            let restore = format!("{}/restore", admin_path(id));
            admin.post(&restore, &json!({})).await.expect_problem(403, "forbidden");
        }
        let begun = root.delete(&admin_path(id)).await.expect(200);
        assert_eq!(begun["deletion_at"], json!(app.clock.now().plus_days(30)));
        let own = ahmed.client.post(&format!("{}/restore", path(id)), &json!({})).await;
        own.expect_problem(403, "deleted_by_operator");
        assert_eq!(ahmed.client.delete(&path(id)).await.expect(200), begun);
        for wanted in ["active", "suspended"] {
            let set = root.put(&format!("{}/status", admin_path(id)), &json!({ "status": wanted })).await;
            set.expect_problem(409, "deletion_begun");
        }
        let restore = format!("{}/restore", admin_path(id));
        assert_eq!(root.post(&restore, &json!({})).await.expect(200)["status"], "provisioning");
        root.post(&restore, &json!({})).await.expect_problem(409, "no_deletion");

        delete(app, "kestrel", id).await;
        assert_eq!(root.post(&restore, &json!({})).await.expect(200)["status"], "provisioning");
        root.delete(&admin_path(id)).await.expect(200);
        app.clock.advance_days(30);
        app.run_job(JOB).await;
        let root = app.superadmin();
        root.post(&restore, &json!({})).await.expect_problem(409, "organization_deleted");
        root.delete(&admin_path(id)).await.expect_problem(409, "organization_deleted");
        root.delete(&admin_path("none")).await.expect_problem(404, "not_found");
        assert_eq!(told(app, "tenant.deleted", id).await, 1);
    }

    /// Name and kind; the address stays.
    async fn it_is_described_anew(app: &TestApp) {
        let ahmed = app.customer("kestrel").await;
        let id = &ahmed.tenant_id;
        let mut whole = ahmed.client.get(&path(id)).await.expect(200);
        whole["name"] = json!("  صيدلية كيستريل ");
        whole["industry"] = json!("pharmacy");
        let changed = ahmed.client.put(&path(id), &whole).await.expect(200);
        assert_eq!(changed["ok"], true);
        assert_eq!((&changed["name"], &changed["industry"]), (&json!("صيدلية كيستريل"), &json!("pharmacy")));
        let kept = ahmed.client.put(&path(id), &json!({ "org_type": "ltd" })).await.expect(200);
        assert_eq!((&kept["name"], &kept["org_type"]), (&json!("صيدلية كيستريل"), &json!("ltd")));
        let moved = ahmed.client.put(&path(id), &json!({ "slug": "falcon" })).await;
        assert_eq!(moved.expect_problem(409, "slug_stays")["field"], "slug");
        for (name, value) in [("name", json!("")), ("name", json!("a".repeat(101))), ("industry", json!("a\u{7}b"))] {
            let reply = ahmed.client.put(&path(id), &json!({ name: value })).await;
            assert_eq!(reply.expect_problem(400, "invalid_request")["field"], name);
        }
        let before = actions(app, id).await.len();
        ahmed.client.put(&path(id), &json!({})).await.expect(200);
        assert_eq!(actions(app, id).await.len(), before, "nothing changed");
        let viewer = ahmed.add_member(app, "viewer", "viewer").await;
        viewer.client.put(&path(id), &json!({})).await.expect_problem(403, "forbidden");
        app.superadmin().put(&path(id), &json!({})).await.expect_problem(404, "not_found");
    }

    /// The job and whoever takes it back, at the same moment: one of them, and the other one knows.
    async fn the_last_moment_is_one_or_the_other(app: &TestApp) {
        for round in 0..12 {
            let name = format!("round-{round}");
            let customer = app.customer(&name).await;
            let id = customer.tenant_id;
            delete(app, &name, &id).await;
            app.clock.advance_days(30);
            let (client, undo) = (app.member(&name), format!("{}/restore", path(&id)));
            let body = json!({});
            let (undone, ()) = tokio::join!(client.post(&undo, &body), app.run_job(JOB));
            let told = told(app, "tenant.deleted", &id).await;
            match undone.status {
                200 => assert_eq!((status(app, &id).await.as_str(), told), ("provisioning", 0)),
                404 | 409 => assert_eq!((status(app, &id).await.as_str(), told), ("deleted", 1)),
                _ => panic!("{}", undone.text),
            }
        }
    }
}

/// `kill -9` of the job before and after it commits: deleted once, and told once.
async fn killed_at_each_step(engine: Engine) {
    let app = TestApp::start(engine).await;
    for point in POINTS {
        let customer = app.customer(&point.replace('_', "-")).await;
        let id = customer.tenant_id;
        customer.client.delete(&path(&id)).await.expect(200);
        // The program that is killed has the machine's clock.
        let past = match engine {
            Engine::Sqlite => "1000000",
            Engine::Postgres => "to_timestamp(1)",
        };
        let due = format!("UPDATE organizations SET deletion_at = {past} WHERE id = '{id}'");
        app.execute(&due).await;
        let armed = app.database().program(&["jobs", "run", JOB]);
        let armed = armed.env("SOVEREIGN_TEST_FAIL_POINT", format!("{point}:1"));
        let killed = tokio::task::spawn_blocking(move || {
            let mut process = armed.spawn();
            process.wait_for("stopped at fail point");
            process.kill()
        });
        assert_eq!(killed.await.unwrap().code, None, "ended by the signal");
        let done = usize::from(point == "organization_deleted");
        assert_eq!(told(&app, "tenant.deleted", &id).await, done, "{point}");
        app.execute("DELETE FROM leases").await;
        app.run_job(JOB).await;
        app.run_job(JOB).await;
        assert_eq!(status(&app, &id).await, "deleted");
        assert_eq!(told(&app, "tenant.deleted", &id).await, 1, "{point}");
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

/// `kill -9` of the server between the wish and the end of what waits: the wish stands.
async fn a_server_is_killed(engine: Engine) {
    let app = TestApp::start(engine).await;
    let customer = app.customer("kestrel").await;
    let id = customer.tenant_id;
    let database = app.leave().await;
    let program = database.program(&["serve", "--listen", "127.0.0.1:0"]);
    let armed = program.env("SOVEREIGN_TEST_FAIL_POINT", format!("{SERVER_POINT}:1"));
    let mut server = crate::harness::Server::start(armed);
    let token = crate::harness::token(&database.tokens(), "kestrel", Role::Member);
    let (client, wish) = (server.bearing(&token), path(&id));
    let asked = tokio::spawn(async move { client.try_delete(&wish).await });
    server.wait_for("stopped at fail point");
    server.kill();
    assert!(asked.await.unwrap().is_none(), "nobody answered");
    let left =
        format!("SELECT status FROM organizations WHERE id = '{id}' AND deletion_by = 'owner'");
    assert_eq!(database.texts(&left).await, ["suspended"]);
    let server = database.serve(&[]);
    let client = server.bearing(&token);
    let begun = client.delete(&path(&id)).await.expect(200);
    assert_eq!(begun["status"], "suspended");
    client.post(&format!("{}/restore", path(&id)), &json!({})).await.expect(200);
    server.stop().expect(0);
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_on_sqlite() {
    a_server_is_killed(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_on_postgres() {
    a_server_is_killed(Engine::Postgres).await;
}
