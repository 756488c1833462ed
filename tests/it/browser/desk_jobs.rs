//! What whoever administers a Sovereign does with vouchers that are there, with reports and with the branding, in
//! Chromium.

use serde_json::json;

use super::administration::{done, signed_in};
use super::files::{Saved, file_behind, look_of, rows};
use crate::campaigns::{campaign, issue_in};
use crate::harness::{Setup, Tab, TestApp, on_both};

const MARYAM: (&str, &str) = ("maryam@example.com", "sovereign-admin");
const YUSUF: (&str, &str) = ("yusuf@example.com", "sovereign-admin");
const REVOKED: &str = "SELECT COUNT(*) FROM promo_codes WHERE deleted_at IS NOT NULL";
const BRANDED: &str = "SELECT COUNT(*) FROM branding WHERE version > 0";
const SVG: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><path d=\"M0 0h8v8z\"/></svg>";

/// All that the list has for a filter are revoked, once somebody has typed how many they are.
async fn many_are_revoked(app: &TestApp, tab: &Tab) {
    let look = tab.look;
    tab.open("/admin/vouchers").await.expect(200);
    tab.fill(look.says("Code, or a part of it", "الرمز أو جزء منه"), "gift").await;
    tab.press(look.says("Show", "اعرض")).await.expect(200);
    tab.press(look.says("Change all of these", "غيّر كل هذه")).await.expect(200);
    tab.has(&[
        look.says("2 vouchers are like that.", "قسيمتان بهذه الصفة."),
        look.says("Nobody holds any of the credit.", "لا عميل لديه رصيد منها."),
    ])
    .await;
    tab.check(look.says("Revoke: they are gone for customers", "إلغاء: تختفي عن العملاء")).await;
    let change = look.says("Change them", "غيّرها");
    tab.press(change).await.expect(400);
    tab.has(&[look.says("Type how many they are", "اكتب عددها")]).await;
    assert_eq!(app.number("SELECT COUNT(*) FROM bulk_operations").await, 0);
    let many = look.says("To revoke them, type how many they are: 2", "لإلغائها اكتب عددها: 2");
    tab.fill(many, "2").await;
    tab.press(change).await.expect(200);
    tab.has(&[look.says("They are being changed.", "يجري تغييرها."), look.says("running", "جارٍ")])
        .await;
    app.run_job("issue-in-bulk").await;
    tab.reload().await.expect(200);
    tab.has(&[look.says("2 vouchers revoked", "إلغاء قسيمتين"), look.says("done", "تمّ")]).await;
    assert_eq!(app.number(REVOKED).await, 2);
}

/// From the page of what was done to them.
async fn that_is_undone(app: &TestApp, tab: &Tab) {
    let look = tab.look;
    tab.press(look.says("Undo", "تراجع")).await.expect(200);
    tab.has(&[look.says("It is being undone.", "يجري التراجع عن ذلك.")]).await;
    app.run_job("issue-in-bulk").await;
    tab.reload().await.expect(200);
    tab.has(&[look.says("2 vouchers brought back", "إعادة قسيمتين"), look.says("done", "تمّ")])
        .await;
    assert_eq!(app.number(REVOKED).await, 0);
    tab.open("/admin/vouchers?q=gift&status=live").await.expect(200);
    tab.has(&["GIFT-1", "GIFT-2"]).await;
}

/// Two of them are live, of the campaign and tagged; each of the others lacks one of that.
async fn shop_vouchers(app: &TestApp) {
    campaign(app, "Shops", json!({})).await;
    let paused = json!({
        "code": "SHOP-20", "credit_omr": 20, "campaign_id": "Shops", "active": false,
    });
    app.issue_as(paused).await;
    app.issue("SHOP-25", 25, 0).await;
    for (code, credit) in [("SHOP-10", 10), ("SHOP-30", 30), ("SHOP-40", 40), ("KIOSK-10", 10)] {
        issue_in(app, "Shops", code, credit).await;
    }
    for code in ["SHOP-10", "SHOP-20", "SHOP-25", "SHOP-30", "KIOSK-10"] {
        let path = format!("/billing/vouchers/code/{code}/tags/paper");
        app.sovereign_admin().put(&path, &json!({})).await.expect(200);
    }
}

