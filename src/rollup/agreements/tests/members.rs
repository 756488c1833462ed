//! Members of a file, one by one.

use super::*;

#[test]
fn a_file_may_have_every_member() {
    let read = read(FULL);
    assert_eq!(read.zone_name, "Asia/Muscat");
    assert_eq!(read.publisher.name.as_deref(), Some("Publisher Inc"));
    assert_eq!(read.publisher.bank.as_ref().unwrap().iban, "OM810180000001299123456");
    assert_eq!(read.sha256.len(), 64);
    let approval = read.approval.as_ref().unwrap();
    assert_eq!(approval.limit_minor(currency("OMR")), 5_000_000);
    assert_eq!(approval.limit_minor(currency("USD")), 1_300_000);
    assert_eq!(approval.limit_minor(currency("BHD")), 0);
    assert_eq!(approval.approvers.keys().collect::<Vec<_>>(), ["aisha", "badr"]);
    let rate = |from, to| {
        let month = "2026-11".parse().unwrap();
        read.rates.rate(month, currency(from), currency(to)).map(|rate| rate.text.as_str())
    };
    assert_eq!(rate("OMR", "USD"), Some("2.6008"));
    assert_eq!(rate("USD", "OMR"), None);
    assert_eq!(read.sovereign_keys["omantel.omani.works"].len(), 1);

    let [first, second] = read.list.as_slice() else { panic!("{:?}", read.list) };
    assert_eq!((first.number, second.number), (0, 1));
    assert_eq!(first.valid_from, at("2025-12-31T20:00:00Z"));
    assert_eq!(first.valid_before, Some(at("2026-06-30T20:00:00Z")));
    assert_eq!(
        (first.first_day.as_str(), first.last_day.as_deref()),
        ("2026-01-01", Some("2026-06-30"))
    );
    assert_eq!(first.share, Share::flat(2_000).unwrap());
    assert_eq!((first.base, first.fees), (Base::ListPrice, FeesBorneBy::Shared));
    assert_eq!((first.fixed_fee_minor, first.language), (50_000, Language::Arabic));
    assert_eq!(first.payout_currency, currency("USD"));
    assert_eq!(first.payout, PayTo::StripeAccount("acct_1032D82eZvKYlo2C".into()));
    assert_eq!(second.valid_from, at("2026-06-30T20:00:00Z"));
    assert_eq!(second.valid_before, None);
    assert_eq!(second.share.of(12_000_000), Some(2_800_000));
    assert!(matches!(&second.payout, PayTo::Bank(bank) if bank.holder == "Omantel SAOG"));
}

#[test]
fn what_is_left_out_has_a_meaning() {
    let read = read(&agreement(""));
    assert_eq!((read.zone_name.as_str(), &read.publisher), ("UTC", &Publisher::default()));
    assert!(read.approval.is_none() && read.sovereign_keys.is_empty());
    let only = &read.list[0];
    assert_eq!((only.base, only.fees), (Base::Charged, FeesBorneBy::Publisher));
    assert_eq!((only.fixed_fee_minor, only.language), (0, Language::English));
    assert_eq!((only.payout_currency, only.valid_before), (currency("OMR"), None));
}

