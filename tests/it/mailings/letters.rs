//! What is sent to whom.

use std::collections::BTreeSet;

use serde_json::json;

use super::{
    CODES, LETTERS, addresses, ask, carry_out, email, many, plain, read, stands, text, to,
};
use crate::harness::{FQDN, Setup, on_both};

on_both! {
    async fn everybody_gets_a_code_of_their_own(app: &TestApp, Setup::with_mail()) {
        let names = ["maryam", "ahmed", "sara", "yusuf", "noor", "ali", "huda"];
        let asked = ask(app, to(&names), json!({ "prefix": "GIFT-" })).await;
        assert_eq!((&asked["state"], &asked["total"], &asked["waiting"]), (&json!("running"), &json!(7), &json!(7)));
        // There is nothing to send before there are codes.
        app.run_job(LETTERS).await;
        assert!(addresses(app, &asked, "").await.iter().all(|one| one.get("code").is_none()));
        app.run_job(CODES).await;
        app.run_job(LETTERS).await;
        let all = addresses(app, &asked, "").await;
        let codes: BTreeSet<&str> = all.iter().map(|one| text(one, "code")).collect();
        assert_eq!((all.len(), codes.len()), (7, 7));
        for (number, (name, one)) in names.iter().zip(&all).enumerate() {
            assert_eq!((&one["position"], text(one, "email")), (&json!(number + 1), &*email(name)));
            let mail = app.sink().next_to(&email(name)).await;
            let (words, html) = (plain(mail.text.as_deref()), mail.html.clone().unwrap());
            for code in &codes {
                let is_own = *code == text(one, "code");
                assert_eq!((words.contains(code), html.contains(code)), (is_own, is_own), "{code} in {words}");
            }
            let link = format!("https://{FQDN}/redeem?code={}", text(one, "code"));
            assert!(words.contains(&link) && html.contains(&link), "{words}");
            assert_eq!(app.sink().untaken_to(&email(name)), 0, "one letter is enough");
            assert!(text(one, "reply").starts_with("250 "), "{one}");
            assert_eq!((&one["state"], &one["sent_at"]), (&json!("sent"), &json!("2027-03-01T12:00:00Z")));
            assert_eq!((&one["failures"], &one["redeemed"]), (&json!(0), &json!(false)));
        }
        assert_eq!(stands(app, &asked).await, ("done".to_owned(), [0, 7, 0]));

        app.customer("kestrel").await.redeem(text(&all[2], "code")).await.expect(200);
        let done = read(app, &asked).await;
        assert_eq!((&done["redeemed"], &done["credit_minor"]), (&json!(1), &json!(20_000)));
        assert_eq!((&done["codes"]["state"], &done["codes"]["done"]), (&json!("done"), &json!(7)));
        let redeemed = addresses(app, &asked, "redeemed").await;
        assert_eq!((redeemed.len(), text(&redeemed[0], "email")), (1, "sara@example.com"));
        // Once.
        let again = app.customer("falcon").await.redeem(text(&all[2], "code")).await;
        assert_eq!(again.body["code"], "voucher_exhausted", "{}", again.text);
    }

    async fn in_the_language_of_each(app: &TestApp, Setup::with_mail()) {
        let people = json!([{ "email": "ahmed@example.com" }, { "email": "SARA@example.com", "language": "en" }]);
        let members = json!({
            "language": "ar", "message": "Welcome back\r\n\r\nأهلًا بكم <b>", "description": "Muscat bills",
            "credit_valid_days": 30,
        });
        ask(app, people, members).await;
        carry_out(app).await;
        let english = app.sink().next_to("sara@example.com").await;
        assert_eq!(english.header("Content-Language"), "en");
        assert_eq!(english.header("Subject"), format!("{FQDN}: your voucher of 20.000 OMR"));
        let words = plain(english.text.as_deref());
        for says in ["A voucher of 20.000 OMR for you", "Welcome back", "أهلًا بكم <b>", "What it is for: Muscat bills", "lasts 30 days", "You are on no mailing list"] {
            assert!(words.contains(says), "no {says:?} in {words}");
        }
        let html = english.html.clone().unwrap();
        assert!(html.contains("dir=\"ltr\"") && html.contains("أهلًا بكم &#60;b&#62;"), "{html}");
        let arabic = app.sink().next_to("ahmed@example.com").await;
        assert_eq!(arabic.header("Content-Language"), "ar");
        assert_eq!(arabic.header("Subject"), format!("{FQDN}: قسيمة لك بقيمة 20.000 OMR"));
        let words = plain(arabic.text.as_deref());
        for says in ["تمنحك", "30 يومًا", "الوصف: Muscat bills", "Welcome back"] {
            assert!(words.contains(says), "no {says:?} in {words}");
        }
        assert!(arabic.html.clone().unwrap().contains("dir=\"rtl\""));
    }

    /// Sent again after a crash, a letter is shown once.
    async fn each_letter_has_its_own_identifier(app: &TestApp, Setup::with_mail()) {
        ask(app, to(&["maryam", "ahmed"]), json!({})).await;
        ask(app, to(&["maryam"]), json!({})).await;
        carry_out(app).await;
        let mut seen = BTreeSet::new();
        for name in ["maryam", "maryam", "ahmed"] {
            let mail = app.sink().next_to(&email(name)).await;
            let id = mail.header("Message-ID").to_owned();
            assert!(id.ends_with(&format!("@{FQDN}>")) && seen.insert(id), "{mail:?}");
        }
    }

    /// Several that believe that they have the lease send each letter once.
    async fn several_send_each_letter_once(app: &TestApp, Setup::with_mail()) {
        let asked = ask(app, many(60), json!({})).await;
        app.run_job(CODES).await;
        while stands(app, &asked).await.0 == "running" {
            tokio::join!(app.send_mailings(), app.send_mailings(), app.send_mailings());
        }
        assert_eq!(stands(app, &asked).await.1, [0, 60, 0]);
        for one in addresses(app, &asked, "sent").await {
            let mail = app.sink().next_to(text(&one, "email")).await;
            assert!(plain(mail.text.as_deref()).contains(text(&one, "code")));
            assert_eq!(app.sink().untaken_to(text(&one, "email")), 0, "{one}");
        }
    }
}
