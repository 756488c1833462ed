//! Reading the audit log, newest first, in pages.
//!
//! It has no index but its identifiers, because every checkout writes to it. They sort by time: a page is a
//! walk backward along them, from the place where the page before ended.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::paging::{MOMENTS, cut};
use super::vouchers::FieldError;
use crate::ids;
use crate::storage::audit::{self, Entry, Filter};
use crate::storage::audit_chain::Line;
use crate::storage::{self, Store, Ts};

/// The most lines that one page looks at: where few of them fit, it ends early and says where to go on.
const REACH: i64 = 100_000;
/// How far a line's moment and that of its identifier lie apart at most, in seconds: a request is given less.
const APART_SECONDS: i64 = 300;

/// A page of the log, and the place where the next one begins.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) entries: Vec<Entry>,
    pub(crate) next: Option<Place>,
}

/// A place in the log, or another list that identifiers put in order: what comes before this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place(Uuid);

impl Place {
    /// # Errors
    /// Where `text` is no place of ours.
    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let id = bytes.and_then(|bytes| Uuid::from_slice(&bytes).ok());
        let error = || FieldError::new("before", "before must be taken from a Link header");
        id.map(Self).ok_or_else(error)
    }

    pub(crate) fn of(id: Uuid) -> Self {
        Self(id)
    }

    pub(crate) fn id(self) -> Uuid {
        self.0
    }

    /// Opaque to clients, and safe in an address.
    pub(crate) fn to_text(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.as_bytes())
    }
}

/// Reads a moment that a client sent in `field`.
///
/// # Errors
/// Where it is none that a row can hold on either database.
pub(crate) fn parse_moment(field: &'static str, text: &str) -> Result<Ts, FieldError> {
    let moment = Timestamp::parse_rfc3339(text).filter(|at| MOMENTS.contains(&at.micros()));
    moment.map(Ts).ok_or_else(|| {
        let detail = format!(
            "{field} must be a moment of RFC 3339, such as 2027-03-01T12:00:00Z \
             (write a + in it as %2B)"
        );
        FieldError::new(field, detail)
    })
}

/// Reads a text that a client sent in `field`, to compare with.
///
/// # Errors
/// Where no row can hold it.
pub(crate) fn check_text(field: &'static str, text: Option<&str>) -> Result<(), FieldError> {
    if text.is_some_and(|text| text.contains('\0')) {
        return Err(FieldError::new(field, format!("{field} has a NUL character in it")));
    }
    Ok(())
}

/// What somebody looks for in the log, as it came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sought<'a> {
    pub(crate) actor: Option<&'a str>,
    pub(crate) action: Option<&'a str>,
    pub(crate) subject: Option<&'a str>,
    /// What the Organization is called where it was asked for, and its identifier.
    pub(crate) organization: (&'static str, Option<&'a str>),
    pub(crate) from: Option<&'a str>,
    pub(crate) to: Option<&'a str>,
}

impl Sought<'_> {
    /// # Errors
    /// Where a text is none that a row can hold, or no moment.
    pub(crate) fn filter(self) -> Result<Filter, FieldError> {
        let text = |field, text: Option<&str>| -> Result<Option<String>, FieldError> {
            check_text(field, text)?;
            Ok(text.map(str::to_owned))
        };
        let moment = |field, text: Option<&str>| -> Result<Option<Ts>, FieldError> {
            text.map(|text| parse_moment(field, text)).transpose()
        };
        let (organization, tenant_id) = self.organization;
        Ok(Filter {
            actor: text("actor", self.actor)?,
            action: text("action", self.action)?,
            subject: text("subject", self.subject)?,
            tenant_id: text(organization, tenant_id)?,
            from: moment("from", self.from)?,
            to: moment("to", self.to)?,
        })
    }
}

/// Whether the Sovereign may know what was before and after: a line about an Organization is about what it is and
/// pays, or else about what is inside.
pub(crate) fn may_be_shown(line: &Line) -> bool {
    const KINDS: [&str; 7] =
        ["organization", "subscription", "order", "refund", "credit", "payment", "alarm"];
    let kind = line.action.split('.').next();
    line.tenant_id.is_none() || kind.is_some_and(|kind| KINDS.contains(&kind))
}

/// A page of the lines that fit, before `place`.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn page(
    store: &Store,
    filter: &Filter,
    place: Option<Place>,
    limit: i64,
) -> storage::Result<Page> {
    let bound = |at: Option<Ts>, seconds| at.map(|at| ids::first_of(at.0.plus_seconds(seconds)));
    let low = bound(filter.from, -APART_SECONDS).unwrap_or_else(Uuid::nil);
    let high = bound(filter.to, APART_SECONDS).unwrap_or_else(Uuid::max);
    let high = place.map_or(high, |place| high.min(place.0));
    let mut tx = store.read_across().await?;
    let reach = audit::reach(&mut tx, (low, high), REACH).await?;
    let range = (reach.unwrap_or(low), high);
    let mut entries = audit::newest(&mut tx, filter, range, limit.saturating_add(1)).await?;
    let more = cut(&mut entries, limit);
    let last = entries.last().map(|entry| entry.line.id);
    let next = if more { last } else { reach };
    Ok(Page { entries, next: next.map(Place) })
}
