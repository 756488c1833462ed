//! Forms: each carries a token that only pages of this Sovereign in this browser have, and comes from a page
//! of this host. Anything else that posts here was made by another site (OWASP, Cross-Site Request Forgery).

use axum::http::{HeaderMap, header};
use reqwest::Url;

use super::cookies;
use crate::app::App;
use crate::auth::secrets::Purpose;

/// The token of the forms in the browser called `visitor`.
pub(super) fn token(app: &App, visitor: &str) -> String {
    app.tokens.secrets().mac(Purpose::Form, visitor.as_bytes())
}

/// The name of the browser whose own form this is.
pub(super) fn sender<'a>(app: &App, headers: &'a HeaderMap, token: &str) -> Option<&'a str> {
    let visitor = cookies::value(headers, cookies::VISITOR)?;
    let secrets = app.tokens.secrets();
    let ours = secrets.is_mac(Purpose::Form, visitor.as_bytes(), token);
    (ours && from_here(headers)).then_some(visitor)
}

/// Whether the browser says that it comes from this host, in each of the ways in which it says so.
fn from_here(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text("sec-fetch-site").is_none_or(|site| site == "same-origin");
    let origin = text("origin").is_none_or(|origin| {
        let host = text(header::HOST.as_str()).unwrap_or_default();
        let origin = Url::parse(origin).ok();
        origin.is_some_and(|origin| {
            let name = origin.host_str().unwrap_or_default();
            let port = origin.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{name}{port}").eq_ignore_ascii_case(host)
        })
    });
    site && origin
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn other_sites_are_told_by_what_the_browser_says() {
        let from = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            headers.insert("host", HeaderValue::from_static("sov.example:8080"));
            for (name, value) in pairs {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            from_here(&headers)
        };
        assert!(from(&[]));
        assert!(from(&[("origin", "http://sov.example:8080"), ("sec-fetch-site", "same-origin")]));
        assert!(from(&[("origin", "https://SOV.example:8080")]));
        assert!(!from(&[("origin", "https://evil.example")]));
        assert!(!from(&[("origin", "https://sov.example")]));
        assert!(!from(&[("origin", "https://sov.example:8080.evil.example")]));
        assert!(!from(&[("origin", "null")]));
        assert!(!from(&[("sec-fetch-site", "cross-site")]));
        assert!(!from(&[("sec-fetch-site", "same-site")]));
    }
}
