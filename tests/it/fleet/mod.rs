//! `sovereign fleet`, and the snapshot that a Sovereign of the publisher's shows.

mod command;
mod identity;
mod page;
mod refused;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinHandle;

use crate::harness::{FQDN, Program, TestApp};

/// A conforming Sovereign, one that has drifted and one that is not reached.
pub(crate) const SNAPSHOT: &str = include_str!("snapshot.json");

/// The command with this file of the fleet.
fn program(fleet: &str, arguments: &[&str]) -> Program {
    let program = Program::new([&["fleet", "--fleet", "fleet.toml"][..], arguments].concat());
    write(&program, "fleet.toml", fleet);
    program
}

fn write(program: &Program, name: &str, text: &str) {
    std::fs::write(program.directory().join(name), text).unwrap();
}

/// A line of the fleet's file; `more` is what else it says.
fn listed(url: &str, more: &str) -> String {
    format!("[[sovereign]]\nurl = '{url}'\n{more}\n\n")
}

/// The tests' own Sovereign, by its name.
fn own(app: &TestApp, more: &str) -> String {
    listed(&app.url(""), &format!("fqdn = '{FQDN}'\n{more}"))
}

/// A port that nobody listens on, and nobody else is given while the socket is there.
fn closed() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    (socket, url)
}

/// The same Sovereign as one of another build.
struct OtherBuild {
    url: String,
    server: JoinHandle<()>,
}

impl OtherBuild {
    async fn of(app: &TestApp) -> Self {
        let (upstream, http) = (app.url(""), reqwest::Client::new());
        let answer = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let url = format!("{upstream}{uri}");
            let mut request = http.request(method, url).body(body);
            for name in ["authorization", "content-type"] {
                if let Some(value) = headers.get(name) {
                    request = request.header(name, value);
                }
            }
            async move { changed(request, uri.path() == "/version").await }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer);
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        Self { url, server }
    }
}

impl Drop for OtherBuild {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn changed(request: reqwest::RequestBuilder, is_version: bool) -> Response {
    let answer = request.send().await.unwrap();
    let kind = answer.headers().get("content-type").cloned();
    let mut response = Response::builder().status(answer.status().as_u16());
    if let Some(kind) = kind {
        response = response.header("content-type", kind);
    }
    let mut bytes = answer.bytes().await.unwrap();
    if is_version {
        let mut version: Value = serde_json::from_slice(&bytes).unwrap();
        version["commit"] = json!("0123456789abcdef");
        bytes = version.to_string().into();
    }
    response.body(Body::from(bytes)).unwrap()
}

/// What is unknown of a row, by cell.
fn reasons(row: &Value) -> Vec<(&str, &str)> {
    let unknown = row["unknown"].as_array().unwrap().iter();
    unknown.map(|one| (one["cell"].as_str().unwrap(), one["reason"].as_str().unwrap())).collect()
}
