//! Finds each key's value in flags, environment, file and defaults. A key that nobody knows is an error,
//! wherever it stands: a misspelt setting must not be silently without effect.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::keys::{self, ISSUER_KEYS, ISSUER_SECTION, KEYS, Key};

const FILE_VARIABLE: &str = "SOVEREIGN_CONFIG";

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Flag(String),
    Environment(String),
    File(PathBuf),
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "flag {flag}"),
            Self::Environment(variable) => write!(f, "environment {variable}"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(pub String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

/// The layers, as the process found them.
#[derive(Debug, Default)]
pub struct Layers {
    /// Values of flags that were given, by key.
    pub flags: BTreeMap<&'static str, String>,
    /// The environment.
    pub environment: Vec<(String, String)>,
    /// The file that `--config` names.
    pub file: Option<PathBuf>,
}

/// One key and what was found for it.
#[derive(Debug, Clone)]
pub struct Entry {
    pub key: &'static Key,
    /// The key's name, an issuer's with the issuer's own.
    pub name: String,
    value: Option<String>,
    pub origin: Origin,
}

impl Entry {
    #[must_use]
    pub fn variable(&self) -> String {
        keys::variable_of(&self.name)
    }

    /// An empty value counts as none, as `SOVEREIGN_FQDN=` in a compose file does.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref().filter(|value| !value.is_empty())
    }
}

/// Every key with its value and origin.
#[derive(Debug, Clone)]
pub struct Resolved(Vec<Entry>);

impl Layers {
    /// # Errors
    /// Where the file cannot be read, or something is set that no key is called.
    pub fn resolve(&self) -> Result<Resolved, ConfigError> {
        // `--database-url "$UNSET"` must not quietly mean SQLite.
        if let Some((name, _)) = self.flags.iter().find(|(_, value)| value.is_empty()) {
            let key = KEYS.iter().find(|key| key.name == *name);
            let flag = key.map_or_else(|| (*name).to_owned(), Key::flag);
            return Err(ConfigError(format!("{name} (flag {flag}): is empty")));
        }
        let environment = self.known_environment()?;
        let path = self.file.clone().or_else(|| {
            let set = |(name, path): &&(String, String)| name == FILE_VARIABLE && !path.is_empty();
            self.environment.iter().find(set).map(|(_, path)| PathBuf::from(path))
        });
        let file = match &path {
            None => BTreeMap::new(),
            Some(path) => read_file(path)?,
        };
        let issuers = named_issuers(&environment, &file);
        let of_issuers = issuers
            .iter()
            .flat_map(|issuer| ISSUER_KEYS.iter().map(move |key| (key.of_issuer(issuer), key)));
        let names = KEYS.iter().map(|key| (key.name.to_owned(), key)).chain(of_issuers);
        let entries = names.map(|(name, key)| {
            let found = |value: &String, origin| (Some(value.clone()), origin);
            let (value, origin) = if let Some(value) = self.flags.get(key.name) {
                found(value, Origin::Flag(key.flag()))
            } else if let Some((variable, value)) = environment.get(&name) {
                found(value, Origin::Environment(variable.clone()))
            } else if let Some(value) = file.get(&name) {
                found(value, Origin::File(path.clone().unwrap_or_default()))
            } else {
                (key.default.map(str::to_owned), Origin::Default)
            };
            Entry { key, name, value, origin }
        });
        Ok(Resolved(entries.collect()))
    }

    /// The variables that set keys: key, then variable and value.
    fn known_environment(&self) -> Result<BTreeMap<String, (String, String)>, ConfigError> {
        let mut known = BTreeMap::new();
        for (name, value) in &self.environment {
            if !name.starts_with("SOVEREIGN_") || name == FILE_VARIABLE || is_foreign(name, value) {
                continue;
            }
            if let Some((key, _)) = keys::of_variable(name) {
                known.insert(key, (name.clone(), value.clone()));
                continue;
            }
            let file_of = name.strip_suffix("_FILE").and_then(keys::of_variable);
            let Some((key, _)) = file_of.filter(|(_, key)| key.secret) else {
                return Err(unknown(&format!("environment {name}")));
            };
            let text = std::fs::read_to_string(value)
                .map_err(|error| ConfigError(format!("environment {name}: {value}: {error}")))?;
            let text = text.trim_end_matches(['\r', '\n']).to_owned();
            known.entry(key).or_insert((name.clone(), text));
        }
        Ok(known)
    }
}

/// The issuers that something is set for.
fn named_issuers(
    environment: &BTreeMap<String, (String, String)>,
    file: &BTreeMap<String, String>,
) -> BTreeSet<String> {
    let environment = environment.iter().map(|(name, (_, value))| (name, value));
    let set = environment.chain(file).filter(|(_, value)| !value.is_empty());
    let issuer =
        |name: &String| Some(name.strip_prefix(ISSUER_SECTION)?.split_once('.')?.0.to_owned());
    set.filter_map(|(name, _)| issuer(name)).collect()
}

/// The error of something that no key is called, wherever it stands.
fn unknown(what: &str) -> ConfigError {
    let hint = if what.to_lowercase().contains("oidc") {
        "; of an issuer: oidc.<name>.<setting>, with a name of small letters and digits"
    } else {
        ""
    };
    ConfigError(format!(
        "{what}: there is no such setting; `sovereign config show` lists them{hint}"
    ))
}

/// Variables that others set. For each Service of its namespace, be it called "sovereign" or
/// "sovereign-db", Kubernetes writes `…_SERVICE_HOST`, `…_SERVICE_PORT…`, `…_PORT` (an address, not a
/// number) and `…_PORT_80_TCP…`. Tests and the build have their own.
fn is_foreign(name: &str, value: &str) -> bool {
    let numbered_port = name
        .split_once("_PORT_")
        .is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_digit()));
    name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || (name.ends_with("_PORT") && value.contains("://"))
        || numbered_port
        || name.starts_with("SOVEREIGN_TEST_")
        || name == "SOVEREIGN_COMMIT"
        // Of `sovereign conformance`: a token for another Sovereign, no setting of this one.
        || name == "SOVEREIGN_TOKEN"
}

