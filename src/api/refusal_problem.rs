//! What the engine refuses, as a client sees it: each rule has a type of its own.

use axum::http::StatusCode;
use sovereign_domain::book::Refusal;
use sovereign_domain::voucher::VoucherRefusal;

use super::problem::Problem;
use crate::usecase::organizations::selection_error;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let new = |status, code, detail: &str| Self::new(status, code, detail);
        match refusal {
            // One answer for "there is none" and "not yours": a stranger learns nothing.
            Refusal::NotAMember => new(
                StatusCode::FORBIDDEN,
                "not_a_member",
                "you are not a member of this Organization; check tenant_id",
            )
            .about("tenant_id"),
            Refusal::RoleMayNotSpend => new(
                StatusCode::FORBIDDEN,
                "role_may_not_spend",
                "your role in this Organization may not check out; ask an owner or admin",
            ),
            Refusal::OrganizationSuspended => new(
                StatusCode::FORBIDDEN,
                "organization_suspended",
                "this Organization is suspended: nothing is bought or changed in it; where it is to be \
                 deleted, its owner can take that back, else contact the operator",
            ),
            Refusal::OrganizationMoving => moving(),
            Refusal::MoveOutdated => move_outdated(),
            Refusal::Selection(error) => selection_error(error).into(),
            Refusal::Policy(refusal) => refusal.into(),
            Refusal::Voucher(refusal) => voucher_problem(refusal),
            Refusal::VoucherChanged { credit_minor } => voucher_changed(credit_minor),
            Refusal::AlreadySubscribed => new(
                StatusCode::CONFLICT,
                "already_subscribed",
                "this Organization has a subscription; change its plan instead",
            ),
            Refusal::NotSubscribed => new(
                StatusCode::CONFLICT,
                "not_subscribed",
                "this Organization has no subscription that is billed here",
            ),
            Refusal::PaymentDue => new(
                StatusCode::CONFLICT,
                "payment_due",
                "a month of this subscription is not paid; pay it, then change it",
            ),
            Refusal::NothingToChange => new(
                StatusCode::CONFLICT,
                "nothing_to_change",
                "the Organization has this plan, these add-ons and these apps; choose others",
            ),
            Refusal::ChangeMoment => new(
                StatusCode::BAD_REQUEST,
                "change_outdated",
                "at must be the moment of a preview of this period, not more than an hour ago; preview the \
                 change again",
            )
            .about("at"),
            Refusal::ChangeTotal { total_minor } => new(
                StatusCode::CONFLICT,
                "change_outdated",
                &format!(
                    "the change comes to {total_minor} minor units by now; preview it again, show that, and \
                     ask again"
                ),
            )
            .about("total_minor"),
            Refusal::KeyReused => new(
                StatusCode::CONFLICT,
                "idempotency_key_reused",
                "this Idempotency-Key came with another body; use a new key",
            ),
            Refusal::NoProcessor => new(
                StatusCode::SERVICE_UNAVAILABLE,
                "payment_not_configured",
                "the credit does not cover the total and card payments are not configured here",
            ),
            Refusal::BelowMinimum => new(
                StatusCode::BAD_REQUEST,
                "below_minimum",
                "the total is less than a card can be charged; add to the order, or credit to the wallet",
            ),
            Refusal::UnknownOrder => Self::not_found("there is no such order"),
            Refusal::NotAnEnd(_) => Self::internal(),
            Refusal::OrderClosed(status) => new(
                StatusCode::CONFLICT,
                "order_closed",
                &format!("the order has ended: {}", status.as_str()),
            ),
            Refusal::AmountMismatch { .. } => new(
                StatusCode::CONFLICT,
                "amount_mismatch",
                "the card was charged another amount than the order asked for",
            ),
            Refusal::Refund(refusal) => super::refund_problem::problem(refusal),
            Refusal::Wallet(error) => new(StatusCode::BAD_REQUEST, "wallet", &error.to_string()),
        }
    }
}

fn moving() -> Problem {
    let detail = "this Organization is on its way to another Sovereign, or there: nothing is changed in it here; see \
                  `sovereign org status`";
    Problem::new(StatusCode::CONFLICT, "organization_moving", detail)
}

fn move_outdated() -> Problem {
    let detail = "this Organization is not on its way, or its credit is not what was exported";
    Problem::new(StatusCode::CONFLICT, "move_outdated", detail)
}

fn voucher_changed(credit_minor: i64) -> Problem {
    let problem = Problem::new(
        StatusCode::CONFLICT,
        "voucher_changed",
        "the voucher's value has changed; show the new value and ask again",
    );
    problem.worth(credit_minor).about("promo_value_minor")
}

/// Every rule has its own type; no text repeats the code.
fn voucher_problem(refusal: VoucherRefusal) -> Problem {
    let (code, detail) = match refusal {
        VoucherRefusal::Unknown => ("voucher_unknown", "this voucher is not valid; check the code"),
        VoucherRefusal::Inactive => {
            ("voucher_inactive", "this voucher is not active; go on without it")
        }
        VoucherRefusal::Exhausted => (
            "voucher_exhausted",
            "this voucher has been redeemed as often as it can be; go on without it",
        ),
        VoucherRefusal::RedeemedByUser => {
            ("voucher_redeemed_by_you", "you have redeemed this voucher before")
        }
        VoucherRefusal::RedeemedByOrganization => (
            "voucher_redeemed_by_organization",
            "this Organization has redeemed this voucher before",
        ),
        VoucherRefusal::NotStarted => (
            "voucher_not_started",
            "this voucher cannot be redeemed yet; go on without it, or come back later",
        ),
        VoucherRefusal::Ended => {
            ("voucher_ended", "the time of this voucher is over; go on without it")
        }
        VoucherRefusal::BudgetSpent => (
            "voucher_budget_spent",
            "what was set aside for vouchers like this one is used up; go on without it",
        ),
        VoucherRefusal::CampaignLimit => (
            "voucher_campaign_limit",
            "you have redeemed as many vouchers like this one as each customer may; go on without it",
        ),
    };
    Problem::new(StatusCode::BAD_REQUEST, code, detail).about("promo_code")
}
