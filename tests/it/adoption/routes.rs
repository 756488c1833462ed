//! The program at work on an adopted database: every route, and the money.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::old;
use crate::harness::{Client, Server, TestDatabase, each};

async fn serving() -> (TestDatabase, Server) {
    let database = old::messy().await;
    old::adopt(&database, &[]);
    let server = database.serve(&[]);
    (database, server)
}

fn signed_in(database: &TestDatabase, server: &Server, sub: &str, role: &str) -> Client {
    let mint = ["token", "mint", "--role", role, "--email", "x@example.com", "--sub", sub];
    server.bearing(database.run(&mint).expect_answer().trim_end())
}

/// Nobody gets a 500 because of an adopted row.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_get_route_answers() {
    let (database, server) = serving().await;
    let users = ["ahmed", "salma", "noor", "lone", "badr", "huda", "gone", "quiet"];
    for user in users {
        let client = signed_in(&database, &server, user, "superadmin");
        let organizations = client.get("/tenant/orgs").await.expect(200);
        assert_eq!(organizations.as_array().unwrap().is_empty(), user == "gone", "{user}");
        client.get("/billing/balance").await.expect(200);
        client.get("/billing/admin/revenue").await.expect(200);
        client.get("/billing/admin/orders").await.expect(200);
        client.get("/billing/vouchers/list").await.expect(200);
        client.get("/billing/admin/promos").await.expect(200);
        for id in each(&organizations, "id") {
            let id = id.as_str().unwrap();
            for path in [
                format!("/billing/balance?tenant_id={id}&limit=200"),
                format!("/billing/invoices/{id}"),
                format!("/tenant/orgs/{id}"),
                format!("/tenant/orgs/{id}/members"),
            ] {
                client.get(&path).await.expect(200);
            }
            let subscription = client.get(&format!("/billing/subscription/{id}")).await;
            assert!([200, 404].contains(&subscription.status), "{}", subscription.text);
        }
    }
    for path in [
        "/catalog/plans",
        "/catalog/addons",
        "/catalog/apps",
        "/catalog/industries",
        "/catalog/bundles",
        "/readyz",
        "/version",
        "/tenant/check-slug/kestrel",
    ] {
        server.anyone().get(path).await.expect(200);
    }
    server.stop().expect(0);
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_find_what_they_had() {
    let (database, server) = serving().await;
    let ahmed = signed_in(&database, &server, "ahmed", "member");
    let balance = ahmed.get("/billing/balance?limit=200").await.expect(200);
    assert_eq!((&balance["credit_omr"], &balance["credit_baisa"]), (&json!(198), &json!(198_000)));
    let entries = balance["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 7);
    let first = entries.iter().find(|entry| entry["reason"] == "promo:LAUNCH-100").unwrap();
    assert_eq!((&first["amount_omr"], &first["amount_baisa"]), (&json!(100), &json!(100_000)));
    assert_eq!(first["kind"], "adopted");

    let subscription = ahmed.get("/billing/subscription/kestrel").await.expect(200);
    assert_eq!(subscription["stripe_subscription_id"], "sub_2");
    assert_eq!(subscription["plan_id"], "price_999");
    assert_eq!(subscription["current_period_end"], Value::Null);
    let invoices = ahmed.get("/billing/invoices/kestrel").await.expect(200);
    assert_eq!(each(&invoices, "amount_baisa"), [2_500, 9_000, 9_000]);
    assert_eq!(each(&invoices, "amount_omr"), [2, 9, 9]);

    let root = signed_in(&database, &server, "root", "superadmin");
    let orders = root.get("/billing/admin/orders").await.expect(200);
    assert_eq!(orders.as_array().unwrap().len(), 5);
    let vouchers = root.get("/billing/vouchers/list").await.expect(200);
    assert_eq!(vouchers.as_array().unwrap().len(), 7, "the revoked one is not shown");
    // noor-shop's subscription is known by its order.
    let revenue = root.get("/billing/admin/revenue").await.expect(200);
    assert_eq!((&revenue["active_subscriptions"], &revenue["total_mrr"]), (&json!(2), &json!(5)));

    let preview = |code: &'static str| {
        let anyone = server.anyone();
        async move { anyone.post("/billing/vouchers/redeem-preview", &json!({ "code": code })).await }
    };
    assert_eq!(preview("welcome-10").await.expect(200)["credit_omr"], 10);
    assert_eq!(preview(" spaced-5").await.expect(200)["code"], "SPACED-5");
    preview("RETIRED-20").await.expect(404);
    preview("CAPPED-2").await.expect(410);
    preview("ZERO").await.expect(410);
    server.stop().expect(0);
    database.remove().await;
}