fn read_file(path: &Path) -> Result<BTreeMap<String, String>, ConfigError> {
    let wrong = |detail: String| ConfigError(format!("file {}: {detail}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let table: toml::Table = text.parse().map_err(|error| wrong(not_toml(&text, &error)))?;
    let mut values = BTreeMap::new();
    for (name, value) in flatten("", table) {
        if keys::find(&name).is_none() {
            return Err(unknown(&format!("file {}: {name}", path.display())));
        }
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(yes) => yes.to_string(),
            toml::Value::Array(items) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
                .ok_or_else(|| wrong(format!("{name}: must be a list of texts")))?
                .join(","),
            _ => return Err(wrong(format!("{name}: must be a text, a number or true or false"))),
        };
        values.insert(name, value);
    }
    Ok(values)
}

/// What is wrong and where. The parser's own text would quote the line, which may be a secret.
fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    format!("line {}: {}", before.matches('\n').count() + 1, error.message())
}

fn flatten(prefix: &str, table: toml::Table) -> Vec<(String, toml::Value)> {
    table
        .into_iter()
        .flat_map(|(name, value)| {
            let name = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
            match value {
                toml::Value::Table(inner) => flatten(&name, inner),
                value => vec![(name, value)],
            }
        })
        .collect()
}

impl Resolved {
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// The issuers that something is set for.
    pub(super) fn issuers(&self) -> BTreeSet<&str> {
        let sections = self.0.iter().filter_map(|entry| entry.name.strip_prefix(ISSUER_SECTION));
        sections.filter_map(|rest| rest.split_once('.')).map(|(issuer, _)| issuer).collect()
    }

    #[must_use]
    pub fn value(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|entry| entry.name == key)?.value()
    }

    pub(super) fn required(&self, key: &str) -> Result<&str, ConfigError> {
        self.value(key).ok_or_else(|| self.wrong(key, "is empty"))
    }

    pub(super) fn parsed<T: FromStr>(&self, key: &str, expected: &str) -> Result<T, ConfigError> {
        let value = self.required(key)?;
        value.parse().map_err(|_| self.wrong(key, &format!("must be {expected}")))
    }

    pub(super) fn one_of(&self, key: &str, allowed: &[&str]) -> Result<&str, ConfigError> {
        let value = self.required(key)?;
        if allowed.contains(&value) {
            Ok(value)
        } else {
            Err(self.wrong(key, &format!("must be one of: {}", allowed.join(", "))))
        }
    }

    pub(super) fn checked<T>(
        &self,
        key: &str,
        check: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Result<Option<T>, ConfigError> {
        self.value(key)
            .map(|value| check(value).map_err(|detail| self.wrong(key, detail)))
            .transpose()
    }

    pub(super) fn checked_required<T>(
        &self,
        key: &str,
        check: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Result<T, ConfigError> {
        check(self.required(key)?).map_err(|detail| self.wrong(key, detail))
    }

    /// The error of a value: which key, where it was set, what is wrong.
    pub(super) fn wrong(&self, key: &str, detail: &str) -> ConfigError {
        let origin = self.0.iter().find(|entry| entry.name == key).map(|entry| &entry.origin);
        let origin = origin.map_or_else(String::new, |origin| format!(" ({origin})"));
        ConfigError(format!("{key}{origin}: {detail}"))
    }
}
