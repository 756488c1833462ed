//! What an Organization sees of its money: the wallet with its ledger, and its invoices.

mod invoices;
mod overview;
mod voucher;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use sovereign_domain::ids::UserId;
use sovereign_domain::organization::MemberRole;

use super::console::frame::Frame;
use super::page::Page;
use super::{account, error};
use crate::app::App;
use crate::usecase::organizations::{self, OrganizationError};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/console/{slug}/wallet", get(overview::show))
        .route("/console/{slug}/wallet/ledger.csv", get(overview::file))
        .route("/console/{slug}/wallet/voucher", post(voucher::press))
        .route("/console/{slug}/invoices", get(invoices::show))
        .route("/console/{slug}/invoices/{id}/pdf", get(invoices::invoice))
        .route("/console/{slug}/credit-notes/{id}/pdf", get(invoices::note))
}

/// Somebody who is in the Organization.
struct Visit {
    user_id: UserId,
    tenant_id: String,
    slug: String,
    organization: String,
    role: MemberRole,
}

impl Visit {
    fn frame<'a>(&'a self, page: &'a Page, current: &'static str) -> Frame<'a> {
        Frame::new(page, (&self.slug, &self.organization), self.role, current)
    }

    fn address(&self, part: &str) -> String {
        format!("/console/{}/{part}", self.slug)
    }
}

/// Whoever looks at a page of the Organization at `slug`; else the way to sign in, or that there is none.
/// `here` is where they come back to.
async fn enter(
    app: &App,
    page: &Page,
    headers: &HeaderMap,
    (slug, here): (&str, &str),
) -> Result<Visit, Response> {
    let session = account::signed_in(app, page, headers, here).await?;
    let found = organizations::with_role_of(app, &session.user_id).await;
    let found = found.map_err(|failed| error::unavailable(page, &failed))?;
    let found = found.into_iter().find(|(organization, _)| organization.slug == slug);
    let (organization, role) = found.ok_or_else(|| unknown(page))?;
    Ok(Visit {
        user_id: session.user_id.into(),
        tenant_id: organization.id,
        slug: organization.slug,
        organization: organization.name,
        role,
    })
}

/// The same, of a page for those who may spend.
async fn enter_to_spend(
    app: &App,
    page: &Page,
    headers: &HeaderMap,
    place: (&str, &str),
) -> Result<Visit, Response> {
    let visit = enter(app, page, headers, place).await?;
    if visit.role.may_spend() { Ok(visit) } else { Err(not_yours(page)) }
}

fn unknown(page: &Page) -> Response {
    error::unknown_organization(page)
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
        _ => unknown(page),
    }
}
