//! The runs as they are filed and shown, and a run that cannot be finished.

use serde_json::{Value, json};
use sovereign::clock::Clock as _;
use sovereign::jobs::{self, Outcome};

use super::{PATIENCE_SECONDS, RUNS, finds, finds_nothing, reconcile, waiting};
use crate::harness::{Engine, Setup, TestApp, Trouble, on_both};

async fn next_run_is_due(app: &TestApp) -> bool {
    let listed = app.superadmin().get("/billing/admin/jobs").await.expect(200);
    let mut jobs = listed.as_array().unwrap().iter();
    let job = jobs.find(|job| job["name"] == "reconcile").unwrap();
    job["next_run_at"] == json!(app.clock.now())
}

on_both! {
    async fn a_run_is_filed_and_shown(app: &TestApp, Setup::with_stripe()) {
        assert_eq!(app.superadmin().get(RUNS).await.expect(200), json!([]));
        let now = app.clock.now();
        let first = reconcile(app).await;
        let id = first["id"].clone();
        assert_eq!(first, json!({
            "id": id, "started_at": now, "finished_at": now, "from": now.plus_days(-7),
            "until": now.plus_seconds(-600), "done_until": now.plus_seconds(-600),
            "counts": {}, "repaired": 0, "findings_left": 0,
        }));
        app.clock.advance_days(1);
        let second = reconcile(app).await;
        assert_eq!(app.superadmin().get(RUNS).await.expect(200), json!([second, first]));
    }

    /// Whoever asks need not wait for the night.
    async fn one_can_be_asked_for(app: &TestApp, Setup::with_stripe()) {
        finds_nothing(app).await;
        assert!(!next_run_is_due(app).await);
        let asked = app.superadmin().post(RUNS, &json!({})).await.expect(200);
        assert_eq!(asked, json!({ "ok": true }));
        assert!(next_run_is_due(app).await);
    }

    /// It runs each night at its time.
    async fn it_is_due_once_a_day(app: &TestApp, Setup::with_stripe()) {
        let job = [jobs::find("reconcile").unwrap()];
        let runner = app.runner();
        let mut done = 0;
        for _ in 0..48 {
            app.clock.advance_seconds(3_600);
            let outcome = runner.run_due(&job).await.unwrap().remove(0);
            done += i32::from(matches!(outcome, Outcome::Done(_)));
        }
        // The first at once, for it had never run.
        assert_eq!(done, 3);
    }

    /// Without a key there is nothing to compare with, and no run is filed.
    async fn without_a_key_there_is_no_run(app: &TestApp) {
        let job = jobs::find("reconcile").unwrap();
        assert_eq!(app.runner().run_now(&job).await.unwrap(), Outcome::Done(0));
        assert_eq!(app.superadmin().get(RUNS).await.expect(200), json!([]));
        let refused = app.superadmin().post(RUNS, &json!({})).await;
        refused.expect_problem(503, "payment_not_configured");
    }

    /// Stripe fails on the way: the run says how far it came, and the next one makes up for it.
    async fn a_run_that_fails_says_how_far_it_came(app: &TestApp, Setup::with_stripe()) {
        let waiting = waiting(app, "ahmed").await;
        waiting.pay(app);
        app.clock.advance_seconds(PATIENCE_SECONDS);
        app.stripe().trouble("GET /v1/disputes", Trouble::Unavailable, usize::MAX);
        let job = jobs::find("reconcile").unwrap();
        let outcome = app.runner().run_now(&job).await.unwrap();
        assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
        let failed = app.superadmin().get(RUNS).await.expect(200)[0].clone();
        assert!(failed["error"].is_string(), "{failed}");
        assert_eq!(failed["done_until"], failed["from"]);
        assert_eq!(waiting.status(app).await, "pending");
        app.stripe().no_trouble();
        finds(app, "paid_not_here", 1, 1).await;
        let shown = app.superadmin().get(RUNS).await.expect(200);
        assert_eq!(shown.as_array().unwrap().len(), 2);
    }

    /// One order that cannot be settled now holds up no other one.
    async fn what_cannot_be_mended_holds_nothing_up(app: &TestApp, Setup::with_stripe()) {
        let first = waiting(app, "ahmed").await;
        let second = waiting(app, "salma").await;
        first.pay(app);
        second.pay(app);
        app.clock.advance_seconds(PATIENCE_SECONDS);
        // The one call that only mending makes, for the first of them.
        app.stripe().trouble("GET /v1/payment_methods/:id", Trouble::Unavailable, 4);
        let run = reconcile(app).await;
        assert_eq!(run["counts"], json!({ "paid_not_here": { "found": 2, "repaired": 1 } }));
        assert_eq!(second.status(app).await, "completed");
        finds(app, "paid_not_here", 1, 1).await;
        assert_eq!(first.status(app).await, "completed");
    }

    async fn the_last_hundred_runs_are_kept(app: &TestApp, Setup::with_stripe()) {
        reconcile(app).await;
        let (id, earlier) = match app.engine {
            Engine::Sqlite => ("randomblob(16)", "started_at - n"),
            Engine::Postgres => ("gen_random_uuid()", "started_at - n * interval '1 second'"),
        };
        app.execute(&format!(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 120) \
             INSERT INTO reconcile_runs (id, started_at, finished_at, window_from, window_until, \
                 done_until, counts, repaired, findings_left) \
             SELECT {id}, {earlier}, finished_at, window_from, window_until, done_until, counts, 0, 7 \
             FROM reconcile_runs, numbers"
        )).await;
        app.clock.advance_days(1);
        let newest = reconcile(app).await;
        let shown = app.superadmin().get(RUNS).await.expect(200);
        let shown = shown.as_array().unwrap();
        assert_eq!(shown.len(), 100);
        assert_eq!(shown[0], newest);
        let left = |run: &Value| run["findings_left"].as_i64().unwrap();
        assert_eq!(shown.iter().map(left).sum::<i64>(), 98 * 7);
        assert_eq!(app.number("SELECT COUNT(*) FROM reconcile_runs").await, 100);
    }
}
