//! The superadmin's pages of orders: found, looked at, refunded once.

use super::{administrator, follow, hidden, lacks, superadmin};
use crate::harness::{Setup, on_both};
use crate::refunds::{paid, setup};

const LIST: &str = "/admin/orders";

on_both! {
    async fn only_for_the_superadmin(app: &TestApp, Setup::with_mail()) {
        let order = app.customer("kestrel").await.checkout("flexi", "").await.expect(200);
        let page = format!("{LIST}/{}", order["order_id"].as_str().unwrap());
        let mut browser = administrator(app, "maryam").await;
        lacks(&browser.get("/admin/vouchers").await.expect(200), &["href=\"/admin/orders\""]);
        for path in [LIST, &page] {
            let shown = browser.get(path).await.expect(403);
            shown.has(&["This takes another role"]);
            lacks(&shown, &["kestrel"]);
        }
        browser.submit(&page, &[("act", "refund"), ("reason", "mine")]).await.expect(403);
        assert_eq!(app.number("SELECT COUNT(*) FROM refunds").await, 0);
    }

    async fn they_are_listed_and_found(app: &TestApp, Setup::with_mail()) {
        let mut browser = superadmin(app).await;
        browser.get(LIST).await.expect(200).has(&["Nobody has ordered anything yet.", "href=\"/admin/orders\" aria-current=\"page\""]);
        app.issue("TWENTY", 20, 0).await;
        let kestrel = app.customer("kestrel").await;
        kestrel.checkout("m", "TWENTY").await.expect(200);
        app.customer("osprey").await.checkout("flexi", "").await.expect(200);
        app.revoke("TWENTY").await;
        let list = browser.get(LIST).await.expect(200);
        list.has(&["kestrel", "osprey", "9.000\u{a0}OMR", "TWENTY", ">revoked<", ">completed<", "First order"]);
        let found = browser.get(&format!("{LIST}?code=twenty&status=completed")).await.expect(200);
        found.has(&["kestrel", "value=\"twenty\"", "value=\"completed\" selected", "Show all"]);
        lacks(&found, &["osprey"]);
        let own = browser.get(&format!("{LIST}?organization={}", kestrel.tenant_id)).await.expect(200);
        own.has(&["These are the orders of one Organization."]);
        lacks(&own, &["osprey"]);
        browser.get(&format!("{LIST}?code=NONE")).await.expect(200).has(&["No order is like that."]);
        browser.get(&format!("{LIST}?after=x")).await.expect(400).has(&["href=\"#code\""]);
        browser.get(&format!("{LIST}/x")).await.expect(404).has(&["There is no such order"]);
        browser.language = "ar";
        browser.get(LIST).await.expect(200).has(&["dir=\"rtl\"", "الطلبات", "ملغاة"]);
    }

    /// A voucher's page leads the superadmin to its orders, and shows others what they came to.
    async fn a_vouchers_page_has_its_orders(app: &TestApp, Setup::with_mail()) {
        app.issue("TWENTY", 20, 0).await;
        let order = app.customer("kestrel").await.checkout("m", "TWENTY").await.expect(200);
        app.customer("osprey").await.redeem("TWENTY").await.expect(200);
        let link = format!("{LIST}/{}", order["order_id"].as_str().unwrap());
        let of_root = superadmin(app).await.get("/admin/vouchers/TWENTY").await.expect(200);
        of_root.has(&[&format!("<a href=\"{link}\"><bdi dir=\"ltr\">9.000"), "href=\"/admin/orders?code=TWENTY\""]);
        let of_other = administrator(app, "maryam").await.get("/admin/vouchers/TWENTY").await.expect(200);
        of_other.has(&["9.000\u{a0}OMR"]);
        lacks(&of_other, &["/admin/orders"]);
        let rows = app.sovereign_admin().get("/billing/vouchers/code/TWENTY/redemptions").await.expect(200);
        assert_eq!(rows[0].get("order_id"), None);
        assert_eq!((&rows[1]["order_id"], rows[1]["order_minor"].as_i64()), (&order["order_id"], Some(9_000)));
    }

    /// A part, then the rest; each once, however often the button is pressed.
    async fn an_order_is_refunded(app: &TestApp, setup()) {
        paid(app, "kestrel").await;
        let mut browser = superadmin(app).await;
        let order = app.superadmin().get("/billing/admin/orders").await.expect(200);
        let page = format!("{LIST}/{}", order[0]["id"].as_str().unwrap());
        let shown = browser.get(&page).await.expect(200);
        shown.has(&["9.000\u{a0}OMR", "4.000\u{a0}OMR", "5.000\u{a0}OMR", "Nothing of it was given back.", "FOUR"]);
        let key = hidden(&shown, "key");
        let part = [("act", "refund"), ("key", &*key), ("amount", "0.9"), ("reason", "asked for")];
        for _ in 0..2 {
            let pressed = browser.submit(&page, &part).await;
            follow(&mut browser, &pressed, "The order is refunded.").await.has(&["0.900\u{a0}OMR", "0.400\u{a0}OMR", "0.500\u{a0}OMR", "asked for", ">done<"]);
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM refunds").await, 1);
        let again = [("act", "refund"), ("key", &*key), ("amount", "1"), ("reason", "asked for")];
        browser.submit(&page, &again).await.expect(409).has(&["This form was sent before"]);
        let rest = [("act", "refund"), ("key", "b"), ("amount", ""), ("reason", "all of it"), ("frees", "yes")];
        let pressed = browser.submit(&page, &rest).await;
        let after = follow(&mut browser, &pressed, "The order is refunded.").await;
        lacks(&after, &["name=\"reason\""]);
        assert_eq!(app.stripe().all("refund").len(), 2);
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_redemptions WHERE state = 'released'").await, 1);
    }

    async fn what_is_wrong_is_told_at_its_field(app: &TestApp, setup()) {
        paid(app, "kestrel").await;
        let mut browser = superadmin(app).await;
        let order = app.superadmin().get("/billing/admin/orders").await.expect(200);
        let page = format!("{LIST}/{}", order[0]["id"].as_str().unwrap());
        browser.get(&page).await.expect(200);
        let wrong = [("act", "refund"), ("amount", "much"), ("reason", " ")];
        browser.submit(&page, &wrong).await.expect(400).has(&["href=\"#amount\"", "href=\"#reason\"", "value=\"much\""]);
        let much = [("act", "refund"), ("key", "a"), ("amount", "9.010"), ("reason", "x")];
        browser.submit(&page, &much).await.expect(400).has(&["At most 9.000\u{a0}OMR can go back"]);
        assert_eq!(app.number("SELECT COUNT(*) FROM refunds").await, 0);
        // After ten minutes it takes a fresh sign-in, and nothing happens without.
        app.clock.advance_seconds(601);
        browser.get(&page).await.expect(200).has(&["This needs a fresh sign-in", "/sign-in?return_to=%2Fadmin%2Forders%2F"]);
        let good = [("act", "refund"), ("key", "a"), ("amount", "1"), ("reason", "x")];
        browser.submit(&page, &good).await.expect(401).has(&["This needs a fresh sign-in"]);
        assert_eq!(app.number("SELECT COUNT(*) FROM refunds").await, 0);
    }

    /// One that failed is sent again, and only such a one.
    async fn a_failed_refund_is_sent_again(app: &TestApp, setup()) {
        paid(app, "kestrel").await;
        let mut browser = superadmin(app).await;
        let order = app.superadmin().get("/billing/admin/orders").await.expect(200);
        let page = format!("{LIST}/{}", order[0]["id"].as_str().unwrap());
        let key = hidden(&browser.get(&page).await.expect(200), "key");
        let fields = [("act", "refund"), ("key", &*key), ("amount", ""), ("reason", "asked for")];
        browser.submit(&page, &fields).await.location();
        let refund = app.texts(&format!("SELECT {} FROM refunds", app.uuid_as_text("id"))).await.remove(0);
        let retry = [("act", "retry"), ("refund", &*refund)];
        let pressed = browser.submit(&page, &retry).await;
        follow(&mut browser, &pressed, "Nothing was sent").await;
        app.execute("UPDATE refunds SET status = 'failed'").await;
        browser.get(&page).await.expect(200).has(&[">failed<", "Send it again"]);
        let pressed = browser.submit(&page, &retry).await;
        follow(&mut browser, &pressed, "The refund is sent to the card again.").await;
        assert_eq!(app.number("SELECT CAST(attempt AS bigint) FROM refunds").await, 2);
    }

    /// The card was charged by another Sovereign: here the credit goes back, and the page says where the card is refunded.
    async fn a_card_that_another_sovereign_charged(app: &TestApp, setup()) {
        paid(app, "kestrel").await;
        app.execute("UPDATE card_payments SET foreign_fqdn = 'b.example'").await;
        let mut browser = superadmin(app).await;
        let order = app.superadmin().get("/billing/admin/orders").await.expect(200);
        let page = format!("{LIST}/{}", order[0]["id"].as_str().unwrap());
        let shown = browser.get(&page).await.expect(200);
        shown.has(&["b.example", "can refund it. Here the credit can go back.", "all the credit that is left"]);
        lacks(&shown, &["Can go back to the card"]);
        let key = hidden(&shown, "key");
        let much = [("act", "refund"), ("key", &*key), ("amount", "4.5"), ("reason", "x")];
        browser.submit(&page, &much).await.expect(400).has(&["At most 4.000\u{a0}OMR can go back"]);
        let all = [("act", "refund"), ("key", &*key), ("amount", ""), ("reason", "asked for")];
        let pressed = browser.submit(&page, &all).await;
        let after = follow(&mut browser, &pressed, "The order is refunded.").await;
        lacks(&after, &["name=\"reason\""]);
        let back = "SELECT COUNT(*) FROM refunds WHERE credit_minor = 4000 AND card_minor = 0";
        assert_eq!(app.number(back).await, 1);
        browser.language = "ar";
        browser.get(&page).await.expect(200).has(&["b.example", "لا يُعاد مبلغها إلا من هناك"]);
    }
}
