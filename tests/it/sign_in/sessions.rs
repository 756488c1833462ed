//! Refresh tokens, reuse, logout, and what an ended session still opens.

use serde_json::{Value, json};

use super::{refresh_token, signed_in, token};
use crate::harness::{Reply, Setup, TestApp, on_both};

const EMAIL: &str = "ahmed@example.com";

async fn refresh(app: &TestApp, token: &str) -> Reply {
    app.anyone().post("/auth/refresh", &json!({ "refresh_token": token })).await
}

async fn refreshed(app: &TestApp, pair: &Value) -> Value {
    refresh(app, refresh_token(pair)).await.expect(200)
}

async fn log_out(app: &TestApp, pair: &Value) {
    let body = json!({ "refresh_token": refresh_token(pair) });
    app.anyone().post("/auth/logout", &body).await.expect(200);
}

on_both! {
    async fn a_refresh_token_is_replaced_each_time(app: &TestApp, Setup::with_mail()) {
        let first = signed_in(app, EMAIL).await;
        app.clock.advance_seconds(900);
        let expired = app.bearing(token(&first)).get("/auth/me").await;
        expired.expect(200);
        app.clock.advance_seconds(30);
        app.bearing(token(&first)).get("/auth/me").await.expect_problem(401, "unauthorized");
        let mut pair = first.clone();
        for _ in 0..3 {
            app.clock.advance_days(29);
            let next = refreshed(app, &pair).await;
            assert_ne!(refresh_token(&next), refresh_token(&pair));
            assert_eq!(next["user"], first["user"]);
            app.bearing(token(&next)).get("/auth/me").await.expect(200);
            pair = next;
        }
        app.clock.advance_days(30);
        refresh(app, refresh_token(&pair)).await.expect_problem(401, "unauthorized");
    }

    /// Two tabs refresh at once: both go on, with the same token.
    async fn two_tabs_get_the_same_successor(app: &TestApp, Setup::with_mail()) {
        let first = signed_in(app, EMAIL).await;
        let one = refreshed(app, &first).await;
        app.clock.advance_seconds(10);
        let two = refreshed(app, &first).await;
        assert_eq!(refresh_token(&one), refresh_token(&two));
        refreshed(app, &one).await;
        assert_eq!(app.number("SELECT count(*) FROM refresh_tokens").await, 3);
    }

    /// A token that comes back later is in two hands. Nobody can tell whose are right: both are out.
    async fn a_late_replay_ends_the_family(app: &TestApp, Setup::with_mail()) {
        let first = signed_in(app, EMAIL).await;
        let elsewhere = signed_in(app, EMAIL).await;
        let second = refreshed(app, &first).await;
        app.clock.advance_seconds(11);
        refresh(app, refresh_token(&first)).await.expect_problem(401, "unauthorized");
        refresh(app, refresh_token(&second)).await.expect_problem(401, "unauthorized");
        refreshed(app, &elsewhere).await;
        let reasons = "SELECT end_reason FROM sessions WHERE ended_at IS NOT NULL";
        assert_eq!(app.texts(reasons).await, ["reuse"]);
        let noted = "SELECT action FROM audit_log WHERE action = 'session.reuse'";
        assert_eq!(app.texts(noted).await.len(), 1);
    }

    async fn tokens_nobody_gave_out(app: &TestApp, Setup::with_mail()) {
        let pair = signed_in(app, EMAIL).await;
        for token in ["", "x", "null", token(&pair), &"A".repeat(43), &"x".repeat(100_000)] {
            refresh(app, token).await.expect_problem(401, "unauthorized");
            let body = json!({ "refresh_token": token });
            app.anyone().post("/auth/logout", &body).await.expect(200);
        }
        refreshed(app, &pair).await;
    }

    async fn a_logout_ends_one_session(app: &TestApp, Setup::with_mail()) {
        let [one, two] = [signed_in(app, EMAIL).await, signed_in(app, EMAIL).await];
        log_out(app, &one).await;
        log_out(app, &one).await;
        refresh(app, refresh_token(&one)).await.expect_problem(401, "unauthorized");
        app.bearing(token(&one)).get("/auth/me").await.expect_problem(401, "unauthorized");
        refreshed(app, &two).await;
    }

    /// A token outlives its session; what ends an Organization is not done with it.
    async fn a_token_of_an_ended_session_deletes_nothing(app: &TestApp, Setup::with_mail()) {
        let pair = signed_in(app, EMAIL).await;
        let client = app.bearing(token(&pair));
        let path = format!("/tenant/orgs/{}", client.make_organization("kestrel").await);
        log_out(app, &pair).await;
        client.delete(&path).await.expect_problem(401, "unauthorized");
        let again = signed_in(app, EMAIL).await;
        app.bearing(token(&again)).delete(&path).await.expect(200);
    }

    async fn a_logout_everywhere_ends_all_of_the_callers(app: &TestApp, Setup::with_mail()) {
        let [one, two] = [signed_in(app, EMAIL).await, signed_in(app, EMAIL).await];
        let of_sara = signed_in(app, "sara@example.com").await;
        let client = app.bearing(token(&one));
        client.post("/auth/logout-all", &json!({})).await.expect(200);
        for pair in [&one, &two] {
            refresh(app, refresh_token(pair)).await.expect_problem(401, "unauthorized");
        }
        refreshed(app, &of_sara).await;
        app.anyone().post("/auth/logout-all", &json!({})).await.expect_problem(401, "unauthorized");
    }

    /// Tokens outlive a change of the keys that signed them; the next ones are of the new key.
    async fn a_session_is_told_of_by_its_token(app: &TestApp, Setup::with_mail()) {
        let pair = signed_in(app, EMAIL).await;
        let claims: Value = jsonwebtoken::dangerous::insecure_decode_claims(token(&pair)).unwrap();
        let header = jsonwebtoken::decode_header(token(&pair)).unwrap();
        assert_eq!(header.typ.as_deref(), Some("at+jwt"));
        assert_eq!(claims["sub"], pair["user"]["id"]);
        assert_eq!(claims["email"], EMAIL);
        assert_eq!(claims["role"], "member");
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
        assert_eq!(claims["auth_time"], app.now_seconds());
        app.clock.advance_seconds(600);
        let next = refreshed(app, &pair).await;
        let later: Value = jsonwebtoken::dangerous::insecure_decode_claims(token(&next)).unwrap();
        assert_eq!(later["auth_time"], claims["auth_time"], "a refresh is no sign-in");
        assert_eq!(later["sid"], claims["sid"]);
    }
}
