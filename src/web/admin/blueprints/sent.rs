//! A form with a signed Blueprint in it: the files as they are, byte by byte.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::frame::BLUEPRINTS;
use super::super::visit::{Visit, pressed};
use crate::app::App;
use crate::blueprints::{Refused, Signed};
use crate::usecase::blueprints::{MAX_ARTIFACT, MAX_PAYLOAD, Submission};
use crate::usecase::catalog_admin::CatalogError;
use crate::web::error;
use crate::web::page::Page;
use crate::web::problems::Problems;
use crate::web::upload::Upload;

/// The largest signature, in bytes: one of P-256 in base64, with ends of lines.
const MAX_SIGNATURE: usize = 256;

/// The fields that have files, each with how large it may be, and the name of what is said where it is larger.
const FILES: [(&str, usize, &str); 3] = [
    ("artifact", MAX_ARTIFACT, "admin-blueprint-artifact-large"),
    ("payload", MAX_PAYLOAD, "admin-blueprint-payload-large"),
    ("signature", MAX_SIGNATURE, "admin-blueprint-signature-large"),
];

/// Reads a form of somebody who may send it. The role is looked at before the files are read.
///
/// # Errors
/// The answer, where nothing can be made of it.
pub(super) async fn read(
    app: &App,
    page: Page,
    visit: Result<Visit, Response>,
    (headers, request): (HeaderMap, Request),
) -> Result<(Visit, Upload), Response> {
    if let Err(refused) = visit {
        return Err(error::unread_form(&page, refused));
    }
    let upload = match Upload::read(request).await {
        Ok(upload) => upload,
        Err(response) if response.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let back = Some((BLUEPRINTS, "admin-blueprints"));
            let status = StatusCode::PAYLOAD_TOO_LARGE;
            return Err(error::say(&page, status, "admin-blueprint-large", back));
        }
        Err(response) => return Err(response),
    };
    let visit = pressed(app, page, &headers, &upload.fields).await?;
    Ok((visit, upload))
}

/// What was signed, or the files that are missing or too large.
pub(super) fn submission(page: &Page, upload: &Upload) -> Result<Submission, Problems> {
    let mut problems = Problems::none();
    for (field, most, large) in FILES {
        let length = upload.file_of(field).len();
        if !(1..=most).contains(&length) {
            let name = if length == 0 { "admin-blueprint-choose" } else { large };
            problems.add(field, page.text(name));
        }
    }
    if problems.any() {
        return Err(problems);
    }
    let [artifact, payload, signature] = FILES.map(|(field, ..)| upload.file_of(field).to_vec());
    let signature = decoded(&signature).unwrap_or(signature);
    let key_id = Some(upload.fields.get("key")).filter(|key| !key.is_empty());
    Ok(Submission {
        signed: Signed { artifact, payload, signature },
        key_id: key_id.map(str::to_owned),
    })
}

/// cosign writes base64, openssl the bytes themselves.
fn decoded(bytes: &[u8]) -> Option<Vec<u8>> {
    let text: String = std::str::from_utf8(bytes).ok()?.split_ascii_whitespace().collect();
    STANDARD.decode(text).ok()
}

/// What is wrong with what was sent: at its field, and why in English, as the API says it.
#[derive(Debug, Clone, Default)]
pub(super) struct Wrong {
    pub(super) problems: Problems,
    pub(super) reason: Option<String>,
}

impl From<Problems> for Wrong {
    fn from(problems: Problems) -> Self {
        Self { problems, reason: None }
    }
}

/// Why it was not taken; nothing where that is not about the form.
pub(super) fn refused(page: &Page, failed: &CatalogError) -> Option<(StatusCode, Wrong)> {
    let bad = StatusCode::BAD_REQUEST;
    let (status, field, name, reason) = match failed {
        CatalogError::SlugTaken => {
            (StatusCode::CONFLICT, "artifact", "admin-blueprint-taken", None)
        }
        // Somebody else was faster. Sent again, the form counts.
        CatalogError::Changed => (StatusCode::CONFLICT, "artifact", "admin-blueprint-edited", None),
        CatalogError::Locked => (StatusCode::FORBIDDEN, "artifact", "admin-blueprint-locked", None),
        CatalogError::Field(fault) => {
            (bad, "artifact", "admin-blueprint-artifact-wrong", Some(fault.detail.clone()))
        }
        CatalogError::Refused(refused) => {
            let (field, name) = match refused {
                Refused::NoKeys => ("artifact", "admin-blueprint-no-keys"),
                Refused::Payload(_) => ("payload", "admin-blueprint-payload-wrong"),
                Refused::Digest { .. } => ("payload", "admin-blueprint-digest-wrong"),
                Refused::Reference { .. } => ("payload", "admin-blueprint-reference-wrong"),
                Refused::UnknownKey => ("key", "admin-blueprint-key-wrong"),
                Refused::Signature => ("signature", "admin-blueprint-signature-wrong"),
            };
            (bad, field, name, Some(refused.to_string()))
        }
        CatalogError::NotFound
        | CatalogError::Private
        | CatalogError::Referenced(_)
        | CatalogError::Storage(_) => return None,
    };
    Some((status, Wrong { problems: Problems::of(field, page.text(name)), reason }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_read_as_cosign_and_as_openssl_write_it() {
        assert_eq!(decoded(b"MEUC\nIQ==\n"), Some(vec![0x30, 0x45, 0x02, 0x21]));
        assert_eq!(decoded(&[0x30, 0x45, 0xff]), None);
    }
}
