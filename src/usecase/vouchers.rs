//! Issuing, editing and revoking vouchers.
//!
//! Source: franchise-model.txt, "Voucher = PromoCode" and its table of endpoints.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sovereign_domain::event::{Actor, AuditEntry, Event, EventData, VoucherChanged};
use sovereign_domain::ids::IdSource;
use sovereign_domain::money::{Currency, MAX_CREDIT_UNITS};
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{
    Code, Issued, MAX_CREDIT_VALID_DAYS, MAX_DESCRIPTION_CHARS, MAX_REDEMPTIONS, Voucher,
};

use super::campaigns;
use crate::app::App;
use crate::storage::audit::{self, Change};
use crate::storage::vouchers::{self, CampaignChange, VoucherEdit};
use crate::storage::{self, Store, Tx, campaigns as rows, notices};

/// What an issuer sends. Absent members are unchanged on a voucher that exists.
#[derive(Debug, Clone, Default)]
pub struct Issue {
    pub code: String,
    /// Whole units of the Sovereign's currency.
    pub credit_units: i64,
    pub description: Option<String>,
    pub active: Option<bool>,
    /// 0 = unlimited.
    pub max_redemptions: Option<i64>,
    /// How many days the credit lasts after redemption; 0 = for good.
    pub credit_valid_days: Option<i64>,
    /// The campaign it is in, by identifier or name; an empty text = none.
    pub campaign: Option<String>,
}

/// What is wrong with which field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    pub field: &'static str,
    pub detail: String,
}

impl FieldError {
    pub(crate) fn new(field: &'static str, detail: impl Into<String>) -> Self {
        Self { field, detail: detail.into() }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.detail)
    }
}

/// Reads a code that a client sent in `field`.
///
/// # Errors
/// Where it is no code.
pub fn parse_code(field: &'static str, text: &str) -> Result<Code, FieldError> {
    Code::parse(text).map_err(|error| FieldError::new(field, format!("{field} {error}")))
}

impl Issue {
    /// Everything that is out of its range, in the order of the members.
    pub(crate) fn faults(&self, currency: Currency) -> Vec<FieldError> {
        let code = parse_code("code", &self.code).err();
        let credit = self.credit_minor(currency).err();
        let description =
            self.description.as_deref().and_then(|text| check_description(text).err());
        let cap =
            self.max_redemptions.filter(|cap| !(0..=MAX_REDEMPTIONS).contains(cap)).map(|_| {
                let detail = format!("max_redemptions must be 0 (unlimited) to {MAX_REDEMPTIONS}");
                FieldError::new("max_redemptions", detail)
            });
        let most = MAX_CREDIT_VALID_DAYS;
        let days = self.credit_valid_days.filter(|days| !(0..=most).contains(days)).map(|_| {
            let detail = format!("credit_valid_days must be 0 (for good) to {most}");
            FieldError::new("credit_valid_days", detail)
        });
        [code, credit, description, cap, days].into_iter().flatten().collect()
    }

    pub(super) fn credit_minor(&self, currency: Currency) -> Result<i64, FieldError> {
        let whole = (1..=MAX_CREDIT_UNITS).contains(&self.credit_units);
        let minor = currency.units_to_minor(self.credit_units).filter(|_| whole);
        minor.ok_or_else(|| {
            let detail = format!("credit_omr must be a whole number from 1 to {MAX_CREDIT_UNITS}");
            FieldError::new("credit_omr", detail)
        })
    }

    /// Checks every member.
    ///
    /// # Errors
    /// The first member that is out of its range.
    fn check(self, currency: Currency) -> Result<(Code, VoucherEdit), FieldError> {
        if let Some(fault) = self.faults(currency).into_iter().next() {
            return Err(fault);
        }
        let edit = VoucherEdit {
            credit_omr: self.credit_units,
            credit_minor: self.credit_minor(currency)?,
            description: self.description,
            active: self.active,
            max_redemptions: self.max_redemptions,
            campaign: CampaignChange::Stay,
            credit_valid_days: self.credit_valid_days,
        };
        Ok((parse_code("code", &self.code)?, edit))
    }
}

fn check_description(text: &str) -> Result<(), FieldError> {
    if text.chars().count() > MAX_DESCRIPTION_CHARS {
        let detail = format!("description must have at most {MAX_DESCRIPTION_CHARS} characters");
        return Err(FieldError::new("description", detail));
    }
    if text.chars().any(|c| c.is_control() && !"\n\r\t".contains(c)) {
        return Err(FieldError::new("description", "description has a control character in it"));
    }
    Ok(())
}

/// Why a voucher was not issued.
#[derive(Debug)]
pub enum IssueError {
    Field(FieldError),
    /// There is a voucher where there should be none.
    Taken(Box<Issued>),
    /// It is not as whoever edits it believes; this is how it is, where there is one.
    Changed(Option<Box<Issued>>),
    Storage(storage::Error),
}

