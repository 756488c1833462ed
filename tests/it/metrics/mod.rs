//! `/metrics`, which only the listener of its own answers.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Request;
use tower::ServiceExt as _;

use crate::harness::{Card, Server, Setup, TestApp, TestDatabase, on_both, on_empty};

/// Every sample by its name with labels. The format is checked on the way: a HELP and a TYPE line before the
/// samples of each family, and numbers as values.
fn samples(text: &str) -> BTreeMap<String, i64> {
    let mut samples = BTreeMap::new();
    let mut family = "";
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            family = help.split(' ').next().unwrap();
            assert!(help.len() > family.len() + 1, "{line}");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            assert_eq!(kind, format!("{family} gauge"));
        } else {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert_eq!(name.split('{').next().unwrap(), family, "{text}");
            let known = samples.insert(name.to_owned(), value.parse().unwrap());
            assert_eq!(known, None, "{name} is there twice");
        }
    }
    samples
}

async fn scrape(app: &TestApp) -> BTreeMap<String, i64> {
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let response = app.metrics_router().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let kind = response.headers()["content-type"].to_str().unwrap();
    assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8");
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    samples(std::str::from_utf8(&body).unwrap())
}

on_both! {
    /// Nothing has happened: zeros, and no moment that has not come.
    async fn a_new_sovereign_has_zeros(app: &TestApp) {
        let samples = scrape(app).await;
        for kind in ["amount_mismatch", "dispute", "event_endpoint", "late_payment", "moved_away",
            "reconcile", "refund_failed"] {
            assert_eq!(samples[&format!("sovereign_alarms_open{{kind=\"{kind}\"}}")], 0);
        }
        for name in ["orders_pending", "refunds_pending", "letters_waiting", "webhook_events_failed",
            "engine_queued", "event_deliveries_waiting", "event_deliveries_failed",
            "event_endpoints_failing"] {
            assert_eq!(samples[&format!("sovereign_{name}")], 0, "{name}");
        }
        assert_eq!(samples["sovereign_job_consecutive_failures{job=\"reconcile\"}"], 0);
        // The first start made no event.
        assert_eq!(samples["sovereign_outbox_events"], 0);
        assert_eq!(samples["sovereign_nats_waiting_events"], 0);
        let moments = samples.keys().filter(|name| name.contains("timestamp") || name.contains("left"));
        assert_eq!(moments.count(), 0);
    }

    async fn events_that_wait_are_counted_with_their_age(app: &TestApp, Setup::with_nats()) {
        app.issue("FOUR", 4, 0).await;
        let began = app.now_seconds();
        app.clock.advance_seconds(100);
        app.issue("FIVE", 5, 0).await;
        let waiting = app.number("SELECT COUNT(*) FROM outbox").await;
        let outbox = scrape(app).await;
        assert_eq!(outbox["sovereign_outbox_events"], waiting);
        assert_eq!(outbox["sovereign_outbox_oldest_timestamp_seconds"], began);
        assert_eq!(outbox.get("sovereign_nats_oldest_timestamp_seconds"), None);
        app.run_job("relay-events").await;
        let queue = scrape(app).await;
        assert_eq!(queue["sovereign_outbox_events"], 0);
        assert_eq!(queue.get("sovereign_outbox_oldest_timestamp_seconds"), None);
        assert_eq!(queue["sovereign_nats_waiting_events"], waiting);
        assert_eq!(queue["sovereign_nats_oldest_timestamp_seconds"], began);
        app.run_job("publish-events").await;
        assert_eq!(scrape(app).await["sovereign_nats_waiting_events"], 0);
    }

    async fn what_waits_and_fails_is_counted(app: &TestApp, Setup::with_stripe()) {
        app.issue("FOUR", 4, 0).await;
        let customer = app.customer("ahmed").await;
        customer.checkout("m", "FOUR").await.expect(200);
        assert_eq!(scrape(app).await["sovereign_orders_pending"], 1);
        let session = app.stripe().all("checkout.session").pop().unwrap();
        app.stripe().pay(session["id"].as_str().unwrap(), Card::Good);
        app.stripe().refuse_connections().await;
        let event = app.stripe().last_event("checkout.session.completed");
        assert_eq!(app.stripe().deliver(&event).await, 500);
        assert_eq!(scrape(app).await["sovereign_webhook_events_failed"], 1);
        app.stripe().accept_connections().await;
        assert_eq!(app.stripe().deliver(&event).await, 200);
        let charge = app.stripe().all("charge").pop().unwrap();
        let refund = app.stripe().refund_from_dashboard(charge["id"].as_str().unwrap(), 1_000);
        app.clock.advance_seconds(700);
        app.run_job("reconcile").await;
        // Taken down, and now Stripe has never heard of it: that is for a person.
        app.stripe().forget(&refund);
        app.clock.advance_seconds(700);
        let began = app.now_seconds();
        let job = sovereign::jobs::find("reconcile").unwrap();
        app.runner().run_now(&job).await.unwrap();
        app.execute("UPDATE jobs SET consecutive_failures = 3 WHERE name = 'seal-audit'").await;
        let samples = scrape(app).await;
        assert_eq!(samples["sovereign_orders_pending"], 0);
        assert_eq!(samples["sovereign_webhook_events_failed"], 0);
        assert_eq!(samples["sovereign_letters_waiting"], 1, "the receipt");
        assert_eq!(samples["sovereign_alarms_open{kind=\"reconcile\"}"], 1);
        assert_eq!(samples["sovereign_reconcile_findings_left"], 1);
        assert_eq!(samples["sovereign_reconcile_failed"], 0);
        assert_eq!(samples["sovereign_reconcile_last_run_timestamp_seconds"], began);
        let success = "sovereign_job_last_success_timestamp_seconds{job=\"reconcile\"}";
        assert_eq!(samples[success], began);
        assert_eq!(samples["sovereign_job_consecutive_failures{job=\"seal-audit\"}"], 3);
    }

    /// They say how business goes: not where everybody is answered.
    async fn they_are_not_where_the_routes_are(app: &TestApp) {
        for path in ["/metrics", "/api/metrics"] {
            app.anyone().get(path).await.expect(404);
            app.superadmin().get(path).await.expect(404);
        }
    }
}

on_empty! {
    /// On a listener of its own, where one is configured; it answers nothing else.
    async fn a_listener_of_its_own_answers(database: &TestDatabase) {
        let first = ["--fqdn", "omantel.example", "--currency", "OMR"];
        let program = database.program(&["serve", "--listen", "127.0.0.1:0"]).args(first);
        let program = program.env("SOVEREIGN_METRICS_LISTEN", "127.0.0.1:0");
        let mut server = Server::start(program);
        let said = server.wait_for("metrics at").to_owned();
        let url = said.split_once("metrics at ").unwrap().1.split_whitespace().next().unwrap();
        let reply = reqwest::get(url).await.unwrap();
        assert_eq!(reply.status(), 200);
        let samples = samples(&reply.text().await.unwrap());
        assert_eq!(samples["sovereign_orders_pending"], 0);
        let base = url.strip_suffix("/metrics").unwrap();
        for path in ["/", "/livez", "/billing/admin/alarms"] {
            assert_eq!(reqwest::get(format!("{base}{path}")).await.unwrap().status(), 404);
        }
        server.anyone().get("/metrics").await.expect(404);
        server.stop().expect(0);
        assert!(reqwest::get(url).await.is_err(), "it ends with the server");
    }
}
