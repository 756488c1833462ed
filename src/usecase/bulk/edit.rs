//! Changing many vouchers at once: all that the list has for a filter, as they stand when their turn comes; and undoing it.

use serde::{Deserialize, Serialize};
use sovereign_domain::bulk::BulkState;
use sovereign_domain::ids::CampaignId;
use sovereign_domain::tag::Tag;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{MAX_CREDIT_VALID_DAYS, Voucher};
use uuid::Uuid;

use super::super::list_vouchers::{Wanted, standing, written};
use super::super::paging::PageError;
use super::super::tags::{self, TagChange};
use super::super::vouchers::{FieldError, Writer, note_edited};
use super::operation::{self, BulkError, BulkOperation, Terms, note};
use super::work::SLICE;
use crate::storage::cursor::Cursor;
use crate::storage::voucher_list::{self, Filter};
use crate::storage::{self, Store, Tx, bulk as rows, bulk_edit, notices, voucher_sorted};

/// What is done to each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EditAction {
    /// Nobody can redeem it for now.
    Pause,
    Resume,
    /// Gone for customers.
    Revoke,
    /// Brings one back that was revoked.
    Restore,
    /// Its credit lasts some days longer for whoever redeems it from then on.
    Extend,
    /// It has a tag more.
    Tag,
    /// It has a tag less.
    Untag,
}

impl EditAction {
    pub const ALL: [Self; 7] = [
        Self::Pause,
        Self::Resume,
        Self::Extend,
        Self::Revoke,
        Self::Restore,
        Self::Tag,
        Self::Untag,
    ];

    /// As the wire calls it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Revoke => "revoke",
            Self::Restore => "restore",
            Self::Extend => "extend",
            Self::Tag => "tag",
            Self::Untag => "untag",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == text)
    }

    /// What brings back how it was before.
    const fn undone(self) -> Self {
        match self {
            Self::Pause => Self::Resume,
            Self::Resume => Self::Pause,
            Self::Revoke => Self::Restore,
            Self::Restore => Self::Revoke,
            Self::Extend => Self::Extend,
            Self::Tag => Self::Untag,
            Self::Untag => Self::Tag,
        }
    }

    /// What it does with the tag, where it is about one.
    #[must_use]
    pub const fn tag_change(self) -> Option<TagChange> {
        match self {
            Self::Tag => Some(TagChange::Add),
            Self::Untag => Some(TagChange::Remove),
            _ => None,
        }
    }

    /// A voucher as it is afterwards; `None` where it is so already, or it cannot be. One that is brought back is active, or
    /// as it was where that is undone by which it went.
    fn applied(
        self,
        before: &Voucher,
        (days, was_active): (i64, Option<bool>),
        now: Timestamp,
    ) -> Option<Voucher> {
        let is_revoked = before.deleted_at.is_some();
        let mut after = before.clone();
        match self {
            Self::Pause | Self::Resume if !is_revoked => after.active = self == Self::Resume,
            Self::Revoke if !is_revoked => {
                after.deleted_at = Some(now);
                after.active = false;
            }
            Self::Restore if is_revoked => {
                after.deleted_at = None;
                after.active = was_active.unwrap_or(true);
            }
            Self::Extend if !is_revoked => {
                let longer = before.credit_valid_days?.saturating_add(days);
                if !(1..=MAX_CREDIT_VALID_DAYS).contains(&longer) {
                    return None;
                }
                after.credit_valid_days = Some(longer);
            }
            _ => return None,
        }
        (after != *before).then_some(after)
    }
}

/// Which vouchers are changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// What the list has.
    Listed {
        status: Option<String>,
        part: Option<String>,
        campaign_id: Option<CampaignId>,
        bulk_id: Option<Uuid>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tag: Option<String>,
    },
    /// What another operation was the last to change.
    Undone(Uuid),
}

impl Scope {
    fn of(filter: &Filter) -> Self {
        Self::Listed {
            status: written(filter),
            part: filter.part.clone(),
            campaign_id: filter.campaign,
            bulk_id: filter.bulk,
            tag: filter.tag.as_ref().map(|tag| tag.as_str().to_owned()),
        }
    }