impl From<storage::Error> for IssueError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// What every use case that writes is given.
pub struct Writer<'a> {
    pub store: &'a Store,
    pub currency: Currency,
    pub now: Timestamp,
    pub actor: &'a Actor,
    pub ids: &'a mut (dyn IdSource + Send),
}

/// What whoever issues a voucher believes to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    Anything,
    /// No voucher has had this code.
    Nothing,
    /// A voucher with one of these fingerprints.
    OneOf(Vec<String>),
}

impl Expected {
    /// Compares it with what is stored.
    async fn check(&self, tx: &mut Tx, voucher: Option<&Voucher>) -> Result<(), IssueError> {
        let fits = match (self, voucher) {
            (Self::Anything, _) | (Self::Nothing, None) => true,
            (Self::OneOf(known), Some(one)) => known.contains(&fingerprint(one)),
            (Self::Nothing, Some(_)) | (Self::OneOf(_), None) => false,
        };
        if fits {
            return Ok(());
        }
        let there = match voucher {
            None => None,
            Some(voucher) => Some(Box::new(rows::of_voucher(tx, voucher.clone()).await?)),
        };
        Err(match (self, there) {
            (Self::Nothing, Some(there)) => IssueError::Taken(there),
            (_, there) => IssueError::Changed(there),
        })
    }
}

/// Tells whether an administrator has changed a voucher. Redemptions do not change it.
#[must_use]
pub fn fingerprint(voucher: &Voucher) -> String {
    const BYTES: usize = 12;
    let digest = Sha256::digest(state(voucher).to_string());
    URL_SAFE_NO_PAD.encode(&digest[..BYTES])
}

impl<'a> Writer<'a> {
    /// Of a running server.
    pub(crate) fn of(app: &'a App, actor: &'a Actor, ids: &'a mut (dyn IdSource + Send)) -> Self {
        let (currency, now) = (app.facts.currency, app.clock.now());
        Self { store: &app.store, currency, now, actor, ids }
    }
}

impl Writer<'_> {
    /// A line of the audit log in this name, about no Organization.
    pub(super) fn entry(&mut self, action: &'static str, subject: String) -> AuditEntry {
        let id = self.ids.next_id();
        let actor = self.actor.clone();
        AuditEntry { id, at: self.now, actor, action, subject, tenant_id: None }
    }
}

/// Issues a voucher; edits or resurrects one that exists.
///
/// # Errors
/// [`IssueError`].
pub async fn issue(
    writer: &mut Writer<'_>,
    issue: Issue,
    expected: &Expected,
) -> Result<Issued, IssueError> {
    let campaign = issue.campaign.clone();
    let (code, mut edit) = issue.check(writer.currency).map_err(IssueError::Field)?;
    let mut tx = writer.store.begin().await?;
    edit.campaign = campaign_to_be(&mut tx, campaign.as_deref()).await?;
    vouchers::lock(&mut tx, &code).await?;
    let before = vouchers::find(&mut tx, &code).await?;
    expected.check(&mut tx, before.as_ref()).await?;
    let voucher = vouchers::upsert(&mut tx, &code, &edit, writer.now).await?;
    let data = EventData::VoucherIssued(changed(&voucher, writer.currency));
    let issued = note(&mut tx, writer, "voucher.issue", before, voucher, data).await?;
    notices::send(&mut tx, &code).await?;
    tx.commit().await?;
    Ok(issued)
}

/// What is to become of a voucher's campaign.
async fn campaign_to_be(tx: &mut Tx, text: Option<&str>) -> Result<CampaignChange, IssueError> {
    match text.map(str::trim) {
        None => Ok(CampaignChange::Stay),
        Some("") => Ok(CampaignChange::Leave),
        Some(text) => match campaigns::named(tx, text).await? {
            Some(campaign) => Ok(CampaignChange::Join(campaign.id)),
            None => Err(IssueError::Field(no_campaign())),
        },
    }
}

/// The member `campaign_id` names none.
pub(super) fn no_campaign() -> FieldError {
    let detail = "campaign_id must be the identifier or the name of a campaign";
    FieldError::new("campaign_id", detail)
}

/// A voucher that nobody has redeemed yet, with the defaults for all that is not said.
pub(crate) fn unredeemed(code: Code, credit_minor: i64, now: Timestamp) -> Voucher {
    Voucher {
        code,
        credit_minor,
        description: String::new(),
        active: true,
        max_redemptions: 0,
        adopted_redemptions: 0,
        times_redeemed: 0,
        granted_minor: 0,
        campaign_id: None,
        credit_valid_days: None,
        created_at: now,
        deleted_at: None,
    }
}

/// Tells of vouchers that are new.
pub(super) async fn note_new(
    tx: &mut Tx,
    writer: &mut Writer<'_>,
    issued: &[Issued],
) -> storage::Result<()> {
    let mut events = Vec::with_capacity(issued.len());
    let mut entries = Vec::with_capacity(issued.len());
    for one in issued {
        // Nobody is told of one that is revoked already.
        if one.voucher.deleted_at.is_none() {
            let data = EventData::VoucherIssued(changed(&one.voucher, writer.currency));
            let id = writer.ids.next_id();
            events.push(Event { id, at: writer.now, tenant_id: None, data });
        }
        let entry = writer.entry("voucher.issue", one.voucher.code.as_str().to_owned());
        entries.push((entry, Change { before: None, after: Some(told(one)) }));
    }
    audit::publish(tx, &events).await?;
    audit::record(tx, &entries).await
}

