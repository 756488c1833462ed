//! `/billing/admin/branding`, `/branding` and `sovereign branding`: how a Sovereign shows itself.

mod colours;
mod command;
mod keycloak_theme;
mod letters;
mod links;
mod logo;
mod pages;
mod set;

use reqwest::Method;
use serde_json::Value;

use crate::harness::{Client, Reply, TestApp};

const PATH: &str = "/billing/admin/branding";
const LOGO: &str = "/billing/admin/branding/logo";
const SVG: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><path d=\"M0 0h8v8z\"/></svg>";

/// Sets some of it, as the franchisee's administrator does.
async fn set(app: &TestApp, body: Value) -> Value {
    app.sovereign_admin().put(PATH, &body).await.expect(200)
}

async fn shown(app: &TestApp) -> Value {
    app.anyone().get("/branding").await.expect(200)
}

async fn put_logo(client: &Client, bytes: impl Into<Vec<u8>>) -> Reply {
    client.send(Method::PUT, LOGO, &[], Some(bytes.into())).await
}

fn etag(reply: &Reply) -> String {
    reply.headers["etag"].to_str().unwrap().to_owned()
}
