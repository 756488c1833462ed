//! Usage: the price list of meters, reports of what was used, and what it comes to so far.

use serde_json::json;
use sovereign_domain::book::{Command, Outcome, RecordUsage, UsageVerdict};
use sovereign_domain::catalog::OrderLine;
use sovereign_domain::event::Actor;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::usage::{
    self as rules, MAX_PER_UNITS, MAX_PRICE_MINOR, UsageEvent, UsageLimit,
};

use super::audited;
use super::organizations::{OrganizationError, refuse_away};
use super::vouchers::{FieldError, IssueError};
use crate::app::App;
use crate::engine::EngineError;
use crate::storage::audit::{self, Change};
use crate::storage::usage::{self as rows, MeterRow};
use crate::storage::{self, Error, Tx, organizations, provisions};

const MAX_NAME_CHARS: usize = 100;

/// What is to become of a meter. What is absent stays; a new one needs its name and unit.
#[derive(Debug, Clone, Default)]
pub(crate) struct MeterChange {
    pub(crate) name: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) price_minor: Option<i64>,
    pub(crate) per_units: Option<i64>,
    pub(crate) active: Option<bool>,
}

/// The price list.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn meters(app: &App) -> storage::Result<Vec<MeterRow>> {
    rows::meters(&mut app.store.read().await?).await
}

/// Adds a meter, or changes it. A price counts for what is reported from now on.
///
/// # Errors
/// The member that is wrong; where the database fails.
pub(crate) async fn put_meter(
    app: &App,
    actor: &Actor,
    slug: &str,
    change: MeterChange,
) -> Result<MeterRow, IssueError> {
    check_slug(slug).map_err(IssueError::Field)?;
    let mut tx = app.store.begin().await?;
    let before = rows::meter(&mut tx, slug).await?;
    let after = change.apply(slug, before.as_ref()).map_err(IssueError::Field)?;
    rows::put_meter(&mut tx, &after, app.clock.now()).await?;
    let entry = audited::entry(app, actor, "meter.put", slug, None);
    let change = Change { before: before.as_ref().map(told), after: Some(told(&after)) };
    audit::record(&mut tx, &[(entry, change)]).await?;
    tx.commit().await?;
    Ok(after)
}

fn told(meter: &MeterRow) -> serde_json::Value {
    json!({
        "name": meter.name, "unit": meter.unit, "price_minor": meter.price_minor,
        "per_units": meter.per_units, "active": meter.active,
    })
}

fn check_slug(slug: &str) -> Result<(), FieldError> {
    let letter_first = slug.starts_with(|c: char| c.is_ascii_lowercase());
    let allowed = slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if letter_first && allowed && (2..=63).contains(&slug.len()) && !slug.ends_with('-') {
        return Ok(());
    }
    let detail = "slug must be 2 to 63 of a-z, 0-9 and '-', start with a letter and not end in '-'";
    Err(FieldError::new("slug", detail))
}

impl MeterChange {
    fn apply(self, slug: &str, before: Option<&MeterRow>) -> Result<MeterRow, FieldError> {
        let text = |field, given: Option<String>, known: Option<&String>| {
            let text = given.or_else(|| known.cloned()).ok_or_else(|| {
                FieldError::new(field, format!("{field} is missing: a new meter needs one"))
            })?;
            let chars = text.chars().count();
            if text.trim().is_empty()
                || chars > MAX_NAME_CHARS
                || text.chars().any(char::is_control)
            {
                let detail = format!(
                    "{field} must be 1 to {MAX_NAME_CHARS} characters, not all of them spaces and none a \
                     control character"
                );
                return Err(FieldError::new(field, detail));
            }
            Ok(text)
        };
        let name = text("name", self.name, before.map(|meter| &meter.name))?;
        let unit = text("unit", self.unit, before.map(|meter| &meter.unit))?;
        if before.is_some_and(|meter| meter.unit != unit) {
            let detail = "the unit of a meter stays, or what was counted would become something else; \
                          make another meter";
            return Err(FieldError::new("unit", detail));
        }
        let number = |field, given: Option<i64>, known: i64, least, most| {
            let number = given.unwrap_or(known);
            if (least..=most).contains(&number) {
                return Ok(number);
            }
            let detail = format!("{field} must be a whole number from {least} to {most}");
            Err(FieldError::new(field, detail))
        };
        let price_minor = before.map_or(0, |meter| meter.price_minor);
        let per_units = before.map_or(1, |meter| meter.per_units);
        Ok(MeterRow {
            slug: slug.to_owned(),
            name,
            unit,
            price_minor: number("price_minor", self.price_minor, price_minor, 0, MAX_PRICE_MINOR)?,
            per_units: number("per_units", self.per_units, per_units, 1, MAX_PER_UNITS)?,
            active: self.active.unwrap_or_else(|| before.is_none_or(|meter| meter.active)),
        })
    }
}

