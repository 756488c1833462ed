//! Entries of the catalog, read from their documents for people.

use reqwest::Url;
use serde_json::Value;

use super::fold::folded;
use crate::storage::catalog::texts;
use crate::text::Language;
use crate::usecase::catalog_arabic::spellings;

/// A text in English and, where somebody wrote it, in Arabic.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    english: String,
    arabic: Option<String>,
}

/// A text for a reader, and whether it is in another language than theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told<'a> {
    pub(crate) text: &'a str,
    pub(crate) is_foreign: bool,
}

impl Said {
    pub(crate) fn of(document: &Value, member: &str) -> Self {
        let text =
            |name: &str| document[name].as_str().map(str::trim).unwrap_or_default().to_owned();
        let arabic = Some(text(&format!("{member}_ar"))).filter(|text| !text.is_empty());
        Self { english: text(member), arabic }
    }

    pub(crate) fn told(&self, language: Language) -> Told<'_> {
        match (language, &self.arabic) {
            (Language::Arabic, Some(arabic)) => Told { text: arabic, is_foreign: false },
            (Language::Arabic, None) => Told { text: &self.english, is_foreign: true },
            (Language::English, _) => Told { text: &self.english, is_foreign: false },
        }
    }

    pub(crate) fn text(&self, language: Language) -> &str {
        self.told(language).text
    }

    /// In every language there is.
    fn all(&self) -> impl Iterator<Item = &str> {
        [Some(&self.english), self.arabic.as_ref()].into_iter().flatten().map(String::as_str)
    }
}

/// A list of texts in both languages.
#[derive(Debug, Clone, Default)]
pub(crate) struct List {
    english: Vec<String>,
    arabic: Vec<String>,
}

impl List {
    fn of(document: &Value, member: &str) -> Self {
        Self { english: texts(&document[member]), arabic: texts(&document[format!("{member}_ar")]) }
    }

    pub(crate) fn told(&self, language: Language) -> Vec<Told<'_>> {
        let in_arabic = language == Language::Arabic && !self.arabic.is_empty();
        let list = if in_arabic { &self.arabic } else { &self.english };
        let is_foreign = language == Language::Arabic && !in_arabic;
        list.iter().map(|text| Told { text, is_foreign }).collect()
    }
}

fn text(document: &Value, member: &str) -> String {
    document[member].as_str().unwrap_or_default().to_owned()
}

fn flag(document: &Value, member: &str) -> bool {
    document[member].as_bool().unwrap_or(false)
}

fn number(document: &Value, member: &str) -> i64 {
    document[member].as_i64().unwrap_or(0)
}

#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) name: Said,
    pub(crate) description: Said,
    pub(crate) features: List,
    pub(crate) cpu: String,
    pub(crate) memory: String,
    pub(crate) storage: String,
    pub(crate) price_minor: i64,
    pub(crate) popular: bool,
    pub(crate) usage_priced: bool,
}

