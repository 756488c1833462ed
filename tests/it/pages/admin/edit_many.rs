//! Changing all vouchers that a filter has, in pages.

use serde_json::json;

use super::{administrator, follow, hidden, lacks};
use crate::harness::{Setup, TestApp, on_both};

const PAGE: &str = "/admin/vouchers/edit";

async fn three(app: &TestApp) {
    for code in ["GIFT-1", "GIFT-2", "OTHER-1"] {
        app.issue_as(json!({ "code": code, "credit_omr": 5, "credit_valid_days": 30 })).await;
    }
}

on_both! {
    /// From the list to the operation, and back.
    async fn all_that_are_like_that_are_changed(app: &TestApp, Setup::with_mail()) {
        three(app).await;
        let mut browser = administrator(app, "maryam").await;
        browser.get("/admin/vouchers?q=gift&status=live").await.expect(200).has(&["href=\"/admin/vouchers/edit?q=gift&#38;status=live\"", "Change all of these"]);
        let form = browser.get(&format!("{PAGE}?q=gift&status=live")).await.expect(200);
        form.has(&["2 vouchers are like that.", ">live</bdi>", "code with", "value=\"pause\"", "type how many they are: 2"]);
        let (id, count) = (hidden(&form, "id"), hidden(&form, "count"));
        let filled = [("id", &*id), ("count", &*count), ("q", "gift"), ("status", "live"), ("action", "pause")];
        let asked = browser.submit(PAGE, &filled).await;
        follow(&mut browser, &asked, "They are being changed.").await.has(&["2 vouchers paused", ">running<", "Looked at"]);
        // The same form once more changes nothing more.
        assert_eq!(browser.submit(PAGE, &filled).await.location(), asked.location());
        app.run_job("issue-in-bulk").await;
        let operation = asked.location().split('?').next().unwrap().to_owned();
        browser.get(&operation).await.expect(200).has(&[">done<", "Changed</dt><dd>2</dd>", "value=\"undo\""]);
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_codes WHERE active").await, 1);
        let undone = browser.submit(&operation, &[("act", "undo")]).await;
        follow(&mut browser, &undone, "It is being undone.").await.has(&["2 vouchers resumed"]);
        app.run_job("issue-in-bulk").await;
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_codes WHERE active").await, 3);
        browser.submit(&operation, &[("act", "undo")]).await.location();
        browser.get("/admin/vouchers/bulk").await.expect(200).has(&["2 vouchers paused", "2 vouchers resumed"]);
        browser.language = "ar";
        browser.get(PAGE).await.expect(200).has(&["dir=\"rtl\"", "تغيير قسائم كثيرة"]);
    }

    /// Whoever revokes reads first whom it touches.
    async fn whom_revoking_touches_is_told(app: &TestApp, Setup::with_mail()) {
        three(app).await;
        app.customer("kestrel").await.redeem("GIFT-1").await.expect(200);
        app.customer("heron").await.redeem("GIFT-2").await.expect(200);
        let mut browser = administrator(app, "maryam").await;
        browser.get(&format!("{PAGE}?q=gift")).await.expect(200).has(&[
            "2 customers hold 10.000\u{a0}OMR of the credit together", "No order that reserved any of it",
        ]);
        browser.get(&format!("{PAGE}?q=other")).await.expect(200).has(&["Nobody holds any of the credit."]);
        browser.get("/admin/vouchers/GIFT-1").await.expect(200).has(&["One customer holds 5.000\u{a0}OMR of the credit"]);
        browser.language = "ar";
        browser.get("/admin/vouchers/GIFT-1").await.expect(200).has(&["عميل واحد لديه"]);
    }

    /// Nothing is revoked by mistake.
    async fn what_is_wrong_is_told_and_kept(app: &TestApp, Setup::with_mail()) {
        three(app).await;
        let mut browser = administrator(app, "maryam").await;
        browser.get(PAGE).await.expect(200);
        for (fields, field) in [
            (&[("count", "3")][..], "action"),
            (&[("count", "3"), ("action", "extend"), ("days", "many")], "days"),
            (&[("count", "3"), ("action", "revoke")], "confirm"),
            (&[("count", "3"), ("action", "revoke"), ("confirm", "2")], "confirm"),
        ] {
            let again = browser.submit(PAGE, fields).await.expect(400);
            again.has(&[&format!("href=\"#{field}\"")]);
        }
        // There are more by now than whoever revokes has seen.
        app.issue("LATER-1", 5, 0).await;
        let late = [("count", "3"), ("action", "revoke"), ("confirm", "3")];
        browser.submit(PAGE, &late).await.expect(409).has(&["There are other vouchers like that by now", "4 vouchers are like that"]);
        assert_eq!(app.number("SELECT COUNT(*) FROM bulk_operations").await, 0);
        let right = [("count", "4"), ("action", "revoke"), ("confirm", "٤")];
        browser.submit(PAGE, &right).await.location();
        app.run_job("issue-in-bulk").await;
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_codes WHERE deleted_at IS NULL").await, 0);
        browser.get(&format!("{PAGE}?q=nonesuch")).await.expect(404).has(&["No voucher is like that"]);
        browser.get(&format!("{PAGE}?status=nonesuch")).await.expect(404);
    }

    async fn only_for_administrators(app: &TestApp, Setup::with_mail()) {
        three(app).await;
        let mut browser = app.browser();
        assert!(browser.get(PAGE).await.location().starts_with("/sign-in"));
        browser.sign_in(app, "sara@example.com").await;
        lacks(&browser.get(PAGE).await.expect(403), &["3 vouchers"]);
        browser.submit(PAGE, &[("count", "3"), ("action", "pause")]).await.expect(403);
        assert_eq!(app.number("SELECT COUNT(*) FROM bulk_operations").await, 0);
    }
}
