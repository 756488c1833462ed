//! Why nothing is refunded, with the member that is wrong.

use axum::http::StatusCode;
use sovereign_domain::book::RefundRefusal;
use sovereign_domain::refund::DivideError;

use super::problem::Problem;

pub(super) fn problem(refusal: RefundRefusal) -> Problem {
    let conflict = |code, detail: String| Problem::new(StatusCode::CONFLICT, code, detail);
    match refusal {
        RefundRefusal::NotCompleted(status) => conflict(
            "order_not_completed",
            format!("only a completed order can be refunded; this one is {}", status.as_str()),
        ),
        RefundRefusal::Divide(error) => divide_problem(error),
        RefundRefusal::NoVoucher => conflict(
            "no_voucher_to_free",
            "the order was not placed with a voucher, or it is free already".to_owned(),
        )
        .about("free_voucher"),
        RefundRefusal::VoucherCreditHeld => conflict(
            "voucher_credit_held",
            "an order that waits for its payment holds credit of this voucher; wait until it has ended"
                .to_owned(),
        )
        .about("free_voucher"),
        RefundRefusal::NoPayment => {
            conflict("no_such_payment", "the order has no such card payment".to_owned())
        }
        RefundRefusal::PaidElsewhere { fqdn } => paid_elsewhere(&fqdn),
    }
}

/// The Organization came from there, and brought the order along.
pub(super) fn paid_elsewhere(fqdn: &str) -> Problem {
    let detail = format!(
        "the card was paid at {fqdn}: refund it there; here credit alone goes back, asked for by credit_minor"
    );
    Problem::new(StatusCode::CONFLICT, "paid_elsewhere", detail).about("card_minor")
}

fn divide_problem(error: DivideError) -> Problem {
    let bad = |code, field, detail: String| {
        Problem::new(StatusCode::BAD_REQUEST, code, detail).about(field)
    };
    match error {
        DivideError::NothingLeft => Problem::new(
            StatusCode::CONFLICT,
            "nothing_to_refund",
            "all that can be refunded of this order was refunded, or its payment is disputed",
        ),
        DivideError::NotPositive => {
            let detail = "the amount must be above zero";
            bad("invalid_request", "amount_minor", detail.to_owned())
        }
        DivideError::MoreThanIsLeft { left_minor } => bad(
            "more_than_is_left",
            "amount_minor",
            format!("at most {left_minor} minor units can still be refunded"),
        ),
        DivideError::CreditOutOfRange { left_minor } => bad(
            "more_than_is_left",
            "credit_minor",
            format!("as credit, from 0 to {left_minor} minor units can still be refunded"),
        ),
        DivideError::CardOutOfRange { left_minor } => bad(
            "more_than_is_left",
            "card_minor",
            format!("to the card, from 0 to {left_minor} minor units can still be refunded"),
        ),
        DivideError::PartsDoNotAddUp => bad(
            "parts_do_not_add_up",
            "amount_minor",
            "credit_minor and card_minor must add up to amount_minor".to_owned(),
        ),
        DivideError::CardPartStep { step_minor } => bad(
            "not_refundable_to_card",
            "card_minor",
            format!("cards are refunded in steps of {step_minor} minor units"),
        ),
        DivideError::CardStep { step_minor, below_minor, above_minor } => {
            let nearest: Vec<String> = below_minor
                .into_iter()
                .chain(above_minor)
                .map(|amount| amount.to_string())
                .collect();
            bad(
                "not_refundable_to_card",
                "amount_minor",
                format!(
                    "cards are refunded in steps of {step_minor} minor units; the nearest amounts are {}",
                    nearest.join(" and ")
                ),
            )
        }
    }
}
