//! Of several servers one seals; when it is gone, another does.

use super::{OLD_ENOUGH_SECONDS, ONE, OTHER, insert_lines, issue_and_wait, seals};
use crate::harness::{Engine, SecondServer, TestApp, on_both};

/// How long a lease lasts after it was renewed.
const LEASE_SECONDS: i64 = 180;

on_both! {
    async fn a_lease_is_its_holders_until_it_ends(app: &TestApp) {
        app.seal_audit(ONE).await;
        issue_and_wait(app, "FIRST").await;
        assert_eq!(app.seal_audit(ONE).await, 1);
        app.issue("SECOND", 10, 0).await;
        // Renewed once more before the line is old enough.
        app.clock.advance_seconds(OLD_ENOUGH_SECONDS - LEASE_SECONDS + 1);
        assert_eq!(app.seal_audit(ONE).await, 0);
        app.clock.advance_seconds(LEASE_SECONDS - 1);
        assert_eq!(app.seal_audit(OTHER).await, 0, "the lease has a second left");
        app.clock.advance_seconds(1);
        assert_eq!(app.seal_audit(OTHER).await, 1, "nobody has renewed it");
        // Whoever had it has lost it.
        issue_and_wait(app, "THIRD").await;
        assert_eq!(app.seal_audit(OTHER).await, 1);
        app.issue("FOURTH", 10, 0).await;
        app.clock.advance_seconds(OLD_ENOUGH_SECONDS - LEASE_SECONDS + 1);
        assert_eq!(app.seal_audit(OTHER).await, 0);
        app.clock.advance_seconds(LEASE_SECONDS - 1);
        assert_eq!(app.seal_audit(ONE).await, 0);
        assert_eq!(app.seal_audit(OTHER).await, 1);
    }

    async fn a_holder_that_comes_back_in_time_keeps_it(app: &TestApp) {
        for _ in 0..5 {
            app.clock.advance_seconds(60);
            app.seal_audit(ONE).await;
            app.seal_audit(OTHER).await;
        }
        let taken = match app.engine {
            Engine::Sqlite => "SELECT (until - taken_at) / 1000000 FROM leases",
            Engine::Postgres => {
                "SELECT CAST(extract(epoch FROM until - taken_at) AS bigint) FROM leases"
            }
        };
        assert_eq!(app.number(taken).await, 4 * 60 + LEASE_SECONDS, "since the first of its minutes");
        app.clock.advance_seconds(LEASE_SECONDS);
        app.seal_audit(ONE).await;
        assert_eq!(app.number(taken).await, LEASE_SECONDS, "it had lapsed");
        assert_eq!(app.number("SELECT COUNT(*) FROM leases").await, 1);
    }
}

/// Two servers that run at once: one seals, the other does nothing; when the first is gone, the other
/// goes on with the chain.
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
        let (here, there) = tokio::join!(app.seal_audit(ONE), second.seal_audit(ONE));
        // Whoever lost a number leaves the rest to the other one.
        let rest = app.seal_audit(ONE).await;
        assert_eq!(here + there + rest, 3);
    }
    let numbers: Vec<String> = (1..=9).map(|number| number.to_string()).collect();
    assert_eq!(seals(&app, "number").await, numbers);
    second.stop().await;
    app.finish().await;
}
