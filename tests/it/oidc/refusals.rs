//! Sign-ins in a browser that must come to nothing.

use serde_json::json;
use sovereign::limits::Limits;

use super::world::{Browser, in_world, with_parameter};
use crate::harness::{Endpoint, IdToken, Mode, Setup, on_both};

const BEGIN_AGAIN: &str = "Begin again";
const FAILED: &str = "This sign-in did not work";

in_world! {
    async fn a_callback_works_once(world: &World) {
        let browser = world.browser();
        let there = browser.get("/auth/oidc/google").await;
        let cookie = there.cookie("__Host-sign-in-elsewhere").unwrap().split(';').next().unwrap();
        let back = world.provider.sign_in(&there.location, &world.aisha).await;
        assert_eq!(browser.follow(&back).await.status, 303);
        browser.follow(&back).await.expect_failure(400, BEGIN_AGAIN);
        // Even with the cookie that was taken away: the code was used.
        let thief = world.browser();
        let path = format!("/auth/callback?{}", back.query().unwrap());
        thief.get_with(&path, &[("Cookie", cookie)]).await.expect_failure(400, FAILED);
        assert!(!thief.is_signed_in().await);
        assert_eq!(world.app.number("SELECT count(*) FROM sessions").await, 1);
    }

    async fn another_state(world: &World) {
        let browser = world.browser();
        let back = world.go(&browser).await;
        for state in [Some("another"), Some(""), None] {
            let changed = with_parameter(&back, "state", state);
            let page = browser.follow(&changed).await;
            page.expect_failure(400, BEGIN_AGAIN);
            assert_eq!(page.cookie("__Host-sign-in-elsewhere"), None, "the sign-in goes on");
        }
        world.assert_nothing_done().await;
        assert_eq!(browser.follow(&back).await.status, 303, "it was the state each time");
    }

    async fn another_browser(world: &World) {
        let back = world.go(&world.browser()).await;
        world.browser().follow(&back).await.expect_failure(400, BEGIN_AGAIN);
        // One that is in the middle of a sign-in of its own.
        let other = world.browser();
        other.leave("google", "/console").await;
        other.follow(&back).await.expect_failure(400, BEGIN_AGAIN);
        world.assert_nothing_done().await;
    }

    async fn a_tampered_cookie(world: &World) {
        let browser = world.browser();
        let there = browser.get("/auth/oidc/google?return_to=/console").await;
        let cookie = there.cookie("__Host-sign-in-elsewhere").unwrap().split(';').next().unwrap();
        let back = world.provider.sign_in(&there.location, &world.aisha).await;
        let path = format!("/auth/callback?{}", back.query().unwrap());
        let (content, seal) = cookie.split_once('.').unwrap();
        let flipped = if seal.starts_with('A') { "B" } else { "A" };
        for wrong in [
            format!("{content}.{flipped}{}", &seal[1..]),
            format!("{content}."),
            content.to_owned(),
            format!("{content}x.{seal}"),
            format!("__Host-sign-in-elsewhere=e30.{seal}"),
            format!("{cookie}; {cookie}"),
        ] {
            let page = world.browser().get_with(&path, &[("Cookie", &wrong)]).await;
            page.expect_failure(400, BEGIN_AGAIN);
        }
        world.assert_nothing_done().await;
        let page = world.browser().get_with(&path, &[("Cookie", cookie)]).await;
        assert_eq!(page.status, 303, "{}", page.text);
    }

    async fn too_late(world: &World) {
        let browser = world.browser();
        let there = browser.get("/auth/oidc/google").await;
        let cookie = there.cookie("__Host-sign-in-elsewhere").unwrap().split(';').next().unwrap();
        world.advance_seconds(600).await;
        let back = world.provider.sign_in(&there.location, &world.aisha).await;
        // A browser that keeps it for longer than it was told to.
        let path = format!("/auth/callback?{}", back.query().unwrap());
        let page = world.browser().get_with(&path, &[("Cookie", cookie)]).await;
        page.expect_failure(400, BEGIN_AGAIN);
        world.assert_nothing_done().await;
    }

    async fn another_issuers_answer(world: &World) {
        let browser = world.browser();
        let back = world.go(&browser).await;
        let changed = with_parameter(&back, "iss", Some("https://evil.example"));
        browser.follow(&changed).await.expect_failure(400, FAILED);
        // The provider says that it always names itself: an answer without is not its.
        let back = world.go(&browser).await;
        let changed = with_parameter(&back, "iss", None);
        browser.follow(&changed).await.expect_failure(400, FAILED);
        world.assert_nothing_done().await;
    }

    async fn a_code_of_nobody(world: &World) {
        for code in [Some("another"), Some(""), None] {
            let browser = world.browser();
            let back = with_parameter(&world.go(&browser).await, "code", code);
            browser.follow(&back).await.expect_failure(400, FAILED);
        }
        world.assert_nothing_done().await;
    }

    async fn a_wrong_id_token(world: &World) {
        let now = world.app.now_seconds();
        let wrong = [
            json!({ "nonce": "another" }),
            json!({ "nonce": null }),
            json!({ "nonce": 7 }),
            json!({ "aud": "another" }),
            json!({ "aud": null }),
            json!({ "aud": ["sovereign", "another"] }),
            json!({ "aud": ["sovereign", "another"], "azp": "another" }),
            json!({ "azp": "another" }),
            json!({ "iss": "https://evil.example" }),
            json!({ "iss": format!("{}/", world.provider.issuer.url) }),
            json!({ "exp": now - 30 }),
            json!({ "exp": null }),
            json!({ "nbf": now + 31 }),
            json!({ "iat": now + 31 }),
            json!({ "iat": now - 601 }),
            json!({ "iat": null }),
            json!({ "sub": null }),
            json!({ "sub": "" }),
        ];
        let wrong = wrong.into_iter().map(IdToken::With).chain([IdToken::Forged]);
        for id_token in wrong {
            let shown = format!("{id_token:?}");
            world.provider.issue(id_token).await;
            let page = world.sign_in(&world.browser()).await;
            assert_eq!(page.status, 400, "{shown}");
            page.expect_failure(400, FAILED);
        }
        world.assert_nothing_done().await;
        for right in [
            json!({ "azp": "sovereign" }),
            json!({ "aud": ["sovereign", "another"], "azp": "sovereign" }),
            json!({ "iat": now - 600, "exp": now - 29 }),
        ] {
            world.provider.issue(IdToken::With(right)).await;
            assert_eq!(world.sign_in(&world.browser()).await.status, 303);
        }
    }

    async fn an_issuer_that_does_not_answer(world: &World) {
        let issuer = &world.provider.issuer;
        issuer.set_mode(Endpoint::Discovery, Mode::Fail).await;
        let browser = world.browser();
        let page = browser.get("/auth/oidc/google").await;
        page.expect_failure(503, "This way to sign in does not answer");
        issuer.set_mode(Endpoint::Discovery, Mode::Answer).await;
        world.advance_seconds(5).await;
        let back = world.go(&browser).await;
        issuer.set_mode(Endpoint::Token, Mode::Fail).await;
        let page = browser.follow(&back).await;
        page.expect_failure(503, "This way to sign in does not answer");
        world.assert_nothing_done().await;
        issuer.set_mode(Endpoint::Token, Mode::Answer).await;
        assert_eq!(world.sign_in(&browser).await.status, 303);
    }

    async fn a_secret_that_the_issuer_does_not_know(world: &World, |settings| {
        settings.client_secret = Some("another".to_owned());
    }) {
        world.sign_in(&world.browser()).await.expect_failure(400, FAILED);
        world.assert_nothing_done().await;
    }
}

/// A Sovereign whose limits are on.
fn limited() -> Setup {
    Setup { limits: Limits::on(Vec::new()), ..Setup::default() }
}

on_both! {
    async fn too_many(app: &TestApp, limited()) {
        let browser = Browser::new(app);
        for _ in 0..120 {
            assert_eq!(browser.get("/auth/callback?state=x&code=y").await.status, 400);
        }
        let page = browser.get("/auth/callback?state=x&code=y").await;
        assert_eq!(page.status, 429, "{}", page.text);
        assert!(page.text.contains("<h1>Too many tries</h1>"), "{}", page.text);
        // The clock stands still: the next is let in when it has moved.
        app.clock.advance_seconds(5);
        assert_eq!(browser.get("/auth/callback?state=x&code=y").await.status, 400);
    }
}
