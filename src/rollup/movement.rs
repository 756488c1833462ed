//! What a balance transaction is to the revenue split: a charge, what goes back of one, or what comes back again.

use sovereign_domain::money::div_half_even;
use sovereign_domain::timestamp::Timestamp;

use super::book::movements::NewMovement;
use crate::payment::stripe::{
    BalanceTransaction, ReportingCategory as Category, Source, SourceObject, Tags,
    TransactionType as Type,
};
use crate::storage::Ts;

/// A movement of a charge's money. Amounts are not below zero: the kind says which way it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Charge,
    Refund,
    /// The money of a refund came back.
    RefundFailed,
    Dispute,
    /// The money of a dispute came back.
    DisputeWon,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] =
        [Self::Charge, Self::Refund, Self::RefundFailed, Self::Dispute, Self::DisputeWon];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Refund => "refund",
            Self::RefundFailed => "refund_failed",
            Self::Dispute => "dispute",
            Self::DisputeWon => "dispute_won",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Of one moment, what is charged comes before what goes back.
    pub(crate) const fn rank(self) -> i32 {
        match self {
            Self::Charge => 0,
            _ => 1,
        }
    }

    /// By how much more of the charge has gone back.
    pub(crate) const fn reversed(self, amount_minor: i64) -> i64 {
        match self {
            Self::Charge => 0,
            Self::Refund | Self::Dispute => amount_minor,
            Self::RefundFailed | Self::DisputeWon => amount_minor.saturating_neg(),
        }
    }

    /// The amount as it changes what was charged.
    pub(crate) const fn signed(self, amount_minor: i64) -> i64 {
        match self {
            Self::Charge | Self::RefundFailed | Self::DisputeWon => amount_minor,
            Self::Refund | Self::Dispute => amount_minor.saturating_neg(),
        }
    }
}

/// What a balance transaction is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Movement(Box<NewMovement>),
    /// Nothing that a charge has to do with, by the processor's type.
    Other(String),
}

/// What it is about, whichever way the money went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Charge,
    Refund,
    Dispute,
}

/// What a balance transaction is, as one of a month.
pub(crate) fn read(transaction: &BalanceTransaction, month: &str) -> Found {
    let Some(subject) = subject(transaction) else {
        return Found::Other(transaction.kind.as_str().to_owned());
    };
    let kind = kind(subject, transaction.amount);
    let source = transaction.source.as_ref();
    let object = source.and_then(Source::object);
    // What a failed payment or a smaller capture sends back is the charge's own.
    let is_own =
        subject == Subject::Charge || object.is_some_and(|object| object.object == "charge");
    let of = if is_own { source } else { object.and_then(|object| object.charge.as_ref()) };
    let charge = of.and_then(Source::object);
    let (currency, amount_minor) = money(transaction, object);
    let tags = charge.map(|charge| &charge.metadata);
    Found::Movement(Box::new(NewMovement {
        id: transaction.id.clone(),
        month: month.to_owned(),
        kind: kind.as_str().to_owned(),
        rank: kind.rank(),
        charge_id: of.map(|charge| charge.id().to_owned()).unwrap_or_default(),
        charge_at: charge.and_then(|charge| charge.created).map(at),
        charge_minor: charge.and_then(|charge| charge.amount),
        occurred_at: at(transaction.created),
        fee_minor: fee(transaction, currency, amount_minor),
        currency: currency.to_ascii_uppercase(),
        amount_minor,
        sovereign: tags.and_then(|tags| text(tags.sovereign())),
        organization: tags.and_then(|tags| text(tags.organization())),
        order_id: tags.and_then(Tags::order_id).map(|id| id.to_string()),
    }))
}

fn subject(transaction: &BalanceTransaction) -> Option<Subject> {
    match (&transaction.kind, &transaction.reporting_category) {
        (_, Category::Dispute | Category::DisputeReversal) => Some(Subject::Dispute),
        (Type::Charge | Type::Payment, _) => Some(Subject::Charge),
        (Type::Other(_), Category::Other(_)) => None,
        _ => Some(Subject::Refund),
    }
}

