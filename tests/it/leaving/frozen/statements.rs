//! Every statement that writes a table whose rows move, and what keeps it from an Organization on its way. A new one
//! needs its line here, and its request in `asked.rs`.

use std::collections::BTreeMap;
use std::path::Path;

use sovereign::usecase::moves::moved_columns;

/// Which file of `src/storage` has how many of them, and what keeps them away. `away`: whoever writes has asked
/// `moves::is_away` or `is_moving`, which the freeze waits for; `engine`: the engine refuses, under the account's lock.
const STATEMENTS: [(&str, &str, &str); 29] = [
    ("adopt/customers.sql", "insert customers 1", "adoption: nobody is here yet"),
    ("adopt/invoices.sql", "insert invoices 1", "adoption"),
    (
        "adopt/ledger.sql",
        "insert credit_ledger 2, insert credit_lots 1, insert wallets 1",
        "adoption",
    ),
    ("adopt/orders.sql", "insert orders 1", "adoption"),
    ("adopt/organizations.sql", "insert members 1, insert organizations 1", "adoption"),
    ("adopt/redemptions.sql", "insert credit_lots 1, insert promo_redemptions 1", "adoption"),
    ("adopt/subscriptions.sql", "insert subscriptions 1", "adoption"),
    (
        "adopted_subscriptions.rs",
        "insert invoices 1, update invoices 1, update subscriptions 2",
        "away: usecase/payments/adopted.rs",
    ),
    ("approvals.rs", "insert approvals 1, update approvals 2", "away: usecase/approvals.rs"),
    (
        "bill_here.rs",
        "update organizations 1, update subscriptions 1, update wallets 1",
        "away: usecase/payments/bill_here",
    ),
    (
        "ended_organizations.rs",
        "update credit_ledger 1, update invoices 1, update subscriptions 1",
        "of deleted ones only, which do not move",
    ),
    (
        "environments.rs",
        "delete app_environments 1, delete environments 1, insert app_environments 1, \
         insert environments 2, update environments 2",
        "away: usecase/environments.rs, usecase/apps, provision/work.rs",
    ),
    (
        "invitations.rs",
        "insert invitations 1, update invitations 2",
        "away: usecase/invitations.rs",
    ),
    ("invoices.rs", "update invoices 1", "the freeze waits until all have their numbers"),
    ("move_in/refunded.rs", "update refunds 1", "the move's own"),
    (
        "move_in/tombstone.rs",
        "insert credit_ledger 1, update credit_lots 1, update organizations 1, update wallets 1",
        "the move's own",
    ),
    ("moves.rs", "update organizations 3", "the move's own"),
    (
        "organization_life.rs",
        "update organizations 7",
        "asked under the account's lock: usecase/organization_life",
    ),
    (
        "organizations.rs",
        "delete members 1, insert customers 1, insert members 1, insert organizations 1, \
         insert wallets 1, update members 1",
        "new ones; away: usecase/organizations.rs, usecase/invitations.rs",
    ),
    ("payments.rs", "update customers 2", "away: usecase/payments"),
    (
        "provisions.rs",
        "insert provisions 1, update organizations 1, update provisions 3",
        "away: usecase/provisions.rs, provision/work.rs; the freeze waits for one under way",
    ),
    ("refunds.rs", "update refunds 4", "away: usecase/payments, usecase/refund_order.rs; numbers"),
    ("usage.rs", "insert usage_limits 1", "away: usecase/usage.rs"),
    ("wallets.rs", "update credit_lots 1", "away: usecase/wallet/warn.rs"),
    (
        "write.rs",
        "insert credit_ledger 1, insert credit_lots 1, update credit_lots 1, \
         update organizations 1, update wallets 1",
        "engine",
    ),
    (
        "write_orders.rs",
        "insert credit_holds 1, insert orders 1, insert promo_redemptions 1, \
         update credit_holds 1, update orders 1, update promo_redemptions 1",
        "engine",
    ),
    (
        "write_payments.rs",
        "insert card_payments 1, insert disputes 1, insert refunds 1, update customers 1, \
         update disputes 1",
        "engine",
    ),
    (
        "write_subscriptions.rs",
        "insert invoices 1, insert subscriptions 1, update invoices 1, update subscriptions 1",
        "engine",
    ),
    (
        "write_usage.rs",
        "insert usage_events 1, insert usage_totals 1, update usage_limits 1, update usage_totals 1",
        "engine",
    ),
];

/// How often each table is written, in each way.
type Writes = BTreeMap<String, usize>;

/// Looks through the sources below a directory.
fn look(directory: &Path, found: &mut BTreeMap<String, Writes>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            look(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "sql") {
            let writes = writes(&std::fs::read_to_string(&path).unwrap());
            if !writes.is_empty() {
                found.insert(path.to_str().unwrap().to_owned(), writes);
            }
        }
    }
}

fn writes(source: &str) -> Writes {
    let tables: Vec<&str> = moved_columns().into_iter().map(|(table, _)| table).collect();
    let is_comment = |line: &&str| line.starts_with("//") || line.starts_with("--");
    let mut found = Writes::new();
    for line in source.lines().map(str::trim).filter(|line| !is_comment(line)) {
        for (verb, name) in
            [("INSERT INTO ", "insert"), ("UPDATE ", "update"), ("DELETE FROM ", "delete")]
        {
            for (at, _) in line.match_indices(verb) {
                let after = &line[at + verb.len()..];
                let end = after.find(|c: char| !c.is_ascii_lowercase() && c != '_');
                let table = &after[..end.unwrap_or(after.len())];
                if tables.contains(&table) {
                    *found.entry(format!("{name} {table}")).or_default() += 1;
                }
            }
        }
    }
    found
}

#[test]
fn each_statement_has_something_that_keeps_it_away() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeMap::new();
    look(&source, &mut found);
    let storage = format!("{}/", source.join("storage").display());
    let found: BTreeMap<String, String> = found
        .into_iter()
        .map(|(path, writes)| {
            let texts = writes.iter().map(|(what, count)| format!("{what} {count}"));
            let path = path.strip_prefix(&storage).unwrap_or(&path).to_owned();
            (path, texts.collect::<Vec<_>>().join(", "))
        })
        .collect();
    let listed = STATEMENTS.map(|(file, writes, why)| {
        assert!(!why.is_empty(), "{file}");
        (file.to_owned(), writes.to_owned())
    });
    assert_eq!(found, BTreeMap::from(listed));
}
