//! Passwords of administrators, and a lockout that hits only who guesses.

use serde_json::json;
use sovereign::limits::Limits;

use super::token;
use crate::harness::{Client, Reply, Setup, TestApp, on_both};

const AISHA: &str = "aisha@example.com";
const PASSWORD: &str = "correct horse battery";

fn behind_a_proxy() -> Setup {
    let proxies = vec!["127.0.0.0/8".parse().unwrap()];
    Setup { limits: Limits::on(proxies), ..Setup::default() }
}

fn set_password(app: &TestApp) {
    let database = app.database();
    database.run(&["user", "grant", AISHA, "--role", "superadmin"]).expect(0);
    let arguments = ["user", "password", AISHA];
    database.program(&arguments).stdin(&format!("{PASSWORD}\n")).run().expect(0);
}

async fn log_in(client: &Client, email: &str, password: &str) -> Reply {
    client.post("/auth/login", &json!({ "email": email, "password": password })).await
}

on_both! {
    async fn an_administrator_logs_in(app: &TestApp) {
        set_password(app);
        let pair = log_in(&app.anyone(), " Aisha@Example.com ", PASSWORD).await.expect(200);
        assert_eq!(pair["user"]["role"], "superadmin");
        app.bearing(token(&pair)).get("/billing/admin/revenue").await.expect(200);
        for (email, password) in [
            (AISHA, "correct horse batterz"),
            (AISHA, ""),
            (AISHA, &"x".repeat(100_000)),
            ("nobody@example.com", PASSWORD),
            ("", PASSWORD),
        ] {
            log_in(&app.anyone(), email, password).await.expect_problem(401, "unauthorized");
        }
        let stored = app.texts("SELECT hash FROM passwords").await;
        assert!(stored[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored:?}");
        let noted = "SELECT actor FROM audit_log WHERE action = 'user.password'";
        assert_eq!(app.texts(noted).await, ["cli"]);
    }

    async fn only_administrators_have_one(app: &TestApp) {
        let set = |email: &str, password: &str| {
            let program = app.database().program(&["user", "password", email]);
            program.stdin(password).run()
        };
        let said = set("nobody@example.com", PASSWORD).expect_failure(1);
        assert!(said.contains("has a role"), "{said}");
        set_password(app);
        let said = set(AISHA, "short").expect_failure(1);
        assert!(said.contains("12 to 1024"), "{said}");
        app.database().run(&["user", "grant", "root@example.com", "--role", "superadmin"]).expect(0);
        app.database().run(&["user", "revoke", AISHA]).expect(0);
        log_in(&app.anyone(), AISHA, PASSWORD).await.expect_problem(401, "unauthorized");
    }

    /// Forty networks guess; the administrator, at her desk, is not held up by them. Elsewhere her password alone
    /// is not enough meanwhile: `shares.rs` has what is.
    async fn guessers_lock_out_only_themselves(app: &TestApp, behind_a_proxy()) {
        set_password(app);
        let desk = app.anyone().at([192, 0, 2, 1]);
        log_in(&desk, AISHA, PASSWORD).await.expect(200);
        let mut looked_at = 0;
        for n in 0..40 {
            let stranger = app.anyone().at([198, 51, 100, n]);
            let reply = log_in(&stranger, AISHA, "a wrong guess").await;
            if reply.status == 429 {
                assert!(reply.headers.contains_key("retry-after"));
            } else {
                reply.expect_problem(401, "unauthorized");
                looked_at += 1;
            }
        }
        assert!((9..=10).contains(&looked_at), "{looked_at} guesses were looked at");
        let elsewhere = app.anyone().at([203, 0, 113, 7]);
        log_in(&elsewhere, AISHA, PASSWORD).await.expect_problem(429, "too_many_requests");
        // One network has five guesses, and nothing is looked at beyond that.
        let eager = app.anyone().at([203, 0, 113, 8]);
        for n in 0..7 {
            let refused = log_in(&eager, AISHA, "a wrong guess").await;
            let problem = refused.expect_problem(429, "too_many_requests");
            let looked_at = problem["detail"].as_str().unwrap().contains("a code was mailed");
            assert_eq!(looked_at, n < 5, "{problem}");
        }
        log_in(&desk, AISHA, PASSWORD).await.expect(200);
        // An address that nobody has is limited in the same way: the limit tells nothing.
        let mut refused = 0;
        for n in 0..40 {
            let stranger = app.anyone().at([198, 51, 100, n]);
            refused += usize::from(log_in(&stranger, "x@example.com", "y").await.status == 429);
        }
        assert!(refused >= 30, "{refused}");
    }
}
