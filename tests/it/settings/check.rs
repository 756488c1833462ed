//! What Stripe says of the key.

use serde_json::{Value, json};

use super::{PATH, SECRET_KEY, root};
use crate::harness::{Setup, TestApp, on_both};
use crate::stripe_client::options;
use crate::stripe_client::responder::{Answer, Responder};

const CHECK: &str = "/billing/admin/settings/check";

async fn start(engine: crate::harness::Engine, responder: &Responder) -> TestApp {
    let setup = Setup { stripe: options(responder), ..Setup::with_mail() };
    TestApp::start_with(engine, setup).await
}

async fn check(app: &TestApp) -> crate::harness::Reply {
    app.superadmin().post(CHECK, &json!({})).await
}

async fn body(engine: crate::harness::Engine) {
    let responder = Responder::start([]).await;
    let app = start(engine, &responder).await;
    let root = root(&app).await;
    let unset = check(&app).await.expect(200);
    assert_eq!((&unset["ok"], &unset["mode"]), (&json!(false), &Value::Null));
    assert!(unset["detail"].as_str().unwrap().contains("no secret key is set"), "{unset}");
    assert!(responder.seen().is_empty());

    root.put(PATH, &json!({ "stripe_secret_key": SECRET_KEY })).await.expect(200);
    responder.will_answer(Answer::account());
    let good = check(&app).await.expect(200);
    let expected = json!({
        "ok": true, "account_id": "acct_1", "mode": "test", "charges_enabled": true,
        "default_currency": "OMR",
        "detail": "no webhook secret is set: `sovereign stripe webhook register`",
    });
    assert_eq!(good, expected);
    let seen = responder.seen();
    assert_eq!(seen[0].path, "/v1/account");
    assert_eq!(seen[0].header("authorization"), format!("Bearer {SECRET_KEY}"));

    let message = "Invalid API Key provided: sk_test_****AAAA";
    let wrong = json!({ "type": "invalid_request_error", "message": message });
    responder.will_answer(Answer::error(401, &wrong));
    let wrong = check(&app).await.expect(200);
    assert_eq!(wrong["ok"], false);
    assert!(wrong["detail"].as_str().unwrap().contains("copy it again"), "{wrong}");

    for answer in [
        Answer::Raw(500, Vec::new(), "<html>".into()),
        Answer::Raw(429, Vec::new(), String::new()),
        Answer::Broken,
    ] {
        responder.will_answer(answer);
        let reply = check(&app).await;
        assert!(reply.headers.contains_key("retry-after"));
        reply.expect_problem(503, "stripe_unavailable");
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    body(crate::harness::Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    body(crate::harness::Engine::Postgres).await;
}

/// An account that may not charge yet is not all right where real money would move.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_may_not_charge() {
    let account = || Answer::Json(200, json!({ "id": "acct_1", "charges_enabled": false }));
    let responder = Responder::start([]).await;
    let app = start(crate::harness::Engine::Sqlite, &responder).await;
    let root = root(&app).await;
    for (key, ok) in [(SECRET_KEY, true), (super::LIVE_KEY, false)] {
        root.put(PATH, &json!({ "stripe_secret_key": key })).await.expect(200);
        responder.will_answer(account());
        let checked = check(&app).await.expect(200);
        assert_eq!((&checked["ok"], &checked["charges_enabled"]), (&json!(ok), &json!(false)));
        assert!(checked["detail"].as_str().unwrap().contains("finish its set-up"), "{checked}");
    }
    app.finish().await;
}

on_both! {
    async fn who_may(app: &TestApp) {
        app.anyone().post(CHECK, &json!({})).await.expect_problem(401, "unauthorized");
        app.sovereign_admin().post(CHECK, &json!({})).await.expect_problem(403, "forbidden");
    }
}
