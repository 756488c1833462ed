//! A campaign as it stands in a form: texts, until they are read.

use sovereign_domain::calendar::{date_in, day_begins, day_ends};
use sovereign_domain::campaign::{Campaign, MAX_PER_CUSTOMER};
use sovereign_domain::ids::CampaignId;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::super::fields::Fields;
use super::super::page::Page;
use super::super::problems::Problems;
use super::typed::{plain, whole};
use crate::usecase::campaigns::{self, CampaignEdit, MAX_BUDGET_MINOR};
use crate::usecase::vouchers::FieldError;

/// What a campaign's form has in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) name: String,
    /// In units of the currency, perhaps with decimals; empty for no budget.
    pub(super) budget: String,
    /// The first and the last day, as `2027-03-01`; empty where there is none.
    pub(super) first: String,
    pub(super) last: String,
    /// Empty where a customer may redeem any number.
    pub(super) each: String,
}

/// The fields of the form, from top to bottom.
const FIELDS: [&str; 5] = ["name", "budget", "first", "last", "each"];

impl Typed {
    pub(super) fn of_form(fields: &Fields) -> Self {
        let text = |name| fields.get(name).to_owned();
        Self {
            name: text("name"),
            budget: text("budget"),
            first: text("first"),
            last: text("last"),
            each: text("each"),
        }
    }

    pub(super) fn of(page: &Page, campaign: &Campaign) -> Self {
        let unless_none = |number: i64| Some(number).filter(|number| *number > 0);
        let day = |at: Timestamp| date_in(at, &page.zone).map(|day| day.to_string());
        // The last day is the one before the first moment after it.
        let last =
            campaign.ends_at.map(|end| Timestamp::from_micros(end.micros().saturating_sub(1)));
        let budget = unless_none(campaign.budget_minor).map(|budget| page.currency.decimal(budget));
        Self {
            name: campaign.name.clone(),
            budget: budget.map(|text| without_zeros(&text)).unwrap_or_default(),
            first: campaign.starts_at.and_then(day).unwrap_or_default(),
            last: last.and_then(day).unwrap_or_default(),
            each: unless_none(campaign.per_customer).map(|n| n.to_string()).unwrap_or_default(),
        }
    }

    /// What is to be written, or all that is wrong with the form. A day that is as the form had it leaves the moment
    /// that is stored, which may lie within the day.
    pub(super) fn read(
        &self,
        page: &Page,
        before: Option<&Campaign>,
    ) -> Result<CampaignEdit, Problems> {
        let mut problems = Problems::none();
        let shown = before.map(|campaign| Self::of(page, campaign));
        let budget_minor = match &*self.budget {
            "" => Some(0),
            text => page.currency.read_decimal(&plain(text)),
        };
        if budget_minor.is_none_or(|budget| budget > MAX_BUDGET_MINOR) {
            problems.add("budget", page.text("admin-campaign-budget-wrong"));
        }
        let per_customer = if self.each.is_empty() { Some(0) } else { whole(&self.each) };
        if per_customer.is_none_or(|most| !(0..=MAX_PER_CUSTOMER).contains(&most)) {
            problems.add("each", page.text("admin-campaign-each-wrong"));
        }
        let mut day = |field: &'static str, typed: &str, shown: Option<&str>, ends: bool| {
            if shown == Some(typed) {
                return None;
            }
            let begins = if ends { day_ends } else { day_begins };
            let moment = begins(&plain(typed), &page.zone);
            if moment.is_none() && !typed.is_empty() {
                problems.add(field, page.text("admin-campaign-day-wrong"));
            }
            Some(moment.map(Timestamp::to_rfc3339).unwrap_or_default())
        };
        let starts_at = day("first", &self.first, shown.as_ref().map(|was| &*was.first), false);
        let ends_at = day("last", &self.last, shown.as_ref().map(|was| &*was.last), true);
        let edit = CampaignEdit {
            name: Some(self.name.clone()),
            active: None,
            budget_minor,
            starts_at,
            ends_at,
            per_customer,
        };
        let before = before.cloned().unwrap_or_else(|| {
            campaigns::blank(CampaignId(Uuid::nil()), Timestamp::from_seconds(0))
        });
        for (field, text) in edit.apply(&before).err().iter().flat_map(|f| faults(page, f)) {
            if problems.at(field).is_none() {
                problems.add(field, text);
            }
        }
        if problems.any() { Err(problems.in_order_of(&FIELDS)) } else { Ok(edit) }
    }

    /// What the use case found wrong, at the fields of the form.
    pub(super) fn problems(page: &Page, found: &[FieldError]) -> Problems {
        let mut problems = Problems::none();
        faults(page, found).for_each(|(field, text)| problems.add(field, text));
        problems.in_order_of(&FIELDS)
    }
}

/// The field of the form that each is about, and what is to be said of it.
fn faults(page: &Page, found: &[FieldError]) -> impl Iterator<Item = (&'static str, String)> {
    found.iter().map(|fault| {
        let (field, name) = match fault.field {
            "name" if fault.detail.contains("another") => ("name", "admin-campaign-name-taken"),
            "name" => ("name", "admin-campaign-name-wrong"),
            "budget_minor" => ("budget", "admin-campaign-budget-wrong"),
            "starts_at" => ("first", "admin-campaign-day-wrong"),
            "ends_at" => ("last", "admin-campaign-last-wrong"),
            _ => ("each", "admin-campaign-each-wrong"),
        };
        (field, page.text(name))
    })
}

/// An amount without decimals that say nothing.
fn without_zeros(decimal: &str) -> String {
    match decimal.split_once('.') {
        Some((units, decimals)) if decimals.bytes().all(|byte| byte == b'0') => units.to_owned(),
        _ => decimal.to_owned(),
    }
}
