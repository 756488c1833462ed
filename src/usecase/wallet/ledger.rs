//! The ledger of an Organization, a page at a time or whole, with what a reader may ask to see of it.

use sovereign_domain::calendar::{TimeZone, day_begins, day_ends};
use sovereign_domain::ids::UserId;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::comparable;
use uuid::Uuid;

use super::spendable;
use crate::app::App;
use crate::storage::cursor::Cursor;
use crate::storage::ledger::{self as rows, Line, LineFilter, Start};
use crate::usecase::organizations::OrganizationError;
use crate::usecase::paging::{self, Page};
use crate::usecase::vouchers::FieldError;

/// Longer than any code.
const MAX_CODE_BYTES: usize = 1_024;

/// What kinds of movement there are, as a reader tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Movement {
    Granted,
    Spent,
    Refunded,
    Expired,
    /// What a voucher had given, taken back with the order that was not paid.
    Released,
    /// By an administrator.
    TakenBack,
    /// For a payment that a bank took back, or gave back.
    Disputed,
    /// What was owed, from credit that came later.
    Settled,
    /// From an earlier service.
    Adopted,
}

impl Movement {
    pub(crate) const ALL: [Self; 9] = [
        Self::Granted,
        Self::Spent,
        Self::Refunded,
        Self::Expired,
        Self::Released,
        Self::TakenBack,
        Self::Disputed,
        Self::Settled,
        Self::Adopted,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Spent => "spent",
            Self::Refunded => "refunded",
            Self::Expired => "expired",
            Self::Released => "released",
            Self::TakenBack => "taken_back",
            Self::Disputed => "disputed",
            Self::Settled => "settled",
            Self::Adopted => "adopted",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|movement| movement.as_str() == text)
    }

    /// The kinds of line that it is.
    pub(crate) const fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Granted => &["grant"],
            Self::Spent => &["draw", "post"],
            Self::Refunded => &["refund"],
            Self::Expired => &["expiry"],
            Self::Released => &["release"],
            Self::TakenBack => &["claw_back", "moved"],
            Self::Disputed => &["reversal"],
            Self::Settled => &["settlement"],
            Self::Adopted => &["adopted"],
        }
    }

    /// What a line of this kind is; one of a kind that nobody knows is told as what it does.
    pub(crate) fn of(kind: &str, amount_minor: i64) -> Self {
        let other = if amount_minor < 0 { Self::TakenBack } else { Self::Granted };
        Self::ALL.into_iter().find(|movement| movement.kinds().contains(&kind)).unwrap_or(other)
    }
}

/// What of a ledger is asked for, as it was typed or linked.
#[derive(Debug, Clone, Default)]
pub(crate) struct LedgerQuery {
    pub(crate) movement: Option<String>,
    /// Days of the Sovereign, such as `2026-12-01`; both are in it.
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) code: Option<String>,
}

