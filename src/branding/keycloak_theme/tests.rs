use std::io::Read as _;

use zip::ZipArchive;

use super::*;
use crate::branding::contrast::Colour;
use crate::branding::logo::{Kind, Logo};
use crate::branding::{Accents, Support};

const FQDN: &str = "cloud.kestrel.example";
const THEME: &str = "sovereign-cloud-kestrel-example";

fn branding() -> Branding {
    Branding {
        name: "Kestrel Cloud".into(),
        name_ar: "سحابة العوسق".into(),
        is_named: true,
        accents: Accents::of(Colour::parse("#9b1c1c"), Colour::parse("#f0a0a0")),
        logo: None,
        support: Support::default(),
        terms: String::new(),
        terms_ar: String::new(),
        address: "https://cloud.kestrel.example".into(),
    }
}

fn with_logo() -> Branding {
    Branding { logo: Some(Logo { kind: Kind::Png, digest: "0a1b".into() }), ..branding() }
}

/// The files of an archive, by their names, in its order.
fn files(jar: &Jar) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(&*jar.bytes)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let content = |name: String| {
        let mut content = Vec::new();
        archive.by_name(&name).unwrap().read_to_end(&mut content).unwrap();
        (name, content)
    };
    names.into_iter().map(content).collect()
}

/// What stands in one file of the theme.
fn text(branding: &Branding, name: &str) -> String {
    let jar = jar(branding, Some(b"picture"), FQDN).unwrap();
    let name = format!("theme/{THEME}/login/{name}");
    let found = files(&jar).into_iter().find(|(one, _)| *one == name);
    String::from_utf8(found.unwrap().1).unwrap()
}

#[test]
fn a_theme_has_a_plain_name() {
    for (fqdn, expected) in [
        (FQDN, THEME),
        ("Omantel.Omani.Works", "sovereign-omantel-omani-works"),
        ("xn--mgb9awbf.example.", "sovereign-xn--mgb9awbf-example"),
        ("localhost:8080", "sovereign-localhost-8080"),
        ("a/../b", "sovereign-a----b"),
    ] {
        assert_eq!(name(fqdn), expected);
    }
}

#[test]
fn the_same_branding_gives_the_same_bytes() {
    let one = jar(&with_logo(), Some(b"picture"), FQDN).unwrap();
    assert_eq!(jar(&with_logo(), Some(b"picture"), FQDN).unwrap(), one);
    assert_eq!(one.file_name(), format!("{THEME}.jar"));
    let other = Branding { name: "Osprey Cloud".into(), ..with_logo() };
    assert_ne!(jar(&other, Some(b"picture"), FQDN).unwrap(), one);
}

#[test]
fn a_logo_is_a_file_and_above_the_name() {
    let all = files(&jar(&with_logo(), Some(b"picture"), FQDN).unwrap());
    let (name, bytes) = all.last().unwrap();
    assert_eq!(*name, format!("theme/{THEME}/login/resources/img/logo.png"));
    assert_eq!(bytes, b"picture");
    let css = text(&with_logo(), "resources/css/sovereign.css");
    assert!(css.contains("url(\"../img/logo.png?v=0a1b\")"), "{css}");
}

#[test]
fn without_a_logo_the_name_stands_alone() {
    // Its bytes alone are none, nor is what is said of it without them.
    for (branding, logo) in [(branding(), Some(&b"picture"[..])), (with_logo(), None)] {
        let all = files(&jar(&branding, logo, FQDN).unwrap());
        let names: Vec<&str> = all.iter().map(|(name, _)| &**name).collect();
        let inside = format!("theme/{THEME}/login");
        assert_eq!(
            names,
            [
                "README.txt",
                "META-INF/keycloak-themes.json",
                &format!("{inside}/theme.properties"),
                &format!("{inside}/messages/messages_en.properties"),
                &format!("{inside}/messages/messages_ar.properties"),
                &format!("{inside}/resources/css/sovereign.css"),
            ]
        );
        let css = String::from_utf8_lossy(&all[5].1);
        assert!(!css.contains("url(") && !css.contains("::before"), "{css}");
    }
}

#[test]
fn the_accents_have_the_text_that_is_read_on_them() {
    let css = text(&branding(), "resources/css/sovereign.css");
    for part in [
        ":root {\n  --sovereign-accent: #9b1c1c;\n  --sovereign-on-accent: #ffffff;",
        ".pf-v5-theme-dark {\n  --sovereign-accent: #f0a0a0;\n  --sovereign-on-accent: #101214;",
        "--sovereign-ground: #fbfaf8;\n  --sovereign-surface: #ffffff;",
        "--sovereign-ground: #14161a;\n  --sovereign-surface: #1c1f25;",
    ] {
        assert!(css.contains(part), "no {part} in {css}");
    }
    assert_eq!(css.matches('{').count(), css.matches('}').count());
    // From both sides alike: nothing stands on the left or the right.
    assert!(!css.contains("left") && !css.contains("right"), "{css}");
}

#[test]
fn the_style_sheets_address_changes_with_it() {
    let settings = text(&branding(), "theme.properties");
    let other = Branding { accents: None, ..branding() };
    assert_ne!(settings, text(&other, "theme.properties"));
    assert!(settings.contains("\nstyles=css/styles.css css/sovereign.css?v="), "{settings}");
}

#[test]
fn hostile_names_stay_text() {
    let hostile = Branding { name: "{0} ${env.X} <a>'s".into(), ..branding() };
    let english = text(&hostile, "messages/messages_en.properties");
    let html = "loginTitleHtml='{'0'}' $'{'env.X'}' &lt;\\u2060a&gt;''s\n";
    assert!(english.contains(html), "{english}");
    assert!(!text(&hostile, "theme.properties").contains("env"));
}

#[test]
fn help_is_named_where_there_is_some() {
    let english = text(&branding(), "messages/messages_en.properties");
    assert!(!english.contains("accountDisabledMessage"), "{english}");
    let email = "help@kestrel.example".to_owned();
    let support = Support { email, phone: "+968 2400".into(), url: String::new() };
    let helped = Branding { support, ..branding() };
    let english = text(&helped, "messages/messages_en.properties");
    assert!(english.contains("help@kestrel.example \\u00b7 +968 2400"), "{english}");
    let arabic = text(&helped, "messages/messages_ar.properties");
    assert!(arabic.contains("\\u2068help@kestrel.example\\u2069"), "{arabic}");
    assert!(arabic.is_ascii());
}

#[test]
fn the_readme_says_what_to_choose() {
    let all = files(&jar(&branding(), None, FQDN).unwrap());
    let readme = String::from_utf8_lossy(&all[0].1);
    assert!(readme.contains(THEME) && readme.contains(FQDN), "{readme}");
    assert!(!readme.contains('{'), "{readme}");
}
