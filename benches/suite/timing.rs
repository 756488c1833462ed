//! Whether the time of a preview tells a code that was revoked from one that never was: one request after the other, the
//! codes in turn on one connection, so that a slow minute is everybody's.

use sovereign::storage::Store;
use tokio::runtime::Runtime;

use crate::server::Sovereign;
use crate::summary::median;
use crate::{Scale, load, people, say};

/// Requests of each code in a round.
const REQUESTS: usize = 5_000;
/// One of a run in so many goes before it, and is not counted.
const WARM_UP: usize = 20;

/// As long as each other. The first is what the others are compared with; the last two answer otherwise anyway.
const CODES: [(&str, &str); 4] = [
    ("never was", "TIMED-CODE-NONE"),
    ("revoked", "TIMED-CODE-GONE"),
    ("exhausted", "TIMED-CODE-USED"),
    ("live", "TIMED-CODE-LIVE"),
];

/// As it comes, each request from an address of its own, because an address may only name so many wrong codes; and the
/// lookup alone.
const SETTINGS: [(&str, &[(&str, &str)]); 2] = [
    ("with limits", &[("SOVEREIGN_LIMITS", "on"), ("SOVEREIGN_TRUSTED_PROXIES", "127.0.0.1")]),
    ("without limits", &[]),
];

pub(crate) fn run(runtime: &Runtime, scale: Scale) {
    say(
        "timing: previews of codes in turn, one connection; the median's ratio to a code that never was",
    );
    for (index, (name, settings)) in SETTINGS.into_iter().enumerate() {
        let database = format!("bench_timing_{index}");
        let postgres = runtime.block_on(Sovereign::on_postgres(&database, settings));
        for (engine, sovereign) in
            [("PostgreSQL", postgres), ("SQLite", Sovereign::on_sqlite(settings))]
        {
            runtime.block_on(prepare(&sovereign));
            say(&format!("  {engine}, {name}"));
            compare(&sovereign, scale);
        }
    }
    say("  (revoked: at most 1.05, and at least 0.95)\n");
}

async fn prepare(sovereign: &Sovereign) {
    let store = sovereign.store().await;
    for (_, code) in &CODES[1..] {
        sovereign.issue(&store, code).await;
    }
    let now = match store {
        Store::Postgres(_) => "now()",
        Store::Sqlite { .. } => "unixepoch() * 1000000",
    };
    let [_, (_, revoked), (_, exhausted), _] = CODES;
    let sql = format!(
        "UPDATE promo_codes SET active = FALSE, deleted_at = {now} WHERE code = '{revoked}'; \
         UPDATE promo_codes SET max_redemptions = 1, times_redeemed = 1, adopted_redemptions = 1 \
         WHERE code = '{exhausted}'"
    );
    people::execute(&store, &sql).await;
    store.close().await;
}

/// Prints the median of the rounds of each code, and its ratio to the first code's in the same round.
fn compare(sovereign: &Sovereign, scale: Scale) {
    let server = sovereign.serve();
    let requests = REQUESTS / scale.divisor;
    let mut medians = CODES.map(|_| Vec::new());
    let mut statuses = CODES.map(|_| String::new());
    let mut asked = 0;
    for _ in 0..scale.rounds {
        for (requests, counts) in [(requests / WARM_UP, false), (requests, true)] {
            let first = asked;
            let turns = (CODES.len(), requests);
            let runs = load::send_in_turn(server.address, turns, |kind, round| {
                preview(CODES[kind].1, first + round * CODES.len() + kind)
            });
            asked += requests * CODES.len();
            for (kind, (run, status)) in runs.into_iter().enumerate().filter(|_| counts) {
                medians[kind].push(run.quantile_ms(0.5));
                statuses[kind] = status;
            }
        }
    }
    for (kind, (name, _)) in CODES.into_iter().enumerate() {
        let pairs = medians[kind].iter().zip(&medians[0]);
        let ratios: Vec<f64> = pairs.map(|(own, first)| own / first).collect();
        say(&format!(
            "    {name:<10} {:<4} {:>8.3} ms   {:>6.3}",
            statuses[kind],
            median(&medians[kind]),
            median(&ratios)
        ));
    }
}

/// Asked by somebody else each time.
fn preview(code: &str, number: usize) -> Vec<u8> {
    let [_, a, b, c] = u32::try_from(number).unwrap_or_default().to_be_bytes();
    let from = format!("x-forwarded-for: 10.{a}.{b}.{c}\r\n");
    load::post_with("/billing/vouchers/redeem-preview", &from, &format!("{{\"code\":\"{code}\"}}"))
}
