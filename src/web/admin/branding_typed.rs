//! The branding as it stands in a form: texts, until they are read.

use super::super::fields::Fields;
use super::super::page::Page;
use super::super::problems::Problems;
use super::difference::Difference;
use crate::branding::contrast::{Colour, Theme};
use crate::storage::branding::BrandingRow;
use crate::usecase::branding::Wishes;
use crate::usecase::vouchers::FieldError;

/// What the branding's form has in it. An empty text is one that is not set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) name_ar: String,
    /// As `#0b5c4a`.
    pub(super) accent: String,
    pub(super) accent_dark: String,
    pub(super) host: String,
    pub(super) support_email: String,
    pub(super) support_phone: String,
    pub(super) support_url: String,
    pub(super) terms: String,
    pub(super) terms_ar: String,
}

impl Typed {
    pub(super) fn of_form(fields: &Fields) -> Self {
        // As a browser sends the ends of lines.
        let text = |name| fields.get(name).replace("\r\n", "\n");
        Self {
            name: text("name"),
            name_ar: text("name_ar"),
            accent: text("accent"),
            accent_dark: text("accent_dark"),
            host: text("host"),
            support_email: text("support_email"),
            support_phone: text("support_phone"),
            support_url: text("support_url"),
            terms: text("terms"),
            terms_ar: text("terms_ar"),
        }
    }

    pub(super) fn of(row: &BrandingRow) -> Self {
        let row = row.clone();
        Self {
            name: row.name,
            name_ar: row.name_ar,
            accent: row.accent,
            accent_dark: row.accent_dark,
            host: row.host,
            support_email: row.support_email,
            support_phone: row.support_phone,
            support_url: row.support_url,
            terms: row.terms,
            terms_ar: row.terms_ar,
        }
    }

    /// All of it is to be set: what is empty is cleared.
    pub(super) fn wishes(&self) -> Wishes {
        let typed = self.clone();
        Wishes {
            name: Some(typed.name),
            name_ar: Some(typed.name_ar),
            accent: Some(typed.accent),
            accent_dark: Some(typed.accent_dark),
            host: Some(typed.host),
            support_email: Some(typed.support_email),
            support_phone: Some(typed.support_phone),
            support_url: Some(typed.support_url),
            terms: Some(typed.terms),
            terms_ar: Some(typed.terms_ar),
        }
    }

    /// What was found wrong with it, at the fields of the form.
    pub(super) fn problems(&self, page: &Page, found: &[FieldError]) -> Problems {
        let mut problems = Problems::none();
        for fault in found {
            let text = match fault.field {
                "accent" => colour_fault(page, Theme::Light, &self.accent),
                "accent_dark" => colour_fault(page, Theme::Dark, &self.accent_dark),
                "name" | "name_ar" => page.text("admin-branding-name-wrong"),
                "host" => page.text("admin-branding-host-wrong"),
                "support_email" => page.text("admin-branding-email-wrong"),
                "support_phone" => page.text("admin-branding-phone-wrong"),
                "support_url" => page.text("admin-branding-url-wrong"),
                _ => page.text("admin-branding-terms-wrong"),
            };
            problems.add(fault.field, text);
        }
        problems
    }

    /// Every field in which it and what is stored differ.
    pub(super) fn differences(&self, page: &Page, stored: &Self) -> Vec<Difference> {
        let pairs = stored.labelled().into_iter().zip(self.labelled());
        let differ = pairs.filter(|((_, stored), (_, typed))| stored != typed);
        differ
            .map(|((name, stored), (_, typed))| Difference {
                label: page.text(name),
                stored: stored.to_owned(),
                typed: typed.to_owned(),
            })
            .collect()
    }

    /// Each text with the name of what it is called.
    fn labelled(&self) -> [(&'static str, &str); 10] {
        [
            ("admin-branding-name", self.name.as_str()),
            ("admin-branding-name-ar", self.name_ar.as_str()),
            ("admin-branding-accent", self.accent.as_str()),
            ("admin-branding-accent-dark", self.accent_dark.as_str()),
            ("admin-branding-host", self.host.as_str()),
            ("admin-branding-email", self.support_email.as_str()),
            ("admin-branding-phone", self.support_phone.as_str()),
            ("admin-branding-url", self.support_url.as_str()),
            ("admin-branding-terms", self.terms.as_str()),
            ("admin-branding-terms-ar", self.terms_ar.as_str()),
        ]
    }
}

/// Why this is no accent: it is no colour, or one that people could not read.
fn colour_fault(page: &Page, theme: Theme, typed: &str) -> String {
    match Colour::parse(typed).map(|colour| theme.check(colour)) {
        Some(Err(unreadable)) => {
            let nearest = page.language.isolated(&unreadable.nearest.to_string());
            page.text_with("admin-branding-accent-unreadable", "colour", &nearest)
        }
        _ => page.text("admin-branding-accent-wrong"),
    }
}
