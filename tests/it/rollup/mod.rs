//! `sovereign rollup`: the publisher's monthly revenue split, over an account with thousands of charges.

mod closed;
mod credit_report;
mod expected;
mod kills;
mod memory;
mod payouts;
mod pdf;
mod resumed;
mod searched;
mod stripe;
mod totals;
mod transfers;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sovereign::storage::Location;
use tempfile::TempDir;

pub(crate) use self::stripe::NewCharge;
use self::stripe::{FakeStripe, SECRET_KEY, Size, Trouble};
use crate::harness::{Ended, Program, TestDatabase};

const MONTHS: [&str; 3] = ["2025-10", "2025-11", "2025-12"];

/// Three franchisees: one with two Sovereigns and terms that change in the middle of October, one in another currency
/// with tiers, and one who pays a fixed fee and all that Stripe takes.
const AGREEMENTS: &str = r#"
time_zone = "Asia/Muscat"

[[agreement]]
franchisee = "omantel"
name = "Omantel"
sovereigns = ["omantel.omani.works", "salalah.omani.works"]
currency = "OMR"
valid_from = "2025-01-01"
valid_to = "2025-10-15"
share_bp = 2000
payout = { stripe_account = "acct_omantel" }

[[agreement]]
franchisee = "omantel"
name = "Omantel"
sovereigns = ["omantel.omani.works", "salalah.omani.works"]
currency = "OMR"
valid_from = "2025-10-16"
share_bp = 1750
payout = { stripe_account = "acct_omantel" }
language = "ar"

[[agreement]]
franchisee = "acme"
name = "Acme Cloud"
sovereigns = ["acme.example"]
currency = "OMR"
valid_from = "2025-01-01"
share_bp = 1500
stripe_fees = "franchisee"
fixed_fee = "50.000"
payout = { bank = { holder = "Acme Cloud", iban = "OM810180000001299123456", bic = "BMUSOMRX" } }

[[agreement]]
franchisee = "zain"
name = "Zain"
sovereigns = ["zain.example"]
currency = "BHD"
valid_from = "2025-01-01"
tiers = [
    { up_to = "5000.000", share_bp = 2500 },
    { up_to = "50000.000", share_bp = 2000 },
    { share_bp = 1000 },
]
stripe_fees = "shared"
payout = { stripe_account = "acct_zain" }
"#;

/// The publisher's machine, and its account at Stripe.
pub(crate) struct World {
    pub(crate) fake: FakeStripe,
    directory: TempDir,
}

/// A book, and a directory for its files.
pub(crate) struct Book {
    pub(crate) place: String,
    out: PathBuf,
}

impl World {
    async fn new(size: Size, trouble: Trouble) -> Self {
        Self::around(FakeStripe::start(size, trouble).await)
    }

    /// With an account where nothing has happened yet.
    pub(crate) async fn quiet() -> Self {
        Self::around(FakeStripe::empty(1, Trouble::default()).await)
    }

    fn around(fake: FakeStripe) -> Self {
        let world = Self { fake, directory: tempfile::tempdir().unwrap() };
        world.agree(AGREEMENTS);
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes the file of agreements.
    pub(crate) fn agree(&self, text: &str) {
        std::fs::write(self.path("agreements.toml"), text).unwrap();
    }

    /// A book of its own, in an SQLite file.
    fn book(&self, name: &str) -> Book {
        let place = self.path(&format!("{name}.db")).display().to_string();
        Book { place, out: self.path(name) }
    }

    /// A book in a test's database.
    pub(crate) fn book_in(&self, database: &TestDatabase) -> Book {
        let place = match &database.location {
            Location::File(path) => path.display().to_string(),
            Location::Server(url) => url.clone(),
        };
        Book { place, out: self.path("out") }
    }

    /// A run of a month, ready to be started.
    pub(crate) fn program(&self, book: &Book, month: &str) -> Program {
        let agreements = self.path("agreements.toml").display().to_string();
        let out = book.out.join(month).display().to_string();
        let data = self.directory.path().display().to_string();
        std::fs::create_dir_all(&book.out).unwrap();
        let command = ["rollup", "--month", month, "--agreements", &agreements];
        let places = ["--book", &book.place, "--out", &out, "--data", &data];
        Program::new(command)
            .args(places)
            .env("SOVEREIGN_STRIPE_API_URL", &self.fake.url)
            .env("STRIPE_SECRET_KEY", SECRET_KEY)
    }

    fn run(&self, book: &Book, month: &str) -> Ended {
        self.program(book, month).run()
    }

    /// Runs these months one after another; all of it must go well.
    pub(crate) fn run_all(&self, book: &Book, months: &[&str]) {
        for month in months {
            self.run(book, month).expect(0);
        }
    }
}

impl Book {
    /// The document of a franchisee, such as `omantel-OMR`.
    fn statement(&self, month: &str, of: &str) -> Value {
        read_json(&self.out.join(month).join(of).join("statement.json"))
    }

    fn fleet(&self, month: &str) -> Value {
        read_json(&self.out.join(month).join("fleet.json"))
    }

    /// The rows of a file, by the names of its columns.
    fn rows(&self, month: &str, file: &str) -> Vec<BTreeMap<String, String>> {
        let text = std::fs::read_to_string(self.out.join(month).join(file)).unwrap();
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        reader.deserialize().collect::<Result<_, _>>().unwrap()
    }

    /// All files of a month, by their names below its directory. Drafts that a killed run left are none of them.
    fn files(&self, month: &str) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        collect(&self.out.join(month), "", &mut found);
        found
    }

    /// The same without what tells when a month was closed.
    fn timeless(&self, month: &str) -> BTreeMap<String, String> {
        let files = self.files(month).into_iter();
        let texts =
            files.filter(|(name, _)| !name.ends_with("/statement.pdf")).map(|(name, bytes)| {
                let text = String::from_utf8(bytes).unwrap();
                let lines: Vec<&str> =
                    text.split('\n').filter(|line| !line.contains("\"closed_at\"")).collect();
                (name, lines.join("\n"))
            });
        texts.collect()
    }
}

fn collect(directory: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.starts_with('.') {
            continue;
        }
        let name = format!("{prefix}{name}");
        if path.is_dir() {
            collect(&path, &format!("{name}/"), found);
        } else {
            found.insert(name, std::fs::read(&path).unwrap());
        }
    }
}

fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn minor(of: &Value, member: &str) -> i64 {
    of[member].as_i64().unwrap_or_else(|| panic!("{member} of {of}"))
}

/// A column of minor units.
fn amount(row: &BTreeMap<String, String>, column: &str) -> i64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} of {row:?}"))
}