/// Which way the money went, the amount says: a failed refund comes under several types.
const fn kind(subject: Subject, amount: i64) -> Kind {
    match subject {
        Subject::Charge if amount < 0 => Kind::Refund,
        Subject::Charge => Kind::Charge,
        Subject::Refund if amount > 0 => Kind::RefundFailed,
        Subject::Refund => Kind::Refund,
        Subject::Dispute if amount > 0 => Kind::DisputeWon,
        Subject::Dispute => Kind::Dispute,
    }
}

/// The amount in the currency that the customer paid in: what moved where the balance is in that currency too, else the
/// source's own. Of a source that is not known, what moved.
fn money<'a>(
    transaction: &'a BalanceTransaction,
    source: Option<&'a SourceObject>,
) -> (&'a str, i64) {
    let moved = (transaction.currency.as_str(), transaction.amount.saturating_abs());
    let Some(source) = source else { return moved };
    let (Some(currency), Some(amount)) = (source.currency.as_deref(), source.amount) else {
        return moved;
    };
    if currency == transaction.currency {
        return moved;
    }
    let is_rest = transaction.reporting_category == Category::PartialCaptureReversal;
    let kept = source.amount_captured.filter(|_| is_rest && source.object == "charge").unwrap_or(0);
    (currency, amount.saturating_sub(kept).saturating_abs())
}

/// What Stripe took, in the currency of the amount: at the rate that the transaction itself was converted at.
fn fee(transaction: &BalanceTransaction, currency: &str, amount_minor: i64) -> i64 {
    if currency == transaction.currency {
        return transaction.fee;
    }
    let moved = transaction.amount.saturating_abs();
    div_half_even(transaction.fee, amount_minor, moved).unwrap_or(0)
}

fn at(seconds: i64) -> Ts {
    Ts(Timestamp::from_seconds(seconds))
}

