//! What may become a part of a path or the name of an object. Nothing else ever does.

use sha2::{Digest as _, Sha256};
use sovereign_domain::environment::EnvironmentName;
use sovereign_domain::organization::check_slug;

use super::RenderError;

/// With `-x-default-x-vcluster` behind it, a Service's name has room for no more.
const MAX_APP_CHARS: usize = 40;
const MAX_LABEL_CHARS: usize = 63;

/// An Organization's slug: a directory of the repository, and the first part of its namespaces.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slug(String);

impl Slug {
    /// # Errors
    /// Where it is not what an Organization's address is.
    pub(crate) fn new(text: &str) -> Result<Self, RenderError> {
        match check_slug(text) {
            Ok(()) => Ok(Self(text.to_owned())),
            Err(error) => Err(RenderError(format!("the Organization's slug {text:?} {error}"))),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The namespace of an environment.
    pub(crate) fn namespace(&self, environment: EnvironmentName) -> String {
        format!("{}-{environment}", self.0)
    }
}

/// An app's slug: part of a file's name, and the name of its release.
///
/// # Errors
/// Where it is no label of RFC 1035, or a long one.
pub(super) fn app(text: &str) -> Result<&str, RenderError> {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let usable = (1..=MAX_APP_CHARS).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.chars().all(inner)
        && text != super::environment::CLUSTER;
    if usable {
        return Ok(text);
    }
    Err(RenderError(format!(
        "the app {text:?} cannot be a release: its slug must be 1 to {MAX_APP_CHARS} of a-z, 0-9 \
         and '-', start with a letter, not end in '-', and not be {}",
        super::environment::CLUSTER
    )))
}

/// What a service is called that one app has for itself.
pub(crate) fn service_for(service: &str, app: &str) -> String {
    let name = format!("{service}-for-{app}");
    if name.len() <= MAX_APP_CHARS {
        return name;
    }
    let start: String = name.chars().take(MAX_APP_CHARS - 11).collect();
    format!("{}-{}", start.trim_end_matches('-'), short_digest(&name))
}

/// The name of a chart in its repository.
pub(super) fn chart<'a>(app: &str, text: &'a str) -> Result<&'a str, RenderError> {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let usable = (1..=100).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(inner);
    if usable {
        return Ok(text);
    }
    Err(RenderError(format!(
        "helm_chart of {app} is {text:?}: it must be a chart's name, such as wordpress"
    )))
}

/// Where charts are; the second is whether it is an OCI registry.
pub(super) fn repository<'a>(app: &str, text: &'a str) -> Result<(&'a str, bool), RenderError> {
    let url = reqwest::Url::parse(text).ok();
    let usable = url.is_some_and(|url| {
        let anonymous = url.username().is_empty() && url.password().is_none();
        matches!(url.scheme(), "https" | "oci") && anonymous && url.host_str().is_some()
    });
    let plain = text.len() <= 500 && text.chars().all(|c| c.is_ascii_graphic());
    if usable && plain {
        return Ok((text, text.starts_with("oci:")));
    }
    Err(RenderError(format!(
        "helm_repo of {app} is {text:?}: it must be such as https://charts.example or \
         oci://registry.example/charts, without a user or password"
    )))
}

/// A version, or a range of versions, as Helm takes them.
pub(super) fn version<'a>(app: &str, text: &'a str) -> Result<&'a str, RenderError> {
    let inner = |c: char| c.is_ascii_alphanumeric() || " .+-*^~<>=|,".contains(c);
    if (1..=100).contains(&text.len()) && text.chars().all(inner) {
        return Ok(text);
    }
    Err(RenderError(format!("helm_version of {app} is {text:?}: it must be such as 1.2.3 or 1.x")))
}

/// What an object of these charts' source is called: the same for the same address.
pub(super) fn source(url: &str) -> String {
    format!("charts-{}", short_digest(url))
}

/// A text as the value of a label, which has 63 characters: a longer one by its beginning and digest.
pub(super) fn label(text: &str) -> String {
    if text.len() <= MAX_LABEL_CHARS {
        return text.to_owned();
    }
    let start: String = text.chars().take(52).collect();
    format!("{}.{}", start.trim_end_matches(['.', '-']), short_digest(text))
}

fn short_digest(text: &str) -> String {
    crate::hex::encode(&Sha256::digest(text)[..5])
}
