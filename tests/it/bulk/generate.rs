//! Codes that are made from a pattern.

use std::collections::BTreeSet;

use serde_json::json;

use super::{BULK, JOB, ask, codes, issued, read};
use crate::campaigns::campaign;
use crate::harness::on_both;

on_both! {
    /// More than a slice: each once, with its line in the audit log and its event, as if it had been issued alone.
    async fn they_are_vouchers_like_any_other(app: &TestApp) {
        let asked = ask(app, 2_500, json!({ "prefix": "omantel-", "description": "صيدليات", "credit_valid_days": 90 })).await;
        assert_eq!((&asked["state"], &asked["done"], &asked["total"]), (&json!("running"), &json!(0), &json!(2_500)));
        assert_eq!((&asked["kind"], &asked["total_credit_minor"]), (&json!("generate"), &json!(500_000_000)));
        let pattern = json!({
            "prefix": "OMANTEL-", "length": 16, "alphabet": "clear", "check_character": false, "entropy_bits": 74,
        });
        assert_eq!(asked["pattern"], pattern);
        app.clock.advance_seconds(5);
        app.run_job(JOB).await;
        let done = read(app, &asked).await;
        assert_eq!((&done["state"], &done["done"]), (&json!("done"), &json!(2_500)));
        assert_eq!(done["updated_at"], "2027-03-01T12:00:05Z");

        let vouchers = issued(app, &asked).await;
        let distinct: BTreeSet<&str> = codes(&vouchers).into_iter().collect();
        assert_eq!(distinct.len(), 2_500);
        for voucher in &vouchers {
            let code = voucher["code"].as_str().unwrap();
            assert!(code.starts_with("OMANTEL-") && code.len() == 24, "{code}");
            assert_eq!((&voucher["credit_omr"], &voucher["max_redemptions"]), (&json!(200), &json!(1)));
            assert_eq!((&voucher["status"], &voucher["description"]), (&json!("live"), &json!("صيدليات")));
            assert_eq!(voucher["credit_valid_days"], 90);
        }
        let lines = "SELECT COUNT(DISTINCT subject) FROM audit_log WHERE action = 'voucher.issue' AND request_id <> ''";
        assert_eq!(app.number(lines).await, 2_500);
        let told = "SELECT COUNT(*) FROM outbox WHERE type = 'voucher.issued'";
        assert_eq!(app.number(told).await, 2_500);

        let code = codes(&vouchers)[0];
        let history = app.sovereign_admin().get(&format!("/billing/vouchers/code/{code}/history")).await.expect(200);
        assert_eq!(history.as_array().unwrap().len(), 1, "{history}");
        let customer = app.customer("kestrel").await;
        customer.redeem(code).await.expect(200);
        assert_eq!(customer.available_minor().await, 200_000);
        app.customer("falcon").await.redeem(code).await.expect_problem(400, "voucher_exhausted");
    }

    async fn they_are_of_their_alphabet_with_their_check_character(app: &TestApp) {
        for (alphabet, known, length) in
            [("letters", "ACDEFGHJKMNPQRTUVWXY", 13), ("digits", "0123456789", 18), ("clear", "ACDEFGHJKMNPQRTUVWXY34679", 16)]
        {
            let asked = ask(app, 20, json!({ "prefix": "M.", "alphabet": alphabet, "check_character": true })).await;
            assert_eq!(asked["pattern"]["length"], length);
            assert!(asked["pattern"]["entropy_bits"].as_i64().unwrap() >= 55, "{asked}");
            app.run_job(JOB).await;
            let vouchers = issued(app, &asked).await;
            for code in codes(&vouchers) {
                let random = code.strip_prefix("M.").unwrap();
                assert!(random.len() == length + 1 && random.chars().all(|c| known.contains(c)), "{code}");
                assert!(sovereign_domain::check_character::holds(code), "{code}");
            }
        }
    }

    async fn they_join_their_campaign(app: &TestApp) {
        let id = campaign(app, "Bills", json!({ "budget_minor": 500_000 })).await;
        let asked = ask(app, 3, json!({ "campaign_id": "bills" })).await;
        app.run_job(JOB).await;
        let vouchers = issued(app, &asked).await;
        assert!(vouchers.iter().all(|voucher| voucher["campaign_id"] == json!(id)));
        for (customer, code) in ["kestrel", "falcon"].iter().zip(codes(&vouchers)) {
            app.customer(customer).await.redeem(code).await.expect(200);
        }
        let third = app.customer("heron").await.redeem(codes(&vouchers)[2]).await;
        third.expect_problem(400, "voucher_budget_spent");
        // The list of a campaign, of a status and of an operation are filters that combine.
        let other = ask(app, 2, json!({ "campaign_id": id })).await;
        app.run_job(JOB).await;
        let count = async |query: String| {
            let found = app.sovereign_admin().get(&format!("/billing/vouchers/list?{query}")).await.expect(200);
            found.as_array().unwrap().len()
        };
        let (first, second) = (asked["id"].as_str().unwrap(), other["id"].as_str().unwrap());
        assert_eq!(count("campaign=bills".to_owned()).await, 5);
        assert_eq!(count(format!("campaign=bills&bulk={second}")).await, 2);
        assert_eq!(count(format!("bulk={first}&status=exhausted")).await, 3);
        assert_eq!(count(format!("bulk={first}&status=live")).await, 0);
        assert_eq!(count(format!("bulk={first}&q={}", codes(&vouchers)[0])).await, 1);
    }

    async fn the_list_is_newest_first_a_page_at_a_time(app: &TestApp) {
        let admin = app.sovereign_admin();
        assert_eq!(admin.get(BULK).await.expect(200), json!([]));
        for count in 1..=3 {
            ask(app, count, json!({})).await;
            app.clock.advance_seconds(1);
        }
        let first = admin.get(&format!("{BULK}?limit=2")).await;
        let link = first.headers["link"].to_str().unwrap().to_owned();
        let first = first.expect(200);
        assert_eq!((&first[0]["total"], &first[1]["total"]), (&json!(3), &json!(2)));
        let next = link.trim_start_matches('<').split('>').next().unwrap();
        let rest = admin.get(next).await.expect(200);
        assert_eq!((&rest[0]["total"], rest.as_array().unwrap().len()), (&json!(1), 1));
        for (query, field) in [("after=x", "after"), ("limit=0", "limit")] {
            let problem = admin.get(&format!("{BULK}?{query}")).await.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], field);
        }
    }
}
