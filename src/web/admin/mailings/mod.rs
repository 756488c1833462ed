//! Vouchers that are sent by mail: asking for a mailing, and what became of its letters.

mod list;
mod new;
mod one;
mod typed;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use sovereign_domain::mailing::MailingState;
use uuid::Uuid;

use crate::app::App;
use crate::usecase::mailings::Mailing;
use crate::web::page::Page;

const MAIL: &str = "/admin/vouchers/mail";
/// A form with as many addresses as there can be, each as long as it can be, takes less.
const MAX_FORM_BYTES: usize = 4 * 1024 * 1024;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/admin/vouchers/mail", get(list::show))
        .route(
            "/admin/vouchers/mail/new",
            get(new::show).post(new::press).layer(DefaultBodyLimit::max(MAX_FORM_BYTES)),
        )
        .route("/admin/vouchers/mail/{id}", get(one::show).post(one::press))
        .route("/admin/vouchers/mail/{id}/addresses.csv", get(one::file))
}

/// The page of a mailing.
fn of_mailing(id: Uuid) -> String {
    format!("{MAIL}/{id}")
}

/// What it is, in words.
fn title(page: &Page, mailing: &Mailing) -> String {
    page.count("admin-mail-to", mailing.total)
}

fn status_text(page: &Page, state: MailingState) -> String {
    page.text(match state {
        MailingState::Running => "admin-mail-runs",
        MailingState::Cancelled => "admin-mail-stopped",
        MailingState::Done => "admin-mail-done",
    })
}
