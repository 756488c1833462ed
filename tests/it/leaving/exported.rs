//! Frozen and exported, again and again; aborted; and all of them at once.

use age::x25519;
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

/// What no Sovereign would import is refused before anything of it is frozen.
async fn too_many_people_are_refused_at_once(engine: Engine) {
    let database = sovereign(engine).await;
    let (id, now) = match engine {
        Engine::Sqlite => ("randomblob(16)", "1772000000000000"),
        Engine::Postgres => ("gen_random_uuid()", "now()"),
    };
    let many = format!(
        "WITH RECURSIVE numbers (n) AS \
             (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100001) \
         INSERT INTO members (id, tenant_id, user_id, email, role, joined_at) \
         SELECT {id}, o.id, 'somebody-' || n, 'somebody@example.com', 'viewer', {now} \
         FROM numbers CROSS JOIN organizations o WHERE o.slug = 'kestrel'"
    );
    database.execute(&many).await;
    let before = status(&database).await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("kestrel.bundle");
    let export = ["org", "export", "kestrel", "--to", TARGET, "--out", file.to_str().unwrap()];
    let said = database.run(&export).expect_failure(1);
    assert!(said.contains("more than 100000 people"), "{said}");
    assert!(!file.exists());
    assert_eq!(status(&database).await, before);
    let moves = "SELECT CAST(COUNT(*) AS text) FROM organization_moves";
    assert_eq!(database.texts(moves).await, ["0"]);
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_people_are_refused_at_once_on_both() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        too_many_people_are_refused_at_once(engine).await;
    }
}

/// Run again, a file is left alone where it has what was exported, and written again where it has something else.
async fn what_is_in_the_files_is_looked_at(engine: Engine) {
    let database = sovereign(engine).await;
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path();
    let all = ["org", "export", "--all", "--to", TARGET, "--out", out.to_str().unwrap()];
    let [kestrel, falcon] = ["kestrel", "falcon"].map(|name| out.join(format!("{name}.bundle")));
    let read = || [&kestrel, &falcon].map(|file| std::fs::read(file).unwrap());
    let said = database.run(&all).expect(0).stderr;
    assert!(!said.contains("exported already"), "{said}");
    let right = read();
    let said = database.run(&all).expect(0).stderr;
    assert_eq!(said.matches("exported already").count(), 2, "{said}");

    // Another one's bundle, and something that is none.
    for wrong in [&right[1][..], b"no bundle", b""] {
        std::fs::write(&kestrel, wrong).unwrap();
        let said = database.run(&all).expect(0).stderr;
        assert_eq!(said.matches("exported already").count(), 1, "{said}");
        assert_eq!(read(), right);
    }

    // Of another move of the same Organization.
    database.run(&["org", "abort", "kestrel"]).expect(0);
    database.run(&["org", "abort", "falcon"]).expect(0);
    database.run(&all).expect(0);
    let anew = read();
    assert!(anew[0] != right[0] && anew[1] != right[1], "another move is another bundle");
    std::fs::write(&kestrel, &right[0]).unwrap();
    database.run(&all).expect(0);
    assert_eq!(read(), anew);

    // Of one that is encrypted nobody can tell what is in it, or for whom it is: it is written again.
    let keys = [(), ()].map(|()| x25519::Identity::generate().to_public().to_string());
    let to_one = [&all[..], &["--recipient", &keys[0]]].concat();
    let to_both = [&to_one[..], &["--recipient", &keys[1]]].concat();
    database.run(&to_one).expect(0);
    let encrypted = read();
    assert!(encrypted.iter().all(|bytes| bytes.starts_with(b"age-encryption.org/v1\n")));
    let said = database.run(&to_one).expect(0).stderr;
    assert!(!said.contains("exported already"), "{said}");
    let again = read();
    assert!(again[0] != encrypted[0] && again[1] != encrypted[1], "each is written again");
    database.run(&to_both).expect(0);
    let both = read();
    assert!(both[0] != again[0] && both[1] != again[1], "to one more it is another file");
    database.run(&all).expect(0);
    assert_eq!(read(), anew);
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_the_files_is_looked_at_on_both() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        what_is_in_the_files_is_looked_at(engine).await;
    }
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
