//! Asking for many codes that are made from a pattern.

use std::collections::BTreeSet;

use rand::rngs::StdRng;
use sovereign_domain::bulk::BulkState;
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Code, Voucher};
use uuid::Uuid;

use super::super::campaigns;
use super::super::vouchers::{FieldError, Issue, Writer, no_campaign, unredeemed};
use super::operation::{BulkError, BulkOperation, Terms, note};
use super::pattern::{Alphabet, Pattern};
use crate::storage::Tx;

/// The most codes of one operation.
pub const MAX_COUNT: i64 = 100_000;

/// Codes that are asked for, as a client says it.
#[derive(Debug, Clone, Default)]
pub struct NewCodes {
    /// Of the operation; without one it is new.
    pub id: Option<Uuid>,
    pub count: i64,
    pub prefix: String,
    /// Random characters; without a number as many as the alphabet has by default.
    pub length: Option<i64>,
    /// As an [`Alphabet`] is written.
    pub alphabet: Option<String>,
    pub check_character: bool,
    /// What each is worth; its `code` counts for nothing. Without a cap each can be redeemed once.
    pub worth: Issue,
}

impl NewCodes {
    /// The pattern of the codes, or all that is wrong with what was sent, in the order of the members.
    pub(crate) fn read(&self, currency: Currency) -> Result<Pattern, Vec<FieldError>> {
        let mut faults = Vec::new();
        if !(1..=MAX_COUNT).contains(&self.count) {
            let detail = format!("count must be a whole number from 1 to {MAX_COUNT}");
            faults.push(FieldError::new("count", detail));
        }
        let asked = self.alphabet.as_deref().filter(|text| !text.is_empty());
        let alphabet = asked.map_or(Some(Alphabet::default()), Alphabet::parse);
        if alphabet.is_none() {
            let known = Alphabet::ALL.map(Alphabet::as_str).join(", ");
            let detail = format!("alphabet must be one of {known}");
            faults.push(FieldError::new("alphabet", detail));
        }
        // Below zero is as much too few as zero.
        let length = self.length.map(|length| usize::try_from(length).unwrap_or(0));
        let alphabet = alphabet.unwrap_or_default();
        let pattern = Pattern::read(&self.prefix, length, alphabet, self.check_character);
        let (pattern, wrong) = match pattern {
            Ok(pattern) => (Some(pattern), Vec::new()),
            Err(wrong) => (None, wrong),
        };
        faults.extend(wrong);
        let worth = Issue { code: "AAA".to_owned(), ..self.worth.clone() };
        faults.extend(worth.faults(currency));
        pattern.filter(|_| faults.is_empty()).ok_or(faults)
    }

    fn cap(&self) -> i64 {
        self.worth.max_redemptions.unwrap_or(1)
    }
}

/// Asks for codes. They are made soon, by whoever does the jobs.
///
/// # Errors
/// [`BulkError`].
pub async fn create(writer: &mut Writer<'_>, codes: &NewCodes) -> Result<BulkOperation, BulkError> {
    let mut tx = writer.store.begin().await?;
    let operation = create_in(&mut tx, writer, codes).await?;
    tx.commit().await?;
    Ok(operation)
}

/// As [`create`], in a transaction that does more.
///
/// # Errors
/// [`BulkError`].
pub(crate) async fn create_in(
    tx: &mut Tx,
    writer: &mut Writer<'_>,
    codes: &NewCodes,
) -> Result<BulkOperation, BulkError> {
    let pattern = codes.read(writer.currency).map_err(BulkError::Fields)?;
    let worth = &codes.worth;
    let credit_minor =
        worth.credit_minor(writer.currency).map_err(|fault| BulkError::Fields(vec![fault]))?;
    let campaign_id = match worth.campaign.as_deref().map(str::trim) {
        None | Some("") => None,
        Some(text) => match campaigns::named(tx, text).await? {
            Some(campaign) => Some(campaign.id),
            None => return Err(BulkError::Fields(vec![no_campaign()])),
        },
    };
    let terms = Terms::Generate {
        pattern,
        credit_minor,
        description: worth.description.clone().unwrap_or_default(),
        max_redemptions: codes.cap(),
        credit_valid_days: worth.credit_valid_days.filter(|days| *days > 0),
        campaign_id,
    };
    let stands = (BulkState::Running, codes.count);
    note(tx, writer, codes.id, stands, &terms).await
}

/// What such vouchers would look like; they are not issued.
#[must_use]
pub fn examples(pattern: &Pattern, like: &Voucher, count: usize) -> Vec<Voucher> {
    let mut random: StdRng = rand::make_rng();
    let code = |_| Voucher { code: pattern.code(&mut random), ..like.clone() };
    (0..count).map(code).collect()
}

/// The vouchers of a slice.
pub(super) fn slice(terms: &Terms, count: usize, now: Timestamp) -> Vec<Voucher> {
    let Terms::Generate {
        pattern,
        credit_minor,
        description,
        max_redemptions,
        credit_valid_days,
        campaign_id,
    } = terms
    else {
        return Vec::new();
    };
    let mut random: StdRng = rand::make_rng();
    let codes: BTreeSet<Code> = (0..count).map(|_| pattern.code(&mut random)).collect();
    let voucher = |code| Voucher {
        description: description.clone(),
        max_redemptions: *max_redemptions,
        credit_valid_days: *credit_valid_days,
        campaign_id: *campaign_id,
        ..unredeemed(code, *credit_minor, now)
    };
    codes.into_iter().map(voucher).collect()
}
