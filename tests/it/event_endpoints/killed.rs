//! `kill -9` between every two steps of an event's way: it arrives, once or once more under the same identifier,
//! and in its place.

use std::collections::BTreeSet;

use serde_json::json;

use super::receiver::{Receiver, Seen};
use crate::harness::{Client, Engine, Server, TestDatabase, on_empty};

const FIRST: [&str; 4] = ["--fqdn", "omantel.example", "--currency", "OMR"];
/// Places on the way, and how many events had been sent there that were not noted yet.
pub(super) const POINTS: [(&str, usize); 6] = [
    ("events_published", 0),
    ("events_handed_on", 0),
    ("events_relayed", 0),
    ("event_claimed", 0),
    ("event_sent", 1),
    ("event_settled", 0),
];
const EVENTS: usize = 3;

fn serve(database: &TestDatabase, armed: Option<&str>) -> Server {
    let listen = ["serve", "--listen", "127.0.0.1:0"];
    let program = database.program(&listen).args(FIRST);
    let program = program.env("SOVEREIGN_EVENTS_ALLOWED_NETWORKS", "127.0.0.1");
    Server::start(match armed {
        Some(point) => program.env("SOVEREIGN_TEST_FAIL_POINT", format!("{point}:1")),
        None => program,
    })
}

async fn issue(admin: &Client, round: usize) -> Vec<String> {
    let mut codes = Vec::new();
    for number in 0..EVENTS {
        let code = format!("ROUND-{round}-{number}");
        let body = json!({ "code": code, "credit_omr": 10, "max_redemptions": 0 });
        admin.post("/billing/vouchers/issue", &body).await.expect(200);
        codes.push(code);
    }
    codes
}

/// What is written is taken away by no job until `forget_the_dead`.
async fn hold_jobs(database: &TestDatabase) {
    let late = match database.engine() {
        Engine::Sqlite => "4102444800000000",
        Engine::Postgres => "'2100-01-01'",
    };
    let sql = format!("UPDATE jobs SET next_run_at = {late} WHERE name LIKE '%-events'");
    database.execute(&sql).await;
}

/// As if the dead one's time had passed: its leases, its claims, and the jobs' own.
async fn forget_the_dead(database: &TestDatabase) {
    database.execute("DELETE FROM leases").await;
    database.execute("UPDATE jobs SET next_run_at = last_started_at").await;
    let lanes = "UPDATE event_lanes SET next_attempt_at = \
                 (SELECT MIN(d.created_at) FROM event_deliveries d)";
    database.execute(lanes).await;
}

fn codes(seen: &[Seen]) -> Vec<String> {
    let code = |seen: &Seen| seen.event()["data"]["code"].as_str().unwrap().to_owned();
    seen.iter().map(code).collect()
}

on_empty! {
    async fn at_each_step_nothing_is_lost(database: &TestDatabase) {
        let receiver = Receiver::start().await;
        serve(database, None).stop().expect(0);
        let add = ["events", "endpoint", "add", &receiver.url, "--type", "voucher.issued", "--json"];
        let add = database.program(&add).env("SOVEREIGN_EVENTS_ALLOWED_NETWORKS", "127.0.0.1");
        let added = add.run().expect_json();
        let secret = added["secret"].as_str().unwrap();
        let mut arrived = 0;
        for (round, (point, again)) in POINTS.into_iter().enumerate() {
            hold_jobs(database).await;
            let mut server = serve(database, Some(point));
            let admin = server.bearing(&database.mint("sovereign-admin", "root@example.com"));
            let wanted = issue(&admin, round).await;
            database.execute("UPDATE jobs SET next_run_at = last_started_at").await;
            server.wait_for(&format!("stopped at fail point {point}"));
            server.kill();
            let sent = receiver.seen();
            arrived += sent.len();
            forget_the_dead(database).await;

            let server = serve(database, None);
            receiver.arrived(arrived + EVENTS + again - sent.len()).await;
            server.stop().expect(0);
            let rest = receiver.seen();
            arrived += rest.len();
            let all = [sent, rest].concat();
            let mut in_order = codes(&all);
            in_order.dedup();
            assert_eq!(in_order, wanted, "{point}");
            assert_eq!(all.len(), EVENTS + again, "{point}");
            let ids: BTreeSet<String> = all.iter().map(Seen::id).collect();
            assert_eq!(ids.len(), EVENTS, "{point}");
            assert!(all.iter().all(|seen| seen.signed_by(secret) == [true]));
            let waiting = "SELECT CAST(COUNT(*) AS text) FROM event_deliveries WHERE status <> 'delivered'";
            assert_eq!(database.texts(waiting).await, ["0"], "{point}");
            database.run(&["verify"]).expect(0);
        }
    }
}
