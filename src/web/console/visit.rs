//! Who looks at a page of an Organization, or presses a button there.

use axum::http::HeaderMap;
use axum::response::Response;
use sovereign_domain::event::Actor;
use sovereign_domain::ids::UserId;

use super::super::fields::Fields;
use super::super::page::Page;
use super::super::{account, error, form};
use super::frame::{Frame, address};
use super::refused;
use crate::app::App;
use crate::usecase::console::{self, Place};
use crate::usecase::sessions::Standing;

/// Somebody who is in the Organization.
pub(in super::super) struct Visit {
    pub(in super::super) session: Standing,
    pub(in super::super) place: Place,
}

impl Visit {
    pub(in super::super) fn user_id(&self) -> UserId {
        self.session.user_id.as_str().into()
    }

    pub(in super::super) fn actor(&self, request_id: String) -> Actor {
        Actor { user_id: self.user_id(), request_id }
    }

    pub(in super::super) fn tenant_id(&self) -> &str {
        &self.place.organization.id
    }

    pub(in super::super) fn address(&self, part: &str) -> String {
        address(&self.place.organization.slug, part)
    }

    pub(in super::super) fn frame<'a>(
        &'a self,
        page: &'a Page,
        current: &'static str,
    ) -> Frame<'a> {
        let organization = &self.place.organization;
        let names = (organization.slug.as_str(), organization.name.as_str());
        Frame::new(page, names, self.place.role, current).placed(organization)
    }

    pub(in super::super) fn may_spend(&self) -> bool {
        self.place.role.may_spend()
    }
}

/// Whoever looks at a page of the Organization at `slug`; else the way to sign in, or that there is none.
pub(in super::super) async fn enter(
    app: &App,
    page: &Page,
    headers: &HeaderMap,
    slug: &str,
) -> Result<Visit, Response> {
    enter_by(app, page, headers, (slug, &page.here)).await
}

/// The same, where whoever signs in first comes back to `here`.
pub(in super::super) async fn enter_by(
    app: &App,
    page: &Page,
    headers: &HeaderMap,
    (slug, here): (&str, &str),
) -> Result<Visit, Response> {
    let session = account::signed_in(app, page, headers, here).await?;
    let user_id = session.user_id.as_str().into();
    match console::enter(app, &user_id, slug).await {
        Ok(Some(place)) => Ok(Visit { session, place }),
        Ok(None) => Err(refused::unknown(page)),
        Err(failed) => Err(error::unavailable(page, &failed)),
    }
}

/// The same of whoever pressed a button there: the form is this browser's own.
pub(super) async fn pressed(
    app: &App,
    page: &Page,
    headers: &HeaderMap,
    (slug, fields): (&str, &Fields),
) -> Result<Visit, Response> {
    if form::sender(app, headers, fields.get("form_token")).is_none() {
        return Err(error::stale_form(page));
    }
    enter(app, page, headers, slug).await
}
