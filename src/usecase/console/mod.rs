//! What the pages of an Organization show to whoever is in it. Nothing is changed here: what people do on the
//! pages is in the other use cases.

mod apps;
mod card;
mod closing;
mod home;
mod offers;

use sovereign_domain::ids::UserId;
use sovereign_domain::organization::MemberRole;

pub(crate) use self::apps::{ShownApp, apps};
pub(crate) use self::card::{SavedCard, card};
pub(crate) use self::closing::closing;
pub(crate) use self::home::{Home, NextBill, home};
pub(crate) use self::offers::{Offer, offers};
use crate::app::App;
use crate::storage;
use crate::storage::organizations::{
    self as rows, MemberRow, OrganizationRow, list_for_member, role_of,
};

/// An Organization, and what whoever looks at it is there.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) organization: OrganizationRow,
    pub(crate) role: MemberRole,
}

/// The Organization at an address; `None` where there is none, or the user is not in it.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn enter(
    app: &App,
    user_id: &UserId,
    slug: &str,
) -> storage::Result<Option<Place>> {
    let mut tx = app.store.read_as(user_id).await?;
    let own = list_for_member(&mut tx, user_id).await?;
    let Some(organization) = own.into_iter().find(|one| one.slug == slug) else { return Ok(None) };
    let role = role_of(&mut tx, &organization.id, user_id).await?;
    Ok(role.map(|role| Place { organization, role }))
}

/// The members of an Organization, for one of them.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn members(
    app: &App,
    user_id: &UserId,
    tenant_id: &str,
) -> storage::Result<Vec<MemberRow>> {
    let mut tx = app.store.read_as(user_id).await?;
    rows::members(&mut tx, tenant_id).await
}
