//! Everything people read in mails and pages, in their language: Fluent messages in `translations/`.
//!
//! A test holds the languages against each other, so that none lacks a message the other has.

mod digits;

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use time::Date;
use unic_langid::LanguageIdentifier;

pub(crate) use self::digits::Digits;

/// A language that everything is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    Arabic,
}

/// A line of a bill as people read it, in their language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) value: String,
    /// Of a sum.
    pub(crate) strong: bool,
}

impl Row {
    pub(crate) fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into(), strong: false }
    }

    pub(crate) fn strong(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { strong: true, ..Self::new(label, value) }
    }
}

type Bundle = FluentBundle<FluentResource>;

const ENGLISH: &[&str] = &[
    include_str!("../../translations/en/admin.ftl"),
    include_str!("../../translations/en/admin_branding.ftl"),
    include_str!("../../translations/en/admin_bulk.ftl"),
    include_str!("../../translations/en/admin_catalog.ftl"),
    include_str!("../../translations/en/admin_edit.ftl"),
    include_str!("../../translations/en/admin_funnel.ftl"),
    include_str!("../../translations/en/admin_mail.ftl"),
    include_str!("../../translations/en/admin_policy.ftl"),
    include_str!("../../translations/en/admin_reports.ftl"),
    include_str!("../../translations/en/admin_tags.ftl"),
    include_str!("../../translations/en/bill.ftl"),
    include_str!("../../translations/en/branding.ftl"),
    include_str!("../../translations/en/checkout.ftl"),
    include_str!("../../translations/en/console.ftl"),
    include_str!("../../translations/en/frame.ftl"),
    include_str!("../../translations/en/invoice.ftl"),
    include_str!("../../translations/en/join.ftl"),
    include_str!("../../translations/en/mail.ftl"),
    include_str!("../../translations/en/mail_voucher.ftl"),
    include_str!("../../translations/en/market.ftl"),
    include_str!("../../translations/en/payment.ftl"),
    include_str!("../../translations/en/provision.ftl"),
    include_str!("../../translations/en/redeem.ftl"),
    include_str!("../../translations/en/sign_in.ftl"),
    include_str!("../../translations/en/statement.ftl"),
    include_str!("../../translations/en/style.ftl"),
    include_str!("../../translations/en/superadmin.ftl"),
    include_str!("../../translations/en/superadmin_fleet.ftl"),
    include_str!("../../translations/en/superadmin_moves.ftl"),
    include_str!("../../translations/en/superadmin_payments.ftl"),
    include_str!("../../translations/en/superadmin_system.ftl"),
    include_str!("../../translations/en/superadmin_webhooks.ftl"),
    include_str!("../../translations/en/wallet.ftl"),
];
const ARABIC: &[&str] = &[
    include_str!("../../translations/ar/admin.ftl"),
    include_str!("../../translations/ar/admin_branding.ftl"),
    include_str!("../../translations/ar/admin_bulk.ftl"),
    include_str!("../../translations/ar/admin_catalog.ftl"),
    include_str!("../../translations/ar/admin_edit.ftl"),
    include_str!("../../translations/ar/admin_funnel.ftl"),
    include_str!("../../translations/ar/admin_mail.ftl"),
    include_str!("../../translations/ar/admin_policy.ftl"),
    include_str!("../../translations/ar/admin_reports.ftl"),
    include_str!("../../translations/ar/admin_tags.ftl"),
    include_str!("../../translations/ar/bill.ftl"),
    include_str!("../../translations/ar/branding.ftl"),
    include_str!("../../translations/ar/checkout.ftl"),
    include_str!("../../translations/ar/console.ftl"),
    include_str!("../../translations/ar/frame.ftl"),
    include_str!("../../translations/ar/invoice.ftl"),
    include_str!("../../translations/ar/join.ftl"),
    include_str!("../../translations/ar/mail.ftl"),
    include_str!("../../translations/ar/mail_voucher.ftl"),
    include_str!("../../translations/ar/market.ftl"),
    include_str!("../../translations/ar/payment.ftl"),
    include_str!("../../translations/ar/provision.ftl"),
    include_str!("../../translations/ar/redeem.ftl"),
    include_str!("../../translations/ar/sign_in.ftl"),
    include_str!("../../translations/ar/statement.ftl"),
    include_str!("../../translations/ar/style.ftl"),
    include_str!("../../translations/ar/superadmin.ftl"),
    include_str!("../../translations/ar/superadmin_fleet.ftl"),
    include_str!("../../translations/ar/superadmin_moves.ftl"),
    include_str!("../../translations/ar/superadmin_payments.ftl"),
    include_str!("../../translations/ar/superadmin_system.ftl"),
    include_str!("../../translations/ar/superadmin_webhooks.ftl"),
    include_str!("../../translations/ar/wallet.ftl"),
];

