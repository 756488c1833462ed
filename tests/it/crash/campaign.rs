//! A campaign under load, and what must be true of it however the process, its connections or its
//! database were hurt.
//!
//! Person number `n` asks once, for something that `n` decides, under an Idempotency-Key of their own.
//! What was acknowledged is there once and whole; what was refused left nothing; of what had no answer
//! all is there or nothing, and its retry has one effect and the real answer.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde_json::json;
use sovereign::auth::Tokens;
use sovereign::storage::Store;
use sqlx::AssertSqlSafe;

use super::load::{Heard, Load};
use crate::harness::{Door, Engine, Reply, Server, TestDatabase, all_events, tenant_id};

/// The voucher without a cap.
const HOT: &str = "HOT-20";
/// People who share one capped voucher; five of them get it.
const HUNDRED: usize = 100;
const CAP: usize = 5;

/// What a person asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ask {
    /// A plan for 9 OMR, paid from a voucher of 20.
    Checkout(String),
    /// The voucher straight into the wallet.
    Redeem(String),
    /// The plan without credit: refused.
    Uncovered,
}

/// What is known of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Known {
    Refused,
    InDoubt,
    /// Acknowledged with this body.
    Done(String),
}

/// How many of each there were in a round.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Round {
    pub(super) acknowledged: usize,
    pub(super) refused: usize,
    pub(super) in_doubt: usize,
    /// Of those in doubt: found whole, found not at all.
    pub(super) found_done: usize,
    pub(super) found_undone: usize,
    /// Of those found not at all: served when they asked again.
    pub(super) served_late: usize,
}

pub(super) struct Campaign {
    pub(super) database: TestDatabase,
    tokens: Arc<Tokens>,
    known: BTreeMap<usize, Known>,
    /// People written into the database so far.
    written: usize,
    /// The first whom nobody has asked for yet, and the first of the present round.
    next: usize,
    round_from: usize,
    round: Round,
}

impl Ask {
    fn of(person: usize) -> Self {
        let capped = || format!("CAP-{}", person / HUNDRED);
        match person % 10 {
            0..=4 => Self::Checkout(HOT.into()),
            5 | 6 => Self::Checkout(capped()),
            7 => Self::Redeem(HOT.into()),
            8 => Self::Redeem(capped()),
            _ => Self::Uncovered,
        }
    }

    /// Sends it, under the key of this person.
    pub(super) async fn send(person: usize, door: &Door, tokens: &Tokens) -> Option<Reply> {
        let client = door.person(tokens, person).client;
        let tenant_id = tenant_id(person);
        let (path, body) = match Self::of(person) {
            Self::Checkout(code) => (
                "/billing/checkout",
                json!({ "plan_id": "m", "tenant_id": tenant_id, "promo_code": code }),
            ),
            Self::Redeem(code) => {
                ("/billing/vouchers/redeem", json!({ "tenant_id": tenant_id, "code": code }))
            }
            Self::Uncovered => {
                ("/billing/checkout", json!({ "plan_id": "m", "tenant_id": tenant_id }))
            }
        };
        client.try_post_keyed(path, &format!("key-{person}"), &body).await
    }

    fn code(&self) -> Option<&str> {
        match self {
            Self::Checkout(code) | Self::Redeem(code) => Some(code),
            Self::Uncovered => None,
        }
    }

    /// The rows there are when it was done.
    fn whole(&self) -> Facts {
        match self {
            Self::Checkout(_) => [1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 11_000],
            Self::Redeem(_) => [0, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 20_000],
            Self::Uncovered => NOTHING,
        }
    }
}

/// Counts of a person's rows, in the order of [`COUNTS`].
type Facts = [i64; 12];
const NOTHING: Facts = [0; 12];

