//! Why an Organization does not move.

use std::fmt;

use super::papers::PaperError;
use crate::bundle::BundleError;
use crate::engine::EngineError;
use crate::storage;
use crate::usecase::payments::PaymentError;
use crate::usecase::vouchers::FieldError;

/// Why a step of a move away from here was not made. Nothing is half done, and asking again is safe.
#[derive(Debug)]
pub(crate) enum MoveError {
    /// There is no such Organization.
    NotFound,
    /// What was sent cannot be used.
    Field(FieldError),
    /// What is asked for cannot be, or not yet: what, and what to do.
    Refused {
        code: &'static str,
        detail: String,
    },
    /// What the other Sovereign is to have signed is not believed.
    Paper(PaperError),
    /// The bundle could not be written.
    Bundle(BundleError),
    /// An order that waits for a payment could not be ended.
    Payment {
        order_id: String,
        error: PaymentError,
    },
    /// The engine did not answer.
    Engine(EngineError),
    Storage(storage::Error),
}

impl MoveError {
    pub(super) fn refused(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Refused { code, detail: detail.into() }
    }

    pub(super) fn field(field: &'static str, detail: impl Into<String>) -> Self {
        Self::Field(FieldError::new(field, detail))
    }

    /// Its name for other programs.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Field(_) => "invalid_request",
            Self::Refused { code, .. } => code,
            Self::Paper(_) => "paper_refused",
            Self::Bundle(_) => "bundle_not_written",
            Self::Payment { .. } => "payment_waits",
            Self::Engine(_) | Self::Storage(_) => "unavailable",
        }
    }
}

impl fmt::Display for MoveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str(
                "there is no such Organization; give its identifier, or the address it has here",
            ),
            Self::Field(error) => f.write_str(&error.detail),
            Self::Refused { detail, .. } => f.write_str(detail),
            Self::Paper(error) => error.fmt(f),
            Self::Bundle(error) => error.fmt(f),
            Self::Payment { order_id, error } => write!(
                f,
                "order {order_id} waits for a payment that cannot be ended now: {error}; try again when it is \
                 settled, which `sovereign jobs run look-after-orders` asks Stripe about"
            ),
            Self::Engine(error) => write!(f, "the money engine did not do it: {error:?}"),
            Self::Storage(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for MoveError {}

impl From<storage::Error> for MoveError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

impl From<PaperError> for MoveError {
    fn from(error: PaperError) -> Self {
        Self::Paper(error)
    }
}

impl From<BundleError> for MoveError {
    fn from(error: BundleError) -> Self {
        Self::Bundle(error)
    }
}

impl From<EngineError> for MoveError {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}