static ENGLISH_BUNDLE: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::English, ENGLISH));
static ARABIC_BUNDLE: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::Arabic, ARABIC));

fn bundle(language: Language, sources: &[&str]) -> Bundle {
    // Two letters are a language; without one, plurals would be those of no language.
    let identifier: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![identifier]);
    // The marks around a value would stand in subjects and in what is copied; where a value's direction
    // differs, the markup says so (`<bdi>`).
    bundle.set_use_isolating(false);
    for source in sources {
        // What is broken or there twice is left out; the tests read the same sources and fail.
        let resource = FluentResource::try_new((*source).to_owned());
        let resource = resource.unwrap_or_else(|(whole, _)| whole);
        let _ = bundle.add_resource(resource);
    }
    bundle
}

/// An amount, a date or the like that no line is to end in: its spaces are U+00A0.
pub(crate) fn unbroken(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

impl Language {
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::Arabic];

    /// Its tag (RFC 5646).
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Arabic => "ar",
        }
    }

    /// The direction it is written in, as HTML has it.
    pub(crate) const fn direction(self) -> &'static str {
        match self {
            Self::English => "ltr",
            Self::Arabic => "rtl",
        }
    }

    pub(crate) const fn other(self) -> Self {
        match self {
            Self::English => Self::Arabic,
            Self::Arabic => Self::English,
        }
    }

    /// The language of a tag such as `ar-OM`.
    pub(crate) fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The one of ours that an `Accept-Language` (RFC 9110, section 12.5.4) prefers; else English.
    pub(crate) fn accepted(header: &str) -> Self {
        let mut best = (0, Self::English);
        for part in header.split(',') {
            let (tag, quality) = part.split_once(';').unwrap_or((part, ""));
            let quality = quality.trim().strip_prefix("q=").map_or(1_000, thousandths);
            if let Some(language) = Self::of_tag(tag.trim())
                && quality > best.0
            {
                best = (quality, language);
            }
        }
        best.1
    }

    fn bundle(self) -> &'static Bundle {
        match self {
            Self::English => &ENGLISH_BUNDLE,
            Self::Arabic => &ARABIC_BUNDLE,
        }
    }

    /// Whether there is a message of this name.
    pub(crate) fn has(self, name: &str) -> bool {
        self.bundle().has_message(name)
    }

    /// The message of this name.
    pub(crate) fn text(self, name: &str) -> String {
        self.text_with(name, &[])
    }

    /// The message of this name, with these values in it; a number decides between singular, dual and
    /// plural.
    pub(crate) fn text_with(self, name: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        let arguments: FluentArgs<'_> = values.iter().cloned().collect();
        let bundle = self.bundle();
        let pattern = bundle.get_message(name).and_then(|message| message.value());
        let Some(pattern) = pattern else {
            debug_assert!(false, "there is no message {name:?}");
            return name.to_owned();
        };
        marked(bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned())
    }

    /// A day, such as 25 November 2026.
    pub(crate) fn date(self, day: Date) -> String {
        let values: [(&str, FluentValue<'_>); 3] = [
            ("day", day.day().to_string().into()),
            ("month", u8::from(day.month()).into()),
            ("year", day.year().to_string().into()),
        ];
        self.text_with("invoice-date", &values)
    }

    /// An amount, a name or an identifier for the inside of a sentence: in Arabic between U+2068 and U+2069
    /// (first strong isolate, UAX #9), so that it keeps its own direction. Marks that would turn round what
    /// follows, or end the isolate, are left out.
    pub(crate) fn isolated(self, text: &str) -> String {
        let text: String = text.chars().filter(|c| !is_turn(*c)).collect();
        match self {
            Self::English => text,
            Self::Arabic => format!("\u{2068}{text}\u{2069}"),
        }
    }
}

