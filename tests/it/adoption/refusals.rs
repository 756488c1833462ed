//! Databases that are not adopted, and stay as they are.

use super::old::{self, subjects};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_fit_is_named_by_table_and_column() {
    for (change, kind, subject) in [
        ("ALTER TABLE orders RENAME amount_omr TO amount", "column-missing", "orders.amount_omr"),
        (
            "ALTER TABLE promo_codes ALTER credit_omr TYPE numeric",
            "column-type",
            "promo_codes.credit_omr",
        ),
        ("ALTER TABLE orders ALTER apps TYPE text", "column-type", "orders.apps"),
        (
            "ALTER TABLE credit_ledger ALTER amount_omr TYPE bigint; \
             UPDATE credit_ledger SET amount_omr = 3000000000 WHERE reason = 'gift'",
            "column-values",
            "credit_ledger.amount_omr",
        ),
        (
            "ALTER TABLE invoices ALTER id DROP DEFAULT, ALTER id TYPE text; \
             UPDATE invoices SET id = 'no-uuid' WHERE stripe_invoice_id = 'in_1'",
            "column-values",
            "invoices.id",
        ),
        ("DROP TABLE customers CASCADE", "table-missing", "customers"),
        ("CREATE TABLE wallets (id int)", "table-in-the-way", "wallets"),
        (
            "CREATE VIEW paid AS SELECT id FROM orders WHERE status = 'paid'",
            "depends-on-table",
            "paid",
        ),
        (
            "CREATE TABLE refunds (order_id uuid REFERENCES orders (id))",
            "depends-on-table",
            "refunds",
        ),
        (
            "ALTER TABLE invoices RENAME TO kept; CREATE VIEW invoices AS SELECT * FROM kept",
            "not-a-table",
            "invoices",
        ),
    ] {
        let database = old::messy().await;
        database.execute(change).await;
        let before = old::dump(&database).await;
        let report = old::refused(&database, &[]);
        assert_eq!(subjects(&report, kind), [subject], "{report}");
        assert_eq!(old::dump(&database).await, before, "{change}");
        database.remove().await;
    }
}

/// The old amounts are whole units of nobody says what.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_currency_and_the_name_have_to_be_given() {
    let database = old::messy().await;
    let before = old::dump(&database).await;
    for (given, missing) in [
        (&[][..], "--fqdn omantel.omani.works and --currency OMR"),
        (&["--fqdn", "omantel.example"], "--currency OMR"),
        (&["--currency", "OMR"], "--fqdn omantel.omani.works"),
    ] {
        let said = database.program(&["migrate"]).args(given).run().expect_failure(2);
        assert!(said.contains("earlier service") && said.contains(missing), "{said}");
    }
    let said = database.run(&["migrate", "--fqdn", "omantel.example", "--currency", "OMA"]);
    assert!(said.expect_failure(2).contains("currency"));
    let said = database.run(&["serve", "--demo", "--listen", "127.0.0.1:0"]).expect_failure(2);
    assert!(said.contains("demo"), "{said}");
    assert_eq!(old::dump(&database).await, before);
    database.remove().await;
}
