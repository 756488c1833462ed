//! What does not arrive is tried again for three days, and then given up where somebody sees it.

use serde_json::{Value, json};
use sovereign_domain::timestamp::Timestamp;

use super::receiver::{Answer, Receiver};
use super::{Endpoint, deliver, listen, setup};
use crate::harness::{TestApp, on_both};

const HOUR: i64 = 3_600;

/// Moves the clock to when the endpoint's first lane is tried next; answers when that is.
async fn next_attempt(app: &TestApp) -> i64 {
    let sql = match app.engine {
        crate::harness::Engine::Sqlite => "SELECT MIN(next_attempt_at) FROM event_lanes",
        crate::harness::Engine::Postgres => {
            "SELECT CAST(EXTRACT(EPOCH FROM MIN(next_attempt_at)) * 1000000 AS bigint) FROM event_lanes"
        }
    };
    let next = app.number(sql).await;
    app.clock.set(Timestamp::from_micros(next));
    next / 1_000_000
}

async fn alarms(app: &TestApp) -> Vec<Value> {
    let listed = app.superadmin().get("/billing/admin/alarms?open=true").await.expect(200);
    listed.as_array().unwrap().clone()
}

async fn only(endpoint: &Endpoint, app: &TestApp) -> Value {
    let deliveries = endpoint.deliveries(app).await;
    assert_eq!(deliveries.len(), 1, "{deliveries:?}");
    deliveries[0].clone()
}

