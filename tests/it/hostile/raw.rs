//! HTTP by hand: requests that no client library would send.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::{Reply, TestApp};

/// Sends a request head of this first line and these headers, then a body; reads to the end.
pub(super) async fn send(app: &TestApp, line: &[u8], headers: &[&[u8]], body: &[u8]) -> Reply {
    let mut request = line.to_vec();
    request.extend_from_slice(b" HTTP/1.1\r\nHost: sovereign\r\nConnection: close\r\n");
    for header in headers {
        request.extend_from_slice(header);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    request.extend_from_slice(body);
    send_bytes(app, &request).await
}

/// Sends these bytes and reads until the server closes the connection.
pub(super) async fn send_bytes(app: &TestApp, request: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    read(&answer)
}

fn read(answer: &[u8]) -> Reply {
    let answer = String::from_utf8(answer.to_vec()).unwrap();
    let (head, text) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let status = status.and_then(|status| status.parse().ok());
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        headers.append(name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap());
    }
    Reply {
        status: status.unwrap_or_else(|| panic!("no HTTP answer: {answer:?}")),
        headers,
        body: serde_json::from_str(text).unwrap_or(Value::Null),
        text: text.to_owned(),
        bytes: text.as_bytes().to_vec(),
    }
}
