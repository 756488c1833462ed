//! A finding that nobody can look up helps nobody.

use std::collections::BTreeSet;
use std::path::Path;

const PAGE: &str = include_str!("../../../docs/ADOPTION.md");

/// The kinds that the adoption's sources can report: in SQL after SELECT or CASE, in Rust as an argument.
fn kinds() -> BTreeSet<String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut kinds = BTreeSet::new();
    let adopt = std::fs::read_dir(sources.join("storage/adopt")).unwrap();
    let files = adopt.map(|entry| entry.unwrap().path());
    for file in files.chain([sources.join("usecase/migrate.rs")]) {
        let text = std::fs::read_to_string(&file).unwrap();
        let (before, quote): (&[&str], char) = match file.extension().unwrap().to_str() {
            Some("sql") => (&["SELECT '", "THEN '", "ELSE '"], '\''),
            _ => (&["refuse(\"", "note(\"", "refuse(\n                    \""], '"'),
        };
        for start in before {
            for rest in text.split(start).skip(1) {
                let word = rest.split(quote).next().unwrap();
                let kind =
                    word.contains('-') && word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
                if kind {
                    kinds.insert(word.to_owned());
                }
            }
        }
    }
    kinds
}

#[test]
fn every_kind_of_finding_is_explained() {
    let kinds = kinds();
    for known in ["negative-balance", "codes-collide", "column-type", "books-would-be-off"] {
        assert!(kinds.contains(known), "{known}: {kinds:?}");
    }
    let missing: Vec<_> =
        kinds.iter().filter(|kind| !PAGE.contains(&format!("`{kind}`"))).collect();
    assert!(missing.is_empty(), "not in docs/ADOPTION.md: {missing:?}");
}
