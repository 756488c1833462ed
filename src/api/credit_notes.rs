//! `/billing/credit-notes`: what amends an Organization's invoices.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;
use sovereign_domain::timestamp::Timestamp;
use utoipa::ToSchema;
use uuid::Uuid;

use super::billing::require_member;
use super::caller::Caller;
use super::extract::{Query, Segment, Segments};
use super::invoice_pdf::{self, FileHeaders, PdfFile, PdfQuery};
use super::problem::Problem;
use crate::app::App;
use crate::branding::Branding;
use crate::storage::refunds::{self, RefundRow};
use crate::usecase::branding;
use crate::usecase::print_credit_note::{self, number_text};
use crate::usecase::print_invoice::Printed;

/// Amends the invoice of an order that was refunded.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreditNote)]
pub(super) struct CreditNoteBody {
    id: Uuid,
    tenant_id: String,
    order_id: Uuid,
    /// Such as `CN-000123`. It gets one within a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    number: Option<String>,
    /// The Sovereign that issued it and gave the number, where that is another one, from which the Organization came.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    issued_by: Option<String>,
    /// In minor units.
    amount_minor: i64,
    /// What went back as credit, in minor units.
    credit_minor: i64,
    /// What goes back to the card, in minor units.
    card_minor: i64,
    /// What the card had paid and was given as credit, in minor units.
    credited_minor: i64,
    /// How much of the amount is tax, in minor units.
    tax_minor: i64,
    /// ISO 4217.
    currency: &'static str,
    /// Of the card's part: `pending` until Stripe has refunded it, `succeeded`, or `failed`.
    status: String,
    /// The credit note as a PDF file, once it is numbered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pdf_url: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl CreditNoteBody {
    fn new(row: RefundRow, app: &App, branding: &Branding) -> Self {
        let path = format!("/api/billing/credit-notes/{}/{}/pdf", row.tenant_id, row.id);
        Self {
            id: row.id,
            order_id: row.order_id,
            number: row.number.map(number_text),
            amount_minor: row.total_minor(),
            credit_minor: row.credit_minor,
            card_minor: row.card_minor,
            credited_minor: row.credited_minor,
            tax_minor: row.tax_minor,
            currency: app.facts.currency.code(),
            status: row.status,
            pdf_url: row.number.map(|_| branding.page(&path)),
            issued_by: row.issued_by,
            created_at: row.created_at.0,
            tenant_id: row.tenant_id,
        }
    }
}

/// Lists the credit notes of an Organization
///
/// Newest first. For members.
#[utoipa::path(
    get, path = "/billing/credit-notes/{tenant_id}", tag = "Billing",
    operation_id = "listCreditNotes",
    security(("bearer" = [])),
    params(("tenant_id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "The credit notes", body = Vec<CreditNoteBody>),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(tenant_id): Segment,
) -> Result<Json<Vec<CreditNoteBody>>, Problem> {
    let mut tx = app.store.read_as(&caller.user_id).await?;
    require_member(&mut tx, &tenant_id, &caller).await?;
    let noted = refunds::noted(&mut tx, &tenant_id).await?;
    let branding = branding::of(&app, &mut tx).await?;
    Ok(Json(noted.into_iter().map(|row| CreditNoteBody::new(row, &app, &branding)).collect()))
}

/// Reads a credit note as a PDF file
///
/// In English or Arabic. For members.
#[utoipa::path(
    get, path = "/billing/credit-notes/{tenant_id}/{credit_note_id}/pdf", tag = "Billing",
    operation_id = "getCreditNotePdf",
    security(("bearer" = [])),
    params(
        ("tenant_id" = String, Path, description = "The Organization's identifier"),
        ("credit_note_id" = Uuid, Path, description = "The credit note's identifier"),
        PdfQuery,
    ),
    responses(
        (status = 200, description = "The file", body = PdfFile, content_type = "application/pdf"),
        (status = 404, description = "There is no such Organization, the caller is not in it, or it has no \
            such credit note"),
        (status = 409, description = "The credit note, or its invoice, has no number yet \
            (`credit_note_not_numbered`); it gets one within a minute",
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
    let [tenant_id, id] = segments.as_slice() else {
        return Err(Problem::not_found("there is no such route"));
    };
    let mut tx = app.store.read_as(&caller.user_id).await?;
    require_member(&mut tx, tenant_id, &caller).await?;
    let language = query.language(&headers)?;
    let not_here = || Problem::not_found("there is no such credit note");
    let id = Uuid::parse_str(id).map_err(|_| not_here())?;
    let printed = print_credit_note::document(&app, &mut tx, tenant_id, id, language).await?;
    drop(tx);
    match printed {
        Printed::Document(document) => invoice_pdf::render(*document).await,
        Printed::NotHere => Err(not_here()),
        Printed::NotNumbered => {
            let detail = "this credit note has no number yet; it gets one within a minute";
            Err(Problem::new(StatusCode::CONFLICT, "credit_note_not_numbered", detail)
                .retry_after(invoice_pdf::NUMBERED_WITHIN_SECONDS))
        }
    }
}
