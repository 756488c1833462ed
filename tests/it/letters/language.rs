//! Letters are in the language of the owner's last sign-in, or in the one that they chose since.

use serde_json::json;

use super::{file, setup};
use crate::harness::{Client, Customer, TestApp, on_both};

const EMAIL: &str = "kestrel@example.com";

async fn signed_in(app: &TestApp, language: &str) -> Client {
    let body = json!({ "email": EMAIL, "language": language });
    app.anyone().post("/auth/magic-link", &body).await.expect(200);
    let text = app.sink().next_to(EMAIL).await.text.unwrap();
    let is_code = |word: &&str| word.len() == 6 && word.chars().all(|c| c.is_ascii_digit());
    let code = text.split_whitespace().find(is_code).expect("a code");
    let body = json!({ "email": EMAIL, "code": code });
    let pair = app.anyone().post("/auth/verify", &body).await.expect(200);
    app.bearing(pair["token"].as_str().unwrap())
}

on_both! {
    async fn it_is_that_of_the_last_sign_in(app: &TestApp, setup()) {
        let client = signed_in(app, "ar").await;
        let tenant_id = client.make_organization("kestrel").await;
        let customer = Customer { client, tenant_id };
        let answer = customer.checkout("m", "").await.expect(200);
        let order = answer["order_id"].as_str().unwrap();
        for (number, language) in [(1, "ar"), (2, "en"), (3, "ar")] {
            if number > 1 {
                signed_in(app, language).await;
            }
            file(app, number, "payment_due", &customer.tenant_id, Some(order)).await;
            app.each_minute().await;
            let mail = app.sink().next_to(EMAIL).await;
            assert_eq!(mail.header("Content-Language"), language);
        }
    }

    async fn it_is_what_the_owner_chooses(app: &TestApp, setup()) {
        let client = signed_in(app, "en").await;
        let tenant_id = client.make_organization("kestrel").await;
        let customer = Customer { client, tenant_id };
        let answer = customer.checkout("m", "").await.expect(200);
        let order = answer["order_id"].as_str().unwrap();
        let mut browser = app.browser();
        browser.sign_in(app, EMAIL).await;
        let english = browser.get("/console").await.expect(200);
        english.has(&["<option value=\"en\" lang=\"en\" selected>English</option>"]);
        let chosen = browser.submit("/console", &[("language", "ar")]).await;
        assert_eq!((chosen.status, chosen.location()), (303, "/console"));
        let arabic = browser.get("/console").await.expect(200);
        arabic.has(&["dir=\"rtl\"", "<option value=\"ar\" lang=\"ar\" selected>", "تم تغيير اللغة."]);
        file(app, 1, "payment_due", &customer.tenant_id, Some(order)).await;
        app.each_minute().await;
        let mail = app.sink().next_to(EMAIL).await;
        assert_eq!(mail.header("Content-Language"), "ar");
        // A language that there is not is none: the page's own is kept.
        browser.get("/console").await.expect(200);
        browser.submit("/console", &[("language", "fr")]).await.expect(303);
        browser.get("/console").await.expect(200).has(&["dir=\"rtl\""]);
    }
}
