//! A client that is generated from the description, compiled by TypeScript with nothing left unchecked,
//! and used on a running Sovereign. Where a type does not fit, it does not compile.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{Engine, TestDatabase};

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");
/// The sources; what is installed and generated lives in a copy of them.
const SOURCES: [&str; 5] =
    [".npmrc", "package.json", "package-lock.json", "tsconfig.json", "smoke.ts"];

fn run(directory: &Path, program: &str, arguments: &[&str]) {
    let mut command = Command::new(program);
    let ended = command.args(arguments).current_dir(directory).output().unwrap();
    assert!(
        ended.status.success(),
        "{program} {arguments:?}\n{}\n{}",
        String::from_utf8_lossy(&ended.stdout),
        String::from_utf8_lossy(&ended.stderr)
    );
}

/// The client, ready to run.
fn build() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for name in SOURCES {
        let source = format!("{REPOSITORY}/tests/client/{name}");
        std::fs::copy(source, directory.path().join(name)).unwrap();
    }
    let quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    run(directory.path(), "npm", &[&["ci"], &quiet[..]].concat());
    let document = format!("{REPOSITORY}/docs/openapi.json");
    let generate = [document.as_str(), "--output", "api.ts"];
    run(directory.path(), "node_modules/.bin/openapi-typescript", &generate);
    run(directory.path(), "node_modules/.bin/tsc", &["--project", "."]);
    directory
}

/// Both databases in one test, as building the client takes most of the time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_gets_through_a_campaign_on_both_databases() {
    let client = tokio::task::spawn_blocking(build).await.unwrap();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let database = TestDatabase::empty(engine).await;
        let fresh = ["--fqdn", "test.sovereign.example", "--currency", "OMR"];
        let server = database.serve(&fresh);
        let mut node = Command::new("node");
        node.arg("smoke.js")
            .current_dir(client.path())
            .env("SOV", format!("http://{}", server.address))
            .env("ISSUER", database.mint("sovereign-admin", "campaigns@example.com"))
            .env("CUSTOMER", database.mint("member", "ahmed@example.com"));
        let ended = tokio::task::spawn_blocking(move || node.output().unwrap()).await.unwrap();
        let stderr = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{engine:?}: {stderr}");
        assert_eq!(
            String::from_utf8_lossy(&ended.stdout).lines().collect::<Vec<_>>(),
            [
                "list",
                "issue",
                "preview",
                "revoke",
                "organization",
                "checkout",
                "balance",
                "refusal"
            ],
            "{engine:?}: {stderr}"
        );
        server.stop().expect(0);
        database.run(&["verify"]).expect(0);
        database.remove().await;
    }
}

/// A lock file must work for whoever has it: it names no registry but the public one.
#[test]
fn the_lock_files_name_no_other_registry() {
    for tests in ["client", "manifests", "servers", "stripe"] {
        let path = format!("{REPOSITORY}/tests/{tests}/package-lock.json");
        let lock: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        for (name, package) in lock["packages"].as_object().unwrap() {
            let resolved = package.get("resolved").map(|url| url.as_str().unwrap());
            let public = |url: &str| url.starts_with("https://registry.npmjs.org/");
            assert!(resolved.is_none_or(public), "{tests}: {name}: {resolved:?}");
            let pinned = name.is_empty() || package["integrity"].is_string();
            assert!(pinned, "{tests}: {name} is not pinned");
        }
    }
}
