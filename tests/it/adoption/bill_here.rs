//! What the earlier service billed is billed here from a date on, on a database that was adopted.

use super::old;

const ROWS: &str = "
    INSERT INTO customers (id, user_id, tenant_id, email) VALUES
        ('c0000000-0000-4000-8000-000000000001', 'ahmed', 'kestrel', 'ahmed@example.com'),
        ('c0000000-0000-4000-8000-000000000002', 'salma', 'falcon', 'salma@example.com');
    INSERT INTO orders (customer_id, tenant_id, plan_id, amount_omr, amount_baisa, status, created_at) VALUES
        ('c0000000-0000-4000-8000-000000000001', 'kestrel', 'm', 9, 9000, 'completed', '2026-01-20');
    INSERT INTO credit_ledger (customer_id, amount_omr, reason) VALUES
        ('c0000000-0000-4000-8000-000000000001', 20, 'promo:LAUNCH-100'),
        ('c0000000-0000-4000-8000-000000000002', 20, 'promo:LAUNCH-100');
    INSERT INTO subscriptions (customer_id, tenant_id, plan_id, created_at) VALUES
        ('c0000000-0000-4000-8000-000000000001', 'kestrel', 'm', '2026-01-20'),
        ('c0000000-0000-4000-8000-000000000002', 'falcon', 's', '2026-01-20')";

/// Whether the order that began it can be told or not, the books stay right.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_adopted_subscription_is_billed_here() {
    let database = old::database(&[old::SCHEMA, ROWS]).await;
    old::adopt(&database, &[]);
    let known = "SELECT tenant_id FROM subscriptions WHERE order_id IS NOT NULL";
    assert_eq!(database.texts(known).await, ["kestrel"]);
    let from = database.texts("SELECT to_char(now() + interval '9 days', 'YYYY-MM-DD')").await;
    let all = ["subscription", "bill-here", "--all", "--from", &from[0], "--apply"];
    database.run(&all).expect(0);
    database.run(&["verify"]).expect(0);

    database.run(&["jobs", "run", "renew-subscriptions"]).expect(0);
    let renewals = "SELECT tenant_id || ' ' || status || ' ' || credit_minor FROM orders \
                    WHERE kind = 'renewal' ORDER BY 1";
    assert_eq!(database.texts(renewals).await, Vec::<String>::new());
    // The day has come.
    let come = "UPDATE subscriptions SET current_period_end = now() - interval '1 hour', \
                    anchor_at = now() - interval '1 hour'";
    database.execute(come).await;
    for _ in 0..2 {
        database.run(&["jobs", "run", "renew-subscriptions"]).expect(0);
        let paid = database.texts(renewals).await;
        assert_eq!(paid, ["falcon completed 5000", "kestrel completed 9000"]);
    }
    database.run(&["verify"]).expect(0);
    database.remove().await;
}
