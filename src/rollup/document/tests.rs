use serde_json::Value;
use sovereign_domain::split::Sums;

use super::samples::statement;
use super::*;

#[test]
fn a_statement_is_read_as_it_was_written() {
    for language in [Language::English, Language::Arabic] {
        let statement = statement(language);
        let text = statement.to_json().unwrap();
        let read = StatementDocument::parse(&text).unwrap();
        assert_eq!(read, statement);
        assert_eq!(read.to_json().unwrap(), text);
    }
}

#[test]
fn members_stand_in_their_order() {
    let text = statement(Language::English).to_json().unwrap();
    assert!(text.starts_with(
        "{\n  \"version\": 1,\n  \"id\": \"2026-11/omantel/OMR\",\n  \"month\": \"2026-11\","
    ));
    assert!(text.ends_with("\"closed_at\": \"2026-12-03T08:00:00Z\"\n}\n"));
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["language"], "en");
    assert_eq!(json["agreements"][0]["number"], 1, "people count from one");
    assert_eq!(json["agreements"][0]["base"], "charged");
    assert_eq!(json["agreements"][1]["share"][0]["up_to_minor"], 10_000_000);
    assert_eq!(json["agreements"][1]["valid_to"], Value::Null);
    assert_eq!(json["payout"]["currency"], "USD");
    let amounts = json["sums"].as_object().unwrap();
    assert!(amounts.keys().all(|name| name.ends_with("_minor")));
}

#[test]
fn another_version_is_refused() {
    let text = statement(Language::English).to_json().unwrap();
    let other = text.replacen("\"version\": 1", "\"version\": 2", 1);
    assert!(StatementDocument::parse(&other).unwrap_err().to_string().contains("version 2"));
    for (good, wrong) in
        [("\"OMR\"", "\"omr\""), ("\"2026-11\"", "\"2026-13\""), ("\"en\"", "\"fr\"")]
    {
        assert!(StatementDocument::parse(&text.replacen(good, wrong, 1)).is_err(), "{wrong}");
    }
}

#[test]
fn sums_stay_what_they_are() {
    let sums = statement(Language::English).sums;
    assert_eq!(SumsDocument::from(Sums::from(sums)), sums);
}

#[test]
fn a_fleet_is_summed_by_currency() {
    let one = statement(Language::English);
    let two = StatementDocument {
        id: "2026-11/kestrel/OMR".to_owned(),
        franchisee: "kestrel".to_owned(),
        ..one.clone()
    };
    let usd = Currency::from_code("USD").unwrap();
    let dollars = StatementDocument { currency: usd, ..one.clone() };
    let unassigned = |reason: &str, currency: &str| UnassignedTotal {
        reason: reason.to_owned(),
        currency: currency.to_owned(),
        movements: 1,
        amount_minor: 5,
    };
    let unassigned = vec![unassigned("no_metadata", "USD"), unassigned("no_agreement", "OMR")];
    let from = (one.agreements_sha256.clone(), one.closed_at);
    let all = [one.clone(), dollars, two];
    let fleet = FleetDocument::of(one.month, &all, unassigned, from.clone()).unwrap();
    let order: Vec<_> =
        fleet.statements.iter().map(|row| (row.franchisee.as_str(), row.currency.code())).collect();
    assert_eq!(order, [("kestrel", "OMR"), ("omantel", "OMR"), ("omantel", "USD")]);
    let totals: Vec<_> = fleet
        .totals
        .iter()
        .map(|total| (total.currency.code(), total.statements, total.amounts.due_minor))
        .collect();
    assert_eq!(totals, [("OMR", 2, 2 * 643_793), ("USD", 1, 643_793)]);
    assert_eq!(fleet.unassigned[0].reason, "no_agreement");
    let read: FleetDocument = serde_json::from_str(&fleet.to_json().unwrap()).unwrap();
    assert_eq!(read, fleet);

    let huge = StatementDocument { due_minor: i64::MAX, ..one.clone() };
    assert!(FleetDocument::of(one.month, &[huge, one], Vec::new(), from).is_none());
}
