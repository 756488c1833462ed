//! Frozen and exported, again and again; aborted; and all of them at once.

use serde_json::{Value, json};

use super::{TARGET, answer, credit, export, sovereign, status};
use crate::harness::Engine;

async fn it_is_frozen_and_exported_and_stays_after_all(engine: Engine) {
    let database = sovereign(engine).await;
    let before = status(&database).await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("kestrel.bundle");
    let name = file.to_str().unwrap();
    let first = export(&database, name);
    assert_eq!((&first["balance_minor"], &first["to"]), (&json!(10_000), &json!(TARGET)));
    let bytes = std::fs::read(&file).unwrap();
    assert_eq!(status(&database).await, "suspended");
    database.run(&["verify"]).expect(0);

    // The same again, though somebody calls themselves something else meanwhile.
    database.execute("UPDATE users SET name = 'another name'").await;
    let second = export(&database, name);
    assert_eq!(second, first);
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
    let shown = answer(&database, &["org", "status", "kestrel"]);
    assert_eq!(shown["moves"][0]["state"], "exported");
    assert_eq!(shown["moves"].as_array().unwrap().len(), 1);

    let elsewhere = ["org", "export", "kestrel", "--to", "c.example", "--out", name];
    let said = database.run(&elsewhere).expect_failure(1);
    assert!(said.contains(TARGET), "{said}");

    for _ in 0..2 {
        let aborted = answer(&database, &["org", "abort", "kestrel"]);
        assert_eq!(aborted["move"]["state"], "aborted");
        assert_eq!(
            (status(&database).await, credit(&database).await),
            (before.clone(), "10000".into())
        );
    }
    database.run(&["verify"]).expect(0);
    let third = export(&database, name);
    assert_ne!(third["move_id"], first["move_id"]);
    assert_ne!(std::fs::read(&file).unwrap(), bytes);
    database.remove().await;
}

/// Nothing that a job does reaches it.
async fn jobs_leave_it_alone(engine: Engine) {
    let database = sovereign(engine).await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("kestrel.bundle");
    export(&database, file.to_str().unwrap());
    let bytes = std::fs::read(&file).unwrap();
    let expire = match engine {
        Engine::Sqlite => "UPDATE credit_lots SET expires_at = 1",
        Engine::Postgres => "UPDATE credit_lots SET expires_at = 'epoch'",
    };
    database.execute(expire).await;
    for job in ["expire-credit", "number-invoices", "relay-events", "warn-of-low-credit"] {
        database.run(&["jobs", "run", job]).expect(0);
    }
    assert_eq!(credit(&database).await, "10000");
    database.execute("UPDATE credit_lots SET expires_at = NULL").await;
    export(&database, file.to_str().unwrap());
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
    database.remove().await;
}

async fn all_of_them_are_exported_with_a_report_that_adds_up(engine: Engine) {
    let database = sovereign(engine).await;
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("bundles");
    let all = ["org", "export", "--all", "--to", TARGET, "--out", out.to_str().unwrap()];
    let mut reports: Vec<Value> = Vec::new();
    for _ in 0..2 {
        reports.push(answer(&database, &all));
    }
    let files = std::fs::read_dir(&out).unwrap().count();
    assert_eq!(files, 4, "two bundles, and the report twice");
    let report = &reports[1];
    assert_eq!((&report["balance_minor"], &report["agrees"]), (&json!(35_000), &json!(true)));
    assert_eq!(report["balance_minor"], report["wallets_balance_minor"]);
    assert_eq!(report["organizations"], reports[0]["organizations"]);
    let states: Vec<_> =
        report["organizations"].as_array().unwrap().iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["exported", "exported"]);
    let csv = std::fs::read_to_string(out.join("closing-report.csv")).unwrap();
    assert_eq!(csv.lines().count(), 4);
    assert!(csv.lines().last().unwrap().starts_with("(all),,35000,"), "{csv}");

    // Credit that is with nobody.
    database
        .execute(
            "DELETE FROM organizations WHERE slug = 'falcon'; \
             DELETE FROM organization_moves WHERE balance_minor = 25000",
        )
        .await;
    let ended = database.run(&all);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_frozen_and_exported_and_stays_after_all_on_both() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        it_is_frozen_and_exported_and_stays_after_all(engine).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_leave_it_alone_on_both() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        jobs_leave_it_alone(engine).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_of_them_are_exported_with_a_report_that_adds_up_on_both() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        all_of_them_are_exported_with_a_report_that_adds_up(engine).await;
    }
}
