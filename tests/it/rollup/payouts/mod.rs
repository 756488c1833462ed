//! `sovereign rollup pay`, `approve`, `settle` and `bank-file`: each statement is paid once, whatever is killed, lost,
//! forgotten or repeated.

mod after_closing;
mod approvals;
mod bank;
mod forged;
mod kills;
mod looked_up;
mod once;
mod policy;
mod settled;
mod trouble;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sovereign::storage::Location;

use super::stripe::{NewCharge, SECRET_KEY};
use super::{Book, World, collect};
use crate::harness::{Program, TestDatabase};

const MONTH: &str = "2025-10";
/// The 20th of it.
const OCTOBER: i64 = 1_760_918_400;
const PUBLISHER: &str = r#"
time_zone = "Asia/Muscat"

[publisher]
name = "Publisher Inc"
bank = { holder = "Publisher Inc", iban = "OM810180000001299123456", bic = "BMUSOMRX" }
"#;

/// A franchisee, who gets four fifths of what was charged.
#[derive(Debug, Clone, Copy)]
struct Payee<'a> {
    name: &'a str,
    currency: &'a str,
    charged: i64,
    due: i64,
    /// A connected account of Stripe, or an IBAN.
    account: &'a str,
}

const OMANTEL: Payee<'static> = Payee {
    name: "omantel",
    currency: "OMR",
    charged: 100_000,
    due: 80_000,
    account: "acct_omantel",
};
const ZAIN: Payee<'static> =
    Payee { name: "zain", currency: "BHD", charged: 50_000, due: 40_000, account: "acct_zain" };
const ACME: Payee<'static> = Payee {
    name: "acme",
    currency: "OMR",
    charged: 30_000,
    due: 24_000,
    account: "OM810180000001299123456",
};
const GULF: Payee<'static> = Payee {
    name: "gulf",
    currency: "OMR",
    charged: 45_678,
    due: 36_542,
    account: "GB82WEST12345698765432",
};
/// Two by Stripe, two by bank.
const PAYEES: [Payee<'static>; 4] = [OMANTEL, ZAIN, ACME, GULF];

impl Payee<'_> {
    /// The number of its statement.
    fn statement(&self) -> String {
        format!("{MONTH}/{}/{}", self.name, self.currency)
    }

    fn is_at_stripe(&self) -> bool {
        self.account.starts_with("acct_")
    }

    fn agreement(&self) -> String {
        let Self { name, currency, account, .. } = self;
        let payout = if self.is_at_stripe() {
            format!("{{ stripe_account = \"{account}\" }}")
        } else {
            let bic = if account.starts_with("GB") { "WESTGB2L" } else { "BMUSOMRX" };
            format!("{{ bank = {{ holder = \"{name}\", iban = \"{account}\", bic = \"{bic}\" }} }}")
        };
        format!(
            r#"
[[agreement]]
franchisee = "{name}"
name = "{name}"
sovereigns = ["{name}.example"]
currency = "{currency}"
valid_from = "2025-01-01"
share_bp = 2000
payout = {payout}
"#
        )
    }
}

/// The publisher's machine, with a book in the test's database.
struct Desk {
    world: World,
    book: Book,
}