/// Whether this is one of the explicit marks of direction of UAX #9, sections 2.1 to 2.5.
const fn is_turn(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A message as it is. Where a test's environment asks for it, each is enclosed: words that come from nowhere
/// in `translations/` stand out.
fn marked(text: String) -> String {
    static MARKS: LazyLock<bool> =
        LazyLock::new(|| cfg!(debug_assertions) && std::env::var_os("MARK_MESSAGES").is_some());
    if *MARKS { format!("⟦{text}⟧") } else { text }
}

/// A quality between 0 and 1, in thousandths; what is none counts as nothing.
fn thousandths(text: &str) -> u16 {
    let (whole, decimals) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let decimals = format!("{decimals:0<3}");
    let number = || decimals.get(..3)?.parse::<u16>().ok();
    match (whole, number()) {
        ("1", Some(_)) => 1_000,
        ("0", Some(thousandths)) => thousandths,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Names of all messages, and of the values each takes.
    fn messages(sources: &[&str]) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for source in sources {
            let resource = FluentResource::try_new((*source).to_owned());
            let resource = resource.unwrap_or_else(|(_, errors)| panic!("{errors:?}"));
            for line in resource.source().lines().filter(|line| !line.starts_with(['#', ' '])) {
                let Some((name, _)) = line.split_once(" =") else { continue };
                assert!(found.insert(name.to_owned()), "{name} is there twice");
            }
        }
        found
    }

    #[test]
    fn no_language_lacks_a_message() {
        assert!(!messages(ENGLISH).is_empty());
        assert_eq!(messages(ENGLISH), messages(ARABIC));
    }

    #[test]
    fn values_and_plurals_are_filled_in() {
        let minutes = |language: Language, count: i64| {
            language.text_with("mail-sign-in-ends", &[("minutes", count.into())])
        };
        assert!(minutes(Language::English, 5).contains("5 minutes"));
        assert!(minutes(Language::English, 1).contains("1 minute."));
        assert!(minutes(Language::Arabic, 2).contains("دقيقتين"));
        assert!(minutes(Language::Arabic, 5).contains("5 دقائق"));
    }

    #[test]
    fn a_name_turns_nothing_round() {
        let evil = "Al\u{202e} Noor\u{2069}";
        assert_eq!(Language::English.isolated(evil), "Al Noor");
        assert_eq!(Language::Arabic.isolated(evil), "\u{2068}Al Noor\u{2069}");
    }

    #[test]
    fn every_month_has_its_name() {
        let mut seen = BTreeSet::new();
        for language in Language::ALL {
            for month in 1..=12 {
                let month = time::Month::try_from(month).unwrap();
                seen.insert(language.date(Date::from_calendar_date(2026, month, 5).unwrap()));
            }
        }
        assert_eq!(seen.len(), 24);
        assert!(seen.contains("5 November 2026") && seen.contains("5 نوفمبر 2026"), "{seen:?}");
    }

    #[test]
    fn the_preferred_language_is_found() {
        for (header, language) in [
            ("", Language::English),
            ("ar", Language::Arabic),
            ("ar-OM,ar;q=0.9,en;q=0.8", Language::Arabic),
            ("en-GB,en;q=0.9,ar;q=0.8", Language::English),
            ("fr,ar;q=0.5,en;q=0.4", Language::Arabic),
            ("fr", Language::English),
            ("ar;q=0,en;q=0.1", Language::English),
            ("ar;q=x", Language::English),
            ("*, ar ; q=0.3", Language::Arabic),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }
}
