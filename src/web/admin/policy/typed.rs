//! The policy as it stands in a form: texts, until they are read.

use std::collections::{BTreeMap, BTreeSet};

use sovereign_domain::environment::EnvironmentName;
use sovereign_domain::money::Currency;
use sovereign_domain::policy::Policy;

use super::super::typed::{plain, whole};
use super::parts::{PARTS, Part, Reading};
use crate::usecase::environment_policy::{ApprovalWish, PolicyWish};
use crate::web::fields::Fields;
use crate::web::page::Page;
use crate::web::problems::Problems;

/// What a box says that is ticked.
const ON: &str = "yes";

/// What the form has in it, by the name of the field: of what is allowed or named, one on each line, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed(BTreeMap<&'static str, String>);

/// What stands in a field for a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    Absent,
    Given(i64),
    Unreadable,
}

impl Typed {
    pub(super) fn of_form(fields: &Fields) -> Self {
        let mut typed = Self::default();
        for part in &PARTS {
            let text = fields.get(part.id);
            match part.reading {
                Reading::Allowed(none) => {
                    typed.0.insert(part.id, lines(names(text)));
                    let ticked = none.filter(|none| fields.find(none).is_some());
                    typed.0.extend(ticked.map(|none| (none, ON.to_owned())));
                }
                Reading::Named => {
                    typed.0.insert(part.id, lines(names(text)));
                }
                Reading::Whole | Reading::Amount => {
                    typed.0.insert(part.id, text.to_owned());
                }
            }
        }
        typed
    }

    pub(super) fn of(policy: &Policy, currency: Currency) -> Self {
        let mut typed = Self::default();
        let amount = |minor: Option<i64>| minor.map(|minor| currency.decimal(minor));
        let environments = policy.allowed_environments.as_ref();
        let environments = environments.map(|all| all.iter().map(|name| name.as_str()).collect());
        typed.allow("allowed_apps", policy.allowed_apps.as_ref().map(texts));
        typed.allow("allowed_tiers", policy.allowed_tiers.as_ref().map(texts));
        typed.allow("allowed_plans", policy.allowed_plans.as_ref().map(texts));
        typed.allow("allowed_regions", policy.allowed_regions.as_ref().map(texts));
        typed.allow("allowed_environments", environments);
        let number = policy.max_environments.map(|number| number.to_string());
        let rest = [
            ("denied_apps", Some(lines(texts(&policy.denied_apps)))),
            ("max_environments", number),
            ("max_monthly_spend_minor", amount(policy.max_monthly_spend_minor)),
            ("approval_apps", Some(lines(texts(&policy.approval.apps)))),
            ("approval_tiers", Some(lines(texts(&policy.approval.tiers)))),
            ("approval_above_monthly_minor", amount(policy.approval.above_monthly_minor)),
        ];
        typed.0.extend(rest.map(|(id, text)| (id, text.unwrap_or_default())));
        typed
    }

    /// Fills in what is allowed.
    fn allow(&mut self, id: &'static str, allowed: Option<BTreeSet<&str>>) {
        let part = PARTS.iter().find(|part| part.id == id);
        if let Some(Reading::Allowed(Some(none))) = part.map(|part| part.reading)
            && allowed.as_ref().is_some_and(BTreeSet::is_empty)
        {
            self.0.insert(none, ON.to_owned());
        }
        self.0.insert(id, lines(allowed.unwrap_or_default()));
    }

    pub(super) fn text(&self, id: &str) -> &str {
        self.0.get(id).map_or("", String::as_str)
    }

    /// Whether nothing at all is to be allowed.
    pub(super) fn allows_none(&self, part: &Part) -> bool {
        matches!(part.reading, Reading::Allowed(Some(none)) if !self.text(none).is_empty())
    }

    /// The number or the amount in a field.
    fn number(&self, part: &Part, currency: Currency) -> Number {
        let text = self.text(part.id);
        let read = match part.reading {
            _ if text.is_empty() => return Number::Absent,
            Reading::Amount => currency.read_decimal(&plain(text)),
            _ => whole(text),
        };
        read.map_or(Number::Unreadable, Number::Given)
    }

    /// What is to be set, or all that is wrong with the form.
    pub(super) fn wish(&self, page: &Page) -> Result<PolicyWish, Problems> {
        let mut problems = Problems::none();
        for part in &PARTS {
            let name = match part.reading {
                Reading::Allowed(_) => {
                    let is_both = self.allows_none(part) && !self.text(part.id).is_empty();
                    is_both.then_some("admin-policy-both-wrong")
                }
                Reading::Named => None,
                Reading::Whole | Reading::Amount => {
                    let number = self.number(part, page.currency);
                    (number == Number::Unreadable).then(|| wrong(part))
                }
            };
            if let Some(name) = name {
                problems.add(part.id, page.text(name));
            }
        }
        if problems.any() { Err(problems) } else { Ok(self.read(page.currency)) }
    }

