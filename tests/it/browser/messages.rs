//! The messages of `translations/`: the same in both languages, and none that nothing shows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// How names are put together from a part that is known and one that is not, as it stands in the sources; and
/// what the names begin or end with.
const COMPOSED: &[(&str, &str)] = &[
    (r#"format!("admin-bulk-is-{}""#, "admin-bulk-is-"),
    (r#"format!("admin-import-{}""#, "admin-import-"),
    (r#"format!("admin-campaign-is-{}""#, "admin-campaign-is-"),
    (r#"format!("admin-catalog-field-{}""#, "admin-catalog-field-"),
    (r#"format!("admin-did-{}""#, "admin-did-"),
    (r#"format!("admin-is-{}""#, "admin-is-"),
    (r#"format!("admin-redemption-{}""#, "admin-redemption-"),
    (r#"format!("admin-edit-{name}""#, "admin-edit-"),
    (r#"format!("admin-edits-{}""#, "admin-edits-"),
    (r#"format!("admin-sort-{}""#, "admin-sort-"),
    (r#"format!("admin-source-{source}""#, "admin-source-"),
    (r#"format!("admin-verdict-{}""#, "admin-verdict-"),
    (r#"format!("superadmin-alarm-{}""#, "superadmin-alarm-"),
    (r#"format!("superadmin-count-{}""#, "superadmin-count-"),
    (r#"format!("superadmin-fleet-file-{kind}""#, "superadmin-fleet-file-"),
    (r#"format!("superadmin-fleet-is-{result}""#, "superadmin-fleet-is-"),
    (r#"format!("superadmin-fleet-month-{state}""#, "superadmin-fleet-month-"),
    (r#"format!("superadmin-fleet-payout-is-{state}""#, "superadmin-fleet-payout-is-"),
    (r#"format!("superadmin-fleet-todo-{kind}""#, "superadmin-fleet-todo-"),
    (r#"format!("superadmin-fleet-why-{}""#, "superadmin-fleet-why-"),
    (r#"format!("superadmin-job-{}""#, "superadmin-job-"),
    (r#"format!("superadmin-runs-{status}""#, "superadmin-runs-"),
    (r#"format!("superadmin-dispute-is-{}""#, "superadmin-dispute-is-"),
    (r#"format!("superadmin-move-is-{}""#, "superadmin-move-is-"),
    (r#"format!("superadmin-move-next-{next}""#, "superadmin-move-next-"),
    (r#"format!("superadmin-move-note-{}""#, "superadmin-move-note-"),
    (r#"format!("superadmin-move-why-{}""#, "superadmin-move-why-"),
    (r#"format!("superadmin-order-is-{status}""#, "superadmin-order-is-"),
    (r#"format!("superadmin-order-{kind}""#, "superadmin-order-"),
    (r#"format!("superadmin-refund-is-{}""#, "superadmin-refund-is-"),
    (r#"format!("superadmin-webhook-is-{}""#, "superadmin-webhook-is-"),
    (r#"format!("superadmin-subscription-{status}""#, "superadmin-subscription-"),
    (r#"format!("admin-voucher-{field}-wrong")"#, "-wrong"),
    (r#"format!("role-{}""#, "role-"),
    (r#"format!("provision-{}""#, "provision-"),
    (r#"format!("step-{}""#, "step-"),
    (r#"format!("console-app-{"#, "console-app-"),
    (r#"format!("console-environment-{"#, "console-environment-"),
    (r#"format!("console-nav-{"#, "console-nav-"),
    (r#"format!("console-role-{"#, "console-role-"),
    (r#"format!("console-status-{"#, "console-status-"),
    (r#""market-category""#, "market-category-"),
    (r#""market-tier""#, "market-tier-"),
    (r#"format!("market-sort-{"#, "market-sort-"),
    (r#"format!("{name}-heading")"#, "-heading"),
    (r#"format!("{name}-detail")"#, "-detail"),
];

fn files(directory: &str, kinds: &[&str]) -> Vec<(String, String)> {
    fn read(directory: &Path, kinds: &[&str], found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let kind = path.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
            if path.is_dir() {
                read(&path, kinds, found);
            } else if kinds.contains(&kind) {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(directory), kinds, &mut found);
    assert!(!found.is_empty(), "{directory} is empty");
    found
}

/// The file of each message, and the values that stand in it.
fn messages(language: &str) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let mut found = BTreeMap::new();
    for (file, text) in files(&format!("translations/{language}"), &["ftl"]) {
        let mut name = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some((begun, _)) = line.split_once(" =")
                && !line.starts_with([' ', '\t'])
            {
                begun.clone_into(&mut name);
                let entry = (file.clone(), BTreeSet::new());
                assert!(found.insert(name.clone(), entry).is_none(), "{name} is there twice");
            }
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            for after in line.split('$').skip(1) {
                let value = after.split(|c| !is_name(c)).next().unwrap().to_owned();
                found.get_mut(&name).unwrap().1.insert(value);
            }
        }
    }
    found
}

/// Everything in which a message can be named.
fn sources() -> Vec<String> {
    let code = files("src", &["rs"]).into_iter().chain(files("templates", &["html", "txt"]));
    code.map(|(_, text)| text).collect()
}

#[test]
fn both_languages_have_the_same_messages_with_the_same_values() {
    let (english, arabic) = (messages("en"), messages("ar"));
    let names = |of: &BTreeMap<String, _>| of.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&english), names(&arabic));
    for (name, (file, values)) in &english {
        let (other_file, other) = &arabic[name];
        assert_eq!(file, other_file, "{name} is in another file");
        // A plural may do without its number: it says "two days" in one word.
        assert!(
            other.is_subset(values) && values.is_subset(other),
            "{name}: {values:?}, {other:?}"
        );
    }
}

#[test]
fn every_message_is_shown_somewhere() {
    let sources = sources();
    let is_there = |text: &str| sources.iter().any(|source| source.contains(text));
    for (how, part) in COMPOSED {
        assert!(is_there(how), "nothing composes {part} by {how} any more");
    }
    let is_used = |name: &str| {
        let parts = COMPOSED.iter().map(|(_, part)| *part);
        is_there(&format!("\"{name}\""))
            || parts.clone().any(|part| part.ends_with('-') && name.starts_with(part))
            || parts
                .filter_map(|part| name.strip_suffix(part))
                .any(|base| is_there(&format!("\"{base}\"")))
    };
    let english = messages("en");
    let unused: Vec<_> = english.keys().filter(|name| !is_used(name)).collect();
    assert!(unused.is_empty(), "{} messages that nothing shows: {unused:#?}", unused.len());
}

#[test]
fn every_message_that_is_asked_for_is_there() {
    let english = messages("en");
    for source in sources() {
        for call in [".text(\"", ".text_with(\"", ".count(\""] {
            for after in source.split(call).skip(1) {
                let name = after.split('"').next().unwrap();
                let is_name = name.contains('-')
                    && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
                assert!(!is_name || english.contains_key(name), "there is no message {name:?}");
            }
        }
    }
}