/// Each a query of (person, count) for the people between `{from}` and `{to}`.
const COUNTS: [&str; 12] = [
    "SELECT tenant_id AS t, COUNT(*) AS n FROM orders WHERE status = 'completed' AND {tenant} \
     GROUP BY tenant_id",
    "SELECT tenant_id AS t, COUNT(*) AS n FROM promo_redemptions WHERE state = 'redeemed' \
         AND {tenant} GROUP BY tenant_id",
    "SELECT tenant_id AS t, COUNT(*) AS n FROM subscriptions WHERE {tenant} GROUP BY tenant_id",
    "SELECT tenant_id AS t, COUNT(*) AS n FROM invoices WHERE {tenant} GROUP BY tenant_id",
    concat!(
        "SELECT tenant_id AS t, COUNT(*) AS n FROM ",
        all_events!(),
        " WHERE type = 'order.placed' AND {tenant} GROUP BY tenant_id"
    ),
    concat!(
        "SELECT tenant_id AS t, COUNT(*) AS n FROM ",
        all_events!(),
        " WHERE type = 'subscription.created' AND {tenant} GROUP BY tenant_id"
    ),
    concat!(
        "SELECT tenant_id AS t, COUNT(*) AS n FROM ",
        all_events!(),
        " WHERE type = 'invoice.paid' AND {tenant} GROUP BY tenant_id"
    ),
    concat!(
        "SELECT tenant_id AS t, COUNT(*) AS n FROM ",
        all_events!(),
        " WHERE type = 'voucher.redeemed' AND {tenant} GROUP BY tenant_id"
    ),
    "SELECT k.tenant_id AS t, COUNT(*) AS n FROM customers k \
         JOIN credit_lots l ON l.customer_id = k.id WHERE {k.tenant} GROUP BY k.tenant_id",
    "SELECT k.tenant_id AS t, COUNT(*) AS n FROM customers k \
         JOIN credit_ledger e ON e.customer_id = k.id WHERE {k.tenant} GROUP BY k.tenant_id",
    "SELECT k.tenant_id AS t, COUNT(*) AS n FROM customers k \
         JOIN idempotency_keys i ON i.user_id = k.user_id WHERE {k.tenant} GROUP BY k.tenant_id",
    "SELECT tenant_id AS t, balance_minor AS n FROM wallets WHERE {tenant}",
];

impl Campaign {
    pub(super) async fn on(database: TestDatabase) -> Self {
        let mut campaign = Self {
            tokens: Arc::new(database.tokens()),
            database,
            known: BTreeMap::new(),
            written: 0,
            next: 0,
            round_from: 0,
            round: Round::default(),
        };
        campaign.issue(HOT, 0).await;
        campaign
    }

    async fn issue(&mut self, code: &str, cap: usize) {
        let now = match self.database.engine() {
            Engine::Sqlite => "1740830400000000",
            Engine::Postgres => "'2025-03-01'",
        };
        let sql = format!(
            "INSERT INTO promo_codes (code, credit_omr, credit_minor, description, active, \
                 max_redemptions, times_redeemed, adopted_redemptions, created_at, updated_at) \
             VALUES ('{code}', 20, 20000, '', true, {cap}, 0, 0, {now}, {now})"
        );
        self.database.execute(&sql).await;
    }

    /// Makes sure that `count` people wait who have not asked yet.
    pub(super) async fn prepare(&mut self, count: usize) {
        while self.written < self.next + count {
            let more = self.written..self.written + HUNDRED;
            self.issue(&format!("CAP-{}", self.written / HUNDRED), CAP).await;
            self.database.people(more.clone()).await;
            self.written = more.end;
        }
    }

    /// Lets those who wait ask, many at once, until one of them has no answer.
    pub(super) fn load(&self, server: &Server) -> Load {
        Load::start(server.door(), &self.tokens, self.next..self.written)
    }

    /// Waits until the load has ended, and takes down what everybody heard.
    pub(super) async fn end(&mut self, load: Load) -> Round {
        for (person, heard) in load.ended().await {
            self.next = self.next.max(person + 1);
            self.hear(person, heard);
        }
        self.round
    }

