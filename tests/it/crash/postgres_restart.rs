//! PostgreSQL killed and started again under a server, and connections ended by an administrator.

use std::time::{Duration, Instant};

use serde_json::json;
use sovereign::auth::Role;
use sovereign::storage::Location;
use sqlx::{Connection as _, PgConnection};

use super::campaign::Campaign;
use crate::harness::{Cluster, Engine, FQDN, Server, TestDatabase, token};

/// A requirement: a load balancer has the server back this soon.
const READY_WITHIN: Duration = Duration::from_secs(5);

/// Waits until PostgreSQL accepts connections; the moment when it did.
async fn accepts(url: String) -> Instant {
    loop {
        if let Ok(connection) = PgConnection::connect(&url).await {
            let accepted = Instant::now();
            connection.close().await.unwrap();
            return accepted;
        }
        tokio::task::yield_now().await;
    }
}

async fn ready(server: &Server) -> Instant {
    while server.anyone().get("/readyz").await.status != 200 {}
    Instant::now()
}

/// Stopped as by a crash, with its data on disk: nothing acknowledged is lost, and nobody restarts us.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_at_once_and_started_again() {
    let cluster = Cluster::start();
    let mut connection = PgConnection::connect(&cluster.url("postgres")).await.unwrap();
    sqlx::raw_sql("CREATE DATABASE sovereign").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let location = Location::Server(cluster.url("sovereign"));
    let database = TestDatabase::at(location, tempfile::tempdir().unwrap());
    let server = database.serve(&["--fqdn", FQDN, "--currency", "OMR"]);
    let mut campaign = Campaign::on(database).await;
    for after in [1, 30, 60] {
        campaign.prepare(300).await;
        let load = campaign.load(&server);
        load.answers(after).await;
        cluster.stop_at_once();
        let round = campaign.end(load).await;
        assert!(round.in_doubt > 0, "{round:?}");
        server.anyone().get("/livez").await.expect(200);
        let gone = server.anyone().get("/readyz").await;
        assert_eq!(gone.headers["retry-after"], "1");
        gone.expect_problem(503, "unavailable");

        let accepted = tokio::spawn(accepts(cluster.url("postgres")));
        cluster.start_again();
        let accepted = accepted.await.unwrap();
        let took = ready(&server).await.duration_since(accepted);
        assert!(took < READY_WITHIN, "ready {took:?} after PostgreSQL was");
        campaign.check(&server).await;
    }
    server.stop().expect(0);
    drop(cluster);
}

/// Ends all connections of servers to this database.
async fn end_connections(database: &TestDatabase) -> usize {
    let ended = "SELECT CAST(pg_terminate_backend(pid) AS text) FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid()";
    database.texts(ended).await.len()
}

/// Connections that were ended while they were idle cost nobody an error.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_ended_by_an_administrator() {
    let database = TestDatabase::started(Engine::Postgres).await;
    let server = database.serve(&[]);
    let tokens = database.tokens();
    let mut campaign = Campaign::on(database).await;
    for _ in 0..5 {
        campaign.prepare(100).await;
        let issuer = server.bearing(&token(&tokens, "campaigns", Role::SovereignAdmin));
        assert!(end_connections(&campaign.database).await > 0);
        let load = campaign.load(&server);
        let voucher = json!({ "code": "AFTERWARDS-1", "credit_omr": 1 });
        issuer.post("/billing/vouchers/issue", &voucher).await.expect(200);
        let round = campaign.end(load).await;
        assert_eq!(round.in_doubt, 0, "{round:?}");
        campaign.check(&server).await;
        server.anyone().get("/readyz").await.expect(200);
    }
    server.stop().expect(0);
    campaign.database.remove().await;
}

/// Under load, only a COMMIT in doubt is anybody's error: every other batch is decided again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn busy_connections_ended_by_an_administrator() {
    let database = TestDatabase::started(Engine::Postgres).await;
    let server = database.serve(&[]);
    let mut campaign = Campaign::on(database).await;
    for after in [1, 10, 20, 30, 40, 50] {
        campaign.prepare(150).await;
        let load = campaign.load(&server);
        load.answers(after).await;
        end_connections(&campaign.database).await;
        campaign.end(load).await;
        campaign.check(&server).await;
    }
    let log = server.stop().expect(0).stderr;
    let failed = log.lines().filter(|line| line.contains("batch failed"));
    for line in failed {
        assert!(line.contains("lost during COMMIT"), "{line}");
    }
    campaign.database.remove().await;
}
