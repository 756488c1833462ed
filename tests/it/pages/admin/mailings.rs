//! Vouchers by mail in pages: looked at, sent, watched, stopped, and tried again.

use serde_json::json;

use super::{administrator, follow, hidden, lacks};
use crate::campaigns::campaign;
use crate::harness::{Behaviour, Setup, SinkOptions, on_both};
use crate::mailings::{ask, to};

const LIST: &str = "/admin/vouchers/mail";
const NEW: &str = "/admin/vouchers/mail/new";
const CODES: &str = "issue-in-bulk";
const LETTERS: &str = "send-mailings";

on_both! {
    async fn only_for_administrators(app: &TestApp, Setup::with_mail()) {
        let asked = ask(app, to(&["secret"]), json!({})).await;
        let page = format!("{LIST}/{}", asked["id"].as_str().unwrap());
        let file = format!("{page}/addresses.csv");
        let mut browser = app.browser();
        assert!(browser.get(&page).await.location().starts_with("/sign-in"));
        browser.sign_in(app, "sara@example.com").await;
        for path in [LIST, NEW, &page, &file] {
            let shown = browser.get(path).await.expect(403);
            shown.has(&["This takes another role"]);
            lacks(&shown, &["secret@"]);
        }
        browser.submit(&page, &[("act", "cancel")]).await.expect(403);
        browser.submit(NEW, &[("addresses", "a@example.com"), ("credit", "1")]).await.expect(403);
        assert_eq!(app.number("SELECT COUNT(*) FROM mailings WHERE state = 'running'").await, 1);
    }

    /// From a form that is looked at to letters that have arrived.
    async fn vouchers_are_looked_at_and_sent(app: &TestApp, Setup::with_mail()) {
        campaign(app, "Spring", json!({})).await;
        let mut browser = administrator(app, "maryam").await;
        browser.get(LIST).await.expect(200).has(&["Nothing yet", "href=\"/admin/vouchers/mail/new\""]);
        let form = browser.get(NEW).await.expect(200);
        form.has(&["<textarea id=\"addresses\"", "value=\"en\" selected", "Spring"]);
        let id = hidden(&form, "id");
        let people = "Ahmed@example.com\r\nsara@example.com, ar\r\n";
        let fields = [
            ("id", &*id), ("addresses", people), ("language", "en"), ("message", "Welcome <b>\r\nback"), ("credit", "٢٠"),
            ("days", "30"), ("description", "Bills"), ("prefix", "gift-"), ("campaign", ""),
        ];
        let looked = browser.submit(NEW, &[&fields[..], &[("act", "look")]].concat()).await.expect(200);
        looked.has(&[
            "2 letters, with vouchers", "40.000", "Welcome &#60;b&#62;", "GIFT-", "lang=\"en\" dir=\"ltr\"", "lang=\"ar\" dir=\"rtl\"",
            "your voucher of 20.000", "Ahmed@example.com", "value=\"gift-\"", "data-takes-focus",
        ]);
        assert_eq!(app.number("SELECT COUNT(*) FROM mailings").await, 0);
        let sent = browser.submit(NEW, &[&fields[..], &[("act", "send")]].concat()).await;
        assert_eq!(sent.location(), format!("{LIST}/{id}"));
        let page = follow(&mut browser, &sent, "The codes are being made, and then the letters sent.").await;
        page.has(&[">running<", "0 of 2", "data-follows", "value=\"cancel\"", "Welcome &#60;b&#62;", "ahmed@example.com"]);
        // In a hurry, or after going back, the same form sends nothing more.
        browser.submit(NEW, &[&fields[..], &[("act", "send")]].concat()).await.location();
        let other = [&[("addresses", "noor@example.com"), ("id", &*id), ("credit", "20"), ("act", "send")][..]].concat();
        browser.submit(NEW, &other).await.expect(409).has(&["This form was sent before", "href=\"#addresses\""]);
        app.run_job(CODES).await;
        app.run_job(LETTERS).await;
        app.sink().next_to("ahmed@example.com").await;
        let page = browser.get(sent.location()).await.expect(200);
        page.has(&[">done<", "2 of 2", ">Sent<", &format!("href=\"/admin/vouchers/bulk/{id}\""), "href=\"/admin/vouchers/GIFT-"]);
        lacks(&page, &["data-follows", "value=\"cancel\"", "value=\"retry\""]);
        let file = browser.get(&format!("{}/addresses.csv?state=sent", sent.location())).await.expect(200);
        assert_eq!(file.text.lines().count(), 3);
        browser.get(LIST).await.expect(200).has(&["Vouchers to 2 addresses", ">done<", "2 of 2"]);
        browser.language = "ar";
        browser.get(sent.location()).await.expect(200).has(&["dir=\"rtl\"", ">تمّ<", "قسيمتان إلى عنوانين"]);
        browser.get(NEW).await.expect(200).has(&["value=\"ar\" selected"]);
        for (path, status) in [("x", 404), ("x/addresses.csv", 404)] {
            browser.get(&format!("{LIST}/{path}")).await.expect(status);
        }
        browser.get(&format!("{LIST}?after=x")).await.expect(400);
        browser.get(&format!("{}?state=gone", sent.location())).await.expect(400).has(&["href=\"#state\""]);
        browser.get(&format!("{}/addresses.csv?state=gone", sent.location())).await.expect(400);
    }

    async fn everything_that_is_wrong_is_told_at_once_and_kept(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        browser.get(NEW).await.expect(200);
        let long = "x".repeat(2_001);
        let people = "a@example.com\nnobody\nA@example.com\nb@example.com,fr";
        let fields = [
            ("addresses", people), ("language", "fr"), ("message", &*long), ("credit", "0"), ("days", "many"),
            ("prefix", "OMAN TEL"), ("description", "kept"), ("act", "send"),
        ];
        let again = browser.submit(NEW, &fields).await.expect(400);
        again.has(&[
            "href=\"#addresses\"", "href=\"#language\"", "href=\"#message\"", "href=\"#credit\"", "href=\"#days\"", "href=\"#prefix\"",
            "Line 2", "Line 3", "Line 1 has this address already.", "Write en or ar behind the comma",
            "value=\"OMAN TEL\"", "b@example.com,fr", "kept</textarea>",
        ]);
        let many: Vec<String> = (0..150).map(|number| format!("nobody{number}")).collect();
        let fields = [("addresses", &*many.join("\n")), ("credit", "5"), ("act", "look")];
        browser.submit(NEW, &fields).await.expect(400).has(&["150 errors; the first 100 are shown."]);
        let fields = [("addresses", ""), ("credit", "5"), ("act", "send")];
        browser.submit(NEW, &fields).await.expect(400).has(&["There are none."]);
        let fields = [("addresses", "a@example.com"), ("credit", "5"), ("campaign", "nonesuch"), ("act", "send")];
        browser.submit(NEW, &fields).await.expect(400).has(&["href=\"#campaign\""]);
        assert_eq!(app.number("SELECT COUNT(*) FROM mailings").await, 0);
    }

    async fn it_is_stopped_and_goes_on(app: &TestApp, Setup::with_mail()) {
        let asked = ask(app, to(&["ahmed", "sara"]), json!({})).await;
        let page = format!("{LIST}/{}", asked["id"].as_str().unwrap());
        let mut browser = administrator(app, "maryam").await;
        browser.get(&page).await.expect(200);
        let stopped = browser.submit(&page, &[("act", "cancel")]).await;
        let shown = follow(&mut browser, &stopped, "It is stopped.").await;
        shown.has(&[">stopped<", "value=\"resume\"", "0 of 2"]);
        lacks(&shown, &["data-follows"]);
        let resumed = browser.submit(&page, &[("act", "resume")]).await;
        follow(&mut browser, &resumed, "It goes on.").await.has(&[">running<"]);
        app.run_job(CODES).await;
        app.run_job(LETTERS).await;
        let late = browser.submit(&page, &[("act", "cancel")]).await;
        follow(&mut browser, &late, "It does not stand so any more.").await.has(&[">done<"]);
        let nowhere = format!("{LIST}/01a400f6-3600-7001-9c59-0180e54c0e5b");
        browser.submit(&nowhere, &[("act", "cancel")]).await.expect(404);
    }

    /// The mail server's answer stands beside the address.
    async fn what_has_failed_is_tried_again(
        app: &TestApp,
        Setup {
            sink: Some(SinkOptions { behaviour: Behaviour::RefuseOnce("nobody@example.com"), ..SinkOptions::default() }),
            ..Setup::default()
        }
    ) {
        let asked = ask(app, to(&["ahmed", "nobody"]), json!({})).await;
        let page = format!("{LIST}/{}", asked["id"].as_str().unwrap());
        app.run_job(CODES).await;
        app.run_job(LETTERS).await;
        let mut browser = administrator(app, "maryam").await;
        let failed = browser.get(&format!("{page}?state=failed")).await.expect(200);
        failed.has(&["nobody@example.com", "550 5.1.1 There is no such mailbox here", "value=\"retry\"", "1 of 2"]);
        lacks(&failed, &["ahmed@example.com"]);
        let retried = browser.submit(&page, &[("act", "retry")]).await;
        follow(&mut browser, &retried, "What has failed is tried again.").await.has(&[">running<"]);
        app.run_job(LETTERS).await;
        app.sink().next_to("nobody@example.com").await;
        lacks(&browser.get(&page).await.expect(200), &["value=\"retry\""]);
    }
}
