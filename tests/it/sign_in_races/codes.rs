//! `POST /auth/verify`, many times at once.

use std::collections::BTreeMap;

use serde_json::json;

use crate::harness::{Setup, on_both};
use crate::races::{at_once, statuses};

const CALLERS: usize = 50;
const EMAIL: &str = "aisha@example.com";

on_both! {
    /// All fifty have the right code; one of them was first.
    async fn one_right_code_signs_in_once(app: &TestApp, Setup::with_mail()) {
        let code = app.mailed_code(EMAIL).await;
        let replies = at_once(CALLERS, |_| {
            let (client, body) = (app.anyone(), json!({ "email": EMAIL, "code": code }));
            async move { client.post("/auth/verify", &body).await }
        })
        .await;
        assert_eq!(statuses(&replies), BTreeMap::from([(200, 1), (401, CALLERS - 1)]));
        for refused in replies.into_iter().filter(|reply| reply.status == 401) {
            refused.expect_problem(401, "unauthorized");
        }
        for table in ["sessions", "refresh_tokens", "users"] {
            let count = format!("SELECT COUNT(*) FROM {table}");
            assert_eq!(app.number(&count).await, 1, "{table}");
        }
    }
}
