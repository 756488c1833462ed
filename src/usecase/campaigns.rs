//! Making and editing campaigns, and reading them.
//!
//! Source: franchise-model.txt, "Voucher = PromoCode": vouchers are how a franchisee wins customers, and a campaign is how
//! it says for how much.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sovereign_domain::campaign::{Campaign, CampaignStatus, MAX_NAME_CHARS, MAX_PER_CUSTOMER};
use sovereign_domain::ids::CampaignId;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::paging::{self, Page, PageError};
use super::vouchers::{FieldError, Writer};
use crate::storage::audit::{self, Change};
use crate::storage::cursor::Cursor;
use crate::storage::{self, Store, Tx, campaigns, notices};

/// The largest budget, in minor units.
pub(crate) const MAX_BUDGET_MINOR: i64 = 1_000_000_000_000_000;
/// The most campaigns on one page of the list.
pub const PAGE_SIZE: i64 = 1_000;

/// What an administrator sends. Absent members have their defaults on a new campaign, and are unchanged on one that
/// exists.
#[derive(Debug, Clone, Default)]
pub struct CampaignEdit {
    pub name: Option<String>,
    pub active: Option<bool>,
    /// 0 = unlimited.
    pub budget_minor: Option<i64>,
    /// RFC 3339; an empty text = at once.
    pub starts_at: Option<String>,
    /// RFC 3339; an empty text = never.
    pub ends_at: Option<String>,
    /// 0 = unlimited.
    pub per_customer: Option<i64>,
}

/// Why a campaign was not written.
#[derive(Debug)]
pub enum CampaignError {
    /// Everything that is wrong with what was sent; one at least.
    Fields(Vec<FieldError>),
    /// There is none with this identifier.
    Unknown,
    /// It is not as whoever edits it believes; this is how it is.
    Changed(Box<Campaign>),
    Storage(storage::Error),
}

