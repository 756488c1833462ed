//! `CustomerCreditTransferInitiationV09` of ISO 20022: a group of payments for each currency, all from one account.

use std::fmt::Write as _;

use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;

use super::{BankFile, BankFileError, BankPayout, DIGITS, latin};
use crate::rollup::agreements::BankAccount;

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";

pub(super) fn write(file: &BankFile) -> Result<String, BankFileError> {
    let mut xml = Xml::new();
    let payer = latin(&file.debtor.name)?;
    let all: Vec<&BankPayout> = file.payouts.iter().collect();
    xml.open(&format!("Document xmlns=\"{NAMESPACE}\""));
    xml.open("CstmrCdtTrfInitn");
    xml.open("GrpHdr");
    xml.leaf("MsgId", &file.message_id());
    xml.leaf("CreDtTm", &Timestamp::from_seconds(file.created_at.seconds()).to_rfc3339());
    sums(&mut xml, &all)?;
    xml.open("InitgPty");
    xml.leaf("Nm", &payer);
    xml.close("InitgPty");
    xml.close("GrpHdr");
    for (currency, payouts) in by_currency(file) {
        group(&mut xml, file, &payer, (currency, &payouts))?;
    }
    xml.close("CstmrCdtTrfInitn");
    xml.close("Document");
    Ok(xml.0)
}

/// In the order in which the currencies come first.
fn by_currency(file: &BankFile) -> Vec<(Currency, Vec<&BankPayout>)> {
    let mut groups: Vec<(Currency, Vec<&BankPayout>)> = Vec::new();
    for payout in &file.payouts {
        match groups.iter_mut().find(|(currency, _)| *currency == payout.currency) {
            Some((_, payouts)) => payouts.push(payout),
            None => groups.push((payout.currency, vec![payout])),
        }
    }
    groups
}

fn group(
    xml: &mut Xml,
    file: &BankFile,
    payer: &str,
    (currency, payouts): (Currency, &[&BankPayout]),
) -> Result<(), BankFileError> {
    xml.open("PmtInf");
    xml.leaf("PmtInfId", &format!("{}-{}", file.message_id(), currency.code()));
    xml.leaf("PmtMtd", "TRF");
    sums(xml, payouts)?;
    xml.open("ReqdExctnDt");
    xml.leaf("Dt", &file.execution_date.to_string());
    xml.close("ReqdExctnDt");
    xml.open("Dbtr");
    xml.leaf("Nm", payer);
    xml.close("Dbtr");
    account(xml, "DbtrAcct", &file.debtor.account);
    agent(xml, "DbtrAgt", &file.debtor.account);
    // Each side pays its own bank.
    xml.leaf("ChrgBr", "SHAR");
    for payout in payouts {
        transfer(xml, payout)?;
    }
    xml.close("PmtInf");
    Ok(())
}

fn transfer(xml: &mut Xml, payout: &BankPayout) -> Result<(), BankFileError> {
    let currency = payout.currency;
    xml.open("CdtTrfTxInf");
    xml.open("PmtId");
    xml.leaf("EndToEndId", &payout.statement);
    xml.close("PmtId");
    xml.open("Amt");
    let amount = currency.decimal(payout.amount_minor);
    xml.leaf_with("InstdAmt", &format!(" Ccy=\"{}\"", currency.code()), &amount);
    xml.close("Amt");
    agent(xml, "CdtrAgt", &payout.creditor);
    xml.open("Cdtr");
    xml.leaf("Nm", &latin(&payout.creditor.holder)?);
    xml.close("Cdtr");
    account(xml, "CdtrAcct", &payout.creditor);
    xml.open("RmtInf");
    xml.leaf("Ustrd", &format!("Statement {}", payout.statement));
    xml.close("RmtInf");
    xml.close("CdtTrfTxInf");
    Ok(())
}

fn account(xml: &mut Xml, name: &str, account: &BankAccount) {
    xml.open(name);
    xml.open("Id");
    xml.leaf("IBAN", &account.iban);
    xml.close("Id");
    xml.close(name);
}

fn agent(xml: &mut Xml, name: &str, account: &BankAccount) {
    xml.open(name);
    xml.open("FinInstnId");
    xml.leaf("BICFI", &account.bic);
    xml.close("FinInstnId");
    xml.close(name);
}

/// How many payments there are, and the sum of their amounts, whatever their currencies are: a sum to check by.
fn sums(xml: &mut Xml, payouts: &[&BankPayout]) -> Result<(), BankFileError> {
    let decimals = payouts.iter().map(|payout| payout.currency.exponent()).max().unwrap_or(0);
    let mut sum = 0_i128;
    for payout in payouts {
        let scale = 10_i128.pow(decimals - payout.currency.exponent());
        sum += i128::from(payout.amount_minor) * scale;
    }
    let width = usize::try_from(decimals).unwrap_or(0);
    let digits = format!("{sum:0>least$}", least = width + 1);
    let (units, rest) = digits.split_at(digits.len() - width);
    if digits.len() > DIGITS {
        let last = payouts.last().map(|payout| payout.statement.clone());
        return Err(BankFileError::Amount(last.unwrap_or_default()));
    }
    let point = if width == 0 { "" } else { "." };
    xml.leaf("NbOfTxs", &payouts.len().to_string());
    xml.leaf("CtrlSum", &format!("{units}{point}{rest}"));
    Ok(())
}

/// XML that is written element by element, each on its line.
struct Xml(String);

impl Xml {
    fn new() -> Self {
        Self("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned())
    }

    fn open(&mut self, tag: &str) {
        self.line(format_args!("<{tag}>"));
    }

    fn close(&mut self, name: &str) {
        self.line(format_args!("</{name}>"));
    }

    fn leaf(&mut self, name: &str, text: &str) {
        self.leaf_with(name, "", text);
    }

    fn leaf_with(&mut self, name: &str, attributes: &str, text: &str) {
        let text = escaped(text);
        self.line(format_args!("<{name}{attributes}>{text}</{name}>"));
    }

    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        // Into a string nothing fails to be written.
        let _ = writeln!(self.0, "{text}");
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
