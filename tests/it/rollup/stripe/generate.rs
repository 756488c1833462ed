//! What happened on the account.

use std::fmt::Write as _;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use sqlx::{AssertSqlSafe, SqlitePool};

use super::Size;

pub(super) const SCHEMA: &str = "
CREATE TABLE charges (
    id TEXT PRIMARY KEY, created INTEGER NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, sovereign TEXT,
    organization TEXT NOT NULL, order_id TEXT NOT NULL, method TEXT NOT NULL
);
CREATE INDEX charges_created ON charges (created);
CREATE TABLE refunds (
    id TEXT PRIMARY KEY, charge TEXT NOT NULL, created INTEGER NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL
);
CREATE TABLE disputes (
    id TEXT PRIMARY KEY, charge TEXT NOT NULL, created INTEGER NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL
);
CREATE TABLE balance_transactions (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, created INTEGER NOT NULL, type TEXT NOT NULL,
    category TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, fee INTEGER NOT NULL, source TEXT
);
CREATE INDEX balance_transactions_created ON balance_transactions (created, seq);
CREATE INDEX balance_transactions_source ON balance_transactions (source);
CREATE TABLE transfers (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, created INTEGER NOT NULL, amount INTEGER NOT NULL,
    currency TEXT NOT NULL, destination TEXT NOT NULL, transfer_group TEXT, description TEXT, metadata TEXT NOT NULL
);
CREATE TABLE keys (
    key TEXT PRIMARY KEY, body TEXT NOT NULL, transfer TEXT
);
";

const DAY: i64 = 86_400;
/// Months and agreements begin at these in Muscat: each has a charge, and the second before it another.
const BOUNDARIES: [i64; 4] = [1_759_262_400, 1_760_558_400, 1_761_940_800, 1_764_532_800];
/// Rows of one statement.
const ROWS: usize = 400;

/// A charge that was made.
struct Charge {
    id: String,
    amount: i64,
    currency: &'static str,
    /// When its money moved.
    moved: i64,
}

struct Generator {
    random: StdRng,
    made: (i64, i64),
    charges: Table,
    refunds: Table,
    disputes: Table,
    transactions: Table,
}

/// Rows on their way into a table.
struct Table {
    into: &'static str,
    rows: Vec<String>,
}

impl Table {
    const fn new(into: &'static str) -> Self {
        Self { into, rows: Vec::new() }
    }

    fn drain(&mut self, sql: &mut String, least: usize) {
        while self.rows.len() > least {
            let count = self.rows.len().min(ROWS);
            let rows: Vec<String> = self.rows.drain(..count).collect();
            let _ = writeln!(sql, "INSERT INTO {} VALUES {};", self.into, rows.join(","));
        }
    }
}

/// Makes charges and what became of them.
pub(super) async fn fill(pool: &SqlitePool, size: Size) {
    let mut generator = Generator {
        random: StdRng::seed_from_u64(size.seed),
        made: size.made,
        charges: Table::new("charges"),
        refunds: Table::new("refunds"),
        disputes: Table::new("disputes"),
        transactions: Table::new(
            "balance_transactions (id, created, type, category, amount, currency, fee, source)",
        ),
    };
    let mut connection = pool.acquire().await.unwrap();
    for number in 0..size.charges {
        generator.happening(number);
        if number % 10_000 == 0 {
            let sql = generator.written(ROWS);
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *connection).await.unwrap();
        }
    }
    generator.other_movements();
    let sql = generator.written(0);
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *connection).await.unwrap();
}

impl Generator {
    /// What is to be inserted by now, but for some rows of each table.
    fn written(&mut self, least: usize) -> String {
        let mut sql = String::from("BEGIN;\n");
        let tables =
            [&mut self.charges, &mut self.refunds, &mut self.disputes, &mut self.transactions];
        for table in tables {
            table.drain(&mut sql, least);
        }
        sql.push_str("COMMIT;");
        sql
    }

    fn chance(&mut self, of: u32) -> u32 {
        self.random.random_range(0..of)
    }

    fn within(&mut self, days: i64) -> i64 {
        self.random.random_range(0..days * DAY)
    }

    /// A charge, and perhaps what went back of it.
    fn happening(&mut self, number: u32) {
        let charge = self.charge(number);
        match self.chance(1_000) {
            0..40 => {
                self.refund(&charge, charge.amount, 60);
            }
            40..80 => {
                let part = (charge.amount / 3 / 10 * 10).max(10);
                self.refund(&charge, part, 30);
                if self.chance(3) == 0 && part * 2 < charge.amount {
                    self.refund(&charge, part, 60);
                }
            }
            80..90 => self.dispute(&charge),
            _ => {}
        }
    }

