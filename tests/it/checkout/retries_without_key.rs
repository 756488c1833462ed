//! Retries without an `Idempotency-Key` (decision 3): recognised by their body for a minute.

use serde_json::json;

use crate::harness::{Reply, on_both};

const CHECKOUT: &str = "/billing/checkout";

on_both! {
    async fn a_success_is_answered_again_for_60_seconds(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        let first = ahmed.checkout("m", "MUSCAT-20").await;
        assert_eq!(first.status, 200, "{}", first.text);
        for seconds in [0, 59] {
            app.clock.advance_seconds(seconds);
            let before = app.state().await;
            ahmed.checkout("m", "MUSCAT-20").await.assert_replays(&first);
            before.assert_unchanged(&app.state().await);
        }
        app.clock.advance_seconds(1);
        app.refuses(ahmed.checkout("m", "MUSCAT-20"), 409, "already_subscribed").await;
    }

    /// The minute counts from the success, not from the last retry or an earlier refusal.
    async fn a_refusal_starts_no_minute(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        app.refuses(ahmed.checkout("m", "MUSCAT-20"), 400, "voucher_unknown").await;
        app.issue("MUSCAT-20", 20, 0).await;
        app.clock.advance_seconds(50);
        let first = ahmed.checkout("m", "MUSCAT-20").await;
        app.clock.advance_seconds(50);
        ahmed.checkout("m", "MUSCAT-20").await.assert_replays(&first);
        assert_eq!(first.status, 200);
    }

    /// Order and repetition of what is selected, the spelling of the code, and absent lists make no
    /// other request.
    async fn the_body_is_normalised(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        let tenant_id = &ahmed.tenant_id;
        let body = json!({
            "plan_id": "m", "tenant_id": tenant_id, "promo_code": "MUSCAT-20",
            "apps": ["wordpress", "matomo"], "addons": [],
        });
        let first = ahmed.client.post(CHECKOUT, &body).await;
        assert_eq!(first.status, 200, "{}", first.text);
        for equal in [
            json!({
                "plan_id": "m", "tenant_id": tenant_id, "promo_code": " muscat-20\t",
                "apps": ["matomo", "wordpress", "matomo"],
            }),
            json!({
                "addons": null, "apps": ["matomo", "wordpress"], "promo_value_minor": null,
                "promo_code": "Muscat-20", "tenant_id": tenant_id, "plan_id": "m",
            }),
        ] {
            ahmed.client.post(CHECKOUT, &equal).await.assert_replays(&first);
        }
        let mut other = body.clone();
        other["apps"] = json!(["wordpress"]);
        let checkout = ahmed.client.post(CHECKOUT, &other);
        app.refuses(checkout, 409, "already_subscribed").await;
    }

    /// A colleague's click on the same button is a request of its own.
    async fn users_do_not_share_answers(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        let sara = ahmed.add_member(app, "sara", "admin").await;
        ahmed.checkout("m", "MUSCAT-20").await.expect(200);
        app.refuses(sara.checkout("m", "MUSCAT-20"), 409, "already_subscribed").await;
    }

    /// A key that reads like the digest of a body finds nothing stored for one.
    async fn a_body_is_not_found_by_a_key(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        ahmed.checkout("flexi", "").await.expect(200);
        let stored = app.texts("SELECT key FROM idempotency_keys").await;
        assert_eq!(stored.len(), 1);
        let digest = stored[0].strip_prefix("body:").unwrap();
        let body = ahmed.checkout_body("flexi", "");
        for key in [stored[0].as_str(), digest] {
            let checkout = ahmed.client.post_keyed(CHECKOUT, key, &body);
            app.refuses(checkout, 409, "already_subscribed").await;
        }
    }

    /// A double click.
    async fn clicks_at_once_have_one_answer(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..24 {
            let (client, body) = (ahmed.client.clone(), ahmed.checkout_body("m", "MUSCAT-20"));
            tasks.spawn(async move { client.post(CHECKOUT, &body).await });
        }
        let replies = tasks.join_all().await;
        assert!(replies.iter().all(|reply| reply.status == 200));
        assert!(replies.iter().all(|reply| reply.text == replies[0].text));
        let decided = |reply: &&Reply| !reply.headers.contains_key("idempotency-replayed");
        assert_eq!(replies.iter().filter(decided).count(), 1);
        assert_eq!(app.number("SELECT COUNT(*) FROM orders").await, 1);
        assert_eq!(ahmed.available_minor().await, 11_000);
    }
}
