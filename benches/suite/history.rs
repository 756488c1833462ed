//! Checkout speed does not depend on what is in the database: empty, vacuumed while it was empty (when
//! PostgreSQL knows for certain that a table has no rows, and plans for that), or with a million ledger
//! rows.

use sovereign::storage::Store;
use tokio::runtime::Runtime;

use crate::load;
use crate::people::{self, People};
use crate::server::{self, Process, Sovereign};
use crate::summary::{median, spread};
use crate::{Scale, say};

const CHECKOUTS: usize = 20_000;
const CODE: &str = "HOT";
/// Accounts with four ledger lines each.
const ACCOUNTS: usize = 250_000;
/// Numbers of people who have a past; those who check out begin at nought.
const PAST: usize = 10_000_000;

struct Contestant {
    name: &'static str,
    sovereign: Sovereign,
    store: Store,
    process: Process,
    rates: Vec<f64>,
}

pub(crate) fn run(runtime: &Runtime, scale: Scale) {
    let accounts = ACCOUNTS / scale.divisor;
    say(&format!("history: checkouts beside {} ledger rows and beside none", accounts * 4));
    let mut contestants: Vec<Contestant> =
        ["fresh", "vacuumed while empty", "a million ledger rows"]
            .into_iter()
            .enumerate()
            .map(|(index, name)| runtime.block_on(Contestant::new(index, name, accounts)))
            .collect();
    let count = CHECKOUTS / scale.divisor;
    for round in 0..scale.rounds {
        for contestant in &mut contestants {
            let people = People { first: round * count, count };
            runtime.block_on(people.insert(&contestant.store, server::FQDN));
            let requests = people.checkouts(&contestant.sovereign.tokens(), CODE);
            runtime.block_on(server::settle());
            let run = load::send_each(contestant.process.address, requests);
            say(&format!("  {:<28} {:>8.0}/s", contestant.name, run.rate()));
            contestant.rates.push(run.rate());
        }
    }
    say("\nmedian of the rounds (lowest to highest), a second");
    let fresh = median(&contestants[0].rates);
    for contestant in &contestants {
        say(&format!(
            "  {:<28} {}   {:.2} of fresh (at least 0.90)",
            contestant.name,
            spread(&contestant.rates),
            median(&contestant.rates) / fresh
        ));
    }
    say("");
}

impl Contestant {
    async fn new(index: usize, name: &'static str, accounts: usize) -> Self {
        let sovereign = Sovereign::on_postgres(&format!("bench_history_{index}"), &[]).await;
        let store = sovereign.store().await;
        match index {
            1 => people::execute(&store, "VACUUM ANALYZE").await,
            2 => past(&store, accounts).await,
            _ => {}
        }
        sovereign.issue(&store, CODE).await;
        let process = sovereign.serve();
        Self { name, sovereign, store, process, rates: Vec::new() }
    }
}

/// Accounts that were granted ten units and drew eight of them in three draws.
async fn past(store: &Store, accounts: usize) {
    let old = People { first: PAST, count: accounts };
    old.insert(store, server::FQDN).await;
    let numbers = format!("generate_series({PAST}, {}) AS n", PAST + accounts - 1);
    let id = |table: &str| format!("('{table}-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid");
    let (customer, lot) = (id("00000003"), id("00000006"));
    let line = |table: &str, kind: &str, amount: i64| {
        format!(
            "SELECT {}, {customer}, {lot}, '{kind}', {amount}, 0, 'past', 'posted', now() FROM {numbers}",
            id(table)
        )
    };
    let lines = [
        line("00000010", "grant", 10_000),
        line("00000011", "draw", -4_000),
        line("00000012", "draw", -3_000),
        line("00000013", "draw", -1_000),
    ];
    let statements = [
        format!(
            "INSERT INTO credit_lots (id, customer_id, source, reference, promotional, priority, \
                 amount_minor, remaining_minor, held_minor, created_at) \
             SELECT {lot}, {customer}, 'adjustment', 'past', TRUE, 100, 10000, 2000, 0, now() \
             FROM {numbers}"
        ),
        format!(
            "INSERT INTO credit_ledger (id, customer_id, lot_id, kind, amount_minor, owed_minor, \
                 reason, status, created_at) {}",
            lines.join(" UNION ALL ")
        ),
        format!(
            "UPDATE wallets SET balance_minor = 2000 FROM {numbers} WHERE customer_id = {customer}"
        ),
        "VACUUM ANALYZE".to_owned(),
    ];
    for statement in statements {
        people::execute(store, &statement).await;
    }
}
