//! The JSON routes of clients that keep no cookies, and may keep a `state`.

use reqwest::Url;
use serde_json::{Value, json};

use super::world::{World, in_world, parameter};
use crate::harness::{FQDN, IdToken, Reply, TestApp, on_both};

fn redirect_uri() -> String {
    format!("https://console.{FQDN}/back")
}

async fn begin(app: &TestApp, redirect_uri: &str) -> Reply {
    let mut query = Url::parse("http://x/").unwrap();
    query.query_pairs_mut().append_pair("redirect_uri", redirect_uri);
    app.anyone().get(&format!("/auth/google?{}", query.query().unwrap())).await
}

/// Begins one whose state may, or must, come along; answers the code and the state that come back.
async fn with_state(world: &World, must: bool) -> (String, String) {
    let path = format!("/auth/google?redirect_uri={}&with_state={must}", redirect_uri());
    let begun = world.app.anyone().get(&path).await.expect(200);
    let back = world.provider.sign_in(begun["url"].as_str().unwrap(), &world.aisha).await;
    let state = parameter(back.as_str(), "state");
    assert_eq!(begun["state"], state);
    (parameter(back.as_str(), "code"), state)
}

async fn finish_with(app: &TestApp, code: &str, state: &str) -> Reply {
    let body = json!({ "code": code, "redirect_uri": redirect_uri(), "state": state });
    app.anyone().post("/auth/google/callback", &body).await
}

/// The code with which somebody comes back.
async fn code(world: &World) -> String {
    let begun = begin(&world.app, &redirect_uri()).await.expect(200);
    let back = world.provider.sign_in(begun["url"].as_str().unwrap(), &world.aisha).await;
    assert!(back.as_str().starts_with(&redirect_uri()), "{back}");
    parameter(back.as_str(), "code")
}

/// The claims of the token that a sign-in brings.
async fn pair_claims(world: &World) -> Value {
    let pair = finish(&world.app, &code(world).await, &redirect_uri()).await.expect(200);
    let token = pair["token"].as_str().unwrap();
    jsonwebtoken::dangerous::insecure_decode_claims(token).unwrap()
}

async fn finish(app: &TestApp, code: &str, redirect_uri: &str) -> Reply {
    let body: Value = json!({ "code": code, "redirect_uri": redirect_uri });
    app.anyone().post("/auth/google/callback", &body).await
}

in_world! {
    async fn sign_in(world: &World) {
        let pair = finish(&world.app, &code(world).await, &redirect_uri()).await.expect(200);
        assert_eq!(pair["user"]["email"], "aisha@example.com");
        assert_eq!(pair["user"]["name"], "Name of aisha");
        let token = pair["token"].as_str().unwrap();
        let me = world.app.bearing(token).get("/auth/me").await.expect(200);
        assert_eq!(me["user"]["id"], pair["user"]["id"]);
        let body = json!({ "refresh_token": pair["refresh_token"] });
        world.app.anyone().post("/auth/refresh", &body).await.expect(200);
        assert_eq!(world.app.texts("SELECT method FROM sessions").await, ["oidc:google"]);
    }

    async fn a_code_works_once_and_for_its_address_alone(world: &World) {
        let first = code(world).await;
        let elsewhere = format!("https://{FQDN}/auth/callback");
        finish(&world.app, &first, &elsewhere).await.expect_problem(401, "unauthorized");
        let second = code(world).await;
        finish(&world.app, &second, &redirect_uri()).await.expect(200);
        finish(&world.app, &second, &redirect_uri()).await.expect_problem(401, "unauthorized");
        finish(&world.app, "another", &redirect_uri()).await.expect_problem(401, "unauthorized");
        assert_eq!(world.app.number("SELECT count(*) FROM sessions").await, 1);
    }

    async fn a_wrong_id_token_signs_nobody_in(world: &World) {
        for wrong in [IdToken::With(json!({ "nonce": "another" })), IdToken::Forged] {
            world.provider.issue(wrong).await;
            let code = code(world).await;
            finish(&world.app, &code, &redirect_uri()).await.expect_problem(401, "unauthorized");
        }
        world.assert_nothing_done().await;
    }

    async fn each_begins_with_a_state_of_its_own(world: &World) {
        let mut states = Vec::new();
        for _ in 0..2 {
            let begun = begin(&world.app, &redirect_uri()).await.expect(200);
            states.push(parameter(begun["url"].as_str().unwrap(), "state"));
        }
        assert_ne!(states[0], states[1]);
    }

    async fn a_state_that_comes_along_is_checked(world: &World) {
        let (code, state) = with_state(world, false).await;
        let (head, seal) = state.rsplit_once('.').unwrap();
        let flipped = if seal.starts_with('A') { "B" } else { "A" };
        let changed = format!("{head}.{flipped}{}", &seal[1..]);
        for wrong in ["", "x", head, &changed, &format!("x{state}")] {
            let reply = finish_with(&world.app, &code, wrong).await;
            reply.expect_problem(401, "unauthorized");
        }
        world.assert_nothing_done().await;
        finish_with(&world.app, &code, &state).await.expect(200);

        let (code, state) = with_state(world, false).await;
        world.advance_seconds(600).await;
        finish_with(&world.app, &code, &state).await.expect_problem(401, "unauthorized");
    }

    /// Whoever slips somebody a code of their own is not let in with the state that was kept.
    async fn a_code_is_worth_nothing_without_the_state_that_it_must_come_with(world: &World) {
        let (code, _) = with_state(world, true).await;
        finish(&world.app, &code, &redirect_uri()).await.expect_problem(401, "unauthorized");
        let (slipped, _) = with_state(world, true).await;
        let (own, kept) = with_state(world, true).await;
        finish_with(&world.app, &slipped, &kept).await.expect_problem(401, "unauthorized");
        let (_, loose) = with_state(world, false).await;
        let (code, _) = with_state(world, true).await;
        finish_with(&world.app, &code, &loose).await.expect_problem(401, "unauthorized");
        world.assert_nothing_done().await;
        finish_with(&world.app, &own, &kept).await.expect(200);
    }

    /// Google does not say when somebody signed in there: such a token is not one of just now.
    async fn a_token_says_when_the_issuer_does(world: &World) {
        let lacks = pair_claims(world).await;
        assert_eq!(lacks.get("auth_time"), None, "{lacks}");
        let at = world.app.now_seconds() - 7;
        world.provider.issue(IdToken::With(json!({ "auth_time": at }))).await;
        assert_eq!(pair_claims(world).await["auth_time"], at);
    }

    async fn codes_go_to_this_sovereign_alone(world: &World) {
        for evil in [
            "",
            "https://evil.example/",
            &format!("https://{FQDN}.evil.example/"),
            &format!("https://evil{FQDN}/"),
            &format!("http://{FQDN}/"),
            "http://127.0.0.1:3000/",
        ] {
            for reply in [begin(&world.app, evil).await, finish(&world.app, "code", evil).await] {
                let problem = reply.expect_problem(400, "invalid_request");
                assert_eq!(problem["field"], "redirect_uri", "{evil}");
            }
        }
    }
}

on_both! {
    async fn without_google_there_is_no_such_route(app: &TestApp) {
        begin(app, &redirect_uri()).await.expect_problem(404, "not_found");
        finish(app, "code", &redirect_uri()).await.expect_problem(404, "not_found");
    }
}
