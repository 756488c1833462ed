//! How the Sovereign shows itself: reading it for pages and letters, and setting it.

mod change;
mod fields;
pub(crate) mod keycloak_theme;

use sovereign_domain::timestamp::Timestamp;

pub(crate) use self::change::{BrandingError, Desk, Wish, change};
pub(crate) use self::fields::Wishes;

use crate::app::App;
use crate::branding::contrast::Colour;
use crate::branding::logo::{Kind, Logo};
use crate::branding::{Accents, Branding, Support};
use crate::storage::branding::{self as rows, BrandingRow};
use crate::storage::{self, Store, Tx};

/// What is set, as it was entered.
#[derive(Debug, Clone)]
pub(crate) struct Set {
    pub(crate) row: BrandingRow,
    pub(crate) logo: Option<Logo>,
    /// Absent where nothing was ever set.
    pub(crate) updated_at: Option<Timestamp>,
}

impl From<BrandingRow> for Set {
    fn from(row: BrandingRow) -> Self {
        Self { logo: logo_of(&row), updated_at: row.updated_at.map(|at| at.0), row }
    }
}

fn logo_of(row: &BrandingRow) -> Option<Logo> {
    let kind = row.logo_kind.as_deref().and_then(Kind::parse)?;
    Some(Logo { kind, digest: row.logo_digest.clone()? })
}

/// The accents of a row, where it has one.
fn accents(row: &BrandingRow) -> Option<Accents> {
    Accents::of(Colour::parse(&row.accent), Colour::parse(&row.accent_dark))
}

/// What is set.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn read(store: &Store) -> storage::Result<Set> {
    let mut tx = store.read().await?;
    Ok(rows::find(&mut tx).await?.into())
}

/// What the Sovereign shows of itself now.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn load(app: &App) -> storage::Result<Branding> {
    let mut tx = app.store.read().await?;
    of(app, &mut tx).await
}

/// The branding of a Sovereign of this name, whose pages are configured to be there, with or without a running server.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn of_store(
    store: &Store,
    (fqdn, url): (&str, &str),
) -> storage::Result<Branding> {
    let mut tx = store.read().await?;
    Ok(shown_as((fqdn, url), rows::find(&mut tx).await?))
}

/// [`load`], where there is a transaction already.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn of(app: &App, tx: &mut Tx) -> storage::Result<Branding> {
    Ok(shown(app, rows::find(tx).await?))
}

/// Where people find the pages, without a slash at the end: everything that leads there begins with this.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn address(app: &App) -> storage::Result<String> {
    Ok(load(app).await?.address)
}

/// What the Sovereign would show of itself, were this set. Nothing is.
///
/// # Errors
/// [`BrandingError`].
pub(crate) async fn look(app: &App, wishes: &Wishes) -> Result<Branding, BrandingError> {
    let mut tx = app.store.read().await?;
    let row = wishes.apply(&rows::find(&mut tx).await?)?;
    Ok(shown(app, row))
}

/// What is shown where nothing is set, or where it cannot be read.
pub(crate) fn ours(app: &App) -> Branding {
    shown(app, BrandingRow::default())
}

fn shown(app: &App, row: BrandingRow) -> Branding {
    shown_as((&app.facts.fqdn, &app.configured_url), row)
}

/// The same of a Sovereign of this name, whose pages are there where no host is set.
fn shown_as((fqdn, url): (&str, &str), row: BrandingRow) -> Branding {
    let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
    let (accents, logo) = (accents(&row), logo_of(&row));
    let is_named = !row.name.is_empty();
    let name = or(row.name, fqdn);
    Branding {
        name_ar: or(row.name_ar, &name),
        name,
        is_named,
        accents,
        logo,
        support: Support {
            email: row.support_email,
            phone: row.support_phone,
            url: row.support_url,
        },
        terms: row.terms,
        terms_ar: row.terms_ar,
        address: match row.host.as_str() {
            "" => url.to_owned(),
            host => format!("https://{host}"),
        },
    }
}

/// The bytes of the logo with this file name, and its kind, while it is the logo.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn logo(app: &App, name: &str) -> storage::Result<Option<(Kind, Vec<u8>)>> {
    let parts = name.strip_prefix("logo-").and_then(|rest| rest.split_once('.'));
    let Some((digest, ending)) = parts else { return Ok(None) };
    let Some(kind) = Kind::parse(ending) else { return Ok(None) };
    let mut tx = app.store.read().await?;
    let bytes = rows::logo(&mut tx, kind.as_str(), digest).await?;
    Ok(bytes.map(|bytes| (kind, bytes)))
}