impl Plan {
    pub(super) fn of(document: &Value) -> Self {
        Self {
            id: text(document, "id"),
            slug: text(document, "slug"),
            name: Said::of(document, "name"),
            description: Said::of(document, "description"),
            features: List::of(document, "features"),
            cpu: text(document, "cpu"),
            memory: text(document, "memory"),
            storage: text(document, "storage"),
            price_minor: number(document, "price_minor"),
            popular: flag(document, "popular"),
            usage_priced: flag(document, "usage_priced"),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Addon {
    pub(super) id: String,
    pub(crate) name: Said,
    pub(crate) description: Said,
    pub(crate) price_minor: i64,
    pub(crate) included: bool,
}

impl Addon {
    pub(super) fn of(document: &Value) -> Self {
        Self {
            id: text(document, "id"),
            name: Said::of(document, "name"),
            description: Said::of(document, "description"),
            price_minor: number(document, "price_minor"),
            included: flag(document, "included"),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Industry {
    pub(crate) slug: String,
    pub(crate) name: Said,
    pub(crate) emoji: String,
    pub(crate) description: Said,
    pub(crate) suggested_apps: Vec<String>,
    pub(super) bundle_id: String,
}

impl Industry {
    pub(super) fn of(document: &Value) -> Self {
        Self {
            slug: text(document, "slug"),
            name: Said::of(document, "name"),
            emoji: text(document, "emoji"),
            description: Said::of(document, "description"),
            suggested_apps: texts(&document["suggested_apps"]),
            bundle_id: text(document, "bundle_id"),
        }
    }
}

/// Apps that go together. What the document calls its discount is none that a checkout gives, and so none that is
/// shown.
#[derive(Debug)]
pub(crate) struct Bundle {
    pub(super) id: String,
    pub(crate) slug: String,
    pub(crate) name: Said,
    pub(crate) tagline: Said,
    pub(crate) apps: Vec<String>,
    /// The slug of a plan, or nothing.
    pub(crate) recommended_plan: String,
}

impl Bundle {
    pub(super) fn of(document: &Value) -> Self {
        Self {
            id: text(document, "id"),
            slug: text(document, "slug"),
            name: Said::of(document, "name"),
            tagline: Said::of(document, "tagline"),
            apps: texts(&document["apps"]),
            recommended_plan: text(document, "recommended_size"),
        }
    }
}

#[derive(Debug)]
pub(crate) struct MarketApp {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) name: Said,
    pub(crate) tagline: Said,
    pub(crate) description: Said,
    pub(crate) features: List,
    pub(crate) category: String,
    /// A colour: `#` and six hexadecimal digits.
    pub(crate) icon_bg: String,
    /// An address on the web, and its host.
    pub(crate) website: Option<(String, String)>,
    pub(crate) license: String,
    pub(crate) is_favourite: bool,
    pub(crate) tier: String,
    pub(crate) price_minor: i64,
    pub(crate) related: Vec<String>,
    /// Whether it only serves other apps.
    pub(crate) is_system: bool,
    /// Whether it can be had yet.
    pub(crate) deployable: bool,
    pub(crate) ram_mb: i64,
    pub(crate) cpu_milli: i64,
    pub(crate) disk_gb: i64,
    pub(super) index: Index,
}

/// What an app is found by, folded.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) names: String,
    pub(super) taglines: String,
    pub(super) rest: String,
}

impl MarketApp {
    pub(super) fn of(document: &Value) -> Self {
        let slug = text(document, "slug");
        let (name, tagline) = (Said::of(document, "name"), Said::of(document, "tagline"));
        let description = Said::of(document, "description");
        let features = List::of(document, "features");
        let category = text(document, "category");
        let mut rest: Vec<String> = description.all().map(str::to_owned).collect();
        rest.extend(features.english.iter().chain(&features.arabic).cloned());
        rest.push(category.clone());
        let tags = texts(&document["tags"]);
        let index = Index {
            names: together(name.all().chain([&*slug]).chain(spellings(&slug))),
            taglines: together(tagline.all().chain(tags.iter().map(String::as_str))),
            rest: together(rest.iter().map(String::as_str)),
        };
        Self {
            id: text(document, "id"),
            icon_bg: text(document, "icon_bg"),
            website: website(&text(document, "website")),
            license: text(document, "license"),
            is_favourite: flag(document, "featured") || flag(document, "popular"),
            tier: text(document, "tier"),
            price_minor: number(document, "price_minor"),
            related: texts(&document["related_apps"]),
            is_system: flag(document, "system"),
            deployable: document["deployable"].as_bool() != Some(false),
            ram_mb: number(document, "ram_mb"),
            cpu_milli: number(document, "cpu_milli"),
            disk_gb: number(document, "disk_gb"),
            slug,
            name,
            tagline,
            description,
            features,
            category,
            index,
        }
    }
}

/// Texts folded, each also without the spaces in it: `e-commerce` is found as `ecommerce`.
fn together<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut together = String::new();
    for text in texts.map(folded) {
        let joined = text.replace(' ', "");
        // Words of two texts are not one phrase.
        together.extend([&*text, "\n"]);
        if joined != text && text.len() <= 60 {
            together.extend([&*joined, "\n"]);
        }
    }
    together
}

/// An address that a link may lead to: of the web, and nothing that runs.
fn website(address: &str) -> Option<(String, String)> {
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    let host = url.host_str()?.trim_start_matches("www.").to_owned();
    Some((url.to_string(), host))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn readers_of_arabic_see_english_where_nobody_wrote_more() {
        let document = json!({ "name": "Fax", "tagline": "Sends", "tagline_ar": "يرسل",
            "features": ["a", "b"], "features_ar": [] });
        let told =
            |member: &str, language| Said::of(&document, member).told(language).text.to_owned();
        assert_eq!(told("tagline", Language::Arabic), "يرسل");
        assert_eq!(told("tagline", Language::English), "Sends");
        assert_eq!(told("name", Language::Arabic), "Fax");
        assert!(Said::of(&document, "name").told(Language::Arabic).is_foreign);
        assert!(!Said::of(&document, "name").told(Language::English).is_foreign);
        let features = List::of(&document, "features");
        assert_eq!(features.told(Language::Arabic).len(), 2);
        assert!(features.told(Language::Arabic).iter().all(|told| told.is_foreign));
    }

    #[test]
    fn links_lead_to_the_web_only() {
        let known = website("https://www.example.com/a?b").unwrap();
        assert_eq!(known, ("https://www.example.com/a?b".to_owned(), "example.com".to_owned()));
        for evil in ["javascript:alert(1)", "data:text/html,x", "", "example.com", "//evil.example"]
        {
            assert_eq!(website(evil), None, "{evil}");
        }
    }
}
