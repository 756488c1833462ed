//! What the books hold, read past the program.

use sovereign::from_row;
use sovereign::storage::{Store, Ts};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use crate::harness::TestApp;

from_row! {
    #[derive(Debug, Clone)]
    pub(super) struct Order {
        pub(super) id: Uuid,
        pub(super) tenant_id: String,
        pub(super) kind: String,
        pub(super) status: String,
        pub(super) total_minor: i64,
        pub(super) rounding_minor: i64,
        pub(super) attempt: i64,
    }
}

from_row! {
    #[derive(Debug, Clone)]
    pub(super) struct Invoice {
        pub(super) order_id: Uuid,
        pub(super) tenant_id: String,
        pub(super) amount_minor: i64,
        pub(super) status: String,
        pub(super) period_start: Ts,
        pub(super) period_end: Ts,
        pub(super) number: Option<i64>,
    }
}

from_row! {
    #[derive(Debug)]
    pub(super) struct Entry {
        pub(super) tenant_id: String,
        pub(super) kind: String,
        pub(super) amount_minor: i64,
        pub(super) order_id: Option<Uuid>,
        pub(super) created_at: Ts,
    }
}

from_row! {
    #[derive(Debug)]
    pub(super) struct Payment {
        pub(super) order_id: Uuid,
        pub(super) charge_id: String,
        pub(super) amount_minor: i64,
        pub(super) purpose: String,
        pub(super) created_at: Ts,
    }
}

from_row! {
    #[derive(Debug)]
    pub(super) struct Refund {
        pub(super) order_id: Uuid,
        pub(super) credit_minor: i64,
        pub(super) card_minor: i64,
        pub(super) status: String,
    }
}

from_row! {
    #[derive(Debug)]
    pub(super) struct Subscription {
        pub(super) tenant_id: String,
        pub(super) order_id: Uuid,
        pub(super) status: String,
        pub(super) updated_at: Ts,
    }
}

from_row! {
    #[derive(Debug)]
    pub(super) struct Wallet {
        pub(super) tenant_id: String,
        pub(super) balance_minor: i64,
        pub(super) held_minor: i64,
    }
}

from_row! {
    #[derive(Debug)]
    pub(super) struct Redemption {
        pub(super) tenant_id: String,
        pub(super) code: String,
        pub(super) state: String,
    }
}

/// Everything that is compared.
pub(super) struct Books {
    pub(super) orders: Vec<Order>,
    pub(super) invoices: Vec<Invoice>,
    pub(super) ledger: Vec<Entry>,
    pub(super) payments: Vec<Payment>,
    pub(super) refunds: Vec<Refund>,
    pub(super) subscriptions: Vec<Subscription>,
    pub(super) wallets: Vec<Wallet>,
    pub(super) redemptions: Vec<Redemption>,
    /// What a letter was written about: its kind and the order.
    pub(super) letters: Vec<(String, Option<Uuid>)>,
}

impl Books {
    pub(super) async fn read(app: &TestApp) -> Self {
        Self {
            orders: rows(
                app,
                "SELECT id, tenant_id, kind, status, amount_baisa AS total_minor, rounding_minor, \
                     CAST(attempt AS bigint) AS attempt FROM orders ORDER BY created_at, id",
            )
            .await,
            invoices: rows(
                app,
                "SELECT order_id, tenant_id, amount_minor, status, period_start, period_end, number \
                 FROM invoices ORDER BY period_start, id",
            )
            .await,
            ledger: rows(
                app,
                "SELECT w.tenant_id, e.kind, e.amount_minor, e.order_id, e.created_at \
                 FROM credit_ledger e JOIN wallets w ON w.customer_id = e.customer_id",
            )
            .await,
            payments: rows(
                app,
                "SELECT order_id, charge_id, amount_minor, purpose, created_at FROM card_payments",
            )
            .await,
            refunds: rows(app, "SELECT order_id, credit_minor, card_minor, status FROM refunds").await,
            subscriptions: rows(
                app,
                "SELECT tenant_id, order_id, status, updated_at FROM subscriptions \
                 ORDER BY created_at, id",
            )
            .await,
            wallets: rows(app, "SELECT tenant_id, balance_minor, held_minor FROM wallets").await,
            redemptions: rows(app, "SELECT tenant_id, code, state FROM promo_redemptions").await,
            letters: rows(app, "SELECT kind, order_id FROM letters").await,
        }
    }
}

/// All rows of a query, on either database.
pub(super) async fn rows<T>(app: &TestApp, sql: &str) -> Vec<T>
where
    T: Send + Unpin + for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow>,
{
    match &app.store {
        Store::Postgres(pool) => sqlx::query_as(AssertSqlSafe(sql)).fetch_all(pool).await,
        Store::Sqlite { readers, .. } => {
            sqlx::query_as(AssertSqlSafe(sql)).fetch_all(readers).await
        }
    }
    .unwrap_or_else(|error| panic!("{sql}: {error}"))
}