/// Checkout, redemption, what is owed, the cap, the bars: as on any other account.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_engine_works_on_adopted_accounts() {
    let (database, server) = serving().await;
    let redeem = |client: Client, organization: &'static str, code: &'static str| async move {
        let body = json!({ "tenant_id": organization, "code": code });
        client.post("/billing/vouchers/redeem", &body).await
    };
    let salma = signed_in(&database, &server, "salma", "member");
    // 37 are owed: a grant of 10 settles 10 of them, and leaves nothing to spend.
    let got = redeem(salma.clone(), "falcon", "welcome-10").await.expect(200);
    assert_eq!(got["credit_balance"], 0);
    let balance = salma.get("/billing/balance?tenant_id=falcon").await.expect(200);
    assert_eq!(balance["wallets"][0]["owed_minor"], 27_000);

    // Past redeemers stay barred, also those that the counter had missed or that moved.
    for (user, organization, code) in [
        ("salma", "second-home", "LAUNCH-100"),
        ("salma", "falcon", "BEHIND-1"),
        ("ahmed", "kestrel", "welcome-10"),
    ] {
        let client = signed_in(&database, &server, user, "member");
        let refused = redeem(client, organization, code).await;
        refused.expect_problem(400, "voucher_redeemed_by_you");
    }
    let badr = signed_in(&database, &server, "badr", "member");
    let body = json!({ "slug": "badr-own", "name": "Badr", "plan_id": "s" });
    let own = badr.post("/tenant/orgs", &body).await.expect(201)["id"].as_str().unwrap().to_owned();
    let body = json!({ "tenant_id": own, "code": "LAUNCH-100" });
    badr.post("/billing/vouchers/redeem", &body)
        .await
        .expect_problem(400, "voucher_redeemed_by_you");

    // An old pending order is in nobody's way, and the migration's lot pays.
    let quiet = signed_in(&database, &server, "quiet", "member");
    let checkout = json!({ "plan_id": "m", "tenant_id": "quiet-one", "promo_code": "LAUNCH-100" });
    let paid = quiet.post("/billing/checkout", &checkout).await.expect(200);
    assert_eq!((&paid["paid_by_credit"], &paid["credit_balance"]), (&json!(true), &json!(91)));
    let lone = signed_in(&database, &server, "lone", "member");
    let id = "c0000000-0000-4000-8000-000000000004";
    let checkout = json!({ "plan_id": "s", "tenant_id": id });
    lone.post("/billing/checkout", &checkout).await.expect_problem(409, "already_subscribed");
    database
        .execute("UPDATE subscriptions SET status = 'canceled' WHERE tenant_id = 'kestrel'")
        .await;
    let ahmed = signed_in(&database, &server, "ahmed", "member");
    let checkout = json!({ "plan_id": "xl", "tenant_id": "kestrel" });
    let paid = ahmed.post("/billing/checkout", &checkout).await.expect(200);
    assert_eq!(paid["credit_balance"], 168);
    database.run(&["verify"]).expect(0);
    server.stop().expect(0);
    database.remove().await;
}

/// The earlier service's tokens go on working, and so do those that an operator mints for its users.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_adopted_user_keeps_one_identity_under_both_issuers() {
    let database = old::messy().await;
    old::adopt(&database, &[]);
    let ahmed = "SELECT count(*)::text FROM users WHERE id = 'ahmed' AND issuer = 'adopted'";
    assert_eq!(database.texts(ahmed).await, ["1"]);
    let secret = "the secret that the earlier service signed with";
    let serve = database.program(&["serve", "--listen", "127.0.0.1:0"]);
    let server = Server::start(serve.env("SOVEREIGN_AUTH_HS256_SECRET", secret));
    let claims = json!({ "sub": "ahmed", "email": "ahmed@example.com", "exp": 4_000_000_000_i64 });
    let key = EncodingKey::from_secret(secret.as_bytes());
    let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap();
    let minted = signed_in(&database, &server, "ahmed", "member");
    for client in [server.bearing(&token), minted] {
        let balance = client.get("/billing/balance").await.expect(200);
        assert_eq!(balance["credit_baisa"], 198_000);
    }
    let stranger = signed_in(&database, &server, "stranger", "member");
    assert_eq!(stranger.get("/tenant/orgs").await.expect(200), json!([]));
    let users = "SELECT subject FROM users WHERE subject IN ('ahmed', 'stranger') ORDER BY 1";
    assert_eq!(database.texts(users).await, ["ahmed", "stranger"], "no second ahmed");
    server.stop().expect(0);
    database.remove().await;
}