impl Desk {
    /// A month that was charged in and is not read yet; whatever the database had is gone.
    async fn open(database: &TestDatabase, payees: &[Payee<'_>]) -> Self {
        match &database.location {
            Location::File(path) => {
                for end in ["", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(format!("{}{end}", path.display()));
                }
            }
            Location::Server(_) => {
                database.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
            }
        }
        let world = World::quiet().await;
        for payee in payees {
            let (sovereign, currency) =
                (format!("{}.example", payee.name), payee.currency.to_lowercase());
            let charge = NewCharge {
                sovereign: Some(&sovereign),
                currency: &currency,
                amount: payee.charged,
                created: OCTOBER,
                moved: OCTOBER,
            };
            world.fake.charge(&charge).await;
        }
        let book = world.book_in(database);
        let desk = Self { world, book };
        desk.agree(payees, "");
        desk
    }

    /// A month that is closed, and of which nobody was paid yet.
    async fn closed(database: &TestDatabase, payees: &[Payee<'_>]) -> Self {
        let desk = Self::open(database, payees).await;
        desk.world.run_all(&desk.book, &[MONTH]);
        desk
    }

    /// Writes the agreements, with what they say of approvals.
    fn agree(&self, payees: &[Payee<'_>], approval: &str) {
        let agreements: String = payees.iter().map(Payee::agreement).collect();
        self.world.agree(&format!("{PUBLISHER}{approval}{agreements}"));
    }

    fn file(&self, name: &str) -> String {
        self.world.path(name).display().to_string()
    }

    /// A command of `rollup` that works with the book.
    fn command(&self, words: &[&str]) -> Program {
        let (data, agreements) = (self.file(""), self.file("agreements.toml"));
        let places = ["--book", &self.book.place, "--data", &data, "--agreements", &agreements];
        Program::new(["rollup"])
            .args(words)
            .args(places)
            .env("SOVEREIGN_STRIPE_API_URL", &self.world.fake.url)
            .env("STRIPE_SECRET_KEY", SECRET_KEY)
    }

    /// Pays by Stripe.
    fn pay(&self) -> Program {
        self.command(&["pay", "--month", MONTH, "--execute"])
    }

    fn bank(&self) -> PathBuf {
        self.world.path("bank")
    }

    /// Writes the bank's files into `bank`.
    fn bank_file(&self) -> Program {
        let out = self.file("bank");
        self.command(&["bank-file", "--month", MONTH, "--out", &out, "--execute"])
    }

    /// Makes a key for whoever is of this name; answers its public half.
    fn make_key(&self, name: &str) -> String {
        let file = self.file(&format!("{name}.pem"));
        let made = Program::new(["rollup", "approver-key", &file]).run().expect(0);
        made.stdout.trim().to_owned()
    }

    fn approve(&self, payee: &Payee<'_>, name: &str) -> Program {
        self.approve_with(payee, name, name)
    }

    /// With the key of somebody who may be another.
    fn approve_with(&self, payee: &Payee<'_>, name: &str, whose: &str) -> Program {
        let (statement, key) = (payee.statement(), self.file(&format!("{whose}.pem")));
        self.command(&["approve", &statement, "--as", name, "--key", &key])
    }

    /// Says that somebody paid it by hand, as Aisha.
    fn settle(&self, payee: &Payee<'_>, reference: &str) -> Program {
        let statement = payee.statement();
        self.command(&["settle", &statement, "--reference", reference, "--as", "aisha"])
    }

    /// The same, as whoever has this key.
    fn settle_signed(&self, payee: &Payee<'_>, reference: &str, name: &str) -> Program {
        let (statement, key) = (payee.statement(), self.file(&format!("{name}.pem")));
        let who = ["--as", name, "--key", &key];
        self.command(&["settle", &statement, "--reference", reference]).args(who)
    }

    /// Approves what the agreements say of approvals.
    fn approve_policy(&self, name: &str) -> Program {
        let key = self.file(&format!("{name}.pem"));
        self.command(&["approve-policy", "--as", name, "--key", &key])
    }

    /// Every payee at Stripe has one transfer, as its statement says; and there are no others.
    async fn assert_paid_once(&self, payees: &[Payee<'_>]) {
        let sql = "SELECT transfer_group, amount, currency, destination FROM transfers \
                   ORDER BY transfer_group, seq";
        let found: Vec<(String, i64, String, String)> =
            sqlx::query_as(sql).fetch_all(&self.world.fake.pool).await.unwrap();
        let mut expected: Vec<(String, i64, String, String)> = payees
            .iter()
            .filter(|payee| payee.is_at_stripe())
            .map(|payee| {
                let currency = payee.currency.to_lowercase();
                (payee.statement(), payee.due, currency, payee.account.to_owned())
            })
            .collect();
        expected.sort();
        assert_eq!(found, expected);
    }
}

/// `[approval]` with these limits, and these people.
fn approval(limits: &str, approvers: &[(&str, &str)]) -> String {
    let approvers: Vec<String> =
        approvers.iter().map(|(name, key)| format!("{name} = \"{key}\"\n")).collect();
    let approvers = approvers.concat();
    format!("\n[approval]\nlimit = {{ {limits} }}\n\n[approval.approvers]\n{approvers}")
}

/// All files in a directory.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    collect(directory, "", &mut found);
    found
}

/// What the book has of payouts.
async fn states(database: &TestDatabase) -> Vec<String> {
    let sql = "SELECT statement_id || ' ' || state || ' ' || CAST(attempt AS text) FROM payouts \
               ORDER BY statement_id";
    database.texts(sql).await
}
