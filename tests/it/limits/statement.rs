//! The statement that decides for all servers against the function that decides in memory.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use sovereign::storage::rate_limits::{self, Wanted};
use sovereign_domain::gcra::Rate;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use crate::harness::{TestApp, on_both};

async fn take(app: &TestApp, wanted: &BTreeMap<Uuid, Wanted>, now: Timestamp) -> Vec<(u32, i64)> {
    let mut tx = app.store.begin().await.unwrap();
    let taken = rate_limits::take(&mut tx, wanted, now).await.unwrap();
    tx.commit().await.unwrap();
    assert!(taken.keys().eq(wanted.keys()), "an answer for each key");
    taken.values().map(|taken| (taken.admitted, taken.arrival.micros())).collect()
}

async fn stored(app: &TestApp, keys: &[Uuid]) -> BTreeMap<Uuid, Timestamp> {
    let mut tx = app.store.read().await.unwrap();
    rate_limits::arrivals(&mut tx, keys.iter().copied()).await.unwrap()
}

on_both! {
    /// Many keys at once, at rates that change now and then, on a clock that also steps back.
    async fn it_decides_as_the_function_does(app: &TestApp) {
        let mut chance = StdRng::seed_from_u64(20_270_301);
        let keys: Vec<Uuid> = (0..40).map(|n| Uuid::from_u128(n << 64 | 7)).collect();
        let mut known: BTreeMap<Uuid, Timestamp> = BTreeMap::new();
        let mut now = Timestamp::from_seconds(1_800_000_000);
        for round in 0..150 {
            now = Timestamp::from_micros(now.micros() + chance.random_range(-400_000..2_000_000));
            let mut wanted = BTreeMap::new();
            for key in &keys {
                if chance.random_range(0..3) > 0 {
                    let burst = 2 + u32::try_from(key.as_u128() >> 64).unwrap() % 5 + round / 100;
                    let rate = Rate::new(burst, 1_300);
                    let count = chance.random_range(1..9);
                    wanted.insert(*key, Wanted { key: *key, rate, count });
                }
            }
            let expected: Vec<(u32, i64)> = wanted
                .values()
                .map(|wanted| {
                    let before = known.get(&wanted.key).copied();
                    let taken = wanted.rate.take(before, now, wanted.count);
                    known.insert(wanted.key, taken.arrival);
                    (taken.admitted, taken.arrival.micros())
                })
                .collect();
            assert_eq!(take(app, &wanted, now).await, expected, "round {round}");
        }
        assert_eq!(stored(app, &keys).await, known);
    }

    async fn only_idle_rows_are_forgotten(app: &TestApp) {
        let now = Timestamp::from_seconds(1_800_000_000);
        let keys: Vec<Uuid> = (0..30).map(Uuid::from_u128).collect();
        let wanted = |(key, count): (&Uuid, u32)| {
            (*key, Wanted { key: *key, rate: Rate::new(30, 1_000), count })
        };
        let all: BTreeMap<Uuid, Wanted> = keys.iter().zip(1..).map(wanted).collect();
        take(app, &all, now).await;
        // The first ten are idle by then; three of them go at a time.
        let mut forgotten = Vec::new();
        for _ in 0..5 {
            let mut tx = app.store.begin().await.unwrap();
            let gone = rate_limits::forget(&mut tx, now.plus_seconds(11), 3).await.unwrap();
            tx.commit().await.unwrap();
            forgotten.push(gone);
        }
        assert_eq!(forgotten, [3, 3, 3, 1, 0]);
        assert!(stored(app, &keys).await.keys().eq(&keys[10..]));
    }
}
