//! What is configured of an issuer, and which values are taken.

use std::net::IpAddr;

use reqwest::Url;

/// What is asked for at a sign-in, where nothing else is configured.
pub(crate) const DEFAULT_SCOPES: &str = "openid email profile";

/// A configured issuer.
#[derive(Clone)]
pub struct IssuerSettings {
    /// What it is called here, in settings and addresses.
    pub name: String,
    /// Its own name (OpenID Connect Discovery 1.0, section 3): the `iss` of its tokens.
    pub issuer: String,
    pub client_id: String,
    /// Absent for a public client, which PKCE alone protects.
    pub client_secret: Option<String>,
    /// What people read on its button.
    pub label: String,
    /// What its access tokens must be meant for; without one, none is accepted.
    pub audience: Option<String>,
    /// Whether roles that it grants count here, and roles granted here count for whom it vouches.
    pub grants_roles: bool,
    pub scopes: String,
}

/// Not derived: a secret is no text for logs.
impl std::fmt::Debug for IssuerSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuerSettings").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Whether an issuer may be called so: by a name that stands in a variable and in an address as it is.
pub(crate) fn is_name(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    plain && text.starts_with(|first: char| first.is_ascii_lowercase())
}

/// An issuer's URL, as it is written: tokens must name it to the letter.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check_issuer(text: &str) -> Result<String, &'static str> {
    const FORM: &str = "must be the issuer's URL, such as https://accounts.google.com, without \
                        query or fragment";
    let url = Url::parse(text).map_err(|_| FORM)?;
    if url.host_str().is_none() || text.contains(['?', '#']) || text.contains(char::is_whitespace) {
        return Err(FORM);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not contain a user or a password");
    }
    if !is_protected(&url) {
        return Err("must begin with https:// (http:// only for 127.0.0.1, [::1] and localhost)");
    }
    Ok(text.to_owned())
}

/// # Errors
/// Where OpenID Connect is not asked for.
pub(crate) fn check_scopes(text: &str) -> Result<String, &'static str> {
    if text.split(' ').any(|scope| scope == "openid") {
        Ok(text.to_owned())
    } else {
        Err("must list scopes with spaces between them, and openid among them")
    }
}

/// Whether nobody on the way can read or change what is fetched there.
pub(crate) fn is_protected(url: &Url) -> bool {
    url.scheme() == "https" || is_loopback(url)
}

/// Whether this leads to the machine itself, without TLS.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let here = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    url.scheme() == "http" && here
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_are_https_or_on_this_machine() {
        for good in [
            "https://accounts.google.com",
            "https://id.example/realms/omantel",
            "https://id.example/",
            "http://127.0.0.1:8080/realms/test",
            "http://localhost:8080",
            "http://[::1]:8080",
        ] {
            assert_eq!(check_issuer(good).as_deref(), Ok(good));
        }
        for bad in [
            "",
            "accounts.google.com",
            "http://id.example",
            "http://127.0.0.1.example",
            "http://localhost.example",
            "ftp://127.0.0.1",
            "https://user:password@id.example",
            "https://id.example/?tenant=1",
            "https://id.example/#part",
            "https://id.example/ ",
        ] {
            assert!(check_issuer(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_stand_in_variables_and_addresses() {
        assert!(is_name("google") && is_name("k8s"));
        for bad in ["", "Google", "8k", "my_realm", "my-realm", "a.b", "é"] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
