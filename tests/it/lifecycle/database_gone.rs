//! The database goes away under a running server: callers are told to come again, and it recovers.

use serde_json::json;

use crate::harness::{Client, Engine, Server, TestDatabase, on_empty};

const FIRST: [&str; 4] = ["--fqdn", "omantel.example", "--currency", "OMR"];

/// Requests that need the database, each on its own way to it.
async fn each_request(anyone: &Client, admin: &Client, tenant_id: &str, expect: u16) {
    let code = json!({ "code": "GONE-25" });
    let checkout = json!({ "plan_id": "m", "tenant_id": tenant_id, "promo_code": "GONE-25" });
    let voucher = json!({ "code": "GONE-25", "credit_omr": 25 });
    for reply in [
        anyone.get("/readyz").await,
        anyone.get("/catalog/plans").await,
        anyone.post("/billing/vouchers/redeem-preview", &code).await,
        admin.get("/billing/balance").await,
        admin.post("/billing/vouchers/issue", &voucher).await,
        admin.post("/billing/checkout", &checkout).await,
    ] {
        if expect == 503 {
            assert_eq!(reply.headers["retry-after"], "1", "{}", reply.text);
            let problem = reply.expect_problem(503, "unavailable").to_string();
            // What went wrong inside is for the log.
            for word in ["database", "postgres", "sql"] {
                assert!(!problem.contains(word), "{problem}");
            }
        } else {
            reply.expect(expect);
        }
    }
    anyone.get("/livez").await.expect(200);
}

struct Ready {
    server: Server,
    admin: Client,
    tenant_id: String,
}

async fn ready(database: &TestDatabase) -> Ready {
    let server = database.serve(&FIRST);
    let admin = server.bearing(&database.mint("superadmin", "a@omantel.example"));
    let voucher = json!({ "code": "GONE-25", "credit_omr": 25 });
    admin.post("/billing/vouchers/issue", &voucher).await.expect(200);
    let tenant_id = admin.make_organization("kestrel-pharmacy").await;
    Ready { server, admin, tenant_id }
}

on_empty! {
    async fn ready_says_so(database: &TestDatabase) {
        let server = database.serve(&FIRST);
        for path in ["/readyz", "/livez", "/healthz", "/api/readyz"] {
            let status = server.anyone().get(path).await.expect(200);
            assert_eq!(status, json!({ "status": "ok" }));
        }
        server.stop().expect(0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_database_is_unavailable() {
    let database = TestDatabase::empty(Engine::Postgres).await;
    let Ready { server, admin, tenant_id } = ready(&database).await;
    database.drop_in_use().await;
    for _ in 0..3 {
        each_request(&server.anyone(), &admin, &tenant_id, 503).await;
    }
    let ended = server.stop().expect(0);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    assert!(ended.stderr.contains("does not exist"), "the log says why: {}", ended.stderr);
    database.remove().await;
}

/// Nobody has to restart anything when the database is back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_recovers_when_the_database_does() {
    let database = TestDatabase::empty(Engine::Postgres).await;
    let Ready { server, admin, tenant_id } = ready(&database).await;
    database.take_away().await;
    each_request(&server.anyone(), &admin, &tenant_id, 503).await;
    database.bring_back().await;
    each_request(&server.anyone(), &admin, &tenant_id, 200).await;

    let ended = server.stop().expect(0);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    database.run(&["verify"]).expect(0);
    assert_eq!(database.texts("SELECT status FROM orders").await, ["completed"]);
    database.remove().await;
}
