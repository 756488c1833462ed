//! Of several servers one seals at a time; and two that both try write each seal once.

use super::{OLD_ENOUGH_SECONDS, ONE, OTHER, insert_lines, seals};
use crate::harness::{Engine, SecondServer, TestApp};

/// Two servers that run at once: one seals, the other does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_servers_one_seals() {
    let app = TestApp::start(Engine::Postgres).await;
    let second = SecondServer::beside(&app).await;
    for round in 0..10 {
        insert_lines(&app, 30).await;
        app.clock.advance_seconds(OLD_ENOUGH_SECONDS);
        let (here, there) = tokio::join!(app.seal_audit(ONE), second.seal_audit(OTHER));
        assert_eq!(here + there, 1, "round {round}");
    }
    assert_eq!(seals(&app, "line_count").await, vec!["30"; 10]);
    second.stop().await;
    app.finish().await;
}

/// Both believe that they have the lease. Each number is written once, and the chain holds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_believe_they_have_the_lease_write_each_seal_once() {
    let app = TestApp::start(Engine::Postgres).await;
    let second = SecondServer::beside(&app).await;
    for _ in 0..3 {
        insert_lines(&app, 25_000).await;
        app.clock.advance_seconds(OLD_ENOUGH_SECONDS);
        let (here, there) = tokio::join!(app.seal_without_lease(), second.seal_without_lease());
        // Whoever lost a number leaves the rest to the other one.
        let rest = app.seal_audit(ONE).await;
        assert_eq!(here + there + rest, 3);
    }
    let numbers: Vec<String> = (1..=9).map(|number| number.to_string()).collect();
    assert_eq!(seals(&app, "number").await, numbers);
    second.stop().await;
    app.finish().await;
}