    fn charge(&mut self, number: u32) -> Charge {
        let created = match usize::try_from(number / 2).ok().and_then(|place| BOUNDARIES.get(place))
        {
            Some(boundary) => boundary - i64::from(number % 2),
            None => self.random.random_range(self.made.0..self.made.1),
        };
        let (sovereign, currency) = self.whose();
        let amount = self.random.random_range(20..20_000) * 10;
        let is_card = self.chance(40) != 0;
        let id = format!("ch_{:08x}{:016x}", number, self.random.random::<u64>());
        // What is no card may take weeks; and not at the boundaries.
        let is_late = !is_card && number >= 20;
        let moved = created + if is_late { self.within(30) } else { 0 };
        let sovereign = sovereign.map_or("NULL".to_owned(), |name| format!("'{name}'"));
        let method = if is_card { "card" } else { "other" };
        let (organization, order) = (number % 997, number);
        self.charges.rows.push(format!(
            "('{id}',{created},{amount},'{currency}',{sovereign},'org-{organization:04}',\
             '00000000-0000-4000-8000-{order:012}','{method}')"
        ));
        let kind = if is_card { "charge" } else { "payment" };
        let fee = |settled: i64| settled * 29 / 1_000 + 30;
        let settled = settled(amount, currency);
        self.transaction(moved, (kind, "charge"), settled, fee(settled.0), &id);
        let charge = Charge { id, amount, currency, moved };
        if is_late && self.chance(10) == 0 {
            // The bank takes it back: there is no refund.
            let back = moved + self.within(20);
            let types = ("payment_failure_refund", "charge_failure");
            self.transaction(back, types, (-settled.0, settled.1), 0, &charge.id);
            return Charge { amount: 0, ..charge };
        }
        charge
    }

    /// The Sovereign that a charge says it is of, and its currency.
    fn whose(&mut self) -> (Option<&'static str>, &'static str) {
        match self.chance(1_000) {
            0..400 => (Some("omantel.omani.works"), "omr"),
            400..550 => (Some("salalah.omani.works"), "omr"),
            550..750 => (Some("acme.example"), "omr"),
            750..990 => (Some("zain.example"), "bhd"),
            990..994 => (None, "omr"),
            994..997 => (Some("elsewhere.example"), "omr"),
            _ => (Some("omantel.omani.works"), "usd"),
        }
    }

    fn refund(&mut self, charge: &Charge, amount: i64, days: i64) {
        if charge.amount == 0 {
            return;
        }
        // Some go back in the second in which they came.
        let created = charge.moved + if self.chance(50) == 0 { 0 } else { self.within(days) };
        let id = format!("re_{:024x}", self.random.random::<u64>());
        let (of, currency) = (&charge.id, charge.currency);
        self.refunds.rows.push(format!("('{id}','{of}',{created},{amount},'{currency}')"));
        let (settled, balance) = settled(amount, currency);
        self.transaction(created, ("refund", "refund"), (-settled, balance), 0, &id);
        if self.chance(25) == 0 {
            let failed = created + 3 * DAY + self.within(17);
            let types = ("refund_failure", "refund_failure");
            self.transaction(failed, types, (settled, balance), 0, &id);
        }
    }

    fn dispute(&mut self, charge: &Charge) {
        if charge.amount == 0 {
            return;
        }
        let created = charge.moved + DAY + self.within(40);
        let id = format!("dp_{:024x}", self.random.random::<u64>());
        let (of, amount, currency) = (&charge.id, charge.amount, charge.currency);
        self.disputes.rows.push(format!("('{id}','{of}',{created},{amount},'{currency}')"));
        let (settled, balance) = settled(amount, currency);
        let fee = if balance == "usd" { 1_500 } else { 5_770 };
        self.transaction(created, ("adjustment", "dispute"), (-settled, balance), fee, &id);
        if self.chance(5) < 2 {
            let won = created + 20 * DAY + self.within(30);
            let types = ("adjustment", "dispute_reversal");
            self.transaction(won, types, (settled, balance), -fee, &id);
        }
    }

    fn transaction(
        &mut self,
        created: i64,
        (kind, category): (&str, &str),
        (amount, currency): (i64, &str),
        fee: i64,
        source: &str,
    ) {
        let id = format!("txn_{:024x}", self.random.random::<u64>());
        self.transactions.rows.push(format!(
            "('{id}',{created},'{kind}','{category}',{amount},'{currency}',{fee},'{source}')"
        ));
    }

    /// What moves on an account and is of no charge.
    fn other_movements(&mut self) {
        let (mut week, last) = self.made;
        while week < last {
            self.transaction(
                week,
                ("payout", "payout"),
                (-1_000_000, "omr"),
                0,
                &format!("po_{week}"),
            );
            self.transaction(
                week + 60,
                ("transfer", "transfer"),
                (-5_000, "omr"),
                0,
                &format!("tr_{week}"),
            );
            let id = format!("txn_fee{week}");
            self.transactions
                .rows
                .push(format!("('{id}',{week},'stripe_fee','fee',-990,'omr',0,NULL)"));
            week += 7 * DAY;
        }
    }
}

/// What an amount is on the balance: dinars of Bahrain are changed into dollars.
fn settled(amount: i64, currency: &'static str) -> (i64, &'static str) {
    match currency {
        "bhd" => ((amount * 265 / 1_000).max(1), "usd"),
        other => (amount, other),
    }
}
