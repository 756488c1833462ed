//! The login theme for Keycloak that is made from the branding.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use reqwest::Method;
use serde_json::{Value, json};
use sovereign::auth::Role;
use zip::ZipArchive;

use super::{SVG, put_logo, set};
use crate::harness::{Browser, FQDN, Reply, Setup, TestApp, on_both};

const ROUTE: &str = "/billing/admin/branding/keycloak-theme";
const PAGE: &str = "/admin/branding/keycloak-theme.jar";
const THEME: &str = "sovereign-test-sovereign-example";

/// The archive, from the API.
async fn downloaded(app: &TestApp) -> Reply {
    let reply = app.sovereign_admin().get(ROUTE).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply
}

/// The archive, from the page of whoever is signed in in this browser.
async fn from_the_page(app: &TestApp, browser: &Browser) -> Reply {
    let pairs = browser.cookies.iter().map(|(name, value)| format!("{name}={value}"));
    let cookies = pairs.collect::<Vec<_>>().join("; ");
    app.anyone().send(Method::GET, PAGE, &[("Cookie", &cookies)], None).await
}

/// The files of an archive, by name.
fn files(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let content = |name: String| {
        let mut content = Vec::new();
        archive.by_name(&name).unwrap().read_to_end(&mut content).unwrap();
        (name, content)
    };
    names.into_iter().map(content).collect()
}

fn inside(name: &str) -> String {
    format!("theme/{THEME}/login/{name}")
}

/// What a file of properties says, as Java reads it.
fn properties(bytes: &[u8]) -> BTreeMap<String, String> {
    let text = std::str::from_utf8(bytes).unwrap();
    assert!(text.is_ascii(), "{text}");
    let pair = |line: &str| {
        let (key, value) = line.split_once('=').unwrap();
        (key.to_owned(), unescaped(value))
    };
    text.lines().filter(|line| !line.starts_with('#')).map(pair).collect()
}

fn unescaped(value: &str) -> String {
    let mut units = Vec::new();
    let mut rest = value.chars();
    while let Some(character) = rest.next() {
        let escaped = if character == '\\' { rest.next() } else { None };
        if escaped == Some('u') {
            let digits: String = rest.by_ref().take(4).collect();
            units.push(u16::from_str_radix(&digits, 16).unwrap());
        } else {
            let character = escaped.unwrap_or(character);
            units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
        }
    }
    String::from_utf16(&units).unwrap()
}

