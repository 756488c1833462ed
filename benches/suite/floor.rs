//! Reference (c): the raw floor. All the rows of a checkout, 256 checkouts a transaction, one connection,
//! no HTTP, no token, nothing loaded and nothing decided: what the database alone takes for the writing.

use std::time::Instant;

use sovereign::storage::{Store, lookup_options};
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

use crate::load::count;
use crate::people::{self, People};

const CHECKOUTS_A_TRANSACTION: usize = 256;

/// One statement writes every table, so that a transaction is five round trips in all.
const SQL: &str = "
WITH v (customer_id, tenant_id, user_id, order_id, redemption_id, lot_id, grant_id, draw_id,
         subscription_id, invoice_id, audit_id, event1, event2, event3, event4, data)
     AS (SELECT unnest($1::uuid[]), unnest($2::text[]), unnest($3::text[]), unnest($4::uuid[]),
         unnest($5::uuid[]), unnest($6::uuid[]), unnest($7::uuid[]), unnest($8::uuid[]),
         unnest($9::uuid[]), unnest($10::uuid[]), unnest($11::uuid[]), unnest($12::uuid[]),
         unnest($13::uuid[]), unnest($14::uuid[]), unnest($15::uuid[]), unnest($16::text[])),
counter AS (UPDATE promo_codes SET times_redeemed = times_redeemed + (SELECT COUNT(*)::int FROM v)
     WHERE code = 'HOT'),
w AS (UPDATE wallets SET balance_minor = 191000, version = wallets.version + 1
     FROM v WHERE wallets.customer_id = v.customer_id),
o AS (INSERT INTO orders (id, customer_id, tenant_id, user_id, plan_id, apps, addons, amount_baisa,
         credit_minor, charge_minor, rounding_minor, status, promo_code, lines, created_at,
         updated_at)
     SELECT order_id, customer_id, tenant_id, user_id, '00000005-0000-7000-8000-000000000001', '[]', '[]',
         9000, 9000, 0, 0, 'completed', 'HOT',
         '[{\"kind\":\"plan\",\"id\":\"00000005-0000-7000-8000-000000000001\",\"name\":\"M\",\"amount_minor\":9000}]',
         now(), now() FROM v),
r AS (INSERT INTO promo_redemptions (id, code, customer_id, tenant_id, user_id, order_id, lot_id,
         credit_minor, state, ordinal, cap, created_at)
     SELECT redemption_id, 'HOT', customer_id, tenant_id, user_id, order_id, lot_id, 200000, 'redeemed',
         1, 0, now() FROM v),
l AS (INSERT INTO credit_lots (id, customer_id, source, reference, promotional, priority, amount_minor,
         remaining_minor, held_minor, created_at)
     SELECT lot_id, customer_id, 'voucher', 'HOT', TRUE, 100, 200000, 191000, 0, now() FROM v),
e AS (INSERT INTO credit_ledger (id, customer_id, lot_id, kind, amount_minor, owed_minor, reason,
         order_id, status, created_at)
     SELECT grant_id, customer_id, lot_id, 'grant', 200000, 0, 'promo:HOT', order_id, 'posted', now() FROM v
     UNION ALL
     SELECT draw_id, customer_id, lot_id, 'draw', -9000, 0, 'order-payment', order_id, 'posted', now() FROM v),
s AS (INSERT INTO subscriptions (id, customer_id, tenant_id, order_id, plan_id, status,
         current_period_start, current_period_end, anchor_at, billed_by, created_at, updated_at)
     SELECT subscription_id, customer_id, tenant_id, order_id, '00000005-0000-7000-8000-000000000001',
         'active', now(), now() + interval '1 month', now(), 'sovereign', now(), now() FROM v),
i AS (INSERT INTO invoices (id, customer_id, tenant_id, order_id, amount_minor, credit_minor, currency,
         status, period_start, period_end, created_at)
     SELECT invoice_id, customer_id, tenant_id, order_id, 9000, 9000, 'OMR', 'paid', now(),
         now() + interval '1 month', now() FROM v),
k AS (INSERT INTO idempotency_keys (user_id, route, key, request_hash, order_id, answer, created_at)
     SELECT user_id, 'checkout', order_id::text, md5(tenant_id), order_id, data, now() FROM v),
a AS (INSERT INTO audit_log (id, at, actor, action, subject, tenant_id, request_id)
     SELECT audit_id, now(), user_id, 'checkout', order_id::text, tenant_id, order_id::text FROM v)
INSERT INTO outbox (id, type, tenant_id, data, created_at)
     SELECT event1, 'order.placed', tenant_id, data::json, now() FROM v
     UNION ALL SELECT event2, 'voucher.redeemed', tenant_id, data::json, now() FROM v
     UNION ALL SELECT event3, 'subscription.created', tenant_id, data::json, now() FROM v
     UNION ALL SELECT event4, 'invoice.paid', tenant_id, data::json, now() FROM v";

/// As long as the bodies that are really written.
const DATA: &str = r#"{"id":"019acb5e-7c3a-7d10-8f4e-0123456789ab","customer_id":"019acb5e-7c3a-7d10-8f4e-0123456789ab","tenant_id":"019acb5e-7c3a-7d10-8f4e-0123456789ab","plan_id":"019acb5e-7c3a-7d10-8f4e-0123456789ab","status":"active","amount_baisa":9000,"currency":"OMR"}"#;

/// Writes the checkouts of `people`; answers how many a second.
pub(crate) async fn run(store: &Store, people: People) -> f64 {
    let Store::Postgres(pool) = store else { unreachable!("the floor is PostgreSQL's") };
    // Planned as the program's own connection is.
    let mut connection = PgConnection::connect_with(&lookup_options(pool)).await.unwrap();
    let numbers: Vec<usize> = people.numbers().collect();
    let batches: Vec<Batch> = numbers.chunks(CHECKOUTS_A_TRANSACTION).map(Batch::of).collect();
    let began = Instant::now();
    for batch in &batches {
        batch.write(&mut connection).await;
    }
    count(people.count) / began.elapsed().as_secs_f64()
}

struct Batch {
    customers: Vec<Uuid>,
    tenants: Vec<String>,
    users: Vec<String>,
    /// The identifiers of the rows, a column each.
    ids: [Vec<Uuid>; 12],
    data: Vec<&'static str>,
}

impl Batch {
    fn of(numbers: &[usize]) -> Self {
        Self {
            customers: numbers.iter().map(|n| people::customer_id(*n).parse().unwrap()).collect(),
            tenants: numbers.iter().map(|n| people::tenant_id(*n)).collect(),
            users: numbers.iter().map(|n| people::user_id(*n)).collect(),
            ids: std::array::from_fn(|_| numbers.iter().map(|_| Uuid::now_v7()).collect()),
            data: vec![DATA; numbers.len()],
        }
    }

    async fn write(&self, connection: &mut PgConnection) {
        let mut tx = connection.begin().await.unwrap();
        let lock = "SELECT times_redeemed FROM promo_codes WHERE code = 'HOT' FOR UPDATE";
        sqlx::query(lock).execute(&mut *tx).await.unwrap();
        let mut query =
            sqlx::query(SQL).bind(&self.customers).bind(&self.tenants).bind(&self.users);
        for column in &self.ids {
            query = query.bind(column);
        }
        let done = query.bind(&self.data).execute(&mut *tx).await.unwrap();
        assert_eq!(done.rows_affected(), self.customers.len() as u64 * 4, "events");
        tx.commit().await.unwrap();
    }
}
