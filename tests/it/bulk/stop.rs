//! Stopping an operation, and letting it go on.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sovereign::clock::Clock as _;
use sovereign::ids::RandomIds;
use sovereign::usecase::bulk::advance;
use uuid::Uuid;

use super::{JOB, ask, codes, issued, press, read};
use crate::harness::{TestApp, on_both};

/// One slice of it; answers how many are issued then.
async fn slice(app: &TestApp, operation: &Value) -> i64 {
    let id = Uuid::parse_str(operation["id"].as_str().unwrap()).unwrap();
    let mut ids = RandomIds::new(app.clock.clone());
    let bench =
        (&app.store, sovereign_domain::money::Currency::from_code("OMR").unwrap(), app.clock.now());
    advance(bench, &mut ids, id).await.unwrap().unwrap().done
}

on_both! {
    async fn it_goes_on_where_it_was_stopped(app: &TestApp) {
        let asked = ask(app, 2_300, json!({})).await;
        assert_eq!(slice(app, &asked).await, 1_000);
        let stopped = press(app, &asked, "cancel").await.expect(200);
        assert_eq!((&stopped["state"], &stopped["done"]), (&json!("cancelled"), &json!(1_000)));
        assert_eq!(press(app, &asked, "cancel").await.expect(200), stopped);
        // Neither the job nor who was about to do the next slice does more.
        app.run_job(JOB).await;
        assert_eq!(slice(app, &asked).await, 1_000);
        assert_eq!(issued(app, &asked).await.len(), 1_000);

        assert_eq!(press(app, &asked, "resume").await.expect(200)["state"], "running");
        app.run_job(JOB).await;
        let done = read(app, &asked).await;
        assert_eq!((&done["state"], &done["done"]), (&json!("done"), &json!(2_300)));
        let vouchers = issued(app, &asked).await;
        let distinct: BTreeSet<&str> = codes(&vouchers).into_iter().collect();
        assert_eq!((vouchers.len(), distinct.len()), (2_300, 2_300));
        let told = "SELECT COUNT(DISTINCT subject) FROM audit_log WHERE action = 'voucher.issue'";
        assert_eq!(app.number(told).await, 2_300);
        let lines = "SELECT COUNT(*) FROM audit_log WHERE action IN ('bulk.cancel', 'bulk.resume')";
        assert_eq!(app.number(lines).await, 2);
    }

    async fn at_its_end_there_is_nothing_to_stop(app: &TestApp) {
        let asked = ask(app, 1, json!({})).await;
        app.run_job(JOB).await;
        for what in ["cancel", "resume"] {
            let problem = press(app, &asked, what).await.expect_problem(409, "bulk_not_now");
            assert!(problem["detail"].as_str().unwrap().contains("done"), "{problem}");
        }
        assert_eq!(read(app, &asked).await["state"], "done");
    }

    /// Several carry it out at once, as a command beside a server does: together they make what was asked for.
    async fn several_take_turns(app: &TestApp) {
        let asked = ask(app, 5_500, json!({})).await;
        let all = async || while slice(app, &asked).await < 5_500 {};
        tokio::join!(all(), all(), all());
        let vouchers = issued(app, &asked).await;
        let distinct: BTreeSet<&str> = codes(&vouchers).into_iter().collect();
        assert_eq!((vouchers.len(), distinct.len()), (5_500, 5_500));
    }

    /// Those that were asked for first are made first.
    async fn they_have_their_turn(app: &TestApp) {
        let first = ask(app, 1_500, json!({})).await;
        app.clock.advance_seconds(1);
        let second = ask(app, 10, json!({})).await;
        app.clock.advance_seconds(1);
        app.run_job(JOB).await;
        for (operation, total) in [(&first, 1_500), (&second, 10)] {
            assert_eq!(read(app, operation).await["done"], total);
        }
    }
}
