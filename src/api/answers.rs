//! What the engine answers and stores, as the wire has it. The domain knows nothing of OpenAPI, so its
//! answers are described here, member by member: one that is added there does not compile here.

use serde::Serialize;
use sovereign_domain::book::{self, Answer};
use utoipa::ToSchema;
use uuid::Uuid;

/// An order that was placed: paid by credit, or to be paid at `session_url`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CheckoutAnswer)]
pub(super) struct CheckoutAnswer {
    /// Where the customer pays what credit does not cover.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    session_url: Option<String>,
    order_id: Uuid,
    /// `true` where credit covered everything; else absent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    paid_by_credit: bool,
    /// Available after this order, in whole units, truncated.
    credit_balance: i64,
    /// Available after this order, in minor units.
    credit_balance_minor: i64,
    /// ISO 4217.
    currency: String,
}

/// A voucher that was redeemed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VoucherRedeemed)]
pub(super) struct RedeemAnswer {
    /// In capitals.
    code: String,
    /// What was granted, in whole units, truncated.
    credit_omr: i64,
    /// What was granted, in minor units.
    credit_minor: i64,
    /// Available now, in whole units, truncated.
    credit_balance: i64,
    /// Available now, in minor units.
    credit_balance_minor: i64,
    /// ISO 4217.
    currency: String,
}

/// What an order was refunded.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RefundAnswer)]
pub(super) struct RefundAnswer {
    refund_id: Uuid,
    order_id: Uuid,
    /// What went back as credit, in minor units.
    credit_minor: i64,
    /// What goes back to the card, in minor units.
    card_minor: i64,
    /// The part of both that is tax, in minor units.
    tax_minor: i64,
}

/// A change that was made, or that a card is to pay at `session_url` first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChangeAnswer)]
pub(super) struct ChangeAnswer {
    /// Where the customer pays what credit does not cover; the change is made then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    session_url: Option<String>,
    /// What pays for the rest of the month; absent where it cost nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    order_id: Option<Uuid>,
    /// What came back as credit, in minor units.
    credited_minor: i64,
    /// Available now, in whole units, truncated.
    credit_balance: i64,
    /// Available now, in minor units.
    credit_balance_minor: i64,
    /// ISO 4217.
    currency: String,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum AnswerBody {
    Change(ChangeAnswer),
    Checkout(CheckoutAnswer),
    Redeem(RedeemAnswer),
    Refund(RefundAnswer),
}

impl From<Answer> for AnswerBody {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Change(answer) => Self::Change(answer.into()),
            Answer::Checkout(answer) => Self::Checkout(answer.into()),
            Answer::Redeem(answer) => Self::Redeem(answer.into()),
            Answer::Refund(answer) => Self::Refund(answer.into()),
        }
    }
}

impl From<book::ChangeAnswer> for ChangeAnswer {
    fn from(answer: book::ChangeAnswer) -> Self {
        let book::ChangeAnswer {
            order_id,
            credited_minor,
            credit_balance,
            credit_balance_minor,
            currency,
        } = answer;
        Self {
            session_url: None,
            order_id: order_id.map(|id| id.0),
            credited_minor,
            credit_balance,
            credit_balance_minor,
            currency,
        }
    }
}

/// The answer to a change that waits for a card.
impl From<book::CheckoutAnswer> for ChangeAnswer {
    fn from(answer: book::CheckoutAnswer) -> Self {
        Self {
            session_url: answer.session_url,
            order_id: Some(answer.order_id.0),
            credited_minor: 0,
            credit_balance: answer.credit_balance,
            credit_balance_minor: answer.credit_balance_minor,
            currency: answer.currency,
        }
    }
}

impl From<book::CheckoutAnswer> for CheckoutAnswer {
    fn from(answer: book::CheckoutAnswer) -> Self {
        let book::CheckoutAnswer {
            session_url,
            order_id,
            paid_by_credit,
            credit_balance,
            credit_balance_minor,
            currency,
        } = answer;
        Self {
            session_url,
            order_id: order_id.0,
            paid_by_credit,
            credit_balance,
            credit_balance_minor,
            currency,
        }
    }
}

impl From<book::RedeemAnswer> for RedeemAnswer {
    fn from(answer: book::RedeemAnswer) -> Self {
        let book::RedeemAnswer {
            code,
            credit_omr,
            credit_minor,
            credit_balance,
            credit_balance_minor,
            currency,
        } = answer;
        Self { code, credit_omr, credit_minor, credit_balance, credit_balance_minor, currency }
    }
}

impl From<book::RefundAnswer> for RefundAnswer {
    fn from(answer: book::RefundAnswer) -> Self {
        let book::RefundAnswer { refund_id, order_id, credit_minor, card_minor, tax_minor } =
            answer;
        Self { refund_id: refund_id.0, order_id: order_id.0, credit_minor, card_minor, tax_minor }
    }
}
