//! Why an Organization does not move, as a client sees it.

use axum::http::StatusCode;

use super::bundle_upload::UploadError;
use super::move_plan::notes;
use super::problem::Problem;
use crate::bundle::BundleError;
use crate::storage::Error;
use crate::usecase::moves::MoveError;
use crate::usecase::moves::activate::ActivateError;
use crate::usecase::moves::drop::DropError;
use crate::usecase::moves::import::ImportError;
use crate::usecase::moves::papers::PaperError;
use crate::usecase::moves::take_in::TakeInError;
use crate::usecase::organizations::OrganizationError;

fn conflict(code: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::CONFLICT, code, detail)
}

fn unbelieved(code: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
}

fn paper_refused(field: &str, error: &PaperError) -> Problem {
    unbelieved("paper_refused", error.to_string()).about(field)
}

/// The disk failed: it is to be tried again.
fn no_room(error: &impl std::fmt::Display) -> Problem {
    Error::Unavailable(format!("no room for a bundle: {error}")).into()
}

impl From<MoveError> for Problem {
    fn from(error: MoveError) -> Self {
        match error {
            MoveError::NotFound => OrganizationError::NotFound.into(),
            MoveError::Field(error) => error.into(),
            MoveError::Refused { code, detail } => conflict(code, detail),
            MoveError::Paper(error) => paper_refused("receipt", &error),
            MoveError::Bundle(error @ BundleError::Encryption(_)) => {
                Self::field("recipient", error.to_string())
            }
            MoveError::Bundle(error) => no_room(&error),
            MoveError::Payment { .. } => conflict("payment_waits", error.to_string()),
            MoveError::Engine(error) => error.into(),
            MoveError::Storage(error) => error.into(),
        }
    }
}

impl From<TakeInError> for Problem {
    fn from(error: TakeInError) -> Self {
        match error {
            TakeInError::Import(error) => error.into(),
            TakeInError::AnotherBundle => {
                conflict("bundle_differs", error.to_string()).about("manifest_sha256")
            }
            TakeInError::Broken => Self::internal(),
        }
    }
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Bundle(error) => of_bundle(&error),
            ImportError::Conflicts(plan) => {
                let detail =
                    "something is in the way of this import: `conflicts` says what, and what to do";
                conflict("import_conflicts", detail).with_conflicts(notes(plan.conflicts))
            }
            ImportError::Refused(text) => unbelieved("bundle_refused", text).about("bundle"),
            ImportError::Paper(error) => {
                tracing::error!(%error, "a receipt was not signed");
                Self::internal()
            }
            ImportError::Storage(error) => error.into(),
        }
    }
}

fn of_bundle(error: &BundleError) -> Problem {
    match error {
        BundleError::Io { .. } => no_room(error),
        BundleError::Encryption(_) => {
            unbelieved("bundle_refused", error.to_string()).about("identity")
        }
        _ => {
            let problem = unbelieved("bundle_refused", error.to_string()).about("bundle");
            problem.in_file(error.file())
        }
    }
}

impl From<ActivateError> for Problem {
    fn from(error: ActivateError) -> Self {
        match error {
            ActivateError::Paper(error) => paper_refused("release", &error),
            ActivateError::Refused(text) => conflict("not_activated", text).about("release"),
            ActivateError::Storage(error) => error.into(),
        }
    }
}

impl From<DropError> for Problem {
    fn from(error: DropError) -> Self {
        match error {
            DropError::Unknown => Self::not_found(error.to_string()),
            DropError::Arrived => conflict("organization_arrived", error.to_string()),
            DropError::Storage(error) => error.into(),
        }
    }
}

/// Why a form with a bundle was not read.
pub(super) fn of_upload(error: UploadError, max_bundle_bytes: u64) -> Problem {
    match error {
        UploadError::NoForm => {
            Problem::field("body", "the body must be a form: multipart/form-data")
        }
        UploadError::NotAdmitted => Problem::forbidden("this form cannot be read"),
        UploadError::TooLarge(part) => {
            let detail = format!(
                "{part} is too large: a bundle may have {} MiB here, any other part 64 KiB; import a larger \
                 bundle with `sovereign org import`",
                max_bundle_bytes >> 20
            );
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail).about(&part)
        }
        UploadError::NotWhole => {
            Problem::field("body", "the body did not arrive whole; send it again")
        }
        UploadError::NoRoom(error) => no_room(&error),
    }
}
