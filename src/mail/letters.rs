//! What is written in a letter. One template serves all of them in every language; the words come from
//! `translations/*/mail.ftl`.

use askama::Template;

use crate::text::Language;

/// A letter, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) language: Language,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

/// The code and the link of a sign-in.
pub(crate) struct SignInCode<'a> {
    pub(crate) sovereign: &'a str,
    pub(crate) code: &'a str,
    pub(crate) link: &'a str,
    pub(crate) minutes: i64,
}

/// An invitation into an Organization.
pub(crate) struct Invitation<'a> {
    pub(crate) sovereign: &'a str,
    pub(crate) organization: &'a str,
    pub(crate) inviter: &'a str,
    /// As the wire names it.
    pub(crate) role: &'a str,
    pub(crate) link: &'a str,
    pub(crate) days: i64,
}

struct Words<'a> {
    language: Language,
    heading: String,
    body: String,
    code: Option<&'a str>,
    link: &'a str,
    link_text: String,
    button: String,
    ends: String,
    not_you: String,
    footer: String,
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
        let sovereign = [("sovereign", self.sovereign.into())];
        let subject = [("sovereign", self.sovereign.into()), ("code", self.code.into())];
        let words = Words {
            language,
            heading: language.text_with("mail-sign-in-heading", &sovereign),
            body: language.text("mail-sign-in-code"),
            code: Some(self.code),
            link: self.link,
            link_text: language.text("mail-sign-in-link"),
            button: language.text("mail-sign-in-button"),
            ends: language.text_with("mail-sign-in-ends", &[("minutes", self.minutes.into())]),
            not_you: language.text("mail-sign-in-not-you"),
            footer: language.text_with("mail-footer", &sovereign),
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
            ("sovereign", self.sovereign.into()),
            ("organization", self.organization.into()),
            ("inviter", self.inviter.into()),
            ("role", role.into()),
        ];
        let words = Words {
            language,
            heading: language.text_with("mail-invitation-heading", &values),
            body: language.text_with("mail-invitation-body", &values),
            code: None,
            link: self.link,
            link_text: language.text("mail-invitation-link"),
            button: language.text("mail-invitation-button"),
            ends: language.text_with("mail-invitation-ends", &[("days", self.days.into())]),
            not_you: language.text("mail-invitation-not-you"),
            footer: language.text_with("mail-footer", &values),
        };
        words.letter(language.text_with("mail-invitation-subject", &values))
    }
}

impl Words<'_> {
    fn letter(&self, subject: String) -> Letter {
        // Texts into a template made at compile time: nothing in it can fail.
        let text = Text { letter: self }.render().unwrap_or_default();
        let html = Html { letter: self }.render().unwrap_or_default();
        Letter { language: self.language, subject, text, html }
    }
}
