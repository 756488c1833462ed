//! The Arabic of the publisher's catalog, which the program brings along: it is not written into the database,
//! so that a Sovereign that was seeded before has it as well, and an entry whose English somebody changed does
//! not keep an Arabic that says something else.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::catalog::{Kind, seed_documents};

const ARABIC: &str = include_str!("../../catalog/arabic.json");
/// How Arabic members are called: as the English ones, with this behind.
const SUFFIX: &str = "_ar";
/// How people write an app's name in Arabic, for searches only.
const SPELLINGS: &str = "spellings_ar";

type BySlug = BTreeMap<String, Map<String, Value>>;

#[derive(Debug, Default, Deserialize)]
struct Texts {
    plans: BySlug,
    addons: BySlug,
    apps: BySlug,
    industries: BySlug,
    bundles: BySlug,
}

impl Texts {
    const fn of(&self, kind: Kind) -> &BySlug {
        match kind {
            Kind::Plan => &self.plans,
            Kind::Addon => &self.addons,
            Kind::App => &self.apps,
            Kind::Industry => &self.industries,
            Kind::Bundle => &self.bundles,
        }
    }
}

/// What is compiled in is checked by a test; a catalog without Arabic is still a catalog.
static TEXTS: LazyLock<Texts> = LazyLock::new(|| serde_json::from_str(ARABIC).unwrap_or_default());
/// The seed's documents by kind and slug.
type Seeded = BTreeMap<(&'static str, String), Map<String, Value>>;
static SEEDED: LazyLock<Seeded> = LazyLock::new(seed_documents);

/// The Arabic members that the program knows for an entry, each with the English it translates.
fn known<'a>(
    kind: Kind,
    slug: &str,
) -> impl Iterator<Item = (&'a String, &'a Value, &'a str, Option<&'a Value>)> {
    let seeded = SEEDED.get(&(kind.as_str(), slug.to_owned()));
    let texts = TEXTS.of(kind).get(slug).into_iter().flatten();
    texts.filter_map(move |(name, arabic)| {
        let english = name.strip_suffix(SUFFIX).filter(|_| name != SPELLINGS)?;
        Some((name, arabic, english, seeded.and_then(|document| document.get(english))))
    })
}

/// Adds the Arabic that an entry lacks, wherever its English is still what was translated.
pub(crate) fn fill(kind: Kind, slug: &str, document: &mut Map<String, Value>) {
    for (name, arabic, english, translated) in known(kind, slug) {
        if !document.contains_key(name) && document.get(english) == translated {
            document.insert(name.clone(), arabic.clone());
        }
    }
}

/// What somebody wants an entry to be, without the Arabic that they only send back as they read it.
pub(crate) fn without_own(
    kind: Kind,
    slug: &str,
    given: &Map<String, Value>,
    before: &Value,
) -> Map<String, Value> {
    let mut given = given.clone();
    for (name, arabic, ..) in known(kind, slug) {
        if before.get(name).is_none() && given.get(name) == Some(arabic) {
            given.shift_remove(name);
        }
    }
    given
}

/// How people write the name of a seeded app in Arabic.
pub(crate) fn spellings(slug: &str) -> Vec<&'static str> {
    let list = TEXTS.apps.get(slug).and_then(|texts| texts.get(SPELLINGS));
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KINDS: [Kind; 5] = [Kind::Plan, Kind::Addon, Kind::App, Kind::Industry, Kind::Bundle];
    /// What people read of an entry. Names of apps and plans are the same in every language.
    const READ: [&str; 4] = ["name", "tagline", "description", "features"];

    #[test]
    fn every_text_of_the_seed_has_its_arabic() {
        let texts: Texts = serde_json::from_str(ARABIC).unwrap();
        for ((kind, slug), document) in SEEDED.iter() {
            let kind = *KINDS.iter().find(|known| known.as_str() == *kind).unwrap();
            let arabic = &texts.of(kind)[slug];
            for member in READ {
                let keeps_its_name = member == "name" && matches!(kind, Kind::App | Kind::Plan);
                let Some(english) = document.get(member).filter(|_| !keeps_its_name) else {
                    continue;
                };
                let arabic = &arabic[&format!("{member}{SUFFIX}")];
                let count = |value: &Value| value.as_array().map(Vec::len);
                assert_eq!(count(english), count(arabic), "{slug} {member}");
                let letter = |c: char| ('\u{621}'..='\u{64a}').contains(&c);
                let each: Vec<&Value> =
                    arabic.as_array().map_or(vec![arabic], |l| l.iter().collect());
                for text in each.into_iter().filter(|text| *text != "OpenID Connect وSAML") {
                    assert!(text.as_str().unwrap().contains(letter), "{slug} {member}: {text}");
                }
            }
        }
        for kind in KINDS {
            for (slug, arabic) in texts.of(kind) {
                let document = SEEDED.get(&(kind.as_str(), slug.clone())).expect(slug);
                for name in arabic.keys().filter(|name| *name != SPELLINGS) {
                    assert!(
                        document.contains_key(name.strip_suffix(SUFFIX).unwrap()),
                        "{slug} {name}"
                    );
                }
            }
        }
    }

    #[test]
    fn arabic_is_filled_in_while_the_english_is_what_was_translated() {
        let read = |tagline: &str, arabic: Option<&str>| {
            let mut document = Map::new();
            document.insert("tagline".into(), json!(tagline));
            if let Some(arabic) = arabic {
                document.insert("tagline_ar".into(), json!(arabic));
            }
            fill(Kind::App, "wordpress", &mut document);
            assert!(!document.contains_key(SPELLINGS));
            document.get("tagline_ar").cloned()
        };
        assert_eq!(read("Website and blog", None), Some(json!("موقع إلكتروني ومدونة")));
        assert_eq!(read("Something else", None), None);
        assert_eq!(read("Website and blog", Some("غيره")), Some(json!("غيره")));
        assert_eq!(read("Website and blog", Some("")), Some(json!("")));
    }

    #[test]
    fn what_is_sent_back_as_it_was_read_is_not_kept() {
        let mut whole = json!({ "tagline": "Website and blog" });
        fill(Kind::App, "wordpress", whole.as_object_mut().unwrap());
        let given = whole.as_object().unwrap();
        let kept = without_own(Kind::App, "wordpress", given, &json!({}));
        assert_eq!(Value::Object(kept), json!({ "tagline": "Website and blog" }));
        // Where there was another one, this one is meant.
        let before = json!({ "tagline_ar": "غيره" });
        assert!(without_own(Kind::App, "wordpress", given, &before).contains_key("tagline_ar"));
    }
}
