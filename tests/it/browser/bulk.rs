//! Many vouchers at once, in Chromium: made from a pattern and watched until they are done; imported from a file.

use crate::harness::{Look, Setup, Tab, TestApp, on_both};

const JOB: &str = "issue-in-bulk";

/// The tab of somebody who administers the Sovereign.
async fn administrator(app: &TestApp, look: Look, email: &str) -> Tab {
    let tab = app.chromium(look).await;
    tab.open("/sign-in").await.expect(200);
    tab.sign_in(app, email).await.expect(200);
    app.execute("UPDATE users SET role = 'sovereign-admin'").await;
    tab
}

async fn codes_are_made(app: &TestApp, look: Look, email: &str) {
    let tab = administrator(app, look, email).await;
    tab.open("/admin/vouchers").await.expect(200);
    tab.press(look.says("Many at once", "قسائم كثيرة دفعة واحدة")).await.expect(200);
    tab.press(look.says("Make many codes", "إنشاء رموز كثيرة")).await.expect(200);
    tab.fill(look.says("How many", "العدد"), "2500").await;
    tab.fill(look.says("What each code begins with", "ما يبدأ به كل رمز"), "omantel-").await;
    tab.choose(look.says("What they are", "نوع هذه الحروف"), look.says("Digits", "أرقام")).await;
    tab.check(look.says("End each code with a check character", "اختم كل رمز بحرف تحقق")).await;
    tab.fill(look.says("Credit in OMR", "الرصيد بعملة OMR"), "20").await;
    tab.press(look.says("Show examples", "اعرض أمثلة")).await.expect(200);
    tab.has(&["OMANTEL-", "50000.000"]).await;
    tab.press(look.says("Make them", "أنشئها")).await.expect(200);
    tab.has(&[look.says("running", "جارٍ")]).await;
    app.run_job(JOB).await;
    if look.has_script {
        // It says so by itself.
        tab.wait_for(look.says("2500 of 2500", "2500 من 2500")).await;
    } else {
        tab.press(look.says("Look again", "حدّث الصفحة")).await.expect(200);
    }
    tab.has(&[look.says("done", "تمّ")]).await;
    tab.press(look.says("Look at them", "انظر إليها")).await.expect(200);
    tab.has(&["OMANTEL-", "20.000"]).await;
    assert_eq!(tab.take_errors().await, [""; 0]);
    tab.close().await;
}

async fn a_file_is_imported(app: &TestApp, look: Look, (email, code): (&str, &str)) {
    let tab = administrator(app, look, email).await;
    tab.open("/admin/vouchers/bulk").await.expect(200);
    tab.press(look.says("Import vouchers", "استيراد قسائم")).await.expect(200);
    let label = look.says("A file of vouchers", "ملف قسائم");
    let check = look.says("Check the file", "افحص الملف");
    tab.attach(label, "codes.csv", &format!("code,credit\n{code},0\n")).await;
    tab.press(check).await.expect(400);
    tab.has(&[look.says("Write a whole number", "اكتب عددًا صحيحًا")]).await;
    tab.attach(label, "codes.csv", &format!("code,credit,description\n{code},30,صيدليات\n")).await;
    tab.press(check).await.expect(200);
    tab.has(&[look.says("The file is fine.", "الملف سليم."), "30.000"]).await;
    tab.press(look.says("Issue them", "أصدرها")).await.expect(200);
    app.run_job(JOB).await;
    tab.reload().await.expect(200);
    tab.press(look.says("Look at them", "انظر إليها")).await.expect(200);
    tab.has(&[code, "صيدليات"]).await;
    assert_eq!(tab.take_errors().await, [""; 0]);
    tab.close().await;
}

on_both! {
    async fn from_a_pattern(app: &TestApp, Setup::with_mail()) {
        codes_are_made(app, Look::DESKTOP, "maryam@example.com").await;
        codes_are_made(app, Look::PHONE.arabic().without_script(), "yusuf@example.com").await;
    }

    async fn from_a_file(app: &TestApp, Setup::with_mail()) {
        a_file_is_imported(app, Look::PHONE, ("maryam@example.com", "FILE-1")).await;
        a_file_is_imported(app, Look::DESKTOP.arabic(), ("yusuf@example.com", "FILE-2")).await;
    }
}
