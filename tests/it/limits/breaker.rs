//! Wrong codes from many addresses: the breaker.

use super::{address, assert_wait_is_right, crowd, limited, limits, preview, wait_of};
use crate::harness::{
    Client, Engine, Program, SecondServer, Server, TestApp, TestDatabase, on_both,
};

const ATTACKERS: usize = 1_000;

/// Servers of one Sovereign; who comes is served by one after the other.
struct Servers<'a> {
    app: &'a TestApp,
    second: Option<&'a SecondServer>,
}

impl Servers<'_> {
    fn visitor(&self, index: usize, address: [u8; 4]) -> Client {
        let anyone = match self.second {
            Some(second) if index % 2 == 1 => second.anyone(),
            _ => self.app.anyone(),
        };
        anyone.at(address)
    }

    /// Every attacker tries a wrong code, one after another; how many were answered that it is wrong.
    async fn wave(&self, number: usize) -> usize {
        let visitors = [self.visitor(0, [10, 1, 0, 0]), self.visitor(1, [10, 1, 0, 0])];
        let statuses = crowd(ATTACKERS, |index| {
            // Each address comes by both servers.
            let client = visitors[(index + number) % 2].clone().at(address(1, index));
            async move { preview(&client, &format!("WRONG-{number}-{index}")).await }
        })
        .await;
        let [answered, refused] = [404, 429].map(|status| statuses.get(&status).unwrap_or(&0));
        assert_eq!(answered + refused, ATTACKERS, "{statuses:?}");
        *answered
    }

    async fn everybody_else_is_served(&self, network: u8) {
        let visitors = [self.visitor(0, [10, 1, 0, 0]), self.visitor(1, [10, 1, 0, 0])];
        let statuses = crowd(200, |index| {
            let client = visitors[index % 2].clone().at(address(network, index));
            async move { preview(&client, "RIGHT-200").await }
        })
        .await;
        assert_eq!(statuses.get(&200), Some(&200), "{statuses:?}");
    }

    async fn attack(&self) {
        self.app.issue("RIGHT-200", 200, 0).await;
        let mut answered = 0;
        for number in 0..7 {
            answered += self.wave(number).await;
        }
        assert_eq!(answered, 5 * ATTACKERS, "a handful each");
        self.everybody_else_is_served(2).await;
        // A person with a typing error or two gets through; an attacker does not, with the right code.
        let person = self.visitor(0, [10, 3, 0, 1]);
        preview(&person, "RIGHT-2OO").await.expect_problem(404, "not_found");
        preview(&person, "RIGTH-200").await.expect_problem(404, "not_found");
        preview(&person, "RIGHT-200").await.expect(200);
        let attacker = self.visitor(0, address(1, 77));
        assert_eq!(wait_of(preview(&attacker, "RIGHT-200").await), 300, "until it closes");

        // When it closes they begin again, and it opens again. Hundreds were still on their way.
        self.app.clock.advance_seconds(300);
        let again = self.wave(7).await;
        assert!((200..=250).contains(&again), "{again}");
        assert_eq!(self.wave(8).await, 0);
        self.everybody_else_is_served(4).await;
    }
}

on_both! {
    async fn a_thousand_addresses(app: &TestApp, limited()) {
        Servers { app, second: None }.attack().await;
    }

    /// What an address did before counts: the fifth wrong code of an hour is its last while it is open.
    async fn what_was_before_it_opened_counts(app: &TestApp, limited()) {
        app.issue("RIGHT-200", 200, 0).await;
        let [careless, careful] = [[10, 2, 0, 1], [10, 2, 0, 2]].map(|from| app.anyone().at(from));
        for n in 0..5 {
            preview(&careless, &format!("WRONG-{n}")).await.expect(404);
        }
        for n in 0..4 {
            preview(&careful, &format!("WRONG-{n}")).await.expect(404);
        }
        preview(&careless, "RIGHT-200").await.expect(200);
        let servers = Servers { app, second: None };
        servers.wave(0).await;
        preview(&careful, "RIGHT-200").await.expect(200);
        let refused = preview(&careless, "RIGHT-200").await;
        assert_wait_is_right(app, refused, || preview(&careless, "RIGHT-200")).await;
        // Half an hour later they have two more.
        app.clock.advance_seconds(1_500);
        servers.wave(1).await;
        for status in [404, 404, 429] {
            preview(&careless, "WRONG").await.expect(status);
        }
    }

    /// A campaign whose visitors mistype now and then is no attack.
    async fn a_busy_campaign_does_not_open_it(app: &TestApp, limited()) {
        app.issue("RIGHT-200", 200, 0).await;
        for minute in 0..3 {
            let statuses = crowd(100, |index| {
                let person = app.anyone().at(address(minute, index));
                async move { preview(&person, "RIHGT-200").await }
            })
            .await;
            assert_eq!(statuses[&404], 100);
            app.clock.advance_seconds(60);
        }
        let clumsy = app.anyone().at([10, 9, 0, 1]);
        for _ in 0..8 {
            preview(&clumsy, "RIGHT").await.expect(404);
        }
        preview(&clumsy, "RIGHT-200").await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_addresses_on_two_servers() {
    let app = TestApp::start_with(Engine::Postgres, limited()).await;
    let second = SecondServer::beside_with(&app, limits()).await;
    Servers { app: &app, second: Some(&second) }.attack().await;
    second.stop().await;
    app.finish().await;
}

/// The operator reads that it opened and how many there were, and neither codes nor addresses.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_logged() {
    let database = TestDatabase::empty(Engine::Sqlite).await;
    let serve = ["serve", "--listen", "127.0.0.1:0", "--demo"];
    let mut server = Server::start(Program::new(serve).args(database.flags()));
    let statuses = crowd(230, |n| {
        let attacker = server.anyone().at([203, 0, 113, u8::try_from(n).unwrap()]);
        async move { preview(&attacker, &format!("GUESSED-{n}")).await }
    })
    .await;
    assert_eq!(statuses[&404], 230, "nobody has guessed twice");
    let log = server.wait_for("too many wrong voucher codes").to_owned();
    let line = log.lines().find(|line| line.contains("too many wrong voucher codes")).unwrap();
    assert!(line.contains("WARN") && line.contains("wrong_codes_here=2"), "{line}");
    let log = server.stop().expect(0).stderr;
    assert!(!log.contains("GUESSED") && !log.contains("203.0.113"), "{log}");
}
