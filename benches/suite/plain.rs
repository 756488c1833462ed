//! Reference (a): what a plain service does for one checkout, on the same HTTP stack, token check and pool.
//!
//! One transaction locks the voucher, counts, inserts the redemption, raises the counter and grants the
//! credit; then the balance is a sum over the ledger; then a second transaction writes order, draw and
//! subscription. Fewer rows than the program's own checkout (no invoice, audit, events, stored answer),
//! and on tables with fewer indexes, so that the comparison is not in our favour.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use sovereign::auth::Tokens;
use sovereign::server;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use std::path::Path;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::people;
use crate::server::FQDN;

pub(crate) const SCHEMA: &str = "
CREATE TABLE customers (
    id uuid PRIMARY KEY, user_id text NOT NULL UNIQUE, tenant_id text, stripe_customer_id text UNIQUE,
    email text NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE promo_codes (
    code text PRIMARY KEY, credit_omr int NOT NULL, description text NOT NULL DEFAULT '',
    active boolean NOT NULL DEFAULT true, max_redemptions int NOT NULL DEFAULT 0,
    times_redeemed int NOT NULL DEFAULT 0, created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz);
CREATE TABLE promo_redemptions (
    customer_id uuid NOT NULL REFERENCES customers (id), code text NOT NULL REFERENCES promo_codes (code),
    created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (customer_id, code));
CREATE TABLE credit_ledger (
    id uuid PRIMARY KEY, customer_id uuid NOT NULL REFERENCES customers (id), amount_omr int NOT NULL,
    reason text NOT NULL, order_id uuid, status text NOT NULL DEFAULT 'posted',
    created_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX credit_ledger_customer ON credit_ledger (customer_id);
CREATE TABLE orders (
    id uuid PRIMARY KEY, customer_id uuid NOT NULL REFERENCES customers (id), tenant_id text NOT NULL,
    plan_id text NOT NULL, apps jsonb NOT NULL, addons jsonb NOT NULL, amount_omr int NOT NULL,
    amount_baisa bigint NOT NULL, status text NOT NULL, stripe_session_id text, promo_code text,
    created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE subscriptions (
    id uuid PRIMARY KEY, customer_id uuid NOT NULL REFERENCES customers (id),
    tenant_id text NOT NULL UNIQUE, stripe_subscription_id text, plan_id text NOT NULL,
    status text NOT NULL, current_period_start timestamptz, current_period_end timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
INSERT INTO promo_codes (code, credit_omr) VALUES ('HOT', 200);";

/// Customers of the people in `numbers`; a plain service knows a user by the subject of the token.
pub(crate) fn insert_customers(numbers: &std::ops::Range<usize>) -> String {
    format!(
        "INSERT INTO customers (id, user_id, tenant_id, email) \
         SELECT ('00000003-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'person-' || n, \
             '00000002-0000-7000-8000-' || lpad(to_hex(n), 12, '0'), 'person-' || n || '@example.com' \
         FROM generate_series({}, {}) AS n",
        numbers.start,
        numbers.end - 1
    )
}

struct Service {
    pool: PgPool,
    tokens: Tokens,
}

/// Serves until the process is ended.
pub(crate) async fn serve(url: &str, data: &Path) {
    let pool = PgPoolOptions::new().max_connections(16).connect(url).await.unwrap();
    let service = Arc::new(Service { pool, tokens: people::tokens(data, FQDN) });
    let router = Router::new().route("/billing/checkout", post(checkout)).with_state(service);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut terminate =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).unwrap();
    crate::say(&format!("http://{}", listener.local_addr().unwrap()));
    server::serve(listener, router, async move {
        terminate.recv().await;
    })
    .await;
}

#[derive(Deserialize)]
struct Body {
    plan_id: String,
    apps: Vec<String>,
    addons: Vec<String>,
    tenant_id: String,
    promo_code: String,
}

async fn checkout(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    Json(body): Json<Body>,
) -> Result<Json<Value>, StatusCode> {
    let token = headers.get("authorization").and_then(|value| value.to_str().ok());
    let token = token.and_then(|text| text.strip_prefix("Bearer "));
    let identity = service.tokens.verify(token.ok_or(StatusCode::UNAUTHORIZED)?);
    let identity = identity.map_err(|_| StatusCode::UNAUTHORIZED)?;
    pay(&service.pool, &identity.subject, &body).await.map(Json).map_err(|error| {
        crate::say(&error.to_string());
        StatusCode::INTERNAL_SERVER_ERROR
    })
}

const PRICE_OMR: i32 = 9;

async fn pay(pool: &PgPool, user_id: &str, body: &Body) -> sqlx::Result<Value> {
    let customer: Uuid = sqlx::query_scalar("SELECT id FROM customers WHERE user_id = $1")
        .bind(user_id)
        .fetch_one(pool)
        .await?;
    redeem(pool, customer, &body.promo_code).await?;

    let balance: i64 = sqlx::query_scalar(
        "SELECT COALESCE(SUM(amount_omr), 0)::bigint FROM credit_ledger WHERE customer_id = $1",
    )
    .bind(customer)
    .fetch_one(pool)
    .await?;
    assert!(balance >= i64::from(PRICE_OMR), "the voucher covers the plan");

    let order_id = Uuid::now_v7();
    let mut tx = pool.begin().await?;
    sqlx::query(
        "INSERT INTO orders (id, customer_id, tenant_id, plan_id, apps, addons, amount_omr, \
             amount_baisa, status, promo_code) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'completed', $9)",
    )
    .bind(order_id)
    .bind(customer)
    .bind(&body.tenant_id)
    .bind(&body.plan_id)
    .bind(json!(body.apps))
    .bind(json!(body.addons))
    .bind(PRICE_OMR)
    .bind(i64::from(PRICE_OMR) * 1_000)
    .bind(&body.promo_code)
    .execute(&mut *tx)
    .await?;
    enter(&mut tx, customer, -PRICE_OMR, "order-payment", Some(order_id)).await?;
    sqlx::query(
        "INSERT INTO subscriptions (id, customer_id, tenant_id, plan_id, status, \
             current_period_start, current_period_end) \
         VALUES ($1, $2, $3, $4, 'active', now(), now() + interval '1 month')",
    )
    .bind(Uuid::now_v7())
    .bind(customer)
    .bind(&body.tenant_id)
    .bind(&body.plan_id)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(json!({
        "order_id": order_id, "paid_by_credit": true,
        "credit_balance": balance - i64::from(PRICE_OMR),
    }))
}

async fn redeem(pool: &PgPool, customer: Uuid, code: &str) -> sqlx::Result<()> {
    let mut tx = pool.begin().await?;
    let (credit, active, cap, redeemed): (i32, bool, i32, i32) = sqlx::query_as(
        "SELECT credit_omr, active, max_redemptions, times_redeemed FROM promo_codes \
         WHERE code = $1 AND deleted_at IS NULL FOR UPDATE",
    )
    .bind(code)
    .fetch_one(&mut *tx)
    .await?;
    assert!(active && (cap == 0 || redeemed < cap), "the voucher is live");
    let before: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM promo_redemptions WHERE customer_id = $1 AND code = $2",
    )
    .bind(customer)
    .bind(code)
    .fetch_one(&mut *tx)
    .await?;
    assert!(before == 0, "each customer redeems once");
    sqlx::query("INSERT INTO promo_redemptions (customer_id, code) VALUES ($1, $2)")
        .bind(customer)
        .bind(code)
        .execute(&mut *tx)
        .await?;
    sqlx::query("UPDATE promo_codes SET times_redeemed = times_redeemed + 1 WHERE code = $1")
        .bind(code)
        .execute(&mut *tx)
        .await?;
    enter(&mut tx, customer, credit, &format!("promo:{code}"), None).await?;
    tx.commit().await
}

async fn enter(
    tx: &mut sqlx::PgConnection,
    customer: Uuid,
    amount_omr: i32,
    reason: &str,
    order_id: Option<Uuid>,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO credit_ledger (id, customer_id, amount_omr, reason, order_id) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(Uuid::now_v7())
    .bind(customer)
    .bind(amount_omr)
    .bind(reason)
    .bind(order_id)
    .execute(tx)
    .await
    .map(|_| ())
}
