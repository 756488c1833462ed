//! A statement for tests.

use super::*;

/// November of a franchisee with two agreements, a refund, a dispute, fees and a payout in dollars.
pub(crate) fn statement(language: Language) -> StatementDocument {
    let moment = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
    let [omr, usd] = ["OMR", "USD"].map(|code| Currency::from_code(code).unwrap());
    let arabic = language == Language::Arabic;
    let terms = |number: usize, valid_from: &str, charged_minor: i64| TermsDocument {
        number,
        valid_from: valid_from.to_owned(),
        valid_to: None,
        share: vec![TierDocument { up_to_minor: None, share_bp: 2_000 }],
        base: BaseDocument::Charged,
        stripe_fees: FeesDocument::Shared,
        fixed_fee_minor: 50_000,
        charges: 2,
        charged_minor,
        publisher_of_charged_minor: charged_minor / 5,
    };
    let first = TermsDocument {
        valid_to: Some("2026-11-15".to_owned()),
        ..terms(0, "2026-01-01", 400_000)
    };
    let tiers = vec![
        TierDocument { up_to_minor: Some(10_000_000), share_bp: 2_000 },
        TierDocument { up_to_minor: None, share_bp: 1_250 },
    ];
    StatementDocument {
        version: VERSION,
        id: "2026-11/omantel/OMR".to_owned(),
        month: Month::new(2026, 11).unwrap(),
        franchisee: "omantel".to_owned(),
        name: if arabic { "عمانتل" } else { "Omantel" }.to_owned(),
        publisher: Some("Publisher Inc".to_owned()),
        language,
        currency: omr,
        exponent: 3,
        time_zone: "Asia/Muscat".to_owned(),
        period_begins: moment("2026-10-31T20:00:00Z"),
        period_ends: moment("2026-11-30T20:00:00Z"),
        sovereigns: vec!["cloud.omantel.example".to_owned(), "omantel.omani.works".to_owned()],
        agreements: vec![first, TermsDocument { share: tiers, ..terms(1, "2026-11-16", 600_000) }],
        sums: SumsDocument {
            charged_minor: 1_000_000,
            publisher_of_charged_minor: 200_000,
            refunded_minor: 60_000,
            publisher_of_refunded_minor: 12_000,
            disputed_minor: 40_000,
            publisher_of_disputed_minor: 8_000,
            credit_spent_minor: 15_500,
            publisher_of_credit_minor: 0,
            fees_minor: 29_005,
            franchisee_of_fees_minor: 23_204,
        },
        counts: Counts { charges: 4, refunds: 1, disputes: 1, ..Counts::default() },
        net_minor: 900_000,
        publisher_minor: 180_000,
        franchisee_minor: 720_000,
        fixed_fee_minor: 50_000,
        carried_in_minor: -3_003,
        due_minor: 643_793,
        payout_minor: 643_790,
        carried_out_minor: 3,
        payout: PayoutDocument {
            currency: usd,
            amount_minor: 167_437,
            rate: Some("2.6008".to_owned()),
            to: "acct_****lo2C".to_owned(),
        },
        credit: vec![CreditDocument {
            sovereign: "omantel.omani.works".to_owned(),
            credit_spent_minor: 15_500,
            in_base: false,
        }],
        agreements_sha256: "ab".repeat(32),
        lines: LinesSummary { count: 6, sha256: "cd".repeat(32) },
        closed_at: moment("2026-12-03T08:00:00Z"),
    }
}

/// A charge of 12.345 OMR.
pub(crate) fn line() -> Line {
    Line {
        id: "txn_1".to_owned(),
        kind: "charge".to_owned(),
        charge_id: "ch_1".to_owned(),
        occurred_at: Timestamp::parse_rfc3339("2026-11-05T10:00:00Z").unwrap(),
        sovereign: "omantel.omani.works".to_owned(),
        organization: Some("kestrel".to_owned()),
        order_id: None,
        amount_minor: 12_345,
        publisher_minor: 2_469,
        franchisee_minor: 9_876,
        fee_minor: 358,
        franchisee_fee_minor: 286,
        agreement: 0,
        late: false,
        note: None,
    }
}
