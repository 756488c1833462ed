//! The mail itself, and mail servers that will not take it.

use serde_json::json;

use super::{ask, code_in, link_in};
use crate::harness::{Behaviour, FQDN, Security, Setup, SinkOptions, on_both};

const EMAIL: &str = "ahmed@example.com";

fn sink(options: SinkOptions) -> Setup {
    Setup { sink: Some(options), ..Setup::default() }
}

fn secured(security: Security) -> Setup {
    let login = Some(("sovereign", "pass word"));
    sink(SinkOptions { security, login, ..SinkOptions::default() })
}

fn behaving(behaviour: Behaviour) -> Setup {
    sink(SinkOptions { behaviour, ..SinkOptions::default() })
}

on_both! {
    async fn in_english(app: &TestApp, Setup::with_mail()) {
        ask(app, EMAIL).await.expect(200);
        let mail = app.sink().next_to(EMAIL).await;
        assert_eq!(mail.from, format!("no-reply@{FQDN}"));
        assert_eq!(mail.header("Content-Language"), "en");
        assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
        assert!(mail.header("Message-ID").ends_with(&format!("@{FQDN}>")));
        assert_eq!(mail.header("Date"), "Mon, 01 Mar 2027 12:00:00 +0000");
        let (text, html) = (mail.text.clone().unwrap(), mail.html.clone().unwrap());
        let code = code_in(&text);
        let subject = format!("{code} is your sign-in code for {FQDN}");
        assert_eq!(mail.header("Subject"), subject);
        assert!(text.contains("for 5 minutes.") && html.contains("for 5 minutes."));
        assert!(html.contains(&code) && html.contains(&link_in(&text)));
        assert!(text.contains(&format!("https://{FQDN}/sign-in/link?token=")));
    }

    async fn in_arabic(app: &TestApp, Setup::with_mail()) {
        let body = json!({ "email": EMAIL, "language": "ar" });
        app.anyone().post("/auth/magic-link", &body).await.expect(200);
        let mail = app.sink().next_to(EMAIL).await;
        assert_eq!(mail.header("Content-Language"), "ar");
        let (text, html) = (mail.text.clone().unwrap(), mail.html.clone().unwrap());
        let code = code_in(&text);
        assert_eq!(mail.header("Subject"), format!("{code} هو رمز الدخول إلى {FQDN}"));
        assert!(text.contains("5 دقائق") && html.contains("dir=\"rtl\""));
        let headers = [("Accept-Language", "ar-OM,en;q=0.5")];
        let body = json!({ "email": "sara@example.com" }).to_string().into_bytes();
        let post = reqwest::Method::POST;
        app.anyone().send(post, "/auth/magic-link", &headers, Some(body)).await.expect(200);
        let mail = app.sink().next_to("sara@example.com").await;
        assert_eq!(mail.header("Content-Language"), "ar");
    }

    async fn over_starttls_with_a_login(app: &TestApp, secured(Security::StartTls)) {
        ask(app, EMAIL).await.expect(200);
        app.sink().next_to(EMAIL).await;
    }

    async fn over_tls_with_a_login(app: &TestApp, secured(Security::Tls)) {
        ask(app, EMAIL).await.expect(200);
        app.sink().next_to(EMAIL).await;
    }

    /// The mail server knows the address to be bad: so is told who typed it.
    async fn an_address_that_is_refused(app: &TestApp, behaving(Behaviour::Refuse)) {
        let problem = ask(app, EMAIL).await.expect_problem(400, "invalid_request");
        assert_eq!(problem["field"], "email");
        app.sink().refused(EMAIL).await;
    }

    /// The mail server has no time: the client is told when to try again, and may.
    async fn a_server_that_puts_off(app: &TestApp, behaving(Behaviour::Defer(1))) {
        let reply = ask(app, EMAIL).await;
        assert!(reply.headers.contains_key("retry-after"));
        reply.expect_problem(503, "unavailable");
        ask(app, EMAIL).await.expect(200);
        app.sink().next_to(EMAIL).await;
    }
}
