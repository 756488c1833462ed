//! `/billing/mailings`: vouchers that are sent by mail, with a real mail server.

mod ask;
mod command;
mod killed;
mod letters;
mod list;
mod stop;
mod trouble;

use serde_json::{Value, json};

pub(crate) use self::killed::killed_at;
use crate::harness::{Behaviour, Reply, Setup, SinkOptions, TestApp};

const MAILINGS: &str = "/billing/mailings";
const CODES: &str = "issue-in-bulk";
const LETTERS: &str = "send-mailings";
/// Nobody has this identifier.
const NOWHERE: &str = "01a400f6-3600-7001-9c59-0180e54c0e5b";

fn email(name: &str) -> String {
    format!("{name}@example.com")
}

/// These people, in the language of the mailing.
pub(crate) fn to(names: &[&str]) -> Value {
    names.iter().map(|name| json!({ "email": email(name) })).collect()
}

/// So many people.
fn many(count: usize) -> Value {
    (0..count).map(|number| json!({ "email": email(&format!("n{number:04}")) })).collect()
}

fn request_of(addresses: Value, members: Value) -> Value {
    let mut body = json!({ "credit_omr": 20 });
    body["addresses"] = addresses;
    let Value::Object(members) = members else { unreachable!() };
    body.as_object_mut().unwrap().extend(members);
    body
}

/// Asks for vouchers worth 20 each; answers the mailing.
pub(crate) async fn ask(app: &TestApp, addresses: Value, members: Value) -> Value {
    app.sovereign_admin().post(MAILINGS, &request_of(addresses, members)).await.expect(202)
}

fn path(mailing: &Value) -> String {
    format!("{MAILINGS}/{}", mailing["id"].as_str().unwrap())
}

/// How the mailing stands.
async fn read(app: &TestApp, mailing: &Value) -> Value {
    app.sovereign_admin().get(&path(mailing)).await.expect(200)
}

/// Its state, and how many wait, are sent and have failed.
async fn stands(app: &TestApp, mailing: &Value) -> (String, [i64; 3]) {
    let mailing = read(app, mailing).await;
    let counts = ["waiting", "sent", "failed"].map(|name| mailing[name].as_i64().unwrap());
    (mailing["state"].as_str().unwrap().to_owned(), counts)
}

async fn press(app: &TestApp, mailing: &Value, what: &str) -> Reply {
    app.sovereign_admin().post_text(&format!("{}/{what}", path(mailing)), "").await
}

/// Its addresses that stand so, a few on a page.
async fn addresses(app: &TestApp, mailing: &Value, state: &str) -> Vec<Value> {
    let mut next = format!("{}/addresses?state={state}&limit=7", path(mailing));
    let mut found = Vec::new();
    loop {
        let reply = app.sovereign_admin().get(&next).await;
        let link = reply.headers.get("link").map(|link| link.to_str().unwrap().to_owned());
        found.extend(reply.expect(200).as_array().unwrap().clone());
        let Some(link) = link else { return found };
        link.trim_start_matches('<').split('>').next().unwrap().clone_into(&mut next);
    }
}

/// Makes the codes that were asked for, and sends what is due.
async fn carry_out(app: &TestApp) {
    app.run_job(CODES).await;
    app.run_job(LETTERS).await;
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// What a letter says, without marks of direction and with plain spaces.
fn plain(text: Option<&str>) -> String {
    let text = text.unwrap().replace('\u{a0}', " ");
    text.chars().filter(|c| !matches!(c, '\u{2068}' | '\u{2069}')).collect()
}

fn behaving(behaviour: Behaviour) -> Setup {
    Setup { sink: Some(SinkOptions { behaviour, ..SinkOptions::default() }), ..Setup::default() }
}
