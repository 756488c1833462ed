//! What the configuration says of provisioning.

use std::fmt;
use std::path::{Path, PathBuf};

use super::manifests::Platform;
use crate::auth::oidc::is_protected;

/// Where Organizations are written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriverKind {
    Git,
    /// Only in a program that is built with the feature `kubernetes`.
    Kubernetes,
}

/// The way to a Kubernetes API.
#[derive(Debug, Clone)]
pub struct KubernetesOptions {
    /// A kubeconfig; without one, the service account of the pod this runs in.
    pub config_file: Option<PathBuf>,
    /// One of that file's contexts; by default its current one.
    pub context: Option<String>,
    /// Where the objects are.
    pub namespace: String,
}

/// Everything about provisioning that is configured.
#[derive(Debug, Clone)]
pub struct ProvisioningOptions {
    pub driver: DriverKind,
    pub kubernetes: KubernetesOptions,
    /// `None` for a repository of the program's own, in the data directory.
    pub repository: Option<String>,
    pub branch: String,
    /// The directory of the repository that the files are in.
    pub prefix: String,
    /// `Name <address>`.
    pub author: String,
    pub token: Option<Token>,
    /// Whose certificates are taken of a repository at https://, beside none of the public ones.
    pub ca_file: Option<String>,
    pub ssh_key_file: Option<String>,
    pub ssh_known_hosts_file: Option<String>,
    pub flux_namespace: String,
    pub flux_source: String,
    pub vcluster_repository: String,
    pub vcluster_version: String,
    pub ingress_class: Option<String>,
    pub cluster_issuer: Option<String>,
    /// How long each stage of a removal has before the next one begins.
    pub removal_seconds: i64,
    /// Where environments can be; the first is prod's of every Organization. Never empty.
    pub regions: Vec<String>,
}

impl Default for ProvisioningOptions {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            driver: DriverKind::Git,
            kubernetes: KubernetesOptions {
                config_file: None,
                context: None,
                namespace: text(DEFAULT_NAMESPACE),
            },
            repository: None,
            branch: text(DEFAULT_BRANCH),
            prefix: text(DEFAULT_PREFIX),
            author: text(DEFAULT_AUTHOR),
            token: None,
            ca_file: None,
            ssh_key_file: None,
            ssh_known_hosts_file: None,
            flux_namespace: text(DEFAULT_FLUX_NAMESPACE),
            flux_source: text(DEFAULT_FLUX_SOURCE),
            vcluster_repository: text(DEFAULT_VCLUSTER_REPOSITORY),
            vcluster_version: text(DEFAULT_VCLUSTER_VERSION),
            ingress_class: None,
            cluster_issuer: None,
            removal_seconds: DEFAULT_REMOVAL,
            regions: vec![text(DEFAULT_REGION)],
        }
    }
}

pub(crate) const DEFAULT_DRIVER: &str = "git";
pub(crate) const DEFAULT_NAMESPACE: &str = "organizations";
pub(crate) const DEFAULT_BRANCH: &str = "main";
pub(crate) const DEFAULT_PREFIX: &str = "organizations";
pub(crate) const DEFAULT_AUTHOR: &str = "Sovereign <sovereign@localhost>";
pub(crate) const DEFAULT_FLUX_NAMESPACE: &str = "flux-system";
pub(crate) const DEFAULT_FLUX_SOURCE: &str = "organizations";
pub(crate) const DEFAULT_VCLUSTER_REPOSITORY: &str = "https://charts.loft.sh";
pub(crate) const DEFAULT_VCLUSTER_VERSION: &str = "0.24.1";
const DEFAULT_REMOVAL: i64 = 900;
pub(crate) const DEFAULT_REMOVAL_SECONDS: &str = "900";
pub(crate) const DEFAULT_REGION: &str = "default";

/// A password for the repository, which shows in no log.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What the driver is told.
#[derive(Debug, Clone)]
pub(crate) struct GitOptions {
    pub(crate) repository: Repository,
    pub(crate) branch: String,
    pub(crate) prefix: String,
    pub(crate) author: String,
    /// Below the data directory.
    pub(crate) directory: PathBuf,
}

#[derive(Debug, Clone)]
pub(crate) struct Repository {
    /// A path or an address, without a password in it.
    pub(crate) address: String,
    /// Whether the program makes it, where it is not there.
    pub(crate) is_own: bool,
    pub(crate) ca_file: Option<String>,
    pub(crate) access: Access,
}