on_both! {
    async fn three_days_of_failures_and_then_no_more(app: &TestApp, setup()) {
        let receiver = Receiver::start().await;
        receiver.always("/", Answer::Text(500, "not today".into()));
        let endpoint = listen(app, &receiver, "/", &["voucher.issued", "voucher.revoked"]).await;
        app.issue("NEVER-25", 25, 0).await;
        app.revoke("NEVER-25").await;
        let began = app.now_seconds();
        deliver(app).await;
        let mut at = vec![began];
        loop {
            let next = next_attempt(app).await;
            if next == *at.last().unwrap() {
                break;
            }
            assert!(at.len() < 100, "{at:?}");
            // A second before it nothing is sent.
            app.clock.advance_seconds(-1);
            app.run_job("deliver-events").await;
            assert_eq!(receiver.seen().len(), 1, "after {} attempts", at.len());
            app.clock.advance_seconds(1);
            app.run_job("deliver-events").await;
            at.push(next);
            if next == began + 72 * HOUR {
                break;
            }
        }
        assert_eq!(*at.last().unwrap(), began + 72 * HOUR, "{at:?}");
        let waits: Vec<i64> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!((24..=36).contains(&waits[0]) && (48..=72).contains(&waits[1]), "{waits:?}");
        assert!(waits.iter().all(|wait| *wait <= 4 * HOUR * 6 / 5), "{waits:?}");
        assert!((20..40).contains(&at.len()), "{}", at.len());

        // The last attempt gave it up, and what it held back had its own try at once.
        let seen = receiver.kinds();
        assert_eq!(seen, ["voucher.issued", "voucher.revoked"]);
        let [revoked, issued] = endpoint.deliveries(app).await.try_into().unwrap();
        assert_eq!((&issued["status"], &issued["attempts"]), (&json!("failed"), &json!(at.len())));
        assert_eq!((&issued["response_status"], &issued["response_excerpt"]),
            (&json!(500), &json!("not today")));
        assert_eq!((&revoked["status"], &revoked["attempts"]), (&json!("failed"), &json!(1)));
        let alarms = alarms(app).await;
        assert_eq!(alarms.len(), 1);
        assert_eq!((&alarms[0]["kind"], &alarms[0]["times"]), (&json!("event_endpoint"), &json!(2)));
        assert_eq!(alarms[0]["subject"], *endpoint.id);
        let shown = endpoint.get(app).await;
        assert_eq!(shown["failing_since"], json!(Timestamp::from_seconds(began)));
        assert_eq!(shown["enabled"], true);

        app.clock.advance_days(1);
        deliver(app).await;
        assert_eq!(receiver.seen().len(), 0);
        receiver.always("/", Answer::status(204));
        app.issue("AT-LAST-25", 25, 0).await;
        deliver(app).await;
        let shown = endpoint.get(app).await;
        assert_eq!(shown.get("failing_since"), None);
        assert_eq!(shown["last_success_at"], json!(Timestamp::from_seconds(app.now_seconds())));
    }

    async fn one_that_is_gone_is_switched_off(app: &TestApp, setup()) {
        let receiver = Receiver::start().await;
        receiver.next("/", Answer::Text(410, "moved out".into()));
        let endpoint = listen(app, &receiver, "/", &["voucher.issued"]).await;
        app.issue("GONE-25", 25, 0).await;
        app.issue("WAITS-25", 25, 0).await;
        deliver(app).await;
        let shown = endpoint.get(app).await;
        assert_eq!(shown["enabled"], false);
        assert!(shown["disabled_reason"].as_str().unwrap().contains("410"), "{shown}");
        assert_eq!(alarms(app).await.len(), 1);
        // Nothing is filed for it meanwhile, and what waits stays.
        app.issue("MISSED-25", 25, 0).await;
        app.clock.advance_days(4);
        deliver(app).await;
        assert_eq!(receiver.kinds(), ["voucher.issued"]);
        let states: Vec<Value> =
            endpoint.deliveries(app).await.iter().map(|delivery| delivery["status"].clone()).collect();
        assert_eq!(states, ["waiting", "failed"]);
        let shown = endpoint.change(app, json!({ "enabled": true })).await;
        assert_eq!(shown.get("disabled_reason"), None);
        app.run_job("deliver-events").await;
        let seen = receiver.seen();
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].event()["data"]["code"], "WAITS-25");
    }

    /// One that moves is asked at its new address at once.
    async fn a_new_address_is_tried_at_once(app: &TestApp, setup()) {
        let receiver = Receiver::start().await;
        receiver.always("/old", Answer::status(500));
        let endpoint = listen(app, &receiver, "/old", &["voucher.issued"]).await;
        app.issue("MOVED-25", 25, 0).await;
        deliver(app).await;
        endpoint.change(app, json!({ "url": format!("{}/new", receiver.url) })).await;
        app.run_job("deliver-events").await;
        let paths: Vec<String> = receiver.seen().into_iter().map(|seen| seen.path).collect();
        assert_eq!(paths, ["/old", "/new"]);
        assert_eq!(only(&endpoint, app).await["status"], "delivered");
    }

    async fn only_success_is_success(app: &TestApp, setup()) {
        let receiver = Receiver::start().await;
        let endpoint = listen(app, &receiver, "/", &["voucher.issued"]).await;
        app.issue("FAILS-25", 25, 0).await;
        app.run_job("relay-events").await;
        for status in [300, 304, 400, 401, 404, 429, 500, 503] {
            receiver.next("/", Answer::status(status));
            app.run_job("deliver-events").await;
            assert_eq!(only(&endpoint, app).await["status"], "waiting", "{status}");
            assert_eq!(only(&endpoint, app).await["response_status"], status);
            next_attempt(app).await;
        }
        receiver.next("/", Answer::status(299));
        app.run_job("deliver-events").await;
        assert_eq!(only(&endpoint, app).await["status"], "delivered");
        assert_eq!(only(&endpoint, app).await["attempts"], 9);
    }

    /// After thirty days nobody remembers.
    async fn what_was_sent_is_forgotten_in_time(app: &TestApp, setup()) {
        let receiver = Receiver::start().await;
        let endpoint = listen(app, &receiver, "/", &["voucher.issued"]).await;
        app.issue("OLD-25", 25, 0).await;
        deliver(app).await;
        app.clock.advance_days(30);
        app.run_job("purge-event-deliveries").await;
        assert_eq!(endpoint.deliveries(app).await.len(), 1);
        app.clock.advance_seconds(1);
        app.run_job("purge-event-deliveries").await;
        assert_eq!(endpoint.deliveries(app).await.len(), 0);
    }
}
