//! Previews a second of one voucher: read from the database each time, and from what is remembered.

use tokio::runtime::Runtime;

use crate::load::{self, Run};
use crate::server::Sovereign;
use crate::summary::{median, spread};
use crate::{Scale, say};

const READS: usize = 60_000;
const REMEMBERED: usize = 200_000;
const CODE: &str = "HOT";

/// What, the setting `preview_cache` of the server, and the requests of a run.
const VARIANTS: [(&str, &str, usize); 2] =
    [("read each time, PostgreSQL", "off", READS), ("remembered, PostgreSQL", "on", REMEMBERED)];

pub(crate) fn run(runtime: &Runtime, scale: Scale) {
    say("preview: one voucher, 64 connections");
    let mut sovereigns = Vec::new();
    for (index, (name, setting, requests)) in VARIANTS.into_iter().enumerate() {
        let database = format!("bench_preview_{index}");
        let settings = [("SOVEREIGN_PREVIEW_CACHE", setting)];
        let sovereign = runtime.block_on(Sovereign::on_postgres(&database, &settings));
        sovereigns.push((name, sovereign, requests));
    }
    let sqlite = Sovereign::on_sqlite(&[]);
    sovereigns.push(("read each time, SQLite", sqlite, READS));
    let mut servers = Vec::new();
    for (name, sovereign, requests) in sovereigns {
        runtime.block_on(async { sovereign.issue(&sovereign.store().await, CODE).await });
        let process = sovereign.serve();
        servers.push((name, sovereign, process, requests / scale.divisor, Vec::new()));
    }
    let request = load::post("/billing/vouchers/redeem-preview", None, r#"{"code":"hot"}"#);
    for _ in 0..scale.rounds {
        for (name, _, process, requests, runs) in &mut servers {
            let run = load::send_again(process.address, request.clone(), *requests);
            say(&format!(
                "  {name:<28} {:>8.0}/s   p99 {:.1} ms",
                run.rate(),
                run.quantile_ms(0.99)
            ));
            runs.push(run);
        }
    }
    say("\nmedian of the rounds (lowest to highest), a second");
    for (name, _, _, _, runs) in &servers {
        let rates: Vec<f64> = runs.iter().map(Run::rate).collect();
        let p99s: Vec<f64> = runs.iter().map(|run| run.quantile_ms(0.99)).collect();
        say(&format!("  {name:<28} {}   p99 {:.1} ms", spread(&rates), median(&p99s)));
    }
    say("  (at least 20,000 read each time and 80,000 remembered)\n");
}
