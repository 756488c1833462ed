//! How often who may ask, and what becomes of those who try voucher codes. The clock stands still until a
//! test moves it, so that every limit is met exactly.

mod breaker;
mod indistinguishable;
mod quotas;
mod statement;
mod two_servers;
mod wrong_codes;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use serde_json::json;
use sovereign::limits::Limits;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::harness::{Client, Reply, Setup, TestApp};

const PREVIEW: &str = "/billing/vouchers/redeem-preview";

/// With limits, and the tests as a proxy that is trusted.
fn limits() -> Limits {
    Limits::on(vec!["127.0.0.1/32".parse().unwrap()])
}

fn limited() -> Setup {
    Setup { limits: limits(), ..Setup::default() }
}

async fn preview(client: &Client, code: &str) -> Reply {
    client.post(PREVIEW, &json!({ "code": code })).await
}

/// Address number `n` of a network of `10.0.0.0/8`.
fn address(network: u8, n: usize) -> [u8; 4] {
    let [.., high, low] = u32::try_from(n).unwrap().to_be_bytes();
    [10, network, high, low]
}

/// How long a request that was refused is told to wait.
#[track_caller]
fn wait_of(refused: Reply) -> i64 {
    let wait = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    let problem = refused.expect_problem(429, "too_many_requests");
    assert!(problem["detail"].as_str().unwrap().contains(&format!("wait {wait} s")), "{problem}");
    wait
}

/// Waiting as told is enough, and a second less is not.
async fn assert_wait_is_right<F, Fut>(app: &TestApp, refused: Reply, ask: F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Reply>,
{
    let wait = wait_of(refused);
    app.clock.advance_seconds(wait - 1);
    if wait > 1 {
        ask().await.expect_problem(429, "too_many_requests");
    }
    app.clock.advance_seconds(1);
    let status = ask().await.status;
    assert_ne!(status, 429, "refused again after {wait} s");
}

/// Asks `count` times, some dozens at once; how many answers had each status.
async fn crowd<F, Fut>(count: usize, ask: F) -> BTreeMap<u16, usize>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = Reply> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(48));
    let mut asking = JoinSet::new();
    for index in 0..count {
        let (places, asked) = (Arc::clone(&places), ask(index));
        asking.spawn(async move {
            let _place = places.acquire().await.unwrap();
            asked.await.status
        });
    }
    let mut statuses = BTreeMap::new();
    while let Some(status) = asking.join_next().await {
        *statuses.entry(status.unwrap()).or_default() += 1;
    }
    statuses
}
