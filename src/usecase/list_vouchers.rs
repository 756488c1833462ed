//! The list of vouchers, and one of them.

use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Code, Issued, Voucher, VoucherStatus, comparable};
use uuid::Uuid;

use super::campaigns::named;
use super::paging::{self, Page, PageError};
use super::tags::parse as parse_tag;
use super::vouchers::FieldError;
use crate::storage::cursor::Cursor;
use crate::storage::voucher_list::{self, Filter};
use crate::storage::voucher_sorted::{self, By, Order};
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
    /// As a [`VoucherStatus`] is written, or [`ALL`]. Without one, all but the revoked.
    pub status: Option<&'a str>,
    /// The identifier or the name of a campaign.
    pub campaign: Option<&'a str>,
    /// The identifier of the operation that issued them.
    pub bulk: Option<&'a str>,
    /// A tag that they have.
    pub tag: Option<&'a str>,
    /// What they are sorted by: one of [`SORTS`]. Without one, the newest is the first.
    pub sort: Option<&'a str>,
}

/// In place of a status: all vouchers, the revoked ones too.
pub const ALL: &str = "all";

/// What the list can be sorted by; each with the other way round behind it.
pub const SORTS: [&str; 12] = [
    "newest",
    "oldest",
    "code",
    "code_desc",
    "credit",
    "credit_asc",
    "spent",
    "spent_asc",
    "last_redeemed",
    "last_redeemed_asc",
    "used",
    "used_asc",
];

/// What each two of [`SORTS`] go by.
const ORDERS: [By; 6] = [By::Issued, By::Code, By::Credit, By::Spent, By::LastRedeemed, By::Used];

/// A status as it is written, and whether revoked vouchers are wanted without one. `None` of what is none.
pub(super) fn standing(text: &str) -> Option<(Option<VoucherStatus>, bool)> {
    match text {
        ALL => Some((None, true)),
        text => VoucherStatus::parse(text).map(|status| (Some(status), false)),
    }
}

/// The same, written.
pub(super) fn written(filter: &Filter) -> Option<String> {
    let all = filter.revoked_too.then_some(ALL);
    filter.status.map(VoucherStatus::as_str).or(all).map(str::to_owned)
}

impl Wanted<'_> {
    /// What is to be looked for, as the vouchers stand at `now`.
    pub(super) async fn filter(&self, tx: &mut Tx, now: Timestamp) -> Result<Filter, PageError> {
        let ((status, revoked_too), part) = (self.standing()?, self.part()?);
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
        let tag = match self.tag.filter(|text| !text.trim().is_empty()) {
            None => None,
            Some(text) => Some(parse_tag(text)?),
        };
        let campaign = campaign.map(|campaign| campaign.id);
        Ok(Filter { status, revoked_too, part, campaign, bulk, tag, now })
    }

    /// Another order than the newest first.
    pub(super) fn order(&self) -> Result<Option<Order>, FieldError> {
        let Some(sort) = self.sort.filter(|sort| !sort.is_empty()) else { return Ok(None) };
        let order = SORTS.iter().position(|one| *one == sort).and_then(|place| {
            let by = ORDERS.get(place / 2).copied()?;
            Some(Order { by, is_reversed: place % 2 == 1 })
        });
        let order = order.ok_or_else(|| {
            FieldError::new("sort", format!("sort must be one of {}", SORTS.join(", ")))
        })?;
        Ok(Some(order).filter(|order| order.by != By::Issued || order.is_reversed))
    }

    /// A page of vouchers, in the order that is wanted.
    pub(super) async fn page(
        &self,
        tx: &mut Tx,
        limit: i64,
        now: Timestamp,
    ) -> Result<Page<Voucher>, PageError> {
        let (after, order) = (paging::read(self.after)?, self.order()?);
        let filter = self.filter(tx, now).await?;
        let most = limit.saturating_add(1);
        let Some(order) = order else {
            let found = voucher_list::list(tx, &filter, &after, most).await?;
            return Ok(paging::page(found, limit, |voucher| Cursor {
                created_at: voucher.created_at,
                key: voucher.code.as_str().to_owned(),
            }));
        };
        let found = Box::pin(voucher_sorted::list(tx, (&filter, order), &after, most)).await?;
        let page = paging::page(found, limit, |(_, place)| place.clone());
        let rows = page.rows.into_iter().map(|(voucher, _)| voucher).collect();
        Ok(Page { rows, next: page.next })
    }

    fn standing(&self) -> Result<(Option<VoucherStatus>, bool), FieldError> {
        let Some(text) = self.status.filter(|text| !text.is_empty()) else {
            return Ok((None, false));
        };
        standing(text).ok_or_else(|| {
            let known = VoucherStatus::ALL.map(VoucherStatus::as_str).join(", ");
            FieldError::new("status", format!("status must be one of {known}, {ALL}"))
        })
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

/// One page of vouchers, in the order that is wanted.
///
/// # Errors
/// Where something of `wanted` is not understood, or the database fails.
pub async fn list(
    store: &Store,
    wanted: &Wanted<'_>,
    limit: i64,
    now: Timestamp,
) -> Result<Page<Issued>, PageError> {
    let mut tx = store.read().await?;
    let page = wanted.page(&mut tx, limit, now).await?;
    let rows = campaigns::of_vouchers(&mut tx, page.rows).await?;
    Ok(Page { rows, next: page.next })
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
