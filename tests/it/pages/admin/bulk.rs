//! Many vouchers at once in pages: made from a pattern, watched, stopped, and imported from a file.

use serde_json::json;

use super::{administrator, follow, hidden, lacks};
use crate::bulk::{ask, file, issued};
use crate::campaigns::campaign;
use crate::harness::{Setup, on_both};

const LIST: &str = "/admin/vouchers/bulk";
const NEW: &str = "/admin/vouchers/bulk/new";
const IMPORT: &str = "/admin/vouchers/import";
const JOB: &str = "issue-in-bulk";

on_both! {
    async fn only_for_administrators(app: &TestApp, Setup::with_mail()) {
        let asked = ask(app, 1, json!({ "prefix": "SECRET-" })).await;
        let page = format!("{LIST}/{}", asked["id"].as_str().unwrap());
        let mut browser = app.browser();
        assert!(browser.get(&page).await.location().starts_with("/sign-in"));
        browser.sign_in(app, "sara@example.com").await;
        for path in [LIST, NEW, &page, IMPORT] {
            let shown = browser.get(path).await.expect(403);
            shown.has(&["This takes another role"]);
            lacks(&shown, &["SECRET-"]);
        }
        browser.submit(&page, &[("act", "cancel")]).await.expect(403);
        browser.submit(NEW, &[("count", "1"), ("credit", "1")]).await.expect(403);
        browser.upload(IMPORT, "code,credit\nA-1,5\n").await.expect(403).has(&["This takes another role"]);
        assert_eq!(app.number("SELECT COUNT(*) FROM bulk_operations WHERE state = 'running'").await, 1);
    }

    /// From a pattern that is looked at to codes that are listed and taken along.
    async fn codes_are_looked_at_and_made(app: &TestApp, Setup::with_mail()) {
        campaign(app, "Bills", json!({})).await;
        let mut browser = administrator(app, "maryam").await;
        browser.get("/admin/vouchers").await.expect(200).has(&["href=\"/admin/vouchers/bulk\""]);
        browser.get(LIST).await.expect(200).has(&["Nothing yet", "href=\"/admin/vouchers/bulk/new\"", "href=\"/admin/vouchers/import\""]);
        let form = browser.get(NEW).await.expect(200);
        form.has(&["name=\"cap\" value=\"1\"", "value=\"clear\" selected"]);
        let id = hidden(&form, "id");
        let fields = [
            ("id", &*id), ("count", "١٬٥٠٠"), ("prefix", "muscat-"), ("check", "yes"), ("credit", "20"), ("cap", "1"),
            ("days", "90"), ("description", "صيدليات"), ("campaign", ""),
        ];
        let looked = browser.submit(NEW, &[&fields[..], &[("act", "look")]].concat()).await.expect(200);
        looked.has(&["1500 vouchers, worth", "30000.000", "73 bits", "MUSCAT-", "20.000", "value=\"muscat-\"", " checked"]);
        assert_eq!(app.number("SELECT COUNT(*) FROM bulk_operations").await, 0);
        let made = browser.submit(NEW, &[&fields[..], &[("act", "make")]].concat()).await;
        assert_eq!(made.location(), format!("{LIST}/{id}"));
        let page = follow(&mut browser, &made, "The codes are being made.").await;
        // In a hurry, or after going back, the same form begins nothing more.
        browser.submit(NEW, &[&fields[..], &[("act", "make")]].concat()).await.location();
        let other = [&fields[2..], &[("id", &*id), ("count", "7"), ("act", "make")]].concat();
        browser.submit(NEW, &other).await.expect(409).has(&["This form was sent before", "href=\"#count\""]);
        page.has(&[">running<", "0 of 1500", "MUSCAT-••••", "data-follows", "value=\"cancel\"", "30000.000"]);
        app.run_job(JOB).await;
        let page = browser.get(made.location()).await.expect(200);
        page.has(&[">done<", "1500 of 1500", &format!("href=\"/admin/vouchers?bulk={id}\"")]);
        lacks(&page, &["data-follows", "value=\"cancel\""]);
        let list = browser.get(&format!("/admin/vouchers?bulk={id}")).await.expect(200);
        list.has(&["MUSCAT-", "Only vouchers that were made together", &format!("/admin/vouchers.csv?bulk={id}")]);
        let file = browser.get(&format!("/admin/vouchers.csv?bulk={id}")).await.expect(200);
        assert_eq!(file.text.lines().count(), 1_501);
        browser.language = "ar";
        browser.get(made.location()).await.expect(200).has(&["dir=\"rtl\"", ">تمّ<", "رمز وفق نمط"]);
        browser.get(LIST).await.expect(200).has(&["dir=\"rtl\"", ">تمّ<"]);
        browser.get("/admin/vouchers?bulk=x").await.expect(400);
        browser.get(&format!("{LIST}/x")).await.expect(404);
        browser.get(&format!("{LIST}?after=x")).await.expect(400);
    }

    async fn everything_that_is_wrong_is_told_at_once_and_kept(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        browser.get(NEW).await.expect(200);
        let fields = [
            ("count", "0"), ("prefix", "MUS CAT"), ("length", "11"), ("alphabet", "greek"), ("credit", ""), ("cap", "many"), ("days", "-1"),
        ];
        let again = browser.submit(NEW, &fields).await.expect(400);
        again.has(&[
            "href=\"#count\"", "href=\"#prefix\"", "href=\"#alphabet\"", "href=\"#credit\"", "href=\"#cap\"", "href=\"#days\"",
            "value=\"MUS CAT\"", "value=\"11\"",
        ]);
        for (fields, says) in [
            ([("length", "11"), ("alphabet", "clear"), ("prefix", "")], "from 12 to 64"),
            ([("length", "17"), ("alphabet", "digits"), ("check", "yes")], "from 18 to 63"),
            ([("length", "40"), ("alphabet", "letters"), ("prefix", "OMANTEL-MUSCAT-2027-SPRING-")], "from 13 to 37"),
            ([("length", "12"), ("alphabet", "clear"), ("prefix", "OMANTEL-MUSCAT-2027-SPRING-PHARMACIES-AND-CLINICS-IN-SALALAH")], "leaves room for 4"),
        ] {
            let fields = [&fields[..], &[("count", "5"), ("credit", "5"), ("cap", "1")]].concat();
            let again = browser.submit(NEW, &fields).await.expect(400);
            again.has(&["href=\"#length\"", says]);
        }
        let fields = [("count", "5"), ("credit", "5"), ("campaign", "nonesuch")];
        browser.submit(NEW, &fields).await.expect(400).has(&["href=\"#campaign\""]);
        assert_eq!(app.number("SELECT COUNT(*) FROM bulk_operations").await, 0);
    }

    async fn it_is_stopped_and_goes_on(app: &TestApp, Setup::with_mail()) {
        let asked = ask(app, 30, json!({})).await;
        let page = format!("{LIST}/{}", asked["id"].as_str().unwrap());
        let mut browser = administrator(app, "maryam").await;
        browser.get(&page).await.expect(200);
        let stopped = browser.submit(&page, &[("act", "cancel")]).await;
        let shown = follow(&mut browser, &stopped, "It is stopped.").await;
        shown.has(&[">stopped<", "value=\"resume\"", "0 of 30"]);
        lacks(&shown, &["data-follows"]);
        app.run_job(JOB).await;
        assert_eq!(issued(app, &asked).await.len(), 0);
        let resumed = browser.submit(&page, &[("act", "resume")]).await;
        follow(&mut browser, &resumed, "It goes on.").await.has(&[">running<"]);
        app.run_job(JOB).await;
        assert_eq!(issued(app, &asked).await.len(), 30);
        let late = browser.submit(&page, &[("act", "cancel")]).await;
        follow(&mut browser, &late, "It was at its end before.").await.has(&[">done<"]);
        let nowhere = format!("{LIST}/01a400f6-3600-7001-9c59-0180e54c0e5b");
        browser.submit(&nowhere, &[("act", "cancel")]).await.expect(404);
    }

    /// A file is looked at, corrected, looked at again, and issued.
    async fn a_file_is_checked_and_then_issued(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        browser.get(IMPORT).await.expect(200).has(&["type=\"file\"", "multipart/form-data", "max_redemptions"]);
        browser.upload(IMPORT, "").await.expect(400).has(&["href=\"#file\"", "Choose a file"]);
        let wrong = "code,credit,currency\nA-1,0,OMR\n\"<b>\",5,USD\nA-1,5,\n";
        let told = browser.upload(IMPORT, wrong).await.expect(400);
        told.has(&[
            "nothing was issued", "Write a whole number from 1 to 1,000,000,000.", "Write OMR, which", "Line 2 has this code already.",
            "Write 3 to 64 letters",
        ]);
        let many = file((0..150).map(|n| format!("C-{n}")), 0);
        browser.upload(IMPORT, &many).await.expect(400).has(&["150 errors; the first 100 are shown."]);
        assert_eq!(app.number("SELECT COUNT(*) FROM bulk_operations").await, 0);

        let fine = "code;credit\nA-1;5\nB-2;7\n";
        let checked = browser.upload(IMPORT, fine).await;
        let page = follow(&mut browser, &checked, "The file is fine.").await;
        page.has(&[">checked<", "2 vouchers from a file", "12.000", "value=\"resume\"", "value=\"cancel\""]);
        app.run_job(JOB).await;
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_codes").await, 0, "nobody has said so yet");
        let begun = browser.submit(checked.location(), &[("act", "resume")]).await;
        follow(&mut browser, &begun, "It goes on.").await.has(&[">running<"]);
        app.run_job(JOB).await;
        browser.get(checked.location()).await.expect(200).has(&[">done<", "2 of 2"]);
        browser.get("/admin/vouchers").await.expect(200).has(&["A-1", "B-2"]);

        browser.get(IMPORT).await.expect(200);
        let late = browser.upload(IMPORT, "code,credit\nC-3,5\n").await;
        browser.get(late.location()).await.expect(200);
        app.issue("C-3", 5, 0).await;
        browser.submit(late.location(), &[("act", "resume")]).await.location();
        app.run_job(JOB).await;
        browser.get(late.location()).await.expect(200).has(&[">failed<", "Nothing was issued", "line 2: code: a voucher was issued"]);
    }

    /// A file that nobody begins is kept for a day.
    async fn a_file_is_forgotten(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        browser.get(IMPORT).await.expect(200);
        let checked = browser.upload(IMPORT, "code,credit\nA-1,5\n").await;
        app.clock.advance_seconds(86_399);
        app.run_job(JOB).await;
        assert_eq!(app.number("SELECT COUNT(*) FROM bulk_files").await, 1);
        app.clock.advance_seconds(2);
        app.run_job(JOB).await;
        assert_eq!(app.number("SELECT COUNT(*) FROM bulk_files").await, 0);
        let mut browser = administrator(app, "yusuf").await;
        browser.get(checked.location()).await.expect(200).has(&[">stopped<"]);
    }
}
