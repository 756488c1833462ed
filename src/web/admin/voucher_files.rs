//! The vouchers that are looked for, as a file and as cards to be printed.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::super::error;
use super::super::fields::Fields;
use super::frame::VOUCHERS;
use super::visit::Visit;
use super::vouchers::wanted;
use crate::api::export::{CSV, send};
use crate::api::voucher_cards as voucher_cards_api;
use crate::app::App;
use crate::usecase::export::ExportError;
use crate::usecase::list_vouchers::Wanted;
use crate::usecase::organizations::OrganizationError;
use crate::usecase::voucher_cards::{self, CardsError};
use crate::usecase::voucher_file;

/// All that is looked for, as a file.
pub(super) async fn file(
    State(app): State<Arc<App>>,
    Visit { page, session }: Visit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    let wanted = Wanted { after: None, ..wanted(&fields) };
    let spool = voucher_file::file(&app, &session.user_id.as_str().into(), &wanted).await;
    match spool.and_then(|spool| Ok(send(spool, CSV, "vouchers.csv")?)) {
        Ok(response) => response,
        Err(ExportError::Organization(OrganizationError::TooMany(wait))) => {
            error::too_many(&page, wait)
        }
        Err(ExportError::Organization(OrganizationError::Storage(failed))) => {
            error::unavailable(&page, &failed)
        }
        Err(ExportError::Organization(_)) => {
            let back = Some((VOUCHERS, "admin-all-vouchers"));
            error::say(&page, StatusCode::BAD_REQUEST, "admin-file-wrong", back)
        }
        Err(ExportError::NoRoom(failed)) => error::unavailable(&page, &failed),
    }
}

/// The next thousand of them from here on, as cards to be printed.
pub(super) async fn cards(
    State(app): State<Arc<App>>,
    Visit { page, session }: Visit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    let user_id = session.user_id.as_str().into();
    match voucher_cards::file(&app, &user_id, &wanted(&fields), page.language).await {
        Ok(printed) => voucher_cards_api::send(printed),
        Err(CardsError::Limited(wait)) => error::too_many(&page, wait),
        Err(CardsError::Storage(failed)) => error::unavailable(&page, &failed),
        Err(CardsError::Field(_) | CardsError::Nothing) => {
            let back = Some((VOUCHERS, "admin-all-vouchers"));
            error::say(&page, StatusCode::NOT_FOUND, "admin-cards-none", back)
        }
        Err(CardsError::Broken(failed)) => {
            tracing::error!(%failed, "cards were not printed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
