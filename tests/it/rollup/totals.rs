//! Every amount of every statement is what SQL over the processor's own tables says.

use std::collections::BTreeMap;

use super::stripe::{Size, Trouble};
use super::{Book, MONTHS, World, amount, expected, minor};
use crate::harness::{TestDatabase, on_empty};

/// A directory of the files, and whose it is.
const STATEMENTS: [(&str, &str, &str); 3] =
    [("omantel-OMR", "omantel", "OMR"), ("acme-OMR", "acme", "OMR"), ("zain-BHD", "zain", "BHD")];

/// The statement's sums and counts, and each of its lines.
async fn statement_is_right(world: &World, book: &Book, month: &str, of: (&str, &str, &str)) {
    let (directory, franchisee, currency) = of;
    let document = book.statement(month, directory);
    let key = (month, franchisee, currency);
    for (name, value) in expected::sums(&world.fake, key).await {
        let part = if name.ends_with("_minor") { &document["sums"] } else { &document["counts"] };
        assert_eq!(minor(part, name), value, "{name} of {month} {franchisee}");
    }
    let lines = expected::lines(&world.fake, key).await;
    let written: BTreeMap<String, [i64; 4]> = book
        .rows(month, &format!("{directory}/lines.csv"))
        .iter()
        .map(|row| {
            let columns = ["amount_minor", "publisher_minor", "fee_minor", "franchisee_fee_minor"];
            let line = columns.map(|column| amount(row, column));
            let parts = amount(row, "publisher_minor") + amount(row, "franchisee_minor");
            assert_eq!(parts, line[0], "{row:?}");
            (row["id"].clone(), line)
        })
        .collect();
    assert_eq!(written.len(), lines.len(), "lines of {month} {franchisee}");
    assert_eq!(written, lines, "{month} {franchisee}");
    // What follows from the sums.
    let sums = &document["sums"];
    let less = |whole: &str, one: &str, two: &str| {
        minor(sums, whole) - minor(sums, one) - minor(sums, two)
    };
    let net = less("charged_minor", "refunded_minor", "disputed_minor");
    let publisher = less(
        "publisher_of_charged_minor",
        "publisher_of_refunded_minor",
        "publisher_of_disputed_minor",
    );
    assert_eq!(
        (minor(&document, "net_minor"), minor(&document, "publisher_minor")),
        (net, publisher)
    );
    assert_eq!(minor(&document, "franchisee_minor"), net - publisher);
    let fixed_fee = if franchisee == "acme" { 50_000 } else { 0 };
    let due = net - publisher - minor(sums, "franchisee_of_fees_minor") - fixed_fee
        + minor(&document, "carried_in_minor");
    assert_eq!(minor(&document, "due_minor"), due, "{month} {franchisee}");
    let (payout, left) = (minor(&document, "payout_minor"), minor(&document, "carried_out_minor"));
    assert_eq!(payout + left, due);
    // Stripe takes tens of baisa and fils; the bank each of them.
    assert_eq!(payout % if franchisee == "acme" { 1 } else { 10 }, 0);
}

/// What is on statements and what is nobody's are together all that moved.
async fn nothing_is_lost(world: &World, book: &Book, month: &str) {
    let mut nobodys: BTreeMap<String, i64> = BTreeMap::new();
    for row in book.rows(month, "unassigned.csv") {
        let reason = row["reason"].as_str();
        let expected = match (row["sovereign"].as_str(), row["currency"].as_str()) {
            ("", _) => "no_metadata",
            ("elsewhere.example", _) => "unknown_sovereign",
            ("omantel.omani.works", "USD") => "no_agreement",
            other => panic!("{other:?} is somebody's"),
        };
        assert_eq!(reason, expected, "{row:?}");
        *nobodys.entry(row["currency"].clone()).or_default() += amount(&row, "amount_minor");
    }
    let mut on_statements: BTreeMap<String, i64> = BTreeMap::new();
    for (directory, _, currency) in STATEMENTS {
        let net = minor(&book.statement(month, directory), "net_minor");
        *on_statements.entry(currency.to_owned()).or_default() += net;
    }
    for (currency, [all, nobody]) in expected::whole(&world.fake, month).await {
        let unassigned = nobodys.remove(&currency).unwrap_or(0);
        assert_eq!(unassigned, nobody, "{month} {currency}");
        let assigned = on_statements.remove(&currency).unwrap_or(0);
        assert_eq!(assigned + unassigned, all, "{month} {currency}");
    }
    assert!(nobodys.values().chain(on_statements.values()).all(|left| *left == 0));
}

pub(super) async fn month_is_right(world: &World, book: &Book, month: &str) {
    for of in STATEMENTS {
        statement_is_right(world, book, month, of).await;
    }
    nothing_is_lost(world, book, month).await;
    let fleet = book.fleet(month);
    let net: i64 = STATEMENTS
        .iter()
        .filter(|(.., currency)| *currency == "OMR")
        .map(|(directory, ..)| minor(&book.statement(month, directory), "net_minor"))
        .sum();
    let totals = fleet["totals"].as_array().unwrap();
    let omr = totals.iter().find(|total| total["currency"] == "OMR").unwrap();
    assert_eq!(minor(omr, "net_minor"), net);
}

on_empty! {
    async fn every_amount_is_that_of_sql(database: &TestDatabase) {
        let world = World::new(Size::autumn(4_000, 7), Trouble::SOME).await;
        let book = world.book_in(database);
        world.run_all(&book, &MONTHS);
        expected::work_out(&world.fake, &MONTHS).await;
        for month in MONTHS {
            month_is_right(&world, &book, month).await;
        }
        // What was left of one month comes into the next.
        let carried = |month, member| minor(&book.statement(month, "zain-BHD"), member);
        assert_eq!(carried("2025-11", "carried_in_minor"), carried("2025-10", "carried_out_minor"));
        assert_eq!(carried("2025-12", "carried_in_minor"), carried("2025-11", "carried_out_minor"));
    }
}
