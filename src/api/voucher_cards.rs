//! `GET /billing/vouchers/cards/pdf`: vouchers as cards to be printed.

use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::caller::Issuer;
use super::extract::Query;
use super::invoice_pdf::{PdfFile, language};
use super::problem::Problem;
use crate::app::App;
use crate::usecase::list_vouchers::Wanted;
use crate::usecase::voucher_cards::{self, CardsError, Printed};

#[derive(Debug, Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CardsQuery {
    /// Where the file begins; from the Link header of the file before, or of the list.
    #[param(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    /// What the code has in it; read as a code is, without regard to case.
    #[param(nullable = false, max_length = 64)]
    #[serde(skip_serializing_if = "Option::is_none")]
    q: Option<String>,
    /// How they stand; what is revoked is not printed.
    #[param(nullable = false, pattern = "^(live|scheduled|paused|exhausted|ended|revoked|all)?$")]
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    /// A campaign, by identifier or name; empty = whether or not they are in one.
    #[param(nullable = false, max_length = 80)]
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign: Option<String>,
    /// The operation that issued them, by identifier; empty = whichever way they were issued.
    #[param(nullable = false, max_length = 36)]
    #[serde(skip_serializing_if = "Option::is_none")]
    bulk: Option<String>,
    /// A tag that they have; empty = whichever they have.
    #[param(nullable = false, max_length = 40)]
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    /// As in the list.
    #[param(
        nullable = false,
        pattern = "^(newest|oldest|code|code_desc|credit|credit_asc|spent|spent_asc|last_redeemed|last_redeemed_asc|used|used_asc)?$"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    sort: Option<String>,
    /// `en` or `ar`; by default what `Accept-Language` prefers, else English.
    #[param(nullable = false, pattern = "^(en|ar)$")]
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<String>,
}

/// Prints vouchers as cards
///
/// A PDF file (PDF/A-2b) of A4 sheets with ten cards on each, as large as bank cards: the issuer, the value, the code, and
/// a QR code of the link that customers open. Those that the list has for the same `q`, `status`, `campaign`, `bulk`, `tag` and `sort`, up
/// to 1,000 of them; a Link header leads to the next. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/vouchers/cards/pdf", tag = "Vouchers", operation_id = "getVoucherCards",
    security(("bearer" = [])),
    params(CardsQuery),
    responses(
        (status = 200, description = "The file", body = PdfFile, content_type = "application/pdf", headers(
            ("Link" = String, description = "`<…>; rel=\"next\"`: the next cards, where there are more")
        )),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "There is no voucher to print"),
        (status = 429, description = "Too many exports by this user"),
    ),
)]
pub(super) async fn pdf(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<CardsQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wanted = Wanted {
        after: query.after.as_deref(),
        part: query.q.as_deref(),
        status: query.status.as_deref(),
        campaign: query.campaign.as_deref(),
        bulk: query.bulk.as_deref(),
        tag: query.tag.as_deref(),
        sort: query.sort.as_deref(),
    };
    let language = language(query.lang.as_deref(), &headers)?;
    let printed = voucher_cards::file(&app, &caller.user_id, &wanted, language).await?;
    let next = printed.next.clone();
    let mut response = send(printed);
    let next = next.and_then(|next| {
        serde_urlencoded::to_string(CardsQuery { after: Some(next), ..query }).ok()
    });
    let link = next.map(|next| format!("<{}?{next}>; rel=\"next\"", uri.path()));
    let link = link.and_then(|link| HeaderValue::from_str(&link).ok());
    response.headers_mut().extend(link.map(|link| (header::LINK, link)));
    Ok(response)
}

/// The file, to be saved.
pub(crate) fn send(printed: Printed) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"cards.pdf\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, printed.file).into_response()
}

impl From<CardsError> for Problem {
    fn from(error: CardsError) -> Self {
        match error {
            CardsError::Field(fault) => fault.into(),
            CardsError::Nothing => Self::not_found("there is no voucher to print"),
            CardsError::Limited(wait) => wait.into(),
            CardsError::Storage(error) => error.into(),
            CardsError::Broken(error) => {
                tracing::error!(%error, "cards were not printed");
                Self::internal()
            }
        }
    }
}
