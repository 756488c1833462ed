//! Invoices and credit notes, each with its file.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use sovereign_domain::calendar::date_in;
use uuid::Uuid;

use super::super::console::frame::Frame;
use super::super::error;
use super::super::page::Page;
use super::refused;
use crate::app::App;
use crate::pdf;
use crate::storage::billing::InvoiceRow;
use crate::storage::refunds::RefundRow;
use crate::text::unbroken;
use crate::usecase::print_credit_note;
use crate::usecase::print_invoice::{Printed, number_text};
use crate::usecase::wallet::{self, Document};
use crate::web::console::visit::{Visit, enter};

#[derive(Template)]
#[template(path = "web/wallet/invoices.html")]
struct InvoicesPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    invoices: Vec<Shown>,
    notes: Vec<Shown>,
    plan: String,
}

/// One of them, in the reader's language.
struct Shown {
    /// Absent until it is numbered.
    number: Option<String>,
    /// Which other Sovereign issued it.
    issued_by: Option<String>,
    /// The time that an invoice is for, or the day of a credit note.
    when: String,
    amount_minor: i64,
    /// What of it credit paid, or came back as credit.
    credit_minor: i64,
    /// What of it a card paid, or goes back there.
    card_minor: i64,
    /// `paid` and the like, for its looks, and in words.
    status: &'static str,
    status_text: String,
    /// Where its file is.
    file: Option<String>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    let visit = match enter(&app, &page, &headers, &slug).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    match wallet::documents(&app, &visit.user_id(), visit.tenant_id()).await {
        Ok(found) => {
            let list = InvoicesPage {
                page: &page,
                frame: visit.frame(&page, "invoices"),
                invoices: found
                    .invoices
                    .iter()
                    .map(|row| invoice_row(&page, &visit, row))
                    .collect(),
                notes: found.notes.iter().map(|row| note_row(&page, &visit, row)).collect(),
                plan: visit.address("plan"),
            };
            page.render(StatusCode::OK, &list)
        }
        Err(failed) => refused(&page, &failed),
    }
}

fn invoice_row(page: &Page, visit: &Visit, row: &InvoiceRow) -> Shown {
    let own = visit.address(&format!("invoices/{}/pdf", row.id));
    let paid = row.status == "paid";
    let rest = row.amount_minor.saturating_sub(row.credit_minor).saturating_sub(row.rounding_minor);
    let (status, message) = match row.status.as_str() {
        "paid" => ("good", "wallet-invoice-paid"),
        "open" | "draft" => ("strong", "wallet-invoice-open"),
        "void" => ("", "wallet-invoice-void"),
        _ => ("", "wallet-invoice-other"),
    };
    Shown {
        number: row.number.map(number_text),
        issued_by: issued_by(page, row.issued_by.as_deref()),
        when: period(page, row).unwrap_or_else(|| page.day(row.created_at.0)),
        amount_minor: row.amount_minor.saturating_sub(row.rounding_minor),
        credit_minor: row.credit_minor,
        card_minor: if paid { rest } else { 0 },
        status,
        status_text: page.text(message),
        file: row
            .pdf_url
            .clone()
            .filter(|url| url.starts_with("https://"))
            .or(row.number.map(|_| own)),
    }
}

fn issued_by(page: &Page, fqdn: Option<&str>) -> Option<String> {
    let issuer = page.language.isolated(fqdn?);
    Some(page.text_with("wallet-issued-by", "sovereign", &issuer))
}

/// The days that an invoice is for.
fn period(page: &Page, row: &InvoiceRow) -> Option<String> {
    let first = date_in(row.period_start?.0, &page.zone)?;
    // The end is the moment at which the next period begins.
    let last = date_in(row.period_end?.0, &page.zone)?.previous_day()?.max(first);
    let [first, last] = [first, last].map(|day| unbroken(&page.language.date(day)));
    let values = [("first", first.into()), ("last", last.into())];
    Some(page.digits.write(&page.language.text_with("invoice-period-days", &values)))
}

fn note_row(page: &Page, visit: &Visit, row: &RefundRow) -> Shown {
    let (status, message) = match row.status.as_str() {
        "succeeded" => ("good", "wallet-note-done"),
        "pending" => ("strong", "wallet-note-pending"),
        _ => ("bad", "wallet-note-failed"),
    };
    Shown {
        number: row.number.map(print_credit_note::number_text),
        issued_by: issued_by(page, row.issued_by.as_deref()),
        when: page.day(row.created_at.0),
        amount_minor: row.total_minor(),
        credit_minor: row.credit_minor.saturating_add(row.credited_minor),
        card_minor: row.card_minor,
        status,
        status_text: page.text(message),
        file: row.number.map(|_| visit.address(&format!("credit-notes/{}/pdf", row.id))),
    }
}

pub(super) async fn invoice(
    state: State<Arc<App>>,
    page: Page,
    path: Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    file(state, page, path, headers, Document::Invoice).await
}

pub(super) async fn note(
    state: State<Arc<App>>,
    page: Page,
    path: Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    file(state, page, path, headers, Document::CreditNote).await
}

/// One of them as a PDF file, in the reader's language.
async fn file(
    State(app): State<Arc<App>>,
    page: Page,
    Path((slug, id)): Path<(String, String)>,
    headers: HeaderMap,
    document: Document,
) -> Response {
    let visit = match enter(&app, &page, &headers, &slug).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let list = visit.address("invoices");
    let back = Some((list.as_str(), "wallet-invoices-back"));
    let unknown = || error::say(&page, StatusCode::NOT_FOUND, "wallet-invoice-unknown", back);
    let Ok(id) = Uuid::parse_str(&id) else { return unknown() };
    let (user_id, which) = (visit.user_id(), (document, id));
    match wallet::printed(&app, &user_id, visit.tenant_id(), which, page.language).await {
        Ok(Printed::Document(document)) => render(&page, *document).await,
        Ok(Printed::NotHere) => unknown(),
        Ok(Printed::NotNumbered) => {
            error::say(&page, StatusCode::CONFLICT, "wallet-invoice-early", back)
        }
        Err(failed) => refused(&page, &failed),
    }
}

async fn render(page: &Page, document: pdf::Document) -> Response {
    let disposition = format!("inline; filename=\"{}.pdf\"", document.number);
    let rendered = tokio::task::spawn_blocking(move || pdf::render(&document)).await;
    match rendered.map_err(anyhow::Error::from).flatten() {
        Ok(bytes) => {
            let headers = [
                (header::CONTENT_TYPE, "application/pdf".to_owned()),
                (header::CONTENT_DISPOSITION, disposition),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ];
            (headers, bytes).into_response()
        }
        Err(failed) => error::unavailable(page, &failed),
    }
}