/// A text as the book can hold it; none where it says nothing.
fn text(text: Option<&str>) -> Option<String> {
    text.map(|text| text.replace('\0', "")).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHARGE: &str = r#"{"id":"ch_1","object":"charge","amount":10000,"amount_captured":10000,
        "currency":"omr","created":100,"metadata":{"sovereign":"a.example","organization":"kestrel",
        "order_id":"00000000-0000-0000-0000-000000000007"}}"#;

    fn found(kind: &str, category: &str, amount: i64, fee: i64, source: &str) -> Found {
        converted((kind, category), (amount, fee, "omr"), source)
    }

    fn converted(
        (kind, category): (&str, &str),
        (amount, fee, currency): (i64, i64, &str),
        source: &str,
    ) -> Found {
        let json = format!(
            r#"{{"id":"txn_1","type":"{kind}","reporting_category":"{category}","amount":{amount},
                 "fee":{fee},"currency":"{currency}","created":200,"source":{source}}}"#
        );
        read(&serde_json::from_str(&json).unwrap(), "2026-11")
    }

    fn of_charge(object: &str, amount: i64) -> String {
        format!(
            r#"{{"id":"x_1","object":"{object}","amount":{amount},"currency":"omr","created":200,
                 "metadata":{{}},"charge":{CHARGE}}}"#
        )
    }

    #[track_caller]
    fn movement(found: Found) -> NewMovement {
        match found {
            Found::Movement(movement) => *movement,
            Found::Other(kind) => panic!("{kind} is no movement"),
        }
    }

    #[test]
    fn a_charge_is_dated_when_its_money_moved() {
        for kind in ["charge", "payment"] {
            let charge = movement(found(kind, "charge", 10_000, 320, CHARGE));
            assert_eq!((charge.kind.as_str(), charge.charge_id.as_str()), ("charge", "ch_1"));
            assert_eq!((charge.amount_minor, charge.fee_minor), (10_000, 320));
            assert_eq!((charge.currency.as_str(), charge.month.as_str()), ("OMR", "2026-11"));
            assert_eq!((charge.occurred_at, charge.charge_at), (at(200), Some(at(100))));
            assert_eq!(charge.sovereign.as_deref(), Some("a.example"));
            assert_eq!(charge.organization.as_deref(), Some("kestrel"));
            assert!(charge.order_id.unwrap().ends_with("0007"));
        }
    }

    #[test]
    fn the_kind_says_which_way_money_went() {
        for (kind, category, amount, object, expected) in [
            ("refund", "refund", -4_000, "refund", "refund"),
            ("payment_refund", "refund", -4_000, "refund", "refund"),
            ("refund_failure", "refund_failure", 4_000, "refund", "refund_failed"),
            ("adjustment", "refund_failure", 4_000, "refund", "refund_failed"),
            ("adjustment", "dispute", -4_000, "dispute", "dispute"),
            ("adjustment", "dispute_reversal", 4_000, "dispute", "dispute_won"),
        ] {
            let read = movement(found(kind, category, amount, 0, &of_charge(object, 4_000)));
            assert_eq!((read.kind.as_str(), read.amount_minor), (expected, 4_000), "{kind}");
            assert_eq!((read.charge_id.as_str(), read.charge_minor), ("ch_1", Some(10_000)));
            assert_eq!(read.sovereign.as_deref(), Some("a.example"), "{kind}");
        }
        for (kind, category) in
            [("payment_failure_refund", "charge_failure"), ("payment_reversal", "payment_reversal")]
        {
            let read = movement(found(kind, category, -10_000, 0, CHARGE));
            assert_eq!((read.kind.as_str(), read.charge_id.as_str()), ("refund", "ch_1"));
        }
    }

    #[test]
    fn what_has_nothing_to_do_with_charges_is_left_out() {
        for (kind, category) in [
            ("payout", "payout"),
            ("transfer", "transfer"),
            ("stripe_fee", "fee"),
            ("adjustment", "other_adjustment"),
            ("issuing_dispute", "issuing_dispute"),
        ] {
            let read = found(kind, category, -500, 0, r#""x_1""#);
            assert_eq!(read, Found::Other(kind.to_owned()));
        }
    }

    #[test]
    fn amounts_are_in_the_currency_that_was_paid() {
        // 10.000 OMR came as 26.01 USD, of which Stripe took 1.05.
        let charge = converted(("charge", "charge"), (2_601, 105, "usd"), CHARGE);
        let charge = movement(charge);
        assert_eq!((charge.currency.as_str(), charge.amount_minor), ("OMR", 10_000));
        assert_eq!(charge.fee_minor, 404, "105 * 10000 / 2601 is 403.69");
        let won = converted(
            ("adjustment", "dispute_reversal"),
            (2_601, -1_500, "usd"),
            &of_charge("dispute", 10_000),
        );
        assert_eq!(movement(won).fee_minor, -5_767, "given back");
    }

    #[test]
    fn a_smaller_capture_sends_the_rest_back() {
        let smaller = CHARGE.replace(r#""amount_captured":10000"#, r#""amount_captured":7000"#);
        let kinds = ("refund", "partial_capture_reversal");
        for (moved, currency) in [(-3_000, "omr"), (-780, "usd")] {
            let rest = movement(converted(kinds, (moved, 0, currency), &smaller));
            assert_eq!((rest.kind.as_str(), rest.amount_minor), ("refund", 3_000), "{currency}");
            assert_eq!(rest.charge_id, "ch_1");
        }
    }

    /// Nothing is lost of which the processor does not say what it was.
    #[test]
    fn a_source_that_is_not_known_has_no_metadata() {
        for source in ["null", r#""ch_9""#] {
            let read = movement(found("charge", "charge", 10_000, 320, source));
            assert_eq!((read.amount_minor, read.sovereign), (10_000, None));
        }
        let read = movement(found("refund", "refund", -10, 0, r#""re_9""#));
        assert_eq!((read.charge_id.as_str(), read.charge_at), ("", None));
        let empty = CHARGE.replace("a.example", "\\u0000");
        assert_eq!(movement(found("charge", "charge", 1, 0, &empty)).sovereign, None);
    }
}
