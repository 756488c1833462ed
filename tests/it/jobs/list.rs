//! `GET /billing/admin/jobs` and `sovereign jobs`.

use serde_json::{Value, json};
use sovereign::clock::Clock as _;
use sovereign::jobs;

use crate::harness::{Engine, Server, TestDatabase, on_both, on_empty};

const JOBS: &str = "/billing/admin/jobs";
const FIRST: [&str; 4] = ["--fqdn", "omantel.example", "--currency", "OMR"];

fn named<'a>(listed: &'a Value, name: &str) -> &'a Value {
    let mut jobs = listed.as_array().unwrap().iter();
    jobs.find(|job| job["name"] == name).unwrap_or_else(|| panic!("no {name} in {listed}"))
}

on_both! {
    async fn a_job_is_listed_with_its_times(app: &TestApp) {
        let listed = app.superadmin().get(JOBS).await.expect(200);
        let names: Vec<&str> = jobs::all().iter().map(|job| job.name).collect();
        let shown = listed.as_array().unwrap().iter().map(|job| job["name"].as_str().unwrap());
        assert_eq!(shown.collect::<Vec<_>>(), names);
        assert_eq!(named(&listed, "expire-credit"), &json!({
            "name": "expire-credit", "about": "writes expired credit off", "every_seconds": 60,
            "consecutive_failures": 0, "runs": 0,
        }));

        let now = app.clock.now();
        app.each_minute().await;
        app.clock.advance_seconds(7);
        let listed = app.superadmin().get(JOBS).await.expect(200);
        assert_eq!(named(&listed, "expire-credit"), &json!({
            "name": "expire-credit", "about": "writes expired credit off", "every_seconds": 60,
            "last_started_at": now, "last_finished_at": now, "last_ok_at": now, "last_count": 0,
            "next_run_at": now.plus_seconds(60), "consecutive_failures": 0, "runs": 1,
        }));
        assert_eq!(app.superadmin().get("/api/billing/admin/jobs").await.expect(200), listed);
    }

    async fn an_error_and_a_holder_are_shown(app: &TestApp) {
        app.each_minute().await;
        app.execute("UPDATE jobs SET last_error = 'no luck', consecutive_failures = 4").await;
        let (id, until) = match app.engine {
            Engine::Sqlite => ("unhex('01997f53a00070008000000000000001')",
                format!("{} * 1000000", app.now_seconds() + 1)),
            Engine::Postgres => ("'01997f53-a000-7000-8000-000000000001'",
                format!("to_timestamp({})", app.now_seconds() + 1)),
        };
        app.execute(&format!(
            "INSERT INTO leases (name, holder, taken_at, until) \
             VALUES ('seal-audit', {id}, {until}, {until})"
        )).await;
        let listed = app.superadmin().get(JOBS).await.expect(200);
        let sealing = named(&listed, "seal-audit");
        assert_eq!(sealing["last_error"], "no luck");
        assert_eq!(sealing["consecutive_failures"], 4);
        assert_eq!(sealing["holder"], "01997f53-a000-7000-8000-000000000001");
        assert_eq!(named(&listed, "expire-credit").get("holder"), None);
        // A lease that has ended is nobody's.
        app.clock.advance_seconds(1);
        let listed = app.superadmin().get(JOBS).await.expect(200);
        assert_eq!(named(&listed, "seal-audit").get("holder"), None);
    }
}

on_empty! {
    async fn the_command_lists_and_runs(database: &TestDatabase) {
        database.serve(&FIRST).stop().expect(0);
        database.execute("DELETE FROM jobs").await;
        let listed = database.run(&["jobs", "list", "--json"]).expect_json();
        assert_eq!(named(&listed, "seal-audit")["runs"], 0);
        let ran = database.run(&["jobs", "run", "seal-audit", "--json"]).expect_json();
        let expected = json!({ "name": "seal-audit", "outcome": "done", "count": 0, "error": null });
        assert_eq!(ran, expected);
        let listed = database.run(&["jobs", "list", "--json"]).expect_json();
        let sealing = named(&listed, "seal-audit");
        assert_eq!(sealing["runs"], 1);
        assert_eq!(sealing["last_ok_at"], sealing["last_started_at"]);
        assert_ne!(sealing["next_run_at"], Value::Null);

        let table = database.run(&["jobs", "list"]).expect_answer();
        let line = |name: &str| table.lines().find(|line| line.starts_with(name)).unwrap();
        assert!(line("seal-audit").ends_with("well"), "{table}");
        assert!(line("expire-credit").ends_with("never run"), "{table}");
        let said = database.run(&["jobs", "run", "make-coffee"]).expect_failure(1);
        assert!(said.contains("make-coffee") && said.contains("seal-audit"), "{said}");
    }

    /// Beside a server: with PostgreSQL it is run here, an SQLite file's server is asked.
    async fn it_runs_beside_a_server(database: &TestDatabase) {
        let program = database.program(&["serve", "--listen", "127.0.0.1:0"]);
        let program = program.args(FIRST).env("SOVEREIGN_LOG_LEVEL", "sovereign=debug");
        let mut server = Server::start(program);
        server.wait_for("a job is done job=\"seal-audit\"");
        let ran = database.run(&["jobs", "run", "seal-audit", "--json"]).expect_json();
        if database.engine() == Engine::Sqlite {
            assert_eq!(ran, json!({ "name": "seal-audit", "outcome": "asked" }));
            let runs = "SELECT CAST(runs AS text) FROM jobs WHERE name = 'seal-audit'";
            while database.texts(runs).await != ["2"] {
                tokio::task::yield_now().await;
            }
        } else {
            assert_eq!(ran["outcome"], "done");
        }
        server.stop().expect(0);
    }
}
