use std::fs;

use sha2::{Digest as _, Sha256};
use sovereign_domain::timestamp::Timestamp;

use super::*;
use crate::hex;
use crate::pdf::Language;
use crate::rollup::document::samples::{line, statement};
use crate::rollup::document::{Line, LinesSummary, UnassignedLine, UnassignedTotal};

fn omr() -> Currency {
    Currency::from_code("OMR").unwrap()
}

fn lines(lines: &[Line]) -> (String, LinesSummary) {
    let mut written = Vec::new();
    let mut csv = LinesCsv::new(&mut written, omr()).unwrap();
    for line in lines {
        csv.line(line).unwrap();
    }
    let summary = csv.finish().unwrap();
    (String::from_utf8(written).unwrap(), summary)
}

#[test]
fn lines_have_amounts_twice_and_are_hashed() {
    let refund = Line {
        id: "txn_2".to_owned(),
        kind: "refund".to_owned(),
        amount_minor: -4_115,
        publisher_minor: -823,
        franchisee_minor: -3_292,
        fee_minor: 0,
        franchisee_fee_minor: 0,
        agreement: 1,
        late: true,
        note: Some("rate_of_charge = \"estimated\"".to_owned()),
        ..line()
    };
    let (text, summary) = lines(&[line(), refund]);
    let expected = "\u{feff}id,kind,charge_id,occurred_at,sovereign,organization,order_id,currency,amount,amount_minor,\
        publisher,publisher_minor,franchisee,franchisee_minor,fee,fee_minor,franchisee_fee,franchisee_fee_minor,\
        agreement,late,note\r\n\
        txn_1,charge,ch_1,2026-11-05T10:00:00Z,omantel.omani.works,kestrel,,OMR,12.345,12345,2.469,2469,9.876,9876,\
        0.358,358,0.286,286,1,false,\r\n\
        txn_2,refund,ch_1,2026-11-05T10:00:00Z,omantel.omani.works,kestrel,,OMR,-4.115,-4115,-0.823,-823,-3.292,-3292,\
        0.000,0,0.000,0,2,true,\"rate_of_charge = \"\"estimated\"\"\"\r\n";
    assert_eq!(text, expected);
    assert_eq!(summary.count, 2);
    assert_eq!(summary.sha256, hex::encode(&Sha256::digest(text.as_bytes())));
}

#[test]
fn texts_of_others_begin_no_formula() {
    let evil = Line {
        organization: Some("=HYPERLINK(\"http://x\")".to_owned()),
        order_id: Some("+1".to_owned()),
        ..line()
    };
    let (text, _) = lines(&[evil]);
    assert!(text.contains(",\"'=HYPERLINK(\"\"http://x\"\")\",'+1,"), "{text}");
}

#[test]
fn what_nobody_agreed_on_says_why() {
    let unassigned = |currency: &str, sovereign: Option<&str>| UnassignedLine {
        id: "txn_3".to_owned(),
        kind: "refund".to_owned(),
        charge_id: "ch_3".to_owned(),
        occurred_at: Timestamp::parse_rfc3339("2026-11-05T10:00:00Z").unwrap(),
        sovereign: sovereign.map(str::to_owned),
        organization: None,
        order_id: None,
        currency: currency.to_owned(),
        amount_minor: -500,
        fee_minor: 15,
        reason: "no_agreement".to_owned(),
    };
    let mut written = Vec::new();
    let mut csv = UnassignedCsv::new(&mut written).unwrap();
    csv.line(&unassigned("USD", None)).unwrap();
    csv.line(&unassigned("XYZ", Some("a.example"))).unwrap();
    csv.finish().unwrap();
    let text = String::from_utf8(written).unwrap();
    let expected = "\u{feff}id,kind,charge_id,occurred_at,reason,sovereign,organization,order_id,currency,amount,\
        amount_minor,fee,fee_minor\r\n\
        txn_3,refund,ch_3,2026-11-05T10:00:00Z,no_agreement,,,,USD,-5.00,-500,0.15,15\r\n\
        txn_3,refund,ch_3,2026-11-05T10:00:00Z,no_agreement,a.example,,,XYZ,,-500,,15\r\n";
    assert_eq!(text, expected);
}

fn fleet() -> FleetDocument {
    let statement = statement(Language::English);
    let unassigned = UnassignedTotal {
        reason: "no_metadata".to_owned(),
        currency: "OMR".to_owned(),
        movements: 1,
        amount_minor: 5,
    };
    let from = (statement.agreements_sha256.clone(), statement.closed_at);
    FleetDocument::of(statement.month, &[statement], vec![unassigned], from).unwrap()
}

#[test]
fn a_fleet_has_a_line_for_each_statement_and_currency() {
    let text = fleet_csv(&fleet());
    let rows: Vec<&str> = text.split("\r\n").collect();
    let amounts = "4,1000.000,60.000,40.000,900.000,180.000,720.000,0.000,29.005,23.204,50.000,-3.003,643.793,643.790,\
        0.003,643790";
    assert_eq!(
        rows[1],
        format!(
            "statement,2026-11/omantel/OMR,omantel,Omantel,OMR,{amounts},acct_****lo2C,USD,1674.37"
        )
    );
    assert_eq!(rows[2], format!("total,,,,OMR,{amounts},,,"));
    assert_eq!(rows[0].split(',').count(), rows[1].split(',').count());
    assert_eq!(rows[3..], [""]);
}

#[test]
fn a_statement_is_written_into_its_folder() {
    let directory = tempfile::tempdir().unwrap();
    let statement = statement(Language::English);
    let json = statement.to_json().unwrap();
    let folder = folder(directory.path(), &statement.franchisee, statement.currency);
    assert!(folder.ends_with("omantel-OMR"));
    write_statement(&folder, &json, &statement).unwrap();
    write_fleet(directory.path(), &fleet()).unwrap();
    assert_eq!(fs::read_to_string(folder.join(STATEMENT_JSON)).unwrap(), json);
    let pdf = fs::read(folder.join(STATEMENT_PDF)).unwrap();
    assert!(pdf.starts_with(b"%PDF"));
    // Again, over what is there, and to the same bytes.
    write_statement(&folder, &json, &statement).unwrap();
    assert_eq!(fs::read(folder.join(STATEMENT_PDF)).unwrap(), pdf);
    let read = fs::read_to_string(directory.path().join(FLEET_JSON)).unwrap();
    assert_eq!(serde_json::from_str::<FleetDocument>(&read).unwrap(), fleet());
    let mut names: Vec<_> = fs::read_dir(directory.path())
        .unwrap()
        .chain(fs::read_dir(&folder).unwrap())
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["fleet.csv", "fleet.json", "omantel-OMR", "statement.json", "statement.pdf"]
    );
}

#[test]
fn a_file_is_there_whole_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.csv");
    write(&path, b"before").unwrap();
    let mut file = Replacement::create(&path).unwrap();
    file.write_all(b"half").unwrap();
    drop(file);
    assert_eq!(fs::read(&path).unwrap(), b"before");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "the draft is gone");

    // What a killed process left is in nobody's way.
    let draft = directory.path().join(format!(".a.csv.{}.new", std::process::id()));
    fs::write(&draft, b"left").unwrap();
    let mut file = Replacement::create_private(&path).unwrap();
    file.write_all(b"after").unwrap();
    file.commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"after");
    assert!(!draft.exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    // A place that is a directory is not taken, and nothing is left beside it.
    let taken = directory.path().join("taken");
    fs::create_dir(&taken).unwrap();
    assert!(write(&taken, b"x").is_err());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
}
