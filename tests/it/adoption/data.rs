//! What becomes of the rows.

use serde_json::json;
use sovereign::storage::migrate;

use super::old::{self, subjects};

/// What each old customer's lines came to, in baisa, by SQL of its own; void lines do not count.
const BEFORE: &str = "\
    SELECT customer_id || ' ' || sum(amount_omr) * 1000 FROM credit_ledger \
    WHERE status IS DISTINCT FROM 'void' GROUP BY customer_id ORDER BY 1";
const AFTER: &str = "\
    SELECT customer_id || ' ' || balance_minor - owed_minor FROM wallets \
    WHERE balance_minor <> owed_minor ORDER BY 1";
const LINES: &str = "\
    SELECT id || ' ' || amount_omr || ' ' || reason || ' ' || created_at FROM credit_ledger \
    WHERE amount_omr IS NOT NULL ORDER BY 1";
const COUNTERS: &str =
    "SELECT upper(btrim(code)) || ' ' || times_redeemed FROM promo_codes ORDER BY 1";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn balances_and_counters_are_what_they_were() {
    let database = old::messy().await;
    let (mut before, lines) = (database.texts(BEFORE).await, database.texts(LINES).await);
    let counters = database.texts(COUNTERS).await;
    let report = old::adopt(&database, &[]);

    // The three customers of one Organization have one wallet: 102 + 100 - 4.
    let one = |n: u8| format!("c0000000-0000-4000-8000-00000000000{n}");
    before.retain(|line| !line.starts_with(&one(5)) && !line.starts_with(&one(6)));
    before[0] = format!("{} 198000", one(1));
    assert_eq!(database.texts(AFTER).await, before);
    assert_eq!(database.texts(LINES).await, lines, "every line stays");
    assert_eq!(database.texts(COUNTERS).await, counters);
    assert_eq!(report["balance_before_minor"], report["balance_after_minor"]);
    assert_eq!(report["balance_after_minor"], 198_000 - 37_000 + 10_000 + 2_000 + 15_000 + 33_000);
    assert_eq!(report["owed_minor"], 37_000);
    assert_eq!(report["redeemed_before"], report["redeemed_after"]);
    // A line counts its units, or was taken back.
    let odd = "SELECT reason FROM credit_ledger WHERE amount_omr IS NOT NULL \
               AND (kind <> 'adopted' OR amount_minor <> amount_omr * 1000) ORDER BY 1";
    assert_eq!(database.texts(odd).await, ["promo:MISTAKE"]);
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_row_is_kept_and_every_oddity_is_named() {
    let database = old::messy().await;
    let report = old::adopt(&database, &[]);
    let rows = |table: &str| {
        let all = report["rows"].as_array().unwrap().iter();
        let found = all.clone().find(|rows| rows["table"] == table).unwrap();
        (found["before"].as_i64().unwrap(), found["after"].as_i64().unwrap())
    };
    assert_eq!(rows("orders"), (5, 5));
    assert_eq!(rows("subscriptions"), (6, 6));
    assert_eq!(rows("invoices"), (3, 3));
    assert_eq!(rows("promo_redemptions"), (9, 9));
    assert_eq!(rows("promo_codes"), (8, 8));
    // And one that says what is owed.
    assert_eq!(rows("credit_ledger"), (15, 16));
    // Two moved to the oldest of their Organization; two that were missing and one Organization without a
    // customer have an account.
    assert_eq!(rows("customers"), (8, 9));

    let customer = |n: &str| format!("c0000000-0000-4000-8000-0000000000{n}");
    let order = |n: u8| format!("d0000000-0000-4000-8000-00000000000{n}");
    let subscription = |n: u8| format!("e0000000-0000-4000-8000-00000000000{n}");
    let invoice = |n: u8| format!("f0000000-0000-4000-8000-00000000000{n}");
    for (kind, expected) in [
        ("orphan-rows", vec![customer("fe"), customer("ff")]),
        ("customers-of-one-organization", vec![customer("05"), customer("06")]),
        ("stripe-customer-dropped", vec![customer("05")]),
        ("customer-without-organization", vec![customer("03"), customer("04")]),
        ("organization-without-customer", vec!["second-home".to_owned()]),
        ("deleted-organization", vec!["closed-shop".to_owned()]),
        ("negative-balance", vec!["falcon".to_owned()]),
        (
            "ledger-status",
            ["(none)", "strange", "tenant_deleted", "void"].map(String::from).to_vec(),
        ),
        ("counter-disagrees", vec!["BEHIND-1".to_owned(), "LAUNCH-100".to_owned()]),
        ("code-respelled", vec![" Spaced-5 ".to_owned(), "welcome-10".to_owned()]),
        ("code-cannot-be-typed", vec!["GIFT 🎁".to_owned()]),
        ("voucher-without-credit", vec!["ZERO".to_owned()]),
        ("pending-order", vec![order(2)]),
        ("order-status", vec![order(4)]),
        ("plan-is-a-stripe-price", vec!["price_123".to_owned(), "price_999".to_owned()]),
        ("subscription-status", vec![subscription(5)]),
        ("second-subscription", vec![subscription(1)]),
        ("invoice-currency", vec![invoice(3)]),
        ("invoice-amount", vec![invoice(2)]),
    ] {
        assert_eq!(subjects(&report, kind), expected, "{kind}");
    }
    assert_eq!(subjects(&report, "ledger-order").len(), 1);
    let known = 19 + 1;
    let kinds: std::collections::BTreeSet<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["kind"].to_string())
        .collect();
    assert_eq!(kinds.len(), known, "{kinds:?}");
    // The audit log keeps them, and the row that is no more.
    let logged = "SELECT (before ->> 'stripe_customer_id') FROM audit_log \
                  WHERE action = 'adopt.customers-of-one-organization' ORDER BY 1 NULLS LAST LIMIT 1";
    assert_eq!(database.texts(logged).await, ["cus_5"]);
    let logged = "SELECT count(*)::text FROM audit_log WHERE actor = 'adoption'";
    let findings = report["findings"].as_array().unwrap().len();
    assert_eq!(database.texts(logged).await, [findings.to_string()]);
    // Their identifiers sort by time, as seals of the log need them to.
    let of_another_time = "SELECT id::text FROM audit_log WHERE substr(id::text, 15, 1) <> '7' \
        OR ('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint \
            <> floor(extract(epoch FROM at) * 1000)";
    assert_eq!(database.texts(of_another_time).await, Vec::<String>::new());
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_row_becomes_what_it_should() {
    let database = old::messy().await;
    old::adopt(&database, &[]);
    let vouchers = "SELECT code || ' ' || credit_minor || ' ' || active || ' ' || max_redemptions || ' ' \
            || times_redeemed || ' ' || adopted_redemptions || ' ' || (deleted_at IS NOT NULL) \
        FROM promo_codes ORDER BY code";
    assert_eq!(
        database.texts(vouchers).await,
        [
            "BEHIND-1 1000 true 2 1 0 false",
            "CAPPED-2 2000 true 1 1 0 false",
            "GIFT 🎁 3000 true 0 0 0 false",
            "LAUNCH-100 100000 true 50 7 4 false",
            "RETIRED-20 20000 false 5 1 0 true",
            "SPACED-5 5000 true 0 0 0 false",
            "WELCOME-10 10000 true 0 2 0 false",
            "ZERO 1 false 0 0 0 false",
        ]
    );
    let redemptions = "SELECT r.code || ' ' || r.user_id || ' ' || r.tenant_id || ' ' || r.ordinal || ' ' \
            || r.credit_minor || ' ' || l.remaining_minor || ' ' || r.state \
        FROM promo_redemptions r JOIN credit_lots l ON l.id = r.lot_id ORDER BY r.created_at";
    assert_eq!(
        database.texts(redemptions).await,
        [
            "LAUNCH-100 ahmed kestrel 5 100000 0 redeemed",
            "LAUNCH-100 salma falcon 6 100000 0 redeemed",
            "WELCOME-10 ahmed kestrel 1 10000 0 redeemed",
            "WELCOME-10 noor noor-shop 2 10000 0 redeemed",
            "RETIRED-20 salma falcon 1 20000 0 redeemed",
            "BEHIND-1 ahmed kestrel 1 1000 0 redeemed",
            // The counter had missed it; it bars all the same.
            "BEHIND-1 salma falcon 0 1000 0 redeemed",
            "CAPPED-2 lone c0000000-0000-4000-8000-000000000004 1 2000 0 redeemed",
            "LAUNCH-100 badr merged-customer:c0000000-0000-4000-8000-000000000005 7 100000 0 redeemed",
        ]
    );
    let orders = "SELECT tenant_id || ' ' || user_id || ' ' || apps || ' ' || addons || ' ' || amount_baisa \
            || ' ' || credit_minor || ' ' || charge_minor || ' ' || status || ' ' \
            || COALESCE(promo_code, '-') \
        FROM orders ORDER BY id";
    assert_eq!(
        database.texts(orders).await,
        [
            r#"kestrel ahmed ["wordpress"] [] 9000 9000 0 completed LAUNCH-100"#,
            r#"kestrel ahmed ["nextcloud", "7"] [] 16000 0 16000 expired WELCOME-10"#,
            "noor-shop noor [] [] 5000 0 5000 completed -",
            "second-home salma [] [] 5000 0 5000 failed HARD-DELETED",
            "kestrel adopted-customer-c0000000-0000-4000-8000-0000000000fe [] [] 30000 0 30000 cancelled -",
        ]
    );
    let subscriptions = "SELECT tenant_id || ' ' || status || ' ' || billed_by || ' ' \
            || extract(day FROM anchor_at AT TIME ZONE 'UTC') || ' ' \
            || (order_id IS NOT NULL) || ' ' || (current_period_start IS NULL) \
        FROM subscriptions ORDER BY id";
    assert_eq!(
        database.texts(subscriptions).await,
        [
            "kestrel canceled none 20 true false",
            "kestrel active stripe 20 false true",
            "noor-shop active stripe 21 true true",
            "falcon canceled none 23 false true",
            "c0000000-0000-4000-8000-000000000004 suspended stripe 23 false true",
            "closed-shop canceled none 23 false true",
        ]
    );
    let invoices = "SELECT tenant_id || ' ' || amount_minor || ' ' || currency || ' ' || status \
                    FROM invoices ORDER BY id";
    assert_eq!(
        database.texts(invoices).await,
        ["kestrel 9000 OMR paid", "kestrel 9000 OMR voided", "kestrel 2500 USD open",]
    );
    let organizations = "SELECT o.id || ' ' || o.status || ' ' || string_agg(m.user_id || '=' || m.role, ' ' \
            ORDER BY m.role DESC, m.user_id) \
        FROM organizations o JOIN members m ON m.tenant_id = o.id GROUP BY o.id, o.status ORDER BY o.id";
    let orphan = |n: &str| {
        let id = format!("c0000000-0000-4000-8000-0000000000{n}");
        format!("{id} suspended adopted-customer-{id}=owner")
    };
    assert_eq!(
        database.texts(organizations).await,
        [
            "c0000000-0000-4000-8000-000000000004 active lone=owner".to_owned(),
            orphan("fe"),
            orphan("ff"),
            "closed-shop deleted gone=owner".to_owned(),
            "falcon active salma=owner".to_owned(),
            "kestrel active ahmed=owner badr=admin huda=admin".to_owned(),
            "noor-shop active noor=owner".to_owned(),
            "quiet-one active quiet=owner".to_owned(),
            "second-home active salma=owner".to_owned(),
        ]
    );
    let untouched =
        "SELECT stripe_public_key || ' ' || event_id FROM settings, stripe_webhook_events";
    assert_eq!(database.texts(untouched).await, ["pk_test_adopted evt_1"]);
    database.remove().await;
}

/// Later versions metered use in millionths of a unit, in columns of their own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metered_use_is_adopted_to_the_baisa() {
    let database = old::database(&[
        old::SCHEMA,
        "ALTER TABLE credit_ledger ADD COLUMN amount_micro_omr bigint NOT NULL DEFAULT 0, \
             ADD COLUMN external_ref text, ADD COLUMN metadata jsonb; \
         INSERT INTO customers (id, user_id, tenant_id, email) \
             VALUES ('c0000000-0000-4000-8000-000000000001', 'ahmed', 'kestrel', 'a@example.com'); \
         INSERT INTO credit_ledger (customer_id, amount_omr, amount_micro_omr, reason, external_ref) \
             SELECT 'c0000000-0000-4000-8000-000000000001', 0, -234, 'usage', 'req-' || n \
             FROM generate_series(1, 100) n; \
         INSERT INTO credit_ledger (customer_id, amount_omr, reason) \
             VALUES ('c0000000-0000-4000-8000-000000000001', 1, 'gift')",
    ])
    .await;
    let report = old::adopt(&database, &[]);
    // 1.000000 - 0.023400 = 0.9766: a part of a baisa is the customer's.
    assert_eq!(report["balance_before_minor"], 977);
    let sum =
        "SELECT balance_minor || ' ' || (SELECT sum(amount_minor) FROM credit_ledger) FROM wallets";
    assert_eq!(database.texts(sum).await, ["977 977"]);
    let kept =
        "SELECT count(DISTINCT external_ref) || ' ' || sum(amount_micro_omr) FROM credit_ledger";
    assert_eq!(database.texts(kept).await, ["100 -23400"]);
    database.remove().await;
}

/// The exponent is the currency's, not that of the rial.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_currencies_have_other_minor_units() {
    let database = old::messy().await;
    let dollars = ["migrate", "--fqdn", "omantel.example", "--currency", "USD", "--json"];
    let said = database.run(&dollars).expect_json();
    assert_eq!(said["adoption"]["balance_after_minor"], 22_100);
    database.run(&["verify"]).expect(0);
    let orders = "SELECT amount_baisa::text FROM orders ORDER BY id";
    assert_eq!(database.texts(orders).await, ["900", "1600", "500", "500", "3000"]);
    let facts = "SELECT fqdn || ' ' || currency || ' ' || demo FROM sovereign";
    assert_eq!(database.texts(facts).await, ["omantel.example USD false"]);
    let applied = json!(migrate::names());
    assert_eq!(said["applied"], applied);
    database.remove().await;
}
