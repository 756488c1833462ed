//! Agreements beside each other.

use super::*;

fn spans(first: &str, second: &str) -> String {
    let line = |text: &str| text.replace("; ", "\n");
    format!("{}{}", agreement(&line(first)), agreement(&line(second)))
}

#[test]
fn one_may_follow_another_on_the_next_day() {
    for zone in ["UTC", "Asia/Muscat", "Europe/Berlin", "America/Santiago"] {
        let file = spans("valid_to = \"2026-06-30\"", "valid_from = \"2026-07-01\"");
        let read = read(&format!("time_zone = \"{zone}\"\n{file}"));
        assert_eq!(read.list[0].valid_before, Some(read.list[1].valid_from));
    }
    // The clocks leave out midnight of 2026-09-06 there, so that the day begins at one o'clock.
    let file = spans("valid_to = \"2026-09-05\"", "valid_from = \"2026-09-06\"");
    let read = read(&format!("time_zone = \"America/Santiago\"\n{file}"));
    assert_eq!(read.list[1].valid_from, at("2026-09-06T04:00:00Z"));
    assert_eq!(read.list[0].valid_before, Some(at("2026-09-06T04:00:00Z")));
}

#[test]
fn two_do_not_hold_at_once() {
    let said = wrong(&spans("valid_to = \"2026-07-01\"", "valid_from = \"2026-07-01\""));
    assert_eq!(
        said,
        [
            "agreement 2 (omantel): sovereigns: a.example in OMR is under agreement 1 (omantel) as well from \
             2026-07-01 to 2026-07-01: let one end on the day before the other begins"
        ]
    );
    let open = wrong(&spans("", "valid_from = \"2026-03-01\""));
    assert!(open[0].contains("as well from 2026-03-01 on: let one end"), "{open:?}");
    // Whichever comes first in the file, and whoever the other party is.
    let other = wrong(&spans(
        "valid_from = \"2026-07-01\"",
        "franchisee = \"kestrel\"; sovereigns = [\"b.example\", \"a.example\"]; valid_to = \"2026-12-31\"",
    ));
    assert_eq!(other.len(), 1);
    assert!(
        other[0].starts_with("agreement 2 (kestrel): sovereigns: a.example in OMR"),
        "{other:?}"
    );
    assert!(other[0].contains("from 2026-07-01 to 2026-12-31"), "{other:?}");
}

#[test]
fn another_sovereign_or_currency_is_another_thing() {
    read(&spans("", "sovereigns = [\"b.example\"]"));
    read(&spans("", "currency = \"USD\""));
}

#[test]
fn a_franchisee_has_no_gap() {
    let said = wrong(&spans("valid_to = \"2026-06-29\"", "valid_from = \"2026-07-01\""));
    assert_eq!(
        said,
        [
            "agreement 2 (omantel): valid_from: nothing holds for a.example in OMR after 2026-06-29, where \
             agreement 1 (omantel) ends, and before 2026-07-01: let the one end later, or the other begin earlier"
        ]
    );
    // The later one may stand first.
    let said = wrong(&spans("valid_from = \"2026-07-01\"", "valid_to = \"2026-06-29\""));
    assert!(said[0].starts_with("agreement 1 (omantel): valid_from: nothing holds"), "{said:?}");
    // What begins with another party has no gap, and neither has what another party had in between.
    read(&spans(
        "valid_to = \"2026-06-29\"",
        "valid_from = \"2026-08-01\"; franchisee = \"kestrel\"",
    ));
    let between = agreement(
        "franchisee = \"kestrel\"\nvalid_from = \"2026-04-01\"\nvalid_to = \"2026-06-30\"",
    );
    let around = spans("valid_to = \"2026-03-31\"", "valid_from = \"2026-07-01\"");
    read(&format!("{around}{between}"));
    let short = between.replace("06-30", "06-29");
    let said = wrong(&format!("{around}{short}"));
    assert!(said[0].starts_with("agreement 2 (omantel): valid_from: nothing holds"), "{said:?}");
    assert!(said[0].contains("after 2026-06-29, where agreement 3 (kestrel) ends"), "{said:?}");
}

#[test]
fn a_franchisee_is_one_party_at_a_time() {
    let differs = |more: &str| wrong(&spans("", &format!("sovereigns = [\"b.example\"]; {more}")));
    for (line, member) in [
        ("name = \"Other\"", "name"),
        ("payout = { stripe_account = \"acct_2\" }", "payout"),
        ("payout_currency = \"USD\"", "payout_currency"),
        ("fixed_fee = \"1.000\"", "fixed_fee"),
        ("language = \"ar\"", "language"),
    ] {
        assert_eq!(
            differs(line),
            [format!(
                "agreement 2 (omantel): {member}: differs from that of agreement 1 (omantel), which holds at the same \
                 time: write the same in both"
            )]
        );
    }
    // Statements are of one currency, and a name is of all.
    read(&spans(
        "",
        "currency = \"USD\"; payout = { stripe_account = \"acct_2\" }; language = \"ar\"",
    ));
    assert_eq!(wrong(&spans("", "currency = \"USD\"; name = \"Other\"")).len(), 1);
    // One after the other, everything may change.
    read(&spans(
        "valid_to = \"2026-06-30\"",
        "valid_from = \"2026-07-01\"; name = \"Other\"; payout = { stripe_account = \"acct_2\" }",
    ));
}

#[test]
fn what_could_be_read_is_compared_still() {
    let said = wrong(&spans("share_bp = 20001", "payout = {}"));
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said[2].contains("is under agreement 1 (omantel) as well"), "{said:?}");
}