/// Tells of vouchers that were changed: each as it was, and as it is.
pub(super) async fn note_edited(
    tx: &mut Tx,
    writer: &mut Writer<'_>,
    pairs: Vec<(Voucher, Voucher)>,
) -> storage::Result<()> {
    let (before, after): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
    let before = rows::of_vouchers(tx, before).await?;
    let after = rows::of_vouchers(tx, after).await?;
    let mut events = Vec::with_capacity(after.len());
    let mut entries = Vec::with_capacity(after.len());
    for (before, after) in before.iter().zip(&after) {
        let is_revoked = after.voucher.deleted_at.is_some();
        let data = changed(&after.voucher, writer.currency);
        let (action, data) = if is_revoked {
            ("voucher.revoke", EventData::VoucherRevoked(data))
        } else {
            ("voucher.issue", EventData::VoucherIssued(data))
        };
        events.push(Event { id: writer.ids.next_id(), at: writer.now, tenant_id: None, data });
        let entry = writer.entry(action, after.voucher.code.as_str().to_owned());
        entries.push((entry, Change { before: Some(told(before)), after: Some(told(after)) }));
    }
    audit::publish(tx, &events).await?;
    audit::record(tx, &entries).await
}

/// Lets a voucher be redeemed, or nobody for now; `None` where there is none that is not revoked.
///
/// # Errors
/// Where the database fails.
pub async fn set_active(
    writer: &mut Writer<'_>,
    code: &Code,
    active: bool,
) -> storage::Result<Option<Issued>> {
    let mut tx = writer.store.begin().await?;
    vouchers::lock(&mut tx, code).await?;
    let before = vouchers::find(&mut tx, code).await?;
    let Some(voucher) = vouchers::set_active(&mut tx, code, active, writer.now).await? else {
        return Ok(None);
    };
    let data = EventData::VoucherIssued(changed(&voucher, writer.currency));
    let issued = note(&mut tx, writer, "voucher.issue", before, voucher, data).await?;
    notices::send(&mut tx, code).await?;
    tx.commit().await?;
    Ok(Some(issued))
}

/// Revokes a live voucher; `None` where there is none. What was redeemed stays; what is reserved can
/// still be paid.
///
/// # Errors
/// Where the database fails.
pub async fn revoke(writer: &mut Writer<'_>, code: &Code) -> storage::Result<Option<Issued>> {
    let mut tx = writer.store.begin().await?;
    vouchers::lock(&mut tx, code).await?;
    let before = vouchers::find(&mut tx, code).await?;
    let Some(voucher) = vouchers::revoke(&mut tx, code, writer.now).await? else {
        return Ok(None);
    };
    let data = EventData::VoucherRevoked(changed(&voucher, writer.currency));
    let issued = note(&mut tx, writer, "voucher.revoke", before, voucher, data).await?;
    notices::send(&mut tx, code).await?;
    tx.commit().await?;
    Ok(Some(issued))
}

fn changed(voucher: &Voucher, currency: Currency) -> VoucherChanged {
    VoucherChanged {
        code: voucher.code.clone(),
        credit_minor: voucher.credit_minor,
        currency: currency.code(),
        active: voucher.active,
        max_redemptions: voucher.max_redemptions,
    }
}

/// Tells of what was done to a voucher, and answers how it is since.
async fn note(
    tx: &mut Tx,
    writer: &mut Writer<'_>,
    action: &'static str,
    before: Option<Voucher>,
    after: Voucher,
    data: EventData,
) -> storage::Result<Issued> {
    let before = match before {
        None => None,
        Some(voucher) => Some(rows::of_voucher(tx, voucher).await?),
    };
    let after = rows::of_voucher(tx, after).await?;
    let code = after.voucher.code.as_str().to_owned();
    let event = Event { id: writer.ids.next_id(), at: writer.now, tenant_id: None, data };
    audit::publish(tx, &[event]).await?;
    let entry = writer.entry(action, code);
    let change = Change { before: before.as_ref().map(told), after: Some(told(&after)) };
    audit::record(tx, &[(entry, change)]).await?;
    Ok(after)
}

/// The state, and what its campaign was called.
fn told(issued: &Issued) -> Value {
    let mut told = state(&issued.voucher);
    told["campaign"] = json!(issued.campaign.as_ref().map(|campaign| &campaign.name));
    told
}

fn state(voucher: &Voucher) -> Value {
    json!({
        "credit_minor": voucher.credit_minor,
        "description": voucher.description,
        "active": voucher.active,
        "max_redemptions": voucher.max_redemptions,
        "credit_valid_days": voucher.credit_valid_days,
        "campaign_id": voucher.campaign_id,
        "deleted_at": voucher.deleted_at,
    })
}
