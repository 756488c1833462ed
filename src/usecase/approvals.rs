//! Approvals: an Organization asks for what the policy wants one for, and an administrator decides. Given, one
//! stands until it is revoked or ends; the request is all that the administrator sees of the Organization.

use serde_json::json;
use sovereign_domain::book::LetterKind;
use sovereign_domain::catalog::Catalog;
use sovereign_domain::event::Actor;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::audited;
use super::organizations::{OrganizationError, refuse_away};
use super::paging::{self, Page};
use super::vouchers::FieldError;
use crate::app::App;
use crate::storage::approvals::{self as rows, ApprovalRow, Decision, NewRequest};
use crate::storage::cursor::Cursor;
use crate::storage::{self, Tx, catalog, letters, organizations};

const MAX_TEXT_CHARS: usize = 1_000;
const MAX_ENTRIES: usize = 200;
/// Requests of one Organization that wait at once.
const MAX_WAITING: i64 = 20;
const MAX_VALID_DAYS: i64 = 3_660;

pub(crate) const REQUESTED: &str = "requested";
pub(crate) const APPROVED: &str = "approved";
pub(crate) const REFUSED: &str = "refused";
pub(crate) const REVOKED: &str = "revoked";
const STATES: [&str; 4] = [REQUESTED, APPROVED, REFUSED, REVOKED];

/// Why an approval was not asked for, listed or decided.
#[derive(Debug)]
pub(crate) enum ApprovalError {
    Organization(OrganizationError),
    /// There is no such request.
    Unknown,
    /// So many wait already.
    TooManyWaiting,
    /// Whoever asked does not answer.
    OwnRequest,
    /// It is in this state, which is not the one it would have to be in.
    InState(String),
}

impl<E: Into<OrganizationError>> From<E> for ApprovalError {
    fn from(error: E) -> Self {
        Self::Organization(error.into())
    }
}

/// What an Organization asks for; apps by identifier or slug.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) apps: Vec<String>,
    pub(crate) tiers: Vec<String>,
    /// What a month is to be allowed to cost, before tax that is added.
    pub(crate) monthly_minor: Option<i64>,
    pub(crate) reason: String,
}

/// Asks for an approval, by an owner or admin of the Organization.
///
/// # Errors
/// [`ApprovalError`].
pub(crate) async fn request(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
    wanted: &Wanted,
) -> Result<ApprovalRow, ApprovalError> {
    let mut tx = app.store.begin().await?;
    let found = organizations::find_for_member(&mut tx, tenant_id, &actor.user_id).await?;
    let (_, role) = found.ok_or(OrganizationError::NotFound)?;
    if !role.may_spend() {
        return Err(OrganizationError::Forbidden.into());
    }
    let prices = catalog::prices(&mut tx).await?;
    let reason = text("reason", &wanted.reason)?;
    if reason.is_empty() {
        return Err(FieldError::new("reason", "reason must say why it is needed").into());
    }
    let (apps, tiers) = (apps(&prices, &wanted.apps)?, tiers(&wanted.tiers)?);
    let monthly_minor = wanted.monthly_minor;
    if monthly_minor.is_some_and(|minor| minor <= 0) {
        let detail = "monthly_minor must be above zero, in minor units of the currency";
        return Err(FieldError::new("monthly_minor", detail).into());
    }
    if apps.is_empty() && tiers.is_empty() && monthly_minor.is_none() {
        let detail = "name what is to be approved: apps, tiers or monthly_minor";
        return Err(FieldError::new("apps", detail).into());
    }
    refuse_away(&mut tx, tenant_id).await?;
    if rows::waiting(&mut tx, tenant_id).await? >= MAX_WAITING {
        return Err(ApprovalError::TooManyWaiting);
    }
    let (id, requested_by) = (app.new_id(), &*actor.user_id.0);
    let new = NewRequest { id, tenant_id, apps, tiers, monthly_minor, reason, requested_by };
    rows::insert(&mut tx, &new, app.clock.now()).await?;
    let row = rows::find(&mut tx, id).await?.ok_or(ApprovalError::Unknown)?;
    record(app, &mut tx, actor, "approval.request", &row).await?;
    tx.commit().await?;
    Ok(row)
}

/// What an Organization asked for, newest first, for its members.
///
/// # Errors
/// [`ApprovalError`].
pub(crate) async fn list_of(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
    (after, limit): (Option<&str>, i64),
) -> Result<Page<ApprovalRow>, ApprovalError> {
    let mut tx = app.store.read().await?;
    let found = organizations::find_for_member(&mut tx, tenant_id, &actor.user_id).await?;
    found.ok_or(OrganizationError::NotFound)?;
    page(&mut tx, (Some(tenant_id), None), after, limit).await
}

/// What all Organizations asked for, newest first: in one state, or all.
///
/// # Errors
/// [`ApprovalError`].
pub(crate) async fn list_all(
    app: &App,
    state: Option<&str>,
    (after, limit): (Option<&str>, i64),
) -> Result<Page<ApprovalRow>, ApprovalError> {
    if state.is_some_and(|state| !STATES.contains(&state)) {
        let detail = "state must be requested, approved, refused or revoked";
        return Err(FieldError::new("state", detail).into());
    }
    page(&mut app.store.read().await?, (None, state), after, limit).await
}

/// What an Organization asked for, for an administrator.
///
/// # Errors
/// [`ApprovalError`].
pub(crate) async fn find(app: &App, id: Uuid) -> Result<ApprovalRow, ApprovalError> {
    let found = rows::find(&mut app.store.read().await?, id).await?;
    found.ok_or(ApprovalError::Unknown)
}

