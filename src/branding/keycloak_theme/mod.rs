//! A login theme for Keycloak that looks like the pages: an archive that Keycloak loads from its `providers`.
//!
//! It has texts, a style sheet and the logo, and neither templates nor scripts: whatever is wrong in it, people can
//! still sign in. All else is the theme that it stands on, `keycloak.v2`.

mod properties;
mod style;
#[cfg(test)]
mod tests;

use std::io::{Cursor, Write as _};

use serde_json::json;
use sha2::{Digest as _, Sha256};
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use self::properties::{html, line, pattern};
use super::Branding;
use crate::hex;
use crate::text::Language;

/// How to install it, for whoever opens the archive.
const README: &str = include_str!("../../../assets/keycloak/README.txt");
const ORIGIN: &str = "# Made by the Sovereign from its branding.\n";

/// An archive with one theme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Jar {
    /// What Keycloak calls the theme.
    pub(crate) theme: String,
    pub(crate) bytes: Vec<u8>,
}

impl Jar {
    pub(crate) fn file_name(&self) -> String {
        format!("{}.jar", self.theme)
    }
}

/// The theme of a branding; `logo` has the logo's bytes. The same branding gives the same bytes.
///
/// # Errors
/// Where the archive cannot be written.
pub(crate) fn jar(branding: &Branding, logo: Option<&[u8]>, fqdn: &str) -> ZipResult<Jar> {
    let theme = name(fqdn);
    let logo = branding.logo.as_ref().zip(logo);
    let style = style::sheet(branding.shown_accents(), logo.map(|(logo, _)| logo));
    let path = |name: &str| format!("theme/{theme}/login/{name}");
    let readme = README.replace("{theme}", &theme).replace("{fqdn}", fqdn);
    let mut files = vec![
        ("README.txt".to_owned(), readme.into_bytes()),
        ("META-INF/keycloak-themes.json".to_owned(), list(&theme).into_bytes()),
        (path("theme.properties"), settings(&style).into_bytes()),
    ];
    for language in Language::ALL {
        let name = path(&format!("messages/messages_{}.properties", language.tag()));
        files.push((name, messages(branding, language).into_bytes()));
    }
    files.push((path("resources/css/sovereign.css"), style.into_bytes()));
    if let Some((logo, bytes)) = logo {
        let name = path(&format!("resources/img/{}", style::picture(logo)));
        files.push((name, bytes.to_vec()));
    }
    let bytes = packed(&files)?;
    Ok(Jar { theme, bytes })
}

/// What the theme of this Sovereign is called: a letter, a digit or a hyphen each.
fn name(fqdn: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = fqdn.chars().map(plain).collect();
    format!("sovereign-{}", name.trim_matches('-'))
}

/// Which themes the archive has.
fn list(theme: &str) -> String {
    let list = json!({ "themes": [{ "name": theme, "types": ["login"] }] });
    format!("{list:#}\n")
}

/// What the theme stands on and adds. Nothing that somebody typed stands here: Keycloak would put its own
/// environment in place of `${env.…}`.
fn settings(style: &str) -> String {
    // Browsers keep the file for weeks by its address, which changes with what is in it.
    let digest = hex::encode(&Sha256::digest(style)[..6]);
    format!(
        "{ORIGIN}parent=keycloak.v2\nimport=common/keycloak\n\
         styles=css/styles.css css/sovereign.css?v={digest}\nlocales=en,ar\ndarkMode=true\n"
    )
}

/// What Keycloak says in this language where the name or a way to get help belongs.
fn messages(branding: &Branding, language: Language) -> String {
    let name = branding.name(language);
    let title =
        language.text_with("keycloak-theme-title", &[("name", language.isolated(name).into())]);
    let mut file = ORIGIN.to_owned();
    file.push_str(&line("loginTitle", &pattern(&title)));
    file.push_str(&line("loginTitleHtml", &pattern(&html(name))));
    let contacts = branding.support.contacts();
    if !contacts.is_empty() {
        let ways: Vec<String> =
            contacts.iter().map(|contact| language.isolated(&contact.text)).collect();
        let help =
            language.text_with("keycloak-theme-disabled", &[("contacts", ways.join(" · ").into())]);
        file.push_str(&line("accountDisabledMessage", &pattern(&html(&help))));
    }
    file
}

/// The files in their order, stored as they are and all of one moment.
fn packed(files: &[(String, Vec<u8>)]) -> ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::DEFAULT)
        .system(System::Unix)
        .unix_permissions(0o644);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(name, options)?;
        archive.write_all(content)?;
    }
    Ok(archive.finish()?.into_inner())
}