#[derive(Debug, Clone)]
pub(crate) enum Access {
    Open,
    Token(Token),
    SshKey { key: String, known_hosts: Option<String> },
}

impl ProvisioningOptions {
    /// Where prod is, and what is added without a word about where.
    #[must_use]
    pub fn first_region(&self) -> &str {
        self.regions.first().map_or(DEFAULT_REGION, String::as_str)
    }

    pub(crate) fn git(&self, data: &Path) -> GitOptions {
        let directory = data.join("provisioning");
        let own = directory.join("organizations.git");
        let access = match (&self.token, &self.ssh_key_file) {
            (Some(token), _) => Access::Token(token.clone()),
            (None, Some(key)) => {
                Access::SshKey { key: key.clone(), known_hosts: self.ssh_known_hosts_file.clone() }
            }
            (None, None) => Access::Open,
        };
        let repository = Repository {
            address: match &self.repository {
                Some(address) => address.clone(),
                None => std::path::absolute(&own).unwrap_or(own).display().to_string(),
            },
            is_own: self.repository.is_none(),
            ca_file: self.ca_file.clone(),
            access,
        };
        GitOptions {
            repository,
            branch: self.branch.clone(),
            prefix: self.prefix.clone(),
            author: self.author.clone(),
            directory,
        }
    }

    pub(crate) fn platform(&self, fqdn: &str) -> Platform {
        Platform {
            fqdn: fqdn.to_owned(),
            prefix: self.prefix.clone(),
            flux_namespace: self.flux_namespace.clone(),
            source: self.flux_source.clone(),
            cluster_repository: self.vcluster_repository.clone(),
            cluster_version: self.vcluster_version.clone(),
            ingress_class: self.ingress_class.clone(),
            cluster_issuer: self.cluster_issuer.clone(),
            blueprint_keys: serde_json::Map::new(),
        }
    }
}

/// A path, or an address that carries no password: that goes into `token`, where nobody reads it.
pub(crate) fn check_repository(text: &str) -> Result<String, &'static str> {
    const FORM: &str = "must be an absolute path, https://host/path, ssh://user@host/path or \
                        user@host:path, without a password (that is for provisioning.token)";
    let plain = text.chars().all(|c| c.is_ascii_graphic()) && !text.starts_with('-');
    let usable = match text.split_once("://") {
        _ if !plain => false,
        None if text.starts_with('/') => true,
        None => text.split_once(':').is_some_and(|(host, path)| {
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            !host.is_empty() && !host.starts_with('-') && !host.contains('/') && !path.is_empty()
        }),
        Some((scheme, _)) => reqwest::Url::parse(text).is_ok_and(|url| {
            let bare = url.query().is_none() && url.fragment().is_none();
            let named = url.host_str().is_some_and(|host| !host.starts_with('-'));
            let anonymous = url.username().is_empty();
            let open = url.password().is_none() && bare && named && url.path().len() > 1;
            open && (scheme == "ssh" || (is_protected(&url) && anonymous))
        }),
    };
    if usable { Ok(text.to_owned()) } else { Err(FORM) }
}

/// One that git takes, and that needs no quoting anywhere.
pub(crate) fn check_branch(text: &str) -> Result<String, &'static str> {
    if parts(text, 200) {
        Ok(text.to_owned())
    } else {
        Err("must be a branch's name, such as main: letters, digits, '-', '_', '.' and '/'")
    }
}

/// Names of regions with commas between, each once.
pub(crate) fn check_regions(text: &str) -> Result<Vec<String>, &'static str> {
    const WRONG: &str = "must be one or more regions with commas between, such as muscat, salalah: a-z, 0-9 \
                         and '-', at most 40 of them each";
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_name = |name: &str| (1..=40).contains(&name.len()) && name.chars().all(inner);
    let mut regions: Vec<String> = Vec::new();
    for name in text.split(',').map(str::trim) {
        if !is_name(name) || regions.iter().any(|known| known == name) {
            return Err(WRONG);
        }
        regions.push(name.to_owned());
    }
    Ok(regions)
}

pub(crate) fn check_prefix(text: &str) -> Result<String, &'static str> {
    if parts(text, 200) {
        Ok(text.to_owned())
    } else {
        Err("must be a directory of the repository, such as organizations or clusters/one")
    }
}

/// Parts with `/` between, none of them empty, hidden, or the name of a lock.
fn parts(text: &str, most: usize) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with(['.', '-'])
            && !part.ends_with('.')
            && !part.contains("..")
            && !part.to_ascii_lowercase().ends_with(".lock")
            && part.chars().all(inner)
    };
    text.len() <= most && text.split('/').all(part)
}

