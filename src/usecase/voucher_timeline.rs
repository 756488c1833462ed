//! Everything that happened to a voucher on one line of time: what was done to it and by whom, who redeemed it, and whose
//! redemption was given back. Newest first, a page at a time.

use std::cmp::{Ordering, Reverse};

use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::Voucher;
use uuid::Uuid;

use super::paging::{self, Page, cut};
use super::voucher_story::{Done, FEW, REACH, told};
use super::vouchers::FieldError;
use crate::app::App;
use crate::ids;
use crate::storage::cursor::Cursor;
use crate::storage::voucher_timeline::{self as rows, RedeemedRow};
use crate::storage::{self, Tx, voucher_story};

/// Of what happened in one moment: a voucher is issued before it is redeemed, and redeemed before that is given back.
const DONE: u8 = 0;
const REDEEMED: u8 = 1;
const RELEASED: u8 = 2;

/// How far a redemption's moment and that of its identifier lie apart at most, in microseconds. Identifiers that were made
/// when an earlier service was adopted say nothing of when.
const APART_MICROS: u64 = 300_000_000;

/// Something that happened.
#[derive(Debug, Clone)]
pub(crate) enum Happening {
    /// By an administrator, or by itself.
    Done(Done),
    Redeemed(RedeemedRow),
    /// A redemption was given back: its order was never paid, or was refunded with its voucher.
    Released(RedeemedRow),
}

impl Happening {
    pub(crate) fn at(&self) -> Timestamp {
        match self {
            Self::Done(done) => done.at,
            Self::Redeemed(row) | Self::Released(row) => row.at.0,
        }
    }

    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Done(done) => done.kind.as_str(),
            Self::Redeemed(_) => "redeemed",
            Self::Released(_) => "released",
        }
    }
}

/// A place on the line of time. What is before it, a page begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    at: Timestamp,
    rank: u8,
    id: Uuid,
}

impl Place {
    /// After all that has happened.
    pub(crate) fn newest() -> Self {
        Self { at: Cursor::newest().created_at, rank: u8::MAX, id: Uuid::max() }
    }

    /// Reads what a client sent in `after`.
    ///
    /// # Errors
    /// Where it is no place of ours.
    pub(crate) fn read(after: Option<&str>) -> Result<Self, FieldError> {
        let cursor = paging::read(after)?;
        if cursor.key.is_empty() {
            return Ok(Self::newest());
        }
        let place = cursor.key.split_once(':').and_then(|(rank, id)| {
            let (rank, id) = (rank.parse().ok()?, Uuid::parse_str(id).ok()?);
            Some(Self { at: cursor.created_at, rank, id })
        });
        place.ok_or_else(|| FieldError::new("after", "after must be taken from a Link header"))
    }

    fn to_text(self) -> String {
        paging::write(&Cursor { created_at: self.at, key: format!("{}:{}", self.rank, self.id) })
    }

    /// The place that an identifier of this rank has by itself: that of its millisecond.
    fn of_id(rank: u8, id: Uuid) -> Self {
        let millis = i64::try_from(id.as_u128() >> 80).unwrap_or(i64::MAX);
        Self { at: Timestamp::from_micros(millis.saturating_mul(1_000)), rank, id }
    }

    /// Before which identifier something of this rank must be, if it happened in the same moment.
    fn bound(self, rank: u8) -> Uuid {
        match rank.cmp(&self.rank) {
            Ordering::Less => Uuid::max(),
            Ordering::Equal => self.id,
            Ordering::Greater => Uuid::nil(),
        }
    }

    /// Before which identifier something of this rank must be that is walked along its identifiers.
    fn walk(self, rank: u8) -> Uuid {
        let micros = self.at.micros();
        let millis = micros.div_euclid(1_000);
        let first =
            |millis: i64| ids::first_of(Timestamp::from_micros(millis.saturating_mul(1_000)));
        let next = first(millis.saturating_add(1));
        if micros.rem_euclid(1_000) > 0 {
            return next;
        }
        self.bound(rank).clamp(first(millis), next)
    }
}

/// What happened, each with its place; and the place down to which it is all of it, where there may be more.
type Found = (Vec<(Place, Happening)>, Option<Place>);

/// What happened to a voucher before a place.
///
/// # Errors
/// Where the database fails, or a line of the audit log cannot be read.
pub(crate) async fn page(
    app: &App,
    voucher: &Voucher,
    place: Place,
    limit: i64,
) -> storage::Result<Page<Happening>> {
    let more = limit.saturating_add(1);
    let mut tx = app.store.read_across().await?;
    let (mut all, reached) = redeemed(&mut tx, voucher, (place, more)).await?;
    all.extend(done(&mut tx, voucher, (place, more)).await?);
    all.extend(released(&mut tx, voucher, (place, more)).await?);
    if let Some(reached) = reached {
        all.retain(|(place, _)| *place >= reached);
    }
    all.sort_by_key(|(place, _)| Reverse(*place));
    let is_cut = cut(&mut all, limit);
    let next = if is_cut { all.last().map(|(place, _)| *place) } else { reached };
    let rows = all.into_iter().map(|(_, happening)| happening).collect();
    Ok(Page { rows, next: next.map(Place::to_text) })
}

