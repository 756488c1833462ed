//! What comes in the very moment of the freeze. On PostgreSQL only: SQLite has one writer at a time.

use super::{Scene, TARGET};
use crate::harness::{Engine, Other, TestApp, until_locked};
use crate::refunds::setup;

/// Whoever asks while the freeze is being written waits for it, and is refused then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_meanwhile_waits_for_it() {
    let app = TestApp::start_with(Engine::Postgres, setup()).await;
    let scene = Scene::new(&app).await;
    let tenant_id = &scene.customer.tenant_id;
    let mut other = Other::of(&app).await;
    let freeze = format!(
        "BEGIN; \
         SELECT 1 FROM wallets WHERE tenant_id = '{tenant_id}' FOR UPDATE; \
         SELECT 1 FROM organizations WHERE id = '{tenant_id}' FOR NO KEY UPDATE; \
         UPDATE organizations SET moving_from = status, status = 'suspended' \
             WHERE id = '{tenant_id}'"
    );
    let resume = format!(
        "UPDATE organizations SET status = moving_from, moving_from = NULL WHERE id = '{tenant_id}'"
    );
    for asked in scene.asked() {
        other.execute(&freeze).await;
        let answer = tokio::spawn(asked.refused());
        until_locked(&app, || answer.is_finished()).await;
        let waits = !answer.is_finished();
        other.execute("COMMIT").await;
        answer.await.unwrap();
        assert!(waits, "it was answered before the freeze was written");
        other.execute(&resume).await;
    }
    other.close().await;
    app.finish().await;
}

/// A member who is being added is waited for: the bundle names whoever is in it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_being_added_is_in_the_bundle() {
    let app = TestApp::start_with(Engine::Postgres, setup()).await;
    let scene = Scene::new(&app).await;
    let tenant_id = &scene.customer.tenant_id;
    app.member("late").get("/tenant/orgs").await.expect(200);
    let late = app.user_id("late").await;
    let mut other = Other::of(&app).await;
    let adding = format!(
        "BEGIN; \
         SELECT 1 FROM organizations WHERE id = '{tenant_id}' FOR SHARE; \
         INSERT INTO members (id, tenant_id, user_id, email, role, joined_at) \
         VALUES (gen_random_uuid(), '{tenant_id}', '{late}', 'late@example.com', 'viewer', now())"
    );
    other.execute(&adding).await;
    let file = scene.bundle();
    let to = ["--to", TARGET, "--out", file.to_str().unwrap()];
    let export = app.database().program(&[&["org", "export", tenant_id], &to[..]].concat());
    let export = export.env("SOVEREIGN_STRIPE_API_URL", app.stripe().url()).spawn();
    until_locked(&app, || false).await;
    other.execute("COMMIT").await;
    export.end().expect(0);
    let trail = app.texts("SELECT trail FROM organization_moves").await.remove(0);
    assert!(trail.contains(&late), "{late} is in none of: {trail}");
    other.close().await;
    super::abort(&app, tenant_id);
    app.finish().await;
}