pub(crate) fn check_author(text: &str) -> Result<String, &'static str> {
    let person = text.strip_suffix('>').and_then(|text| text.split_once(" <"));
    let plain = |text: &str| {
        !text.trim().is_empty() && !text.contains(['<', '>']) && !text.contains(char::is_control)
    };
    match person {
        Some((name, address)) if plain(name) && plain(address) => Ok(text.to_owned()),
        _ => Err("must be such as Sovereign <sovereign@omantel.example>"),
    }
}

/// A path that can stand between single quotes.
pub(crate) fn check_path(text: &str) -> Result<String, &'static str> {
    if text.starts_with('/') && !text.contains(['\'', '\\']) && !text.contains(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err("must be an absolute path without quotes")
    }
}

/// The name of an object of the cluster.
pub(crate) fn check_object(text: &str) -> Result<String, &'static str> {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let edges = !text.starts_with('-') && !text.ends_with('-');
    if (1..=63).contains(&text.len()) && edges && text.chars().all(inner) {
        Ok(text.to_owned())
    } else {
        Err("must be the name of an object: 1 to 63 of a-z, 0-9 and '-'")
    }
}

pub(crate) fn check_charts(text: &str) -> Result<String, &'static str> {
    let plain = text.chars().all(|c| c.is_ascii_graphic());
    if plain && (text.starts_with("https://") || text.starts_with("oci://")) && text.len() > 10 {
        Ok(text.to_owned())
    } else {
        Err("must be where charts are, such as https://charts.example or oci://registry.example/x")
    }
}

pub(crate) fn check_version(text: &str) -> Result<String, &'static str> {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    if (1..=100).contains(&text.len()) && text.chars().all(inner) {
        Ok(text.to_owned())
    } else {
        Err("must be a version, such as 0.24.1")
    }
}

pub(crate) fn check_driver(text: &str) -> Result<DriverKind, &'static str> {
    match text {
        "git" => Ok(DriverKind::Git),
        "kubernetes" => Ok(DriverKind::Kubernetes),
        _ => Err("must be git or kubernetes"),
    }
}

/// The name of a context of a kubeconfig, such as `kubectl config get-contexts` shows.
pub(crate) fn check_context(text: &str) -> Result<String, &'static str> {
    if (1..=200).contains(&text.len()) && !text.contains(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err("must be one of the kubeconfig's contexts")
    }
}

pub(crate) fn check_removal_seconds(text: &str) -> Result<i64, &'static str> {
    let seconds = text.parse().ok().filter(|seconds| (0..=86_400).contains(seconds));
    seconds.ok_or("must be a number of seconds from 0 to 86400")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_a_path_or_an_address_without_a_password() {
        for good in [
            "/srv/git/organizations.git",
            "https://git.example/organizations.git",
            "https://git.example:8443/a/b",
            "http://127.0.0.1:3000/a.git",
            "ssh://git@git.example:22/a.git",
            "git@git.example:a/b.git",
        ] {
            assert_eq!(check_repository(good).as_deref(), Ok(good));
        }
        for bad in [
            "relative/path",
            "http://git.example/a.git",
            "https://user@git.example/a.git",
            "https://user:secret@git.example/a.git",
            "ssh://git:secret@git.example/a.git",
            "https://git.example/",
            "https://git.example/a?b=c",
            "--upload-pack=touch /tmp/x",
            "-oProxyCommand=x:y",
            "ssh://-oProxyCommand=x/y",
            "git@-oProxyCommand=x:y",
            "ext::sh -c x",
            "file:///srv/git",
            "/srv/with space",
            "",
        ] {
            assert!(check_repository(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn branches_and_directories_are_plain_names() {
        for good in ["main", "clusters/one", "a.b_c-d"] {
            assert!(check_branch(good).is_ok() && check_prefix(good).is_ok(), "{good}");
        }
        for bad in ["", "/a", "a/", "a//b", "../a", "a/../b", ".git", "-a", "a b", "a.lock", "a\nb"]
        {
            assert!(check_branch(bad).is_err() && check_prefix(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_author_is_a_name_and_an_address() {
        assert!(check_author("Omantel Cloud <cloud@omantel.example>").is_ok());
        for bad in ["", "Omantel", "<a@b>", "A <b> <c>", "A\nB <c>", "A <b>\ncommitter C <d>"] {
            assert!(check_author(bad).is_err(), "{bad:?}");
        }
    }
}
