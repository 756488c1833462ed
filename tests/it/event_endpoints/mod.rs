//! Events that are sent, signed, to the endpoints of others: `/events/admin/endpoints` and what arrives there.

mod addresses;
mod answers;
mod command;
mod delivery;
mod killed;
mod manage;
mod receiver;
mod replay;
mod retries;

use std::time::Duration;

use serde_json::{Value, json};
use sovereign::hooks::HookOptions;

use self::receiver::Receiver;
use crate::harness::{Client, Setup, TestApp};

/// The fail points that sending is killed at.
pub(crate) fn killed_at() -> impl Iterator<Item = &'static str> {
    killed::POINTS.iter().map(|(point, _)| *point)
}

const ENDPOINTS: &str = "/events/admin/endpoints";

/// Events may be sent to this machine, which answers soon or never.
fn hooks() -> HookOptions {
    HookOptions {
        allowed_networks: vec!["127.0.0.1/32".parse().unwrap()],
        timeout: Duration::from_secs(2),
        ..HookOptions::default()
    }
}

fn setup() -> Setup {
    Setup { hooks: hooks(), ..Setup::with_mail() }
}

/// A superadmin who has just signed in.
async fn root(app: &TestApp) -> Client {
    const EMAIL: &str = "chief@example.com";
    if app.number(&format!("SELECT COUNT(*) FROM users WHERE email = '{EMAIL}'")).await == 0 {
        app.database().run(&["user", "grant", EMAIL, "--role", "superadmin"]).expect(0);
    }
    app.sign_in(EMAIL).await.client
}

/// An endpoint, as whoever runs it knows it.
struct Endpoint {
    id: String,
    secret: String,
}

impl Endpoint {
    fn path(&self) -> String {
        format!("{ENDPOINTS}/{}", self.id)
    }

    async fn get(&self, app: &TestApp) -> Value {
        app.superadmin().get(&self.path()).await.expect(200)
    }

    async fn change(&self, app: &TestApp, body: Value) -> Value {
        root(app).await.put(&self.path(), &body).await.expect(200)
    }

    /// A new secret, and everything that was answered with it.
    async fn rotate(&self, app: &TestApp, body: Value) -> (String, Value) {
        let path = format!("{}/rotate", self.path());
        let answer = root(app).await.post(&path, &body).await.expect(200);
        (answer["secret"].as_str().unwrap().to_owned(), answer)
    }

    /// Everything that was sent there, newest first.
    async fn deliveries(&self, app: &TestApp) -> Vec<Value> {
        let path = format!("{}/deliveries?limit=200", self.path());
        app.superadmin().get(&path).await.expect(200).as_array().unwrap().clone()
    }
}

async fn add(app: &TestApp, body: Value) -> Endpoint {
    let made = root(app).await.post(ENDPOINTS, &body).await.expect(201);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Endpoint { id: text(&made["endpoint"]["id"]), secret: text(&made["secret"]) }
}

/// An endpoint at a path of the receiver's, for events of these types.
async fn listen(app: &TestApp, receiver: &Receiver, path: &str, types: &[&str]) -> Endpoint {
    let url = format!("{}{path}", receiver.url);
    let types = if types.is_empty() { &["*"] } else { types };
    add(app, json!({ "url": url, "event_types": types })).await
}

/// Takes events out of the outbox and sends what is due.
async fn deliver(app: &TestApp) {
    app.run_job("relay-events").await;
    app.run_job("deliver-events").await;
}
