//! A code that never was, one that was revoked and what can be no code: the same answer for the same work.

use serde_json::{Value, json};

use super::PREVIEW;
use crate::harness::{Program, Reply, Server, TestDatabase, on_empty};

const CODES: [&str; 5] = ["NEVER-WAS", "REVOKED-5", "no code!", "AB", "CAFÉ-5"];

/// Statements that the server has logged: lookups of vouchers, and what the limits read and write.
fn statements(log: &str) -> [usize; 3] {
    ["JOIN promo_codes", "JOIN rate_limits", "INSERT INTO rate_limits"].map(|statement| {
        log.lines().filter(|line| line.contains("sqlx::query") && line.contains(statement)).count()
    })
}

/// Asks, and waits until the log says that it is answered; how many statements that took.
async fn ask(server: &mut Server, code: &str, number: usize) -> (Reply, [usize; 3]) {
    // What has been said until the answer before.
    let before = statements(server.wait_for("http://"));
    let id = format!("probe-{number}");
    let body = json!({ "code": code }).to_string().into_bytes();
    let named = [("X-Request-Id", &*id)];
    let reply = server.anyone().send(reqwest::Method::POST, PREVIEW, &named, Some(body)).await;
    let after = statements(server.wait_for(&format!("request_id=\"{id}\" method=POST")));
    (reply, std::array::from_fn(|table| after[table] - before[table]))
}

on_empty! {
    async fn neither_by_the_answer_nor_by_the_work(database: &TestDatabase) {
        let serve = ["serve", "--listen", "127.0.0.1:0", "--demo"];
        let program = Program::new(serve).args(database.flags());
        let mut server = Server::start(program.env("SOVEREIGN_LOG_LEVEL", "sqlx=debug,info"));
        let admin = server.bearing(&database.mint("sovereign-admin", "a@omantel.example"));
        let voucher = json!({ "code": "REVOKED-5", "credit_omr": 5 });
        admin.post("/billing/vouchers/issue", &voucher).await.expect(200);
        admin.delete("/billing/vouchers/revoke/REVOKED-5").await.expect(200);
        ask(&mut server, "WELCOME-10", 99).await.0.expect(200);
        let mut seen = Vec::new();
        // Again and again: what is remembered must not tell them apart either.
        for number in 0..3 * CODES.len() {
            let code = CODES[number % CODES.len()];
            let (reply, work) = ask(&mut server, code, number).await;
            assert_eq!(work[0], 1, "{code}: the lookup");
            let mut names: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
            names.sort();
            let length = reply.text.len() - format!("probe-{number}").len();
            let mut problem: Value = reply.expect_problem(404, "not_found");
            assert_eq!(problem["instance"], format!("urn:request:probe-{number}"));
            problem.as_object_mut().unwrap().remove("instance");
            seen.push((names, length, problem, work));
        }
        seen.dedup();
        assert_eq!(seen.len(), 1, "{seen:#?}");
        server.stop().expect(0);
    }
}
