//! Previews may be answered from what was read before, and are never of something else than what is.

use serde_json::json;
use sovereign::auth::Role;

use crate::harness::{Client, Engine, SecondServer, TestApp, on_both};

/// What the code is worth in whole units, and whether it can be redeemed.
async fn seen(client: &Client, code: &str) -> (u16, i64) {
    let reply = client.post("/billing/vouchers/redeem-preview", &json!({ "code": code })).await;
    (reply.status, reply.body["credit_omr"].as_i64().unwrap_or(0))
}

on_both! {
    async fn an_edit_is_seen_at_once(app: &TestApp) {
        let anyone = app.anyone();
        for credit in 1..=60 {
            app.issue("SUMMER", credit, 0).await;
            assert_eq!(seen(&anyone, "SUMMER").await, (200, credit));
            assert_eq!(seen(&anyone, "summer").await, (200, credit));
        }
        app.revoke("SUMMER").await;
        assert_eq!(seen(&anyone, "SUMMER").await, (404, 0));
        app.issue("SUMMER", 7, 0).await;
        assert_eq!(seen(&anyone, "SUMMER").await, (200, 7));
    }

    async fn a_cap_that_fills_is_seen_at_once(app: &TestApp) {
        let anyone = app.anyone();
        for number in 0..10 {
            let code = format!("LAST-{number}");
            app.issue(&code, 200, 2).await;
            for (slot, expected) in [(1, 200), (2, 410)] {
                assert_eq!(seen(&anyone, &code).await, (200, 200));
                let customer = app.customer(&format!("buyer-{number}-{slot}")).await;
                customer.checkout("m", &code).await.expect(200);
                assert_eq!(seen(&anyone, &code).await.0, expected);
            }
        }
    }

    /// While previews are asked for all the time, none that begins after an edit is of before it.
    async fn previews_in_flight_do_not_keep_what_was(app: &TestApp) {
        app.issue("BUSY", 1, 0).await;
        for credit in 2..=40 {
            let askers = (0..8).map(|_| {
                let anyone = app.anyone();
                async move { seen(&anyone, "BUSY").await }
            });
            let asked = futures_util::future::join_all(askers);
            tokio::join!(asked, app.issue("BUSY", credit, 0));
            assert_eq!(seen(&app.anyone(), "BUSY").await, (200, credit));
        }
    }
}

/// Asks until what is seen is as expected; another server hears of a change when PostgreSQL tells it.
async fn await_seen(client: &Client, code: &str, expected: (u16, i64)) {
    for _ in 0..10_000 {
        if seen(client, code).await == expected {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{code} is never seen as {expected:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_server_hears_of_it() {
    let app = TestApp::start(Engine::Postgres).await;
    let second = SecondServer::beside(&app).await;
    let there = second.client(&app, "visitor", Role::Member);
    app.issue("SHARED", 5, 0).await;
    await_seen(&there, "SHARED", (200, 5)).await;
    app.issue("SHARED", 6, 0).await;
    await_seen(&there, "SHARED", (200, 6)).await;
    app.issue("SHARED", 200, 1).await;
    await_seen(&there, "SHARED", (200, 200)).await;
    app.customer("buyer").await.checkout("m", "SHARED").await.expect(200);
    await_seen(&there, "SHARED", (410, 200)).await;
    app.revoke("SHARED").await;
    await_seen(&there, "SHARED", (404, 0)).await;
    second.stop().await;
    app.finish().await;
}

/// Makes the server remember `code`: a row that was changed behind its back is not seen.
async fn until_remembered(app: &TestApp, code: &str) -> i64 {
    for credit in 1_000..11_000 {
        let (_, before) = seen(&app.anyone(), code).await;
        let sql =
            format!("UPDATE promo_codes SET credit_minor = {credit}000 WHERE code = '{code}'");
        app.execute(&sql).await;
        if seen(&app.anyone(), code).await == (200, before) {
            return credit;
        }
    }
    panic!("{code} is never remembered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_remembered_until_somebody_says_so() {
    let app = TestApp::start(Engine::Postgres).await;
    app.issue("KEPT", 5, 0).await;
    let credit = until_remembered(&app, "KEPT").await;
    app.execute("SELECT pg_notify('sovereign_vouchers', 'KEPT')").await;
    await_seen(&app.anyone(), "KEPT", (200, credit)).await;
    app.stop().await;
}

/// Who cannot hear the others remembers nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_listener_forgets_everything() {
    let app = TestApp::start(Engine::Postgres).await;
    app.issue("KEPT", 5, 0).await;
    let credit = until_remembered(&app, "KEPT").await;
    let listeners = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity \
                     WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    assert_eq!(app.number(listeners).await, 1);
    await_seen(&app.anyone(), "KEPT", (200, credit)).await;
    app.stop().await;
}
