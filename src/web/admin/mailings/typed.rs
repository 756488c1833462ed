//! A mailing as it stands in a form: texts, until they are read.

use uuid::Uuid;

use super::super::typed;
use crate::text::Language;
use crate::usecase::bulk::NewCodes;
use crate::usecase::mailings::{self, Checked, MailingError, NewMailing, Wrong};
use crate::usecase::vouchers::{FieldError, Issue};
use crate::web::fields::Fields;
use crate::web::page::Page;
use crate::web::problems::Problems;

/// A code that stands for those that are made.
pub(super) const ANY_CODE: &str = "AAA";

/// The fields of the form, from top to bottom.
const FIELDS: [&str; 8] =
    ["addresses", "language", "message", "credit", "days", "description", "prefix", "campaign"];

/// What the form has in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed {
    /// Of the mailing: the same form sent twice is one.
    pub(super) id: String,
    /// One a line.
    pub(super) addresses: String,
    /// A tag.
    pub(super) language: String,
    pub(super) message: String,
    pub(super) prefix: String,
    /// What each voucher is worth.
    pub(super) worth: typed::Typed,
}

impl Typed {
    pub(super) fn blank(id: Uuid, campaign: &str, language: Language) -> Self {
        let worth = typed::Typed { campaign: campaign.to_owned(), ..typed::Typed::default() };
        let language = language.tag().to_owned();
        Self { id: id.to_string(), language, worth, ..Self::default() }
    }

    pub(super) fn of_form(fields: &Fields) -> Self {
        // As a browser sends the ends of lines.
        let text = |name| fields.get(name).replace("\r\n", "\n");
        Self {
            id: text("id"),
            addresses: text("addresses"),
            language: text("language"),
            message: text("message"),
            prefix: text("prefix"),
            worth: typed::Typed::of_form(fields),
        }
    }

    /// Value, message, and whether it is chosen.
    pub(super) fn languages(&self) -> [(&'static str, &'static str, bool); 2] {
        let chosen = Language::of_tag(&self.language).unwrap_or(Language::English);
        Language::ALL.map(|one| {
            let name = match one {
                Language::English => "admin-mail-english",
                Language::Arabic => "admin-mail-arabic",
            };
            (one.tag(), name, one == chosen)
        })
    }

    /// What is to be sent, or all that is wrong with the form, and with its addresses by line.
    pub(super) fn read(&self, page: &Page) -> Result<(NewMailing, Checked), (Problems, Wrong)> {
        let (worth, mut problems) = match self.worth.read(page, ANY_CODE) {
            Ok(issue) => (issue, Problems::none()),
            Err(problems) => (Issue::default(), problems),
        };
        let new = NewMailing {
            addresses: mailings::lines(&self.addresses),
            codes: NewCodes {
                id: Uuid::parse_str(&self.id).ok(),
                prefix: self.prefix.clone(),
                worth,
                ..NewCodes::default()
            },
            language: self.language.clone(),
            message: self.message.clone(),
        };
        match new.check(page.currency) {
            Ok(checked) if !problems.any() => return Ok((new, checked)),
            Err(MailingError::Fields(faults)) => {
                for fault in &faults {
                    add(page, &mut problems, fault);
                }
            }
            _ => {}
        }
        let wrong = match new.addresses() {
            Err(MailingError::Addresses(wrong)) => wrong,
            _ => Wrong::default(),
        };
        if wrong.count > 0 {
            problems.add("addresses", page.text("admin-mail-addresses-wrong"));
        }
        Err((problems.in_order_of(&FIELDS), wrong))
    }
}

/// What is wrong with a field that only this form has; the others were read before.
fn add(page: &Page, problems: &mut Problems, fault: &FieldError) {
    let (field, name) = match fault.field {
        // How many characters fit behind it is its fault too.
        "prefix" | "length" => ("prefix", "admin-mail-prefix-wrong"),
        "language" => ("language", "admin-mail-language-wrong"),
        "message" => ("message", "admin-mail-message-wrong"),
        _ => return,
    };
    if problems.at(field).is_none() {
        problems.add(field, page.text(name));
    }
}
