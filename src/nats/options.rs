//! How NATS is reached, as it is configured.

use std::fmt;
use std::path::PathBuf;

use async_nats::ServerAddr;

/// How NATS is reached, and where events go there.
#[derive(Clone, PartialEq, Eq)]
pub struct NatsOptions {
    /// One or more of a cluster.
    pub urls: Vec<ServerAddr>,
    pub user: Option<String>,
    pub password: Option<String>,
    pub token: Option<String>,
    /// The authority of the servers' certificates (PEM), where not a public one.
    pub ca_file: Option<PathBuf>,
    /// By default `sovereign_` and the Sovereign's name.
    pub stream: Option<String>,
    pub subject_prefix: String,
    /// Copies of a new stream in a cluster.
    pub replicas: usize,
}

impl fmt::Debug for NatsOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsOptions")
            .field("urls", &self.urls)
            .field("stream", &self.stream)
            .finish_non_exhaustive()
    }
}

/// Addresses, with commas between them.
pub fn check_urls(text: &str) -> Result<Vec<ServerAddr>, &'static str> {
    const FORM: &str = "must be such as nats://nats.example:4222 or tls://nats.example:4222, \
                        several with commas; a user, password or token has a key of its own";
    let parts = text.split(',').map(str::trim);
    parts
        .map(|part| {
            let url: ServerAddr = part.parse().map_err(|_| FORM)?;
            let known = part.starts_with("nats://") || part.starts_with("tls://");
            let anonymous = url.username().is_none_or(str::is_empty) && url.password().is_none();
            if known && anonymous && !url.host().is_empty() { Ok(url) } else { Err(FORM) }
        })
        .collect()
}

/// A stream's name, or one token of a subject.
pub fn check_name(text: &str) -> Result<String, &'static str> {
    let usable = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=100).contains(&text.len()) && text.chars().all(usable) {
        Ok(text.to_owned())
    } else {
        Err("must have 1 to 100 letters, digits, '-' or '_'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked() {
        let urls = check_urls("nats://a.example:4222, tls://b.example").unwrap();
        assert_eq!(
            urls.iter().map(ServerAddr::host).collect::<Vec<_>>(),
            ["a.example", "b.example"]
        );
        for wrong in [
            "",
            "a.example",
            "http://a.example",
            "nats://user:secret@a.example",
            "nats://token@a.example",
            "nats://a.example,",
        ] {
            check_urls(wrong).unwrap_err();
        }
    }

    #[test]
    fn names_are_one_token() {
        assert_eq!(check_name("events_of-1"), Ok("events_of-1".to_owned()));
        for wrong in ["", "a.b", "a b", "a*", ">"] {
            check_name(wrong).unwrap_err();
        }
    }
}
