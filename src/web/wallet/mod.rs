//! What an Organization sees of its money: the wallet with its ledger, and its invoices.

mod invoices;
mod overview;
mod voucher;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};

use super::console::visit::{Visit, enter_by};
use super::error;
use super::page::Page;
use crate::app::App;
use crate::usecase::organizations::OrganizationError;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/console/{slug}/wallet", get(overview::show))
        .route("/console/{slug}/wallet/ledger.csv", get(overview::file))
        .route("/console/{slug}/wallet/voucher", post(voucher::press))
        .route("/console/{slug}/invoices", get(invoices::show))
        .route("/console/{slug}/invoices/{id}/pdf", get(invoices::invoice))
        .route("/console/{slug}/credit-notes/{id}/pdf", get(invoices::note))
}

/// Whoever looks at a page for those who may spend.
async fn enter_to_spend(
    app: &App,
    page: &Page,
    headers: &HeaderMap,
    (slug, here): (&str, &str),
) -> Result<Visit, Response> {
    let visit = enter_by(app, page, headers, (slug, here)).await?;
    if visit.may_spend() { Ok(visit) } else { Err(not_yours(page)) }
}

fn not_yours(page: &Page) -> Response {
    let account = Some(("/console", "to-account"));
    error::say(page, StatusCode::FORBIDDEN, "wallet-not-yours", account)
}

/// Why the page cannot be shown.
fn refused(page: &Page, refused: &OrganizationError) -> Response {
    match refused {
        OrganizationError::Storage(failed) => error::unavailable(page, failed),
        OrganizationError::TooMany(wait) => error::too_many(page, *wait),
        OrganizationError::Forbidden => not_yours(page),
        _ => error::unknown_organization(page),
    }
}
