//! `kill -9` at moments that nobody chose, again and again on one database.
//!
//! `scripts/crash-test 1000` runs a thousand on each.

use std::time::Duration;

use rand::RngExt as _;
use rand::rngs::StdRng;

use super::campaign::{Campaign, Round};
use super::{chance, say};
use crate::harness::{Engine, Server, TestDatabase};

/// In each run of the tests, on each database.
const KILLS: usize = 20;

#[derive(Debug, Default)]
struct Summary {
    kills: usize,
    in_flight: usize,
    sum: Round,
    verified: usize,
}

impl Summary {
    fn add(&mut self, in_flight: usize, round: Round) {
        self.kills += 1;
        self.in_flight += in_flight;
        self.sum.acknowledged += round.acknowledged;
        self.sum.refused += round.refused;
        self.sum.in_doubt += round.in_doubt;
        self.sum.found_done += round.found_done;
        self.sum.found_undone += round.found_undone;
        self.sum.served_late += round.served_late;
        // Before the retries, and after them.
        self.verified += 2;
    }

    fn say(&self, engine: Engine) {
        let Round { acknowledged, refused, in_doubt, found_done, found_undone, served_late } =
            self.sum;
        say(&format!(
            "{engine:?}: {} kills, {} requests in flight at them; {acknowledged} acknowledged, \
             {refused} refused, {in_doubt} without an answer, of which {found_done} found done and \
             {found_undone} not done ({served_late} of these served at their retry); {} verify runs \
             clean",
            self.kills, self.in_flight, self.verified
        ));
    }
}

async fn killed_again_and_again(engine: Engine) {
    let kills = std::env::var("SOVEREIGN_TEST_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let mut chance = chance();
    let database = TestDatabase::started(engine).await;
    let mut campaign = Campaign::on(database).await;
    let mut server = campaign.database.serve(&[]);
    let mut summary = Summary::default();
    while summary.kills < kills {
        let in_flight = kill_at_some_moment(&mut campaign, server, &mut chance).await;
        server = campaign.database.serve(&[]);
        let round = campaign.check(&server).await;
        // A kill that met nobody shows nothing.
        if in_flight > 0 {
            summary.add(in_flight, round);
        }
        if summary.kills.is_multiple_of(100) {
            summary.say(engine);
        }
    }
    server.stop().expect(0);
    summary.say(engine);
    campaign.database.remove().await;
}

/// Answers how many requests were in flight.
async fn kill_at_some_moment(
    campaign: &mut Campaign,
    server: Server,
    chance: &mut StdRng,
) -> usize {
    let (answers, micros) = (chance.random_range(1..50), chance.random_range(0..8_000));
    campaign.prepare(100).await;
    let load = campaign.load(&server);
    load.answers(answers).await;
    // Nothing is waited for: the moment itself is what is random.
    tokio::time::sleep(Duration::from_micros(micros)).await;
    let in_flight = load.in_flight();
    server.kill();
    campaign.end(load).await;
    in_flight
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    killed_again_and_again(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    killed_again_and_again(Engine::Postgres).await;
}
