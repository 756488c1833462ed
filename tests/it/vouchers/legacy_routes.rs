//! `/billing/admin/promos*`: the paths older clients know, with the behaviour of list, issue and
//! revoke.

use reqwest::Method;
use serde_json::json;

use super::{PREFIXES, SPELLINGS, SPELT, assert_field, issuers, listed, refuses_others};
use crate::harness::on_both;

const PROMOS: &str = "/billing/admin/promos";

on_both! {
    /// Either path sees what was done over the other.
    async fn the_older_paths_do_the_same(app: &TestApp) {
        for (prefix, admin) in PREFIXES.into_iter().zip(issuers(app)) {
            let promos = format!("{prefix}{PROMOS}");
            assert_eq!(admin.get(&promos).await.expect(200), json!([]));
            let body = json!({ "code": " legacy-10", "credit_omr": 10, "description": "old" });
            let voucher = admin.post(&promos, &body).await.expect(200);
            assert_eq!(voucher["code"], "LEGACY-10");
            assert_eq!(voucher["credit_omr"], 10);
            assert_eq!(voucher["created_at"], "2027-03-01T12:00:00Z");
            assert_eq!(admin.get(&promos).await.expect(200), json!([voucher]));
            assert_eq!(listed(app).await, [voucher]);
            let gone = admin.delete(&format!("{promos}/legacy-10")).await.expect(200);
            assert_eq!(gone, json!({ "ok": true }));
            assert_eq!(admin.get(&promos).await.expect(200), json!([]));
            let again = admin.delete(&format!("{promos}/LEGACY-10")).await;
            again.expect_problem(404, "not_found");
            admin.delete(&format!("{promos}/NEVER-WAS")).await.expect_problem(404, "not_found");
        }
    }

    async fn codes_and_refusals_are_the_same(app: &TestApp) {
        let admin = app.superadmin();
        for spelling in SPELLINGS {
            let body = json!({ "code": spelling, "credit_omr": 1 });
            assert_eq!(admin.post(PROMOS, &body).await.expect(200)["code"], SPELT);
        }
        for (field, body) in [
            ("code", json!({ "credit_omr": 1 })),
            ("code", json!({ "code": "A B C", "credit_omr": 1 })),
            ("credit_omr", json!({ "code": "NOTHING", "credit_omr": 0 })),
            ("credit_omr", json!({ "code": "NOTHING" })),
        ] {
            let refused = admin.post(PROMOS, &body).await;
            assert_field(&refused.expect_problem(400, "invalid_request"), field);
        }
        let refused = admin.delete(&format!("{PROMOS}/AB")).await;
        assert_field(&refused.expect_problem(400, "invalid_request"), "code");
        assert_eq!(listed(app).await.len(), 1);
    }

    async fn only_issuers_may_use_them(app: &TestApp) {
        let body = json!({ "code": "WELCOME-10", "credit_omr": 10 });
        refuses_others(app, Method::GET, PROMOS, None).await;
        refuses_others(app, Method::POST, PROMOS, Some(&body)).await;
        refuses_others(app, Method::DELETE, &format!("{PROMOS}/WELCOME-10"), None).await;
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_codes").await, 0);
    }

    /// The next page is on the path that was asked.
    async fn the_list_has_links_of_its_own(app: &TestApp) {
        for code in ["ONE", "TWO", "THREE"] {
            app.issue(code, 1, 0).await;
        }
        for prefix in PREFIXES {
            let path = format!("{prefix}{PROMOS}");
            let page = app.sovereign_admin().get(&format!("{path}?limit=2")).await;
            let link = page.headers["link"].to_str().unwrap();
            assert!(link.starts_with(&format!("<{path}?")), "{link}");
            assert_eq!(page.expect(200).as_array().unwrap().len(), 2);
        }
    }
}