/// What is looked for, and in which order, stands in the address, which shows somebody else the same.
async fn they_are_found(tab: &Tab, second: &Tab) {
    let look = tab.look;
    tab.open("/admin/vouchers").await.expect(200);
    tab.fill(look.says("Code, or a part of it", "الرمز أو جزء منه"), "shop").await;
    tab.choose(look.says("Status", "الحالة"), look.says("live", "سارية")).await;
    tab.fill(look.says("Campaign", "الحملة"), "Shops").await;
    tab.choose(look.says("Tag", "الوسم"), "paper").await;
    let order = look.says("Order", "الترتيب");
    tab.choose(order, look.says("Lowest credit first", "الأقل رصيدًا أولًا")).await;
    tab.press(look.says("Show", "اعرض")).await.expect(200);
    let found = json!(["SHOP-10", "SHOP-30"]);
    assert_eq!(rows(tab).await, found);
    let address = tab.address().await;
    let asked = "q=shop&status=live&campaign=Shops&tag=paper&sort=credit_asc";
    assert_eq!(address, format!("/admin/vouchers?{asked}"));
    second.open(&address).await.expect(200);
    assert_eq!(rows(second).await, found);
    assert_eq!(second.value(look.says("Code, or a part of it", "الرمز أو جزء منه")).await, "shop");
    assert_eq!(second.value(order).await, "credit_asc");
}

/// The file has what the list has, and no more.
async fn they_are_a_file(tab: &Tab) {
    let link = tab.look.says("All of these as a file (CSV)", "كل هذه القسائم في ملف (CSV)");
    let file = file_behind(tab, "main", link).await;
    assert_eq!((&*file.kind, &*file.name), ("text/csv; charset=utf-8", "vouchers.csv"));
    let lines: Vec<_> = file.text().lines().collect();
    assert!(lines[0].starts_with("\u{feff}code,status,"), "{}", lines[0]);
    let mut codes: Vec<_> = lines[1..].iter().map(|line| line.split(',').next().unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["SHOP-10", "SHOP-30"]);
}

/// What is looked for is kept under a name, for the other administrator too, until somebody forgets it.
async fn they_are_kept(app: &TestApp, tab: &Tab, second: &Tab) {
    let look = tab.look;
    tab.send(&[("view", "Paper"), ("act", "keep")]).await.expect(200);
    tab.has(&[look.says("The list is kept.", "حُفظت القائمة.")]).await;
    let kept = app.sovereign_admin().get("/billing/vouchers/views").await.expect(200);
    assert_eq!(kept[0]["name"], "Paper");
    second.open("/admin/vouchers").await.expect(200);
    second.press("Paper").await.expect(200);
    assert_eq!(rows(second).await, json!(["SHOP-10", "SHOP-30"]));
    let forget = look.says("Keep no longer: Paper", "أزل من المحفوظات: Paper");
    second.press(forget).await.expect(200);
    second.has(&[look.says("The list is kept no longer.", "لم تعد القائمة محفوظة.")]).await;
    assert_eq!(app.number("SELECT COUNT(*) FROM voucher_views").await, 0);
}

#[track_caller]
fn assert_file(file: &Saved, (kind, name): (&str, &str), begins: &[u8]) {
    assert_eq!((&*file.kind, &*file.name), (kind, name));
    let begun = &file.bytes[..file.bytes.len().min(begins.len())];
    assert_eq!(begun, begins, "{name} is no {kind}");
}