impl From<storage::Error> for CampaignError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// A name as names are compared.
pub(crate) fn name_key(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

impl CampaignEdit {
    /// The campaign as it is to be, or everything that is wrong with it.
    ///
    /// # Errors
    /// What is out of its range, in the order of the members.
    pub(crate) fn apply(&self, before: &Campaign) -> Result<Campaign, Vec<FieldError>> {
        let mut faults = Vec::new();
        let mut or_keep = |read: Result<Option<Timestamp>, FieldError>| {
            read.unwrap_or_else(|fault| {
                faults.push(fault);
                None
            })
        };
        let name = self.name.as_deref().unwrap_or(&before.name).trim();
        let starts_at = or_keep(moment("starts_at", self.starts_at.as_deref(), before.starts_at));
        let ends_at = or_keep(moment("ends_at", self.ends_at.as_deref(), before.ends_at));
        faults.extend(name_fault(name));
        let budget_minor = self.budget_minor.unwrap_or(before.budget_minor);
        if !(0..=MAX_BUDGET_MINOR).contains(&budget_minor) {
            let detail = format!("budget_minor must be 0 (unlimited) to {MAX_BUDGET_MINOR}");
            faults.push(FieldError::new("budget_minor", detail));
        }
        let per_customer = self.per_customer.unwrap_or(before.per_customer);
        if !(0..=MAX_PER_CUSTOMER).contains(&per_customer) {
            let detail = format!("per_customer must be 0 (unlimited) to {MAX_PER_CUSTOMER}");
            faults.push(FieldError::new("per_customer", detail));
        }
        if starts_at.zip(ends_at).is_some_and(|(start, end)| end <= start) {
            faults.push(FieldError::new("ends_at", "ends_at must be after starts_at"));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Campaign {
            name: name.to_owned(),
            active: self.active.unwrap_or(before.active),
            budget_minor,
            starts_at,
            ends_at,
            per_customer,
            ..before.clone()
        })
    }
}

fn moment(
    field: &'static str,
    text: Option<&str>,
    before: Option<Timestamp>,
) -> Result<Option<Timestamp>, FieldError> {
    match text.map(str::trim) {
        None => Ok(before),
        Some("") => Ok(None),
        Some(text) => Timestamp::parse_rfc3339(text)
            .filter(|moment| paging::MOMENTS.contains(&moment.micros()))
            .map(Some)
            .ok_or_else(|| {
                let detail = format!("{field} must be a moment such as 2027-03-01T00:00:00+04:00");
                FieldError::new(field, detail)
            }),
    }
}

fn name_fault(name: &str) -> Option<FieldError> {
    let chars = name.chars().count();
    if !(1..=MAX_NAME_CHARS).contains(&chars) {
        let detail = format!("name must have 1 to {MAX_NAME_CHARS} characters");
        return Some(FieldError::new("name", detail));
    }
    name.chars()
        .any(char::is_control)
        .then(|| FieldError::new("name", "name has a control character in it"))
}

/// Tells whether an administrator has changed a campaign. Redemptions do not change it.
#[must_use]
pub fn fingerprint(campaign: &Campaign) -> String {
    const BYTES: usize = 12;
    let digest = Sha256::digest(state(campaign).to_string());
    URL_SAFE_NO_PAD.encode(&digest[..BYTES])
}

fn state(campaign: &Campaign) -> Value {
    json!({
        "name": campaign.name,
        "active": campaign.active,
        "budget_minor": campaign.budget_minor,
        "starts_at": campaign.starts_at,
        "ends_at": campaign.ends_at,
        "per_customer": campaign.per_customer,
    })
}

/// A campaign of which nothing is set yet.
pub(crate) fn blank(id: CampaignId, now: Timestamp) -> Campaign {
    Campaign {
        id,
        name: String::new(),
        active: true,
        budget_minor: 0,
        starts_at: None,
        ends_at: None,
        per_customer: 0,
        granted_minor: 0,
        redemptions: 0,
        created_at: now,
        updated_at: now,
    }
}

/// Makes a campaign; it needs a name that no other has.
///
/// # Errors
/// [`CampaignError`].
pub async fn create(
    writer: &mut Writer<'_>,
    edit: &CampaignEdit,
) -> Result<Campaign, CampaignError> {
    let new = blank(CampaignId(writer.ids.next_id()), writer.now);
    let campaign = edit.apply(&new).map_err(CampaignError::Fields)?;
    let mut tx = writer.store.begin().await?;
    campaigns::lock(&mut tx).await?;
    let key = free_name(&mut tx, &campaign).await?;
    campaigns::insert(&mut tx, &campaign, &key).await?;
    note(&mut tx, writer, "campaign.create", None, &campaign).await?;
    tx.commit().await?;
    Ok(campaign)
}

/// Edits a campaign that looks as one of the `seen` fingerprints says, or however it looks. What was granted in it
/// stays; the rest of its budget, its time and its rules hold for whoever redeems from now on.
///
/// # Errors
/// [`CampaignError`].
pub async fn edit(
    writer: &mut Writer<'_>,
    id: CampaignId,
    edit: &CampaignEdit,
    seen: Option<&[String]>,
) -> Result<Campaign, CampaignError> {
    let mut tx = writer.store.begin().await?;
    campaigns::lock(&mut tx).await?;
    let before = campaigns::find(&mut tx, id).await?.ok_or(CampaignError::Unknown)?;
    if seen.is_some_and(|seen| !seen.contains(&fingerprint(&before))) {
        return Err(CampaignError::Changed(Box::new(before)));
    }
    let campaign = edit.apply(&before).map_err(CampaignError::Fields)?;
    if state(&campaign) == state(&before) {
        return Ok(before);
    }
    let campaign = Campaign { updated_at: writer.now, ..campaign };
    let key = free_name(&mut tx, &campaign).await?;
    campaigns::update(&mut tx, &campaign, &key).await?;
    note(&mut tx, writer, "campaign.edit", Some(&before), &campaign).await?;
    notices::send_all(&mut tx).await?;
    // Redemptions may have gone on while the row was waited for.
    let campaign = campaigns::find(&mut tx, id).await?.ok_or(CampaignError::Unknown)?;
    tx.commit().await?;
    Ok(campaign)
}

/// The name as it is compared, where no other campaign has it.
async fn free_name(tx: &mut Tx, campaign: &Campaign) -> Result<String, CampaignError> {
    let key = name_key(&campaign.name);
    match campaigns::named(tx, &key).await? {
        Some(other) if other.id != campaign.id => {
            let detail = "another campaign has this name; choose another one";
            Err(CampaignError::Fields(vec![FieldError::new("name", detail)]))
        }
        _ => Ok(key),
    }
}

async fn note(
    tx: &mut Tx,
    writer: &mut Writer<'_>,
    action: &'static str,
    before: Option<&Campaign>,
    after: &Campaign,
) -> storage::Result<()> {
    let entry = writer.entry(action, after.id.to_string());
    let change = Change { before: before.map(state), after: Some(state(after)) };
    audit::record(tx, &[(entry, change)]).await
}

/// The campaign that a text names, by its identifier or its name.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn named(tx: &mut Tx, text: &str) -> storage::Result<Option<Campaign>> {
    match Uuid::parse_str(text.trim()) {
        Ok(id) => campaigns::find(tx, CampaignId(id)).await,
        Err(_) if text.contains('\0') => Ok(None),
        Err(_) => campaigns::named(tx, &name_key(text)).await,
    }
}

