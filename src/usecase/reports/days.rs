//! Which days a report tells of: the last so many, or those from one to another.

use sovereign_domain::calendar::{TimeZone, date_in, day_begins};
use sovereign_domain::timestamp::Timestamp;
use time::{Date, Duration};

use super::{DAYS, MAX_DAYS};
use crate::usecase::vouchers::FieldError;

/// Days of the Sovereign's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Days {
    /// So many, today the last of them.
    Last(i64),
    /// From one to another, both among them.
    Between(Date, Date),
}

/// Days as a client asks for them. Empty texts are as good as none.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AskedFor<'a> {
    pub(crate) days: Option<i64>,
    /// The first and the last, each as `2026-12-01`; without a last one it is today.
    pub(crate) from: Option<&'a str>,
    pub(crate) to: Option<&'a str>,
}

impl AskedFor<'_> {
    /// # Errors
    /// Where they are not understood, too many, or not over when today is.
    pub(crate) fn read(self, now: Timestamp, zone: &TimeZone) -> Result<Days, FieldError> {
        let [from, to] =
            [self.from, self.to].map(|text| text.map(str::trim).filter(|text| !text.is_empty()));
        if from.is_none() && to.is_none() {
            let days = self.days.unwrap_or(DAYS);
            let error = || FieldError::new("days", format!("days must be 1 to {MAX_DAYS}"));
            return (1..=MAX_DAYS).contains(&days).then_some(Days::Last(days)).ok_or_else(error);
        }
        if self.days.is_some() {
            let detail = "days must be left out where from or to is given";
            return Err(FieldError::new("days", detail));
        }
        let day = |field: &'static str, text: &str| {
            let date = day_begins(text, zone).and_then(|at| date_in(at, zone));
            date.ok_or_else(|| {
                FieldError::new(field, format!("{field} must be a day such as 2026-12-01"))
            })
        };
        let today = date_in(now, zone).unwrap_or(Date::MIN);
        let last = to.map_or(Ok(today), |text| day("to", text))?;
        let Some(from) = from else {
            return Err(FieldError::new("from", "from must be given where to is"));
        };
        let first = day("from", from)?;
        if last > today {
            return Err(FieldError::new("to", format!("to must not be after today, {today}")));
        }
        if first > last {
            return Err(FieldError::new("from", format!("from must not be after {last}")));
        }
        if last - first >= Duration::days(MAX_DAYS) {
            let detail = format!("from must be so late that there are at most {MAX_DAYS} days");
            return Err(FieldError::new("from", detail));
        }
        Ok(Days::Between(first, last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    fn read(days: Option<i64>, from: &str, to: &str) -> Result<Days, &'static str> {
        let zone = TimeZone::get("Asia/Muscat").unwrap();
        // It is the second of March in Muscat already.
        let now = Timestamp::parse_rfc3339("2027-03-01T20:00:00Z").unwrap();
        let asked = AskedFor { days, from: Some(from), to: Some(to) };
        asked.read(now, &zone).map_err(|error| error.field)
    }

    #[test]
    fn days_are_those_of_the_time_zone() {
        assert_eq!(read(None, "", " "), Ok(Days::Last(DAYS)));
        assert_eq!(read(Some(366), "", ""), Ok(Days::Last(366)));
        let (first, today) = (date!(2027 - 02 - 01), date!(2027 - 03 - 02));
        assert_eq!(read(None, "2027-02-01", ""), Ok(Days::Between(first, today)));
        assert_eq!(read(None, " 2027-02-01", "2027-03-02 "), Ok(Days::Between(first, today)));
        assert_eq!(read(None, "2027-02-01", "2027-02-01"), Ok(Days::Between(first, first)));
        let year = Days::Between(date!(2026 - 03 - 02), today);
        assert_eq!(read(None, "2026-03-02", "2027-03-02"), Ok(year), "366 days");
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (days, from, to, field) in [
            (Some(0), "", "", "days"),
            (Some(367), "", "", "days"),
            (Some(7), "2027-02-01", "", "days"),
            (None, "", "2027-02-01", "from"),
            (None, "2027-02-30", "", "from"),
            (None, "1.2.2027", "", "from"),
            (None, "2027-02-01", "soon", "to"),
            (None, "2027-02-01", "2027-03-03", "to"),
            (None, "2027-02-02", "2027-02-01", "from"),
            (None, "2027-03-03", "", "from"),
            (None, "2026-03-01", "2027-03-02", "from"),
        ] {
            assert_eq!(read(days, from, to), Err(field), "{days:?} {from} {to}");
        }
    }
}
