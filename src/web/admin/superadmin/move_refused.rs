//! Why a step of a move was not made: at the field of the form that it is about, and as the program says it.

use axum::http::StatusCode;
use axum::response::Response;

use super::super::frame::ORGANIZATIONS;
use crate::bundle::BundleError;
use crate::usecase::moves::MoveError;
use crate::usecase::moves::activate::ActivateError;
use crate::usecase::moves::drop::DropError;
use crate::usecase::moves::import::ImportError;
use crate::web::error;
use crate::web::page::Page;
use crate::web::problems::Problems;

/// What is to be said on the page.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) problems: Problems,
    /// In English, with what to do; as the API says it.
    pub(super) detail: Option<String>,
}

impl Refused {
    pub(super) fn none() -> Self {
        Self { status: StatusCode::OK, problems: Problems::none(), detail: None }
    }

    pub(super) fn of(status: StatusCode, problems: Problems) -> Self {
        Self { status, problems, detail: None }
    }

    fn at(status: StatusCode, field: &'static str, text: String, detail: String) -> Self {
        Self { status, problems: Problems::of(field, text), detail: Some(detail) }
    }
}

/// A code of a refusal, in the reader's language.
fn why(page: &Page, code: &str) -> String {
    let name = format!("superadmin-move-why-{}", code.replace('_', "-"));
    let known = page.language.has(&name);
    page.text(if known { &name } else { "superadmin-move-why-other" })
}

/// There is no such Organization.
pub(super) fn unknown(page: &Page) -> Response {
    let back = Some((ORGANIZATIONS, "superadmin-all-organizations"));
    error::say(page, StatusCode::NOT_FOUND, "superadmin-organization-unknown", back)
}

/// Of the step whose form has this field; or the answer, where that is about no form.
pub(super) fn of_move(
    page: &Page,
    field: &'static str,
    failed: &MoveError,
) -> Result<Refused, Box<Response>> {
    let conflict = |code: &str| {
        let text = why(page, code);
        Ok(Refused::at(StatusCode::CONFLICT, field, text, failed.to_string()))
    };
    match failed {
        MoveError::NotFound => Err(Box::new(unknown(page))),
        MoveError::Field(fault) => {
            let (field, name) = match fault.field {
                "forward_url" => ("forward", "superadmin-move-forward-wrong"),
                _ => ("to", "superadmin-move-to-wrong"),
            };
            Ok(Refused::of(StatusCode::BAD_REQUEST, Problems::of(field, page.text(name))))
        }
        MoveError::Refused { code, .. } => conflict(code),
        MoveError::Payment { .. } => conflict("payment_waits"),
        MoveError::Paper(_) => {
            let text = why(page, "paper_refused");
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(Refused::at(status, "receipt", text, failed.to_string()))
        }
        MoveError::Bundle(BundleError::Encryption(text)) => {
            let (status, wrong) = (StatusCode::BAD_REQUEST, "superadmin-move-recipient-wrong");
            Ok(Refused::at(status, "recipient", page.text(wrong), text.clone()))
        }
        MoveError::Bundle(_) | MoveError::Engine(_) | MoveError::Storage(_) => {
            Err(Box::new(error::unavailable(page, failed)))
        }
    }
}

/// Of an import that something is in the way of, but what its plan says.
pub(super) fn of_import(page: &Page, failed: &ImportError) -> Result<Refused, Box<Response>> {
    let refused = |field, name: &str| {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Ok(Refused::at(status, field, page.text(name), failed.to_string()))
    };
    match failed {
        ImportError::Bundle(BundleError::Io { .. })
        | ImportError::Storage(_)
        | ImportError::Paper(_) => Err(Box::new(error::unavailable(page, failed))),
        ImportError::Bundle(BundleError::Encryption(_)) => {
            refused("identity", "superadmin-move-identity-wrong")
        }
        ImportError::Bundle(_) | ImportError::Refused(_) => {
            refused("bundle", "superadmin-move-bundle-refused")
        }
        ImportError::Conflicts(_) => {
            let text = page.text("superadmin-move-bundle-conflicts");
            Ok(Refused::of(StatusCode::CONFLICT, Problems::of("bundle", text)))
        }
    }
}

pub(super) fn of_activation(page: &Page, failed: &ActivateError) -> Result<Refused, Box<Response>> {
    let (status, code) = match failed {
        ActivateError::Paper(_) => (StatusCode::UNPROCESSABLE_ENTITY, "paper_refused"),
        ActivateError::Refused(_) => (StatusCode::CONFLICT, "not_activated"),
        ActivateError::Storage(failed) => return Err(Box::new(error::unavailable(page, failed))),
    };
    Ok(Refused::at(status, "release", why(page, code), failed.to_string()))
}

pub(super) fn of_drop(page: &Page, failed: &DropError) -> Result<Refused, Box<Response>> {
    match failed {
        DropError::Unknown => Err(Box::new(unknown(page))),
        DropError::Arrived => {
            let text = why(page, "organization_arrived");
            Ok(Refused::at(StatusCode::CONFLICT, "confirm", text, failed.to_string()))
        }
        DropError::Storage(failed) => Err(Box::new(error::unavailable(page, failed))),
    }
}
