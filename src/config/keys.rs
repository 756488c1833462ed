//! Every configuration key there is.
//!
//! Those of issuers are patterns: `*` stands for the name that an issuer is given.

use crate::auth::oidc::{DEFAULT_SCOPES, is_name};
use crate::payment::stripe::DEFAULT_API_URL;
use crate::provision::options::{
    DEFAULT_AUTHOR, DEFAULT_BRANCH, DEFAULT_DRIVER, DEFAULT_FLUX_NAMESPACE, DEFAULT_FLUX_SOURCE,
    DEFAULT_NAMESPACE, DEFAULT_PREFIX, DEFAULT_REGION, DEFAULT_REMOVAL_SECONDS,
    DEFAULT_VCLUSTER_REPOSITORY, DEFAULT_VCLUSTER_VERSION,
};

/// Before an issuer's name.
pub(super) const ISSUER_SECTION: &str = "oidc.";

/// One key: its name in the file, `section.key` where it is in a section, with `*` for a name.
#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    pub default: Option<&'static str>,
    /// Never shown; may be read from the file that `SOVEREIGN_…_FILE` names.
    pub secret: bool,
    pub help: &'static str,
}

const fn key(name: &'static str, default: Option<&'static str>, help: &'static str) -> Key {
    Key { name, default, secret: false, help }
}

const fn secret(name: &'static str, help: &'static str) -> Key {
    Key { name, default: None, secret: true, help }
}

pub const KEYS: &[Key] = &[
    key("data", Some("sovereign-data"), "directory of the SQLite file and the keys"),
    secret("database_url", "postgres://… to use PostgreSQL instead of SQLite"),
    key("listen", Some("127.0.0.1:8080"), "address and port to answer at"),
    key(
        "metrics.listen",
        None,
        "address and port of /metrics, for Prometheus; by default there is none",
    ),
    key("fqdn", None, "the Sovereign's domain name; settled at the first start"),
    key("currency", None, "ISO 4217 code of the Sovereign's currency; settled at the first start"),
    key("demo", Some("false"), "a trial with sample vouchers"),
    key("limits", Some("on"), "rate limits, also of wrong voucher codes; off only in a demo"),
    key("trusted_proxies", None, "addresses and networks whose X-Forwarded-For is believed"),
    key("public_url", None, "where people find the pages; by default https:// and the fqdn"),
    secret(
        "mail.smtp_url",
        "smtps://user:password@host of the mail server; only a demo can do without",
    ),
    key("mail.from", None, "sender of mails; by default no-reply@ and the fqdn"),
    key(
        "mail.smtp_ca_file",
        None,
        "authority of the mail server's certificate, where not a public one (PEM)",
    ),
    key("time_zone", Some("UTC"), "where billing periods begin and end, such as Asia/Muscat"),
    key("tax.percent", Some("0"), "tax on the full price, such as 5 or 7.5"),
    key("tax.included", Some("false"), "whether prices contain the tax; otherwise it is added"),
    key("log_level", Some("info"), "error, warn, info, debug or trace"),
    key("log_format", Some("text"), "text or json"),
    key("preview_cache", Some("on"), "remember vouchers between previews (PostgreSQL): on or off"),
    key("jobs", Some("on"), "whether this server does the jobs: on, or off where workers do them"),
    key("engine.max_batch", Some("256"), "most checkouts decided in one transaction"),
    key(
        "moves.max_bundle_mib",
        Some("1024"),
        "largest bundle that the page and the route of an import take; the command takes any",
    ),
    secret(
        "encryption_key",
        "encrypts stored secrets (32 bytes in base64); by default a file in the data directory",
    ),
    key("stripe.api_url", Some(DEFAULT_API_URL), "where Stripe's API is"),
    key(
        "stripe.minimum_charge_minor",
        None,
        "smallest card charge, in minor units; by default Stripe's own for the currency",
    ),
    key("nats.url", None, "where events are published: nats:// or tls://, several with commas"),
    key("nats.user", None, "who publishes there"),
    secret("nats.password", "of that user"),
    secret("nats.token", "instead of a user and a password"),
    key("nats.ca_file", None, "authority of its certificate, where not a public one (PEM)"),
    key("nats.stream", None, "stream of the events; by default sovereign_ and the fqdn"),
    key("nats.subject_prefix", Some("sovereign"), "first token of the events' subjects"),
    key("nats.replicas", Some("1"), "copies of a new stream in a cluster, 1 to 5"),
    key(
        "events.allowed_networks",
        None,
        "networks that events may be sent to although they are not public, such as 10.1.0.0/16",
    ),
    key("provisioning.driver", Some(DEFAULT_DRIVER), "where Organizations go: git or kubernetes"),
    key(
        "provisioning.kubeconfig",
        None,
        "kubeconfig of a Kubernetes API; by default the service account of the pod this runs in",
    ),
    key("provisioning.kube_context", None, "one of its contexts; by default the current one"),
    key(
        "provisioning.kube_namespace",
        Some(DEFAULT_NAMESPACE),
        "namespace of the Organization and Application objects",
    ),
    key(
        "provisioning.repository",
        None,
        "Git repository of the Organizations: a path, https:// or ssh://; by default one in data",
    ),
    key("provisioning.branch", Some(DEFAULT_BRANCH), "its branch"),
    key("provisioning.path", Some(DEFAULT_PREFIX), "its directory"),
    key("provisioning.author", Some(DEFAULT_AUTHOR), "who makes its commits: Name <address>"),
    secret("provisioning.token", "password for a repository at https://"),
    key(
        "provisioning.ca_file",
        None,
        "authority of the certificate of a repository at https://, where not a public one (PEM)",
    ),
    key("provisioning.ssh_key_file", None, "private key for a repository at ssh://"),
    key("provisioning.ssh_known_hosts_file", None, "keys of the hosts that are trusted"),
    key(
        "provisioning.flux_namespace",
        Some(DEFAULT_FLUX_NAMESPACE),
        "namespace that Flux's objects are made in",
    ),
    key(
        "provisioning.flux_source",
        Some(DEFAULT_FLUX_SOURCE),
        "what Flux's GitRepository of this repository is called",
    ),
    key(
        "provisioning.vcluster_repository",
        Some(DEFAULT_VCLUSTER_REPOSITORY),
        "where the chart of vcluster is",
    ),
    key("provisioning.vcluster_version", Some(DEFAULT_VCLUSTER_VERSION), "version of that chart"),
    key("provisioning.ingress_class", None, "class of the ingresses; by default the cluster's own"),
    key("provisioning.cluster_issuer", None, "cert-manager's issuer of their certificates"),
    key(
        "provisioning.removal_seconds",
        Some(DEFAULT_REMOVAL_SECONDS),
        "how long each stage of a removal has before the next one",
    ),
    key(
        "provisioning.regions",
        Some(DEFAULT_REGION),
        "where environments can be, with commas between; the first is prod's of every Organization",
    ),
    key(
        "blueprints.trusted_keys",
        None,
        "public keys that sign private Blueprints: name=file or name=PEM, several with commas",
    ),
    key(
        "blueprints.repository",
        None,
        "where those Blueprints are, such as registry.omantel.example/catalog-sovereign",
    ),
    key(
        "publisher.fleet_snapshot",
        None,
        "file that `sovereign fleet --out` writes, for the publisher's own Sovereign to show",
    ),
    secret("auth.hs256_secret", "accept tokens signed with this secret (32 bytes or more)"),
];

