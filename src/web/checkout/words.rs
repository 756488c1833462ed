//! Each refusal in words of its own: which rule it is, and what to do next.

use axum::http::StatusCode;
use sovereign_domain::book::Refusal;
use sovereign_domain::catalog::SelectionError;
use sovereign_domain::voucher::VoucherRefusal;

use super::super::page::Page;
use crate::usecase::payments::PaymentError;

/// Something a page says before everything else.
#[derive(Debug, Clone)]
pub(super) struct Note {
    /// The style's: `careful`, `bad` or `good`.
    pub(super) kind: &'static str,
    pub(super) heading: String,
    pub(super) detail: String,
    /// Where to go instead, and how that is called.
    pub(super) way: Option<(String, String)>,
}

impl Note {
    /// The messages `{name}-heading` and `{name}-detail`.
    pub(super) fn of(page: &Page, kind: &'static str, name: &str) -> Self {
        Self {
            kind,
            heading: page.text(&format!("{name}-heading")),
            detail: page.text(&format!("{name}-detail")),
            way: None,
        }
    }

    pub(super) fn to(mut self, page: &Page, path: String, name: &str) -> Self {
        self.way = Some((path, page.text(name)));
        self
    }
}

/// Why a voucher is left out. It is as good as before: nothing was redeemed.
pub(super) fn of_voucher(page: &Page, refusal: VoucherRefusal) -> Note {
    let name = match refusal {
        VoucherRefusal::Unknown => "checkout-voucher-unknown",
        VoucherRefusal::Inactive => "checkout-voucher-inactive",
        VoucherRefusal::Exhausted | VoucherRefusal::BudgetSpent => "checkout-voucher-exhausted",
        VoucherRefusal::RedeemedByUser => "checkout-voucher-by-you",
        VoucherRefusal::RedeemedByOrganization => "checkout-voucher-by-organization",
        VoucherRefusal::NotStarted => "checkout-voucher-not-started",
        VoucherRefusal::Ended => "checkout-voucher-over",
        VoucherRefusal::CampaignLimit => "checkout-voucher-limit",
    };
    Note::of(page, "careful", name)
}

/// The voucher's value, as it was seen and as it is.
pub(super) fn of_changed_value(page: &Page, seen_minor: i64, now_minor: i64) -> Note {
    let (seen, now) = (page.amount_inside(seen_minor), page.amount_inside(now_minor));
    let detail = page.language.text_with(
        "checkout-voucher-changed-detail",
        &[("seen", seen.into()), ("now", now.into())],
    );
    let heading = page.text("checkout-voucher-changed-heading");
    Note { kind: "careful", heading, detail, way: None }
}

/// The status and the words of a refusal; `slug` is the Organization's.
pub(super) fn of_refusal(page: &Page, refusal: &Refusal, slug: &str) -> (StatusCode, Note) {
    let console = || format!("/console/{slug}");
    let bad = |name: &str| Note::of(page, "bad", name);
    match refusal {
        Refusal::NotAMember => (
            StatusCode::NOT_FOUND,
            bad("organization-unknown").to(page, "/console".into(), "to-account"),
        ),
        Refusal::RoleMayNotSpend => {
            (StatusCode::FORBIDDEN, bad("checkout-role").to(page, console(), "checkout-to-console"))
        }
        Refusal::OrganizationSuspended => {
            let note = bad("checkout-suspended").to(page, console(), "checkout-to-console");
            (StatusCode::FORBIDDEN, note)
        }
        Refusal::AlreadySubscribed => {
            let note = bad("checkout-subscribed").to(page, console(), "checkout-to-console");
            (StatusCode::CONFLICT, note)
        }
        Refusal::Selection(error) => {
            let name = match error {
                SelectionError::UnknownPlan => "checkout-plan-unknown",
                SelectionError::UnknownAddon(_) => "checkout-addon-unknown",
                SelectionError::UnknownApp(_) => "checkout-app-unknown",
                SelectionError::TooLarge => "checkout-too-large",
            };
            (StatusCode::BAD_REQUEST, bad(name))
        }
        Refusal::Policy(refusal) if refusal.rule.takes_approval() => {
            let note = bad("checkout-approval").to(page, console(), "checkout-to-console");
            (StatusCode::FORBIDDEN, note)
        }
        Refusal::Policy(_) => (StatusCode::FORBIDDEN, bad("checkout-policy")),
        Refusal::NoProcessor => (StatusCode::SERVICE_UNAVAILABLE, bad("checkout-no-cards")),
        Refusal::BelowMinimum => (StatusCode::BAD_REQUEST, bad("checkout-too-little")),
        Refusal::Voucher(refusal) => (StatusCode::BAD_REQUEST, of_voucher(page, *refusal)),
        _ => (StatusCode::CONFLICT, bad("checkout-refused")),
    }
}

/// What is said where the card's part did not come about; nothing was charged in any of these.
pub(super) fn of_payment(page: &Page, failed: &PaymentError) -> (StatusCode, Note) {
    let (kind, name) = match failed {
        PaymentError::InProgress => ("careful", "checkout-in-progress"),
        PaymentError::Refused(_) => ("bad", "checkout-card-refused"),
        PaymentError::NotConfigured => ("bad", "checkout-no-cards"),
        PaymentError::Unresolved(_) => ("careful", "checkout-unresolved"),
        PaymentError::Engine(_) | PaymentError::Storage(_) => ("careful", "checkout-not-now"),
    };
    let status = match failed {
        PaymentError::InProgress => StatusCode::CONFLICT,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, Note::of(page, kind, name))
}
