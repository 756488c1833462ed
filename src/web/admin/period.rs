//! The days that drawings are of, as a page's address asks for them: the last so many, or those from one to another.

use super::super::fields::Fields;
use super::super::page::Page;
use super::super::problems::Problems;
use super::typed::plain;
use crate::app::App;
use crate::usecase::reports::days::{AskedFor, Days};
use crate::usecase::reports::{DAYS, MAX_DAYS};

pub(super) struct Period {
    pub(super) days: Days,
    /// The first and the last day, as they stand in the form.
    pub(super) from: String,
    pub(super) to: String,
    pub(super) problems: Problems,
    /// The same days in the address of a file.
    pub(super) query: String,
}

impl Period {
    /// What an address asks for; thirty days where it asks for none, or for none that there can be.
    pub(super) fn asked(app: &App, page: &Page, query: Option<&str>) -> Self {
        let fields = Fields::of_query(query);
        let [from, to] = ["from", "to"].map(|name| plain(fields.get(name)));
        let is_span = !from.is_empty() || !to.is_empty();
        let last = fields.get("days").parse().ok();
        let last = last.filter(|days| !is_span && (1..=MAX_DAYS).contains(days));
        let asked = AskedFor { days: last, from: Some(&from), to: Some(&to) };
        let (days, problems) = match asked.read(app.clock.now(), &app.zone) {
            Ok(days) => (days, Problems::none()),
            Err(fault) if fault.field == "to" => {
                (Days::Last(DAYS), Problems::of("to", page.text("admin-report-to-wrong")))
            }
            Err(_) => {
                (Days::Last(DAYS), Problems::of("from", page.text("admin-report-from-wrong")))
            }
        };
        let query = match days {
            Days::Last(days) => format!("days={days}"),
            Days::Between(first, last) => format!("from={first}&to={last}"),
        };
        Self { days, from, to, problems, query }
    }

    /// Thirty days.
    pub(super) fn usual(app: &App, page: &Page) -> Self {
        Self::asked(app, page, None)
    }
}
