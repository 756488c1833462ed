//! Whatever an Organization is called and runs, its files stay in its directory and read as they were meant.

use proptest::prelude::*;
use serde_json::{Value, json};
use sovereign_domain::organization::check_slug;

use super::*;
use crate::provision::ProvisioningOptions;

fn platform() -> Platform {
    ProvisioningOptions::default().platform("test.sovereign.example")
}

fn app(slug: &str) -> AppSpec {
    AppSpec {
        slug: slug.to_owned(),
        chart: "wordpress".to_owned(),
        repository: "https://charts.example".to_owned(),
        verified: false,
        version: None,
        values: None,
        has_pages: true,
        port: 80,
        dependencies: Vec::new(),
    }
}

fn organization(slug: &str, stage: Stage, apps: Vec<AppSpec>) -> Desired {
    let region = "muscat".to_owned();
    let environment = Environment { name: EnvironmentName::Prod, stage, region, apps };
    let plan =
        Plan { slug: "m".to_owned(), cpu: Some(2), memory_gb: Some(4), storage_gb: Some(40) };
    Desired { id: "id".to_owned(), slug: slug.to_owned(), plan, environments: vec![environment] }
}

fn read(content: &str) -> Value {
    serde_yaml_ng::from_str(content).unwrap()
}

#[test]
fn a_removal_takes_away_the_apps_then_the_cluster_then_the_namespace() {
    let names = |stage| -> Vec<String> {
        let files = render(&platform(), &organization("kestrel", stage, vec![app("web")])).unwrap();
        files.into_keys().map(|path| path.replace("kestrel/prod/", "")).collect()
    };
    let (source, other) =
        (names::source("https://charts.example"), names::source("https://charts.loft.sh"));
    let (charts, cluster) = (format!("{source}.yaml"), format!("{other}.yaml"));
    let above = ["kestrel/kustomization.yaml", "kestrel/prod.yaml"];
    let with = |more: &[&str]| {
        let mut all: Vec<String> =
            more.iter().chain(&above).map(|name| (*name).to_owned()).collect();
        all.sort_unstable();
        all
    };
    let sorted = |stage| {
        let mut names = names(stage);
        names.sort_unstable();
        names
    };
    let bare = ["kustomization.yaml", "namespace.yaml"];
    let without_apps = [&bare[..], &["vcluster.yaml", &cluster]].concat();
    let running = [&without_apps[..], &["app-web.yaml", "ingress.yaml", &charts]].concat();
    assert_eq!(sorted(Stage::Running), with(&running));
    assert_eq!(sorted(Stage::WithoutApps), with(&without_apps));
    assert_eq!(sorted(Stage::WithoutCluster), with(&bare));
    assert!(names(Stage::Gone).is_empty());
}

#[test]
fn the_order_that_things_are_named_in_makes_no_difference() {
    let (one, two) = (app("one"), app("two"));
    let mut needy = app("three");
    needy.dependencies = vec!["two".to_owned(), "one".to_owned()];
    let mut reversed = needy.clone();
    reversed.dependencies.reverse();
    let first = vec![one.clone(), two.clone(), needy];
    let second = vec![reversed, two.clone(), one, two];
    let files = |apps| render(&platform(), &organization("kestrel", Stage::Running, apps)).unwrap();
    assert_eq!(files(first), files(second));
}

#[test]
fn what_no_chart_can_be_is_refused_with_what_to_do() {
    let refused = |change: &dyn Fn(&mut AppSpec)| {
        let mut app = app("web");
        change(&mut app);
        let desired = organization("kestrel", Stage::Running, vec![app]);
        render(&platform(), &desired).unwrap_err().0
    };
    assert!(refused(&|app| app.chart = "../x".to_owned()).starts_with("helm_chart of web"));
    assert!(refused(&|app| app.chart = String::new()).contains("such as wordpress"));
    for bad in ["http://charts.example", "https://u:p@charts.example", "file:///etc", "", "oci://"]
    {
        let said = refused(&|app| app.repository = bad.to_owned());
        assert!(said.starts_with("helm_repo of web"), "{bad}: {said}");
    }
    assert!(refused(&|app| app.version = Some("1\n2".to_owned())).starts_with("helm_version"));
    assert!(refused(&|app| app.values = Some(json!([]))).starts_with("helm_values"));
    assert!(refused(&|app| app.slug = "vcluster".to_owned()).contains("vcluster"));
}

