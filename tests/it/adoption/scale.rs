//! Many rows. In CI a few; in full, with the time it takes:
//!
//! ```sh
//! SOVEREIGN_ADOPTION_ROWS=1000000 scripts/with-postgres \
//!     cargo test --release --test it adoption::scale -- --nocapture
//! ```

use std::time::Instant;

use super::old;

#[expect(clippy::print_stdout, reason = "figures for a person")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_ledger_is_adopted() {
    let rows = std::env::var("SOVEREIGN_ADOPTION_ROWS").unwrap_or_else(|_| "20000".to_owned());
    let lines: i64 = rows.parse().expect("SOVEREIGN_ADOPTION_ROWS is a number");
    let customers = (lines / 10).max(1);
    let fill = format!(
        "INSERT INTO customers (id, user_id, tenant_id, email) \
             SELECT md5('c' || n)::uuid, 'user-' || n, 'tenant-' || n, 'user-' || n || '@example.com' \
             FROM generate_series(1, {customers}) n; \
         INSERT INTO promo_codes (code, credit_omr, times_redeemed) VALUES ('SPRING-50', 50, {customers}); \
         INSERT INTO promo_redemptions (customer_id, code) SELECT id, 'SPRING-50' FROM customers; \
         INSERT INTO credit_ledger (customer_id, amount_omr, reason) \
             SELECT id, 50, 'promo:SPRING-50' FROM customers; \
         INSERT INTO orders (id, customer_id, tenant_id, plan_id, amount_omr, amount_baisa, status) \
             SELECT md5('o' || n)::uuid, md5('c' || 1 + n % {customers})::uuid, \
                 'tenant-' || 1 + n % {customers}, 'm', 5, 5000, 'completed' \
             FROM generate_series(1, {lines} - {customers}) n; \
         INSERT INTO credit_ledger (customer_id, amount_omr, reason, order_id) \
             SELECT customer_id, -5, 'order-payment', id FROM orders; \
         INSERT INTO subscriptions (customer_id, tenant_id, plan_id, status) \
             SELECT id, tenant_id, 'm', 'active' FROM customers; \
         ANALYZE"
    );
    let database = old::database(&[old::SCHEMA, &fill]).await;
    let begin = Instant::now();
    let said = old::migrate(&database, &["--json"]).expect_json();
    println!("{lines} ledger rows, {customers} customers: adopted in {:?}", begin.elapsed());
    let report = &said["adoption"];
    assert_eq!(report["balance_before_minor"], (customers * 50 - (lines - customers) * 5) * 1_000);
    assert_eq!(report["balance_after_minor"], report["balance_before_minor"]);
    assert_eq!(report["redeemed_after"], customers);
    let owing = report["findings"].as_array().unwrap().len();
    assert_eq!(old::subjects(report, "negative-balance").len(), owing, "nothing else is odd");
    let begin = Instant::now();
    database.run(&["verify"]).expect(0);
    println!("verified in {:?}", begin.elapsed());
    database.remove().await;
}
