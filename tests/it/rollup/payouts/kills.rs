//! `kill -9` at each step and at any moment, with keys of idempotency forgotten each time: one transfer for each
//! statement, and one file for each batch.

use std::time::Duration;

use rand::RngExt as _;
use serde_json::Value;

use super::{Desk, PAYEES, Payee, files, states};
use crate::harness::{TestDatabase, on_empty};

/// A fail point, and at which passage.
const AT_STRIPE: [(&str, u32); 6] = [
    ("payout_intended", 1),
    ("payout_sent", 1),
    ("payout_settled", 1),
    ("payout_intended", 2),
    ("payout_sent", 2),
    ("payout_settled", 2),
];
const AT_THE_BANK: [(&str, u32); 3] = [("bank_batch", 1), ("bank_file", 1), ("bank_file", 2)];
/// At moments that nobody chose.
const KILLS: u64 = 15;
const FRANCHISEES: i64 = 8;

/// Ends a run where it comes to a fail point.
pub(super) fn kill_at((point, passage): (&str, u32), program: crate::harness::Program) {
    let mut process =
        program.env("SOVEREIGN_TEST_FAIL_POINT", format!("{point}:{passage}")).spawn();
    process.wait_for(&format!("stopped at fail point {point}"));
    assert_eq!(process.kill().code, None, "ended by the signal");
}

/// Pays, killed at some moment, until it is done; answers how often it was killed.
async fn killed_until_paid(desk: &Desk) -> u64 {
    let fake = &desk.world.fake;
    let mut kills = 0;
    loop {
        let process = desk.pay().spawn();
        // Later and later, so that it comes to an end on a slow machine too.
        let latest = 400 + 100 * kills;
        let (asked, millis) = {
            let mut chance = rand::rng();
            (chance.random_range(1..18), chance.random_range(20..latest))
        };
        // Whichever comes first: so many requests, or so long.
        let target = fake.requests() + asked;
        let _ = tokio::time::timeout(Duration::from_millis(millis), fake.asked(target)).await;
        let ended = process.kill();
        fake.forget_keys().await;
        match ended.code {
            Some(0) => return kills,
            None => kills += 1,
            Some(code) => panic!("exit code {code}: {}", ended.stderr),
        }
    }
}

on_empty! {
    async fn at_each_step(database: &TestDatabase) {
        for point in AT_STRIPE {
            let desk = Desk::closed(database, &PAYEES).await;
            kill_at(point, desk.pay());
            let known = states(database).await;
            assert_eq!(known.len(), usize::try_from(point.1).unwrap(), "{point:?}: {known:?}");
            desk.world.fake.forget_keys().await;
            desk.pay().run().expect(0);
            desk.assert_paid_once(&PAYEES).await;
            let both = ["2025-10/omantel/OMR sent 1", "2025-10/zain/BHD sent 1"];
            assert_eq!(states(database).await, both, "{point:?}");
        }
    }

    async fn at_any_moment(database: &TestDatabase) {
        let names: Vec<(String, String)> = (0..FRANCHISEES)
            .map(|number| (format!("franchisee-{number}"), format!("acct_franchisee{number}")))
            .collect();
        let payees: Vec<Payee<'_>> = names
            .iter()
            .zip(1_i64..)
            .map(|((name, account), number)| Payee {
                name,
                currency: "OMR",
                charged: number * 10_000,
                due: number * 8_000,
                account,
            })
            .collect();
        let mut kills = 0;
        while kills < KILLS {
            let desk = Desk::closed(database, &payees).await;
            kills += killed_until_paid(&desk).await;
            desk.assert_paid_once(&payees).await;
        }
    }

    async fn a_banks_file_at_each_step(database: &TestDatabase) {
        for point in AT_THE_BANK {
            let desk = Desk::closed(database, &PAYEES).await;
            kill_at(point, desk.bank_file());
            let known = states(database).await;
            assert_eq!(known, ["2025-10/acme/OMR intended 1", "2025-10/gulf/OMR intended 1"]);
            let told = desk.bank_file().args(["--json"]).run().expect(0);
            let told: Value = serde_json::from_str(&told.stdout).unwrap();
            // From the first file's name on the bank may have it.
            assert_eq!(told["files"][0]["new"], point.0 == "bank_batch", "{point:?}: {told}");
            let written = files(&desk.bank());
            assert_eq!(written.len(), 2, "{point:?}: {:?}", written.keys());
            let mut kept = database.texts("SELECT csv FROM bank_batches").await;
            kept.extend(database.texts("SELECT xml FROM bank_batches").await);
            let kept = kept.into_iter().map(String::into_bytes);
            assert!(written.into_values().eq(kept), "{point:?}: other files than the book has");
            let both = ["2025-10/acme/OMR sent 1", "2025-10/gulf/OMR sent 1"];
            assert_eq!(states(database).await, both, "{point:?}");
        }
    }
}
