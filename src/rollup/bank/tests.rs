use sovereign_domain::money::Currency;
use time::macros::date;

use super::*;

fn account(holder: &str, iban: &str, bic: &str) -> BankAccount {
    BankAccount { holder: holder.into(), iban: iban.into(), bic: bic.into() }
}

fn payout(statement: &str, code: &str, amount_minor: i64) -> BankPayout {
    BankPayout {
        statement: statement.into(),
        currency: Currency::from_code(code).unwrap(),
        amount_minor,
        creditor: account("Müller & Søn", "DE89370400440532013000", "DEUTDEFF500"),
    }
}

fn file(payouts: Vec<BankPayout>) -> BankFile {
    BankFile {
        month: "2026-11".parse().unwrap(),
        debtor: Debtor {
            name: "Publisher Inc".into(),
            account: account("Publisher Inc", "OM810180000001299123456", "BMUSOMRX"),
        },
        execution_date: date!(2026 - 12 - 07),
        created_at: Timestamp::parse_rfc3339("2026-12-03T08:15:30.250000Z").unwrap(),
        payouts,
    }
}

fn two() -> BankFile {
    file(vec![
        payout("2026-11/omantel/OMR", "OMR", 1_234_567),
        payout("2026-11/kestrel/JPY", "JPY", 40),
    ])
}

const PAIN: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
<CstmrCdtTrfInitn>
<GrpHdr>
<MsgId>{id}</MsgId>
<CreDtTm>2026-12-03T08:15:30Z</CreDtTm>
<NbOfTxs>2</NbOfTxs>
<CtrlSum>1274.567</CtrlSum>
<InitgPty>
<Nm>Publisher Inc</Nm>
</InitgPty>
</GrpHdr>
<PmtInf>
<PmtInfId>{id}-OMR</PmtInfId>
<PmtMtd>TRF</PmtMtd>
<NbOfTxs>1</NbOfTxs>
<CtrlSum>1234.567</CtrlSum>
<ReqdExctnDt>
<Dt>2026-12-07</Dt>
</ReqdExctnDt>
<Dbtr>
<Nm>Publisher Inc</Nm>
</Dbtr>
<DbtrAcct>
<Id>
<IBAN>OM810180000001299123456</IBAN>
</Id>
</DbtrAcct>
<DbtrAgt>
<FinInstnId>
<BICFI>BMUSOMRX</BICFI>
</FinInstnId>
</DbtrAgt>
<ChrgBr>SHAR</ChrgBr>
<CdtTrfTxInf>
<PmtId>
<EndToEndId>2026-11/omantel/OMR</EndToEndId>
</PmtId>
<Amt>
<InstdAmt Ccy="OMR">1234.567</InstdAmt>
</Amt>
<CdtrAgt>
<FinInstnId>
<BICFI>DEUTDEFF500</BICFI>
</FinInstnId>
</CdtrAgt>
<Cdtr>
<Nm>Muller + Son</Nm>
</Cdtr>
<CdtrAcct>
<Id>
<IBAN>DE89370400440532013000</IBAN>
</Id>
</CdtrAcct>
<RmtInf>
<Ustrd>Statement 2026-11/omantel/OMR</Ustrd>
</RmtInf>
</CdtTrfTxInf>
</PmtInf>
<PmtInf>
<PmtInfId>{id}-JPY</PmtInfId>
<PmtMtd>TRF</PmtMtd>
<NbOfTxs>1</NbOfTxs>
<CtrlSum>40</CtrlSum>
<ReqdExctnDt>
<Dt>2026-12-07</Dt>
</ReqdExctnDt>
<Dbtr>
<Nm>Publisher Inc</Nm>
</Dbtr>
<DbtrAcct>
<Id>
<IBAN>OM810180000001299123456</IBAN>
</Id>
</DbtrAcct>
<DbtrAgt>
<FinInstnId>
<BICFI>BMUSOMRX</BICFI>
</FinInstnId>
</DbtrAgt>
<ChrgBr>SHAR</ChrgBr>
<CdtTrfTxInf>
<PmtId>
<EndToEndId>2026-11/kestrel/JPY</EndToEndId>
</PmtId>
<Amt>
<InstdAmt Ccy="JPY">40</InstdAmt>
</Amt>
<CdtrAgt>
<FinInstnId>
<BICFI>DEUTDEFF500</BICFI>
</FinInstnId>
</CdtrAgt>
<Cdtr>
<Nm>Muller + Son</Nm>
</Cdtr>
<CdtrAcct>
<Id>
<IBAN>DE89370400440532013000</IBAN>
</Id>
</CdtrAcct>
<RmtInf>
<Ustrd>Statement 2026-11/kestrel/JPY</Ustrd>
</RmtInf>
</CdtTrfTxInf>
</PmtInf>
</CstmrCdtTrfInitn>
</Document>
"#;

