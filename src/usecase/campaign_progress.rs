//! How a campaign goes: what it granted on each day, and when its budget ends if it goes on so.

use std::collections::BTreeMap;

use sovereign_domain::calendar::{TimeZone, date_in, day_begins};
use sovereign_domain::campaign::Campaign;
use sovereign_domain::timestamp::Timestamp;
use time::Date;

use super::export::{Spool, csv};
use super::reports::days::Days;
use crate::app::App;
use crate::storage;
use crate::storage::campaigns::{self, CountRow};

/// What a forecast goes by, in days.
const FORECAST_DAYS: i64 = 7;
/// No forecast goes by less, in seconds: it is what redemptions are counted by.
const LEAST_SECONDS: i64 = 15 * 60;

/// What was granted on a day of the Sovereign's time zone, less what was released of it since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day {
    pub(crate) date: Date,
    pub(crate) redemptions: i64,
    pub(crate) granted_minor: i64,
}

/// These days of a campaign; none from before it was made.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn days(app: &App, campaign: &Campaign, days: Days) -> storage::Result<Vec<Day>> {
    let now = app.clock.now();
    let made = date_in(campaign.created_at, &app.zone);
    let (first, last) = match days {
        Days::Between(first, last) => (Some(first), Some(last)),
        Days::Last(days) => {
            let earliest = now.plus_days(days.saturating_sub(1).saturating_neg());
            (date_in(earliest, &app.zone), date_in(now, &app.zone))
        }
    };
    let (Some(first), Some(last)) = (first.max(made), last) else { return Ok(Vec::new()) };
    let begins = day_begins(&first.to_string(), &app.zone).unwrap_or(campaign.created_at);
    let mut tx = app.store.read().await?;
    let counts = campaigns::counts(&mut tx, campaign.id, begins).await?;
    Ok(by_day(&counts, (first, last), &app.zone))
}

/// Every day from one to another.
fn by_day(counts: &[CountRow], (first, last): (Date, Date), zone: &TimeZone) -> Vec<Day> {
    let empty = |date| Day { date, redemptions: 0, granted_minor: 0 };
    let all = std::iter::successors(Some(first), |date| date.next_day());
    let mut days: BTreeMap<Date, Day> =
        all.take_while(|date| *date <= last).map(|date| (date, empty(date))).collect();
    for count in counts {
        let day = date_in(count.since.0, zone).and_then(|date| days.get_mut(&date));
        let Some(day) = day else { continue };
        day.redemptions = day.redemptions.saturating_add(count.redemptions);
        day.granted_minor = day.granted_minor.saturating_add(count.granted_minor);
    }
    days.into_values().collect()
}

/// When the budget is used up if the campaign goes on as in the last week, or since it began; `None` where that
/// cannot be told.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn budget_ends_at(
    app: &App,
    campaign: &Campaign,
) -> storage::Result<Option<Timestamp>> {
    if campaign.budget_minor == 0 {
        return Ok(None);
    }
    let now = app.clock.now();
    let begun = campaign.starts_at.map_or(campaign.created_at, |at| at.max(campaign.created_at));
    let from = now.plus_days(-FORECAST_DAYS).max(begun);
    let mut tx = app.store.read().await?;
    let counts = campaigns::counts(&mut tx, campaign.id, from).await?;
    let granted = counts.iter().map(|count| count.granted_minor);
    let granted = granted.fold(0_i64, i64::saturating_add);
    let seconds = now.seconds().saturating_sub(from.seconds()).max(LEAST_SECONDS);
    Ok(campaign.budget_ends_at(granted, seconds, now))
}

/// The days of a campaign as a file.
///
/// # Errors
/// Where the file cannot be written.
pub(crate) fn file(app: &App, days: &[Day]) -> std::io::Result<Spool> {
    let currency = app.facts.currency;
    let mut written = csv::head(["day", "redemptions", "granted", "currency", "granted_minor"]);
    for day in days {
        let line = [
            csv::Cell::Text(&day.date.to_string()),
            csv::Cell::Number(&day.redemptions.to_string()),
            csv::Cell::Number(&currency.decimal(day.granted_minor)),
            csv::Cell::Text(currency.code()),
            csv::Cell::Number(&day.granted_minor.to_string()),
        ];
        csv::cells(&mut written, line);
    }
    let mut spool = Spool::new(app.new_id());
    spool.write(written.as_bytes())?;
    Ok(spool)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Ts;

    #[test]
    fn a_day_is_that_of_the_time_zone_and_none_is_left_out() {
        let zone = TimeZone::get("Asia/Muscat").unwrap();
        let at = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
        let count =
            |text, granted_minor| CountRow { since: Ts(at(text)), redemptions: 1, granted_minor };
        // In Muscat the day begins at eight in the evening.
        let counts = [count("2027-03-01T19:45:00Z", 5), count("2027-03-01T20:00:00Z", 7)];
        let date = |text| date_in(at(text), &zone).unwrap();
        let span = (date("2027-02-28T12:00:00Z"), date("2027-03-03T12:00:00Z"));
        let days = by_day(&counts, span, &zone);
        let seen: Vec<_> =
            days.iter().map(|day| (day.date.to_string(), day.granted_minor)).collect();
        let expected = [("2027-02-28", 0), ("2027-03-01", 5), ("2027-03-02", 7), ("2027-03-03", 0)];
        assert_eq!(seen, expected.map(|(date, minor)| (date.to_owned(), minor)));
    }
}
