//! Organizations on their way into a Git repository, with the real program.

mod conflicts;
mod environments;
mod failures;
mod flow;
mod kills;
mod kubernetes;
mod page;
mod remote;
mod removal;
pub(crate) mod tree;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Customer, Engine, TestApp, all_events};

/// What git answers, asked in `directory` as somebody else.
pub(crate) fn git(directory: &Path, arguments: &[&str]) -> String {
    let ended = Command::new("git")
        .args(["-c", "user.name=Other", "-c", "user.email=other@example.com", "-C"])
        .arg(directory)
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{arguments:?}: {said}");
    String::from_utf8(ended.stdout).unwrap().trim_end().to_owned()
}

/// The repository below a data directory.
fn repository_in(data: &Path) -> PathBuf {
    data.join("provisioning/organizations.git")
}

pub(crate) fn repository(app: &TestApp) -> PathBuf {
    repository_in(app.database().directory.path())
}

/// Every file that there is now.
fn tree(app: &TestApp) -> Vec<String> {
    let listed = git(&repository(app), &["ls-tree", "-r", "--name-only", "main"]);
    listed.lines().map(str::to_owned).collect()
}

/// The files of one Organization, below its directory.
pub(crate) fn tree_of(app: &TestApp, slug: &str) -> Vec<String> {
    let prefix = format!("organizations/{slug}/");
    let all = tree(app).into_iter();
    all.filter_map(|path| path.strip_prefix(&prefix).map(str::to_owned)).collect()
}

/// The first lines of all commits, the newest first.
pub(crate) fn log(app: &TestApp) -> Vec<String> {
    let log = git(&repository(app), &["log", "--format=%s", "main"]);
    log.lines().map(str::to_owned).collect()
}

/// Has events leave the outbox, and what they ask for done.
pub(crate) async fn provision(app: &TestApp) {
    app.run_job("relay-events").await;
    app.run_job("provision").await;
}

/// A customer who has ordered these apps, for nothing.
async fn ordered(app: &TestApp, slug: &str, apps: &[&str]) -> Customer {
    let customer = app.customer(slug).await;
    order(&customer, apps).await;
    customer
}

/// Orders; answers which order that is.
async fn order(customer: &Customer, apps: &[&str]) -> String {
    let body = json!({ "tenant_id": customer.tenant_id, "plan_id": "flexi", "apps": apps });
    let placed = customer.client.post("/billing/checkout", &body).await.expect(200);
    placed["order_id"].as_str().unwrap().to_owned()
}

/// The newest provision, as its Organization sees it.
pub(crate) async fn newest(customer: &Customer) -> Value {
    let path = format!("/provisioning/tenant/{}", customer.tenant_id);
    customer.client.get(&path).await.expect(200)
}

/// Those of an Organization's events that are about provisioning, in their order.
async fn events(app: &TestApp, tenant_id: &str) -> Vec<String> {
    app.run_job("relay-events").await;
    app.texts(&format!(
        "SELECT type FROM published_events WHERE tenant_id = '{tenant_id}' \
         AND type LIKE 'provision.%' ORDER BY position"
    ))
    .await
}

/// How often an event of this kind was written.
async fn count(app: &TestApp, kind: &str) -> i64 {
    let from = all_events!();
    app.number(&format!("SELECT count(*) FROM {from} WHERE type = '{kind}'")).await
}

/// Writes an event, past whatever makes it.
async fn publish(app: &TestApp, kind: &str, tenant_id: &str, number: u128) {
    app.execute(&event_row(app.engine, kind, tenant_id, number)).await;
}

fn event_row(engine: Engine, kind: &str, tenant_id: &str, number: u128) -> String {
    let (id, now) = match engine {
        Engine::Sqlite => (format!("X'{number:032x}'"), "1740830400000000"),
        Engine::Postgres => (format!("'{}'", uuid::Uuid::from_u128(number)), "'2025-03-01'"),
    };
    let data = match kind.split_once('.') {
        Some(("tenant", what @ ("created" | "deleted"))) => json!({
            "id": tenant_id, "slug": "kestrel", "name": "Kestrel", "owner_id": "ahmed", "plan_id": "m",
            "status": if what == "created" { "provisioning" } else { what },
        }),
        _ => json!({ "tenant_id": tenant_id, "app_slug": "wordpress", "dependencies": [] }),
    };
    format!(
        "INSERT INTO outbox (id, type, tenant_id, data, created_at) \
         VALUES ({id}, '{kind}', '{tenant_id}', '{data}', {now})"
    )
}

/// Has the repository refuse every push with these words, until [`allow`].
pub(crate) fn refuse(app: &TestApp, words: &str) {
    hook(app, "pre-receive", &format!("echo '{words}' >&2\nexit 1\n"));
}

pub(crate) fn allow(app: &TestApp) {
    std::fs::remove_file(repository(app).join("hooks/pre-receive")).unwrap();
}

fn hook(app: &TestApp, name: &str, script: &str) {
    let path = repository(app).join("hooks").join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, format!("#!/bin/sh\n{script}")).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&path, mode).unwrap();
}
