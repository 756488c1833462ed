//! Why something was not done, in words that say what to do instead.

use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::book::Refusal;
use sovereign_domain::policy::{PolicyRefusal, Rule};

use super::super::error;
use super::super::page::Page;
use crate::engine::EngineError;
use crate::usecase::organization_life::LifeError;
use crate::usecase::organizations::OrganizationError;
use crate::usecase::payments::PaymentError;

/// There is no such Organization, or whoever asks is not in it.
pub(super) fn unknown(page: &Page) -> Response {
    error::unknown_organization(page)
}

/// A page that says why not, with the way back.
pub(super) fn because(page: &Page, (status, why): (StatusCode, String), back: &str) -> Response {
    let heading = page.text("console-not-done");
    error::say_text(page, status, (heading, why), Some((back, "console-back")))
}

pub(super) fn organization(page: &Page, refused: &OrganizationError, back: &str) -> Response {
    let say = |status, name: &str| because(page, (status, page.text(name)), back);
    match refused {
        OrganizationError::Storage(failed) => error::unavailable(page, failed),
        OrganizationError::TooMany(wait) => error::too_many(page, *wait),
        OrganizationError::Forbidden => say(StatusCode::FORBIDDEN, "console-why-role"),
        OrganizationError::OwnerOnly => say(StatusCode::FORBIDDEN, "console-why-owner-only"),
        OrganizationError::OwnerStays => say(StatusCode::CONFLICT, "console-why-owner-stays"),
        OrganizationError::Suspended => say(StatusCode::CONFLICT, "console-why-suspended"),
        OrganizationError::Moving => say(StatusCode::CONFLICT, "console-why-moving"),
        OrganizationError::Policy(refusal) => {
            because(page, (StatusCode::FORBIDDEN, policy(page, refusal)), back)
        }
        OrganizationError::Field(_) => say(StatusCode::BAD_REQUEST, "console-why-field"),
        OrganizationError::NotFound => say(StatusCode::NOT_FOUND, "console-why-gone"),
        OrganizationError::AlreadyMember
        | OrganizationError::SlugTaken
        | OrganizationError::InvitedSomebodyElse => say(StatusCode::CONFLICT, "console-why-field"),
    }
}

pub(super) fn life(page: &Page, refused: &LifeError, back: &str) -> Response {
    let say = |status, name: &str| because(page, (status, page.text(name)), back);
    match refused {
        LifeError::Organization(refused) => organization(page, refused, back),
        LifeError::DeletedByOperator => say(StatusCode::FORBIDDEN, "console-why-operator"),
        LifeError::NoDeletion => say(StatusCode::CONFLICT, "console-why-no-deletion"),
        LifeError::Deleted => unknown(page),
        LifeError::DeletionBegun | LifeError::SlugStays | LifeError::Changed => {
            say(StatusCode::CONFLICT, "console-why-suspended")
        }
    }
}

/// The same of a change of the subscription.
pub(super) fn payment(page: &Page, refused: &PaymentError, back: &str) -> Response {
    match why(page, refused) {
        Some(why) => because(page, why, back),
        None => error::unavailable(page, refused),
    }
}

/// Why a change of the subscription is refused; `None` where it just did not work.
pub(super) fn why(page: &Page, refused: &PaymentError) -> Option<(StatusCode, String)> {
    let (status, name) = match refused {
        PaymentError::Engine(EngineError::Refused(Refusal::Policy(refusal))) => {
            return Some((StatusCode::FORBIDDEN, policy(page, refusal)));
        }
        PaymentError::Engine(EngineError::Refused(refusal)) => rule(refusal),
        PaymentError::NotConfigured => (StatusCode::SERVICE_UNAVAILABLE, "console-why-no-cards"),
        PaymentError::InProgress => (StatusCode::CONFLICT, "console-why-in-progress"),
        PaymentError::Refused(_) => (StatusCode::SERVICE_UNAVAILABLE, "console-why-card-refused"),
        PaymentError::Unresolved(_) => (StatusCode::SERVICE_UNAVAILABLE, "console-why-unresolved"),
        PaymentError::Engine(_) | PaymentError::Storage(_) => return None,
    };
    Some((status, page.text(name)))
}

fn rule(refusal: &Refusal) -> (StatusCode, &'static str) {
    match refusal {
        Refusal::NotAMember | Refusal::UnknownOrder => (StatusCode::NOT_FOUND, "console-why-gone"),
        Refusal::RoleMayNotSpend => (StatusCode::FORBIDDEN, "console-why-role"),
        Refusal::OrganizationSuspended => (StatusCode::CONFLICT, "console-why-suspended"),
        Refusal::OrganizationMoving => (StatusCode::CONFLICT, "console-why-moving"),
        Refusal::NotSubscribed => (StatusCode::CONFLICT, "console-why-not-subscribed"),
        Refusal::PaymentDue => (StatusCode::CONFLICT, "console-why-payment-due"),
        Refusal::NothingToChange => (StatusCode::CONFLICT, "console-why-nothing"),
        Refusal::ChangeMoment | Refusal::ChangeTotal { .. } => {
            (StatusCode::CONFLICT, "console-why-price")
        }
        Refusal::KeyReused => (StatusCode::CONFLICT, "console-why-used"),
        Refusal::NoProcessor => (StatusCode::SERVICE_UNAVAILABLE, "console-why-no-cards"),
        Refusal::BelowMinimum => (StatusCode::BAD_REQUEST, "console-why-too-little"),
        Refusal::Selection(_) => (StatusCode::BAD_REQUEST, "console-why-not-offered"),
        _ => (StatusCode::CONFLICT, "console-why-field"),
    }
}

/// The rule of the Sovereign's policy that is in the way.
pub(super) fn policy(page: &Page, refusal: &PolicyRefusal) -> String {
    let isolated = |text: &str| page.language.isolated(text);
    let subject = isolated(refusal.subject.as_deref().unwrap_or_default());
    if let Some(needed) = &refusal.needs {
        let values = [("subject", subject.into()), ("needed", isolated(needed).into())];
        return page.language.text_with("console-policy-needs", &values);
    }
    let money = |amount: Option<i64>| isolated(&page.amount(amount.unwrap_or_default()));
    let (name, limit, asked) = match refusal.rule {
        Rule::MaxEnvironments => {
            let limit = refusal.limit.unwrap_or_default();
            let values = [("limit", limit.into())];
            return page.language.text_with("console-policy-environments", &values);
        }
        Rule::MaxMonthlySpend => {
            ("console-policy-spend", money(refusal.limit), money(refusal.asked))
        }
        Rule::ApprovalSpend => {
            ("console-policy-approval-spend", money(refusal.limit), money(refusal.asked))
        }
        Rule::AllowedApps | Rule::DeniedApps | Rule::AllowedTiers => {
            ("console-policy-app", String::new(), String::new())
        }
        Rule::AllowedPlans => ("console-policy-plan", String::new(), String::new()),
        Rule::AllowedRegions => ("console-policy-region", String::new(), String::new()),
        Rule::AllowedEnvironments => ("console-policy-environment", String::new(), String::new()),
        Rule::ApprovalApps | Rule::ApprovalTiers => {
            ("console-policy-approval", String::new(), String::new())
        }
    };
    let values = [("subject", subject.into()), ("limit", limit.into()), ("asked", asked.into())];
    page.language.text_with(name, &values)
}