#[test]
fn a_message_of_iso_20022_has_a_group_for_each_currency() {
    let file = two();
    assert_eq!(file.pain_001().unwrap(), PAIN.replace("{id}", &file.message_id()));
}

#[test]
fn transfers_are_csv() {
    let expected = "\u{feff}reference,creditor_name,creditor_iban,creditor_bic,currency,amount,amount_minor,\
        execution_date\r\n\
        2026-11/omantel/OMR,Muller + Son,DE89370400440532013000,DEUTDEFF500,OMR,1234.567,1234567,2026-12-07\r\n\
        2026-11/kestrel/JPY,Muller + Son,DE89370400440532013000,DEUTDEFF500,JPY,40,40,2026-12-07\r\n";
    assert_eq!(two().csv().unwrap(), expected);
}

#[test]
fn the_same_statements_are_the_same_message() {
    let id = two().message_id();
    assert!(id.starts_with("ROLLUP-2026-11-") && id.len() == 31, "{id}");
    // With a currency behind it, it is as long as an identifier may be.
    assert!(id.len() + "-OMR".len() <= REFERENCE);
    let mut later = two();
    later.payouts.reverse();
    later.created_at = later.created_at.plus_days(1);
    later.execution_date = date!(2026 - 12 - 08);
    if let Some(payout) = later.payouts.first_mut() {
        payout.creditor = account("Other", "GB82WEST12345698765432", "WESTGB22");
    }
    assert_eq!(later.message_id(), id);
    assert_ne!(file(vec![payout("2026-11/omantel/OMR", "OMR", 1)]).message_id(), id);
}

#[test]
fn what_no_bank_would_take_is_refused() {
    let refused = |payouts| file(payouts).pain_001().unwrap_err();
    assert_eq!(refused(vec![]), BankFileError::NoPayouts);
    for amount in [0, -1, i64::MAX] {
        let error = refused(vec![payout("a", "OMR", amount)]);
        assert_eq!(error, BankFileError::Amount("a".into()), "{amount}");
    }
    // Each is within the digits of an amount, and their sum is not.
    let most = 999_999_999_999_999_999;
    let sum = refused(vec![payout("a", "OMR", most), payout("b", "JPY", most)]);
    assert_eq!(sum, BankFileError::Amount("b".into()));
    let twice = refused(vec![payout("a", "OMR", 1), payout("a", "OMR", 1)]);
    assert_eq!(twice, BankFileError::Twice("a".into()));
    let long = "2026-11/a-franchisee-of-a-long-name/OMR";
    assert_eq!(refused(vec![payout(long, "OMR", 1)]), BankFileError::Reference(long.into()));

    let mut arabic = two();
    arabic.debtor.name = "الناشر".into();
    assert!(matches!(arabic.pain_001(), Err(BankFileError::Name(_))));
    let mut arabic = two();
    arabic.payouts[0].creditor.holder = "عمانتل".into();
    assert!(matches!(arabic.csv(), Err(BankFileError::Name(_))));
    assert!(matches!(arabic.pain_001(), Err(BankFileError::Name(_))));
}