    fn hear(&mut self, person: usize, heard: Heard) {
        let known = match heard {
            Heard::Nothing => Known::InDoubt,
            Heard::Reply(reply) => read(person, *reply),
        };
        match known {
            Known::Refused => self.round.refused += 1,
            Known::InDoubt => self.round.in_doubt += 1,
            Known::Done(_) => self.round.acknowledged += 1,
        }
        self.known.insert(person, known);
    }

    /// Checks the books, and everything this round's people must find; asks again for all of them, and
    /// checks once more. Answers the round, and begins the next.
    pub(super) async fn check(&mut self, server: &Server) -> Round {
        self.verify();
        let people = self.round_from..self.next;
        let found = self.facts(&people).await;
        let mut done = BTreeMap::new();
        for person in people.clone() {
            let (facts, whole) = (found[&person], Ask::of(person).whole());
            let Some(known) = self.known.get(&person) else {
                assert_eq!(facts, NOTHING, "person {person} never asked");
                continue;
            };
            done.insert(person, facts != NOTHING);
            match known {
                Known::Refused => assert_eq!(facts, NOTHING, "person {person} was refused"),
                Known::Done(_) => assert_eq!(facts, whole, "person {person} was acknowledged"),
                Known::InDoubt if facts == NOTHING => self.round.found_undone += 1,
                Known::InDoubt => {
                    assert_eq!(facts, whole, "person {person} had no answer");
                    self.round.found_done += 1;
                }
            }
        }
        self.retry(server, &done).await;

        let found = self.facts(&people).await;
        for (person, known) in self.known.range(people) {
            let whole = match known {
                Known::Done(_) => Ask::of(*person).whole(),
                Known::Refused => NOTHING,
                Known::InDoubt => panic!("person {person} has no answer still"),
            };
            assert_eq!(found[person], whole, "person {person} asked twice");
        }
        self.check_sums().await;
        self.verify();
        self.round_from = self.next;
        std::mem::take(&mut self.round)
    }

    pub(super) fn verify(&self) {
        self.database.run(&["verify"]).expect(0);
    }

    /// Everybody of the round who was not refused asks again, and once more where they are told to come
    /// again; `done` says what was found of them.
    async fn retry(&mut self, server: &Server, done: &BTreeMap<usize, bool>) {
        const TIMES: usize = 5;
        let mut again: Vec<usize> =
            done.keys().copied().filter(|person| self.known[person] != Known::Refused).collect();
        for _ in 0..TIMES {
            again = self.retry_once(server, done, again).await;
        }
        assert!(again.is_empty(), "{again:?} were told to come again {TIMES} times");
    }

    /// Answers who was told to come again.
    async fn retry_once(
        &mut self,
        server: &Server,
        done: &BTreeMap<usize, bool>,
        again: Vec<usize>,
    ) -> Vec<usize> {
        let mut told_to_come_again = Vec::new();
        let replies = Load::retry(server.door(), &self.tokens, again).await;
        for (person, heard) in replies {
            let Heard::Reply(reply) = heard else { panic!("person {person} has no answer again") };
            let replayed = reply.headers.contains_key("idempotency-replayed");
            let known = read(person, *reply);
            if known == Known::InDoubt {
                told_to_come_again.push(person);
                continue;
            }
            if matches!(known, Known::Done(_)) && !done[&person] {
                self.round.served_late += 1;
            }
            if done[&person] {
                assert!(replayed, "person {person} was served twice: {known:?}");
            }
            if let before @ Known::Done(_) = &self.known[&person] {
                assert_eq!(&known, before, "person {person} has another answer");
            }
            self.known.insert(person, known);
        }
        told_to_come_again
    }