/// A campaign, and how many vouchers are in it that are not revoked.
#[derive(Debug, Clone)]
pub struct WithVouchers {
    pub campaign: Campaign,
    pub vouchers: i64,
}

/// The campaign that a text names, by its identifier or its name.
///
/// # Errors
/// Where the database fails.
pub async fn find(store: &Store, text: &str) -> storage::Result<Option<WithVouchers>> {
    let mut tx = store.read().await?;
    let Some(campaign) = named(&mut tx, text).await? else { return Ok(None) };
    let vouchers = campaigns::vouchers(&mut tx, campaign.id).await?;
    Ok(Some(WithVouchers { campaign, vouchers }))
}

/// Which campaigns are wanted, as a client says it. Empty texts are as good as none, but for the place.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sought<'a> {
    /// What the name has in it, as names are compared.
    pub part: Option<&'a str>,
    /// As a [`CampaignStatus`] is written.
    pub status: Option<&'a str>,
    /// Where the page begins.
    pub after: Option<&'a str>,
}

impl Sought<'_> {
    /// The part as names are compared.
    fn part(&self) -> Result<Option<String>, FieldError> {
        let part = name_key(self.part.unwrap_or_default());
        if part.chars().count() > MAX_NAME_CHARS {
            let detail = format!("q must have at most {MAX_NAME_CHARS} characters");
            return Err(FieldError::new("q", detail));
        }
        if part.contains('\0') {
            return Err(FieldError::new("q", "q has a NUL character in it"));
        }
        Ok(Some(part).filter(|part| !part.is_empty()))
    }
}

/// A page of campaigns, newest first, as they stand at `now`.
///
/// # Errors
/// Where a text is not understood, or the database fails.
pub async fn list(
    store: &Store,
    sought: &Sought<'_>,
    limit: i64,
    now: Timestamp,
) -> Result<Page<Campaign>, PageError> {
    let part = sought.part()?;
    let status = match sought.status.filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(CampaignStatus::parse(text).ok_or_else(|| {
            let known = CampaignStatus::ALL.map(CampaignStatus::as_str).join(", ");
            FieldError::new("status", format!("status must be one of {known}"))
        })?),
    };
    let place = paging::read(sought.after)?;
    let id = paging::identifier(&place)?;
    let mut tx = store.read().await?;
    let more = limit.saturating_add(1);
    let which = (status, part.as_deref());
    let found = campaigns::list(&mut tx, which, now, (place.created_at, id), more).await?;
    Ok(paging::page(found, limit, |campaign| Cursor {
        created_at: campaign.created_at,
        key: campaign.id.to_string(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn campaign() -> Campaign {
        Campaign {
            id: CampaignId(Uuid::nil()),
            name: "Muscat".into(),
            active: true,
            budget_minor: 5,
            starts_at: Some(NOW),
            ends_at: None,
            per_customer: 1,
            granted_minor: 3,
            redemptions: 1,
            created_at: NOW,
            updated_at: NOW,
        }
    }

    #[test]
    fn what_is_not_sent_stays() {
        let same = CampaignEdit::default().apply(&campaign()).unwrap();
        assert_eq!(same, campaign());
        let edit = CampaignEdit { starts_at: Some(" ".into()), ..CampaignEdit::default() };
        assert_eq!(edit.apply(&campaign()).unwrap().starts_at, None);
    }

    #[test]
    fn everything_that_is_wrong_is_told() {
        let edit = CampaignEdit {
            name: Some(" ".into()),
            active: None,
            budget_minor: Some(-1),
            starts_at: Some("tomorrow".into()),
            ends_at: Some("0000-01-01T00:00:00Z".into()),
            per_customer: Some(MAX_PER_CUSTOMER + 1),
        };
        let faults = edit.apply(&campaign()).unwrap_err();
        let fields: Vec<_> = faults.iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["starts_at", "ends_at", "name", "budget_minor", "per_customer"]);
        let edit = CampaignEdit { ends_at: Some(NOW.to_rfc3339()), ..CampaignEdit::default() };
        assert_eq!(edit.apply(&campaign()).unwrap_err()[0].field, "ends_at");
    }

    #[test]
    fn names_are_compared_without_case_or_blanks() {
        assert_eq!(name_key("  Muscat   BILLS "), name_key("muscat bills"));
        assert_eq!(name_key("فواتير مسقط"), "فواتير مسقط");
    }

    #[test]
    fn redemptions_leave_the_fingerprint() {
        let more = Campaign { granted_minor: 4, redemptions: 2, ..campaign() };
        assert_eq!(fingerprint(&campaign()), fingerprint(&more));
        let other = Campaign { budget_minor: 6, ..campaign() };
        assert_ne!(fingerprint(&campaign()), fingerprint(&other));
    }
}