impl LedgerQuery {
    /// # Errors
    /// The first part that cannot be read.
    pub(crate) fn filter(&self, zone: &TimeZone) -> Result<LineFilter, FieldError> {
        let sent = |text: &Option<String>| {
            text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let kinds = match sent(&self.movement) {
            None => &[][..],
            Some(text) => Movement::parse(&text).ok_or_else(bad_movement)?.kinds(),
        };
        let (earliest, latest) = moments();
        let from = match sent(&self.from) {
            None => earliest,
            Some(text) => day_begins(&text, zone).ok_or_else(|| bad_day("from"))?,
        };
        let until = match sent(&self.to) {
            None => latest,
            Some(text) => day_ends(&text, zone).ok_or_else(|| bad_day("to"))?,
        };
        if from >= until {
            return Err(FieldError::new("to", "to must not be before from"));
        }
        let code = sent(&self.code).map(|text| {
            // What is no code is one that no line has.
            let usable = text.len() <= MAX_CODE_BYTES && !text.contains('\0');
            if usable { comparable(&text) } else { "?".to_owned() }
        });
        Ok(LineFilter { kinds, from, until, code })
    }
}

fn bad_movement() -> FieldError {
    let all: Vec<&str> = Movement::ALL.iter().map(|movement| movement.as_str()).collect();
    FieldError::new("movement", format!("movement must be one of {}", all.join(", ")))
}

fn bad_day(field: &'static str) -> FieldError {
    FieldError::new(field, format!("{field} must be a day such as 2026-12-01"))
}

/// The first and the last moment that a row can have.
fn moments() -> (Timestamp, Timestamp) {
    let (first, last) = (*paging::MOMENTS.start(), *paging::MOMENTS.end());
    (Timestamp::from_micros(first), Timestamp::from_micros(last))
}

/// A page of an Organization's ledger, newest first, for its owner and admins.
///
/// # Errors
/// [`OrganizationError`].
pub(crate) async fn ledger(
    app: &App,
    user_id: &UserId,
    tenant_id: &str,
    query: &LedgerQuery,
    (after, limit): (Option<&str>, i64),
) -> Result<Page<Line>, OrganizationError> {
    let mut tx = app.store.snapshot_as(user_id).await?;
    let account = spendable(&mut tx, user_id, tenant_id).await?;
    let filter = query.filter(&app.zone)?;
    let after = place(after)?;
    let start = Start::counted_from_now(after, account.balance_minor);
    let of = (account.customer_id, tenant_id);
    let found = rows::lines(&mut tx, of, &filter, start, limit.saturating_add(1)).await?;
    Ok(paging::page(found, limit, |line| {
        let (created_at, id) = line.place();
        Cursor { created_at, key: id.to_string() }
    }))
}

/// Where the page before ended.
fn place(after: Option<&str>) -> Result<rows::Place, FieldError> {
    if after.is_none() {
        return Ok(Start::END);
    }
    let cursor = paging::read(after)?;
    let unreadable = |_| FieldError::new("after", "after must be taken from a Link header");
    Ok((cursor.created_at, Uuid::parse_str(&cursor.key).map_err(unreadable)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(query: &LedgerQuery) -> Result<LineFilter, &'static str> {
        query.filter(&TimeZone::UTC).map_err(|error| error.field)
    }

    #[test]
    fn every_kind_is_one_movement() {
        let kinds: Vec<&str> =
            Movement::ALL.iter().flat_map(|movement| movement.kinds()).copied().collect();
        for kind in &kinds {
            assert_eq!(kinds.iter().filter(|other| other == &kind).count(), 1, "{kind}");
            assert!(Movement::of(kind, 1).kinds().contains(kind));
        }
        assert!(Movement::ALL.iter().all(|movement| movement.kinds().len() <= 2));
        assert_eq!(Movement::of("new", -1), Movement::TakenBack);
    }

    #[test]
    fn both_days_are_in_it() {
        let day = |text: &str| Some(text.to_owned());
        let query =
            LedgerQuery { from: day("2026-12-31"), to: day("2026-12-31"), ..Default::default() };
        let found = filter(&query).unwrap();
        assert_eq!(found.until.seconds() - found.from.seconds(), 86_400);
        for (from, to, field) in [
            ("2026-12-02", "2026-12-01", "to"),
            ("yesterday", "", "from"),
            ("", "2026-13-01", "to"),
            ("2026-1-1", "", "from"),
        ] {
            let query = LedgerQuery { from: day(from), to: day(to), ..Default::default() };
            assert_eq!(filter(&query).err(), Some(field), "{from} {to}");
        }
    }

    #[test]
    fn codes_are_compared_as_they_are_written() {
        let query = LedgerQuery { code: Some(" omantel-٢٠٠ ".to_owned()), ..Default::default() };
        assert_eq!(filter(&query).unwrap().code.as_deref(), Some("OMANTEL-200"));
        let blank = LedgerQuery { code: Some("  ".to_owned()), ..Default::default() };
        assert_eq!(filter(&blank).unwrap().code, None);
    }
}
