//! The rules that refuse a voucher at checkout: each has its own type, none repeats the code, and
//! every row of the database stays as it was.

use serde_json::{Value, json};

use crate::harness::{apart_from_instance, on_both};

#[track_caller]
fn assert_does_not_say(problem: &Value, code: &str) {
    let text = problem.to_string().to_uppercase();
    assert!(!text.contains(&code.to_uppercase()), "{problem} repeats {code}");
    assert_eq!(problem["field"], "promo_code");
}

on_both! {
    /// Never issued, and revoked: nobody can tell which.
    async fn a_revoked_voucher_is_as_unknown_as_one_never_issued(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        app.issue("SALALAH-25", 25, 0).await;
        app.revoke("SALALAH-25").await;
        let unknown = app.refuses(ahmed.checkout("m", "NIZWA-99"), 400, "voucher_unknown").await;
        let revoked = app.refuses(ahmed.checkout("m", "SALALAH-25"), 400, "voucher_unknown").await;
        assert_does_not_say(&unknown, "NIZWA-99");
        assert_does_not_say(&revoked, "SALALAH-25");
        assert_eq!(apart_from_instance(unknown), apart_from_instance(revoked));
    }

    /// Whoever redeemed it learns of the revocation no more than anyone else.
    async fn a_revoked_voucher_is_unknown_to_who_redeemed_it(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        app.issue("SALALAH-25", 25, 0).await;
        ahmed.redeem("SALALAH-25").await.expect(200);
        app.revoke("SALALAH-25").await;
        app.refuses(ahmed.checkout("m", "SALALAH-25"), 400, "voucher_unknown").await;
        // Issued again, the voucher still knows who had it.
        app.issue("SALALAH-25", 25, 0).await;
        app.refuses(ahmed.checkout("m", "SALALAH-25"), 400, "voucher_redeemed_by_you").await;
    }

    async fn an_inactive_voucher_is_refused(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        app.issue_as(json!({ "code": "KHAREEF-30", "credit_omr": 30, "active": false })).await;
        let problem = app.refuses(ahmed.checkout("m", "KHAREEF-30"), 400, "voucher_inactive").await;
        assert_does_not_say(&problem, "KHAREEF-30");
        app.issue_as(json!({ "code": "KHAREEF-30", "credit_omr": 30, "active": true })).await;
        ahmed.checkout("m", "KHAREEF-30").await.expect(200);
    }

    async fn a_voucher_at_its_cap_is_refused(app: &TestApp) {
        let (ahmed, sara) = (app.customer("ahmed").await, app.customer("sara").await);
        app.issue("PARTNER-ONE", 20, 1).await;
        sara.checkout("m", "PARTNER-ONE").await.expect(200);
        let problem =
            app.refuses(ahmed.checkout("m", "partner-one"), 400, "voucher_exhausted").await;
        assert_does_not_say(&problem, "PARTNER-ONE");
        // One more slot, one more customer.
        app.issue("PARTNER-ONE", 20, 2).await;
        ahmed.checkout("m", "PARTNER-ONE").await.expect(200);
    }

    /// The cap may be edited below what was redeemed (decision 5).
    async fn a_cap_below_the_counter_refuses(app: &TestApp) {
        let names = ["ahmed", "sara", "khalid"];
        let mut customers = Vec::new();
        for name in names {
            customers.push(app.customer(name).await);
        }
        app.issue("MUSCAT-20", 20, 5).await;
        customers[0].checkout("m", "MUSCAT-20").await.expect(200);
        customers[1].checkout("m", "MUSCAT-20").await.expect(200);
        app.issue("MUSCAT-20", 20, 1).await;
        let third = customers[2].checkout("m", "MUSCAT-20");
        app.refuses(third, 400, "voucher_exhausted").await;
        app.issue("MUSCAT-20", 20, 0).await;
        customers[2].checkout("m", "MUSCAT-20").await.expect(200);
    }

    /// A person redeems a voucher once, whichever of their Organizations it was for.
    async fn a_user_redeems_a_voucher_once(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        ahmed.checkout("m", "MUSCAT-20").await.expect(200);
        let second = ahmed.client.make_organization("ahmed-again").await;
        let mut body = ahmed.checkout_body("m", "muscat-20 ");
        body["tenant_id"] = json!(second);
        let checkout = ahmed.client.post("/billing/checkout", &body);
        let problem = app.refuses(checkout, 400, "voucher_redeemed_by_you").await;
        assert_does_not_say(&problem, "MUSCAT-20");
    }

    /// A second administrator is another person, but not another Organization.
    async fn an_organization_redeems_a_voucher_once(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        let sara = ahmed.add_member(app, "sara", "admin").await;
        ahmed.redeem("MUSCAT-20").await.expect(200);
        let rule = "voucher_redeemed_by_organization";
        let problem = app.refuses(sara.checkout("m", "MUSCAT-20"), 400, rule).await;
        assert_does_not_say(&problem, "MUSCAT-20");
        // For an Organization of her own she may.
        let own = sara.client.make_organization("sara").await;
        let mut body = sara.checkout_body("m", "MUSCAT-20");
        body["tenant_id"] = json!(own);
        sara.client.post("/billing/checkout", &body).await.expect(200);
    }

    /// A text that can be no code names its field and is not repeated either.
    async fn what_can_be_no_code_is_bad_input(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let long = "Z".repeat(65);
        for code in ["ZZ ZZ", "ZZ", "ZZZ<ZZZ", "ZZZ/ZZZ", "ZZZ\u{0}", long.as_str()] {
            let problem = app.refuses(ahmed.checkout("m", code), 400, "invalid_request").await;
            assert_does_not_say(&problem, "ZZ");
        }
    }

    /// A blank code is what a form sends when its field is empty.
    async fn a_blank_code_is_none(app: &TestApp) {
        for (name, code) in [("ahmed", json!("")), ("sara", json!(" \t")), ("khalid", json!(null))]
        {
            let customer = app.customer(name).await;
            let mut body = customer.checkout_body("flexi", "");
            body["promo_code"] = code;
            customer.client.post("/billing/checkout", &body).await.expect(200);
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_redemptions").await, 0);
    }
}
