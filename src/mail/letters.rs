//! What is written in a letter. One template serves all of them in every language; the words come from
//! `translations/*/mail.ftl`.

use askama::Template;

use crate::branding::{Branding, Contact};
use crate::text::{Language, Row};

/// A letter, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) language: Language,
    /// Who writes, where the franchisee has a name; else as it is configured.
    pub(crate) sender: Option<String>,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) attachment: Option<Attachment>,
}

/// A PDF file that goes with a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attachment {
    pub(crate) name: String,
    pub(crate) pdf: Vec<u8>,
}

/// The code and the link of a sign-in.
pub(crate) struct SignInCode<'a> {
    pub(crate) brand: &'a Branding,
    pub(crate) code: &'a str,
    pub(crate) link: &'a str,
    pub(crate) minutes: i64,
}

/// An invitation into an Organization.
pub(crate) struct Invitation<'a> {
    pub(crate) brand: &'a Branding,
    pub(crate) organization: &'a str,
    pub(crate) inviter: &'a str,
    /// As the wire names it.
    pub(crate) role: &'a str,
    pub(crate) link: &'a str,
    pub(crate) days: i64,
}

/// What stands in a letter, from top to bottom.
pub(super) struct Words<'a> {
    pub(super) language: Language,
    pub(super) brand: &'a Branding,
    pub(super) heading: String,
    pub(super) body: String,
    pub(super) code: Option<&'a str>,
    /// A bill, or other facts.
    pub(super) rows: Vec<Row>,
    pub(super) action: Option<Action<'a>>,
    pub(super) after: Vec<String>,
    /// What has to be said, one paragraph each.
    pub(super) fine_print: Vec<String>,
}

/// The one thing that a letter asks for.
pub(super) struct Action<'a> {
    pub(super) text: String,
    pub(super) link: &'a str,
    pub(super) button: String,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    letter: &'a Words<'a>,
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct Text<'a> {
    letter: &'a Words<'a>,
}

impl SignInCode<'_> {
    pub(crate) fn letter(&self, language: Language) -> Letter {
        let name = self.brand.name(language);
        let sovereign = [("sovereign", name.into())];
        let subject = [("sovereign", name.into()), ("code", self.code.into())];
        let words = Words {
            language,
            brand: self.brand,
            heading: language.text_with("mail-sign-in-heading", &sovereign),
            body: language.text("mail-sign-in-code"),
            code: Some(self.code),
            rows: Vec::new(),
            action: Some(Action {
                text: language.text("mail-sign-in-link"),
                link: self.link,
                button: language.text("mail-sign-in-button"),
            }),
            after: vec![
                language.text_with("mail-sign-in-ends", &[("minutes", self.minutes.into())]),
                language.text("mail-sign-in-not-you"),
            ],
            fine_print: Vec::new(),
        };
        words.letter(language.text_with("mail-sign-in-subject", &subject))
    }
}

impl Invitation<'_> {
    pub(crate) fn letter(&self, language: Language) -> Letter {
        let role = language.text(match self.role {
            "admin" => "role-admin",
            "viewer" => "role-viewer",
            _ => "role-member",
        });
        let values = [
            ("sovereign", self.brand.name(language).into()),
            ("organization", self.organization.into()),
            ("inviter", self.inviter.into()),
            ("role", role.into()),
        ];
        let words = Words {
            language,
            brand: self.brand,
            heading: language.text_with("mail-invitation-heading", &values),
            body: language.text_with("mail-invitation-body", &values),
            code: None,
            rows: Vec::new(),
            action: Some(Action {
                text: language.text("mail-invitation-link"),
                link: self.link,
                button: language.text("mail-invitation-button"),
            }),
            after: vec![
                language.text_with("mail-invitation-ends", &[("days", self.days.into())]),
                language.text("mail-invitation-not-you"),
            ],
            fine_print: Vec::new(),
        };
        words.letter(language.text_with("mail-invitation-subject", &values))
    }
}

impl Words<'_> {
    pub(super) fn letter(&self, subject: String) -> Letter {
        // Texts into a template made at compile time: nothing in it can fail.
        let text = Text { letter: self }.render().unwrap_or_default();
        let html = Html { letter: self }.render().unwrap_or_default();
        let sender = self.brand.is_named.then(|| self.brand.name(self.language).to_owned());
        Letter { language: self.language, sender, subject, text, html, attachment: None }
    }

    fn footer(&self) -> String {
        let name = self.language.isolated(self.brand.name(self.language));
        self.language.text_with("mail-footer", &[("sovereign", name.into())])
    }

    fn contacts(&self) -> Vec<Contact> {
        self.brand.support.contacts()
    }

    /// The ground of the button, and what is written on it. Mail programs that show letters in the dark turn
    /// colours themselves.
    fn button(&self) -> [String; 2] {
        let accent = self.brand.shown_accents().light;
        [accent.to_string(), accent.text_on().to_string()]
    }
}
