//! `months`: how far each month is.

use sovereign_domain::split::Month;

use crate::from_row;
use crate::storage::{Error, Result, Ts, Tx, on_db};

/// How far a month is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// What moved is being read.
    Reading,
    /// All of it is read, and perhaps some of it shared.
    Read,
    /// All of it is shared.
    Shared,
    /// Its statements are written; it never changes any more.
    Closed,
}

impl State {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Read => "read",
            Self::Shared => "shared",
            Self::Closed => "closed",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Reading, Self::Read, Self::Shared, Self::Closed]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

from_row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct MonthRow {
        /// Such as `2026-11`.
        pub(crate) month: String,
        state: String,
        pub(crate) account: String,
        pub(crate) time_zone: String,
        pub(crate) read_from: Ts,
        pub(crate) begins_at: Ts,
        pub(crate) ends_at: Ts,
        pub(crate) read_after: Option<String>,
        pub(crate) agreements_sha256: Option<String>,
        shared_at: Option<Ts>,
        shared_rank: Option<i32>,
        shared_id: Option<String>,
        steps: i64,
        pub(crate) created_at: Ts,
        pub(crate) closed_at: Option<Ts>,
    }
}

/// A place in the order of a month's movements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) at: Ts,
    pub(crate) rank: i32,
    pub(crate) id: String,
}

impl Place {
    /// Before every movement.
    pub(crate) fn first() -> Self {
        let at = Ts(sovereign_domain::timestamp::Timestamp::from_seconds(0));
        Self { at, rank: -1, id: String::new() }
    }
}

/// What a new month is of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewMonth<'a> {
    pub(crate) month: Month,
    pub(crate) account: &'a str,
    pub(crate) time_zone: &'a str,
    pub(crate) read_from: Ts,
    pub(crate) begins_at: Ts,
    pub(crate) ends_at: Ts,
    pub(crate) created_at: Ts,
}

impl NewMonth<'_> {
    pub(crate) fn row(&self) -> MonthRow {
        MonthRow {
            month: self.month.to_string(),
            state: State::Reading.as_str().to_owned(),
            account: self.account.to_owned(),
            time_zone: self.time_zone.to_owned(),
            read_from: self.read_from,
            begins_at: self.begins_at,
            ends_at: self.ends_at,
            read_after: None,
            agreements_sha256: None,
            shared_at: None,
            shared_rank: None,
            shared_id: None,
            steps: 0,
            created_at: self.created_at,
            closed_at: None,
        }
    }
}

impl MonthRow {
    pub(crate) fn state(&self) -> Result<State> {
        let wrong = || Error::corrupt("months", format!("state {:?}", self.state));
        State::parse(&self.state).ok_or_else(wrong)
    }

    pub(crate) fn set_state(&mut self, state: State) {
        state.as_str().clone_into(&mut self.state);
    }

    pub(crate) fn name(&self) -> Result<Month> {
        self.month.parse::<Month>().map_err(|error| Error::corrupt("months", error))
    }

    /// Where sharing goes on.
    pub(crate) fn shared_until(&self) -> Place {
        match (self.shared_at, self.shared_rank, &self.shared_id) {
            (Some(at), Some(rank), Some(id)) => Place { at, rank, id: id.clone() },
            _ => Place::first(),
        }
    }

    pub(crate) fn set_shared_until(&mut self, place: Option<Place>) {
        (self.shared_at, self.shared_rank, self.shared_id) = match place {
            Some(place) => (Some(place.at), Some(place.rank), Some(place.id)),
            None => (None, None, None),
        };
    }
}

macro_rules! months {
    ($rest:literal) => {
        concat!(
            "SELECT month, state, account, time_zone, read_from, begins_at, ends_at, read_after, \
                 agreements_sha256, shared_at, shared_rank, shared_id, steps, created_at, closed_at \
             FROM months ",
            $rest
        )
    };
}

pub(crate) async fn find(tx: &mut Tx, month: Month) -> Result<Option<MonthRow>> {
    const SQL: &str = months!("WHERE month = $1");
    let name = month.to_string();
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(&name).fetch_optional(c).await)?)
}

/// The newest month.
pub(crate) async fn last(tx: &mut Tx) -> Result<Option<MonthRow>> {
    const SQL: &str = months!("ORDER BY month DESC LIMIT 1");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).fetch_optional(c).await)?)
}

/// The oldest month.
pub(crate) async fn first(tx: &mut Tx) -> Result<Option<MonthRow>> {
    const SQL: &str = months!("ORDER BY month LIMIT 1");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).fetch_optional(c).await)?)
}

/// A month that another process has begun at the same time is a conflict.
pub(crate) async fn insert(tx: &mut Tx, row: &MonthRow) -> Result<()> {
    let sql = "INSERT INTO months (month, state, account, time_zone, read_from, begins_at, ends_at, steps, \
                   created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    on_db!(tx, c => sqlx::query(sql)
        .bind(&row.month)
        .bind(&row.state)
        .bind(&row.account)
        .bind(&row.time_zone)
        .bind(row.read_from)
        .bind(row.begins_at)
        .bind(row.ends_at)
        .bind(row.steps)
        .bind(row.created_at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Writes how far a month is by now. Where another process did since it was read, it is a conflict.
pub(crate) async fn advance(tx: &mut Tx, row: &mut MonthRow) -> Result<()> {
    let sql = "UPDATE months SET state = $3, read_after = $4, agreements_sha256 = $5, shared_at = $6, \
                   shared_rank = $7, shared_id = $8, closed_at = $9, steps = steps + 1 \
               WHERE month = $1 AND steps = $2 AND state <> 'closed'";
    let touched = on_db!(tx, c => sqlx::query(sql)
        .bind(&row.month)
        .bind(row.steps)
        .bind(&row.state)
        .bind(&row.read_after)
        .bind(&row.agreements_sha256)
        .bind(row.shared_at)
        .bind(row.shared_rank)
        .bind(&row.shared_id)
        .bind(row.closed_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if touched != 1 {
        return Err(Error::Conflict(format!("months: another process is at {}", row.month)));
    }
    row.steps = row.steps.saturating_add(1);
    Ok(())
}
