//! The money engine, hurt: killed at any step and at any moment, cut off from PostgreSQL, with PostgreSQL
//! killed, with the disk full. Each time the same must hold: see `campaign.rs`.
//!
//! docs/CRASH-SAFETY.md says what is guaranteed and how to run this at length.

mod campaign;
mod card_steps;
mod fail_points;
mod full_disk;
mod load;
mod postgres_restart;
mod proxy_cuts;
mod random_kills;
mod small_disk;

use std::sync::OnceLock;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// Chance that can be repeated: with `SOVEREIGN_TEST_SEED`, the seed that a failed run printed.
fn chance() -> StdRng {
    static SEED: OnceLock<u64> = OnceLock::new();
    let seed = SEED.get_or_init(|| match std::env::var("SOVEREIGN_TEST_SEED") {
        Ok(seed) => seed.parse().expect("SOVEREIGN_TEST_SEED is a number"),
        Err(_) => rand::rng().random(),
    });
    say(&format!("seed: SOVEREIGN_TEST_SEED={seed}"));
    StdRng::seed_from_u64(*seed)
}

/// Shown where a test fails, and with `--nocapture`.
#[expect(clippy::print_stdout, reason = "the test runner keeps it for when the test fails")]
fn say(text: &str) {
    println!("{text}");
}