#[test]
fn a_long_name_of_a_sovereign_fits_a_label() {
    let fqdn = format!("{}.{}.example", "a".repeat(60), "b".repeat(60));
    let label = names::label(&fqdn);
    assert!(label.len() <= 63 && label.ends_with(|c: char| c.is_ascii_alphanumeric()), "{label}");
    assert_ne!(label, names::label(&fqdn.replace("example", "other")));
    assert_eq!(names::label("omantel.example"), "omantel.example");
}

/// Slugs as people choose them, and as those do who mean harm.
fn slug() -> impl Strategy<Value = String> {
    let hostile = [
        "..",
        "../../etc",
        "a/../b",
        "a/b",
        "a\\b",
        "a\0b",
        "a\nb: c",
        "a: b",
        "'a",
        "\"a",
        "# a",
        "- a",
        "{a}",
        "&a",
        "*a",
        "!a",
        "a\u{85}b",
        "-a",
        ".git",
        "a.lock",
        "yes",
        "null",
        "true",
        "off",
        "no",
        "nan",
        "inf",
        "e10",
        "abc-",
        "kustomization.yaml",
        "عمان",
        "a\u{202e}b",
    ];
    prop_oneof![
        2 => "[a-z][a-z0-9-]{1,29}[a-z0-9]",
        2 => proptest::sample::select(hostile.to_vec()).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "[a-z./\\\\\\-\u{0}\n ]{0,40}",
    ]
}

proptest! {
    #[test]
    fn no_slug_leaves_its_directory(slug in slug(), app_slug in slug()) {
        let desired = organization(&slug, Stage::Running, vec![app(&app_slug)]);
        let Ok(files) = render(&platform(), &desired) else {
            return Ok(());
        };
        prop_assert!(check_slug(&slug).is_ok());
        for (path, content) in &files {
            let parts: Vec<&str> = path.split('/').collect();
            prop_assert_eq!(parts[0], &slug);
            prop_assert!((2..=3).contains(&parts.len()));
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
            for part in parts {
                prop_assert!(!part.starts_with(['.', '-']) && part.chars().all(plain), "{}", path);
            }
            let document = read(content);
            if let Some(metadata) = document.get("metadata") {
                prop_assert_eq!(&metadata["labels"]["sovereign/organization"], &json!(slug));
            }
        }
        let release = read(&files[&format!("{slug}/prod/app-{app_slug}.yaml")]);
        prop_assert_eq!(&release["metadata"]["name"], &json!(app_slug));
        prop_assert_eq!(&release["metadata"]["namespace"], &json!(format!("{slug}-prod")));
    }

    /// Identifiers of adopted Organizations may be anything.
    #[test]
    fn whatever_a_document_says_is_read_again(id in any::<String>(), value in any::<String>()) {
        let mut web = app("web");
        web.values = Some(json!({ "title": value.clone(), value.clone(): [value.clone(), "yes"] }));
        let mut desired = organization("kestrel", Stage::Running, vec![web.clone()]);
        desired.id.clone_from(&id);
        let files = render(&platform(), &desired).unwrap();
        let release = read(&files["kestrel/prod/app-web.yaml"]);
        let annotations = &release["metadata"]["annotations"];
        prop_assert_eq!(&annotations["sovereign/organization-id"], &json!(id));
        prop_assert_eq!(&release["spec"]["values"]["title"], &web.values.unwrap()["title"]);
    }
}
