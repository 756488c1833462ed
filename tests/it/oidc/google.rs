//! The JSON routes of clients that keep neither cookies nor `state`.

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

/// The code with which somebody comes back.
async fn code(world: &World) -> String {
    let begun = begin(&world.app, &redirect_uri()).await.expect(200);
    let back = world.provider.sign_in(begun["url"].as_str().unwrap(), &world.aisha).await;
    assert!(back.as_str().starts_with(&redirect_uri()), "{back}");
    parameter(back.as_str(), "code")
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