async fn page(
    tx: &mut Tx,
    which: (Option<&str>, Option<&str>),
    after: Option<&str>,
    limit: i64,
) -> Result<Page<ApprovalRow>, ApprovalError> {
    let cursor = paging::read(after)?;
    let id = match after {
        None => Uuid::max(),
        Some(_) => Uuid::parse_str(&cursor.key)
            .map_err(|_| FieldError::new("after", "after must be taken from a Link header"))?,
    };
    let place = (cursor.created_at, id);
    let found = rows::list(tx, which, place, limit.saturating_add(1)).await?;
    Ok(paging::page(found, limit, |row| Cursor {
        created_at: row.requested_at.0,
        key: row.id.to_string(),
    }))
}

/// What an administrator decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// For so many days, or until it is revoked.
    Approve {
        valid_days: Option<i64>,
    },
    Refuse,
    /// Of one that was approved. What was ordered with it goes on.
    Revoke,
}

impl Verdict {
    const fn letter(self) -> LetterKind {
        match self {
            Self::Approve { .. } => LetterKind::ApprovalGiven,
            Self::Refuse => LetterKind::ApprovalRefused,
            Self::Revoke => LetterKind::ApprovalRevoked,
        }
    }

    /// The state that it is decided in, the one that comes of it, and what the audit log calls that.
    const fn states(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Approve { .. } => (REQUESTED, APPROVED, "approval.approve"),
            Self::Refuse => (REQUESTED, REFUSED, "approval.refuse"),
            Self::Revoke => (APPROVED, REVOKED, "approval.revoke"),
        }
    }

    fn expires_at(self, now: Timestamp) -> Result<Option<Timestamp>, FieldError> {
        match self {
            Self::Approve { valid_days: Some(days) } if (1..=MAX_VALID_DAYS).contains(&days) => {
                Ok(Some(now.plus_days(days)))
            }
            Self::Approve { valid_days: Some(_) } => {
                let detail = format!("valid_days must be 1 to {MAX_VALID_DAYS}, or absent");
                Err(FieldError::new("valid_days", detail))
            }
            _ => Ok(None),
        }
    }
}

/// Decides a request, by somebody other than who asked.
///
/// # Errors
/// [`ApprovalError`].
pub(crate) async fn decide(
    app: &App,
    actor: &Actor,
    id: Uuid,
    (verdict, note): (Verdict, Option<&str>),
) -> Result<ApprovalRow, ApprovalError> {
    let now = app.clock.now();
    let note = note.map(|note| text("note", note)).transpose()?.filter(|note| !note.is_empty());
    let expires_at = verdict.expires_at(now)?;
    let mut tx = app.store.begin().await?;
    let row = rows::find_locked(&mut tx, id).await?.ok_or(ApprovalError::Unknown)?;
    let (from, state, action) = verdict.states();
    if verdict != Verdict::Revoke && row.requested_by == *actor.user_id.0 {
        return Err(ApprovalError::OwnRequest);
    }
    if row.state != from {
        return Err(ApprovalError::InState(row.state));
    }
    refuse_away(&mut tx, &row.tenant_id).await?;
    let decision = Decision { state, by: &actor.user_id.0, note, expires_at };
    rows::decide(&mut tx, id, decision, now).await?;
    let row = rows::find(&mut tx, id).await?.ok_or(ApprovalError::Unknown)?;
    record(app, &mut tx, actor, action, &row).await?;
    let letter = (app.new_id(), verdict.letter());
    letters::insert_about(&mut tx, letter, (&row.tenant_id, Some(id)), now).await?;
    tx.commit().await?;
    Ok(row)
}

async fn record(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    action: &'static str,
    row: &ApprovalRow,
) -> storage::Result<()> {
    let entry = audited::entry(app, actor, action, &row.id.to_string(), Some(&row.tenant_id));
    let after = json!({
        "state": row.state, "apps": row.apps.0, "tiers": row.tiers.0,
        "monthly_minor": row.monthly_minor, "note": row.note,
        "expires_at": row.expires_at.map(|at| at.0),
    });
    audited::record(tx, entry, after).await
}

fn text<'a>(field: &'static str, text: &'a str) -> Result<&'a str, FieldError> {
    let text = text.trim();
    if text.chars().count() > MAX_TEXT_CHARS {
        let detail = format!("{field} must have at most {MAX_TEXT_CHARS} characters");
        return Err(FieldError::new(field, detail));
    }
    Ok(text)
}

/// The slugs behind references, each once.
fn apps(catalog: &Catalog, references: &[String]) -> Result<Vec<String>, FieldError> {
    let found = catalog.apps.resolve(references).map_err(|index| {
        FieldError::new("apps", format!("apps[{index}] names no app; see GET /catalog/apps"))
    })?;
    Ok(found.into_iter().map(|app| app.slug.clone()).collect())
}

/// Tiers, as they may be called.
fn tiers(names: &[String]) -> Result<Vec<String>, FieldError> {
    let is_name = |name: &String| {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        (1..=40).contains(&name.len()) && name.chars().all(inner)
    };
    if names.len() > MAX_ENTRIES {
        let detail = format!("tiers must have at most {MAX_ENTRIES} entries");
        return Err(FieldError::new("tiers", detail));
    }
    match names.iter().position(|name| !is_name(name)) {
        Some(index) => {
            let detail = format!("tiers[{index}] must be a tier of apps, such as premium");
            Err(FieldError::new("tiers", detail))
        }
        None => Ok(names.to_vec()),
    }
}
