//! An invoice as a PDF file.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::billing::require_member;
use super::caller::Caller;
use super::extract::{Query, Segments};
use super::problem::Problem;
use crate::app::App;
use crate::pdf::{self, Document};
use crate::text::Language;
use crate::usecase::print_invoice::{self, Printed};

/// How often the job that numbers invoices runs.
pub(super) const NUMBERED_WITHIN_SECONDS: u64 = 60;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PdfQuery {
    /// `en` or `ar`; by default what `Accept-Language` prefers, else English.
    #[param(nullable = false, pattern = "^(en|ar)$")]
    lang: Option<String>,
}

/// A PDF file (PDF/A-2b).
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(super) struct PdfFile(Vec<u8>);

impl IntoResponse for PdfFile {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "application/pdf")], self.0).into_response()
    }
}

/// What the file is called, and what else it would have depended on.
pub(super) type FileHeaders = [(HeaderName, String); 2];

/// Reads an invoice as a PDF file
///
/// In English or Arabic. For members.
#[utoipa::path(
    get, path = "/billing/invoices/{tenant_id}/{invoice_id}/pdf", tag = "Billing",
    operation_id = "getInvoicePdf",
    security(("bearer" = [])),
    params(
        ("tenant_id" = String, Path, description = "The Organization's identifier"),
        ("invoice_id" = Uuid, Path, description = "The invoice's identifier"),
        PdfQuery,
    ),
    responses(
        (status = 200, description = "The file", body = PdfFile, content_type = "application/pdf"),
        (status = 404, description = "There is no such Organization, the caller is not in it, or it has \
            no such invoice; an earlier service's invoice is not here, but at its `pdf_url`"),
        (status = 409, description = "The invoice has no number yet (`invoice_not_numbered`); it gets one \
            within a minute",
            headers(("Retry-After" = u64, description = "How many seconds to wait"))),
    ),
)]
pub(super) async fn pdf(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segments(segments): Segments,
    Query(query): Query<PdfQuery>,
    headers: HeaderMap,
) -> Result<(FileHeaders, PdfFile), Problem> {
    let [tenant_id, invoice_id] = segments.as_slice() else {
        return Err(Problem::not_found("there is no such route"));
    };
    let mut tx = app.store.read_as(&caller.user_id).await?;
    require_member(&mut tx, tenant_id, &caller).await?;
    let language = query.language(&headers)?;
    let not_here = || Problem::not_found("there is no such invoice");
    let invoice_id = Uuid::parse_str(invoice_id).map_err(|_| not_here())?;
    let printed = print_invoice::document(&app, &mut tx, tenant_id, invoice_id, language).await?;
    drop(tx);
    match printed {
        Printed::Document(document) => render(*document).await,
        Printed::NotHere => Err(not_here()),
        Printed::NotNumbered => {
            let detail = "this invoice has no number yet; it gets one within a minute";
            Err(Problem::new(StatusCode::CONFLICT, "invoice_not_numbered", detail)
                .retry_after(NUMBERED_WITHIN_SECONDS))
        }
    }
}

impl PdfQuery {
    pub(super) fn language(&self, headers: &HeaderMap) -> Result<Language, Problem> {
        language(self.lang.as_deref(), headers)
    }
}

/// The language that is asked for; else what the client prefers.
pub(super) fn language(asked: Option<&str>, headers: &HeaderMap) -> Result<Language, Problem> {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    match asked {
        None => Ok(Language::accepted(accepted.unwrap_or_default())),
        Some(tag) => {
            Language::of_tag(tag).ok_or_else(|| Problem::field("lang", "lang must be en or ar"))
        }
    }
}

pub(super) async fn render(document: Document) -> Result<(FileHeaders, PdfFile), Problem> {
    let number = document.number.clone();
    let rendered = tokio::task::spawn_blocking(move || pdf::render(&document)).await;
    let bytes = rendered.map_err(anyhow::Error::from).flatten().map_err(|error| {
        tracing::error!(number, %error, "a document cannot be rendered");
        Problem::internal()
    })?;
    let disposition = format!("inline; filename=\"{number}.pdf\"");
    let headers =
        [(header::CONTENT_DISPOSITION, disposition), (header::VARY, "Accept-Language".to_owned())];
    Ok((headers, PdfFile(bytes)))
}
