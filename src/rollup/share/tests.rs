use std::collections::BTreeMap;

use sovereign_domain::timestamp::Timestamp;

use super::sharer::ESTIMATED;
use super::*;
use crate::rollup::movement::Kind;
use crate::storage::Ts;

const FILE: &str = r#"
[[agreement]]
franchisee = "omantel"
name = "Omantel"
sovereigns = ["a.example"]
currency = "OMR"
valid_from = "2026-01-01"
tiers = [{ up_to = "10.000", share_bp = 2500 }, { share_bp = 1500 }]
stripe_fees = "shared"
payout = { stripe_account = "acct_1" }

[[agreement]]
franchisee = "acme"
name = "Acme"
sovereigns = ["b.example"]
currency = "BHD"
valid_from = "2026-01-01"
valid_to = "2026-11-15"
share_bp = 3333
payout = { stripe_account = "acct_2" }

[[agreement]]
franchisee = "acme"
name = "Acme"
sovereigns = ["b.example"]
currency = "BHD"
valid_from = "2026-11-16"
share_bp = 1000
payout = { stripe_account = "acct_2" }
"#;

fn sharer(agreements: &Agreements) -> Sharer<'_> {
    Sharer {
        agreements,
        charges: BTreeMap::new(),
        unassigned: BTreeMap::new(),
        volumes: BTreeMap::new(),
    }
}

fn movement(kind: Kind, charge: &str, day: u32, amount_minor: i64) -> Unshared {
    let at = Timestamp::parse_rfc3339(&format!("2026-11-{day:02}T12:00:00Z")).unwrap();
    Unshared {
        id: format!("txn_{charge}_{day}"),
        kind: kind.as_str().to_owned(),
        rank: kind.rank(),
        charge_id: charge.to_owned(),
        charge_at: Some(Ts(at)),
        charge_minor: Some(amount_minor),
        occurred_at: Ts(at),
        currency: "OMR".to_owned(),
        amount_minor,
        fee_minor: 0,
        sovereign: Some("a.example".to_owned()),
    }
}

fn shares(agreements: &Agreements, movements: &[Unshared]) -> Vec<SharedRow> {
    let mut sharer = sharer(agreements);
    movements.iter().map(|movement| sharer.row(movement).unwrap()).collect()
}

fn parts(rows: &[SharedRow]) -> Vec<i64> {
    rows.iter().map(|row| row.publisher_minor.unwrap()).collect()
}

#[test]
fn tiers_go_by_the_volume_and_what_goes_back_by_its_charge() {
    let agreements = Agreements::read(FILE.as_bytes()).unwrap();
    let rows = shares(
        &agreements,
        &[
            movement(Kind::Charge, "ch_1", 1, 8_000),
            // 2,000 of it are in the first tier.
            movement(Kind::Charge, "ch_2", 2, 4_000),
            movement(Kind::Charge, "ch_3", 3, 1_000),
            movement(Kind::Refund, "ch_2", 4, 1_000),
            movement(Kind::Dispute, "ch_2", 5, 3_000),
            movement(Kind::DisputeWon, "ch_2", 6, 3_000),
            movement(Kind::RefundFailed, "ch_2", 7, 1_000),
        ],
    );
    assert_eq!(parts(&rows), [2_000, 800, 150, 200, 600, -600, -200]);
    assert!(rows.iter().all(|row| row.franchisee.as_deref() == Some("omantel")));
    assert!(rows.iter().all(|row| row.note.is_none()));
}

#[test]
fn agreements_change_in_the_middle_of_a_month() {
    let agreements = Agreements::read(FILE.as_bytes()).unwrap();
    let of = |kind, day, amount_minor| Unshared {
        currency: "BHD".to_owned(),
        sovereign: Some("b.example".to_owned()),
        ..movement(kind, &format!("ch_{amount_minor}"), day, amount_minor)
    };
    let rows = shares(
        &agreements,
        &[
            of(Kind::Charge, 15, 3_000),
            of(Kind::Charge, 16, 2_000),
            // At the rate of the charge, not at that of its own day.
            Unshared { charge_id: "ch_3000".to_owned(), ..of(Kind::Refund, 17, 1_500) },
        ],
    );
    assert_eq!(parts(&rows), [1_000, 200, 500]);
    let numbers: Vec<_> = rows.iter().map(|row| row.agreement.unwrap()).collect();
    assert_eq!(numbers[..2], [1, 2]);
}

#[test]
fn what_is_nobodys_says_why_and_so_does_what_goes_back_of_it() {
    let agreements = Agreements::read(FILE.as_bytes()).unwrap();
    let of = |kind, charge: &str, sovereign: Option<&str>, currency: &str| Unshared {
        sovereign: sovereign.map(str::to_owned),
        currency: currency.to_owned(),
        ..movement(kind, charge, 3, 500)
    };
    let rows = shares(
        &agreements,
        &[
            of(Kind::Charge, "ch_1", None, "OMR"),
            of(Kind::Charge, "ch_2", Some("c.example"), "OMR"),
            of(Kind::Charge, "ch_3", Some("a.example"), "BHD"),
            of(Kind::Charge, "ch_4", Some("a.example"), "ISK"),
            // Its own currency would have an agreement.
            of(Kind::Refund, "ch_3", Some("a.example"), "OMR"),
            of(Kind::Refund, "ch_9", None, "OMR"),
        ],
    );
    let why: Vec<&str> = rows.iter().map(|row| row.unassigned.as_deref().unwrap()).collect();
    assert_eq!(
        why,
        [
            "no_metadata",
            "unknown_sovereign",
            "no_agreement",
            "no_agreement",
            "no_agreement",
            "no_metadata"
        ]
    );
    assert!(rows.iter().all(|row| row.publisher_minor.is_none()));
}

#[test]
fn a_charge_from_before_the_book_is_estimated_once() {
    let agreements = Agreements::read(FILE.as_bytes()).unwrap();
    let half = |day| Unshared {
        charge_minor: Some(4_000),
        ..movement(Kind::Refund, "ch_old", day, 2_000)
    };
    let rows = shares(&agreements, &[half(1), half(2)]);
    // As the first of its month: all of it in the first tier.
    assert_eq!(parts(&rows), [500, 500]);
    assert!(rows.iter().all(|row| row.note.as_deref() == Some(ESTIMATED)));
}

#[test]
fn a_shared_fee_is_borne_in_proportion() {
    let agreements = Agreements::read(FILE.as_bytes()).unwrap();
    let with_fee = |fee_minor, movement: Unshared| Unshared { fee_minor, ..movement };
    let rows = shares(
        &agreements,
        &[
            with_fee(100, movement(Kind::Charge, "ch_1", 1, 8_000)),
            with_fee(1_500, movement(Kind::Dispute, "ch_1", 2, 8_000)),
            with_fee(-1_500, movement(Kind::DisputeWon, "ch_1", 3, 8_000)),
        ],
    );
    let fees: Vec<i64> = rows.iter().map(|row| row.franchisee_fee_minor.unwrap()).collect();
    assert_eq!(fees, [75, 1_125, -1_125]);
}