    async fn page(
        &self,
        tx: &mut Tx,
        after: &Cursor,
        now: Timestamp,
    ) -> storage::Result<Vec<Voucher>> {
        let limit = i64::try_from(SLICE).unwrap_or(i64::MAX);
        match self {
            Self::Undone(id) => bulk_edit::changed_by(tx, *id, after, limit).await,
            Self::Listed { status, part, campaign_id, bulk_id, tag } => {
                let (status, revoked_too) =
                    status.as_deref().and_then(standing).unwrap_or_default();
                let filter = Filter {
                    status,
                    revoked_too,
                    part: part.clone(),
                    campaign: *campaign_id,
                    bulk: *bulk_id,
                    tag: tag.clone().map(Tag::stored),
                    now,
                };
                voucher_list::list(tx, &filter, after, limit).await
            }
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct NewEdit<'a> {
    /// Chosen by the client: asked for again under the same, it is not begun twice.
    pub id: Option<Uuid>,
    /// As an [`EditAction`] is written.
    pub action: &'a str,
    /// How many days longer credit lasts.
    pub days: Option<i64>,
    /// The tag that they get or lose.
    pub tag: Option<&'a str>,
    pub wanted: Wanted<'a>,
    /// How many vouchers are expected to be like that: if there are more or fewer, nothing is done.
    pub count: Option<i64>,
}

/// Before every voucher that there is by then.
fn newest(asked_at: Timestamp) -> Cursor {
    let micros = asked_at.micros().saturating_add(1);
    Cursor { created_at: Timestamp::from_micros(micros), key: String::new() }
}

/// How many vouchers are as is wanted.
///
/// # Errors
/// Where something of `wanted` is not understood, or the database fails.
pub async fn count(store: &Store, wanted: &Wanted<'_>, now: Timestamp) -> Result<i64, PageError> {
    let mut tx = store.read().await?;
    let filter = wanted.filter(&mut tx, now).await?;
    Ok(voucher_sorted::count(&mut tx, &filter, &newest(now)).await?)
}

/// Asks for a change of all vouchers that are as is wanted, and were issued by now.
///
/// # Errors
/// [`BulkError`].
pub async fn edit(writer: &mut Writer<'_>, edit: &NewEdit<'_>) -> Result<BulkOperation, BulkError> {
    let (action, days, tag) = checked(edit).map_err(|fault| BulkError::Fields(vec![fault]))?;
    let mut tx = writer.store.begin().await?;
    let filter = match edit.wanted.filter(&mut tx, writer.now).await {
        Ok(filter) => filter,
        Err(PageError::Field(fault)) => return Err(BulkError::Fields(vec![fault])),
        Err(PageError::Storage(error)) => return Err(error.into()),
    };
    let terms = Terms::Edit { action, days, tag, scope: Scope::of(&filter) };
    if let Some(id) = edit.id
        && let Some(known) = rows::find(&mut tx, id).await?
    {
        // Whoever asks again, not knowing whether they were heard, changes nothing twice; by now others may be like that.
        let known = BulkOperation::try_from(known)?;
        return if known.terms == terms { Ok(known) } else { Err(operation::another()) };
    }
    let total = voucher_sorted::count(&mut tx, &filter, &newest(writer.now)).await?;
    let wrong = match edit.count {
        _ if total == 0 => Some("no voucher is like that".to_owned()),
        Some(expected) if expected != total => {
            Some(format!("count must be {total}: so many vouchers are like that by now"))
        }
        _ => None,
    };
    if let Some(detail) = wrong {
        return Err(BulkError::Fields(vec![FieldError::new("count", detail)]));
    }
    let operation = note(&mut tx, writer, edit.id, (BulkState::Running, total), &terms).await?;
    tx.commit().await?;
    Ok(operation)
}

/// What is done, how many days longer credit lasts, and which tag it is about.
type Checked = (EditAction, Option<i64>, Option<String>);

fn checked(edit: &NewEdit<'_>) -> Result<Checked, FieldError> {
    let action = EditAction::parse(edit.action).ok_or_else(|| {
        let known = EditAction::ALL.map(EditAction::as_str).join(", ");
        FieldError::new("action", format!("action must be one of {known}"))
    })?;
    if action.tag_change().is_some() {
        let named = |fault: FieldError| FieldError { field: "edit_tag", ..fault };
        let tag = tags::parse(edit.tag.unwrap_or_default()).map_err(named)?;
        return Ok((action, None, Some(tag.as_str().to_owned())));
    }
    if action != EditAction::Extend {
        return Ok((action, None, None));
    }
    let days = edit.days.filter(|days| (1..=MAX_CREDIT_VALID_DAYS).contains(days));
    let detail = format!("days must be a whole number from 1 to {MAX_CREDIT_VALID_DAYS}");
    days.map(|days| (action, Some(days), None)).ok_or_else(|| FieldError::new("days", detail))
}

/// Asks for the opposite of an operation, for those vouchers that nobody has changed many at once since.
///
/// # Errors
/// [`BulkError`].
pub async fn undo(writer: &mut Writer<'_>, id: Uuid) -> Result<BulkOperation, BulkError> {
    let mut tx = writer.store.begin().await?;
    let row = rows::find_locked(&mut tx, id).await?.ok_or(BulkError::Unknown)?;
    let operation = BulkOperation::try_from(row)?;
    let Terms::Edit { action, days, ref tag, .. } = operation.terms else {
        return Err(BulkError::NotNow(Box::new(operation)));
    };
    let tag = tag.clone();
    let total = bulk_edit::count_changed_by(&mut tx, id).await?;
    if !operation.may_be_undone() || total == 0 {
        return Err(BulkError::NotNow(Box::new(operation)));
    }
    let terms = Terms::Edit {
        action: action.undone(),
        days: days.map(i64::saturating_neg),
        tag,
        scope: Scope::Undone(id),
    };
    let operation = note(&mut tx, writer, None, (BulkState::Running, total), &terms).await?;
    tx.commit().await?;
    Ok(operation)
}

/// A slice of vouchers that were looked at.
pub(super) struct Slice {
    pub(super) seen: i64,
    pub(super) changed: i64,
    /// Where the next one begins; `None` at the end.
    pub(super) place: Option<Cursor>,
}

/// Changes the next vouchers, as they stand now, and tells of each as if it had been changed alone.
pub(super) async fn carry_out(
    tx: &mut Tx,
    writer: &mut Writer<'_>,
    operation: &BulkOperation,
) -> storage::Result<Slice> {
    let Terms::Edit { action, days, tag, scope } = &operation.terms else {
        return Ok(Slice { seen: 0, changed: 0, place: None });
    };
    let after = operation.place.clone().unwrap_or_else(|| newest(operation.created_at));
    let found = scope.page(tx, &after, writer.now).await?;
    let place = found
        .last()
        .filter(|_| found.len() == SLICE)
        .map(|last| Cursor { created_at: last.created_at, key: last.code.as_str().to_owned() });
    let seen = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let codes = found.into_iter().map(|voucher| voucher.code).collect();
    let before = bulk_edit::locked(tx, codes).await?;
    let tagging = action.tag_change().zip(tag.as_deref());
    let changed = if let Some((what, tag)) = tagging {
        let tag = Tag::stored(tag.to_owned());
        retag(tx, writer, (operation.id, what, &tag), before).await?
    } else {
        let is_undo = matches!(scope, Scope::Undone(_));
        let how = (*action, days.unwrap_or(0), is_undo);
        change(tx, writer, (operation.id, how), before).await?
    };
    let changed = i64::try_from(changed).unwrap_or(i64::MAX);
    Ok(Slice { seen, changed, place })
}

/// Gives vouchers a tag, or takes one off; answers how many had none, or had it.
async fn retag(
    tx: &mut Tx,
    writer: &mut Writer<'_>,
    (id, what, tag): (Uuid, TagChange, &Tag),
    before: Vec<(Voucher, Option<bool>)>,
) -> storage::Result<usize> {
    let vouchers = before.into_iter().map(|(voucher, _)| voucher).collect();
    let changed = tags::tagged(tx, writer, (what, tag), vouchers).await?;
    let pairs: Vec<_> = changed.into_iter().map(|one| (one.clone(), one)).collect();
    // How they are stays; which operation was the last is what can be undone of it.
    bulk_edit::write(tx, id, &pairs, writer.now).await?;
    Ok(pairs.len())
}

/// Changes vouchers; answers how many were not so already.
async fn change(
    tx: &mut Tx,
    writer: &mut Writer<'_>,
    (id, (action, days, is_undo)): (Uuid, (EditAction, i64, bool)),
    before: Vec<(Voucher, Option<bool>)>,
) -> storage::Result<usize> {
    let pairs = before.into_iter().filter_map(|(before, was_active)| {
        let was_active = was_active.filter(|_| is_undo);
        let after = action.applied(&before, (days, was_active), writer.now)?;
        Some((before, after))
    });
    let pairs: Vec<(Voucher, Voucher)> = pairs.collect();
    let changed = pairs.len();
    bulk_edit::write(tx, id, &pairs, writer.now).await?;
    note_edited(tx, writer, pairs).await?;
    notices::send_all(tx).await?;
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::super::super::vouchers::unredeemed;
    use super::*;
    use sovereign_domain::voucher::Code;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn voucher(active: bool, days: Option<i64>, is_revoked: bool) -> Voucher {
        Voucher {
            active,
            credit_valid_days: days,
            deleted_at: is_revoked.then_some(NOW),
            ..unredeemed(Code::stored("A-1".into()), 5_000, NOW)
        }
    }

    #[test]
    fn what_is_undone_is_as_before() {
        let cases = [
            (EditAction::Pause, voucher(true, None, false)),
            (EditAction::Resume, voucher(false, None, false)),
            (EditAction::Revoke, voucher(true, Some(30), false)),
            (EditAction::Revoke, voucher(false, None, false)),
            (EditAction::Extend, voucher(true, Some(30), false)),
        ];
        for (action, before) in cases {
            let days = if action == EditAction::Extend { 10 } else { 0 };
            let after = action.applied(&before, (days, None), NOW).unwrap();
            assert_ne!(after, before, "{action:?}");
            let undone = action.undone().applied(&after, (-days, Some(before.active)), NOW);
            assert_eq!(undone.as_ref(), Some(&before), "{action:?}");
        }
    }

    #[test]
    fn what_is_so_already_is_left_alone() {
        for (action, before) in [
            (EditAction::Pause, voucher(false, None, false)),
            (EditAction::Resume, voucher(true, None, false)),
            (EditAction::Pause, voucher(true, None, true)),
            (EditAction::Revoke, voucher(false, None, true)),
            (EditAction::Restore, voucher(true, None, false)),
            // It lasts for good, or would last longer than it can.
            (EditAction::Extend, voucher(true, None, false)),
            (EditAction::Extend, voucher(true, Some(MAX_CREDIT_VALID_DAYS), false)),
        ] {
            assert_eq!(action.applied(&before, (10, None), NOW), None, "{action:?} {before:?}");
        }
    }
}
