//! How a Sovereign shows itself: the franchisee's name, colours, logo, address and contact, as pages and letters
//! use them. `usecase/branding` reads and sets them.

pub(crate) mod contrast;
pub(crate) mod keycloak_theme;
pub(crate) mod logo;
mod svg;

use sha2::{Digest as _, Sha256};

use self::contrast::{Colour, Theme};
use self::logo::Logo;
use crate::hex;
use crate::text::Language;

/// The accents of `assets/`, where a franchisee has none.
const ACCENT: Colour = Colour::new(0x0b, 0x5c, 0x4a);
const ACCENT_DARK: Colour = Colour::new(0x6f, 0xd3, 0xb8);

/// What a Sovereign shows of itself, with our defaults in place of what nobody has set.
#[derive(Debug, Clone)]
pub(crate) struct Branding {
    /// In English; the Sovereign's domain name where none is set.
    pub(crate) name: String,
    /// In Arabic; as the English one where none is set.
    pub(crate) name_ar: String,
    /// Whether somebody has set a name.
    pub(crate) is_named: bool,
    /// The accents, where one is set.
    pub(crate) accents: Option<Accents>,
    pub(crate) logo: Option<Logo>,
    pub(crate) support: Support,
    /// About voucher credit, in English and in Arabic; empty where our words stand.
    pub(crate) terms: String,
    pub(crate) terms_ar: String,
    /// Where people find the pages, without a slash at the end.
    pub(crate) address: String,
}

/// Where customers ask for help; empty what there is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Support {
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) url: String,
}

/// A way to get help, as people read it, and as a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) text: String,
    pub(crate) link: String,
}

/// One accent in light, one in dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Accents {
    pub(crate) light: Colour,
    pub(crate) dark: Colour,
}

/// A generated style sheet. Its name says all there is in it, and so changes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StyleSheet {
    pub(crate) file_name: String,
    pub(crate) text: String,
}

impl Accents {
    pub(crate) const OURS: Self = Self { light: ACCENT, dark: ACCENT_DARK };

    /// The accents that were set, or that follow from the one that was.
    pub(crate) fn of(light: Option<Colour>, dark: Option<Colour>) -> Option<Self> {
        match (light, dark) {
            (None, None) => None,
            (Some(light), None) => Some(Self { light, dark: Theme::Dark.nearest(light) }),
            (light, Some(dark)) => Some(Self { light: light.unwrap_or(ACCENT), dark }),
        }
    }

    pub(crate) fn style_sheet(self) -> StyleSheet {
        let Self { light, dark } = self;
        let text = format!(
            ":root{{--accent:light-dark({light},{dark});--on-accent:light-dark({},{})}}\n",
            light.text_on(),
            dark.text_on()
        );
        let digest = hex::encode(&Sha256::digest(&text)[..6]);
        // With the colours in its name any server can make it, also one that runs another release.
        let name = format!("brand-{light}-{dark}-{digest}.css").replace('#', "");
        StyleSheet { file_name: name, text }
    }
}

impl StyleSheet {
    /// The style sheet of this name, if it can be one.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let mut parts = name.strip_prefix("brand-")?.splitn(3, '-');
        let mut colour = || Colour::parse(&format!("#{}", parts.next()?));
        let sheet = Accents { light: colour()?, dark: colour()? }.style_sheet();
        (sheet.file_name == name).then_some(sheet)
    }
}

impl Support {
    pub(crate) fn contacts(&self) -> Vec<Contact> {
        let Self { email, phone, url } = self;
        let shown = url.strip_prefix("https://").unwrap_or(url).trim_end_matches('/');
        let dialled: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        let all = [
            (email.as_str(), format!("mailto:{email}")),
            (phone, format!("tel:{dialled}")),
            (shown, url.clone()),
        ];
        let there = all.into_iter().filter(|(text, _)| !text.is_empty());
        there.map(|(text, link)| Contact { text: text.to_owned(), link }).collect()
    }
}

impl Branding {
    pub(crate) fn name(&self, language: Language) -> &str {
        match language {
            Language::English => &self.name,
            Language::Arabic => &self.name_ar,
        }
    }

    /// What is to be known about voucher credit, as `issuer` gives it: in paragraphs, one a line.
    pub(crate) fn terms(&self, language: Language, issuer: &str) -> String {
        let own = match language {
            Language::English => &self.terms,
            Language::Arabic => &self.terms_ar,
        };
        if own.is_empty() {
            let issuer = language.isolated(issuer);
            return language.text_with("voucher-terms", &[("issuer", issuer.into())]);
        }
        own.clone()
    }

    /// A page's whole address; the path begins with a slash.
    pub(crate) fn page(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// The path of the logo.
    pub(crate) fn logo_path(&self) -> Option<String> {
        self.logo.as_ref().map(|logo| format!("/assets/{}", logo.file_name()))
    }

    /// The path of the style sheet that has the accents; none where they are ours.
    pub(crate) fn style_path(&self) -> Option<String> {
        self.accents.map(|accents| format!("/assets/{}", accents.style_sheet().file_name))
    }

    /// The accents that pages have.
    pub(crate) fn shown_accents(&self) -> Accents {
        self.accents.unwrap_or(Accents::OURS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Option<Colour> {
        Colour::parse(text)
    }

    #[test]
    fn a_dark_accent_follows_from_the_light_one() {
        let red = colour("#9b1c1c").unwrap();
        let derived = Accents::of(Some(red), None).unwrap();
        assert_eq!(derived.light, red);
        assert_eq!(Theme::Dark.check(derived.dark), Ok(()));
        assert_ne!(derived.dark, red);
        let both = Accents::of(Some(red), colour("#f0a0a0")).unwrap();
        assert_eq!(both.dark.to_string(), "#f0a0a0");
        assert_eq!(Accents::of(None, colour("#f0a0a0")).unwrap().light, ACCENT);
        assert_eq!(Accents::of(None, None), None);
    }

    #[test]
    fn the_style_sheet_is_found_by_its_name_only() {
        let sheet = Accents::of(colour("#9b1c1c"), colour("#f0a0a0")).unwrap().style_sheet();
        assert_eq!(
            sheet.text,
            ":root{--accent:light-dark(#9b1c1c,#f0a0a0);--on-accent:light-dark(#ffffff,#101214)}\n"
        );
        let name = &sheet.file_name;
        assert_eq!(StyleSheet::named(name), Some(sheet.clone()));
        let forged = name.replace("9b1c1c", "9b1c1d");
        for other in [&forged, "brand-.css", "brand-9b1c1c-f0a0a0.css", "style.css", "brand-é-é-é"]
        {
            assert_eq!(StyleSheet::named(other), None, "{other}");
        }
    }

    #[test]
    fn help_is_a_link() {
        let support = Support {
            email: "help@omantel.example".into(),
            phone: "+968 2400-0000".into(),
            url: "https://omantel.example/help/".into(),
        };
        let contacts = support.contacts();
        let links: Vec<&str> = contacts.iter().map(|contact| &*contact.link).collect();
        assert_eq!(
            links,
            ["mailto:help@omantel.example", "tel:+96824000000", "https://omantel.example/help/"]
        );
        assert_eq!(contacts[2].text, "omantel.example/help");
        assert!(Support::default().contacts().is_empty());
    }
}
