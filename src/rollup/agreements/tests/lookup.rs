//! Which agreement money is under.

use super::*;

fn find(of: &Agreements, sovereign: &str, code: &str, when: &str) -> Result<usize, Unassigned> {
    of.find(Some(sovereign), currency(code), at(when)).map(|agreement| agreement.number)
}

#[test]
fn money_is_under_the_agreement_of_its_time() {
    let read = read(FULL);
    let own = |when: &str| find(&read, "omantel.omani.works", "OMR", when);
    // Midnight in Muscat.
    assert_eq!(own("2025-12-31T19:59:59.999999Z"), Err(Unassigned::NoAgreement));
    assert_eq!(own("2025-12-31T20:00:00Z"), Ok(0));
    assert_eq!(own("2026-06-30T19:59:59.999999Z"), Ok(0));
    assert_eq!(own("2026-06-30T20:00:00Z"), Ok(1));
    assert_eq!(own("2036-01-01T00:00:00Z"), Ok(1));
    let other = |when: &str| find(&read, "cloud.omantel.example", "OMR", when);
    assert_eq!(other("2026-06-01T00:00:00Z"), Ok(0));
    assert_eq!(other("2026-07-01T00:00:00Z"), Err(Unassigned::NoAgreement));
}

#[test]
fn money_under_none_says_why() {
    let read = read(FULL);
    let when = "2026-06-01T00:00:00Z";
    assert_eq!(find(&read, "omantel.omani.works", "USD", when), Err(Unassigned::NoAgreement));
    assert_eq!(find(&read, "other.example", "OMR", when), Err(Unassigned::UnknownSovereign));
    for none in [None, Some("")] {
        let found = read.find(none, currency("OMR"), at(when)).map(|agreement| agreement.number);
        assert_eq!(found, Err(Unassigned::NoMetadata));
    }
    for reason in Unassigned::ALL {
        assert_eq!(Unassigned::of_name(reason.as_str()), Some(reason));
    }
    assert_eq!(Unassigned::of_name("other"), None);
}

#[test]
fn the_one_in_force_last_counts_for_the_month() {
    let file = [
        agreement("valid_to = \"2026-11-15\"\nfixed_fee = \"1.000\""),
        agreement("valid_from = \"2026-11-16\"\nfixed_fee = \"2.000\""),
        agreement("sovereigns = [\"b.example\"]\nvalid_to = \"2026-11-10\"\nfixed_fee = \"1.000\""),
        agreement("currency = \"USD\""),
        agreement(
            "franchisee = \"kestrel\"\nsovereigns = [\"k.example\"]\nvalid_from = \"2026-12-01\"",
        ),
    ];
    let read = read(&file.concat());
    let last = |franchisee: &str, code: &str, month: &str| {
        let found = read.last_in_force(franchisee, currency(code), month.parse().unwrap());
        found.map(|agreement| agreement.number)
    };
    assert_eq!(
        last("omantel", "OMR", "2026-10"),
        Some(2),
        "of two that hold all month, the last in the file"
    );
    assert_eq!(last("omantel", "OMR", "2026-11"), Some(1));
    assert_eq!(last("omantel", "USD", "2026-11"), Some(3));
    assert_eq!(last("kestrel", "OMR", "2026-11"), None);
    assert_eq!(last("kestrel", "OMR", "2026-12"), Some(4));
    assert_eq!(last("omantel", "OMR", "2025-12"), None);
    let numbers = |month: &str| -> Vec<usize> {
        read.in_force(month.parse().unwrap()).map(|agreement| agreement.number).collect()
    };
    assert_eq!(numbers("2026-11"), [0, 1, 2, 3]);
    assert_eq!(numbers("2026-12"), [1, 3, 4]);
    assert_eq!(read.get(4).map(|agreement| agreement.franchisee.as_str()), Some("kestrel"));
    assert!(read.get(5).is_none());
}