/// The keys of each issuer of tokens (OpenID Connect).
pub const ISSUER_KEYS: &[Key] = &[
    key("oidc.*.issuer", None, "the issuer's URL, as its tokens name it"),
    key("oidc.*.client_id", None, "what the issuer calls this Sovereign"),
    secret("oidc.*.client_secret", "shared with the issuer; a public client has none"),
    key("oidc.*.label", None, "what its sign-in button says; by default its name here"),
    key("oidc.*.audience", None, "accept its access tokens, where meant for this audience"),
    key("oidc.*.grants_roles", Some("false"), "whether roles count for whom it vouches"),
    key("oidc.*.scopes", Some(DEFAULT_SCOPES), "what is asked for at a sign-in"),
];

/// The key behind a name as it is written in a file.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name).or_else(|| {
        let (section, field) = name.rsplit_once('.')?;
        let issuer = section.strip_prefix(ISSUER_SECTION)?;
        let field_of = |key: &&Key| key.name.strip_prefix("oidc.*.") == Some(field);
        ISSUER_KEYS.iter().find(field_of).filter(|_| is_name(issuer))
    })
}

/// The name of the key that an environment variable sets, `FILE` aside.
pub(super) fn of_variable(variable: &str) -> Option<(String, &'static Key)> {
    if let Some(key) = KEYS.iter().find(|key| variable_of(key.name) == variable) {
        return Some((key.name.to_owned(), key));
    }
    // The name of an issuer has no `_`, so that the first one ends it.
    let (issuer, field) = variable.strip_prefix("SOVEREIGN_OIDC_")?.split_once('_')?;
    let is_upper = |text: &str| !text.contains(|c: char| c.is_ascii_lowercase());
    let name = format!("{ISSUER_SECTION}{}.{}", issuer.to_lowercase(), field.to_lowercase());
    let key = find(&name).filter(|_| is_upper(issuer) && is_upper(field))?;
    Some((name, key))
}

/// The environment variable: `SOVEREIGN_` and the key in capitals, sections joined by `_`.
pub(super) fn variable_of(name: &str) -> String {
    format!("SOVEREIGN_{}", name.to_uppercase().replace('.', "_"))
}

impl Key {
    /// Its name, for the issuer that is called so.
    #[must_use]
    pub fn of_issuer(&self, issuer: &str) -> String {
        self.name.replace('*', issuer)
    }

    #[must_use]
    pub fn variable(&self) -> String {
        variable_of(self.name)
    }

    /// The flag, where the key has one.
    #[must_use]
    pub fn flag(&self) -> String {
        format!("--{}", self.name.replace(['_', '.'], "-"))
    }
}
