//! Codes to make as they stand in a form: texts, until they are read.

use uuid::Uuid;

use super::super::fields::Fields;
use super::super::page::Page;
use super::super::problems::Problems;
use super::typed::{self, whole};
use crate::usecase::bulk::{Alphabet, NewCodes, Pattern};

/// What the form has in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed {
    /// Of the operation: the same form sent twice begins it once.
    pub(super) id: String,
    pub(super) count: String,
    pub(super) prefix: String,
    /// Empty for as many as the alphabet has by default.
    pub(super) length: String,
    pub(super) alphabet: String,
    pub(super) check_character: bool,
    /// What each is worth.
    pub(super) worth: typed::Typed,
}

/// The fields of the form, from top to bottom.
const FIELDS: [&str; 9] =
    ["count", "prefix", "length", "alphabet", "credit", "description", "cap", "days", "campaign"];

impl Typed {
    /// A code that stands for those that are made.
    pub(super) const ANY_CODE: &'static str = "AAA";

    pub(super) fn blank(id: Uuid, campaign: &str) -> Self {
        let worth = typed::Typed {
            cap: "1".to_owned(),
            campaign: campaign.to_owned(),
            ..typed::Typed::default()
        };
        Self { id: id.to_string(), worth, ..Self::default() }
    }

    pub(super) fn of_form(fields: &Fields) -> Self {
        let text = |name| fields.get(name).to_owned();
        Self {
            id: text("id"),
            count: text("count"),
            prefix: text("prefix"),
            length: text("length"),
            alphabet: text("alphabet"),
            check_character: fields.find("check").is_some(),
            worth: typed::Typed::of_form(fields),
        }
    }

    /// Value, message, and whether it is chosen.
    pub(super) fn alphabets(&self) -> [(&'static str, &'static str, bool); 3] {
        let chosen = Alphabet::parse(&self.alphabet).unwrap_or_default();
        Alphabet::ALL.map(|one| {
            let message = match one {
                Alphabet::Clear => "admin-bulk-alphabet-clear",
                Alphabet::Letters => "admin-bulk-alphabet-letters",
                Alphabet::Digits => "admin-bulk-alphabet-digits",
            };
            (one.as_str(), message, one == chosen)
        })
    }

    /// What is to be made, or all that is wrong with the form.
    pub(super) fn read(&self, page: &Page) -> Result<(NewCodes, Pattern), Problems> {
        let worth = self.worth.read(page, Self::ANY_CODE);
        let (worth, mut problems) = match worth {
            Ok(issue) => (issue, Problems::none()),
            Err(problems) => (crate::usecase::vouchers::Issue::default(), problems),
        };
        let codes = NewCodes {
            id: Uuid::parse_str(&self.id).ok(),
            // What is no number is out of the range of each.
            count: whole(&self.count).unwrap_or(0),
            prefix: self.prefix.clone(),
            length: (!self.length.is_empty()).then(|| whole(&self.length).unwrap_or(0)),
            alphabet: Some(self.alphabet.clone()),
            check_character: self.check_character,
            worth,
        };
        let read = codes.read(page.currency);
        for fault in read.as_ref().err().into_iter().flatten() {
            let (field, text) = match fault.field {
                "count" => ("count", page.text("admin-bulk-count-wrong")),
                "prefix" => ("prefix", page.text("admin-bulk-prefix-wrong")),
                "length" => ("length", self.length_is_wrong(page)),
                "alphabet" => ("alphabet", page.text("admin-status-wrong")),
                // Read before.
                _ => continue,
            };
            problems.add(field, text);
        }
        match read {
            Ok(pattern) if !problems.any() => Ok((codes, pattern)),
            _ => Err(problems.in_order_of(&FIELDS)),
        }
    }

    /// How many characters there may be.
    fn length_is_wrong(&self, page: &Page) -> String {
        let alphabet = Alphabet::parse(&self.alphabet).unwrap_or_default();
        let least = Pattern::least_length(alphabet, self.check_character);
        let most = Pattern::most_length(&self.prefix, self.check_character);
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX).into();
        let values = [("least", number(least)), ("most", number(most))];
        let name = if most < least { "admin-bulk-prefix-long" } else { "admin-bulk-length-wrong" };
        page.digits.write(&page.language.text_with(name, &values))
    }
}
