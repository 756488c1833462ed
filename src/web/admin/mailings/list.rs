//! The list of mailings.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::frame::{Frame, VOUCHERS};
use super::super::visit::Visit;
use super::{MAIL, of_mailing, status_text, title};
use crate::app::App;
use crate::usecase::mailings::{self, Mailing};
use crate::usecase::paging::PageError;
use crate::web::error;
use crate::web::fields::Fields;
use crate::web::page::{Page, address};

/// How many are on a page.
const PAGE_SIZE: i64 = 50;

#[derive(Template)]
#[template(path = "web/admin/mailings.html")]
struct ListPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    mailings: Vec<Shown>,
    newest: Option<&'static str>,
    next: Option<String>,
}

/// A row, in the reader's language.
struct Shown {
    title: String,
    address: String,
    status: &'static str,
    status_text: String,
    sent: String,
    failed: String,
    asked: String,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    let after = fields.find("after");
    match mailings::list(&app.store, after, PAGE_SIZE).await {
        Ok(found) => {
            let list = ListPage {
                page: &page,
                frame: Frame::new(&page, VOUCHERS),
                mailings: found.rows.iter().map(|one| shown(&page, one)).collect(),
                newest: after.map(|_| MAIL),
                next: found.next.map(|next| address(MAIL, &[("after", &next)])),
            };
            page.render(StatusCode::OK, &list)
        }
        Err(PageError::Field(_)) => {
            let back = Some((MAIL, "admin-all-mail"));
            error::say(&page, StatusCode::BAD_REQUEST, "admin-mail-unknown", back)
        }
        Err(PageError::Storage(failed)) => error::unavailable(&page, &failed),
    }
}

fn shown(page: &Page, mailing: &Mailing) -> Shown {
    Shown {
        title: title(page, mailing),
        address: of_mailing(mailing.id),
        status: mailing.state.as_str(),
        status_text: status_text(page, mailing.state),
        sent: page.share(mailing.sent, mailing.total),
        failed: page.digits.write(&mailing.failed.to_string()),
        asked: page.moment(mailing.created_at),
    }
}