    fn read(&self, currency: Currency) -> PolicyWish {
        let named = |id: &str| -> Vec<String> {
            let names = self.text(id).lines();
            names.map(str::to_owned).collect()
        };
        let part = |id: &str| PARTS.iter().find(|part| part.id == id);
        let allowed = |id: &str| {
            let is_limited = part(id).is_some_and(|part| self.allows_none(part));
            Some(named(id)).filter(|names| is_limited || !names.is_empty())
        };
        let number = |id: &str| match self.number(part(id)?, currency) {
            Number::Given(number) => Some(number),
            Number::Absent | Number::Unreadable => None,
        };
        PolicyWish {
            allowed_apps: allowed("allowed_apps"),
            denied_apps: Some(named("denied_apps")),
            allowed_tiers: allowed("allowed_tiers"),
            allowed_plans: allowed("allowed_plans"),
            allowed_regions: allowed("allowed_regions"),
            allowed_environments: allowed("allowed_environments"),
            max_environments: number("max_environments"),
            max_monthly_spend_minor: number("max_monthly_spend_minor"),
            approval: Some(ApprovalWish {
                apps: Some(named("approval_apps")),
                tiers: Some(named("approval_tiers")),
                above_monthly_minor: number("approval_above_monthly_minor"),
            }),
        }
    }

    /// Of each field in which this and `other` differ: what it is called, and what both say.
    pub(super) fn unlike(&self, page: &Page, other: &Self) -> Vec<(String, String, String)> {
        let said = PARTS
            .iter()
            .map(|part| (part.label(page), self.said(page, part), other.said(page, part)));
        said.filter(|(_, own, others)| own != others).collect()
    }

    /// What a field says, in the reader's language.
    fn said(&self, page: &Page, part: &Part) -> String {
        let text = self.text(part.id);
        match (part.reading, self.number(part, page.currency)) {
            (Reading::Allowed(_), _) if self.allows_none(part) => page.text("admin-policy-none"),
            (Reading::Allowed(_), _) if text.is_empty() => page.text("admin-policy-all"),
            (Reading::Named, _) if text.is_empty() => page.text("admin-policy-none"),
            (Reading::Allowed(_) | Reading::Named, _) => text.replace('\n', ", "),
            (_, Number::Absent) => page.text("admin-policy-no-limit"),
            (_, Number::Unreadable) => text.to_owned(),
            (Reading::Amount, Number::Given(minor)) => page.amount(minor),
            (_, Number::Given(number)) => page.digits.write(&number.to_string()),
        }
    }
}

/// The name of what is wrong with a field.
pub(super) const fn wrong(part: &Part) -> &'static str {
    match part.reading {
        Reading::Allowed(_) | Reading::Named => "admin-policy-names-wrong",
        Reading::Whole => "admin-policy-whole-wrong",
        Reading::Amount => "admin-policy-amount-wrong",
    }
}

/// Names as people type them: with blanks, commas or ends of lines between them.
fn names(text: &str) -> BTreeSet<&str> {
    let is_between = |c: char| c.is_whitespace() || matches!(c, ',' | '\u{60c}');
    text.split(is_between).filter(|name| !name.is_empty()).collect()
}

fn texts(set: &BTreeSet<String>) -> BTreeSet<&str> {
    set.iter().map(String::as_str).collect()
}

fn lines(names: BTreeSet<&str>) -> String {
    names.into_iter().collect::<Vec<_>>().join("\n")
}

/// Every environment that there can be.
pub(super) fn environments() -> Vec<String> {
    EnvironmentName::ALL.map(|name| name.as_str().to_owned()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy {
            allowed_apps: Some(BTreeSet::new()),
            denied_apps: ["odoo".to_owned(), "ghost".to_owned()].into(),
            allowed_environments: Some([EnvironmentName::Stg, EnvironmentName::Prod].into()),
            max_environments: Some(2),
            max_monthly_spend_minor: Some(12_500),
            ..Policy::default()
        }
    }

    #[test]
    fn a_policy_comes_back_from_its_form() {
        let currency = Currency::from_code("OMR").unwrap();
        let wish = Typed::of(&policy(), currency).read(currency);
        assert_eq!(wish.allowed_apps, Some(Vec::new()));
        assert_eq!(wish.denied_apps, Some(vec!["ghost".to_owned(), "odoo".to_owned()]));
        assert_eq!(wish.allowed_plans, None);
        assert_eq!(wish.allowed_environments, Some(vec!["prod".to_owned(), "stg".to_owned()]));
        assert_eq!((wish.max_environments, wish.max_monthly_spend_minor), (Some(2), Some(12_500)));
        assert_eq!(wish.approval.unwrap().above_monthly_minor, None);
    }

    #[test]
    fn names_are_read_as_people_type_them() {
        for text in ["odoo ghost", "ghost,odoo,", " odoo\u{60c}\r\n ghost\nodoo"] {
            assert_eq!(lines(names(text)), "ghost\nodoo", "{text:?}");
        }
        assert_eq!(lines(names(" ,\n")), "");
    }
}
