//! Every configuration key there is.

/// One key: its name in the file, `section.key` where it is in a section.
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
    key("data", Some("sovereign-data"), "directory of the SQLite file and the signing key"),
    secret("database_url", "postgres://… to use PostgreSQL instead of SQLite"),
    key("listen", Some("127.0.0.1:8080"), "address and port to answer at"),
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
    key("log_level", Some("info"), "error, warn, info, debug or trace"),
    key("log_format", Some("text"), "text or json"),
    key("preview_cache", Some("on"), "remember vouchers between previews (PostgreSQL): on or off"),
    key("engine.max_batch", Some("256"), "most checkouts decided in one transaction"),
    secret("auth.hs256_secret", "accept tokens signed with this secret (32 bytes or more)"),
];

impl Key {
    /// The environment variable: `SOVEREIGN_` and the key in capitals, sections joined by `_`.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("SOVEREIGN_{}", self.name.to_uppercase().replace('.', "_"))
    }

    /// The flag, where the key has one.
    #[must_use]
    pub fn flag(&self) -> String {
        format!("--{}", self.name.replace(['_', '.'], "-"))
    }
}