/// Counts what was used; answers what became of each report, in their order.
///
/// # Errors
/// [`EngineError`]; nothing was counted, and asking again is safe.
pub(crate) async fn record(
    app: &App,
    actor: Actor,
    events: Vec<UsageEvent>,
) -> Result<Vec<UsageVerdict>, EngineError> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    match app.engine.submit(Command::RecordUsage(RecordUsage { actor, events })).await? {
        Outcome::UsageRecorded(verdicts) => Ok(verdicts),
        _ => Err(EngineError::Broken),
    }
}

/// What an Organization used since its last bill, and what it would be billed at now.
pub(crate) struct Estimate {
    /// Of its subscription, where it has one that is billed here.
    pub(crate) period: Option<(Timestamp, Timestamp)>,
    /// A line for each meter and price.
    pub(crate) lines: Vec<OrderLine>,
    /// Before tax that is added.
    pub(crate) total_minor: i64,
    pub(crate) limit: UsageLimit,
}

/// # Errors
/// Where the database fails.
pub(crate) async fn estimate(tx: &mut Tx, tenant_id: &str) -> storage::Result<Estimate> {
    let totals = rows::open(tx, tenant_id).await?;
    let beyond = || Error::corrupt("usage_totals", format!("the amounts of {tenant_id}"));
    Ok(Estimate {
        period: rows::period(tx, tenant_id).await?.map(|(start, end)| (start.0, end.0)),
        lines: rules::lines(&totals).ok_or_else(beyond)?,
        total_minor: rules::estimate_minor(&totals).ok_or_else(beyond)?,
        limit: rows::limit(tx, tenant_id).await?,
    })
}

/// The name of an Organization, for a letter.
pub(super) async fn organization(tx: &mut Tx, tenant_id: &str) -> storage::Result<Option<String>> {
    rows::organization(tx, tenant_id).await
}

/// Sets what an Organization lets itself spend on usage between two bills, in minor units; `None` = as much as
/// there is.
///
/// # Errors
/// [`OrganizationError`]; the caller is not in it, or is no owner or admin of it.
pub(crate) async fn set_limit(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
    limit_minor: Option<i64>,
) -> Result<Estimate, OrganizationError> {
    let mut tx = app.store.begin().await?;
    let role = organizations::role_of(&mut tx, tenant_id, &actor.user_id).await?;
    if !role.ok_or(OrganizationError::NotFound)?.may_spend() {
        return Err(OrganizationError::Forbidden);
    }
    // In the order in which a move takes both.
    provisions::lock_organization(&mut tx, tenant_id).await?;
    refuse_away(&mut tx, tenant_id).await?;
    let before = rows::limit(&mut tx, tenant_id).await?.limit_minor;
    rows::set_limit(&mut tx, tenant_id, limit_minor, app.clock.now()).await?;
    let entry = audited::entry(app, actor, "usage.limit", tenant_id, Some(tenant_id));
    let told = |limit_minor: Option<i64>| Some(json!({ "limit_minor": limit_minor }));
    let change = Change { before: told(before), after: told(limit_minor) };
    audit::record(&mut tx, &[(entry, change)]).await?;
    let estimate = estimate(&mut tx, tenant_id).await?;
    tx.commit().await?;
    Ok(estimate)
}
