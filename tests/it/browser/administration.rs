//! What whoever administers a Sovereign does all day, in Chromium: campaigns and their vouchers, two who edit one,
//! vouchers by mail, and what only the superadmin has.

use serde_json::json;

use crate::harness::{Look, Setup, Tab, TestApp, on_both};

/// The tab of somebody with this role.
pub(super) async fn signed_in(app: &TestApp, look: Look, (email, role): (&str, &str)) -> Tab {
    let tab = app.chromium(look).await;
    tab.open("/sign-in").await.expect(200);
    tab.sign_in(app, email).await.expect(200);
    app.execute(&format!("UPDATE users SET role = '{role}' WHERE email = '{email}'")).await;
    tab
}

pub(super) async fn done(tab: Tab) {
    assert_eq!(tab.take_errors().await, [""; 0]);
    tab.close().await;
}

/// A campaign is made and a voucher issued in it, which is looked at as customers see it before.
async fn a_campaign_with_a_voucher(tab: &Tab, (campaign, code): (&str, &str)) {
    let look = tab.look;
    tab.open("/admin/campaigns/new").await.expect(200);
    tab.fill(look.says("Name", "الاسم"), campaign).await;
    tab.fill(look.says("Budget in OMR", "الميزانية بعملة OMR"), "1000").await;
    tab.press(look.says("Make it", "إنشاء")).await.expect(200);
    tab.has(&[campaign, "1000.000 OMR", look.says("Funnel", "مسار التحويل")]).await;
    tab.press(look.says("Issue a voucher in it", "إصدار قسيمة فيها")).await.expect(200);
    tab.fill(look.says("Code", "الرمز"), code).await;
    tab.fill(look.says("Credit in OMR", "الرصيد بعملة OMR"), "20").await;
    tab.fill(look.says("How often it can be redeemed", "كم مرة يمكن استخدامها"), "5").await;
    if look.has_script {
        // It is shown while it is typed, and follows what is typed next.
        tab.wait_for("20.000").await;
        tab.fill(look.says("Credit in OMR", "الرصيد بعملة OMR"), "25").await;
        tab.wait_for("25.000").await;
        tab.fill(look.says("Credit in OMR", "الرصيد بعملة OMR"), "20").await;
    }
    tab.press(look.says("Show what customers see", "اعرض ما يراه العميل")).await.expect(200);
    tab.has(&["20.000"]).await;
    tab.press(look.says("Issue it", "أصدرها")).await.expect(200);
    tab.has(&[code, campaign]).await;
}

/// The second of two who edit it is told what the first has changed; saved again, theirs counts.
async fn two_edit_it(tab: &Tab, second: &Tab, code: &str) {
    let look = tab.look;
    let path = format!("/admin/vouchers/{code}");
    second.open(&path).await.expect(200);
    tab.open(&path).await.expect(200);
    tab.fill(look.says("Credit in OMR", "الرصيد بعملة OMR"), "30").await;
    tab.press(look.says("Save", "احفظ")).await.expect(200);
    tab.has(&[look.says(
        "The voucher is saved. It counts for those who redeem from now on.",
        "حُفظت القسيمة. ويسري ذلك على من يستخدمها من الآن.",
    )])
    .await;
    second.fill(look.says("How often it can be redeemed", "كم مرة يمكن استخدامها"), "7").await;
    second.press(look.says("Save", "احفظ")).await.expect(409);
    second
        .has(&[look.says("Somebody else has edited this voucher", "عدّل شخص آخر هذه القسيمة"), "30"])
        .await;
    let told = "the server responded with a status of 409";
    assert!(second.take_errors().await.iter().all(|error| error.contains(told)));
    second.fill(look.says("Credit in OMR", "الرصيد بعملة OMR"), "30").await;
    second.press(look.says("Save", "احفظ")).await.expect(200);
    second
        .has(&[look.says(
            "The voucher is saved. It counts for those who redeem from now on.",
            "حُفظت القسيمة. ويسري ذلك على من يستخدمها من الآن.",
        )])
        .await;
}

/// It is tagged, found by its tag in a list that is kept, paused and resumed, revoked by its code and brought back.
async fn a_voucher_is_looked_after(tab: &Tab, (code, tag): (&str, &str)) {
    let look = tab.look;
    let path = format!("/admin/vouchers/{code}");
    tab.open(&path).await.expect(200);
    tab.fill(look.says("Another tag", "وسم آخر"), tag).await;
    tab.press(look.says("Add", "أضف")).await.expect(200);
    tab.press(tag).await.expect(200);
    tab.has(&[code]).await;
    tab.send(&[("view", tag), ("act", "keep")]).await.expect(200);
    tab.has(&[look.says("The list is kept.", "حُفظت القائمة."), code]).await;
    tab.open("/admin/vouchers").await.expect(200);
    tab.press(tag).await.expect(200);
    tab.press(code).await.expect(200);
    tab.press(look.says("Pause", "إيقاف مؤقت")).await.expect(200);
    tab.has(&[look.says(
        "The voucher is paused. Nobody can redeem it until you resume it.",
        "أُوقفت القسيمة. لا يستطيع أحد استخدامها حتى تستأنفها.",
    )])
    .await;
    tab.press(look.says("Resume", "استئناف")).await.expect(200);
    tab.has(&[look.says("The voucher can be redeemed again.", "يمكن استخدام القسيمة من جديد.")])
        .await;
    tab.send(&[("confirm", code), ("act", "revoke")]).await.expect(200);
    tab.has(&[look.says(
        "The voucher is revoked. You can bring it back here.",
        "أُلغيت القسيمة. يمكنك إعادتها من هنا.",
    )])
    .await;
    tab.press(look.says("Bring it back", "إعادتها")).await.expect(200);
    tab.has(&[look.says("The voucher is back.", "عادت القسيمة.")]).await;
}

