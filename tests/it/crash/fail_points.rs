//! `kill -9` at each step of a batch.

use super::campaign::Campaign;
use crate::harness::{Engine, Server, TestDatabase};

/// Whether what was in the batch is there afterwards.
const POINTS: [(&str, bool); 6] = [
    ("before_lock", false),
    ("after_decide", false),
    ("after_write", false),
    ("before_commit", false),
    ("after_commit", true),
    ("before_answer", true),
];

/// The second batch of several commands stops at each point in turn, on one database.
async fn killed_at_each_point(engine: Engine) {
    let database = TestDatabase::started(engine).await;
    let mut campaign = Campaign::on(database).await;
    for (point, committed) in POINTS {
        campaign.prepare(600).await;
        let program = campaign.database.program(&["serve", "--listen", "127.0.0.1:0"]);
        let armed = format!("{point}:2");
        let mut server = Server::start(program.env("SOVEREIGN_TEST_FAIL_POINT", armed));
        let load = campaign.load(&server);
        server.wait_for(&format!("stopped at fail point {point}"));
        let in_flight = load.in_flight();
        server.kill();
        let round = campaign.end(load).await;
        assert!(in_flight >= 2 && round.in_doubt >= 2, "{point}: {in_flight} in flight, {round:?}");

        let server = campaign.database.serve(&[]);
        let round = campaign.check(&server).await;
        let found = if committed { round.found_done } else { round.found_undone };
        assert!(found > 0, "{point}: {round:?}");
        server.stop().expect(0);
    }
    campaign.database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    killed_at_each_point(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    killed_at_each_point(Engine::Postgres).await;
}

/// The lock of an SQLite file ends with the process that held it, however it ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_leaves_no_lock() {
    let database = TestDatabase::started(Engine::Sqlite).await;
    let server = database.serve(&[]);
    let refused = database.run(&["serve", "--listen", "127.0.0.1:0"]).expect_failure(2);
    assert!(refused.contains("another `sovereign serve` runs"), "{refused}");
    assert_eq!(server.kill().code, None, "ended by the signal");
    database.serve(&[]).stop().expect(0);
}
