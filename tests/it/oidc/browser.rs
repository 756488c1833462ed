//! A whole sign-in in a browser.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::world::{BRANDED, Browser, CLIENT_ID, in_world, parameter, provider, settings};
use crate::harness::{Account, Engine, FQDN, Setup, TestApp};

in_world! {
    async fn ends_where_it_was_meant_to(world: &World) {
        let browser = world.browser();
        let page = browser.get("/sign-in?return_to=/console?a=b").await;
        assert!(page.text.contains("Sign in with Label of google"), "{}", page.text);
        let button = "href=\"/auth/oidc/google?return_to=%2Fconsole%3Fa%3Db\"";
        assert!(page.text.contains(button), "{}", page.text);

        let there = browser.leave("google", "%2Fconsole%3Fa%3Db").await;
        assert!(there.starts_with(&world.provider.issuer.url), "{there}");
        assert_eq!(parameter(&there, "client_id"), CLIENT_ID);
        assert_eq!(parameter(&there, "response_type"), "code");
        assert_eq!(parameter(&there, "scope"), "openid email profile");
        assert_eq!(parameter(&there, "redirect_uri"), format!("https://{FQDN}/auth/callback"));
        assert_eq!(parameter(&there, "code_challenge_method"), "S256");

        let back = world.provider.sign_in(&there, &world.aisha).await;
        let page = browser.follow(&back).await;
        assert_eq!((page.status, &*page.location), (303, "/console?a=b"), "{}", page.text);
        for name in ["__Host-session", "__Host-visitor"] {
            let cookie = page.cookie(name).unwrap();
            assert!(cookie.contains("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{cookie}");
        }
        let over = page.cookie("__Host-sign-in-elsewhere").unwrap();
        assert!(over.starts_with("__Host-sign-in-elsewhere=;") && over.contains("Max-Age=0"));
        let account = browser.get("/console").await;
        assert!(account.text.contains("aisha@example.com"), "{}", account.text);

        let sql = "SELECT name || '|' || avatar_url || '|' || email FROM users \
                   WHERE subject = 'aisha' AND email_verified";
        let expected = "Name of aisha|https://pictures.example/aisha.png|aisha@example.com";
        assert_eq!(world.app.texts(sql).await, [expected]);
        let sql = "SELECT method || '|' || granted_role FROM sessions WHERE NOT trusted";
        assert_eq!(world.app.texts(sql).await, ["oidc:google|member"]);
    }

    async fn comes_back_to_the_franchisees_host(world: &World) {
        let brand = json!({ "host": BRANDED });
        world.app.sovereign_admin().put("/billing/admin/branding", &brand).await.expect(200);
        let browser = world.browser();
        let there = browser.leave("google", "%2Fconsole").await;
        assert_eq!(parameter(&there, "redirect_uri"), format!("https://{BRANDED}/auth/callback"));
        let back = world.provider.sign_in(&there, &world.aisha).await;
        assert_eq!((back.host_str(), back.path()), (Some(BRANDED), "/auth/callback"));
        let page = browser.get(&format!("/auth/callback?{}", back.query().unwrap())).await;
        assert_eq!((page.status, &*page.location), (303, "/console"), "{}", page.text);
        assert!(browser.is_signed_in().await);
    }

    async fn keeps_its_secrets_in_one_cookie_for_ten_minutes(world: &World) {
        let page = world.browser().get("/auth/oidc/google").await;
        let cookie = page.cookie("__Host-sign-in-elsewhere").unwrap();
        for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax", "Max-Age=600"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        let content = cookie.split(['=', '.']).nth(1).unwrap();
        let content = String::from_utf8(URL_SAFE_NO_PAD.decode(content).unwrap()).unwrap();
        let kept: serde_json::Value = serde_json::from_str(&content).unwrap();
        assert_eq!(parameter(&page.location, "state"), kept["state"]);
        assert_eq!(parameter(&page.location, "nonce"), kept["nonce"]);
        assert!(!page.location.contains(kept["verifier"].as_str().unwrap()), "PKCE's stays here");
        let again = world.browser().get("/auth/oidc/google").await;
        assert_ne!(parameter(&again.location, "state"), kept["state"]);
        assert_ne!(parameter(&again.location, "nonce"), kept["nonce"]);
    }

    async fn goes_on_to_paths_of_ours_alone(world: &World) {
        let browser = world.browser();
        let there = browser.leave("google", "https%3A%2F%2Fevil.example").await;
        let back = world.provider.sign_in(&there, &world.aisha).await;
        assert_eq!(browser.follow(&back).await.location, "/console");
    }

    async fn can_be_cancelled(world: &World) {
        let browser = world.browser();
        let there = browser.leave("google", "/console").await;
        let back = world.provider.cancel(&there).await;
        let page = browser.follow(&back).await;
        page.expect_failure(200, "You are not signed in");
        assert!(page.cookie("__Host-sign-in-elsewhere").unwrap().contains("Max-Age=0"));
        world.assert_nothing_done().await;
        // Nothing stands in the way of the next one.
        assert_eq!(world.sign_in(&browser).await.status, 303);
    }

    async fn comes_back_to_the_same_user(world: &World) {
        for _ in 0..2 {
            let browser = world.browser();
            assert_eq!(world.sign_in(&browser).await.status, 303);
            assert!(browser.is_signed_in().await);
        }
        let sql = "SELECT count(*) FROM users WHERE subject = 'aisha'";
        assert_eq!(world.app.number(sql).await, 1);
    }

    async fn works_for_a_public_client(world: &World, |settings| {
        settings.client_id = String::from("public");
        settings.client_secret = None;
    }) {
        assert_eq!(world.sign_in(&world.browser()).await.status, 303);
    }

    async fn an_unknown_issuer_has_no_page(world: &World) {
        let page = world.browser().get("/auth/oidc/other").await;
        page.expect_failure(404, "There is no such way to sign in");
    }

    async fn speaks_arabic(world: &World) {
        let browser = world.browser();
        let arabic = [("Accept-Language", "ar")];
        let page = browser.get_with("/sign-in", &arabic).await;
        assert!(page.text.contains("تسجيل الدخول عبر Label of google"), "{}", page.text);
        let page = browser.get_with("/auth/callback?state=x&code=y", &arabic).await;
        page.expect_failure(400, "ابدأ من جديد");
    }
}

async fn two_providers(engine: Engine) {
    let (aisha, salim) =
        (Account::new("same", "aisha@example.com"), Account::new("same", "salim@example.com"));
    let one = provider(vec![aisha.clone()]).await;
    let other = provider(vec![salim.clone()]).await;
    let issuers = vec![settings("one", &one.issuer.url), settings("other", &other.issuer.url)];
    let app = TestApp::start_with(engine, Setup { issuers, ..Setup::default() }).await;
    for (name, provider, account) in [("one", &one, &aisha), ("other", &other, &salim)] {
        let browser = Browser::new(&app);
        let there = browser.leave(name, "/console").await;
        let back = provider.sign_in(&there, account).await;
        assert_eq!(browser.follow(&back).await.status, 303);
        let page = browser.get("/console").await;
        assert!(page.text.contains(&account.email), "{}", page.text);
    }
    // One subject of two issuers is two people.
    assert_eq!(app.number("SELECT count(*) FROM users WHERE subject = 'same'").await, 2);

    // A code of one, brought back as the other's (RFC 9700, section 4.4).
    let browser = Browser::new(&app);
    let there = browser.leave("one", "/console").await;
    let back = one.sign_in(&there, &aisha).await;
    let back = super::world::with_parameter(&back, "iss", Some(&other.issuer.url));
    browser.follow(&back).await.expect_failure(400, "This sign-in did not work");
    app.finish().await;
}

mod two_providers_are_told_apart {
    use super::{Engine, two_providers};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        two_providers(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        two_providers(Engine::Postgres).await;
    }
}
