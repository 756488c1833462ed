//! A closed-loop HTTP client: keep-alive connections, each with one request in flight.
//!
//! Requests are bytes that were written beforehand, and an answer is read no further than needed to
//! know its status and length: what the client costs is taken from the two cores that the server has.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) const CONNECTIONS: usize = 64;

/// What one run of requests showed.
pub(crate) struct Run {
    pub(crate) requests: usize,
    pub(crate) seconds: f64,
    /// Sorted.
    latencies: Vec<Duration>,
}

impl Run {
    pub(crate) fn rate(&self) -> f64 {
        count(self.requests) / self.seconds
    }

    /// The latency, in milliseconds, that `share` of the requests stayed below.
    pub(crate) fn quantile_ms(&self, share: f64) -> f64 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
        let index = (count(self.latencies.len()) * share) as usize;
        let index = index.min(self.latencies.len().saturating_sub(1));
        self.latencies.get(index).map_or(0.0, |latency| latency.as_secs_f64() * 1_000.0)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a run are small")]
pub(crate) fn count(number: usize) -> f64 {
    number as f64
}

/// Sends each request once, over [`CONNECTIONS`] connections; every answer must be 200.
pub(crate) fn send_each(address: SocketAddr, requests: Vec<Vec<u8>>) -> Run {
    let total = requests.len();
    send(address, requests, total, CONNECTIONS)
}

/// Sends one request again and again, `total` times.
pub(crate) fn send_again(address: SocketAddr, request: Vec<u8>, total: usize) -> Run {
    send(address, vec![request], total, CONNECTIONS)
}

/// The same, one after the other.
pub(crate) fn send_alone(address: SocketAddr, request: Vec<u8>, total: usize) -> Run {
    send(address, vec![request], total, 1)
}

/// Sends requests of so many kinds in turn, one after the other on one connection, in so many rounds; answers a run of each
/// kind, and the status that it got last.
pub(crate) fn send_in_turn(
    address: SocketAddr,
    (kinds, rounds): (usize, usize),
    request: impl Fn(usize, usize) -> Vec<u8>,
) -> Vec<(Run, String)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut answer = Vec::with_capacity(4_096);
        let mut runs = vec![(Vec::with_capacity(rounds), String::new()); kinds];
        for round in 0..rounds {
            for turn in 0..kinds {
                // None comes behind the same other one each time.
                let place = if round.is_multiple_of(2) { turn } else { kinds - 1 - turn };
                let kind = (place + round / 2) % kinds;
                let bytes = request(kind, round);
                let sent = Instant::now();
                stream.write_all(&bytes).await.unwrap();
                read_answer(&mut stream, &mut answer).await;
                let (latencies, status) = &mut runs[kind];
                latencies.push(sent.elapsed());
                *status = String::from_utf8_lossy(&answer[9..12]).into_owned();
            }
        }
        let run_of = |(mut latencies, status): (Vec<Duration>, String)| {
            let seconds = latencies.iter().sum::<Duration>().as_secs_f64();
            latencies.sort_unstable();
            (Run { requests: rounds, seconds, latencies }, status)
        };
        runs.into_iter().map(run_of).collect()
    })
}

fn send(address: SocketAddr, requests: Vec<Vec<u8>>, total: usize, connections: usize) -> Run {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
        let mut streams = Vec::new();
        for _ in 0..connections {
            let stream = TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            streams.push(stream);
        }
        let began = Instant::now();
        let tasks: Vec<_> = streams
            .into_iter()
            .map(|stream| {
                tokio::spawn(drive(stream, Arc::clone(&requests), Arc::clone(&next), total))
            })
            .collect();
        let mut latencies = Vec::with_capacity(total);
        for task in tasks {
            latencies.extend(task.await.unwrap());
        }
        let seconds = began.elapsed().as_secs_f64();
        latencies.sort_unstable();
        assert_eq!(latencies.len(), total, "answers");
        Run { requests: total, seconds, latencies }
    })
}

async fn drive(
    mut stream: TcpStream,
    requests: Arc<Vec<Vec<u8>>>,
    next: Arc<AtomicUsize>,
    total: usize,
) -> Vec<Duration> {
    let mut latencies = Vec::new();
    let mut answer = Vec::with_capacity(4_096);
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        if index >= total {
            return latencies;
        }
        let sent = Instant::now();
        stream.write_all(&requests[index % requests.len()]).await.unwrap();
        read_answer(&mut stream, &mut answer).await;
        latencies.push(sent.elapsed());
        let ok = answer.starts_with(b"HTTP/1.1 200 ");
        assert!(ok, "{}", String::from_utf8_lossy(&answer));
    }
}

async fn read_answer(stream: &mut TcpStream, answer: &mut Vec<u8>) {
    answer.clear();
    loop {
        let read = stream.read_buf(answer).await.unwrap();
        assert!(read > 0, "closed after: {}", String::from_utf8_lossy(answer));
        if let Some(whole) = whole_length(answer)
            && answer.len() >= whole
        {
            return;
        }
    }
}

/// The length of head and body, once the head is whole.
fn whole_length(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&answer[..head]).unwrap().to_ascii_lowercase();
    let length = text.split_once("content-length: ").expect("a content-length").1;
    let digits = length.split("\r\n").next().unwrap();
    Some(head + digits.parse::<usize>().unwrap())
}

/// A GET as bytes.
pub(crate) fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\r\n")
        .into_bytes()
}

/// A GET of a page as bytes, as the browser of somebody who is signed in sends it.
pub(crate) fn get_page(path: &str, session: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\ncookie: __Host-session={session}\r\n\r\n")
        .into_bytes()
}

/// A POST of JSON as bytes.
pub(crate) fn post(path: &str, token: Option<&str>, body: &str) -> Vec<u8> {
    let authorization = token.map(|token| format!("authorization: Bearer {token}\r\n"));
    post_with(path, &authorization.unwrap_or_default(), body)
}

/// The same with other lines in its head.
pub(crate) fn post_with(path: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\n{headers}content-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
