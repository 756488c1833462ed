//! The keys to Stripe in pages: set, kept, cleared and checked, and never shown.

use super::{administrator, follow, lacks, superadmin};
use crate::harness::{Setup, Trouble, on_both};
use crate::refunds::setup;

const PAGE: &str = "/admin/payments";
const SECRET_KEY: &str = "sk_test_51NsecretAAAA";
const WEBHOOK_SECRET: &str = "whsec_51NsecretCCCC";
const PUBLIC_KEY: &str = "pk_test_51NpublicDDDD";
const NOTED: &str = "SELECT count(*) FROM audit_log WHERE action = 'settings.stripe'";

on_both! {
    async fn only_for_the_superadmin(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        browser.get(PAGE).await.expect(403).has(&["This takes another role"]);
        browser.get("/console").await.expect(200);
        for act in ["save", "check"] {
            browser.submit(PAGE, &[("act", act), ("secret", SECRET_KEY)]).await.expect(403);
        }
        assert_eq!(app.number(NOTED).await, 0);
        assert!(app.payments().stripe().is_none());
    }

    /// An empty field keeps, a ticked box clears, and no page has a secret in it.
    async fn keys_are_set_kept_and_cleared(app: &TestApp, Setup::with_mail()) {
        let mut browser = superadmin(app).await;
        let none = browser.get(PAGE).await.expect(200);
        none.has(&["Not set", "type=\"password\"", "OMR"]);
        lacks(&none, &["type=\"checkbox\"", "Test: no money moves"]);
        let all = [("act", "save"), ("secret", SECRET_KEY), ("webhook", WEBHOOK_SECRET), ("public", PUBLIC_KEY)];
        let pressed = browser.submit(PAGE, &all).await;
        let set = follow(&mut browser, &pressed, "The keys are saved.").await;
        set.has(&["…AAAA", "…CCCC", PUBLIC_KEY, "Test: no money moves", "name=\"secret_clear\""]);
        lacks(&set, &["51Nsecret", "Not set"]);
        assert!(app.payments().stripe().is_some());

        let pressed = browser.submit(PAGE, &[("act", "save"), ("secret", ""), ("webhook", ""), ("public_clear", "yes")]).await;
        let kept = follow(&mut browser, &pressed, "The keys are saved.").await;
        kept.has(&["…AAAA", "…CCCC", "Not set"]);
        lacks(&kept, &[PUBLIC_KEY, "51Nsecret"]);
        let pressed = browser.submit(PAGE, &[("act", "save"), ("secret_clear", "yes")]).await;
        let cleared = follow(&mut browser, &pressed, "The keys are saved.").await;
        cleared.has(&["…CCCC"]);
        lacks(&cleared, &["…AAAA", "Test: no money moves"]);
        assert!(app.payments().stripe().is_none());
        assert_eq!(app.number(NOTED).await, 3);
        browser.submit(PAGE, &[("act", "save")]).await.expect(400).has(&["href=\"#secret\"", "Enter a key, or tick a box"]);
        browser.language = "ar";
        browser.get(PAGE).await.expect(200).has(&["dir=\"rtl\"", "الدفع بالبطاقة", "غير محفوظ"]);
    }

    /// Each at its field, and no secret that was entered comes back; a public key is none.
    async fn what_is_wrong_is_told_at_its_field(app: &TestApp, Setup::with_mail()) {
        let mut browser = superadmin(app).await;
        browser.get(PAGE).await.expect(200);
        let mixed = [("act", "save"), ("secret", PUBLIC_KEY), ("webhook", SECRET_KEY), ("public", "pk_x")];
        let told = browser.submit(PAGE, &mixed).await.expect(400);
        told.has(&["href=\"#secret\"", "href=\"#webhook\"", "href=\"#public\"", "This is no secret key.", "value=\"pk_x\""]);
        lacks(&told, &["51N"]);
        let both = [("act", "save"), ("secret", SECRET_KEY), ("secret_clear", "yes")];
        let told = browser.submit(PAGE, &both).await.expect(400);
        told.has(&["href=\"#secret\"", "but not both"]);
        lacks(&told, &["51N"]);
        assert_eq!(app.number(NOTED).await, 0);

        browser.submit(PAGE, &[("act", "save"), ("secret", SECRET_KEY)]).await.location();
        browser.get(PAGE).await.expect(200);
        let other = [("act", "save"), ("public", "pk_live_51NpublicDDDD")];
        let told = browser.submit(PAGE, &other).await.expect(400);
        told.has(&["href=\"#public\"", "would be of two modes", "…AAAA", "value=\"pk_live_51NpublicDDDD\""]);
        lacks(&told, &["51Nsecret"]);
        assert_eq!(app.number(NOTED).await, 1);
    }

    async fn a_change_takes_a_recent_sign_in(app: &TestApp, Setup::with_mail()) {
        let mut browser = superadmin(app).await;
        app.clock.advance_seconds(601);
        let late = browser.get(PAGE).await.expect(200);
        late.has(&["This needs a fresh sign-in", "/sign-in?return_to=%2Fadmin%2Fpayments"]);
        lacks(&late, &["name=\"secret\""]);
        let told = browser.submit(PAGE, &[("act", "save"), ("secret", SECRET_KEY)]).await.expect(401);
        told.has(&["This needs a fresh sign-in"]);
        lacks(&told, &["51N"]);
        assert!(app.payments().stripe().is_none());
        assert_eq!(app.number(NOTED).await, 0);
        // Asking needs none, and without a key there is nothing to ask with.
        let asked = browser.submit(PAGE, &[("act", "check")]).await.expect(200);
        asked.has(&["Cards cannot be charged with this key.", "no secret key is set"]);
    }

    async fn stripe_says_whose_the_key_is(app: &TestApp, setup()) {
        let mut browser = superadmin(app).await;
        let key = app.stripe().secret_key();
        browser.get(PAGE).await.expect(200).has(&["Ask Stripe whose account"]);
        let good = browser.submit(PAGE, &[("act", "check")]).await.expect(200);
        good.has(&["Cards can be charged with this key.", "Stripe accepts the key", "acct_1", "Test: no money moves"]);
        lacks(&good, &[key.as_str(), app.stripe().webhook_secret().as_str()]);

        app.stripe().trouble("GET /v1/account", Trouble::Unavailable, 9);
        let silent = browser.submit(PAGE, &[("act", "check")]).await.expect(503);
        silent.has(&["Stripe does not answer."]);
        assert!(silent.headers.contains_key("retry-after"));
        app.stripe().no_trouble();

        browser.submit(PAGE, &[("act", "save"), ("secret", SECRET_KEY)]).await.location();
        browser.get(PAGE).await.expect(200);
        let wrong = browser.submit(PAGE, &[("act", "check")]).await.expect(200);
        wrong.has(&["Cards cannot be charged with this key.", "copy it again"]);
        lacks(&wrong, &["51N", "acct_1"]);
        browser.submit(PAGE, &[("act", "save"), ("secret", &key)]).await.location();
    }
}
