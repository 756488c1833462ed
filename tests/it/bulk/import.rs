//! Vouchers from a file: all of them, or none and what is wrong by line.

use serde_json::{Value, json};

use super::{IMPORT, JOB, codes, file, issued, press, read};
use crate::campaigns::campaign;
use crate::harness::{Reply, TestApp, on_both};

async fn dry(app: &TestApp, file: &str) -> Value {
    app.sovereign_admin().post_text(&format!("{IMPORT}?dry_run=true"), file).await.expect(200)
}

async fn import(app: &TestApp, file: &str) -> Reply {
    app.sovereign_admin().post_text(IMPORT, file).await
}

/// Line, column and rule of each error.
fn errors(report: &Value) -> Vec<(i64, &str, &str)> {
    let errors = report["errors"].as_array().unwrap().iter();
    errors
        .map(|one| {
            let text = |name: &str| one[name].as_str().unwrap();
            assert!(!text("detail").is_empty(), "{one}");
            (one["line"].as_i64().unwrap(), text("column"), text("code"))
        })
        .collect()
}

async fn count(app: &TestApp) -> i64 {
    app.number("SELECT COUNT(*) FROM promo_codes").await
}

on_both! {
    async fn it_says_what_it_would_come_to_and_does_it(app: &TestApp) {
        let id = campaign(app, "Bills, spring", json!({})).await;
        let file = "code;credit;max_redemptions;credit_valid_days;description;campaign;active\r\n\
            muscat-1;200;5;90;\"صيدليات; كلها\";BILLS, spring;\r\n\
            MUSCAT-2;٢٥;;;;;FALSE\r\n\
            '-minus;1.000;;;'=1+1;;true\r\n";
        let report = dry(app, file).await;
        let expected = json!({
            "vouchers": 3, "total_credit_minor": 226_000, "currency": "OMR", "error_count": 0, "errors": [],
        });
        assert_eq!(report, expected);
        assert_eq!((count(app).await, app.number("SELECT COUNT(*) FROM bulk_operations").await), (0, 0));

        let asked = import(app, file).await.expect(202);
        assert_eq!((&asked["kind"], &asked["state"], &asked["total"]), (&json!("import"), &json!("running"), &json!(3)));
        assert_eq!(asked["total_credit_minor"], 226_000);
        app.run_job(JOB).await;
        assert_eq!(read(app, &asked).await["state"], "done");
        let vouchers = issued(app, &asked).await;
        assert_eq!(codes(&vouchers), ["MUSCAT-2", "MUSCAT-1", "-MINUS"]);
        let (second, first, third) = (&vouchers[0], &vouchers[1], &vouchers[2]);
        assert_eq!((&first["credit_omr"], &first["max_redemptions"], &first["credit_valid_days"]), (&json!(200), &json!(5), &json!(90)));
        assert_eq!((&first["description"], &first["campaign_id"]), (&json!("صيدليات; كلها"), &json!(id)));
        assert_eq!((&second["credit_omr"], &second["status"], &second["max_redemptions"]), (&json!(25), &json!("paused"), &json!(0)));
        assert_eq!((&third["description"], &third["active"]), (&json!("=1+1"), &json!(true)));
        assert_eq!(app.number("SELECT COUNT(*) FROM bulk_files").await, 0, "the file is let go of");
        let told = "SELECT COUNT(*) FROM audit_log WHERE action = 'voucher.issue'";
        assert_eq!(app.number(told).await, 3);
        app.customer("kestrel").await.redeem("-minus").await.expect(200);
    }

    async fn everything_that_is_wrong_is_told_by_line(app: &TestApp) {
        app.issue("TAKEN-1", 5, 0).await;
        app.issue("GONE-1", 5, 0).await;
        app.revoke("GONE-1").await;
        let file = "code,credit,credit_minor,currency,max_redemptions,credit_valid_days,description,campaign,active,created_at,revoked_at\n\
            GOOD-1,5,5000,omr,0,0,,,1,2027-03-01T11:00:00Z,2027-03-01T12:00:00Z\n\
            A,5,,,,,,,,,\n\
            taken-1,5,,,,,,,,,\n\
            gone-1,5,,,,,,,,,\n\
            good-1,5,,,,,,,,,\n\
            B-1,0,,,,,,,,,\n\
            B-2,1.5,,,,,,,,,\n\
            B-3,,5500,,,,,,,,\n\
            B-4,,,,,,,,,,\n\
            B-5,5,6000,,,,,,,,\n\
            B-6,5,,USD,-1,many,,nonesuch,maybe,2027-03-01T12:00:01Z,tomorrow\n\
            B-7,5,,,,,,,,2027-03-01T11:00:00Z,2027-03-01T10:00:00Z\n";
        let report = dry(app, file).await;
        let expected = [
            (3, "code", "code"),
            (4, "code", "taken"),
            (5, "code", "taken"),
            (6, "code", "twice"),
            (7, "credit", "credit"),
            (8, "credit", "credit"),
            (9, "credit_minor", "credit"),
            (10, "credit", "credit"),
            (11, "credit_minor", "credits-differ"),
            (12, "max_redemptions", "max-redemptions"),
            (12, "credit_valid_days", "credit-valid-days"),
            (12, "created_at", "moment"),
            (12, "revoked_at", "moment"),
            (12, "campaign", "campaign"),
            (12, "currency", "currency"),
            (13, "revoked_at", "moment"),
        ];
        let mut found = errors(&report);
        found.retain(|one| *one != (12, "active", "active"));
        assert_eq!(found, expected);
        assert_eq!((&report["vouchers"], &report["error_count"]), (&json!(0), &json!(17)));

        let problem = import(app, file).await.expect_problem(400, "import_refused");
        assert_eq!(problem["field"], "code");
        assert_eq!(problem["detail"], "line 3: code: must be 3 to 64 letters A to Z, digits, '-', '_' and '.' (and 16 more)");
        assert_eq!((count(app).await, app.number("SELECT COUNT(*) FROM bulk_operations").await), (2, 0));
    }

    async fn a_file_that_cannot_be_read_is_refused(app: &TestApp) {
        for (file, field, says) in [
            ("code,credit\n", "body", "no vouchers"),
            ("kode,credit\nA-1,5\n", "kode", "no column is called so"),
            ("code\nA-1\n", "body", "credit or credit_minor"),
            ("code,credit\nA-1\n", "body", "1 cells"),
            ("code,credit\nA\u{0}1,5\n", "body", "UTF-8"),
        ] {
            let problem = import(app, file).await.expect_problem(400, "import_refused");
            assert_eq!(problem["field"], field, "{file:?}: {problem}");
            assert!(problem["detail"].as_str().unwrap().contains(says), "{file:?}: {problem}");
        }
        for path in [IMPORT.to_owned(), format!("{IMPORT}?dry_run=true")] {
            let empty = app.sovereign_admin().post_text(&path, "").await;
            assert_eq!(empty.expect_problem(400, "invalid_request")["field"], "body");
        }
        let latin = app.sovereign_admin().post_text(IMPORT, b"code,credit,description\nA-1,5,\xe4".to_vec()).await;
        latin.expect_problem(400, "import_refused");
        let many = file((0..100_001).map(|n| format!("C-{n}")), 1);
        let problem = import(app, &many).await.expect_problem(400, "import_refused");
        assert!(problem["detail"].as_str().unwrap().contains("more than 100000"), "{problem}");
        let thousand = format!("code,credit\n{}", "A-1,0\n".repeat(1_200));
        let report = dry(app, &thousand).await;
        assert_eq!((report["errors"].as_array().unwrap().len(), &report["error_count"]), (1_000, &json!(2_399)));
        assert_eq!(count(app).await, 0);
    }

    /// Between looking at the file and issuing its vouchers somebody took one of the codes: nothing is issued.
    async fn all_of_them_or_none(app: &TestApp) {
        let lines = file((0..2_500).map(|n| format!("C-{n:04}")), 1);
        let asked = import(app, &lines).await.expect(202);
        app.issue("C-2400", 7, 0).await;
        app.run_job(JOB).await;
        let failed = read(app, &asked).await;
        assert_eq!((&failed["state"], &failed["done"]), (&json!("failed"), &json!(0)));
        assert_eq!(failed["fault"], "line 2402: code: a voucher was issued with this code already");
        assert_eq!(count(app).await, 1);
        assert_eq!(app.number("SELECT COUNT(*) FROM bulk_files").await, 0);
        press(app, &asked, "resume").await.expect_problem(409, "bulk_not_now");
        app.run_job(JOB).await;
        assert_eq!(count(app).await, 1);
    }

    /// A file that was looked at, and that nobody wanted.
    async fn what_was_only_looked_at_is_forgotten_after_a_day(app: &TestApp) {
        import(app, "code,credit\nA-1,5\n").await.expect(202);
        app.execute("UPDATE bulk_operations SET state = 'checked'").await;
        app.clock.advance_seconds(86_399);
        app.run_job(JOB).await;
        assert_eq!(app.texts("SELECT state FROM bulk_operations").await, ["checked"]);
        app.clock.advance_seconds(1);
        app.run_job(JOB).await;
        assert_eq!(app.texts("SELECT state FROM bulk_operations").await, ["cancelled"]);
        assert_eq!(app.number("SELECT COUNT(*) FROM bulk_files").await, 0);
        let who = "SELECT actor || ' ' || request_id FROM audit_log WHERE action = 'bulk.cancel'";
        assert_eq!(app.texts(who).await, ["system issue-in-bulk"]);
        assert_eq!(count(app).await, 0);
    }

    async fn stopped_in_time_nothing_is_issued(app: &TestApp) {
        let asked = import(app, "code,credit\nA-1,5\n").await.expect(202);
        assert_eq!(press(app, &asked, "cancel").await.expect(200)["state"], "cancelled");
        assert_eq!(app.number("SELECT COUNT(*) FROM bulk_files").await, 0);
        app.run_job(JOB).await;
        assert_eq!(count(app).await, 0);
        press(app, &asked, "resume").await.expect_problem(409, "bulk_not_now");
    }
}
