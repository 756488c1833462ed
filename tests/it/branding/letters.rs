//! Letters in the franchisee's name and colours, with where to ask for help, and what is to be known of a voucher.

use serde_json::json;

use super::set;
use crate::harness::{Card, FQDN, Setup, TestApp, on_both};

const EMAIL: &str = "ahmed@example.com";

fn setup() -> Setup {
    Setup { takes_cards: true, ..Setup::with_mail() }
}

async fn ask(app: &TestApp, email: &str, language: &str) {
    let body = json!({ "email": email, "language": language });
    app.anyone().post("/auth/magic-link", &body).await.expect(200);
}

async fn branded(app: &TestApp) {
    set(
        app,
        json!({
            "name": "Kestrel Cloud", "name_ar": "سحابة العوسق", "accent": "#9b1c1c",
            "host": "cloud.kestrel.example", "support_email": "help@kestrel.example",
            "support_phone": "+968 2400 0000", "support_url": "https://kestrel.example/help",
        }),
    )
    .await;
}

/// Text without marks of direction, on one line.
fn plain(text: &str) -> String {
    let text = text.replace('\u{a0}', " ").replace("\r\n", "\n");
    text.chars().filter(|c| !matches!(c, '\u{2068}' | '\u{2069}')).collect()
}

on_both! {
    async fn they_are_the_franchisees(app: &TestApp, setup()) {
        branded(app).await;
        ask(app, EMAIL, "en").await;
        let mail = app.sink().next_to(EMAIL).await;
        assert_eq!(mail.from, format!("no-reply@{FQDN}"));
        assert_eq!(mail.header("From"), format!("Kestrel Cloud <no-reply@{FQDN}>"));
        assert!(mail.header("Subject").ends_with("is your sign-in code for Kestrel Cloud"));
        let (text, html) = (mail.text.unwrap(), mail.html.unwrap());
        for text in [&text, &html] {
            let text = plain(text);
            for wanted in [
                "Sent by Kestrel Cloud.", "https://cloud.kestrel.example/sign-in/link?token=",
                "help@kestrel.example", "+968 2400 0000", "kestrel.example/help",
            ] {
                assert!(text.contains(wanted), "no {wanted} in {text}");
            }
            assert!(!text.contains(FQDN), "{text}");
        }
        for wanted in [
            "background:#9b1c1c;color:#ffffff", "href=\"mailto:help@kestrel.example\"",
            "href=\"tel:+96824000000\"", "href=\"https://kestrel.example/help\"",
        ] {
            assert!(html.contains(wanted), "no {wanted} in {html}");
        }

        ask(app, "sara@example.com", "ar").await;
        let mail = app.sink().next_to("sara@example.com").await;
        assert_eq!(mail.header("From"), format!("سحابة العوسق <no-reply@{FQDN}>"));
        assert!(mail.header("Subject").contains("سحابة العوسق"));
        assert!(plain(&mail.text.unwrap()).contains("أرسلتها سحابة العوسق"));
    }

    /// Without anything set they are as before, and nobody is named who could be asked.
    async fn nothing_set_is_nothing_said(app: &TestApp, setup()) {
        ask(app, EMAIL, "en").await;
        let mail = app.sink().next_to(EMAIL).await;
        assert_eq!(mail.header("From"), format!("no-reply@{FQDN}"));
        let (text, html) = (mail.text.unwrap(), mail.html.unwrap());
        assert!(html.contains("background:#0b5c4a;color:#ffffff"), "{html}");
        assert!(text.trim_end().ends_with("Replies are not read."), "{text}");
        assert!(!text.contains("Questions") && !html.contains("mailto:"), "{text}");
    }

    /// Whoever sets the host of the pages would come by the link that signs a superadmin in.
    async fn a_superadmins_link_leads_to_the_configured_address(app: &TestApp, setup()) {
        for (name, role) in [("ahmed", "superadmin"), ("sara", "sovereign-admin")] {
            // A person exists from their first request on.
            app.member(name).get("/tenant/orgs").await.expect(200);
            let sql = format!("UPDATE users SET role = '{role}' WHERE email = '{name}@example.com'");
            app.execute(&sql).await;
        }
        branded(app).await;
        for (email, host) in [(EMAIL, FQDN), ("sara@example.com", "cloud.kestrel.example")] {
            ask(app, email, "en").await;
            let text = app.sink().next_to(email).await.text.unwrap();
            assert!(text.contains(&format!("https://{host}/sign-in/link?token=")), "{text}");
        }
    }

    /// An invitation and a bill lead to the franchisee's host.
    async fn their_links_lead_to_the_franchisees_host(app: &TestApp, setup()) {
        let customer = app.customer("kestrel").await;
        branded(app).await;
        let invited = json!({ "email": EMAIL, "role": "viewer" });
        let path = format!("/tenant/orgs/{}/invitations", customer.tenant_id);
        customer.client.post(&path, &invited).await.expect(201);
        let text = app.sink().next_to(EMAIL).await.text.unwrap();
        assert!(text.contains("https://cloud.kestrel.example/invitation?token="), "{text}");
        set(app, json!({ "host": "" })).await;
        customer.client.post(&path, &invited).await.expect(201);
        let text = app.sink().next_to(EMAIL).await.text.unwrap();
        assert!(text.contains(&format!("https://{FQDN}/invitation?token=")), "{text}");
    }

    /// The receipt of an order with a voucher says what its credit is; one without says nothing of it.
    async fn a_receipt_carries_the_terms_of_its_voucher(app: &TestApp, setup()) {
        set(app, json!({ "name": "Kestrel Cloud" })).await;
        app.issue("FOUR", 4, 0).await;
        let receipt = async |name: &str, code: &str| {
            app.customer(name).await.checkout("m", code).await.expect(200);
            let session = app.stripe().all("checkout.session").pop().unwrap();
            app.stripe().pay(session["id"].as_str().unwrap(), Card::Good);
            app.stripe().deliver_all(1).await;
            app.each_minute().await;
            let mail = app.sink().next_to(&format!("{name}@example.com")).await;
            (plain(&mail.text.unwrap()), mail.html.unwrap())
        };
        let (text, html) = receipt("kestrel", "FOUR").await;
        for text in [&text, &html] {
            assert!(text.contains("a promotion of Kestrel Cloud: it is free of charge"), "{text}");
        }
        let (text, _) = receipt("falcon", "").await;
        assert!(!text.contains("free of charge"), "{text}");

        set(app, json!({ "terms": "Own words, line one.\n\nLine <two>." })).await;
        let (text, html) = receipt("osprey", "FOUR").await;
        assert!(text.contains("Own words, line one.\n\nLine <two>.\n\n--"), "{text}");
        assert!(html.contains(">Own words, line one.</p>") && !html.contains("<two>"), "{html}");
        assert!(!text.contains("free of charge"), "{text}");
    }
}
