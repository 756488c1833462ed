//! The network between a server and PostgreSQL, cut at the worst moments.
//!
//! Nobody restarts anything: the server goes on by itself on a new connection.

use rand::RngExt as _;
use sovereign::storage::Location;
use sqlx::postgres::PgConnectOptions;

use super::campaign::{Campaign, Round};
use super::chance;
use crate::harness::{Engine, Harm, Program, Proxy, Server, TestDatabase};

/// A campaign on PostgreSQL, whose server reaches it through a proxy.
struct Behind {
    campaign: Campaign,
    proxy: Proxy,
    server: Server,
    harms: usize,
}

impl Behind {
    async fn start() -> Self {
        let database = TestDatabase::started(Engine::Postgres).await;
        let Location::Server(url) = &database.location else { unreachable!() };
        let options: PgConnectOptions = url.parse().unwrap();
        let address = ([127, 0, 0, 1], options.get_port()).into();
        let proxy = Proxy::before(address).await;
        let name = options.get_database().unwrap();
        let proxied = format!("postgres://postgres@{}/{name}", proxy.address);
        // Without jobs, whose commits would be cut instead of the engine's.
        let serve =
            ["serve", "--listen", "127.0.0.1:0", "--jobs", "off", "--database-url", &proxied];
        let program = Program::new(serve).without_mail();
        let server = Server::start(program.args(["--data".as_ref(), database.directory.path()]));
        Self { campaign: Campaign::on(database).await, proxy, server, harms: 0 }
    }

    /// Does the harm under load; answers what became of those who asked.
    async fn suffer(&mut self, harm: Harm, after: usize) -> Round {
        self.campaign.prepare(200).await;
        let load = self.campaign.load(&self.server);
        load.answers(after).await;
        self.harms += 1;
        self.proxy.order(harm);
        self.proxy.done(self.harms).await;
        load.enough();
        self.campaign.end(load).await;
        self.campaign.check(&self.server).await
    }

    async fn finish(self) {
        self.server.stop().expect(0);
        self.campaign.database.remove().await;
    }
}

/// Nothing was committed: the callers of that batch are told to come again, and are served then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_the_commit_arrives() {
    let mut behind = Behind::start().await;
    for after in [1, 7, 20, 3, 30] {
        let round = behind.suffer(Harm::BeforeCommit, after).await;
        assert!(round.in_doubt > 0 && round.found_done == 0, "{round:?}");
    }
    behind.finish().await;
}

/// All was committed, and the callers cannot know: their retry has the answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_commit_before_its_answer() {
    let mut behind = Behind::start().await;
    for after in [1, 7, 20, 3, 30] {
        let round = behind.suffer(Harm::AfterCommit, after).await;
        assert!(round.found_done > 0 && round.served_late == 0, "{round:?}");
    }
    behind.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_random_moments() {
    let mut chance = chance();
    let mut behind = Behind::start().await;
    for _ in 0..12 {
        let bytes = chance.random_range(1..6_000);
        behind.suffer(Harm::AfterBytes(bytes), chance.random_range(1..30)).await;
    }
    behind.finish().await;
}

/// No byte passes, and nobody hangs up: callers are told in good time, and when the connection is cut the
/// server goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_nothing_passes() {
    let mut behind = Behind::start().await;
    behind.campaign.prepare(200).await;
    let load = behind.campaign.load(&behind.server);
    load.answers(5).await;
    behind.proxy.order(Harm::Stall);
    behind.proxy.done(1).await;
    load.enough();
    // It ends because everybody was answered: nothing has been cut yet.
    let round = behind.campaign.end(load).await;
    assert!(round.in_doubt > 0, "{round:?}");
    behind.proxy.cut_stalled();
    let round = behind.campaign.check(&behind.server).await;
    assert_eq!(round.found_done, 0, "{round:?}");
    behind.finish().await;
}
