//! `GET /billing/vouchers/csv`: exactly the list, as a file that is harmless to spreadsheets.

use reqwest::Method;
use serde_json::json;

use super::{assert_field, codes, refuses_others, revoke};
use crate::harness::{Setup, TestApp, on_both};

const FILE: &str = "/billing/vouchers/csv";

/// The lines of a file without its head.
async fn lines(app: &TestApp, query: &str) -> Vec<String> {
    let reply = app.sovereign_admin().get(&format!("{FILE}?{query}")).await;
    assert_eq!(
        (reply.status, reply.headers["content-type"].to_str().unwrap()),
        (200, "text/csv; charset=utf-8")
    );
    assert_eq!(reply.headers["content-disposition"], "attachment; filename=\"vouchers.csv\"");
    let (head, rows) = reply.text.split_once("\r\n").unwrap();
    assert_eq!(
        head,
        "\u{feff}code,status,credit,currency,credit_minor,max_redemptions,times_redeemed,credit_valid_days,\
         description,link,created_at,revoked_at,granted_minor,campaign,active,\
         spent_minor,expired_minor,last_redeemed_at,tags"
    );
    rows.split_terminator("\r\n").map(str::to_owned).collect()
}

on_both! {
    async fn a_line_says_all_of_a_voucher(app: &TestApp) {
        let body = json!({
            "code": "OMAN-200", "credit_omr": 200, "max_redemptions": 5, "credit_valid_days": 90,
            "description": "=SUM(A1), للصيدليات \"كلها\"",
        });
        app.issue_as(body).await;
        app.issue("-MINUS-1", 5, 0).await;
        revoke(app, "-MINUS-1").await;
        for tag in ["spring", "=1"] {
            let path = format!("/billing/vouchers/code/OMAN-200/tags/{tag}");
            app.sovereign_admin().put(&path, &json!({})).await.expect(200);
        }
        assert_eq!(lines(app, "").await, ["OMAN-200,live,200.000,OMR,200000,5,0,90,\"'=SUM(A1), للصيدليات \"\"كلها\"\"\",\
            https://test.sovereign.example/redeem?code=OMAN-200,2027-03-01T12:00:00Z,,0,,true,0,0,,\"'=1; spring\""]);
        assert_eq!(lines(app, "status=revoked").await, ["'-MINUS-1,revoked,5.000,OMR,5000,0,0,0,,\
            https://test.sovereign.example/redeem?code=-MINUS-1,2027-03-01T12:00:00Z,2027-03-01T12:00:00Z,0,,false,0,0,,"]);
    }

    /// What was spent of a voucher's credit and when it was last redeemed, whether or not it is added up yet.
    async fn a_line_says_what_became_of_the_credit(app: &TestApp) {
        app.issue("TWENTY", 20, 0).await;
        app.clock.advance_seconds(60);
        app.customer("kestrel").await.checkout("m", "TWENTY").await.expect(200);
        for _ in 0..2 {
            let line = lines(app, "").await.remove(0);
            assert!(line.ends_with(",20000,,true,9000,0,2027-03-01T12:01:00Z,"), "{line}");
            app.clock.advance_seconds(400);
            app.run_job("roll-up").await;
        }
    }

    /// More than are read at once, of each filter exactly what the list has.
    async fn it_has_what_the_list_has(app: &TestApp) {
        let at = if app.engine == crate::harness::Engine::Sqlite { "n" } else { "to_timestamp(n)" };
        app.execute(&format!(
            "INSERT INTO promo_codes (code, credit_omr, credit_minor, description, active, max_redemptions, \
                 times_redeemed, adopted_redemptions, created_at, updated_at) \
             SELECT 'C-' || n, 1, 1000, '', n % 3 <> 0, 0, 0, 0, {at}, {at} \
             FROM (WITH RECURSIVE numbers (n) AS \
                 (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2100) SELECT n FROM numbers) AS all_numbers"
        ))
        .await;
        assert_eq!(lines(app, "").await.len(), 2_100);
        for query in ["status=paused", "q=c-20", "q=c-20&status=paused", "q=nonesuch"] {
            let list = app.sovereign_admin().get(&format!("/billing/vouchers/list?{query}")).await;
            let in_file = lines(app, query).await;
            let in_file: Vec<_> = in_file.iter().map(|line| line.split(',').next().unwrap()).collect();
            assert_eq!(in_file, codes(&list.expect(200)), "{query}");
        }
    }

    async fn what_is_not_understood_is_named(app: &TestApp) {
        let admin = app.sovereign_admin();
        let problem = admin.get(&format!("{FILE}?status=gone")).await.expect_problem(400, "invalid_request");
        assert_field(&problem, "status");
        refuses_others(app, Method::GET, FILE, None).await;
    }

    async fn the_page_leads_to_it(app: &TestApp, Setup::with_mail()) {
        app.issue("GIFT-1", 5, 0).await;
        app.issue("OTHER-1", 5, 0).await;
        let mut browser = crate::pages::administrator(app, "maryam").await;
        let list = browser.get("/admin/vouchers?q=gift").await.expect(200);
        list.has(&["href=\"/admin/vouchers.csv?q=gift\""]);
        let file = browser.get("/admin/vouchers.csv?q=gift").await.expect(200);
        assert_eq!(file.headers["content-disposition"], "attachment; filename=\"vouchers.csv\"");
        assert!(file.text.contains("GIFT-1,live") && !file.text.contains("OTHER-1"), "{}", file.text);
        browser.get("/admin/vouchers.csv?status=gone").await.expect(400).has(&["There is no such file"]);
        app.execute("UPDATE users SET role = 'member'").await;
        browser.get("/admin/vouchers.csv").await.expect(403);
        assert_eq!(app.browser().get("/admin/vouchers.csv").await.status, 303);
    }
}