/// Members of an agreement: what is written, and what is said of it.
const OF_AGREEMENT: &[(&str, &str)] = &[
    ("franchisee", "agreement 1: franchisee: is missing: write a short name such as omantel"),
    (
        "franchisee = \"Oman Tel\"",
        "franchisee: \"Oman Tel\" is no short name: write at most 23 of a-z, 0-9 and inner",
    ),
    ("franchisee = \"a-franchisee-of-24-chars\"", "is no short name"),
    ("name = \"\"", "name: must have 1 to 100 characters on one line"),
    ("sovereigns", "sovereigns: is missing: write the domain names"),
    ("sovereigns = []", "sovereigns: is empty: write at least one domain name"),
    (
        "sovereigns = \"a.example\"",
        "sovereigns: must be a list of texts in quotes, and is or has a text",
    ),
    (
        "sovereigns = [1]",
        "sovereigns: must be a list of texts in quotes, and is or has a whole number",
    ),
    (
        "sovereigns = [\"A.example\"]",
        "sovereigns: \"A.example\" is not in lower case: write \"a.example\"",
    ),
    (
        "sovereigns = [\"example\"]",
        "sovereigns: \"example\" is no domain name: write the one it is served at",
    ),
    (
        "sovereigns = [\"a.example\", \"a.example\"]",
        "sovereigns: a.example is there twice: remove one",
    ),
    ("currency", "currency: is missing: write an ISO 4217 code such as OMR"),
    ("currency = \"omr\"", "currency: \"omr\" is not an ISO 4217 currency"),
    ("valid_from", "valid_from: is missing: write the first day, such as \"2026-01-01\""),
    ("valid_from = \"2026-02-30\"", "valid_from: \"2026-02-30\" is no day: write it as 2026-01-31"),
    ("valid_to = \"soon\"", "valid_to: \"soon\" is no day"),
    ("valid_to = \"2025-12-31\"", "valid_to: is before valid_from, 2026-01-01: write a later day"),
    ("share_bp", "share_bp: is missing: write it in basis points (2000 is 20 %), or write `tiers`"),
    ("share_bp = 10001", "share_bp: 10001 is out of range: write basis points from 0 to 10000"),
    ("share_bp = -1", "share_bp: -1 is out of range"),
    ("share_bp = 20.5", "share_bp: must be a whole number, and is or has a number with a point"),
    ("tiers = [{ share_bp = 1 }]", "share_bp: stands beside `tiers`: write one of them"),
    ("base = \"net\"", "base: \"net\" is none of \"charged\", \"list-price\": write one of them"),
    (
        "stripe_fees = \"nobody\"",
        "stripe_fees: \"nobody\" is none of \"publisher\", \"franchisee\", \"shared\"",
    ),
    (
        "fixed_fee = \"50.0000\"",
        "fixed_fee: \"50.0000\" is no amount in OMR: write digits with at most 3 decimals",
    ),
    ("fixed_fee = 50", "fixed_fee: must be a text in quotes, and is or has a whole number"),
    ("payout_currency = \"GOLD\"", "payout_currency: \"GOLD\" is not an ISO 4217 currency"),
    ("language = \"fr\"", "language: \"fr\" is none of \"en\", \"ar\": write one of them"),
    ("payout", "payout: is missing: write { stripe_account = \"acct_…\" } or { bank = {"),
    ("payout = {}", "payout: goes nowhere: write { stripe_account"),
    ("payout = { stripe_account = \"acct_1\", bank = {} }", "payout: goes to two accounts: write"),
    (
        "payout = { stripe_account = \"ca_1\" }",
        "payout.stripe_account: \"ca_1\" is no connected account: write the",
    ),
    (
        "payout = { stripe_account = \"acct_1\", to = 1 }",
        "payout.to: is not known here: remove it, or write one of",
    ),
    (
        "shares = 5",
        "shares: is not known here: remove it, or write one of franchisee, name, sovereigns, currency,",
    ),
];

#[test]
fn what_is_wrong_with_an_agreement_is_named() {
    for (line, said) in OF_AGREEMENT {
        let wrong = wrong(&agreement(line));
        assert_eq!(wrong.len(), 1, "{line}: {wrong:?}");
        let who =
            if line.starts_with("franchisee") { "agreement 1" } else { "agreement 1 (omantel): " };
        assert!(wrong[0].starts_with(who) && wrong[0].contains(said), "{line}: {wrong:?}");
    }
}

#[test]
fn what_is_wrong_with_tiers_is_named() {
    for (tiers, said) in [
        ("[]", "tiers: has no tiers: write at least one"),
        (
            "[{ up_to = \"1\", share_bp = 1 }]",
            "tiers: tier 1: the last tier, and no other, has no end",
        ),
        (
            "[{ share_bp = 1 }, { share_bp = 1 }]",
            "tiers: tier 1: the last tier, and no other, has no end",
        ),
        (
            "[{ up_to = \"2\", share_bp = 1 }, { up_to = \"2.000\", share_bp = 1 }, { share_bp = 1 }]",
            "tiers: tier 2: ends no higher than the one before",
        ),
        ("[{ share_bp = 10001 }]", "tiers: tier 1: the share is in basis points, from 0 to 10000"),
        (
            "[{ up_to = \"1.2345\", share_bp = 1 }, { share_bp = 1 }]",
            "tier 1: up_to: \"1.2345\" is no amount in OMR",
        ),
        ("[{ share_bp = 1, to = 1 }]", "tier 1: to: is not known here"),
        ("[{}]", "tier 1: share_bp: is missing: write it in basis points"),
        ("[1]", "tiers: must be a list of tables, and is or has a whole number"),
    ] {
        let wrong = wrong(&agreement(&format!("share_bp\ntiers = {tiers}")));
        assert_eq!(wrong.len(), 1, "{tiers}: {wrong:?}");
        assert!(
            wrong[0].starts_with("agreement 1 (omantel): ") && wrong[0].contains(said),
            "{wrong:?}"
        );
    }
}

#[test]
fn what_is_wrong_with_a_bank_account_is_named() {
    let bank = |members: &str| wrong(&agreement(&format!("payout = {{ bank = {{ {members} }} }}")));
    assert_eq!(
        bank("iban = \"OM810180000001299123457\", bic = \"BMUS\", holder = \"عمانتل\""),
        [
            "agreement 1 (omantel): payout.bank.holder: \"عمانتل\" has 'ع', which banks do not take: write it in Latin \
             letters, as the bank has it",
            "agreement 1 (omantel): payout.bank.iban: \"OM810180000001299123457\" has wrong check digits: copy the \
             IBAN as the bank shows it",
            "agreement 1 (omantel): payout.bank.bic: \"BMUS\" is no BIC: it has 8 or 11 capitals and digits, such as \
             BMUSOMRX",
        ]
    );
    assert_eq!(bank("").len(), 3);
    let long = bank(&format!(
        "iban = \"OM810180000001299123456\", bic = \"BMUSOMRX\", holder = \"{}\"",
        "x".repeat(71)
    ));
    assert!(
        long[0].contains("payout.bank.holder") && long[0].contains("1 to 70 characters"),
        "{long:?}"
    );
}

