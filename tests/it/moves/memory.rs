//! A large bundle streams: whoever writes or reads it takes no more memory than for a small one, and says how far it
//! is.

use std::fs::File;

use serde_json::Value;
use sovereign::bundle::{Limits, Opening, Reader, TrustedKeys};

use super::world::{Side, Trip, World};
use crate::harness::{Engine, Program};

/// How many MiB the bundle has at least, before compression; `SOVEREIGN_TEST_BUNDLE_MIB` asks for more.
const MIB: u64 = 100;
/// Reports of usage that come to a MiB, each with a long name that does not compress well.
const REPORTS: u64 = 1_050;
const NAME_BYTES: u64 = 410;
/// Rows after which an export says how far it is.
const ROWS: u64 = 100_000;
const MOST_KIB: u64 = 150 * 1_024;

/// Has an Organization have reported so much, one unit after another.
async fn reported(side: &Side, tenant_id: &str, reports: u64) {
    const TOTAL: &str = "X'01900000000070008000000000000001'";
    const AT: &str = "1772000000000000";
    let sql = format!(
        "BEGIN; \
         INSERT INTO usage_totals (id, tenant_id, meter, price_minor, per_units, quantity, order_id, \
             version, created_at) \
         VALUES ({TOTAL}, '{tenant_id}', 'cpu-hours', 0, 1, {reports}, NULL, 0, {AT}); \
         WITH RECURSIVE numbers (n) AS \
             (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {reports}) \
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
fn tenths(what: &str) -> impl Iterator<Item = String> {
    (1..=9).map(move |tenth| format!("{what} {tenth}0 %: usage_events.jsonl"))
}

/// What an export says while so many rows are read.
fn rows(count: u64) -> impl Iterator<Item = String> {
    (1..=count / ROWS).map(|step| format!("read {} rows: usage_events.jsonl", step * ROWS))
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
    let wanted = std::env::var("SOVEREIGN_TEST_BUNDLE_MIB").ok();
    let mib = wanted.map_or(MIB, |mib| mib.parse().expect("a number of MiB"));
    let reports = mib * REPORTS;
    let world = World::between(Engine::Sqlite, Engine::Sqlite).await;
    let tenant_id = world.source.customer("kestrel").await;
    reported(&world.source, &tenant_id, reports).await;
    let trip = world.there(&tenant_id);

    let said: Vec<String> = rows(reports).chain(tenths("wrote")).collect();
    let exporting = peak(trip.export(), "move_bundle_in_place", &said);
    assert!(exporting < MOST_KIB, "at most {MOST_KIB} KiB to export, and there were {exporting}");
    let bytes = content_bytes(&trip);
    assert!(bytes >= mib << 20, "{bytes} bytes of content are not many");

    let said: Vec<String> = tenths("checked").chain(tenths("read")).collect();
    let importing = peak(trip.import(), "move_imported", &said);
    assert!(importing < MOST_KIB, "at most {MOST_KIB} KiB to import, and there were {importing}");
    let arrived = world.target.number("usage_events").await;
    assert_eq!(u64::try_from(arrived).unwrap(), reports);
    let credit = world.source.credit(&tenant_id).await;
    assert_eq!(world.target.credit(&tenant_id).await, credit);
    world.finish().await;
}