/// The QR code of one in both formats, and a sheet of cards of all that are looked for.
async fn they_are_printed(app: &TestApp, tab: &Tab) {
    let look = tab.look;
    tab.open("/admin/vouchers/GIFT-1").await.expect(200);
    assert_eq!(tab.evaluate("document.querySelector('img.qr').naturalWidth > 0").await, true);
    let svg = file_behind(tab, "main", "SVG").await;
    assert_file(&svg, ("image/svg+xml; charset=utf-8", "GIFT-1.svg"), b"<svg ");
    let png = file_behind(tab, "main", "PNG").await;
    assert_file(&png, ("image/png", "GIFT-1.png"), b"\x89PNG\r\n\x1a\n");
    for (format, file) in [("svg", &svg), ("png", &png)] {
        let path = format!("/billing/vouchers/code/GIFT-1/qr?format={format}");
        assert_eq!(app.sovereign_admin().get(&path).await.bytes, file.bytes, "{format}");
    }
    tab.open("/admin/vouchers?q=gift").await.expect(200);
    let cards = look.says("Cards to print (PDF)", "بطاقات للطباعة (PDF)");
    let cards = file_behind(tab, "main", cards).await;
    assert_file(&cards, ("application/pdf", "cards.pdf"), b"%PDF-");
}

/// Whoever has redeemed one cannot again, and somebody new can; asking changes nothing.
async fn a_customer_is_asked_about(app: &TestApp, tab: &Tab) {
    let look = tab.look;
    app.customer("kestrel").await.redeem("GIFT-1").await.expect(200);
    tab.open("/admin/vouchers/GIFT-1").await.expect(200);
    for (customer, verdict) in [
        (
            "kestrel",
            look.says(
                "cannot redeem it again: this Organization has redeemed it.",
                "لا تستطيع استخدامها ثانية، فقد استخدمتها هذه المؤسسة.",
            ),
        ),
        (
            "new@example.com",
            look.says(
                "has not signed in here yet, and can redeem it like everybody who is new.",
                "لم يسجّل الدخول هنا بعد، ويستطيع استخدامها ككل عميل جديد.",
            ),
        ),
    ] {
        let label = look.says("Customer", "العميل");
        tab.fill(label, customer).await;
        tab.press(look.says("Ask", "اسأل")).await.expect(200);
        tab.has(&[customer, verdict]).await;
        assert_eq!(tab.value(label).await, customer);
    }
    let path = "/billing/vouchers/code/GIFT-1/qualifies?customer=kestrel";
    let told = app.sovereign_admin().get(path).await.expect(200);
    assert_eq!(told["verdict"], "voucher_redeemed_by_organization");
    assert_eq!(app.number("SELECT COUNT(*) FROM promo_redemptions").await, 1);
}

/// What happened on some days and not on others, on the page and in its file.
async fn days_are_reported(app: &TestApp, tab: &Tab) {
    let look = tab.look;
    tab.open("/admin/reports").await.expect(200);
    tab.fill(look.says("From day", "من يوم"), "2027-02-01").await;
    tab.fill(look.says("To day", "إلى يوم"), "2027-03-02").await;
    tab.press(look.says("Show", "اعرض")).await.expect(200);
    assert_eq!(tab.address().await, "/admin/reports?from=2027-02-01&to=2027-03-02");
    // What was granted in these days, and what is outstanding now.
    tab.has(&["20.000 OMR", "40.000 OMR"]).await;
    let link = look.says("By day as a file (CSV)", "ملف بالأيام (CSV)");
    let file = file_behind(tab, "section[aria-labelledby=credit]", link).await;
    assert_eq!(file.kind, "text/csv; charset=utf-8");
    let path = "/billing/reports/credit/csv?from=2027-02-01&to=2027-03-02";
    let told = app.sovereign_admin().get(path).await;
    assert_eq!(file.text(), told.text);
    assert!(file.text().contains("2027-03-01,OMR,"), "{}", file.text());
    assert!(!file.text().contains("2027-03-03,"), "{}", file.text());
}

