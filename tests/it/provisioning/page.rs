//! The page of an Organization's provisions, and its button.

use serde_json::json;

use super::{allow, newest, ordered, provision, refuse};
use crate::harness::{Browser, Customer, Setup, TestApp, on_both};

const PAGE: &str = "/console/kestrel/provisions";

/// An Organization whose provision has failed, and its owner's browser.
async fn failed(app: &TestApp) -> (Customer, Browser) {
    ordered(app, "first", &[]).await;
    provision(app).await;
    refuse(app, "the branch is <protected>");
    let customer = ordered(app, "kestrel", &["wordpress"]).await;
    for _ in 0..10 {
        provision(app).await;
        app.clock.advance_seconds(3_600);
    }
    assert_eq!(newest(&customer).await["status"], "failed");
    let mut browser = app.browser();
    browser.sign_in(app, "kestrel@example.com").await;
    (customer, browser)
}

on_both! {
    async fn each_has_its_steps_and_reason_and_one_that_failed_a_button(
        app: &TestApp, Setup::with_mail()
    ) {
        let (customer, mut browser) = failed(app).await;
        let account = browser.get("/console").await.expect(200);
        account.has(&["href=\"/console/kestrel\""]);
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&[
            "What was ordered", "Failed", "What there should be", "Written down", "Handed over",
            "Why it did not work", "the branch is &#60;protected&#62;", "Try again",
            "1 March 2027, 12:00 (UTC)",
        ]);
        assert!(!shown.text.contains("It is tried again"), "{}", shown.text);
        browser.language = "ar";
        let arabic = browser.get(PAGE).await.expect(200);
        arabic.has(&["dir=\"rtl\"", "ما يجري إعداده", "لم ينجح", "أعد المحاولة"]);
        browser.language = "en";

        allow(app);
        let id = newest(&customer).await["id"].as_str().unwrap().to_owned();
        browser.get(PAGE).await.expect(200);
        for _ in 0..2 {
            assert_eq!(browser.submit(PAGE, &[("id", &id)]).await.location(), PAGE);
        }
        browser.get(PAGE).await.expect(200).has(&["Waiting", "Look again"]);
        provision(app).await;
        let done = browser.get(PAGE).await.expect(200);
        done.has(&["Done"]);
        for gone in ["Try again", "Why it did not work", "Look again"] {
            assert!(!done.text.contains(gone), "{gone}: {}", done.text);
        }
        let audited = "SELECT count(*) FROM audit_log WHERE action = 'provision.retry'";
        assert_eq!(app.number(audited).await, 1);
    }

    async fn it_is_tried_again_by_itself_and_says_when(app: &TestApp, Setup::with_mail()) {
        ordered(app, "first", &[]).await;
        provision(app).await;
        refuse(app, "no");
        ordered(app, "kestrel", &[]).await;
        provision(app).await;
        let mut browser = app.browser();
        browser.sign_in(app, "kestrel@example.com").await;
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&["Under way", "It is tried again on 1 March 2027, 12:01 (UTC)."]);
        assert!(!shown.text.contains("Try again"), "{}", shown.text);
    }

    async fn only_members_see_it_and_only_some_press(app: &TestApp, Setup::with_mail()) {
        let (customer, _) = failed(app).await;
        let id = newest(&customer).await["id"].as_str().unwrap().to_owned();
        let mut nobody = app.browser();
        assert!(nobody.get(PAGE).await.location().starts_with("/sign-in?return_to="));
        let mut other = app.browser();
        other.sign_in(app, "other@example.com").await;
        other.get(PAGE).await.expect(404).has(&["There is no such Organization"]);
        // A form of another page, to try with.
        other.get("/console").await.expect(200);
        other.submit(PAGE, &[("id", &id)]).await.expect(404);
        assert_eq!(newest(&customer).await["status"], "failed");

        let invited = json!({ "email": "viewer@example.com", "role": "viewer" });
        let path = format!("/tenant/orgs/{}/invitations", customer.tenant_id);
        customer.client.post(&path, &invited).await.expect(201);
        let letter = app.sink().next_to("viewer@example.com").await.text.unwrap();
        let link = letter.split_whitespace().find(|word| word.contains("/invitation?")).unwrap();
        let token = link.split_once("token=").unwrap().1.to_owned();
        let mut viewer = app.browser();
        viewer.sign_in(app, "viewer@example.com").await;
        viewer.get(&format!("/invitation?token={token}")).await.expect(200);
        viewer.submit("/invitation", &[("token", &token)]).await.location();
        let shown = viewer.get(PAGE).await.expect(200);
        assert!(!shown.text.contains("Try again"), "{}", shown.text);
        viewer.get("/console").await.expect(200);
        viewer.submit(PAGE, &[("id", &id)]).await.expect(403).has(&["This is not for your role"]);
        viewer.submit(PAGE, &[("id", "x")]).await.expect(404);
        assert_eq!(newest(&customer).await["status"], "failed");
    }
}
