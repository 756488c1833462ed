//! The publisher's revenue split over a month of a million charges: how long it takes, and the most memory there was.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use self::stripe::{FakeStripe, SECRET_KEY, Size, Trouble};
use crate::{Scale, say, server};

#[path = "../../tests/it/rollup/stripe/mod.rs"]
#[allow(dead_code, reason = "tests do more with it")]
mod stripe;

const CHARGES: u32 = 1_000_000;
const MONTH: &str = "2025-11";
/// How often the process is looked at.
const LOOK: Duration = Duration::from_millis(50);
const AGREEMENTS: &str = r#"
time_zone = "Asia/Muscat"

[[agreement]]
franchisee = "omantel"
name = "Omantel"
sovereigns = ["omantel.omani.works", "salalah.omani.works", "acme.example"]
currency = "OMR"
valid_from = "2025-01-01"
tiers = [{ up_to = "1000000.000", share_bp = 2500 }, { share_bp = 1500 }]
payout = { stripe_account = "acct_omantel" }

[[agreement]]
franchisee = "zain"
name = "Zain"
sovereigns = ["zain.example"]
currency = "BHD"
valid_from = "2025-01-01"
share_bp = 2000
stripe_fees = "shared"
payout = { stripe_account = "acct_zain" }
"#;

pub(crate) fn run(runtime: &Runtime, scale: Scale) {
    let charges = CHARGES / u32::try_from(scale.divisor).unwrap();
    say(&format!(
        "rollup: a month of {charges} charges, read from a stand-in for Stripe on this machine"
    ));
    let size = Size::november(charges, 1);
    let fake = runtime.block_on(FakeStripe::start(size, Trouble::default()));
    let postgres = runtime.block_on(server::create_database("bench_rollup"));
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("book.db").display().to_string();
    for (name, book) in [("PostgreSQL", postgres), ("SQLite", file)] {
        let (took, peak_kib) = month(&fake, directory.path(), (name, &book));
        let rate = f64::from(charges) / took.as_secs_f64();
        say(&format!(
            "  {name:<12} {:>6.1} s   {rate:>8.0} charges/s   at most {} MiB (under 200)",
            took.as_secs_f64(),
            peak_kib / 1_024
        ));
    }
    say("");
}

/// Runs the month on a book of its own; answers how long it took, and the most memory in KiB.
fn month(fake: &FakeStripe, directory: &Path, (name, book): (&str, &str)) -> (Duration, u64) {
    let agreements = directory.join("agreements.toml");
    std::fs::write(&agreements, AGREEMENTS).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sovereign"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SOVEREIGN_") {
            command.env_remove(name);
        }
    }
    command
        .args(["rollup", "--month", MONTH, "--book", book, "--json", "--agreements"])
        .arg(&agreements)
        .arg("--out")
        .arg(directory.join(name))
        .arg("--data")
        .arg(directory)
        .env("STRIPE_SECRET_KEY", SECRET_KEY)
        .env("SOVEREIGN_STRIPE_API_URL", &fake.url)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let began = Instant::now();
    let mut child = command.spawn().unwrap();
    let mut peak_kib = 0;
    loop {
        // What the kernel says of a process is gone when it has ended.
        peak_kib = peak_kib.max(high_water_kib(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "the month was not rolled up: {status}");
            return (began.elapsed(), peak_kib);
        }
        std::thread::sleep(LOOK);
    }
}

/// The most memory that was resident so far; nothing of a process that has ended.
fn high_water_kib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
