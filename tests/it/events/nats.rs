//! Events on a real NATS server.

use std::collections::{BTreeMap, HashSet};

use serde_json::json;
use sovereign::jobs::Outcome;

use crate::harness::{NatsMessage, Setup, TestApp, on_both};

/// The identifiers of all events in the order they left the outbox, by Organization.
async fn published(app: &TestApp) -> BTreeMap<String, Vec<String>> {
    let id = app.uuid_as_text("id");
    let sql = format!(
        "SELECT COALESCE(tenant_id, '') || ' ' || {id} FROM published_events ORDER BY position"
    );
    by_tenant(app.texts(&sql).await.iter().map(|line| line.split_once(' ').unwrap()))
}

fn by_tenant<'a>(
    events: impl Iterator<Item = (&'a str, &'a str)>,
) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (tenant, id) in events {
        found.entry(tenant.to_owned()).or_default().push(id.to_owned());
    }
    found
}

/// What a consumer has that takes each identifier once.
pub(super) fn heard(messages: &[NatsMessage]) -> BTreeMap<String, Vec<String>> {
    let mut seen = HashSet::new();
    let once = messages.iter().filter(|message| seen.insert(&message.id));
    by_tenant(once.map(|message| {
        (message.body["tenant_id"].as_str().unwrap_or_default(), message.id.as_str())
    }))
}

/// The stream has every event there was, in order for each Organization, and nothing waits.
async fn assert_all_heard(app: &TestApp) -> Vec<NatsMessage> {
    let messages = app.nats().messages().await;
    assert_eq!(heard(&messages), published(app).await);
    assert_eq!(app.number("SELECT COUNT(*) FROM nats_queue").await, 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM outbox").await, 0);
    messages
}

async fn outcome_of(app: &TestApp, job: &str) -> Outcome {
    let job = sovereign::jobs::find(job).unwrap();
    app.runner().run_now(&job).await.unwrap()
}

on_both! {
    async fn an_event_is_on_its_subject_in_its_envelope(app: &TestApp, Setup::with_nats()) {
        app.issue("HALF-25", 25, 0).await;
        let ahmed = app.customer("kestrel-pharmacy").await;
        let paid = ahmed.checkout("m", "HALF-25").await.expect(200);
        app.run_job("relay-events").await;
        app.run_job("publish-events").await;
        let messages = assert_all_heard(app).await;
        let placed = messages.iter().find(|message| message.body["type"] == "order.placed");
        let placed = placed.unwrap();
        assert_eq!(placed.subject, "sovereign.test_sovereign_example.order.placed");
        let members: Vec<&String> = placed.body.as_object().unwrap().keys().collect();
        assert_eq!(members, ["id", "type", "version", "source", "timestamp", "tenant_id", "data"]);
        assert_eq!(placed.body["id"], placed.id);
        assert_eq!(placed.body["version"], 1);
        assert_eq!(placed.body["source"], "test.sovereign.example");
        assert_eq!(placed.body["tenant_id"], ahmed.tenant_id);
        assert_eq!(placed.body["data"]["id"], paid["order_id"]);
        let issued = messages.iter().find(|message| message.body["type"] == "voucher.issued");
        assert_eq!(issued.unwrap().body["tenant_id"], json!(null));
        assert_eq!(messages.len(), heard(&messages).values().map(Vec::len).sum::<usize>(), "once");
    }

    /// The relay runs while customers check out.
    async fn events_come_in_order_under_load(app: &TestApp, Setup::with_nats()) {
        app.issue("HALF-25", 25, 0).await;
        let mut customers = Vec::new();
        for number in 0..12 {
            customers.push(app.customer(&format!("tenant-{number}")).await);
        }
        let checkouts = customers.iter().map(|customer| async move {
            customer.checkout("s", "HALF-25").await.expect(200);
            for plan in ["m", "s", "m"] {
                customer.checkout(plan, "").await;
            }
        });
        let relay = async {
            for _ in 0..10 {
                app.relay_without_lease().await;
                app.publish_without_lease().await.unwrap();
            }
        };
        tokio::join!(futures_util::future::join_all(checkouts), relay, relay_too(app));
        app.run_job("relay-events").await;
        app.run_job("publish-events").await;
        assert_all_heard(app).await;
    }

    async fn an_hour_without_nats_is_only_lag(app: &TestApp, Setup::with_nats()) {
        app.issue("HALF-25", 25, 0).await;
        app.customer("before").await;
        app.run_job("relay-events").await;
        app.run_job("publish-events").await;
        app.nats().kill();
        for number in 0..12 {
            let customer = app.customer(&format!("during-{number}")).await;
            customer.checkout("s", "HALF-25").await.expect(200);
            app.run_job("relay-events").await;
            assert!(matches!(outcome_of(app, "publish-events").await, Outcome::Failed(_)));
            app.clock.advance_seconds(300);
        }
        let waiting = app.number("SELECT COUNT(*) FROM nats_queue").await;
        assert!(waiting >= 60, "{waiting}");
        assert_eq!(app.number("SELECT COUNT(*) FROM outbox").await, 0, "nothing else waits");

        app.nats().start_again();
        app.customer("after").await;
        app.run_job("relay-events").await;
        app.run_job("publish-events").await;
        let messages = assert_all_heard(app).await;
        assert_eq!(messages.len(), heard(&messages).values().map(Vec::len).sum::<usize>(), "once");
    }

    /// Killed without a word in the middle of publishing: what was not confirmed is published again.
    async fn nats_goes_away_in_the_middle(app: &TestApp, Setup::with_nats()) {
        for round in 0..3 {
            for number in 0..150 {
                app.issue(&format!("CODE-{round}-{number}"), 25, 0).await;
            }
            app.run_job("relay-events").await;
            let killing = async {
                app.nats().wait_for_messages(round * 150 + 40).await;
                app.nats().kill();
            };
            let _ = tokio::join!(app.publish_without_lease(), killing);
            app.nats().start_again();
            app.run_job("publish-events").await;
            assert_all_heard(app).await;
        }
    }

    /// Whatever NATS has had, and nobody noted, comes once.
    async fn what_nats_has_already_is_dropped_there(app: &TestApp, Setup::with_nats()) {
        app.issue("HALF-25", 25, 0).await;
        app.run_job("relay-events").await;
        app.execute("CREATE TABLE aside AS SELECT * FROM nats_queue").await;
        app.run_job("publish-events").await;
        let before = app.nats().messages().await;
        app.execute("INSERT INTO nats_queue SELECT * FROM aside; DROP TABLE aside").await;
        app.run_job("publish-events").await;
        assert_eq!(assert_all_heard(app).await, before);
    }

    /// What NATS has not had is not removed, however old it is.
    async fn what_waits_for_nats_is_kept(app: &TestApp, Setup::with_nats()) {
        app.issue("OLD-25", 25, 0).await;
        app.run_job("relay-events").await;
        app.clock.advance_seconds(90 * 86_400);
        app.issue("NEW-25", 25, 0).await;
        app.run_job("relay-events").await;
        app.run_job("purge-events").await;
        app.run_job("publish-events").await;
        assert_all_heard(app).await;
        app.run_job("purge-events").await;
        let kept = app.number("SELECT COUNT(*) FROM published_events").await;
        assert!((1..=2).contains(&kept), "{kept}");
    }
}

/// A second process that believes that it has the lease.
async fn relay_too(app: &TestApp) {
    for _ in 0..10 {
        app.publish_without_lease().await.unwrap();
        app.relay_without_lease().await;
    }
}
