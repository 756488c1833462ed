//! A large bundle streams: whoever writes or reads it takes no more memory than for a small one, and says how far it
//! is.

use std::fs::File;

use serde_json::Value;
use sovereign::bundle::{Limits, Opening, Reader, TrustedKeys};

use super::world::{Side, Trip, World};
use crate::harness::{Engine, Program};

/// Reports of usage, each with a long name that does not compress well.
const REPORTS: i64 = 105_000;
const NAME_BYTES: i64 = 410;
/// What they must come to in the bundle, before compression.
const LEAST_BYTES: u64 = 100_000_000;
const MOST_KIB: u64 = 150 * 1_024;

/// Has an Organization have used so much, one unit after another.
async fn reported(side: &Side, tenant_id: &str) {
    const TOTAL: &str = "X'01900000000070008000000000000001'";
    const AT: &str = "1772000000000000";
    let sql = format!(
        "BEGIN; \
         INSERT INTO usage_totals (id, tenant_id, meter, price_minor, per_units, quantity, order_id, \
             version, created_at) \
         VALUES ({TOTAL}, '{tenant_id}', 'cpu-hours', 0, 1, {REPORTS}, NULL, 0, {AT}); \
         WITH RECURSIVE numbers (n) AS \
             (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {REPORTS}) \
         INSERT INTO usage_events (id, total_id, tenant_id, meter, quantity, at, recorded_at) \
         SELECT printf('%08d-', n) || lower(hex(randomblob({NAME_BYTES}))), {TOTAL}, '{tenant_id}', \
             'cpu-hours', 1, {AT} + n, {AT} + n FROM numbers; \
         COMMIT"
    );
    side.database.execute(&sql).await;
}

/// Runs a command until it comes to this place, and hears all of these on the way; answers how many KiB of memory it
/// had at most.
fn peak(program: Program, place: &str, said: &[String]) -> u64 {
    let mut process = program.env("SOVEREIGN_TEST_FAIL_POINT", format!("{place}:1")).spawn();
    for text in said {
        process.wait_for(text);
    }
    process.wait_for(&format!("stopped at fail point {place}"));
    let peak = process.peak_kib();
    process.kill();
    peak
}

/// What is said at every tenth of the bundle's content.
fn tenths(what: &str) -> Vec<String> {
    (1..=9).map(|tenth| format!("{what} {tenth}0 %: usage_events.jsonl")).collect()
}

/// How many bytes the files of the bundle are, by its manifest.
fn content_bytes(trip: &Trip<'_>) -> u64 {
    let set: Value = serde_json::from_slice(&std::fs::read(&trip.from.keys).unwrap()).unwrap();
    let keys = TrustedKeys::from_jwks(&set).unwrap();
    let opening = Opening { keys: &keys, identity: None, limits: Limits::default() };
    let reader = Reader::open(File::open(&trip.bundle).unwrap(), opening).unwrap();
    reader.manifest().total_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_bundle_takes_no_more_memory_than_a_small_one() {
    let world = World::between(Engine::Sqlite, Engine::Sqlite).await;
    let tenant_id = world.source.customer("kestrel").await;
    reported(&world.source, &tenant_id).await;
    let trip = world.there(&tenant_id);

    let mut said = tenths("wrote");
    said.push("read 100000 rows: usage_events.jsonl".to_owned());
    let exporting = peak(trip.export(), "move_bundle_in_place", &said);
    assert!(exporting < MOST_KIB, "at most {MOST_KIB} KiB to export, and there were {exporting}");
    let bytes = content_bytes(&trip);
    assert!(bytes >= LEAST_BYTES, "{bytes} bytes of content are not many");

    let importing = peak(trip.import(), "move_imported", &tenths("read"));
    assert!(importing < MOST_KIB, "at most {MOST_KIB} KiB to import, and there were {importing}");
    assert_eq!(world.target.number("usage_events").await, REPORTS);
    let credit = world.source.credit(&tenant_id).await;
    assert_eq!(world.target.credit(&tenant_id).await, credit);
    world.finish().await;
}
