//! The Sovereign's `EnvironmentPolicy`: reading it, setting it, and what it says where no order is decided.

mod wish;

use serde_json::json;
use sovereign_domain::catalog::{Catalog, Quote};
use sovereign_domain::environment::EnvironmentName;
use sovereign_domain::event::{Actor, AuditEntry};
use sovereign_domain::ids::IdSource;
use sovereign_domain::policy::{Policy, PolicyRefusal};
use sovereign_domain::services::Dedicated;
use sovereign_domain::timestamp::Timestamp;

pub(crate) use self::wish::{ApprovalWish, PolicyWish};

use super::paging::{self, Page};
use super::vouchers::FieldError;
use crate::storage::audit::{self, Change};
use crate::storage::cursor::Cursor;
use crate::storage::policies::{self as rows, PolicyRow};
use crate::storage::{self, Store, Tx, catalog};

/// What the audit log calls it.
const SUBJECT: &str = "environment-policy";

/// Why the policy was not read or set. Nothing of it changed.
#[derive(Debug)]
pub(crate) enum PolicyError {
    Field(FieldError),
    /// Somebody else has set it since; this is the version that there is now.
    Changed {
        version: i64,
    },
    Storage(storage::Error),
}

impl From<FieldError> for PolicyError {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

impl From<storage::Error> for PolicyError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// A policy, and who set it; nobody has where it is version zero, which allows everything.
#[derive(Debug, Clone, Default)]
pub(crate) struct Standing {
    pub(crate) version: i64,
    pub(crate) policy: Policy,
    pub(crate) set: Option<(String, Timestamp)>,
}

impl From<PolicyRow> for Standing {
    fn from(row: PolicyRow) -> Self {
        let set = Some((row.set_by, row.set_at.0));
        Self { version: row.version, policy: row.policy.0, set }
    }
}

/// The policy in force.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn current(store: &Store) -> storage::Result<Standing> {
    let newest = rows::newest(&mut store.read().await?).await?;
    Ok(newest.map_or_else(Standing::default, Standing::from))
}

/// A page of all versions, newest first.
///
/// # Errors
/// [`PolicyError`].
pub(crate) async fn versions(
    store: &Store,
    after: Option<&str>,
    limit: i64,
) -> Result<Page<Standing>, PolicyError> {
    let cursor = paging::read(after)?;
    let before = match after {
        None => i64::MAX,
        Some(_) => cursor
            .key
            .parse()
            .map_err(|_| FieldError::new("after", "after must be taken from a Link header"))?,
    };
    let mut tx = store.read().await?;
    let found = rows::before(&mut tx, before, limit.saturating_add(1)).await?;
    let page = paging::page(found, limit, |row| Cursor {
        created_at: row.set_at.0,
        key: row.version.to_string(),
    });
    Ok(Page { rows: page.rows.into_iter().map(Standing::from).collect(), next: page.next })
}

/// Who sets the policy, with or without a running server.
pub(crate) struct Desk<'a> {
    pub(crate) store: &'a Store,
    /// As configured; prod of every Organization is in the first.
    pub(crate) regions: &'a [String],
    pub(crate) now: Timestamp,
    pub(crate) actor: &'a Actor,
    pub(crate) ids: &'a mut (dyn IdSource + Send),
}

/// Sets the policy in place of version `replaces`, or of whichever there is. What is the same as that is no
/// new version.
///
/// # Errors
/// [`PolicyError`].
pub(crate) async fn set(
    desk: &mut Desk<'_>,
    wish: &PolicyWish,
    replaces: Option<i64>,
) -> Result<Standing, PolicyError> {
    let mut tx = desk.store.begin().await?;
    // First, so that who else sets it waits here, and what is cached is read again.
    catalog::begin_change(&mut tx).await?;
    let before = rows::newest(&mut tx).await?.map_or_else(Standing::default, Standing::from);
    if replaces.is_some_and(|version| version != before.version) {
        return Err(PolicyError::Changed { version: before.version });
    }
    let catalog = catalog::prices(&mut tx).await?;
    let policy = wish.resolve(&catalog, desk.regions)?;
    if before.version > 0 && policy == before.policy {
        return Ok(before);
    }
    let (version, by) = (before.version.saturating_add(1), &*desk.actor.user_id.0);
    rows::insert(&mut tx, (version, &policy), by, desk.now).await?;
    let entry = AuditEntry {
        id: desk.ids.next_id(),
        at: desk.now,
        actor: desk.actor.clone(),
        action: "policy.set",
        subject: SUBJECT.to_owned(),
        tenant_id: None,
    };
    let noted = |version: i64, policy: &Policy| json!({ "version": version, "policy": policy });
    let change = Change {
        before: (before.version > 0).then(|| noted(before.version, &before.policy)),
        after: Some(noted(version, &policy)),
    };
    audit::record(&mut tx, &[(entry, change)]).await?;
    tx.commit().await?;
    Ok(Standing { version, policy, set: Some((by.to_owned(), desk.now)) })
}

/// What a policy would be, without setting it.
///
/// # Errors
/// [`PolicyError`].
pub(crate) async fn check(
    store: &Store,
    wish: &PolicyWish,
    regions: &[String],
) -> Result<Policy, PolicyError> {
    let catalog = catalog::prices(&mut store.read().await?).await?;
    Ok(wish.resolve(&catalog, regions)?)
}

/// Refuses an Organization that begins with what the policy forbids. What needs an approval can be chosen: it
/// is asked for when it is ordered.
pub(super) fn permit_new(
    catalog: &Catalog,
    quote: &Quote,
    region: &str,
) -> Result<(), PolicyRefusal> {
    catalog.policy.permit_environment(EnvironmentName::Prod, region)?;
    catalog.policy.permit(&catalog.selection_of(quote), None)
}

/// Refuses another plan for a subscription that goes on, where that is no order: `held` is the plan that it
/// has, by identifier.
pub(super) async fn permit_plan(
    tx: &mut Tx,
    catalog: &Catalog,
    quote: &Quote,
    (tenant_id, held): (&str, &str),
    now: Timestamp,
) -> storage::Result<Result<(), PolicyRefusal>> {
    let (addons, apps) = (&quote.addons, &quote.apps);
    let month = catalog.quote(held, addons, apps, &Dedicated::new());
    let month = month.map_or(0, |quote| quote.total_minor);
    let held = catalog.selection(held, addons, apps, month);
    let wanted = catalog.selection_of(quote);
    let standing = storage::approvals::standing(tx, &[tenant_id.into()]).await?;
    let approvals: Vec<_> = standing.into_iter().map(|(_, approval)| approval).collect();
    Ok(catalog.policy.permit_order(&wanted, Some(&held), &approvals, now))
}
