//! What wants a sign-in of just now: the issuer is asked to ask the person, and must say that it did.

use reqwest::Url;
use serde_json::{Value, json};

use super::world::{Browser, Page, World, in_world, parameter, with_parameter};
use crate::harness::{IdToken, Provider};

const PAGE: &str = "/admin/users";
const AGAIN: &str = "/auth/oidc/google?return_to=%2Fadmin%2Fusers&again=1";
const TOO_OLD: &str = "This needs a fresh sign-in";

/// Whether an address has a parameter of this name.
fn has(url: &str, name: &str) -> bool {
    Url::parse(url).unwrap().query_pairs().any(|(key, _)| key == name)
}

/// Everybody is a superadmin at the issuer, with these claims besides.
async fn superadmins(world: &World, claims: Value) {
    let mut all = json!({ "role": "superadmin" });
    all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    world.provider.issue(IdToken::With(all)).await;
}

/// Goes to the issuer to show anew who one is, signs in there, and comes back.
async fn again(world: &World, browser: &Browser) -> Page {
    let there = browser.get(AGAIN).await.location;
    let back = world.provider.sign_in(&there, &world.aisha).await;
    browser.follow(&back).await
}

/// Whether what takes a sign-in of just now is open.
async fn is_fresh(browser: &Browser) -> bool {
    let page = browser.get(PAGE).await;
    assert_eq!(page.status, 200, "{}", page.text);
    !page.text.contains(TOO_OLD)
}

#[track_caller]
fn refused(page: &Page) {
    assert_eq!(page.status, 400, "{}", page.text);
    assert!(page.text.contains("<h1>Your sign-in is not new enough</h1>"), "{}", page.text);
    assert!(page.text.contains("href=\"/sign-in?return_to=%2Fadmin%2Fusers"), "{}", page.text);
    assert_eq!(page.cookie("__Host-session"), None);
}

in_world! {
    async fn the_issuer_is_asked_to_ask(world: &World) {
        let browser = world.browser();
        let page = browser.get("/sign-in?return_to=%2Fadmin%2Fusers&again=1").await;
        let button = page.text.split_once("href=\"/auth/oidc/google?").unwrap().1;
        let button = button.split('"').next().unwrap();
        assert!(button.starts_with("return_to=%2Fadmin%2Fusers") && button.ends_with("again=1"));
        assert!(page.text.contains("name=\"again\" value=\"1\""), "{}", page.text);

        let there = browser.get(AGAIN).await.location;
        assert_eq!(parameter(&there, "max_age"), "600");
        assert_eq!(parameter(&there, "prompt"), "login");
        let usual = browser.leave("google", "/console").await;
        assert!(!has(&usual, "max_age") && !has(&usual, "prompt"), "{usual}");
    }

    /// Somebody who is signed in there for long is asked all the same.
    async fn a_person_who_is_asked_again_comes_back_fresh(world: &World, |settings| {
        settings.grants_roles = true;
    }) {
        superadmins(world, json!({})).await;
        let (browser, there) = (world.browser(), Provider::browser());
        let url = browser.leave("google", "/console").await;
        let back = world.provider.sign_in_with(&there, &url, &world.aisha).await;
        assert_eq!(browser.follow(&back).await.status, 303);
        // The issuer did not say when, so that nobody knows.
        assert!(!is_fresh(&browser).await);
        world.advance_seconds(3_600).await;
        let url = browser.get(AGAIN).await.location;
        let back = world.provider.sign_in_with(&there, &url, &world.aisha).await;
        let page = browser.follow(&back).await;
        assert_eq!((page.status, &*page.location), (303, PAGE), "{}", page.text);
        assert!(is_fresh(&browser).await);
        world.advance_seconds(601).await;
        assert!(!is_fresh(&browser).await);
    }

    /// A browser that leaves out what was asked for goes through the issuer in silence, and is not let in.
    async fn a_silent_session_there_is_none(world: &World, |settings| {
        settings.grants_roles = true;
    }) {
        superadmins(world, json!({})).await;
        let (browser, there) = (world.browser(), Provider::browser());
        let url = browser.leave("google", "/console").await;
        let back = world.provider.sign_in_with(&there, &url, &world.aisha).await;
        assert_eq!(browser.follow(&back).await.status, 303);
        world.advance_seconds(3_600).await;
        let asked = Url::parse(&browser.get(AGAIN).await.location).unwrap();
        let silent = with_parameter(&with_parameter(&asked, "prompt", None), "max_age", None);
        let back = world.provider.sign_in_with(&there, silent.as_str(), &world.aisha).await;
        refused(&browser.follow(&back).await);
        // Nor is the usual way round, which says nothing of when.
        let url = browser.leave("google", "/console").await;
        let back = world.provider.sign_in_with(&there, &url, &world.aisha).await;
        assert_eq!(browser.follow(&back).await.status, 303);
        assert!(!is_fresh(&browser).await);
    }

    async fn the_issuer_must_say_that_it_was_just_now(world: &World, |settings| {
        settings.grants_roles = true;
    }) {
        let now = world.app.now_seconds();
        for wrong in [json!(null), json!(now - 601), json!(now + 31), json!("now"), json!(-1)] {
            superadmins(world, json!({ "auth_time": wrong })).await;
            let page = again(world, &world.browser()).await;
            assert_eq!(page.status, 400, "{wrong}: {}", page.text);
        }
        world.assert_nothing_done().await;
        superadmins(world, json!({ "auth_time": null })).await;
        refused(&again(world, &world.browser()).await);
        for right in [now - 600, now, now + 30] {
            superadmins(world, json!({ "auth_time": right })).await;
            let browser = world.browser();
            assert_eq!(again(world, &browser).await.status, 303, "{right}");
            assert!(is_fresh(&browser).await, "{right}");
        }
        let ahead = "SELECT count(*) FROM sessions WHERE signed_in_at > created_at";
        assert_eq!(world.app.number(ahead).await, 0);
    }

    /// However it was begun, a sign-in is as old as the issuer says.
    async fn a_sign_in_is_as_old_as_the_issuer_says(world: &World, |settings| {
        settings.grants_roles = true;
    }) {
        let now = world.app.now_seconds();
        for (auth_time, fresh) in [(now - 601, false), (now - 600, true), (now, true)] {
            superadmins(world, json!({ "auth_time": auth_time })).await;
            let browser = world.browser();
            assert_eq!(world.sign_in(&browser).await.status, 303);
            assert_eq!(is_fresh(&browser).await, fresh, "{auth_time}");
        }
    }
}
