//! `sovereign stripe webhook`.

use serde_json::{Value, json};
use sovereign::payment::events::HANDLED_EVENTS;
use sovereign::payment::stripe::{API_VERSION, WebhookSecret};

use super::{SECRET_KEY, WEBHOOK_SECRET};
use crate::harness::{Ended, FQDN, TestApp, on_both};
use crate::stripe_client::responder::{Answer, Responder, Seen};

const URL: &str = "https://omantel.example/billing/webhook";

fn endpoint(id: &str, events: &[&str]) -> Value {
    json!({ "id": id, "url": URL, "status": "enabled", "enabled_events": events,
        "api_version": API_VERSION, "metadata": { "sovereign": FQDN } })
}

fn made(id: &str, secret: &str) -> Answer {
    let mut endpoint = endpoint(id, &HANDLED_EVENTS);
    endpoint["secret"] = json!(secret);
    Answer::Json(200, endpoint)
}

fn list(endpoints: &[Value]) -> Answer {
    Answer::Json(200, json!({ "data": endpoints, "has_more": false }))
}

async fn webhook(app: &TestApp, responder: &Responder, arguments: &[&str]) -> Ended {
    let program = app.database().program(&[&["stripe", "webhook"], arguments].concat());
    let program = program.env("SOVEREIGN_STRIPE_API_URL", &responder.url);
    tokio::task::spawn_blocking(move || program.run()).await.unwrap()
}

fn routes(seen: &[Seen]) -> Vec<String> {
    seen.iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect()
}

fn with_key(app: &TestApp) {
    let keys = app.database().program(&["stripe", "keys", "--secret-key", "-"]);
    keys.stdin(SECRET_KEY).run().expect(0);
}

const LIST: &str = "GET /v1/webhook_endpoints";
const CREATE: &str = "POST /v1/webhook_endpoints";

on_both! {
    async fn an_endpoint_is_made_once_and_its_secret_stored(app: &TestApp) {
        with_key(app);
        let other = json!({ "id": "we_0", "url": "https://other.example", "status": "enabled",
            "enabled_events": ["*"] });
        let responder = Responder::start([list(std::slice::from_ref(&other)), made("we_1", WEBHOOK_SECRET)]).await;
        let register = ["register", "--url", URL, "--json"];
        let ended = webhook(app, &responder, &register).await;
        let said = ended.expect_json();
        assert_eq!((&said["id"], &said["done"]), (&json!("we_1"), &json!("created")));
        assert_eq!((&said["ours"], &said["advice"]), (&json!(true), &Value::Null));
        let seen = responder.seen();
        assert_eq!(routes(&seen), [LIST, CREATE]);
        let form = &seen[1].form;
        assert_eq!(form["url"], URL);
        for (index, event) in HANDLED_EVENTS.iter().enumerate() {
            assert_eq!(form[&format!("enabled_events[{index}]")], *event);
        }
        assert!(!form.contains_key(&format!("enabled_events[{}]", HANDLED_EVENTS.len())));
        app.each_minute().await;
        let secrets = app.payments().webhook_secrets();
        assert_eq!(secrets.iter().map(WebhookSecret::last4).collect::<Vec<_>>(), ["CCCC"]);

        let ours = endpoint("we_1", &HANDLED_EVENTS);
        responder.will_answer(list(&[other.clone(), ours.clone()]));
        let said = webhook(app, &responder, &register).await.expect_json();
        assert_eq!(said["done"], "unchanged");
        assert_eq!(routes(&responder.seen()), [LIST]);

        responder.will_answer(list(&[endpoint("we_1", &["invoice.paid"]), other.clone()]));
        responder.will_answer(Answer::Json(200, ours));
        let said = webhook(app, &responder, &register).await.expect_json();
        assert_eq!(said["done"], "updated");
        let seen = responder.seen();
        assert_eq!(routes(&seen), [LIST, "POST /v1/webhook_endpoints/we_1"]);
        assert_eq!(seen[1].form["enabled_events[0]"], HANDLED_EVENTS[0]);
    }

    /// The new one is made before the old one goes, and both secrets are good for a day.
    async fn one_can_be_replaced(app: &TestApp) {
        with_key(app);
        let deleted = json!({ "id": "we_1", "deleted": true });
        let responder = Responder::start([
            list(&[]),
            made("we_1", WEBHOOK_SECRET),
            list(&[endpoint("we_1", &HANDLED_EVENTS)]),
            made("we_2", "whsec_51NsecretEEEE"),
            Answer::Json(200, deleted),
        ])
        .await;
        let register = ["register", "--url", URL, "--json", "--replace"];
        assert_eq!(webhook(app, &responder, &register).await.expect_json()["done"], "created");
        let said = webhook(app, &responder, &register).await.expect_json();
        assert_eq!((&said["id"], &said["done"]), (&json!("we_2"), &json!("replaced")));
        let seen = responder.seen();
        assert_eq!(routes(&seen[2..]), [LIST, CREATE, "DELETE /v1/webhook_endpoints/we_1"]);
        let keys: Vec<&str> = seen.iter().map(|seen| seen.header("idempotency-key")).collect();
        assert_ne!(keys[1], keys[3], "another endpoint, another key");
        // The command knows the machine's time, the server the test's.
        let ends = "SELECT count(*) FROM settings WHERE former_webhook_secret_until > updated_at";
        assert_eq!(app.number(ends).await, 1);
    }

    /// Stripe tells a secret only once: who does not have it is told what to do.
    async fn an_endpoint_whose_secret_is_not_here(app: &TestApp) {
        with_key(app);
        let ours = endpoint("we_1", &HANDLED_EVENTS);
        let responder = Responder::start([list(std::slice::from_ref(&ours)), list(&[ours])]).await;
        let ended = webhook(app, &responder, &["register", "--url", URL]).await;
        let ended = ended.expect(0);
        assert!(ended.stdout.contains("unchanged"), "{}", ended.stdout);
        assert!(ended.stderr.contains("--replace"), "{}", ended.stderr);
        let shown = webhook(app, &responder, &["list"]).await.expect_answer();
        assert!(shown.contains("we_1") && shown.contains(URL), "{shown}");
    }

    async fn without_a_key_and_without_an_answer(app: &TestApp) {
        let responder = Responder::start([]).await;
        let said = webhook(app, &responder, &["list"]).await.expect_failure(1);
        assert!(said.contains("no secret key is set"), "{said}");
        with_key(app);
        webhook(app, &responder, &["register", "--url", "omantel.example"]).await.expect_failure(2);
        assert!(responder.seen().is_empty());
        webhook(app, &responder, &["register", "--url", URL]).await.expect_failure(3);
        assert_eq!(app.number("SELECT count(*) FROM settings WHERE stripe_webhook_secret_sealed \
            IS NOT NULL").await, 0);
    }
}
