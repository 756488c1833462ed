//! Signing in by mail, sessions, passwords and roles, with a real mail server and browsers' cookies.

mod administrator;
mod browser;
mod by_mail;
mod forms;
mod invitations;
mod limits;
mod mail;
mod passwords;
mod roles;
mod sessions;
mod shares;

use serde_json::{Value, json};

use crate::harness::{Reply, TestApp};

/// The code in the newest mail to `email`.
async fn code(app: &TestApp, email: &str) -> String {
    let mail = app.sink().next_to(email).await;
    code_in(&mail.text.unwrap())
}

fn code_in(text: &str) -> String {
    let digits = |word: &&str| word.len() == 6 && word.chars().all(|c| c.is_ascii_digit());
    text.split_whitespace().find(digits).unwrap_or_else(|| panic!("no code in {text}")).to_owned()
}

/// The path of the link in a mail.
fn link_in(text: &str) -> String {
    let start = text.find("https://").unwrap_or_else(|| panic!("no link in {text}"));
    let link = text[start..].split_whitespace().next().unwrap();
    let path = link.splitn(4, '/').nth(3).unwrap();
    format!("/{path}")
}

async fn ask(app: &TestApp, email: &str) -> Reply {
    app.anyone().post("/auth/magic-link", &json!({ "email": email })).await
}

async fn verify(app: &TestApp, email: &str, code: &str) -> Reply {
    app.anyone().post("/auth/verify", &json!({ "email": email, "code": code })).await
}

/// Signs in by the API; answers the pair of tokens.
async fn signed_in(app: &TestApp, email: &str) -> Value {
    ask(app, email).await.expect(200);
    let code = code(app, &email.trim().to_lowercase()).await;
    verify(app, email, &code).await.expect(200)
}

fn token(pair: &Value) -> &str {
    pair["token"].as_str().unwrap()
}

fn refresh_token(pair: &Value) -> &str {
    pair["refresh_token"].as_str().unwrap()
}

/// Six digits that are not the code.
fn another(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}
