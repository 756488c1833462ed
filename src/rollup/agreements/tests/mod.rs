//! Files of agreements, and what is said of those that are wrong.

mod beside;
mod lookup;
mod members;

use super::*;

/// Every member of the file.
const FULL: &str = r#"
time_zone = "Asia/Muscat"

[publisher]
name = "Publisher Inc"
bank = { holder = "Publisher Inc", iban = "OM81 0180 0000 0129 9123 456", bic = "BMUSOMRX" }

[approval]
limit = { OMR = "5000.000", USD = "13000.00" }
[approval.approvers]
aisha = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
badr = "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw"

[rates."2026-11"]
OMR_USD = "2.6008"

[sovereign_keys]
"omantel.omani.works" = ["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"]

[[agreement]]
franchisee = "omantel"
name = "Omantel"
sovereigns = ["omantel.omani.works", "cloud.omantel.example"]
currency = "OMR"
valid_from = "2026-01-01"
valid_to = "2026-06-30"
share_bp = 2000
base = "list-price"
stripe_fees = "shared"
fixed_fee = "50.000"
payout_currency = "USD"
payout = { stripe_account = "acct_1032D82eZvKYlo2C" }
language = "ar"

[[agreement]]
franchisee = "omantel"
name = "Omantel"
sovereigns = ["omantel.omani.works"]
currency = "OMR"
valid_from = 2026-07-01
tiers = [{ up_to = "10000.000", share_bp = 2500 }, { share_bp = 1500 }]
payout = { bank = { holder = "Omantel SAOG", iban = "OM810180000001299123456", bic = "BMUSOMRX" } }
"#;

/// An agreement; a line of `more` takes the place of the one of its name, and one without a value takes it out.
fn agreement(more: &str) -> String {
    let mut lines: Vec<String> = [
        "franchisee = \"omantel\"",
        "name = \"Omantel\"",
        "sovereigns = [\"a.example\"]",
        "currency = \"OMR\"",
        "valid_from = \"2026-01-01\"",
        "share_bp = 2000",
        "payout = { stripe_account = \"acct_1\" }",
    ]
    .map(str::to_owned)
    .into();
    for line in more.lines() {
        let name = line.split_whitespace().next().unwrap_or_default();
        lines.retain(|before| before.split_whitespace().next() != Some(name));
        if line.contains('=') {
            lines.push(line.to_owned());
        }
    }
    format!("[[agreement]]\n{}\n", lines.join("\n"))
}

#[track_caller]
fn read(file: &str) -> Agreements {
    Agreements::read(file.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

/// Everything that is said of a file, a line for each.
#[track_caller]
fn wrong(file: &str) -> Vec<String> {
    let error = Agreements::read(file.as_bytes()).unwrap_err();
    let lines: Vec<String> = error.to_string().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), error.0.len(), "{error}");
    lines
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn currency(code: &str) -> Currency {
    Currency::from_code(code).unwrap()
}
