//! The voucher that everybody redeems: its row is written with every batch, and no index of it may be.

use sovereign::storage::Store;

use crate::harness::{Engine, TestApp};

/// PostgreSQL counts the updates of this transaction that wrote to no index ("heap-only").
#[tokio::test]
async fn a_redemption_writes_to_no_index() {
    let app = TestApp::start(Engine::Postgres).await;
    app.issue("HOT-200", 200, 2).await;
    let Store::Postgres(pool) = &app.store else { panic!("not on PostgreSQL") };
    let mut tx = pool.begin().await.unwrap();
    let mut heap_only = async |sql: &'static str| {
        sqlx::query(sql).execute(&mut *tx).await.unwrap();
        let count = "SELECT pg_stat_get_xact_tuples_hot_updated('promo_codes'::regclass)";
        sqlx::query_scalar::<_, i64>(count).fetch_one(&mut *tx).await.unwrap()
    };
    let redeem = "UPDATE promo_codes SET times_redeemed = times_redeemed + 1";
    assert_eq!(heap_only(redeem).await, 1);
    // The last one changes its status, which is in an index; so does whoever pauses it.
    assert_eq!(heap_only(redeem).await, 1);
    assert_eq!(heap_only("UPDATE promo_codes SET active = FALSE").await, 1);
    assert_eq!(heap_only("UPDATE promo_codes SET description = 'x'").await, 2);
    tx.rollback().await.unwrap();
    app.finish().await;
}
