//! The list of vouchers, and one of them.

use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Code, Issued, VoucherStatus, comparable};
use uuid::Uuid;

use super::campaigns::named;
use super::paging::{self, Page, PageError};
use super::vouchers::FieldError;
use crate::storage::cursor::Cursor;
use crate::storage::voucher_list::{self, Filter};
use crate::storage::vouchers;
use crate::storage::{self, Store, Tx, campaigns};

/// The most vouchers on one page of the list.
pub const PAGE_SIZE: i64 = 1_000;

/// The longest part of a code that is looked for, in characters: that of the longest code.
const MAX_PART_CHARS: usize = 64;

/// Which vouchers are wanted, as a client says it. Empty texts are as good as none.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// Where the page begins.
    pub after: Option<&'a str>,
    /// What the code has in it.
    pub part: Option<&'a str>,
    /// As a [`VoucherStatus`] is written. Without one, all but the revoked.
    pub status: Option<&'a str>,
    /// The identifier or the name of a campaign.
    pub campaign: Option<&'a str>,
    /// The identifier of the operation that issued them.
    pub bulk: Option<&'a str>,
}

impl Wanted<'_> {
    /// What is to be looked for, as the vouchers stand at `now`.
    pub(super) async fn filter(&self, tx: &mut Tx, now: Timestamp) -> Result<Filter, PageError> {
        let (status, part) = (self.status()?, self.part()?);
        let campaign = match self.campaign.filter(|text| !text.trim().is_empty()) {
            None => None,
            Some(text) => Some(named(tx, text).await?.ok_or_else(|| {
                let detail = "campaign must be the identifier or the name of a campaign";
                FieldError::new("campaign", detail)
            })?),
        };
        let bulk = match self.bulk.filter(|text| !text.trim().is_empty()) {
            None => None,
            Some(text) => Some(Uuid::parse_str(text.trim()).map_err(|_| {
                FieldError::new("bulk", "bulk must be the identifier of an operation")
            })?),
        };
        Ok(Filter { status, part, campaign: campaign.map(|campaign| campaign.id), bulk, now })
    }

    fn status(&self) -> Result<Option<VoucherStatus>, FieldError> {
        let Some(text) = self.status.filter(|text| !text.is_empty()) else { return Ok(None) };
        let error = || {
            let known = VoucherStatus::ALL.map(VoucherStatus::as_str).join(", ");
            FieldError::new("status", format!("status must be one of {known}"))
        };
        VoucherStatus::parse(text).map(Some).ok_or_else(error)
    }

    /// The part as codes are written.
    fn part(&self) -> Result<Option<String>, FieldError> {
        let part = comparable(self.part.unwrap_or_default());
        if part.chars().count() > MAX_PART_CHARS {
            let detail = format!("q must have at most {MAX_PART_CHARS} characters");
            return Err(FieldError::new("q", detail));
        }
        if part.contains('\0') {
            return Err(FieldError::new("q", "q has a NUL character in it"));
        }
        Ok(Some(part).filter(|part| !part.is_empty()))
    }
}

/// One page of vouchers, newest first.
///
/// # Errors
/// Where something of `wanted` is not understood, or the database fails.
pub async fn list(
    store: &Store,
    wanted: &Wanted<'_>,
    limit: i64,
    now: Timestamp,
) -> Result<Page<Issued>, PageError> {
    let after = paging::read(wanted.after)?;
    let mut tx = store.read().await?;
    let filter = wanted.filter(&mut tx, now).await?;
    let found = voucher_list::list(&mut tx, &filter, &after, limit.saturating_add(1)).await?;
    let found = campaigns::of_vouchers(&mut tx, found).await?;
    Ok(paging::page(found, limit, |issued| Cursor {
        created_at: issued.voucher.created_at,
        key: issued.voucher.code.as_str().to_owned(),
    }))
}

/// The voucher with this code, revoked or not.
///
/// # Errors
/// Where the database fails.
pub async fn find(store: &Store, code: &Code) -> storage::Result<Option<Issued>> {
    let mut tx = store.read().await?;
    match vouchers::find(&mut tx, code).await? {
        None => Ok(None),
        Some(voucher) => campaigns::of_voucher(&mut tx, voucher).await.map(Some),
    }
}
