//! Races that must not exist, tried with hundreds of callers at once over HTTP.

mod first_requests;
mod one_budget;
mod one_voucher;
mod one_wallet;
mod retries;
mod separate_processes;
mod two_servers;
mod voucher_edits;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use tokio::sync::{Barrier, Semaphore};
use tokio::task::JoinSet;

use crate::harness::{Customer, Reply, TestApp};

/// Runs all requests at once: each waits at a barrier until every one is ready.
pub(crate) async fn at_once<F, Fut>(count: usize, request: F) -> Vec<Reply>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = Reply> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(count));
    let mut running = JoinSet::new();
    for index in 0..count {
        let (barrier, request) = (Arc::clone(&barrier), request(index));
        running.spawn(async move {
            barrier.wait().await;
            (index, request.await)
        });
    }
    let mut replies: Vec<_> = running.join_all().await;
    replies.sort_by_key(|(index, _)| *index);
    replies.into_iter().map(|(_, reply)| reply).collect()
}

/// How many replies had each status; a 5xx fails the test at once.
#[track_caller]
pub(crate) fn statuses(replies: &[Reply]) -> BTreeMap<u16, usize> {
    let mut counts = BTreeMap::new();
    for reply in replies {
        assert!(reply.status < 500, "{} {}", reply.status, reply.text);
        *counts.entry(reply.status).or_default() += 1;
    }
    counts
}

/// Customers with an Organization each, made beforehand, a few at a time: this is no race yet.
async fn customers(app: &TestApp, count: usize) -> Vec<Arc<Customer>> {
    let places = Arc::new(Semaphore::new(16));
    let mut running = JoinSet::new();
    for index in 0..count {
        let name = format!("customer-{index:04}");
        let (client, places) = (app.member(&name), Arc::clone(&places));
        running.spawn(async move {
            let _place = places.acquire().await.unwrap();
            let tenant_id = client.make_organization(&name).await;
            (index, Customer { client, tenant_id })
        });
    }
    let mut made: Vec<_> = running.join_all().await;
    made.sort_by_key(|(index, _)| *index);
    made.into_iter().map(|(_, customer)| Arc::new(customer)).collect()
}
