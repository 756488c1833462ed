//! `sovereign voucher`: the same vouchers as over HTTP, at the same moment.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{Engine, TestApp, TestDatabase, on_both};

async fn listed(app: &TestApp) -> Value {
    app.sovereign_admin().get("/billing/vouchers/list").await.expect(200)
}

on_both! {
    /// What one side does, the other sees at once, in the same shape.
    async fn command_line_and_http_see_the_same(app: &TestApp) {
        // The command has the machine's own clock.
        app.clock.set(sovereign::clock::Clock::now(&sovereign::clock::SystemClock));
        let database = app.database();
        let issue = ["voucher", "issue", " omantel-muscat-200 ", "--credit", "200", "--json"];
        let more = ["--max-redemptions", "50", "--description", "Muscat launch"];
        let issued = database.program(&issue).args(more).run().expect_json();
        let expected = json!({
            "code": "OMANTEL-MUSCAT-200", "credit_omr": 200, "credit_minor": 200_000,
            "currency": "OMR", "description": "Muscat launch", "active": true, "status": "live",
            "max_redemptions": 50, "times_redeemed": 0, "granted_minor": 0, "credit_valid_days": 0,
            "created_at": issued["created_at"], "spent_minor": 0, "expired_minor": 0, "tags": [],
        });
        assert_eq!(issued, expected);
        assert_eq!(listed(app).await, json!([issued]));
        let code = json!({ "code": "OMANTEL-MUSCAT-200" });
        let preview = app.anyone().post("/billing/vouchers/redeem-preview", &code).await;
        assert_eq!(preview.expect(200)["accepting_redemptions"], true);

        app.clock.advance_seconds(86_400);
        app.issue("SALALAH-25", 25, 0).await;
        let from_here = database.run(&["voucher", "list", "--json"]).expect_json();
        assert_eq!(from_here, listed(app).await, "both newest first");

        let ahmed = app.customer("kestrel-pharmacy").await;
        ahmed.checkout("m", "omantel-muscat-200").await.expect(200);
        let from_here = database.run(&["voucher", "list", "--json"]).expect_json();
        assert_eq!(from_here, listed(app).await);

        let revoked = database.run(&["voucher", "revoke", "omantel-muscat-200", "--json"]);
        assert_eq!(revoked.expect_json(), json!({ "ok": true }));
        // The server hears of it from the database, which takes it a moment.
        let mut preview = app.anyone().post("/billing/vouchers/redeem-preview", &code).await;
        for _ in 0..1_000 {
            if preview.status == 404 {
                break;
            }
            preview = app.anyone().post("/billing/vouchers/redeem-preview", &code).await;
        }
        preview.expect_problem(404, "not_found");
        assert_eq!(listed(app).await.as_array().unwrap().len(), 1);
    }

    /// Who did it stands in the audit log, and other services hear of it.
    async fn it_is_audited_and_published(app: &TestApp) {
        let database = app.database();
        database.run(&["voucher", "issue", "NOTED-5", "--credit", "5"]).expect(0);
        database.run(&["voucher", "revoke", "NOTED-5"]).expect(0);
        let actions = "SELECT action FROM audit_log WHERE actor = 'cli' ORDER BY action";
        assert_eq!(database.texts(actions).await, ["voucher.issue", "voucher.revoke"]);
        let events = "SELECT type FROM outbox WHERE type LIKE 'voucher.%' ORDER BY type";
        assert_eq!(database.texts(events).await, ["voucher.issued", "voucher.revoked"]);
    }

    /// Flags that are not given change nothing; issuing a revoked code brings it back.
    async fn issuing_again_edits_or_resurrects(app: &TestApp) {
        let database = app.database();
        let first = ["voucher", "issue", "EDIT-1", "--credit", "10", "--json"];
        let more = ["--max-redemptions", "7", "--description", "ten", "--credit-valid-days", "90"];
        database.program(&first).args(more).args(["--active", "false"]).run().expect(0);
        let edit = ["voucher", "issue", "edit-1", "--credit", "12", "--json"];
        let edited = database.run(&edit).expect_json();
        assert_eq!(edited["credit_omr"], 12);
        assert_eq!(edited["max_redemptions"], 7);
        assert_eq!(edited["description"], "ten");
        assert_eq!(edited["credit_valid_days"], 90);
        assert_eq!(edited["active"], false);
        let on = database.program(&edit).args(["--active", "true"]).run().expect_json();
        assert_eq!(on["active"], true);

        database.run(&["voucher", "revoke", "EDIT-1"]).expect(0);
        assert_eq!(listed(app).await, json!([]));
        let back = database.program(&edit).args(["--active", "true"]).run().expect_json();
        assert_eq!(back["max_redemptions"], 7);
        assert_eq!(listed(app).await, json!([back]));
    }

    /// Nothing is written, and the message names the field.
    async fn bad_input_is_refused(app: &TestApp) {
        let long = "X".repeat(300);
        let credit = ["--credit", "5"];
        for (code, flags, field) in [
            ("", &credit[..], "code"),
            ("   ", &credit[..], "code"),
            (long.as_str(), &credit[..], "code"),
            ("ABC", &["--credit", "0"], "credit"),
            ("ABC", &["--credit", "-5"], "credit"),
            ("ABC", &["--credit", "9223372036854775807"], "credit"),
            ("ABC", &["--credit", "5", "--max-redemptions", "-1"], "max_redemptions"),
            ("ABC", &["--credit", "5", "--credit-valid-days", "-1"], "credit_valid_days"),
            ("ABC", &["--credit", "5", "--description", "a\u{1}b"], "description"),
        ] {
            let issue = app.database().program(&["voucher", "issue", code]).args(flags).run();
            let said = issue.expect_failure(1);
            assert!(said.contains(field), "{code:.9} {flags:?}: {said}");
        }
        assert_eq!(listed(app).await, json!([]));
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_codes").await, 0);
    }

    /// A code of random characters that look like no other, which is shown and can be redeemed.
    async fn a_code_can_be_made_at_random(app: &TestApp) {
        let issue = ["voucher", "issue", "--generate", "--credit", "200", "--json"];
        let mut codes = BTreeSet::new();
        for (flags, prefix, length) in [
            (&[][..], "", 16),
            (&[], "", 16),
            (&["--prefix", "omantel-"], "OMANTEL-", 16),
            (&["--length", "12", "--prefix", "OMANTEL-"], "OMANTEL-", 12),
        ] {
            let issued = app.database().program(&issue).args(flags).run().expect_json();
            let code = issued["code"].as_str().unwrap().to_owned();
            let random = code.strip_prefix(prefix).unwrap_or_else(|| panic!("{code}"));
            assert_eq!(random.len(), length, "{code}");
            let plain = |c: char| c.is_ascii_alphanumeric() && !"0O1IL2Z5S8B".contains(c);
            assert!(random.chars().all(plain), "{code}");
            let preview = json!({ "code": code });
            app.anyone().post("/billing/vouchers/redeem-preview", &preview).await.expect(200);
            codes.insert(code);
        }
        assert_eq!(codes.len(), 4, "each is another");
        let shown = app.database().run(&["voucher", "issue", "--generate", "--credit", "5"]);
        let shown = shown.expect_answer();
        assert_eq!(shown.split_whitespace().next().unwrap().len(), 16, "{shown}");
    }

    /// Nothing is written, and the message says which flag and what to do.
    async fn a_code_that_could_be_guessed_is_not_made(app: &TestApp) {
        let issue = ["voucher", "issue", "--generate", "--credit", "200"];
        for (flags, says) in [
            (&["--length", "11"][..], "length must be at least 12"),
            (&["--length", "0"], "length must be at least 12"),
            (&["--length", "60", "--prefix", "OMANTEL-"], "length must be at most 56"),
            (&["--prefix", "OMAN TEL-"], "prefix may hold only"),
        ] {
            let said = app.database().program(&issue).args(flags).run().expect_failure(1);
            assert!(said.contains(says), "{flags:?}: {said}");
        }
        for (arguments, says) in [
            (&["ABC-1", "--generate"][..], "--generate"),
            (&["ABC-1", "--length", "20"], "--length"),
            (&["ABC-1", "--prefix", "X"], "--prefix"),
            (&["--length", "20"], "CODE"),
            (&[], "CODE"),
        ] {
            let issue = ["voucher", "issue", "--credit", "5"];
            let said = app.database().program(&issue).args(arguments).run().expect_failure(2);
            assert!(said.contains(says), "{arguments:?}: {said}");
        }
        assert_eq!(listed(app).await, json!([]));
    }

    async fn what_is_not_there_cannot_be_revoked(app: &TestApp) {
        let database = app.database();
        let said = database.run(&["voucher", "revoke", "NEVER-ISSUED"]).expect_failure(1);
        assert!(said.contains("no live voucher"), "{said}");
        app.issue("ONCE-5", 5, 0).await;
        assert_eq!(database.run(&["voucher", "revoke", "once-5"]).expect_answer(), "revoked\n");
        database.run(&["voucher", "revoke", "ONCE-5"]).expect_failure(1);
        database.run(&["voucher", "revoke", "ONCE-5", "--json"]).expect_failure(1);
        let said = database.run(&["voucher", "revoke", " "]).expect_failure(1);
        assert!(said.contains("code"), "{said}");
    }

    /// For people: a line a voucher.
    async fn the_list_is_a_table(app: &TestApp) {
        let database = app.database();
        assert_eq!(database.run(&["voucher", "list"]).expect_answer(), "");
        assert_eq!(database.run(&["voucher", "list", "--json"]).expect_json(), json!([]));
        app.issue("SALALAH-25", 25, 0).await;
        app.clock.advance_seconds(1);
        app.issue("MUSCAT-200", 200, 50).await;
        app.customer("kestrel-pharmacy").await.checkout("m", "MUSCAT-200").await.expect(200);
        assert_eq!(
            database.run(&["voucher", "list"]).expect_answer(),
            "MUSCAT-200  200.000 OMR  1 of 50 redeemed  live\n\
             SALALAH-25  25.000 OMR   0 redeemed        live\n"
        );
        let issued = database.run(&["voucher", "issue", "ONE-1", "--credit", "1"]).expect_answer();
        assert_eq!(issued, "ONE-1  1.000 OMR  0 redeemed  live\n");
    }

    async fn the_list_is_of_what_is_looked_for(app: &TestApp) {
        for code in ["MUSCAT-1", "MUSCAT-2", "SALALAH-1"] {
            app.issue(code, 5, 0).await;
            app.clock.advance_seconds(1);
        }
        app.revoke("MUSCAT-2").await;
        let database = app.database();
        let found = database.run(&["voucher", "list", "--search", "muscat"]).expect_answer();
        assert_eq!(found, "MUSCAT-1  5.000 OMR  0 redeemed  live\n");
        let revoked = ["voucher", "list", "--search", "muscat", "--status", "revoked"];
        let found = database.run(&revoked).expect_answer();
        assert_eq!(found, "MUSCAT-2  5.000 OMR  0 redeemed  revoked\n");
        let said = database.run(&["voucher", "list", "--status", "gone"]).expect_failure(1);
        assert!(said.contains("live, scheduled, paused, exhausted, ended, revoked"), "{said}");
    }

    /// More vouchers than one page of the list has.
    async fn the_list_has_them_all(app: &TestApp) {
        app.issue("MANY-0", 1, 0).await;
        app.execute(
            "INSERT INTO promo_codes (code, credit_omr, credit_minor, description, active, \
                 max_redemptions, times_redeemed, adopted_redemptions, created_at, updated_at) \
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2100) \
             SELECT 'MANY-' || i, credit_omr, credit_minor, '', active, 0, 0, 0, created_at, \
                 updated_at FROM promo_codes CROSS JOIN n",
        )
        .await;
        let listed = app.database().run(&["voucher", "list", "--json"]).expect_json();
        let codes = listed.as_array().unwrap().iter().map(|v| v["code"].as_str().unwrap());
        let mut codes: Vec<&str> = codes.collect();
        assert_eq!(codes.len(), 2_101);
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 2_101);
    }
}

/// A command makes no database: only `serve` and `migrate` do.
#[tokio::test]
async fn without_a_database_there_are_no_vouchers() {
    let database = TestDatabase::empty(Engine::Sqlite).await;
    for arguments in
        [&["list"][..], &["issue", "ABC", "--credit", "5"], &["revoke", "ABC"], &["list", "--json"]]
    {
        let said = database.run(&[&["voucher"], arguments].concat()).expect_failure(2);
        assert!(said.contains("sovereign serve"), "{said}");
    }
    assert_eq!(std::fs::read_dir(database.directory.path()).unwrap().count(), 0);
}