on_both! {
    async fn it_is_made_of_the_branding(app: &TestApp) {
        set(app, json!({
            "name": "Kestrel & Sons' Cloud", "name_ar": "سحابة العوسق", "accent": "#9b1c1c",
            "accent_dark": "#f0a0a0", "support_email": "help@kestrel.example",
        })).await;
        put_logo(&app.sovereign_admin(), SVG).await.expect(200);
        let reply = downloaded(app).await;
        let disposition = format!("attachment; filename=\"{THEME}.jar\"");
        for (name, value) in [
            ("content-type", "application/java-archive"),
            ("content-disposition", &*disposition),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(reply.headers[name], value);
        }
        let files = files(&reply.bytes);
        let names: Vec<String> = files.keys().cloned().collect();
        assert_eq!(names, [
            "META-INF/keycloak-themes.json".to_owned(), "README.txt".to_owned(),
            inside("messages/messages_ar.properties"), inside("messages/messages_en.properties"),
            inside("resources/css/sovereign.css"), inside("resources/img/logo.svg"),
            inside("theme.properties"),
        ]);
        let themes: Value = serde_json::from_slice(&files["META-INF/keycloak-themes.json"]).unwrap();
        assert_eq!(themes, json!({ "themes": [{ "name": THEME, "types": ["login"] }] }));
        let settings = properties(&files[&inside("theme.properties")]);
        for (key, value) in [
            ("parent", "keycloak.v2"), ("import", "common/keycloak"), ("locales", "en,ar"), ("darkMode", "true"),
        ] {
            assert_eq!(settings[key], value, "{key}");
        }
        assert!(settings["styles"].starts_with("css/styles.css css/sovereign.css?v="), "{settings:?}");

        let english = properties(&files[&inside("messages/messages_en.properties")]);
        assert_eq!(english["loginTitle"], "Sign in to Kestrel & Sons'' Cloud");
        assert_eq!(english["loginTitleHtml"], "Kestrel &amp; Sons'' Cloud");
        let arabic = properties(&files[&inside("messages/messages_ar.properties")]);
        assert_eq!(arabic["loginTitleHtml"], "سحابة العوسق");
        assert!(arabic["loginTitle"].contains("سحابة العوسق"), "{arabic:?}");
        for messages in [&english, &arabic] {
            assert!(messages["accountDisabledMessage"].contains("help@kestrel.example"), "{messages:?}");
        }
        let css = String::from_utf8_lossy(&files[&inside("resources/css/sovereign.css")]);
        for part in [
            "--sovereign-accent: #9b1c1c;", "--sovereign-on-accent: #ffffff;", "--sovereign-accent: #f0a0a0;",
            "--sovereign-on-accent: #101214;", "url(\"../img/logo.svg?v=",
        ] {
            assert!(css.contains(part), "no {part} in {css}");
        }
        assert_eq!(files[&inside("resources/img/logo.svg")], SVG.as_bytes());
        let readme = String::from_utf8_lossy(&files["README.txt"]);
        assert!(readme.contains(THEME) && readme.contains(FQDN), "{readme}");
    }

    async fn where_nothing_is_set_it_is_ours(app: &TestApp) {
        let first = downloaded(app).await.bytes;
        let files = files(&first);
        let english = properties(&files[&inside("messages/messages_en.properties")]);
        assert_eq!(english["loginTitleHtml"], FQDN);
        assert!(!english.contains_key("accountDisabledMessage"), "{english:?}");
        let css = String::from_utf8_lossy(&files[&inside("resources/css/sovereign.css")]);
        assert!(css.contains("--sovereign-accent: #0b5c4a;") && !css.contains("url("), "{css}");
        assert!(!files.keys().any(|name| name.contains("/img/")), "{:?}", files.keys());
        // The same again is the same to the byte, until something is another.
        assert!(downloaded(app).await.bytes == first);
        set(app, json!({ "accent": "#1c3f9b" })).await;
        assert!(downloaded(app).await.bytes != first);
    }

    async fn it_takes_an_administrator(app: &TestApp) {
        app.anyone().get(ROUTE).await.expect_problem(401, "unauthorized");
        let member = app.signed_in("ahmed", Role::Member);
        member.get(ROUTE).await.expect_problem(403, "forbidden");
        for client in [app.sovereign_admin(), app.superadmin()] {
            assert_eq!(client.get(ROUTE).await.status, 200);
        }
    }

    async fn the_page_answers_the_same(app: &TestApp, Setup::with_mail()) {
        set(app, json!({ "name": "Kestrel Cloud" })).await;
        let mut browser = app.browser();
        assert!(browser.get(PAGE).await.location().starts_with("/sign-in"));
        browser.sign_in(app, "sara@example.com").await;
        browser.get(PAGE).await.expect(403).has(&["This takes another role"]);

        let mut browser = crate::pages::administrator(app, "maryam").await;
        let shown = browser.get("/admin/branding").await.expect(200);
        shown.has(&[&format!("href=\"{PAGE}\""), "Login page of Keycloak"]);
        let (page, route) = (from_the_page(app, &browser).await, downloaded(app).await);
        assert_eq!(page.status, 200, "{}", page.text);
        for name in ["content-type", "content-disposition", "cache-control"] {
            assert_eq!(page.headers[name], route.headers[name]);
        }
        assert!(page.bytes == route.bytes);
        browser.language = "ar";
        browser.get("/admin/branding").await.expect(200).has(&["صفحة الدخول في Keycloak"]);
    }

    async fn it_is_written_beside_a_server(app: &TestApp) {
        let database = app.database();
        let run = |arguments: &[&str]| database.run(&[&["branding", "keycloak-theme"], arguments].concat());
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("theme.jar");
        let file = path.to_str().unwrap();
        let told = run(&["--output", file, "--json"]).expect_json();
        assert_eq!(told, json!({ "theme": THEME, "file": file }));
        assert!(std::fs::read(&path).unwrap() == downloaded(app).await.bytes);
        set(app, json!({ "accent": "#1c3f9b" })).await;
        let said = run(&["--output", file]).expect_answer();
        assert!(said.contains(THEME), "{said}");
        assert!(std::fs::read(&path).unwrap() == downloaded(app).await.bytes);
        run(&[]).expect_failure(2);
        run(&["--output", "/nowhere/theme.jar"]).expect_failure(2);
    }
}
