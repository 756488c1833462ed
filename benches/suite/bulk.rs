//! Many vouchers at once: made from a pattern, taken along as a file, imported into a fresh Sovereign. The reference is a
//! client that issues them one by one over as many connections as a checkout's load has.

use std::fs;
use std::time::Instant;

use serde_json::{Value, json};
use sovereign::auth::Role;
use tokio::runtime::Runtime;

use crate::server::Sovereign;
use crate::{Scale, load, people, say};

const VOUCHERS: usize = 100_000;
const SINGLE: usize = 4_000;

pub(crate) fn run(runtime: &Runtime, scale: Scale) {
    let (count, single) = (VOUCHERS / scale.divisor, SINGLE / scale.divisor);
    say(&format!(
        "bulk: {count} vouchers at once, against {single} one by one over {} connections",
        load::CONNECTIONS
    ));
    let postgres = runtime.block_on(Sovereign::on_postgres("bench_bulk", &[]));
    let fresh = runtime.block_on(Sovereign::on_postgres("bench_bulk_fresh", &[]));
    measure(runtime, "PostgreSQL", (&postgres, &fresh), (count, single));
    let (sqlite, fresh) = (Sovereign::on_sqlite(&[]), Sovereign::on_sqlite(&[]));
    measure(runtime, "SQLite", (&sqlite, &fresh), (count, single));
    say("");
}

fn measure(
    runtime: &Runtime,
    name: &str,
    (sovereign, fresh): (&Sovereign, &Sovereign),
    (count, single): (usize, usize),
) {
    let process = sovereign.serve();
    let token = people::mint(&sovereign.tokens(), "desk", Role::SovereignAdmin);
    let issue = |number| {
        let body = json!({ "code": format!("SINGLE-{number}"), "credit_omr": 5 }).to_string();
        load::post("/billing/vouchers/issue", Some(&token), &body)
    };
    let one_by_one = load::send_each(process.address, (0..single).map(issue).collect()).rate();

    let how_many = count.to_string();
    let (made, generated) = timed(|| {
        let generate =
            ["voucher", "generate", &how_many, "--prefix", "BENCH-", "--credit", "5", "--json"];
        answer(sovereign, &generate)
    });
    let id = made["id"].as_str().expect("an identifier").to_owned();
    let address = format!("http://{}/billing/vouchers/csv?bulk={id}", process.address);
    let (file, exported) = timed(|| runtime.block_on(download(&address, &token)));
    let path = fresh.data().join("codes.csv");
    fs::write(&path, &file).unwrap();
    let (imported, import) =
        timed(|| answer(fresh, &["voucher", "import", path.to_str().expect("a path"), "--json"]));
    assert_eq!(imported["done"], json!(count));
    let again = runtime.block_on(taken_along(fresh));
    let (sent, came) = (rows(&file), rows(&again));
    let differs = sent.iter().zip(&came).find(|(sent, came)| sent != came);
    assert!(
        sent.len() == came.len() && differs.is_none(),
        "{name}: not what was exported: {differs:?}"
    );
    let list = load::get(&format!("/billing/vouchers/list?limit=50&bulk={id}"), &token);
    let list = load::send_alone(process.address, list, 40);
    process.stop();

    let rate = |seconds: f64| load::count(count) / seconds;
    let line = |what: &str, seconds: f64| {
        let ratio = rate(seconds) / one_by_one;
        say(&format!(
            "  {name:<12} {what:<12} {:>9.0} a second, {ratio:>5.1} times one by one; {seconds:>6.2} s",
            rate(seconds)
        ));
    };
    say(&format!("  {name:<12} one by one   {one_by_one:>9.0} a second"));
    line("made", generated);
    line("exported", exported);
    line("imported", import);
    say(&format!("  {name:<12} the list of them: p95 {:.1} ms", list.quantile_ms(0.95)));
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let begun = Instant::now();
    let done = work();
    (done, begun.elapsed().as_secs_f64())
}

fn answer(sovereign: &Sovereign, arguments: &[&str]) -> Value {
    let output = sovereign.program(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn download(address: &str, token: &str) -> Vec<u8> {
    // The client wants one, also where nothing is encrypted.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let sent = reqwest::Client::new().get(address).bearer_auth(token).send().await.unwrap();
    sent.error_for_status().unwrap().bytes().await.unwrap().to_vec()
}

/// The list of the imported vouchers, as a file; a demo has others, too.
async fn taken_along(sovereign: &Sovereign) -> Vec<u8> {
    let process = sovereign.serve();
    let token = people::mint(&sovereign.tokens(), "desk", Role::SovereignAdmin);
    let address = format!("http://{}/billing/vouchers/csv?q=BENCH-&status=all", process.address);
    let file = download(&address, &token).await;
    process.stop();
    file
}

/// The rows of a file in their order, but for the links, which have the server's address.
fn rows(file: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(file);
    let link = reader.headers().unwrap().iter().position(|name| name == "link").expect("a link");
    let others = |row: csv::StringRecord| {
        let cells = row.iter().enumerate().filter(|(column, _)| *column != link);
        cells.map(|(_, cell)| cell.to_owned()).collect()
    };
    let mut rows: Vec<Vec<String>> = reader.records().map(|row| others(row.unwrap())).collect();
    rows.sort_unstable();
    rows
}
