//! `sovereign verify`: sound books, books that are off, beside a running server.

use serde_json::json;
use sovereign::usecase::verify;

use crate::harness::{TestDatabase, on_both, on_empty};

on_both! {
    /// Beside a server that has done a bit of everything.
    async fn sound_books_are_called_so(app: &TestApp) {
        app.issue("VERIFY-200", 200, 50).await;
        app.customer("kestrel-pharmacy").await.checkout("m", "VERIFY-200").await.expect(200);
        let database = app.database();
        let count = verify::checks().len();
        assert_eq!(
            database.run(&["verify"]).expect_answer(),
            format!("sound: {count} invariants hold\n")
        );
        let expected = json!({ "ok": true, "checks": verify::checks(), "faults": [] });
        assert_eq!(database.run(&["verify", "--json"]).expect_json(), expected);
    }

    /// What is off is named with its subject and both numbers, and nothing is mended in secret.
    async fn books_that_are_off_are_reported(app: &TestApp) {
        app.issue("COUNTED-200", 200, 50).await;
        app.execute("UPDATE promo_codes SET times_redeemed = 7").await;
        let database = app.database();
        for _ in 0..2 {
            let ended = database.run(&["verify"]).expect(1);
            let lines: Vec<&str> = ended.stdout.lines().collect();
            assert_eq!(lines.len(), 2, "{}", ended.stdout);
            assert!(lines[0].starts_with("what does not hold"), "{}", lines[0]);
            let check = "a voucher's counter is its adopted count and its live redemptions";
            let words = [check, "COUNTED-200", "0", "7"].join("  ");
            assert_eq!(lines[1].split("  ").filter(|cell| !cell.is_empty()).map(str::trim)
                .collect::<Vec<_>>().join("  "), words);
            assert!(ended.stderr.starts_with("1 fault;"), "{}", ended.stderr);
        }
        let ended = database.run(&["verify", "--json"]).expect(1);
        let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(report["ok"], false);
        assert_eq!(report["checks"].as_array().unwrap().len(), verify::checks().len());
        let fault = json!({
            "check": "a voucher's counter is its adopted count and its live redemptions",
            "subject": "COUNTED-200", "expected": 0, "found": 7,
        });
        assert_eq!(report["faults"], json!([fault]));
        assert_eq!(app.number("SELECT CAST(times_redeemed AS bigint) FROM promo_codes").await, 7);
        app.execute("UPDATE promo_codes SET times_redeemed = 0").await;
        database.run(&["verify"]).expect(0);
    }

    /// A thousand of one kind are enough for anyone, and the other kinds are still named.
    async fn a_flood_of_one_kind_hides_no_other(app: &TestApp) {
        app.issue("MANY-0", 1, 0).await;
        app.execute(
            "INSERT INTO promo_codes (code, credit_omr, credit_minor, description, active, \
                 max_redemptions, times_redeemed, adopted_redemptions, created_at, updated_at) \
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) \
             SELECT 'MANY-' || i, credit_omr, credit_minor, '', active, 0, 3, 0, created_at, \
                 updated_at FROM promo_codes CROSS JOIN n",
        )
        .await;
        app.customer("kestrel-pharmacy").await;
        app.execute("UPDATE wallets SET owed_minor = 5").await;
        let ended = app.database().run(&["verify", "--json"]).expect(1);
        let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        let faults = report["faults"].as_array().unwrap();
        assert_eq!(faults.len(), 1_001);
        assert_eq!(faults[0]["check"], "a wallet owes what its ledger says");
        app.execute("UPDATE wallets SET owed_minor = 0").await;
        app.execute("UPDATE promo_codes SET times_redeemed = 0").await;
    }
}

on_empty! {
    async fn there_is_nothing_to_verify_before_the_first_start(database: &TestDatabase) {
        let said = database.run(&["verify"]).expect_failure(2);
        assert!(said.contains("sovereign serve"), "{said}");
        database.serve(&["--fqdn", "omantel.example", "--currency", "OMR"]).stop().expect(0);
        database.run(&["verify"]).expect(0);
    }
}
