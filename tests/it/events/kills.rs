//! `kill -9` of whoever relays and publishes, at each step: nothing is lost, and nothing is there twice.

use serde_json::json;

use super::nats::heard;
use crate::harness::{Engine, NatsServer, Program, TestDatabase};

/// The job that is killed, the fail point, and at which passage.
pub(super) const STEPS: [(&str, &str); 9] = [
    ("relay-events", "events_published:1"),
    ("relay-events", "events_handed_on:1"),
    ("relay-events", "events_relayed:1"),
    ("publish-events", "nats_connected:1"),
    ("publish-events", "nats_event_confirmed:1"),
    ("publish-events", "nats_event_confirmed:4"),
    ("publish-events", "nats_event_confirmed:8"),
    ("publish-events", "nats_confirmed:1"),
    ("publish-events", "nats_noted:1"),
];

/// So many events in a round.
const VOUCHERS: usize = 8;

fn program(database: &TestDatabase, nats: &NatsServer, arguments: &[&str]) -> Program {
    database.program(arguments).env("SOVEREIGN_NATS_URL", nats.url())
}

fn run_job(database: &TestDatabase, nats: &NatsServer, job: &str) {
    program(database, nats, &["jobs", "run", job]).run().expect(0);
}

fn issue(database: &TestDatabase, round: usize) {
    for number in 0..VOUCHERS {
        let code = format!("CODE-{round}-{number}");
        database.run(&["voucher", "issue", &code, "--credit", "25"]).expect(0);
    }
}

async fn killed_at_each_step(engine: Engine) {
    let database = TestDatabase::started(engine).await;
    let nats = tokio::task::spawn_blocking(NatsServer::start).await.unwrap();
    for (round, (job, point)) in STEPS.into_iter().enumerate() {
        issue(&database, round);
        if job == "publish-events" {
            run_job(&database, &nats, "relay-events");
        }
        let armed = program(&database, &nats, &["jobs", "run", job]);
        let mut process = armed.env("SOVEREIGN_TEST_FAIL_POINT", point).spawn();
        let place = point.split(':').next().unwrap();
        process.wait_for(&format!("stopped at fail point {place}"));
        assert_eq!(process.kill().code, None, "ended by the signal");
        // A minute later: what the killed process had leased has come to its end.
        database.execute("DELETE FROM leases").await;

        run_job(&database, &nats, "relay-events");
        run_job(&database, &nats, "publish-events");
        let messages = nats.messages().await;
        let issued = messages.iter().filter(|message| message.body["type"] == "voucher.issued");
        let codes: Vec<_> = issued.map(|message| message.body["data"]["code"].clone()).collect();
        let all = (0..=round).flat_map(|round| {
            (0..VOUCHERS).map(move |number| json!(format!("CODE-{round}-{number}")))
        });
        assert_eq!(codes, all.collect::<Vec<_>>(), "{point}: each once, in order");
        assert_eq!(messages.len(), heard(&messages).values().map(Vec::len).sum::<usize>());
        let waiting = "SELECT CAST((SELECT COUNT(*) FROM outbox) + (SELECT COUNT(*) FROM nats_queue) \
                       AS text)";
        assert_eq!(database.texts(waiting).await, ["0"], "{point}");
    }
    database.run(&["verify"]).expect(0);
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    killed_at_each_step(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    killed_at_each_step(Engine::Postgres).await;
}

/// A server starts and serves although NATS is down, and publishes when it is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_starts_without_nats() {
    let database = TestDatabase::started(Engine::Sqlite).await;
    let nats = tokio::task::spawn_blocking(NatsServer::start).await.unwrap();
    nats.kill();
    issue(&database, 0);
    let serve = program(&database, &nats, &["serve", "--listen", "127.0.0.1:0"]);
    let mut server = crate::harness::Server::start(serve);
    server.anyone().get("/readyz").await.expect(200);
    server.wait_for("a job failed; it will be tried again job=\"publish-events\"");
    nats.start_again();
    server.wait_for("a job that had failed is done job=\"publish-events\"");
    assert_eq!(nats.messages().await.len(), VOUCHERS);
    server.stop().expect(0);
    database.remove().await;
}