#[test]
fn what_is_wrong_with_the_file_is_named() {
    let other = "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw";
    let one_approver =
        format!("[approval]\nlimit = {{ OMR = \"1\" }}\n[approval.approvers]\na = \"{other}\"\n");
    let twice = format!("{one_approver}b = \"{other}\"\n");
    let no_key =
        format!("{one_approver}b = \"abc\"\nc = \"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"\n");
    for (top, said) in [
        ("time_zone = \"Muscat\"", "time_zone: \"Muscat\" is no name of the IANA database"),
        (
            "zone = \"UTC\"",
            "zone: is not known here: remove it, or write one of time_zone, publisher, approval",
        ),
        ("[publisher]\nname = \" \"", "publisher.name: must have 1 to 70 characters"),
        (
            "[publisher]\nbank = { holder = \"P\", iban = \"OM810180000001299123456\", bic = \"BMUSOMRX\" }",
            "publisher.name: is missing: write the publisher's name, which stands in transfers",
        ),
        (one_approver.as_str(), "approval.approvers: has fewer than two people: name at least two"),
        (twice.as_str(), "approval.approvers.b: has the key of a: one person would approve twice"),
        (
            no_key.as_str(),
            "approval.approvers.b: is no key: write the 32 bytes of an Ed25519 public key",
        ),
        ("[rates.\"2026-13\"]", "rates.2026-13: \"2026-13\" is not a month"),
        (
            "[rates.\"2026-11\"]\nOMRUSD = \"1\"",
            "rates.2026-11.OMRUSD: is no pair of two currencies: write it as OMR_USD",
        ),
        (
            "[rates.\"2026-11\"]\nOMR_OMR = \"1\"",
            "rates.2026-11.OMR_OMR: is no pair of two currencies",
        ),
        (
            "[rates.\"2026-11\"]\nOMR_USD = \"-2\"",
            "rates.2026-11.OMR_USD: \"-2\" is no rate: write what 1 OMR is in USD",
        ),
        ("[rates.\"2026-11\"]\nOMR_USD = 2.6", "rates.2026-11.OMR_USD: must be a text in quotes"),
        (
            "[sovereign_keys]\n\"a.example\" = [\"x\"]",
            "sovereign_keys.a.example: must be a list of keys",
        ),
        (
            "[sovereign_keys]\n\"b.example\" = [\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"]",
            "sovereign_keys: no agreement names b.example: correct it, or remove its keys",
        ),
    ] {
        let wrong = wrong(&format!("{top}\n{}", agreement("")));
        assert_eq!(wrong.len(), 1, "{top}: {wrong:?}");
        assert!(wrong[0].starts_with(said), "{top}: {wrong:?}");
    }
    assert_eq!(wrong(""), ["agreement: there is none: write at least one [[agreement]]"]);
    assert_eq!(
        wrong("agreement = 5"),
        ["agreement: must be a list of tables, and is or has a whole number"]
    );
    let limits = "[approval]\nlimit = { OMR = \"1.2345\", ZZZ = \"1\" }\n";
    let said = wrong(&format!("{limits}{}", agreement("")));
    assert_eq!(said.len(), 3, "{said:?}");
}

#[test]
fn what_is_no_toml_says_where() {
    let said = wrong("time_zone = \"UTC\"\n[[agreement]\n");
    assert!(said[0].starts_with("line 2 is not TOML: "), "{said:?}");
    let twice = wrong(&format!("{}name = \"Other\"\n", agreement("")));
    assert!(twice[0].starts_with("line 9 is not TOML: "), "{twice:?}");
    let error = Agreements::read(b"\xff").unwrap_err();
    assert_eq!(error.to_string(), "the file is not UTF-8: save it as such");
}

#[test]
fn all_that_is_wrong_is_said_in_the_order_of_the_file() {
    let first = agreement("share_bp = 20001\nlanguage = \"xx\"");
    let second = agreement("sovereigns = [\"b.example\"]\nname = \"Other\"\npayout = {}");
    let said = wrong(&format!("time_zone = \"Nowhere\"\n{first}{second}"));
    let begins: Vec<_> =
        said.iter().map(|line| line.split(": ").take(2).collect::<Vec<_>>()).collect();
    assert_eq!(
        begins,
        [
            ["time_zone", "\"Nowhere\" is no name of the IANA database"],
            ["agreement 1 (omantel)", "share_bp"],
            ["agreement 1 (omantel)", "language"],
            ["agreement 2 (omantel)", "payout"],
            ["agreement 2 (omantel)", "name"],
        ]
    );
}
