//! Why the catalog was not changed, as problems.

use axum::http::StatusCode;

use super::problem::Problem;
use crate::blueprints::Refused;
use crate::usecase::catalog_admin::CatalogError;

impl From<CatalogError> for Problem {
    fn from(error: CatalogError) -> Self {
        let conflict = |code, detail: &str| Self::new(StatusCode::CONFLICT, code, detail);
        match error {
            CatalogError::Field(error) => error.into(),
            CatalogError::NotFound => Self::not_found("the catalog has no such entry"),
            CatalogError::SlugTaken => conflict(
                "slug_taken",
                "the catalog has an entry of this slug; change that one, or choose another slug",
            )
            .about("slug"),
            CatalogError::Locked => Self::catalog_entry_locked(),
            CatalogError::Private => conflict(
                "private_blueprint",
                "this is a private Blueprint, of which nothing changes but by another signed artifact: \
                 see /catalog/admin/blueprints",
            ),
            CatalogError::Changed => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "catalog_entry_edited",
                "somebody has changed this entry since; read it, and change it again",
            )
            .about("If-Match"),
            CatalogError::Referenced(referring) => conflict(
                "catalog_entry_referenced",
                &format!("named by {}; change those first", referring.join(", ")),
            ),
            CatalogError::Refused(refused) => refusal(&refused),
            CatalogError::Storage(error) => error.into(),
        }
    }
}

fn refusal(refused: &Refused) -> Problem {
    let (code, field) = match refused {
        Refused::NoKeys => {
            let detail = refused.to_string();
            return Problem::new(StatusCode::CONFLICT, "no_trusted_keys", detail);
        }
        Refused::Payload(_) => ("invalid_request", "payload"),
        Refused::Digest { .. } => ("blueprint_digest_mismatch", "payload"),
        Refused::Reference { .. } => ("blueprint_reference_mismatch", "payload"),
        Refused::UnknownKey => ("blueprint_key_unknown", "key_id"),
        Refused::Signature => ("blueprint_signature_invalid", "signature"),
    };
    Problem::new(StatusCode::BAD_REQUEST, code, refused.to_string()).about(field)
}
