//! `POST /auth/refresh`, many times at once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::harness::{Reply, Setup, TestApp, on_both};
use crate::races::{at_once, statuses};

const CALLERS: usize = 50;
const EMAIL: &str = "aisha@example.com";
const GRACE_SECONDS: i64 = 10;

async fn refresh_at_once(app: &TestApp, token: &str) -> Vec<Reply> {
    at_once(CALLERS, |_| {
        let (client, body) = (app.anyone(), json!({ "refresh_token": token }));
        async move { client.post("/auth/refresh", &body).await }
    })
    .await
}

async fn tokens(app: &TestApp) -> i64 {
    app.number("SELECT COUNT(*) FROM refresh_tokens").await
}

on_both! {
    /// Within ten seconds every one has the same successor, and it is there once.
    async fn one_refresh_token_has_one_successor(app: &TestApp, Setup::with_mail()) {
        let person = app.sign_in(EMAIL).await;
        assert_eq!(tokens(app).await, 1);
        let mut successors = BTreeSet::new();
        for after_seconds in [0, GRACE_SECONDS] {
            app.clock.advance_seconds(after_seconds);
            let replies = refresh_at_once(app, &person.refresh_token).await;
            assert_eq!(statuses(&replies), BTreeMap::from([(200, CALLERS)]));
            let bodies = replies.into_iter().map(|reply| reply.expect(200));
            successors.extend(bodies.map(|body| body["refresh_token"].as_str().unwrap().to_owned()));
        }
        assert_eq!(successors.len(), 1, "two tabs have two tokens");
        assert_eq!(tokens(app).await, 2, "exactly one was added");
        let body = json!({ "refresh_token": successors.first().unwrap() });
        app.anyone().post("/auth/refresh", &body).await.expect(200);
    }

    /// Later nobody gets anything, and the session ends once.
    async fn late_replays_end_the_session(app: &TestApp, Setup::with_mail()) {
        let person = app.sign_in(EMAIL).await;
        let body = json!({ "refresh_token": person.refresh_token });
        let next = app.anyone().post("/auth/refresh", &body).await.expect(200);
        app.clock.advance_seconds(GRACE_SECONDS + 1);
        let replies = refresh_at_once(app, &person.refresh_token).await;
        assert_eq!(statuses(&replies), BTreeMap::from([(401, CALLERS)]));
        assert_eq!(tokens(app).await, 2);
        let noted = "SELECT COUNT(*) FROM audit_log WHERE action = 'session.reuse'";
        assert_eq!(app.number(noted).await, 1);
        let body = json!({ "refresh_token": next["refresh_token"] });
        app.anyone().post("/auth/refresh", &body).await.expect_problem(401, "unauthorized");
    }
}