/// It is looked at before it is saved, and then everybody sees it.
async fn the_branding_is_set(app: &TestApp, tab: &Tab) {
    let look = tab.look;
    tab.open("/admin/branding").await.expect(200);
    tab.fill(look.says("Name", "الاسم"), "Kestrel Cloud").await;
    tab.fill(look.says("Colour on light pages", "اللون في الصفحات الفاتحة"), "#9b1c1c").await;
    tab.press(look.says("Look at it", "انظر إليها")).await.expect(200);
    let voucher = look.says("A voucher from Kestrel Cloud", "قسيمة من Kestrel Cloud");
    tab.has(&[voucher, "#9b1c1c", look.says("Nothing is saved yet.", "لم يُحفظ شيء بعد.")]).await;
    assert_eq!(app.number(BRANDED).await, 0);
    tab.press(look.says("Save", "احفظ")).await.expect(200);
    tab.has(&[look.says("The branding is saved.", "حُفظت الهوية.")]).await;
    assert_eq!(app.texts("SELECT name FROM branding").await, ["Kestrel Cloud"]);
    tab.attach(look.says("File", "الملف"), "logo.svg", SVG).await;
    tab.press(look.says("Use this logo", "استخدم هذا الشعار")).await.expect(200);
    tab.has(&[look.says("The logo is saved.", "حُفظ الشعار.")]).await;
    let drawn = "document.querySelector('main img').naturalWidth > 0";
    assert_eq!(tab.evaluate(drawn).await, true);
    let link = look.says("Download the theme (JAR)", "نزّل السمة (JAR)");
    let theme = file_behind(tab, "main", link).await;
    let jar = ("application/java-archive", "sovereign-test-sovereign-example.jar");
    assert_file(&theme, jar, b"PK\x03\x04");
    // An archive names what is in it as it is.
    let listed = b"META-INF/keycloak-themes.json";
    assert!(theme.bytes.windows(listed.len()).any(|part| part == listed));
    let path = "/billing/admin/branding/keycloak-theme";
    assert_eq!(app.sovereign_admin().get(path).await.bytes, theme.bytes);
    tab.open("/").await.expect(200);
    tab.has(&["Kestrel Cloud"]).await;
}

on_both! {
    async fn all_that_are_like_that_are_changed_and_it_is_undone(app: &TestApp, Setup::with_mail()) {
        for code in ["GIFT-1", "GIFT-2", "OTHER-1"] {
            app.issue(code, 5, 0).await;
        }
        let tab = signed_in(app, look_of(app), MARYAM).await;
        many_are_revoked(app, &tab).await;
        that_is_undone(app, &tab).await;
        done(tab).await;
    }

    async fn vouchers_are_found_exported_and_their_list_is_kept(app: &TestApp, Setup::with_mail()) {
        shop_vouchers(app).await;
        let tab = signed_in(app, look_of(app), MARYAM).await;
        let second = signed_in(app, look_of(app), YUSUF).await;
        they_are_found(&tab, &second).await;
        they_are_a_file(&tab).await;
        they_are_kept(app, &tab, &second).await;
        done(tab).await;
        done(second).await;
    }

    async fn vouchers_are_printed(app: &TestApp, Setup::with_mail()) {
        app.issue("GIFT-1", 5, 0).await;
        let tab = signed_in(app, look_of(app), MARYAM).await;
        they_are_printed(app, &tab).await;
        done(tab).await;
    }

    async fn it_is_asked_who_would_qualify(app: &TestApp, Setup::with_mail()) {
        app.issue("GIFT-1", 5, 0).await;
        let tab = signed_in(app, look_of(app), MARYAM).await;
        a_customer_is_asked_about(app, &tab).await;
        done(tab).await;
    }

    async fn reports_are_of_the_days_that_are_chosen(app: &TestApp, Setup::with_mail()) {
        app.issue("TWENTY", 20, 0).await;
        app.customer("omar").await.redeem("TWENTY").await.expect(200);
        app.clock.advance_seconds(2 * 86_400);
        app.customer("lina").await.redeem("TWENTY").await.expect(200);
        let tab = signed_in(app, look_of(app), MARYAM).await;
        days_are_reported(app, &tab).await;
        done(tab).await;
    }

    async fn the_branding_is_looked_at_and_saved(app: &TestApp, Setup::with_mail()) {
        let tab = signed_in(app, look_of(app), MARYAM).await;
        the_branding_is_set(app, &tab).await;
        done(tab).await;
    }
}
