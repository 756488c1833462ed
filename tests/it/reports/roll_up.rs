//! The job that adds lines up: each once, whoever does it, and none that another could still come before.

use super::{report, roll_up};
use crate::harness::{Engine, TestApp, on_both};

const COUNTED: &str = "SELECT CAST(COALESCE(SUM(granted_minor), 0) AS bigint) FROM credit_counts";

/// Spends so many minor units of the one lot there is, each with a line of its own.
pub(crate) async fn spend_in_small_pieces(app: &TestApp, pieces: i64) {
    let id = match app.engine {
        Engine::Postgres => {
            "CAST(substr(replace(CAST(e.id AS text), '-', ''), 1, 16) || lpad(to_hex(n), 16, '0') AS uuid)"
        }
        Engine::Sqlite => "unhex(substr(hex(e.id), 1, 16) || printf('%016x', n))",
    };
    app.execute(&format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {pieces}) \
         INSERT INTO credit_ledger (id, customer_id, lot_id, kind, amount_minor, owed_minor, reason, status, created_at) \
         SELECT {id}, e.customer_id, e.lot_id, 'draw', -1, 0, 'order-payment', 'posted', e.created_at \
         FROM credit_ledger e CROSS JOIN numbers; \
         UPDATE credit_lots SET remaining_minor = remaining_minor - {pieces}; \
         UPDATE wallets SET balance_minor = balance_minor - {pieces}"
    ))
    .await;
}

on_both! {
    async fn what_is_new_waits(app: &TestApp) {
        app.issue("TWENTY", 20, 0).await;
        app.customer("omar").await.redeem("TWENTY").await.expect(200);
        app.clock.advance_seconds(299);
        app.run_job("roll-up").await;
        assert_eq!(app.number(COUNTED).await, 0);
        app.clock.advance_seconds(2);
        app.run_job("roll-up").await;
        assert_eq!(app.number(COUNTED).await, 20_000);
        app.run_job("roll-up").await;
        assert_eq!(app.number(COUNTED).await, 20_000);
    }

    /// Several who believe that they have the lease: each line is added up once.
    async fn two_at_once_add_each_line_once(app: &TestApp) {
        app.issue("TWENTY", 20, 0).await;
        for name in ["ahmed", "omar", "lina"] {
            app.customer(name).await.checkout("m", "TWENTY").await.expect(200);
        }
        app.clock.advance_seconds(600);
        let counts = tokio::join!(app.roll_up_without_lease(), app.roll_up_without_lease(), app.roll_up_without_lease());
        let lines = usize::try_from(app.number("SELECT COUNT(*) FROM credit_ledger").await).unwrap();
        assert_eq!(counts.0 + counts.1 + counts.2, lines);
        assert_eq!(app.number(COUNTED).await, 60_000);
        app.verify().await;
    }

    /// A server of an earlier version adds up and leaves the count of redemptions out: the next line of the voucher mends it.
    async fn redemptions_that_were_left_out_are_made_good(app: &TestApp) {
        app.issue("TWENTY", 20, 0).await;
        for name in ["ahmed", "omar"] {
            app.customer(name).await.redeem("TWENTY").await.expect(200);
        }
        roll_up(app).await;
        app.execute("UPDATE voucher_totals SET redemptions = 0").await;
        app.customer("lina").await.redeem("TWENTY").await.expect(200);
        roll_up(app).await;
        assert_eq!(app.number("SELECT redemptions FROM voucher_totals").await, 3);
        app.verify().await;
    }

    /// More lines than one transaction takes.
    async fn many_are_added_up_in_pages(app: &TestApp) {
        app.issue("MUCH", 20_000, 0).await;
        let customer = app.customer("omar").await;
        customer.redeem("MUCH").await.expect(200);
        spend_in_small_pieces(app, 12_345).await;
        let before = report(app, "/billing/reports/credit").await;
        assert_eq!((&before["total"]["spent_minor"], &before["outstanding_minor"]), (&12_345.into(), &(20_000_000 - 12_345).into()));
        roll_up(app).await;
        assert_eq!(report(app, "/billing/reports/credit").await, before);
        assert_eq!(app.number("SELECT CAST(SUM(spent_minor) AS bigint) FROM voucher_counts").await, 12_345);
        assert_eq!(app.number("SELECT spent_minor FROM voucher_totals").await, 12_345);
    }
}
