//! A voucher as it stands in a form: texts, until they are read.

use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Code, Voucher, comparable};

use super::super::fields::Fields;
use super::super::page::Page;
use super::super::problems::Problems;
use crate::usecase::vouchers::{FieldError, Issue, unredeemed};

/// What a voucher's form has in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) code: String,
    /// In whole units of the currency.
    pub(super) credit: String,
    pub(super) description: String,
    /// Empty for a voucher without a cap.
    pub(super) cap: String,
    /// Empty for credit that lasts for good.
    pub(super) days: String,
    /// The identifier of a campaign; empty for a voucher that is in none.
    pub(super) campaign: String,
}

impl Typed {
    pub(super) fn of_form(fields: &Fields) -> Self {
        let text = |name| fields.get(name).to_owned();
        Self {
            code: text("code"),
            credit: text("credit"),
            // As a browser sends the ends of lines.
            description: text("description").replace("\r\n", "\n"),
            cap: text("cap"),
            days: text("days"),
            campaign: text("campaign"),
        }
    }

    pub(super) fn of(voucher: &Voucher, currency: Currency) -> Self {
        let unless_none = |number: i64| Some(number).filter(|number| *number > 0);
        let text = |number: Option<i64>| number.map(|number| number.to_string());
        Self {
            code: voucher.code.as_str().to_owned(),
            credit: currency.whole_units(voucher.credit_minor).to_string(),
            description: voucher.description.clone(),
            cap: text(unless_none(voucher.max_redemptions)).unwrap_or_default(),
            days: text(voucher.credit_valid_days).unwrap_or_default(),
            campaign: voucher.campaign_id.map(|id| id.to_string()).unwrap_or_default(),
        }
    }

    /// What is to be issued under `code`, or all that is wrong with the form.
    pub(super) fn read(&self, page: &Page, code: &str) -> Result<Issue, Problems> {
        let mut problems = Problems::none();
        let mut number = |field: &'static str, text: &str, none: Option<i64>| {
            let read = if text.is_empty() { none } else { whole(text) };
            if read.is_none() {
                problems.add(field, wrong(page, field));
            }
            read.unwrap_or(1)
        };
        let issue = Issue {
            code: code.to_owned(),
            credit_units: number("credit", &self.credit, None),
            description: Some(self.description.clone()),
            active: None,
            max_redemptions: Some(number("cap", &self.cap, Some(0))),
            credit_valid_days: Some(number("days", &self.days, Some(0))),
            campaign: Some(self.campaign.clone()),
        };
        for error in issue.faults(page.currency) {
            let field = field(&error);
            if problems.at(field).is_none() {
                problems.add(field, wrong(page, field));
            }
        }
        if problems.any() { Err(problems.in_order_of(&FIELDS)) } else { Ok(issue) }
    }

    /// The voucher as customers would see it, or all that is wrong with the form.
    pub(super) fn seen(
        &self,
        page: &Page,
        code: &str,
        now: Timestamp,
    ) -> Result<Voucher, Problems> {
        let issue = self.read(page, code)?;
        let credit_minor = page.currency.units_to_minor(issue.credit_units).unwrap_or_default();
        Ok(Voucher {
            description: self.description.clone(),
            credit_valid_days: issue.credit_valid_days.filter(|days| *days > 0),
            ..unredeemed(Code::stored(comparable(code)), credit_minor, now)
        })
    }
}

/// The fields of the form, from top to bottom.
const FIELDS: [&str; 6] = ["code", "credit", "description", "cap", "days", "campaign"];

/// Which field of the form an error is about.
fn field(error: &FieldError) -> &'static str {
    match error.field {
        "credit_omr" => "credit",
        "max_redemptions" => "cap",
        "credit_valid_days" => "days",
        "description" => "description",
        _ => "code",
    }
}

fn wrong(page: &Page, field: &str) -> String {
    page.text(&format!("admin-voucher-{field}-wrong"))
}

/// A whole number as people type it: in digits of any kind, perhaps with marks between thousands.
pub(super) fn whole(text: &str) -> Option<i64> {
    plain(text).parse().ok()
}

/// A number, or a day, in plain digits, without marks between thousands.
pub(super) fn plain(text: &str) -> String {
    let digits = comparable(text).replace('\u{66b}', ".");
    digits.chars().filter(|c| !c.is_whitespace() && !",\u{66c}'_".contains(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_type_them() {
        for typed in ["1500", " 1,500 ", "١٥٠٠", "١٬٥٠٠", "1 500", "۱۵۰۰"] {
            assert_eq!(whole(typed), Some(1_500), "{typed:?}");
        }
        for typed in ["", "much", "1.5", "12a", "--3"] {
            assert_eq!(whole(typed), None, "{typed:?}");
        }
        assert_eq!(whole("-3"), Some(-3));
    }
}
