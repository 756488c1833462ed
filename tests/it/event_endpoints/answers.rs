//! Endpoints that answer too much, too late, or with another address.

use serde_json::json;

use super::receiver::{Answer, Receiver};
use super::{deliver, listen, setup};
use crate::harness::on_both;

on_both! {
    async fn no_more_is_read_than_is_kept(app: &TestApp, setup()) {
        let receiver = Receiver::start().await;
        receiver.next("/", Answer::Endless);
        let endpoint = listen(app, &receiver, "/", &["voucher.issued"]).await;
        app.issue("ENDLESS-25", 25, 0).await;
        deliver(app).await;
        let [delivery] = endpoint.deliveries(app).await.try_into().unwrap();
        assert_eq!((&delivery["status"], &delivery["response_status"]), (&json!("delivered"), &json!(200)));
        assert_eq!(delivery["response_excerpt"], "x".repeat(500));
    }

    /// What is no text is made one that a database and a terminal can have.
    async fn an_answer_can_be_anything(app: &TestApp, setup()) {
        let receiver = Receiver::start().await;
        let nasty = format!("a\0b\u{1b}[31m{}", "é".repeat(400));
        receiver.next("/", Answer::Text(500, nasty));
        let endpoint = listen(app, &receiver, "/", &["voucher.issued"]).await;
        app.issue("NASTY-25", 25, 0).await;
        deliver(app).await;
        let [delivery] = endpoint.deliveries(app).await.try_into().unwrap();
        let excerpt = delivery["response_excerpt"].as_str().unwrap();
        assert!(excerpt.starts_with("a b [31mé") && excerpt.chars().count() < 500, "{excerpt}");
    }

    async fn a_redirect_is_not_followed(app: &TestApp, setup()) {
        let (receiver, elsewhere) = (Receiver::start().await, Receiver::start().await);
        receiver.next("/", Answer::Redirect(format!("{}/", elsewhere.url)));
        let endpoint = listen(app, &receiver, "/", &["voucher.issued"]).await;
        app.issue("REDIRECT-25", 25, 0).await;
        deliver(app).await;
        assert_eq!(receiver.seen().len(), 1);
        assert_eq!(elsewhere.seen().len(), 0);
        let [delivery] = endpoint.deliveries(app).await.try_into().unwrap();
        assert_eq!((&delivery["status"], &delivery["response_status"]), (&json!("waiting"), &json!(307)));
    }

    /// One that never answers, with more Organizations than are sent at once, keeps another from nothing.
    async fn one_that_is_silent_holds_no_other_up(app: &TestApp, setup()) {
        let receiver = Receiver::start().await;
        receiver.always("/silent", Answer::Silence);
        let silent = listen(app, &receiver, "/silent", &["tenant.created"]).await;
        listen(app, &receiver, "/quick", &["tenant.created"]).await;
        for number in 0..12 {
            app.customer(&format!("org-{number}")).await;
        }
        deliver(app).await;
        let seen = receiver.seen();
        let at = |path: &str| seen.iter().filter(|seen| seen.path == path).count();
        assert_eq!((at("/quick"), at("/silent")), (12, 12));
        // The last of the quick one's is in before the second batch of the silent one's.
        let last = seen.iter().rposition(|seen| seen.path == "/quick").unwrap();
        let before = seen[..last].iter().filter(|seen| seen.path == "/silent").count();
        assert!(before <= 8, "{before}");
        for delivery in silent.deliveries(app).await {
            assert_eq!((&delivery["status"], delivery.get("response_status")), (&json!("waiting"), None));
            let reason = delivery["response_excerpt"].as_str().unwrap();
            assert!(reason.contains("timed out"), "{reason}");
        }
    }
}
