//! Why nothing was refunded, at the field of the form that it is about.

use axum::http::StatusCode;
use sovereign_domain::book::{RefundRefusal, Refusal};
use sovereign_domain::refund::DivideError;

use crate::engine::EngineError;
use crate::usecase::payments::PaymentError;
use crate::web::page::Page;
use crate::web::problems::Problems;

/// What is to be said of it; `None` where it just did not work.
pub(super) fn refused(page: &Page, failed: &PaymentError) -> Option<(StatusCode, Problems)> {
    let PaymentError::Engine(EngineError::Refused(refusal)) = failed else { return None };
    let bad = |text| Some((StatusCode::BAD_REQUEST, Problems::of("amount", text)));
    let conflict =
        |field, name: &str| Some((StatusCode::CONFLICT, Problems::of(field, page.text(name))));
    match refusal {
        Refusal::KeyReused => conflict("amount", "superadmin-refund-used"),
        Refusal::Refund(RefundRefusal::NotCompleted(_)) => {
            conflict("amount", "superadmin-refund-not-completed")
        }
        Refusal::Refund(RefundRefusal::NoVoucher) => {
            conflict("frees", "superadmin-refund-no-voucher")
        }
        Refusal::Refund(RefundRefusal::VoucherCreditHeld) => {
            conflict("frees", "superadmin-refund-held")
        }
        Refusal::Refund(RefundRefusal::PaidElsewhere { fqdn }) => {
            let text = page.text_with("superadmin-refund-elsewhere", "sovereign", fqdn);
            Some((StatusCode::CONFLICT, Problems::of("amount", text)))
        }
        Refusal::Refund(RefundRefusal::Divide(error)) => match *error {
            DivideError::NothingLeft => conflict("amount", "superadmin-refund-nothing-left"),
            DivideError::MoreThanIsLeft { left_minor }
            | DivideError::CreditOutOfRange { left_minor }
            | DivideError::CardOutOfRange { left_minor } => {
                bad(page.text_with_amount("superadmin-refund-too-much", left_minor))
            }
            DivideError::CardStep { step_minor, below_minor, above_minor } => {
                let nearest = below_minor.or(above_minor).unwrap_or(step_minor);
                bad(page.text_with_amount("superadmin-refund-step", nearest))
            }
            DivideError::CardPartStep { step_minor } => {
                bad(page.text_with_amount("superadmin-refund-step", step_minor))
            }
            DivideError::NotPositive | DivideError::PartsDoNotAddUp => {
                bad(page.text("superadmin-refund-amount-wrong"))
            }
        },
        _ => None,
    }
}
