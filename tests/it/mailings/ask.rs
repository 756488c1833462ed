//! Asking for a mailing, and what is refused.

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    CODES, MAILINGS, NOWHERE, addresses, ask, carry_out, many, request_of, stands, text, to,
};
use crate::campaigns::campaign;
use crate::harness::{Setup, TestApp, on_both};

async fn nothing_is_written(app: &TestApp) {
    for table in ["mailings", "mailing_addresses", "bulk_operations"] {
        assert_eq!(app.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
    }
}

fn wrong_addresses() -> Value {
    json!([
        { "email": "a@example.com" }, { "email": "nobody" }, { "email": " A@Example.com " },
        { "email": "b@example.com", "language": "fr" }, { "email": "" },
    ])
}

on_both! {
    async fn what_is_wrong_is_told_by_line_and_nothing_written(app: &TestApp) {
        let admin = app.sovereign_admin();
        let problem = admin.post(MAILINGS, &request_of(wrong_addresses(), json!({}))).await;
        let problem = problem.expect_problem(400, "mailing_refused");
        assert_eq!(problem["field"], "addresses");
        for says in ["line 2: must be an e-mail address", "line 3: line 1 has this address", "line 4: the language", "line 5: "] {
            assert!(text(&problem, "detail").contains(says), "{problem}");
        }
        let dry = format!("{MAILINGS}?dry_run=true");
        let report = admin.post(&dry, &request_of(wrong_addresses(), json!({}))).await.expect(200);
        let errors = report["errors"].as_array().unwrap().iter();
        let errors: Vec<_> = errors.map(|one| (one["line"].as_i64().unwrap(), text(one, "code"))).collect();
        assert_eq!(errors, [(2, "address"), (3, "twice"), (4, "language"), (5, "address")]);
        assert_eq!((&report["addresses"], &report["error_count"]), (&json!(0), &json!(4)));
        let fine = admin.post(&dry, &request_of(to(&["a", "b"]), json!({}))).await.expect(200);
        let expected = json!({
            "addresses": 2, "total_credit_minor": 40_000, "currency": "OMR", "error_count": 0, "errors": [],
        });
        assert_eq!(fine, expected);

        for (code, field, addresses, members) in [
            ("mailing_refused", "addresses", json!([]), json!({})),
            ("mailing_refused", "addresses", many(10_001), json!({})),
            ("invalid_request", "addresses", json!("a@example.com"), json!({})),
            ("invalid_request", "language", to(&["a"]), json!({ "language": "fr" })),
            ("invalid_request", "message", to(&["a"]), json!({ "message": "x".repeat(2_001) })),
            ("invalid_request", "message", to(&["a"]), json!({ "message": "a\u{7}b" })),
            ("invalid_request", "credit_omr", to(&["a"]), json!({ "credit_omr": 0 })),
            ("invalid_request", "length", to(&["a"]), json!({ "length": 11 })),
            ("invalid_request", "prefix", to(&["a"]), json!({ "prefix": "OMAN TEL" })),
            ("invalid_request", "alphabet", to(&["a"]), json!({ "alphabet": "greek" })),
            ("invalid_request", "credit_valid_days", to(&["a"]), json!({ "credit_valid_days": -1 })),
            ("invalid_request", "campaign_id", to(&["a"]), json!({ "campaign_id": "nonesuch" })),
        ] {
            let problem = admin.post(MAILINGS, &request_of(addresses, members)).await.expect_problem(400, code);
            assert_eq!(problem["field"], field, "{problem}");
        }
        nothing_is_written(app).await;
    }

    /// Who does not know whether they were heard asks again under the same identifier.
    async fn asked_for_twice_it_is_one(app: &TestApp, Setup::with_mail()) {
        let first = ask(app, to(&["maryam", "ahmed"]), json!({ "id": NOWHERE })).await;
        assert_eq!(first["id"], NOWHERE);
        carry_out(app).await;
        let again = ask(app, to(&["maryam", "ahmed"]), json!({ "id": NOWHERE })).await;
        assert_eq!((&again["state"], &again["sent"]), (&json!("done"), &json!(2)));
        carry_out(app).await;
        app.sink().next_to("maryam@example.com").await;
        assert_eq!(app.sink().untaken_to("maryam@example.com"), 0);
        for (addresses, members) in [
            (to(&["maryam", "sara"]), json!({})),
            (to(&["ahmed", "maryam"]), json!({})),
            (to(&["maryam"]), json!({})),
            (to(&["maryam", "ahmed"]), json!({ "message": "Welcome" })),
            (to(&["maryam", "ahmed"]), json!({ "language": "ar" })),
            (to(&["maryam", "ahmed"]), json!({ "credit_omr": 21 })),
        ] {
            let mut body = request_of(addresses, members);
            body["id"] = json!(NOWHERE);
            let other = app.sovereign_admin().post(MAILINGS, &body).await;
            assert_eq!(other.expect_problem(400, "invalid_request")["field"], "id", "{body}");
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM mailings").await, 1);
        assert_eq!(app.number("SELECT COUNT(*) FROM audit_log WHERE action = 'mailing.create'").await, 1);
    }

    /// Codes that were made for something else are not mailed.
    async fn an_operation_of_its_own_is_no_mailing(app: &TestApp) {
        crate::bulk::ask(app, 2, json!({ "id": NOWHERE })).await;
        app.run_job(CODES).await;
        let body = request_of(to(&["a", "b"]), json!({ "id": NOWHERE, "credit_omr": 200 }));
        let other = app.sovereign_admin().post(MAILINGS, &body).await;
        assert_eq!(other.expect_problem(400, "invalid_request")["field"], "id");
        assert_eq!(app.number("SELECT COUNT(*) FROM mailings").await, 0);
    }

    /// The log has how many there are, and not who; the vouchers are as if they had been made for print.
    async fn it_is_told_of_without_the_addresses(app: &TestApp, Setup::with_mail()) {
        let spring = campaign(app, "Spring", json!({})).await;
        let members = json!({ "campaign_id": "Spring", "description": "Bills", "credit_valid_days": 90 });
        let asked = ask(app, to(&["maryam", "ahmed"]), members).await;
        carry_out(app).await;
        assert_eq!(stands(app, &asked).await.0, "done");
        let told = app.texts("SELECT CAST(after AS text) FROM audit_log WHERE action = 'mailing.create'").await;
        let told: Value = serde_json::from_str(&told[0]).unwrap();
        assert_eq!(told, json!({ "addresses": 2, "language": "en" }));
        let named = "SELECT COUNT(*) FROM audit_log WHERE CAST(after AS text) LIKE '%maryam@%'";
        assert_eq!(app.number(named).await, 0);
        let vouchers = crate::bulk::issued(app, &asked).await;
        assert_eq!(vouchers.len(), 2);
        for voucher in &vouchers {
            assert_eq!((&voucher["max_redemptions"], &voucher["credit_valid_days"]), (&json!(1), &json!(90)));
            assert_eq!((&voucher["campaign_id"], &voucher["description"]), (&json!(spring), &json!("Bills")));
        }
        let lines = "SELECT COUNT(*) FROM audit_log WHERE action = 'voucher.issue'";
        assert_eq!(app.number(lines).await, 2);
        assert_eq!(addresses(app, &asked, "sent").await.len(), 2);
    }

    async fn only_issuers_may(app: &TestApp) {
        let one = format!("{MAILINGS}/{NOWHERE}");
        let [list, csv] = ["addresses", "addresses/csv"].map(|rest| format!("{one}/{rest}"));
        let [cancel, resume, retry] = ["cancel", "resume", "retry"].map(|rest| format!("{one}/{rest}"));
        for (method, path) in [
            (Method::POST, MAILINGS), (Method::GET, MAILINGS), (Method::GET, &one), (Method::GET, &list),
            (Method::GET, &csv), (Method::POST, &cancel), (Method::POST, &resume), (Method::POST, &retry),
        ] {
            let bytes = || Some(request_of(to(&["a"]), json!({})).to_string().into_bytes());
            app.anyone().send(method.clone(), path, &[], bytes()).await.expect_problem(401, "unauthorized");
            let member = app.member("passer-by").send(method.clone(), path, &[], bytes()).await;
            member.expect_problem(403, "forbidden");
            if path.starts_with(&one) {
                let admin = app.sovereign_admin().send(method, path, &[], bytes()).await;
                admin.expect_problem(404, "not_found");
            }
        }
        nothing_is_written(app).await;
    }
}