/// Whether all its redemptions are told, with those that an earlier service had: of more than these, an identifier has to
/// say when they were, and one that was made later cannot.
pub(crate) fn has_few(voucher: &Voucher) -> bool {
    voucher.times_redeemed <= FEW
}

async fn done(
    tx: &mut Tx,
    voucher: &Voucher,
    (place, limit): (Place, i64),
) -> storage::Result<Vec<(Place, Happening)>> {
    let found = voucher_story::done(tx, &voucher.code, place.walk(DONE), limit).await?;
    let placed = found.iter().map(|row| -> storage::Result<_> {
        Ok((Place::of_id(DONE, row.id), Happening::Done(told(row)?)))
    });
    placed.collect()
}

async fn redeemed(
    tx: &mut Tx,
    voucher: &Voucher,
    (place, limit): (Place, i64),
) -> storage::Result<Found> {
    let code = &voucher.code;
    if has_few(voucher) && rows::releases_up_to(tx, code, FEW.saturating_add(1)).await? <= FEW {
        let before = (place.at, place.bound(REDEEMED));
        let found = rows::few_redemptions(tx, code, before, limit).await?;
        let placed = found.into_iter().map(|row| {
            (Place { at: row.at.0, rank: REDEEMED, id: row.id }, Happening::Redeemed(row))
        });
        return Ok((placed.collect(), None));
    }
    let high = place.walk(REDEEMED);
    let reach = voucher_story::reach(tx, high, REACH).await?;
    let range = (reach.unwrap_or(Uuid::nil()), high);
    let found = rows::many_redemptions(tx, code, range, limit).await?;
    let is_cut = i64::try_from(found.len()).is_ok_and(|count| count >= limit);
    let reached = if is_cut { found.last().map(|row| row.id) } else { reach };
    let placed = found
        .into_iter()
        .map(|row| (Place::of_id(REDEEMED, row.id), row))
        .filter(|(place, row)| place.at.micros().abs_diff(row.at.0.micros()) <= APART_MICROS)
        .map(|(place, row)| (place, Happening::Redeemed(row)));
    Ok((placed.collect(), reached.map(|id| Place::of_id(REDEEMED, id))))
}

async fn released(
    tx: &mut Tx,
    voucher: &Voucher,
    (place, limit): (Place, i64),
) -> storage::Result<Vec<(Place, Happening)>> {
    let before = (place.at, place.bound(RELEASED));
    let found = rows::releases(tx, &voucher.code, before, limit).await?;
    let placed = found
        .into_iter()
        .map(|row| (Place { at: row.at.0, rank: RELEASED, id: row.id }, Happening::Released(row)));
    Ok(placed.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: Timestamp = Timestamp::from_micros(1_803_902_400_123_000);

    fn id(millis: i64, rest: u128) -> Uuid {
        let first = ids::first_of(Timestamp::from_micros(millis * 1_000));
        Uuid::from_u128(first.as_u128() + rest)
    }

    #[test]
    fn a_place_comes_back_as_it_was_sent() {
        for place in
            [Place::newest(), Place { at: MOMENT, rank: RELEASED, id: id(1_803_902_400_123, 7) }]
        {
            assert_eq!(Place::read(Some(&place.to_text())).unwrap(), place);
        }
        assert_eq!(Place::read(None).unwrap(), Place::newest());
        for text in ["", "x", &paging::write(&Cursor { created_at: MOMENT, key: "7".to_owned() })] {
            assert_eq!(Place::read(Some(text)).unwrap_err().field, "after", "{text}");
        }
    }

    #[test]
    fn what_is_walked_along_is_bounded_as_what_is_sorted() {
        let millis = MOMENT.micros() / 1_000;
        let all: Vec<Uuid> =
            (millis - 1..=millis + 1).flat_map(|at| [id(at, 1), id(at, 2), id(at, 3)]).collect();
        for at in [MOMENT.micros(), MOMENT.micros() + 1, MOMENT.micros() - 1] {
            for place in [DONE, REDEEMED, RELEASED].map(|rank| Place {
                at: Timestamp::from_micros(at),
                rank,
                id: id(millis, 2),
            }) {
                for id in &all {
                    let before = Place::of_id(REDEEMED, *id) < place;
                    assert_eq!(*id < place.walk(REDEEMED), before, "{id} and {place:?}");
                }
            }
        }
    }
}
