//! Codes that become one.

use super::old::{self, subjects};

const TWINS: &str = "\
    INSERT INTO customers (id, user_id, tenant_id, email, created_at) VALUES \
        ('c0000000-0000-4000-8000-000000000001', 'ahmed', 'kestrel', 'a@example.com', '2026-01-01'), \
        ('c0000000-0000-4000-8000-000000000002', 'salma', 'falcon', 's@example.com', '2026-01-01'); \
    INSERT INTO promo_codes (code, credit_omr, description, max_redemptions, times_redeemed, created_at, \
        deleted_at, active) VALUES \
        ('eid-10', 10, 'first', 5, 3, '2026-01-01', NULL, true), \
        ('EID-10', 20, 'second', 9, 2, '2026-02-01', NULL, true), \
        (' Eid-10', 30, 'third, revoked', 7, 4, '2026-03-01', '2026-03-02', false); \
    INSERT INTO promo_redemptions (customer_id, code, created_at) VALUES \
        ('c0000000-0000-4000-8000-000000000001', 'eid-10', '2026-01-05'), \
        ('c0000000-0000-4000-8000-000000000001', 'EID-10', '2026-02-05'), \
        ('c0000000-0000-4000-8000-000000000002', 'EID-10', '2026-02-06'); \
    INSERT INTO credit_ledger (customer_id, amount_omr, reason) VALUES \
        ('c0000000-0000-4000-8000-000000000001', 10, 'promo:eid-10'), \
        ('c0000000-0000-4000-8000-000000000001', 20, 'promo:EID-10'), \
        ('c0000000-0000-4000-8000-000000000002', 20, 'promo:EID-10')";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_that_differ_in_case_are_listed_and_left_alone() {
    let database = old::database(&[old::SCHEMA, TWINS]).await;
    let before = old::dump(&database).await;
    for more in [&[][..], &["--dry-run"]] {
        let report = old::refused(&database, more);
        assert_eq!(subjects(&report, "codes-collide"), ["EID-10"]);
        let detail = report["findings"][0]["detail"].as_str().unwrap();
        for spelling in ["\"eid-10\"", "\"EID-10\"", "\" Eid-10\""] {
            assert!(detail.contains(spelling), "{detail}");
        }
        assert_eq!(old::dump(&database).await, before);
    }
    // A server does not go on either, and says what to do.
    let serve = database.program(&["serve", "--listen", "127.0.0.1:0"]).args(old::FIRST_START);
    let said = serve.run().expect_failure(2);
    assert!(said.contains("codes-collide EID-10") && said.contains("--merge-codes"), "{said}");
    assert_eq!(old::dump(&database).await, before);
    database.remove().await;
}

/// The newest live one says what the voucher is; counters are added up, the earliest issue stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_explicit_merge_makes_them_one() {
    let database = old::database(&[old::SCHEMA, TWINS]).await;
    let report = old::adopt(&database, &["--merge-codes"]);
    assert_eq!(subjects(&report, "codes-merged"), ["EID-10"]);
    assert_eq!(subjects(&report, "redeemed-twice"), ["EID-10 by user ahmed"]);
    let voucher = "SELECT code || ' ' || credit_minor || ' ' || description || ' ' || active || ' ' \
            || max_redemptions || ' ' || times_redeemed || ' ' || adopted_redemptions || ' ' \
            || created_at::date || ' ' || COALESCE(deleted_at::text, 'live') FROM promo_codes";
    assert_eq!(database.texts(voucher).await, ["EID-10 20000 second true 9 9 7 2026-01-01 live"]);
    let redemptions = "SELECT user_id || ' ' || credit_minor || ' ' || state || ' ' || ordinal \
                       FROM promo_redemptions ORDER BY created_at";
    assert_eq!(
        database.texts(redemptions).await,
        ["ahmed 10000 redeemed 8", "ahmed 20000 released 0", "salma 20000 redeemed 9"]
    );
    let reasons = "SELECT reason FROM credit_ledger ORDER BY created_at, reason COLLATE \"C\"";
    assert_eq!(database.texts(reasons).await, ["promo:EID-10", "promo:EID-10", "promo:eid-10"]);
    database.remove().await;
}
