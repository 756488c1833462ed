//! A second opinion: Stripe's own npm package talks with the stand-in, and believes its webhooks.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::World;
use super::webhooks::Receiver;
use crate::harness::Card;

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

fn installed() -> String {
    let mut install = Command::new(format!("{REPOSITORY}/scripts/install-pinned"));
    let lock_file = format!("{REPOSITORY}/tests/stripe/package-lock.json");
    let ended = install.arg(lock_file).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    String::from_utf8(ended.stdout).unwrap().trim_end().to_owned()
}

/// Runs a module of `tests/stripe` with what the lock file pins.
fn node(module: &str, argument: &str) {
    let directory = tempfile::tempdir().unwrap();
    let packages = Path::new(REPOSITORY).join(installed()).join("node_modules");
    std::os::unix::fs::symlink(packages, directory.path().join("node_modules")).unwrap();
    let copy = directory.path().join(module);
    std::fs::copy(format!("{REPOSITORY}/tests/stripe/{module}"), &copy).unwrap();
    let ended = Command::new("node").arg(copy).arg(argument).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "done\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stripe_s_own_package_is_at_home() {
    let world = World::start();
    let receiver = Receiver::start(&world).await;
    for _ in 0..12 {
        let (_, session) = world.session().await;
        world.stripe.pay(&session, Card::Good);
    }
    let event = world.stripe.last_event("checkout.session.completed");
    world.stripe.deliver(&event).await;
    let (signature, body) = receiver.got.lock().unwrap().all[0].clone();
    let argument = json!({
        "url": world.stripe.url(),
        "key": world.stripe.secret_key(),
        "webhook": { "signature": signature, "body": body, "secret": world.stripe.webhook_secret() },
        "charge": world.stripe.all("charge")[0]["id"],
        "charges": 12,
    });
    let run = move || node("second_opinion.mjs", &argument.to_string());
    tokio::task::spawn_blocking(run).await.unwrap();
}
