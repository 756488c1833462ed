//! A voucher's page: editing it beside others, pausing, revoking, bringing back.

use serde_json::{Value, json};

use super::{administrator, follow, hidden, lacks};
use crate::harness::{Setup, TestApp, on_both};

const CODE: &str = "OMANTEL-MUSCAT-200";
const PAGE: &str = "/admin/vouchers/OMANTEL-MUSCAT-200";

async fn stored(app: &TestApp) -> Value {
    app.sovereign_admin().get(&format!("/billing/vouchers/code/{CODE}")).await.expect(200)
}

on_both! {
    async fn an_edit_counts_from_then_on(app: &TestApp, Setup::with_mail()) {
        app.issue(CODE, 200, 5).await;
        let kestrel = app.customer("kestrel").await;
        kestrel.redeem(CODE).await.expect(200);
        let mut browser = administrator(app, "maryam").await;
        let page = browser.get("/admin/vouchers/omantel-muscat-200").await.expect(200);
        page.has(&["1 of 5", "value=\"200\"", "An edit counts for those who redeem from now on", "/redeem?code=OMANTEL-MUSCAT-200"]);
        let fields = [("credit", "150"), ("cap", ""), ("days", "90"), ("description", "New"), ("seen", &hidden(&page, "seen"))];
        // Looking changes nothing.
        let look = browser.submit(PAGE, &[&fields[..], &[("act", "look")]].concat()).await.expect(200);
        look.has(&["What customers would see", "150.000", "90 days", "value=\"150\""]);
        assert_eq!(stored(app).await["credit_omr"], 200);
        let saved = browser.submit(PAGE, &[&fields[..], &[("act", "save")]].concat()).await;
        follow(&mut browser, &saved, "The voucher is saved.").await;
        let voucher = stored(app).await;
        assert_eq!((&voucher["credit_omr"], &voucher["max_redemptions"]), (&json!(150), &json!(0)));
        let balance = kestrel.client.get(&format!("/billing/balance?tenant_id={}", kestrel.tenant_id)).await;
        assert_eq!(balance.expect(200)["credit_baisa"], 200_000);
        browser.get("/redeem?code=OMANTEL-MUSCAT-200").await.expect(200).has(&["150.000"]);
    }

    /// Two open the page; both save. The second is told, with the difference, and may then insist.
    async fn the_second_of_two_is_told_with_the_difference(app: &TestApp, Setup::with_mail()) {
        app.issue(CODE, 200, 5).await;
        let mut maryam = administrator(app, "maryam").await;
        let mut yusuf = administrator(app, "yusuf").await;
        let seen = hidden(&maryam.get(PAGE).await.expect(200), "seen");
        yusuf.get(PAGE).await.expect(200);
        let of_maryam = [("credit", "150"), ("cap", "5"), ("description", "Hers"), ("seen", &*seen)];
        maryam.submit(PAGE, &of_maryam).await.location();

        let of_yusuf = [("credit", "200"), ("cap", "50"), ("description", "His"), ("seen", &*seen)];
        let told = yusuf.submit(PAGE, &of_yusuf).await.expect(409);
        told.has(&[
            "Somebody else has edited this voucher",
            "<bdi>150</bdi>", "<bdi>200</bdi>", "<bdi>5</bdi>", "<bdi>50</bdi>", "<bdi>Hers</bdi>", "<bdi>His</bdi>",
            "data-takes-focus",
            // What he typed is still in the form.
            "value=\"50\"",
        ]);
        assert_eq!(stored(app).await["description"], "Hers");

        let again = hidden(&told, "seen");
        assert_ne!(again, seen);
        let of_yusuf = [("credit", "200"), ("cap", "50"), ("description", "His"), ("seen", &*again)];
        let saved = yusuf.submit(PAGE, &of_yusuf).await;
        follow(&mut yusuf, &saved, "The voucher is saved.").await;
        assert_eq!(stored(app).await["description"], "His");
    }

    async fn what_is_wrong_is_told_and_kept(app: &TestApp, Setup::with_mail()) {
        app.issue(CODE, 200, 5).await;
        let mut browser = administrator(app, "maryam").await;
        let page = browser.get(PAGE).await.expect(200);
        let fields = [("credit", "0"), ("cap", "many"), ("description", "Kept"), ("seen", &*hidden(&page, "seen"))];
        let again = browser.submit(PAGE, &fields).await.expect(400);
        again.has(&["href=\"#credit\"", "href=\"#cap\"", "value=\"many\"", "Kept"]);
        assert_eq!(stored(app).await["credit_omr"], 200);
    }

    async fn it_is_paused_and_resumed(app: &TestApp, Setup::with_mail()) {
        app.issue(CODE, 200, 5).await;
        let mut browser = administrator(app, "maryam").await;
        browser.get(PAGE).await.expect(200).has(&["value=\"pause\""]);
        let paused = browser.submit(PAGE, &[("act", "pause")]).await;
        let page = follow(&mut browser, &paused, "The voucher is paused.").await;
        page.has(&[">paused<", "value=\"resume\"", "reads that the voucher has ended"]);
        let mut customer = app.browser();
        customer.get("/redeem?code=OMANTEL-MUSCAT-200").await.expect(410);
        let resumed = browser.submit(PAGE, &[("act", "resume")]).await;
        follow(&mut browser, &resumed, "can be redeemed again").await;
        customer.get("/redeem?code=OMANTEL-MUSCAT-200").await.expect(200);
        let voucher = stored(app).await;
        assert_eq!((&voucher["credit_omr"], &voucher["max_redemptions"]), (&json!(200), &json!(5)));
        // Each is in the log, with how it was before.
        let entries = "SELECT COUNT(*) FROM audit_log WHERE action = 'voucher.issue' AND before IS NOT NULL";
        assert_eq!(app.number(entries).await, 2);
    }

    async fn it_is_revoked_by_its_code_and_brought_back(app: &TestApp, Setup::with_mail()) {
        app.issue(CODE, 200, 5).await;
        app.customer("kestrel").await.redeem(CODE).await.expect(200);
        let mut browser = administrator(app, "maryam").await;
        browser.get(PAGE).await.expect(200);
        for typed in ["", "OMANTEL", "yes"] {
            let page = browser.submit(PAGE, &[("act", "revoke"), ("confirm", typed)]).await.expect(400);
            page.has(&["href=\"#confirm\"", "<details open>", &format!("value=\"{typed}\"")]);
        }
        assert_eq!(stored(app).await["status"], "live");
        let fields = [("act", "revoke"), ("confirm", "omantel-muscat-200")];
        let revoked = browser.submit(PAGE, &fields).await;
        let page = follow(&mut browser, &revoked, "The voucher is revoked.").await;
        page.has(&[">revoked<", "Bring it back", "reads that no voucher has this code"]);
        lacks(&page, &["value=\"pause\"", "value=\"revoke\""]);
        app.browser().get("/redeem?code=OMANTEL-MUSCAT-200").await.expect(404);
        // Pressed again from a page of before, nothing more happens.
        for act in ["revoke", "pause"] {
            let late = browser.submit(PAGE, &[("act", act), ("confirm", CODE)]).await;
            follow(&mut browser, &late, "Somebody else has revoked this voucher meanwhile.").await;
        }

        let seen = hidden(&page, "seen");
        let fields = [("credit", "100"), ("cap", "5"), ("seen", &*seen)];
        let back = browser.submit(PAGE, &fields).await;
        follow(&mut browser, &back, "The voucher is back.").await;
        let voucher = stored(app).await;
        assert_eq!((&voucher["status"], &voucher["times_redeemed"]), (&json!("live"), &json!(1)));
        app.browser().get("/redeem?code=OMANTEL-MUSCAT-200").await.expect(200).has(&["100.000"]);
    }

    /// An earlier service let a code be anything.
    async fn adopted_codes_have_pages(app: &TestApp, Setup::with_mail()) {
        app.issue("GIFT-1", 5, 0).await;
        let mut browser = administrator(app, "maryam").await;
        for code in ["50% OFF", "A&B=C+D", "a/b?c#d", "رصيد", "\"><script>"] {
            app.execute(&format!("UPDATE promo_codes SET code = '{code}'")).await;
            let list = browser.get("/admin/vouchers").await.expect(200);
            let (_, link) = list.text.split_once("<th scope=\"row\"><a href=\"").unwrap();
            let link = link.split('"').next().unwrap().to_owned();
            browser.get(&link).await.expect(200).has(&["value=\"5\""]);
            let paused = browser.submit(&link, &[("act", "pause")]).await;
            follow(&mut browser, &paused, "The voucher is paused.").await;
            let revoked = browser.submit(&link, &[("act", "resume")]).await;
            follow(&mut browser, &revoked, "can be redeemed again").await;
        }
    }

    async fn one_that_nobody_issued(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        browser.get("/console").await.expect(200);
        for path in ["/admin/vouchers/NOTHING-1", "/admin/vouchers/x", "/admin/vouchers/%3Cscript%3E", "/admin/vouchers/a%00b"] {
            browser.get(path).await.expect(404).has(&["There is no such voucher"]);
            browser.submit(path, &[("act", "pause")]).await.expect(404);
        }
    }
}
