//! Letters about payments, to whoever owns the Organization.

use super::letters::{Action, Letter, Words};
use crate::branding::Branding;
use crate::text::{Language, Row};

/// That an order is paid.
pub(crate) struct Receipt<'a> {
    pub(crate) brand: &'a Branding,
    pub(crate) organization: &'a str,
    /// The invoice's, which is attached; absent where there is no invoice.
    pub(crate) number: Option<&'a str>,
    /// With its currency, as all amounts here.
    pub(crate) total: &'a str,
    pub(crate) bill: Vec<Row>,
    /// Whether the order came with a voucher: what is to be known of its credit is said then.
    pub(crate) has_voucher: bool,
}

/// Why somebody has to pay by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PaymentNews {
    /// There is no card to ask.
    Due,
    /// The card's bank wants its holder to be there.
    Confirm,
    /// The card was declined.
    Failed,
    /// It was not paid in time.
    Suspended,
}

/// That an order has to be paid, and where.
pub(crate) struct Payment<'a> {
    pub(crate) news: PaymentNews,
    pub(crate) brand: &'a Branding,
    pub(crate) organization: &'a str,
    pub(crate) due: &'a str,
    pub(crate) bill: Vec<Row>,
    /// The page where it is paid.
    pub(crate) link: &'a str,
    /// The day on which it is tried again.
    pub(crate) next_attempt: Option<&'a str>,
}

/// The values of messages, with whose they are: in sentences each keeps its own direction, in subjects they stand
/// as they are.
pub(super) struct Values<'a> {
    pub(super) brand: &'a Branding,
    pub(super) values: Vec<(&'a str, &'a str)>,
}

impl Values<'_> {
    fn all(&self, language: Language) -> impl Iterator<Item = (&str, &str)> {
        let name = ("sovereign", self.brand.name(language));
        self.values.iter().copied().chain([name])
    }

    pub(super) fn subject(&self, language: Language, message: &str) -> String {
        let values: Vec<_> = self.all(language).map(|(name, value)| (name, value.into())).collect();
        // Amounts come unbroken, which a subject need not be.
        language.text_with(message, &values).replace('\u{a0}', " ")
    }

    pub(super) fn sentence(&self, language: Language, message: &str) -> String {
        let isolated =
            self.all(language).map(|(name, value)| (name, language.isolated(value).into()));
        language.text_with(message, &isolated.collect::<Vec<_>>())
    }

    /// A letter to whoever owns an Organization, which leads to its account. `messages` are those for subject,
    /// heading and body, `to_do` those for what its reader can do.
    pub(super) fn account_letter(
        &self,
        language: Language,
        [subject, heading, body]: [&str; 3],
        rows: Vec<Row>,
        link: &str,
        to_do: &[&str],
    ) -> Letter {
        let after = to_do.iter().chain(&["mail-billing-owner"]);
        let words = Words {
            language,
            brand: self.brand,
            heading: self.sentence(language, heading),
            body: self.sentence(language, body),
            code: None,
            rows,
            action: Some(Action {
                text: language.text("mail-credit-low-link"),
                link,
                button: language.text("mail-credit-low-button"),
            }),
            after: after.map(|message| self.sentence(language, message)).collect(),
            fine_print: Vec::new(),
        };
        words.letter(self.subject(language, subject))
    }
}

impl Receipt<'_> {
    pub(crate) fn letter(self, language: Language) -> Letter {
        let values = Values {
            brand: self.brand,
            values: vec![
                ("organization", self.organization),
                ("amount", self.total),
                ("number", self.number.unwrap_or_default()),
            ],
        };
        let attached = self.number.map(|_| values.sentence(language, "mail-receipt-attached"));
        let owner = values.sentence(language, "mail-billing-owner");
        let terms = self.has_voucher.then(|| self.brand.terms(language, self.brand.name(language)));
        let terms = terms.unwrap_or_default();
        let lines = terms.lines().map(str::trim).filter(|line| !line.is_empty());
        let fine_print = lines.map(str::to_owned).collect();
        let words = Words {
            language,
            brand: self.brand,
            heading: values.sentence(language, "mail-receipt-heading"),
            body: values.sentence(language, "mail-receipt-body"),
            code: None,
            rows: self.bill,
            action: None,
            after: attached.into_iter().chain([owner]).collect(),
            fine_print,
        };
        words.letter(values.subject(language, "mail-receipt-subject"))
    }
}

impl PaymentNews {
    /// Of the messages for subject, heading and body.
    const fn messages(self) -> [&'static str; 3] {
        match self {
            Self::Due => ["mail-due-subject", "mail-due-heading", "mail-due-body"],
            Self::Confirm => ["mail-confirm-subject", "mail-confirm-heading", "mail-confirm-body"],
            Self::Failed => ["mail-failed-subject", "mail-failed-heading", "mail-failed-body"],
            Self::Suspended => {
                ["mail-suspended-subject", "mail-suspended-heading", "mail-suspended-body"]
            }
        }
    }
}

impl Payment<'_> {
    pub(crate) fn letter(self, language: Language) -> Letter {
        let values = Values {
            brand: self.brand,
            values: vec![("organization", self.organization), ("amount", self.due)],
        };
        let [subject, heading, body] = self.news.messages();
        let again = self.next_attempt.map(|day| {
            let values = [("date", day.into())];
            language.text_with("mail-payment-again", &values)
        });
        let owner = values.sentence(language, "mail-billing-owner");
        let words = Words {
            language,
            brand: self.brand,
            heading: values.sentence(language, heading),
            body: values.sentence(language, body),
            code: None,
            rows: self.bill,
            action: Some(Action {
                text: language.text("mail-payment-link"),
                link: self.link,
                button: language.text("mail-payment-button"),
            }),
            after: again.into_iter().chain([owner]).collect(),
            fine_print: Vec::new(),
        };
        words.letter(values.subject(language, subject))
    }
}
