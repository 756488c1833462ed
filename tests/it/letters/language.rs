//! Letters are in the language of the owner's last sign-in.

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
}