async fn vouchers_go_by_mail(app: &TestApp, tab: &Tab, to: &str) {
    let look = tab.look;
    tab.open("/admin/vouchers/bulk").await.expect(200);
    tab.press(look.says("Vouchers by mail", "قسائم بالبريد الإلكتروني")).await.expect(200);
    tab.press(look.says("Send vouchers by mail", "إرسال قسائم بالبريد الإلكتروني"))
        .await
        .expect(200);
    tab.fill(look.says("E-mail addresses", "عناوين البريد الإلكتروني"), to).await;
    tab.fill(look.says("Your message", "رسالتك"), "Welcome back").await;
    tab.fill(look.says("Credit in OMR", "الرصيد بعملة OMR"), "15").await;
    tab.press(look.says("Show the letter", "اعرض الرسالة")).await.expect(200);
    tab.has(&["15.000", "Welcome back"]).await;
    tab.press(look.says("Send them", "أرسلها")).await.expect(200);
    for job in ["issue-in-bulk", "send-mailings", "send-mailings"] {
        app.run_job(job).await;
    }
    tab.reload().await.expect(200);
    tab.has(&[to, look.says("done", "تمّ")]).await;
    let letter = app.sink().next_to(to).await.text.unwrap();
    assert!(letter.contains("Welcome back") && letter.contains("15.000"), "{letter}");
}

/// A price of the catalog and of a tier, a refund, a suspension, and what the log says of them.
async fn the_superadmin_works(app: &TestApp, tab: &Tab, (customer, price): (&str, &str)) {
    let look = tab.look;
    tab.open("/admin/catalog/plans/flexi").await.expect(200);
    tab.send(&[("price", price), ("act", "save")]).await.expect(200);
    tab.has(&[look.says("The entry is saved.", "حُفظ العنصر.")]).await;
    tab.open("/admin/catalog").await.expect(200);
    tab.send(&[("price-basic", price)]).await.expect(200);
    assert!(tab.html().await.contains(&format!("name=\"price-basic\" value=\"{price}\"")));
    let customer = app.customer(customer).await;
    let placed = customer.checkout("m", "PLENTY").await.expect(200);
    tab.open(&format!("/admin/orders/{}", placed["order_id"].as_str().unwrap())).await.expect(200);
    tab.send(&[("amount", "2"), ("reason", "asked for"), ("act", "refund")]).await.expect(200);
    tab.has(&["asked for", "2.000 OMR"]).await;
    tab.open(&format!("/admin/organizations/{}", customer.tenant_id)).await.expect(200);
    tab.press(look.says("Suspend", "أوقفها")).await.expect(200);
    tab.press(look.says("End the suspension", "أنهِ الإيقاف")).await.expect(200);
    tab.open("/admin/audit?action=catalog.change").await.expect(200);
    tab.has(&["plan/flexi", "root@example.com"]).await;
}

on_both! {
    async fn of_campaigns_and_vouchers(app: &TestApp, Setup::with_mail()) {
        for (look, names) in [
            (Look::DESKTOP, ("Spring", "SPRING-20", "spring bills")),
            (Look::PHONE.arabic().without_script(), ("الربيع", "RABIE-20", "فواتير")),
        ] {
            let (campaign, code, tag) = names;
            let [one, other] = ["maryam", "yusuf"].map(|name| format!("{name}-{}@example.com", code.to_lowercase()));
            let tab = signed_in(app, look, (&one, "sovereign-admin")).await;
            let second = signed_in(app, look, (&other, "sovereign-admin")).await;
            a_campaign_with_a_voucher(&tab, (campaign, code)).await;
            two_edit_it(&tab, &second, code).await;
            a_voucher_is_looked_after(&tab, (code, tag)).await;
            done(tab).await;
            done(second).await;
        }
    }

    async fn by_mail(app: &TestApp, Setup::with_mail()) {
        for (look, name) in [(Look::DESKTOP, "zahra"), (Look::PHONE.arabic().without_script(), "jaber")] {
            let email = format!("maryam-{name}@example.com");
            let tab = signed_in(app, look, (&email, "sovereign-admin")).await;
            vouchers_go_by_mail(app, &tab, &format!("{name}@example.com")).await;
            done(tab).await;
        }
    }

    async fn of_the_superadmin(app: &TestApp, Setup::with_mail()) {
        app.issue_as(json!({ "code": "PLENTY", "credit_omr": 100 })).await;
        for (look, of) in [
            (Look::DESKTOP, ("kestrel", "11.000")),
            (Look::PHONE.arabic().without_script(), ("heron", "12.500")),
        ] {
            let tab = signed_in(app, look, ("root@example.com", "superadmin")).await;
            the_superadmin_works(app, &tab, of).await;
            done(tab).await;
        }
    }
}
