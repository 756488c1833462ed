//! Setting how the Sovereign shows itself: checked, versioned, and noted in the audit log.

use serde_json::{Value, json};
use sovereign_domain::event::{Actor, AuditEntry};
use sovereign_domain::ids::IdSource;
use sovereign_domain::timestamp::Timestamp;

use super::{Set, Wishes};
use crate::branding::logo::Logo;
use crate::storage::audit::{self, Change};
use crate::storage::branding::{self as rows, BrandingRow};
use crate::storage::{self, Store, Ts, Tx};
use crate::usecase::vouchers::FieldError;

/// What the audit log calls it.
const SUBJECT: &str = "branding";

/// What a change needs, with or without a running server.
pub(crate) struct Desk<'a> {
    pub(crate) store: &'a Store,
    pub(crate) now: Timestamp,
    pub(crate) actor: &'a Actor,
    pub(crate) ids: &'a mut (dyn IdSource + Send),
    /// The versions it may replace; any, where none are named.
    pub(crate) replaces: Option<&'a [i64]>,
}

/// Why nothing was changed.
#[derive(Debug)]
pub(crate) enum BrandingError {
    Field(FieldError),
    /// Somebody has changed it since it was read; this is the version by now.
    Changed {
        version: i64,
    },
    Storage(storage::Error),
}

impl From<FieldError> for BrandingError {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

impl From<storage::Error> for BrandingError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// What is to be set.
pub(crate) enum Wish<'a> {
    Members(Box<Wishes>),
    /// The logo's bytes; `None` takes it away.
    Logo(Option<&'a [u8]>),
}

/// Sets something; answers what is set then. What changes nothing is no new version.
///
/// # Errors
/// [`BrandingError`].
pub(crate) async fn change(desk: &mut Desk<'_>, wish: Wish<'_>) -> Result<Set, BrandingError> {
    match wish {
        Wish::Members(wishes) => set_members(desk, &wishes).await,
        Wish::Logo(bytes) => set_logo(desk, bytes).await,
    }
}

async fn set_members(desk: &mut Desk<'_>, wishes: &Wishes) -> Result<Set, BrandingError> {
    let (mut tx, before) = begin(desk).await?;
    let mut after = wishes.apply(&before)?;
    if after == before {
        return Ok(unchanged(before));
    }
    renew(desk, &mut after);
    rows::update(&mut tx, &after).await?;
    record(desk, &mut tx, "branding.change", (noted(&before), noted(&after))).await?;
    tx.commit().await?;
    Ok(after.into())
}

async fn set_logo(desk: &mut Desk<'_>, bytes: Option<&[u8]>) -> Result<Set, BrandingError> {
    let logo = bytes.map(Logo::of).transpose();
    let logo = logo.map_err(|what| FieldError::new("logo", format!("logo: {what}")))?;
    let (mut tx, before) = begin(desk).await?;
    let mut after = before.clone();
    after.logo_kind = logo.as_ref().map(|logo| logo.kind.as_str().to_owned());
    after.logo_digest = logo.map(|logo| logo.digest);
    if after == before {
        return Ok(unchanged(before));
    }
    renew(desk, &mut after);
    rows::update_logo(&mut tx, &after, bytes).await?;
    record(desk, &mut tx, "branding.logo", (noted_logo(&before), noted_logo(&after))).await?;
    tx.commit().await?;
    Ok(after.into())
}

async fn begin(desk: &mut Desk<'_>) -> Result<(Tx, BrandingRow), BrandingError> {
    let mut tx = desk.store.begin().await?;
    let row = rows::find_locked(&mut tx, desk.now).await?;
    match desk.replaces {
        Some(versions) if !versions.contains(&row.version) => {
            Err(BrandingError::Changed { version: row.version })
        }
        _ => Ok((tx, row)),
    }
}

/// The answer where nothing changed; the row that was made for the lock is no change.
fn unchanged(row: BrandingRow) -> Set {
    let updated_at = row.updated_at.filter(|_| row.version > 0);
    BrandingRow { updated_at, ..row }.into()
}

fn renew(desk: &Desk<'_>, row: &mut BrandingRow) {
    row.version = row.version.saturating_add(1);
    row.updated_at = Some(Ts(desk.now));
}

async fn record(
    desk: &mut Desk<'_>,
    tx: &mut Tx,
    action: &'static str,
    (before, after): (Value, Value),
) -> storage::Result<()> {
    let entry = AuditEntry {
        id: desk.ids.next_id(),
        at: desk.now,
        actor: desk.actor.clone(),
        action,
        subject: SUBJECT.to_owned(),
        tenant_id: None,
    };
    audit::record(tx, &[(entry, Change { before: Some(before), after: Some(after) })]).await
}

fn noted(row: &BrandingRow) -> Value {
    json!({
        "name": row.name,
        "name_ar": row.name_ar,
        "accent": row.accent,
        "accent_dark": row.accent_dark,
        "host": row.host,
        "support_email": row.support_email,
        "support_phone": row.support_phone,
        "support_url": row.support_url,
        "terms": row.terms,
        "terms_ar": row.terms_ar,
    })
}

/// Not its bytes: the digest tells whether a file is the one.
fn noted_logo(row: &BrandingRow) -> Value {
    json!({ "kind": row.logo_kind, "digest": row.logo_digest })
}
