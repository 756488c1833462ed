//! Private Blueprints: whose signatures are trusted, and what a signature covers. docs/BLUEPRINTS.md tells
//! an operator about it.
//!
//! Pure but for reading the files of keys when the configuration is read.

mod keys;
mod policy;
mod signed;

pub use self::keys::{KeyError, TrustedKey, read_keys};
pub(crate) use self::policy::secret_data;
pub use self::policy::{DEFAULT_GROUP, policies};
pub use self::signed::{Refused, Signed, Verified, verify};

/// What the configuration says of private Blueprints.
#[derive(Debug, Clone, Default)]
pub struct BlueprintOptions {
    /// Whose signatures count. Without any, there can be no private Blueprint.
    pub keys: Vec<TrustedKey>,
    /// Where artifacts are, such as `registry.omantel.example/catalog-sovereign`. A signature must be for
    /// something there; `None`: for a Blueprint of that name, wherever it is.
    pub repository: Option<String>,
}

impl BlueprintOptions {
    /// Whether charts of this address are in the repository: those are signed as well.
    pub(crate) fn has(&self, charts: &str) -> bool {
        let Some(repository) = &self.repository else { return false };
        let below = charts.strip_prefix("oci://").and_then(|rest| rest.strip_prefix(&**repository));
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// Where artifacts are: a host and a path, as registries have them.
pub(crate) fn check_repository(text: &str) -> Result<String, &'static str> {
    const FORM: &str = "must be a host and a path in lower case, such as \
                        registry.omantel.example/catalog-sovereign";
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && !part.ends_with(['.', '-', '_'])
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c))
    };
    let (host, path) = text.split_once('/').ok_or(FORM)?;
    let (name, port) = host.split_once(':').unwrap_or((host, "443"));
    let usable = part(name) && port.parse::<u16>().is_ok() && path.split('/').all(part);
    if usable && text.len() <= 255 { Ok(text.to_owned()) } else { Err(FORM) }
}
