//! The second wall around what is inside Organizations: row-level security on PostgreSQL.

mod catalog;
mod policies;
mod program;
mod roles;

use serde_json::json;
use sovereign::storage::Store;
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use crate::harness::{Customer, Engine, TestApp};

/// Two Organizations that have a bit of everything, with the users who own them.
struct Two {
    app: TestApp,
    one: Customer,
    other: Customer,
}

/// What neither has got over HTTP.
const BY_HAND: [&str; 10] = [
    "INSERT INTO card_payments (id, order_id, customer_id, tenant_id, intent_id, charge_id, amount_minor, \
         purpose, created_at) \
     SELECT gen_random_uuid(), gen_random_uuid(), id, tenant_id, 'pi_' || id, 'ch_' || id, 5, 'order', \
         created_at FROM customers",
    "INSERT INTO disputes (id, stripe_dispute_id, payment_id, order_id, customer_id, tenant_id, \
         amount_minor, clawed_minor, status, created_at, updated_at) \
     SELECT gen_random_uuid(), 'dp_' || id, gen_random_uuid(), order_id, customer_id, tenant_id, 5, 0, \
         'lost', created_at, created_at FROM card_payments",
    "INSERT INTO credit_holds (id, order_id, customer_id, lot_id, amount_minor, post_minor, state, created_at) \
     SELECT gen_random_uuid(), gen_random_uuid(), customer_id, id, 5, 5, 'voided', created_at \
     FROM credit_lots",
    "INSERT INTO approvals (id, tenant_id, apps, tiers, reason, state, requested_by, requested_at) \
     SELECT gen_random_uuid(), tenant_id, '[]', '[]', 'asked for', 'requested', user_id, created_at \
     FROM customers",
    "INSERT INTO usage_totals (id, tenant_id, meter, price_minor, per_units, quantity, version, created_at) \
     SELECT id, tenant_id, 'cpu-hours', 0, 1, 5, 1, created_at FROM customers",
    "INSERT INTO usage_events (id, total_id, tenant_id, meter, quantity, at, recorded_at) \
     SELECT 'used-' || id, id, tenant_id, 'cpu-hours', 5, created_at, created_at FROM customers",
    "INSERT INTO usage_limits (tenant_id, limit_minor, warned, reached, updated_at) \
     SELECT tenant_id, 5000, FALSE, FALSE, created_at FROM customers",
    "INSERT INTO voucher_customers (code, tenant_id, redemptions, spent_minor, redeemed_at) \
     SELECT 'INSIDE-50', tenant_id, 1, 5, created_at FROM customers",
    "INSERT INTO foreign_vouchers (tenant_id, issuer_fqdn, code, description, credit_minor, issued_at, status) \
     SELECT tenant_id, 'a.example', 'ELSEWHERE-5', '', 5, created_at, 'live' FROM customers",
    "INSERT INTO foreign_redemptions (id, issuer_fqdn, code, customer_id, tenant_id, user_id, lot_id, credit_minor, \
         state, ordinal, cap, created_at) \
     SELECT gen_random_uuid(), 'a.example', 'ELSEWHERE-5', customer_id, tenant_id, user_id, lot_id, credit_minor, \
         'redeemed', 1, 0, created_at FROM promo_redemptions",
];

impl Two {
    async fn start() -> Self {
        let app = TestApp::start(Engine::Postgres).await;
        app.issue("INSIDE-50", 50, 0).await;
        let (one, other) = (app.customer("ahmed").await, app.customer("fatima").await);
        for (customer, helper) in [(&one, "sara"), (&other, "omar")] {
            let body = json!({
                "tenant_id": customer.tenant_id, "plan_id": "m", "promo_code": "INSIDE-50",
                "apps": ["uptime-kuma"],
            });
            let placed = customer.client.post("/billing/checkout", &body).await.expect(200);
            let order_id = placed["order_id"].as_str().unwrap();
            let path = format!("/billing/admin/orders/{order_id}/refund");
            let refund = json!({ "amount_minor": 1, "reason": "asked for" });
            app.superadmin().post(&path, &refund).await.expect(200);
            let start = json!({ "tenant_id": customer.tenant_id, "order_id": order_id });
            customer.client.post("/provisioning/start", &start).await.expect(201);
            customer.add_member(&app, helper, "viewer").await;
            let inside = format!("/tenant/orgs/{}", customer.tenant_id);
            let dev = json!({ "name": "dev" });
            customer.client.post(&format!("{inside}/environments"), &dev).await.expect(201);
            let app_there = format!("{inside}/environments/dev/apps/uptime-kuma");
            customer.client.put(&app_there, &json!({})).await.expect(200);
            let invited =
                json!({ "email": format!("guest-of-{helper}@example.com"), "role": "viewer" });
            customer.client.post(&format!("{inside}/invitations"), &invited).await.expect(201);
        }
        app.number_invoices().await;
        for statement in BY_HAND {
            app.execute(statement).await;
        }
        Self { app, one, other }
    }

    fn pool(&self) -> &PgPool {
        let Store::Postgres(pool) = &self.app.store else { panic!("a server") };
        pool
    }

    /// Runs one statement as the program would for this user; answers its first column as text.
    async fn as_user(&self, user_id: &str, sql: &str) -> Result<Vec<String>, sqlx::Error> {
        let mut tx = self.pool().begin().await.unwrap();
        take_on(&mut tx, user_id).await;
        let rows = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut *tx).await;
        tx.rollback().await.unwrap();
        rows
    }

    async fn finish(self) {
        self.app.stop().await;
    }
}

/// Gives up what the owner may see, for the rest of the transaction.
async fn take_on(connection: &mut PgConnection, user_id: &str) {
    let role = "SELECT set_config('sovereign.user_id', $1, true), \
                set_config('role', sovereign_member_role(), true)";
    sqlx::query(role).bind(user_id).execute(connection).await.unwrap();
}
