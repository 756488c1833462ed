//! Connections that speak something else than HTTP, or hardly at all. The database has no part in
//! it.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{raw, still_works};
use crate::harness::{Engine, TestApp};

/// The server gives up on a request head after 10 s. It is dropped in twice that, on a busy
/// machine.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_client_is_dropped() {
    let app = TestApp::start(Engine::Sqlite).await;
    let mut slow = TcpStream::connect(app.address).await.unwrap();
    slow.write_all(b"POST /billing/checkout HTTP/1.1\r\nHost: sovereign\r\nX-").await.unwrap();
    still_works(&app).await;
    let mut answer = Vec::new();
    let dropped =
        tokio::time::timeout(Duration::from_secs(20), slow.read_to_end(&mut answer)).await;
    assert!(dropped.is_ok(), "the connection is still open");
    assert!(!answer.starts_with(b"HTTP/1.1 2"), "{answer:?}");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_http_is_refused() {
    let app = TestApp::start(Engine::Sqlite).await;
    let many = "X-Many: x\r\n".repeat(200);
    let large = format!("X-Large: {}\r\n", "x".repeat(64 * 1024));
    let get = |headers: &str| format!("GET /livez HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
    let not_utf_8 = b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n";
    assert_eq!(raw::send_bytes(&app, not_utf_8).await.status, 400);
    for request in [
        "GET\r\n\r\n".to_owned(),
        "GET /livez\r\n\r\n".to_owned(),
        "GET /livez HTTP/9.9\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1} a TLS hello\r\n\r\n".to_owned(),
        "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(64 * 1024)),
        get("X\r\n"),
        get("X: a\0b\r\n"),
        get("Content-Length: x\r\n"),
        get("Content-Length: -1\r\n"),
        get("Content-Length: 1\r\nContent-Length: 2\r\n"),
        get("Transfer-Encoding: chunked, x\r\n"),
        get(&many),
        get(&large),
    ] {
        let reply = raw::send_bytes(&app, request.as_bytes()).await;
        assert!((400..500).contains(&reply.status), "{request:.60}: {}", reply.status);
    }
    still_works(&app).await;
    app.finish().await;
}