    /// What the whole history adds up to.
    async fn check_sums(&self) {
        let done = |wanted: &dyn Fn(&Ask) -> bool| {
            let all = self.known.iter();
            let done = all.filter(|(_, known)| matches!(known, Known::Done(_)));
            done.filter(|(person, _)| wanted(&Ask::of(**person))).count() as i64
        };
        let orders = done(&|ask| matches!(ask, Ask::Checkout(_)));
        let hot = done(&|ask| ask.code() == Some(HOT));
        let redeemed = done(&|ask| ask.code().is_some());
        let sql = format!(
            "SELECT 'orders ' || CAST(COUNT(*) AS text) FROM orders UNION ALL \
             SELECT 'redemptions ' || CAST(COUNT(*) AS text) FROM promo_redemptions UNION ALL \
             SELECT 'hot ' || CAST(times_redeemed AS text) FROM promo_codes WHERE code = '{HOT}'"
        );
        let mut sums = self.database.texts(&sql).await;
        sums.sort();
        let expected =
            [format!("hot {hot}"), format!("orders {orders}"), format!("redemptions {redeemed}")];
        assert_eq!(sums, expected);
    }

    /// The rows of each of these people.
    async fn facts(&self, people: &Range<usize>) -> BTreeMap<usize, Facts> {
        let mut found: BTreeMap<usize, Facts> =
            people.clone().map(|person| (person, NOTHING)).collect();
        let range = |column: &str| {
            let (from, to) = (tenant_id(people.start), tenant_id(people.end));
            format!("{column} >= '{from}' AND {column} < '{to}'")
        };
        // Each in one connection: they would be in the way of the next kill.
        let store = Store::open(&self.database.location).await.unwrap();
        for (index, sql) in COUNTS.into_iter().enumerate() {
            let sql = sql
                .replace("{tenant}", &range("tenant_id"))
                .replace("{k.tenant}", &range("k.tenant_id"));
            let rows: Vec<(String, i64)> = match &store {
                Store::Postgres(pool) => {
                    sqlx::query_as(AssertSqlSafe(sql)).fetch_all(pool).await.unwrap()
                }
                Store::Sqlite { readers, .. } => {
                    sqlx::query_as(AssertSqlSafe(sql)).fetch_all(readers).await.unwrap()
                }
            };
            for (tenant, count) in rows {
                let person: usize = tenant.trim_start_matches("org-").parse().unwrap();
                found.get_mut(&person).unwrap()[index] = count;
            }
        }
        store.close().await;
        found
    }

    /// The people who have been acknowledged.
    pub(super) fn acknowledged(&self) -> impl Iterator<Item = usize> {
        let done = self.known.iter().filter(|(_, known)| matches!(known, Known::Done(_)));
        done.map(|(person, _)| *person)
    }

    /// What the API says a person has, in minor units; `None` where it does not answer.
    pub(super) async fn balance(&self, server: &Server, person: usize) -> Reply {
        let client = server.door().person(&self.tokens, person).client;
        client.get(&format!("/billing/balance?tenant_id={}", tenant_id(person))).await
    }

    /// What a person who was acknowledged must see there.
    pub(super) fn expected_balance(person: usize) -> i64 {
        Ask::of(person).whole()[11]
    }
}

/// What an answer means; only the ones that a person may get are allowed.
fn read(person: usize, reply: Reply) -> Known {
    let ask = Ask::of(person);
    match (reply.status, reply.body["code"].as_str()) {
        (200, _) => {
            assert_ne!(ask, Ask::Uncovered, "{}", reply.text);
            Known::Done(reply.text)
        }
        (400, Some("voucher_exhausted")) => {
            assert!(ask.code().is_some_and(|code| code != HOT), "{}", reply.text);
            Known::Refused
        }
        (503, Some("payment_not_configured")) => {
            assert_eq!(ask, Ask::Uncovered, "{}", reply.text);
            Known::Refused
        }
        (503, Some("unavailable")) => {
            assert_eq!(reply.headers["retry-after"], "1");
            reply.expect_problem(503, "unavailable");
            Known::InDoubt
        }
        (status, _) => panic!("person {person}: {status} {}", reply.text),
    }
}
