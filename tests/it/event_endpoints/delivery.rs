//! What arrives: signed, whole, in order, and only what was asked for.

use std::process::Command;

use serde_json::json;
use sovereign::clock::Clock as _;

use super::receiver::{Answer, Receiver, Seen};
use super::{deliver, listen, setup};
use crate::harness::{FQDN, on_both};

const HOUR: i64 = 3_600;

/// The signature, by a program that is not ours.
fn openssl(seen: &Seen, secret: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("signed");
    let signed = [format!("{}.", seen.signatures().0).as_bytes(), &seen.body].concat();
    std::fs::write(&file, signed).unwrap();
    let mut command = Command::new("openssl");
    let done = command.args(["dgst", "-sha256", "-hmac", secret]).arg(&file).output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    said.trim().rsplit(' ').next().unwrap().to_owned()
}

on_both! {
    async fn an_event_arrives_signed_in_its_envelope(app: &TestApp, setup()) {
        let receiver = Receiver::start().await;
        let endpoint = listen(app, &receiver, "/events?of=us", &["voucher.issued"]).await;
        app.issue("SIGNED-25", 25, 50).await;
        let issued_at = app.clock.now();
        app.clock.advance_seconds(7);
        deliver(app).await;
        let seen = receiver.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        let [seen] = seen.try_into().unwrap();
        assert_eq!(seen.path, "/events");
        let event = seen.event();
        assert_eq!(event, json!({
            "id": event["id"], "type": "voucher.issued", "version": 1, "source": FQDN,
            "timestamp": issued_at, "tenant_id": null,
            "data": { "code": "SIGNED-25", "credit_minor": 25_000, "currency": "OMR", "active": true,
                "max_redemptions": 50 },
        }));
        assert_eq!(seen.header("Sovereign-Event-Id"), event["id"]);
        assert_eq!(seen.header("Sovereign-Event-Type"), "voucher.issued");
        assert_eq!(seen.header("Content-Type"), "application/json");
        assert!(seen.header("User-Agent").starts_with("sovereign/"));
        let (time, signatures) = seen.signatures();
        assert_eq!(time, app.now_seconds());
        assert_eq!(signatures, [openssl(&seen, &endpoint.secret)]);
        assert_eq!(seen.signed_by(&endpoint.secret), [true]);

        let known = endpoint.deliveries(app).await;
        assert_eq!(known.len(), 1);
        assert_eq!(known[0], json!({
            "id": known[0]["id"], "event_id": event["id"], "event_type": "voucher.issued",
            "status": "delivered", "attempts": 1, "created_at": app.clock.now(),
            "give_up_at": app.clock.now().plus_seconds(72 * HOUR), "last_attempt_at": app.clock.now(),
            "response_status": 200, "response_excerpt": "so be it",
        }));
        deliver(app).await;
        assert_eq!(receiver.seen().len(), 0, "once");
        assert_eq!(app.number("SELECT COUNT(*) FROM event_lanes").await, 0);
    }

    /// While the old one is good there are two signatures, the new one's first; afterwards there is one.
    async fn a_secret_that_was_replaced_signs_for_a_time(app: &TestApp, setup()) {
        let receiver = Receiver::start().await;
        let endpoint = listen(app, &receiver, "/", &["voucher.issued"]).await;
        let (second, rotated) = endpoint.rotate(app, json!({})).await;
        let until = app.clock.now().plus_seconds(24 * HOUR);
        assert_eq!(rotated["endpoint"]["former_secret_until"], json!(until));
        app.issue("TWO-25", 25, 0).await;
        app.clock.advance_seconds(24 * HOUR - 1);
        deliver(app).await;
        let seen = receiver.seen().pop().unwrap();
        assert_eq!(seen.signed_by(&second), [true, false]);
        assert_eq!(seen.signed_by(&endpoint.secret), [false, true]);
        app.clock.advance_seconds(1);
        app.issue("ONE-25", 25, 0).await;
        deliver(app).await;
        assert_eq!(receiver.seen().pop().unwrap().signed_by(&second), [true]);
        // One that somebody else knows signs no more at once.
        let (third, _) = endpoint.rotate(app, json!({ "overlap_hours": 0 })).await;
        app.issue("THREE-25", 25, 0).await;
        deliver(app).await;
        assert_eq!(receiver.seen().pop().unwrap().signed_by(&third), [true]);
    }

    async fn each_gets_what_it_asked_for(app: &TestApp, setup()) {
        let receiver = Receiver::start().await;
        listen(app, &receiver, "/all", &[]).await;
        listen(app, &receiver, "/some", &["tenant.created", "order.placed"]).await;
        let off = listen(app, &receiver, "/off", &[]).await;
        off.change(app, json!({ "enabled": false })).await;
        app.issue("ASK-25", 25, 0).await;
        let customer = app.customer("kestrel-pharmacy").await;
        customer.checkout("m", "ASK-25").await.expect(200);
        app.run_job("relay-events").await;
        let published = app.texts("SELECT type FROM published_events ORDER BY type").await;
        app.run_job("deliver-events").await;
        let seen = receiver.seen();
        let at = |path: &str| {
            let there = seen.iter().filter(|seen| seen.path == path).map(Seen::kind);
            let mut kinds: Vec<String> = there.collect();
            kinds.sort();
            kinds
        };
        assert_eq!(at("/all"), published);
        assert_eq!(at("/some"), ["order.placed", "tenant.created"]);
        assert_eq!(at("/off"), Vec::<String>::new());
    }

    /// An event that does not arrive holds those of its Organization back, at its endpoint; no others.
    async fn events_of_an_organization_arrive_in_order(app: &TestApp, setup()) {
        let receiver = Receiver::start().await;
        listen(app, &receiver, "/one", &[]).await;
        listen(app, &receiver, "/two", &[]).await;
        app.issue("ORDER-25", 25, 0).await;
        let kestrel = app.customer("kestrel-pharmacy").await;
        kestrel.checkout("m", "ORDER-25").await.expect(200);
        let falcon = app.customer("falcon-logistics").await;
        falcon.checkout("m", "ORDER-25").await.expect(200);
        app.run_job("relay-events").await;
        let seen_by = |seen: &[Seen], path: &str, tenant: &str| -> Vec<String> {
            let there = seen.iter().filter(|seen| seen.path == path);
            there.filter(|seen| seen.event()["tenant_id"] == *tenant).map(Seen::kind).collect()
        };
        let kinds = format!("SELECT type FROM published_events WHERE tenant_id = '{}' ORDER BY position",
            kestrel.tenant_id);
        let kinds = app.texts(&kinds).await;
        // The first of each Organization, and of those about none, fails at /one.
        for _ in 0..3 {
            receiver.next("/one", Answer::status(503));
        }
        app.run_job("deliver-events").await;
        let seen = receiver.seen();
        assert_eq!(seen_by(&seen, "/two", &kestrel.tenant_id), kinds, "another endpoint");
        assert_eq!(seen_by(&seen, "/one", &kestrel.tenant_id), kinds[..1]);
        app.clock.advance_seconds(60);
        app.run_job("deliver-events").await;
        let seen = receiver.seen();
        assert_eq!(seen_by(&seen, "/one", &kestrel.tenant_id), kinds);
        assert_eq!(seen_by(&seen, "/one", &falcon.tenant_id), kinds);
        assert_eq!(seen_by(&seen, "/two", &kestrel.tenant_id), Vec::<String>::new());
    }

    /// Two that send at once, as after a lease was lost, send each event once, and in order.
    async fn two_that_send_do_not_meet(app: &TestApp, setup()) {
        let receiver = Receiver::start().await;
        listen(app, &receiver, "/", &["voucher.issued", "tenant.created"]).await;
        for number in 0..30 {
            app.issue(&format!("CODE-{number}"), 25, 0).await;
        }
        for number in 0..10 {
            app.customer(&format!("org-{number}")).await;
        }
        app.run_job("relay-events").await;
        let senders = (0..3).map(|_| app.deliver_without_lease());
        futures_util::future::join_all(senders).await;
        let seen = receiver.seen();
        let codes = seen.iter().filter(|seen| seen.kind() == "voucher.issued");
        let codes: Vec<String> =
            codes.map(|seen| seen.event()["data"]["code"].as_str().unwrap().to_owned()).collect();
        assert_eq!(codes, (0..30).map(|number| format!("CODE-{number}")).collect::<Vec<_>>());
        assert_eq!(seen.len(), 40);
    }
}
