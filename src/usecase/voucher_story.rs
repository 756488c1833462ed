//! What became of a voucher: what was done to it, by whom, and who redeemed it; newest first, a page at a time.

use serde_json::Value;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::Voucher;
use uuid::Uuid;

use super::paging::cut;
use super::read_audit::Place;
use crate::app::App;
use crate::storage::voucher_story::{self as rows, DoneRow, RedemptionRow};
use crate::storage::{self, Error, Store};

/// A voucher that was redeemed more often than this has many redemptions: they are not put in order all at once.
pub(super) const FEW: i64 = 5_000;
/// The most redemptions, of all vouchers, that one page looks at: where few are this one's, it ends early and says
/// where to go on.
pub(super) const REACH: i64 = 100_000;

/// What an issuer sets, by the name that the wire has for it.
const MEMBERS: [&str; 7] = [
    "credit_minor",
    "description",
    "active",
    "max_redemptions",
    "credit_valid_days",
    "campaign",
    "tags",
];

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Issued,
    Edited,
    Paused,
    Resumed,
    Revoked,
    BroughtBack,
    /// Its tags are others.
    Tagged,
}

impl Kind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Edited => "edited",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Revoked => "revoked",
            Self::BroughtBack => "brought_back",
            Self::Tagged => "tagged",
        }
    }
}

/// Something that an issuer set to something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) member: &'static str,
    /// Absent where it was issued with it.
    pub(crate) before: Option<Value>,
    pub(crate) after: Value,
}

/// Something that was done to a voucher.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    pub(crate) at: Timestamp,
    /// A user's identifier, or what did it by itself.
    pub(crate) actor: String,
    /// The address of a user who did it.
    pub(crate) email: Option<String>,
    pub(crate) kind: Kind,
    /// What is not as it was before; all of it where the voucher was issued.
    pub(crate) changes: Vec<Changed>,
}

/// A page, and the place where the next one begins.
#[derive(Debug)]
pub(crate) struct Part<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) next: Option<Place>,
}

/// What was done to a voucher.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn done(
    app: &App,
    voucher: &Voucher,
    (before, limit): (Option<Place>, i64),
) -> storage::Result<Part<Done>> {
    done_in(&app.store, voucher, (before, limit)).await
}

/// The same, with or without a running server.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn done_in(
    store: &Store,
    voucher: &Voucher,
    (before, limit): (Option<Place>, i64),
) -> storage::Result<Part<Done>> {
    let mut tx = store.read_across().await?;
    let found = rows::done(&mut tx, &voucher.code, start(before), limit.saturating_add(1)).await?;
    let part = part(found, limit, |row| row.id);
    let rows = part.rows.iter().map(told).collect::<storage::Result<_>>()?;
    Ok(Part { rows, next: part.next })
}

/// Who redeemed a voucher.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn redemptions(
    app: &App,
    voucher: &Voucher,
    (before, limit): (Option<Place>, i64),
) -> storage::Result<Part<RedemptionRow>> {
    redemptions_in(&app.store, voucher, (before, limit)).await
}

/// The same, with or without a running server.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn redemptions_in(
    store: &Store,
    voucher: &Voucher,
    (before, limit): (Option<Place>, i64),
) -> storage::Result<Part<RedemptionRow>> {
    let code = &voucher.code;
    let mut tx = store.read_across().await?;
    let (high, more) = (start(before), limit.saturating_add(1));
    if voucher.times_redeemed <= FEW {
        let found = rows::few_redemptions(&mut tx, code, high, more).await?;
        return Ok(part(found, limit, |row| row.id));
    }
    let reach = rows::reach(&mut tx, high, REACH).await?;
    let range = (reach.unwrap_or(Uuid::nil()), high);
    let found = rows::many_redemptions(&mut tx, code, range, more).await?;
    let mut part = part(found, limit, |row| row.id);
    part.next = part.next.or(reach.map(Place::of));
    Ok(part)
}

fn start(before: Option<Place>) -> Uuid {
    before.map_or(Uuid::max(), Place::id)
}

fn part<T>(mut found: Vec<T>, limit: i64, id: impl Fn(&T) -> Uuid) -> Part<T> {
    let more = cut(&mut found, limit);
    let next = found.last().filter(|_| more).map(|row| Place::of(id(row)));
    Part { rows: found, next }
}

/// A line of the audit log as what it means for the voucher.
pub(super) fn told(row: &DoneRow) -> storage::Result<Done> {
    let read = |text: &Option<String>| -> storage::Result<Option<Value>> {
        let corrupt = |_| Error::corrupt("audit_log", format!("the line {} is no JSON", row.id));
        text.as_deref().map(|text| serde_json::from_str(text).map_err(corrupt)).transpose()
    };
    let (before, after) = (read(&row.before)?, read(&row.after)?.unwrap_or_default());
    let changes = changes(before.as_ref(), &after);
    Ok(Done {
        at: row.at.0,
        actor: row.actor.clone(),
        email: row.email.clone(),
        kind: kind(row.action == "voucher.revoke", before.as_ref(), &changes),
        changes,
    })
}

/// What differs; before a voucher was issued there was nothing of it, and what it was issued without is not told.
fn changes(before: Option<&Value>, after: &Value) -> Vec<Changed> {
    let changed = |member: &'static str| {
        let (old, new) = (before.map(|before| &before[member]), &after[member]);
        let is_unset = old.is_none() && (new.is_null() || new == "");
        let changed = old != Some(new) && !is_unset;
        changed.then(|| Changed { member, before: old.cloned(), after: new.clone() })
    };
    MEMBERS.into_iter().filter_map(changed).collect()
}

fn kind(revoked: bool, before: Option<&Value>, changes: &[Changed]) -> Kind {
    match (before, changes) {
        _ if revoked => Kind::Revoked,
        (None, _) => Kind::Issued,
        (Some(before), _) if !before["deleted_at"].is_null() => Kind::BroughtBack,
        (_, [one]) if one.member == "tags" => Kind::Tagged,
        (_, [one]) if one.member == "active" && one.after == true => Kind::Resumed,
        (_, [one]) if one.member == "active" => Kind::Paused,
        _ => Kind::Edited,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn state(credit_minor: i64, active: bool, deleted_at: Option<&str>) -> Value {
        json!({ "credit_minor": credit_minor, "active": active, "deleted_at": deleted_at })
    }

    #[test]
    fn what_was_done_is_called_by_its_name() {
        let live = state(5, true, None);
        let gone = state(5, false, Some("2027-03-01T12:00:00Z"));
        for (before, after, revoked, expected) in [
            (None, &live, false, Kind::Issued),
            (Some(&live), &state(6, true, None), false, Kind::Edited),
            (Some(&live), &state(6, false, None), false, Kind::Edited),
            (Some(&live), &live, false, Kind::Edited),
            (Some(&live), &state(5, false, None), false, Kind::Paused),
            (Some(&state(5, false, None)), &live, false, Kind::Resumed),
            (Some(&live), &gone, true, Kind::Revoked),
            (Some(&gone), &live, false, Kind::BroughtBack),
        ] {
            let changes = changes(before, after);
            assert_eq!(kind(revoked, before, &changes), expected, "{before:?} {after}");
        }
    }

    #[test]
    fn only_what_differs_is_named() {
        let (before, after) = (state(5, true, None), state(6, true, None));
        let changes = changes(Some(&before), &after);
        let changed = Changed { member: "credit_minor", before: Some(json!(5)), after: json!(6) };
        assert_eq!(changes, [changed]);
    }
}
