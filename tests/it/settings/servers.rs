//! Several servers of one Sovereign, and administrators who change at the same moment.

use serde_json::json;

use super::{PATH, SECRET_KEY, WEBHOOK_SECRET, ends, root};
use crate::harness::{Engine, SecondServer, Setup, TestApp, on_both};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_server_notices_within_a_minute() {
    let app = TestApp::start_with(Engine::Postgres, Setup::with_mail()).await;
    let second = SecondServer::beside(&app).await;
    let root = root(&app).await;
    let keys = json!({ "stripe_secret_key": SECRET_KEY, "stripe_webhook_secret": WEBHOOK_SECRET });
    root.put(PATH, &keys).await.expect(200);
    assert!(app.payments().stripe().is_some());
    assert!(second.payments().stripe().is_none());
    second.each_minute().await;
    assert!(second.payments().stripe().is_some());
    assert_eq!(second.payments().webhook_secrets().len(), 1);
    root.put(PATH, &json!({ "stripe_secret_key": "" })).await.expect(200);
    second.each_minute().await;
    assert!(second.payments().stripe().is_none());
    second.stop().await;
    app.finish().await;
}

on_both! {
    /// Two changes of different keys at once: neither is lost.
    async fn changes_at_once_are_both_kept(app: &TestApp, Setup::with_mail()) {
        let root = root(app).await;
        for _ in 0..10 {
            let cleared = json!({ "stripe_secret_key": "", "stripe_webhook_secret": "" });
            root.put(PATH, &cleared).await.expect(200);
            let (key, secret) = (
                json!({ "stripe_secret_key": SECRET_KEY }),
                json!({ "stripe_webhook_secret": WEBHOOK_SECRET }),
            );
            let (one, other) = tokio::join!(root.put(PATH, &key), root.put(PATH, &secret));
            one.expect(200);
            other.expect(200);
            let read = root.get(PATH).await.expect(200);
            assert_eq!(ends(&read)[..2], [&json!("AAAA"), &json!("CCCC")]);
            assert!(app.payments().stripe().is_some());
            assert_eq!(app.payments().webhook_secrets().len(), 1);
        }
    }
}
