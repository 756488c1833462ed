//! `Idempotency-Key` (decision 3): the first success is the answer to every retry, for good.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Client, Reply, TestApp, on_both};

const CHECKOUT: &str = "/billing/checkout";
const REDEEM: &str = "/billing/vouchers/redeem";

/// Sends a request that must be answered from store: nothing may change.
async fn replay(app: &TestApp, client: &Client, path: &str, key: &str, body: &Value) -> Reply {
    let before = app.state().await;
    let reply = client.post_keyed(path, key, body).await;
    before.assert_unchanged(&app.state().await);
    reply
}

on_both! {
    /// Byte for byte, a year later, with the subscription there and the credit spent elsewhere.
    async fn a_success_is_answered_again_for_good(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 1).await;
        app.issue("SALALAH-25", 25, 0).await;
        let ahmed = app.customer("ahmed").await;
        let body = ahmed.checkout_body("m", "MUSCAT-20");
        let first = ahmed.client.post_keyed(CHECKOUT, "order-1", &body).await;
        assert_eq!(first.status, 200, "{}", first.text);
        replay(app, &ahmed.client, CHECKOUT, "order-1", &body).await.assert_replays(&first);
        ahmed.redeem("SALALAH-25").await.expect(200);
        app.revoke("MUSCAT-20").await;
        for seconds in [59, 1, 86_400 * 400] {
            app.clock.advance_seconds(seconds);
            // The old token has ended by then; the person is the same.
            let again = replay(app, &app.member("ahmed"), CHECKOUT, "order-1", &body).await;
            again.assert_replays(&first);
        }
    }

    /// What makes no other request: order, repetition, spelling of the code, and absent lists.
    async fn an_equal_body_is_the_same_request(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        let body = json!({
            "plan_id": "m", "tenant_id": ahmed.tenant_id, "promo_code": "MUSCAT-20",
            "addons": ["waf", "daily-backup"], "apps": [],
        });
        let first = ahmed.client.post_keyed(CHECKOUT, "order-1", &body).await;
        assert_eq!(first.status, 200, "{}", first.text);
        let equal = json!({
            "promo_code": " muscat-20", "plan_id": "m", "tenant_id": ahmed.tenant_id,
            "addons": ["daily-backup", "waf", "daily-backup"], "note": "ignored",
        });
        replay(app, &ahmed.client, CHECKOUT, "order-1", &equal).await.assert_replays(&first);
    }

    async fn another_body_with_the_key_is_refused(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        let other = ahmed.client.make_organization("ahmed-again").await;
        let body = ahmed.checkout_body("m", "MUSCAT-20");
        ahmed.client.post_keyed(CHECKOUT, "order-1", &body).await.expect(200);
        for (member, value) in [
            ("plan_id", json!("flexi")),
            ("addons", json!(["waf"])),
            ("apps", json!(["wordpress"])),
            ("tenant_id", json!(other)),
            ("promo_code", json!("")),
            ("promo_code", json!("MUSCAT-21")),
            ("promo_value_minor", json!(20_000)),
        ] {
            let mut body = body.clone();
            body[member] = value;
            let retry = ahmed.client.post_keyed(CHECKOUT, "order-1", &body);
            app.refuses(retry, 409, "idempotency_key_reused").await;
        }
    }

    /// A refusal is stored by nobody, and binds the key to nothing.
    async fn a_refusal_is_decided_afresh(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let body = ahmed.checkout_body("m", "MUSCAT-20");
        let unknown = ahmed.client.post_keyed(CHECKOUT, "order-1", &body);
        app.refuses(unknown, 400, "voucher_unknown").await;
        let without = ahmed.checkout_body("m", "");
        let short = ahmed.client.post_keyed(CHECKOUT, "order-1", &without);
        app.refuses(short, 503, "payment_not_configured").await;
        app.issue("MUSCAT-20", 20, 0).await;
        let first = ahmed.client.post_keyed(CHECKOUT, "order-1", &body).await;
        assert_eq!(first.status, 200, "{}", first.text);
        replay(app, &ahmed.client, CHECKOUT, "order-1", &body).await.assert_replays(&first);
    }

    /// Another key for the same thing is another request, also in the first minute.
    async fn another_key_is_another_request(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        let body = ahmed.checkout_body("m", "MUSCAT-20");
        ahmed.client.post_keyed(CHECKOUT, "order-1", &body).await.expect(200);
        let second = ahmed.client.post_keyed(CHECKOUT, "order-2", &body);
        app.refuses(second, 409, "already_subscribed").await;
        let without = ahmed.client.post(CHECKOUT, &body);
        app.refuses(without, 409, "already_subscribed").await;
    }

    /// A key is its user's own: a colleague's request is not answered with their answer.
    async fn users_do_not_share_keys(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        let sara = ahmed.add_member(app, "sara", "admin").await;
        let body = ahmed.checkout_body("m", "MUSCAT-20");
        ahmed.client.post_keyed(CHECKOUT, "1", &body).await.expect(200);
        let colleague = sara.client.post_keyed(CHECKOUT, "1", &body);
        app.refuses(colleague, 409, "already_subscribed").await;

        let khalid = app.customer("khalid").await;
        let body = khalid.checkout_body("m", "MUSCAT-20");
        let reply = khalid.client.post_keyed(CHECKOUT, "1", &body).await;
        assert_eq!(reply.headers.get("idempotency-replayed"), None);
        reply.expect(200);
    }

    /// A key belongs to its route as well.
    async fn routes_do_not_share_keys(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        let redeem = json!({ "tenant_id": ahmed.tenant_id, "code": "MUSCAT-20" });
        let redeemed = ahmed.client.post_keyed(REDEEM, "1", &redeem).await;
        assert_eq!(redeemed.status, 200, "{}", redeemed.text);
        let checkout = ahmed.checkout_body("m", "");
        let bought = ahmed.client.post_keyed(CHECKOUT, "1", &checkout).await;
        assert_eq!(bought.status, 200, "{}", bought.text);
        replay(app, &ahmed.client, REDEEM, "1", &redeem).await.assert_replays(&redeemed);
        replay(app, &ahmed.client, CHECKOUT, "1", &checkout).await.assert_replays(&bought);
        // Both paths of a route are one route.
        let path = format!("/api{CHECKOUT}");
        replay(app, &ahmed.client, &path, "1", &checkout).await.assert_replays(&bought);
    }

    /// Retries that do not wait for the first: one of them decides, all have its answer.
    async fn retries_at_once_have_one_answer(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        let body = ahmed.checkout_body("m", "MUSCAT-20");
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..24 {
            let (client, body) = (ahmed.client.clone(), body.clone());
            tasks.spawn(async move { client.post_keyed(CHECKOUT, "order-1", &body).await });
        }
        let replies = tasks.join_all().await;
        let (again, first): (Vec<_>, Vec<_>) =
            replies.iter().partition(|reply| reply.headers.contains_key("idempotency-replayed"));
        assert_eq!(first.len(), 1);
        assert_eq!(again.len(), 23);
        for reply in again {
            reply.assert_replays(first[0]);
        }
        assert_eq!(first[0].status, 200, "{}", first[0].text);
        assert_eq!(app.number("SELECT COUNT(*) FROM orders").await, 1);
    }

    async fn a_key_has_1_to_255_characters(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let body = ahmed.checkout_body("flexi", "").to_string().into_bytes();
        let long = "k".repeat(256);
        for keys in [vec![""], vec![long.as_str()], vec!["one", "two"]] {
            let headers: Vec<_> = keys.iter().map(|key| ("Idempotency-Key", *key)).collect();
            let send = ahmed.client.send(Method::POST, CHECKOUT, &headers, Some(body.clone()));
            let problem = app.refuses(send, 400, "invalid_request").await;
            assert_eq!(problem["field"], "Idempotency-Key");
        }
        let body = ahmed.checkout_body("flexi", "");
        ahmed.client.post_keyed(CHECKOUT, &long[..255], &body).await.expect(200);
    }
}
