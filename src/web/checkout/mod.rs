//! Ordering: what an Organization is to have, what of it credit pays and what a card, and one button that says
//! what happens. Nothing is reckoned here: a page shows a preview of the checkout, and the button sends it.

mod chosen;
mod done;
mod offer;
mod order;
mod show;
mod view;
mod voucher;
mod words;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use sovereign_domain::event::Actor;

use super::account;
use super::page::Page;
use crate::app::App;
use crate::limits::{Key, Quota};

pub(super) use self::chosen::Chosen;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/checkout", get(show::show).post(order::press))
        .route("/checkout/voucher", post(voucher::enter))
        .route("/checkout/done", get(done::show))
}

/// Who is there, and from where.
struct Visit {
    actor: Actor,
    from: IpAddr,
}

impl Visit {
    /// Whoever is signed in; or the way to sign in and come back to `here`.
    async fn begin(
        app: &App,
        page: &Page,
        headers: &HeaderMap,
        (request_id, from): (String, IpAddr),
        here: &str,
    ) -> Result<Self, Response> {
        let session = account::signed_in(app, page, headers, here).await?;
        Ok(Self { actor: Actor { user_id: session.user_id.into(), request_id }, from })
    }

    /// The limits of a checkout, and of asking what it comes to.
    fn quotas(&self) -> [(Quota, Key<'_>); 2] {
        [
            (Quota::CheckoutByAddress, Key::Address(self.from)),
            (Quota::CheckoutByUser, Key::User(&self.actor.user_id)),
        ]
    }
}
