//! The cookies of pages. The prefix `__Host-` ties each to this host, to TLS and to no path (RFC 6265bis,
//! section 4.1.3.2); browsers count `localhost` as safe enough for that.

use axum::http::{HeaderMap, HeaderValue, header};

/// Who is signed in: the token of a session.
pub(super) const SESSION: &str = "__Host-session";
/// A browser, before and after somebody signs in: forms and sign-ins are tied to it.
pub(super) const VISITOR: &str = "__Host-visitor";
/// The sign-in that waits for its code.
pub(super) const SIGN_IN: &str = "__Host-sign-in";
/// The sign-in that somebody went elsewhere for.
pub(super) const SIGN_IN_ELSEWHERE: &str = "__Host-sign-in-elsewhere";
/// The language that was chosen.
pub(super) const LANGUAGE: &str = "__Host-language";
/// The digits that were chosen.
pub(super) const DIGITS: &str = "__Host-digits";
/// The voucher that somebody came with.
pub(super) const VOUCHER: &str = "__Host-voucher";
/// What the next page is to say.
pub(super) const NOTICE: &str = "__Host-notice";

/// How long a browser keeps a cookie, in seconds.
pub(super) const MONTH: u32 = 30 * 86_400;
pub(super) const YEAR: u32 = 365 * 86_400;

/// The value of a cookie that the browser sent. One that is there twice may be somebody else's: none.
pub(super) fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut found = lines.flat_map(|line| line.split(';')).filter_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    });
    let value = found.next()?;
    found.next().is_none().then_some(value).filter(|value| !value.is_empty())
}

/// Sets a cookie, until the browser closes or for `seconds`.
pub(super) fn set(name: &str, value: &str, seconds: Option<u32>) -> Option<HeaderValue> {
    let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let cookie = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}");
    HeaderValue::from_str(&cookie).ok()
}

/// Takes a cookie away.
pub(super) fn remove(name: &str) -> Option<HeaderValue> {
    set(name, "", Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name_and_only_once() {
        let headers = |lines: &[&'static str]| {
            let line = |line: &&'static str| (header::COOKIE, HeaderValue::from_static(line));
            lines.iter().map(line).collect::<HeaderMap>()
        };
        let one = headers(&["a=1; __Host-session=x=y; b=2"]);
        assert_eq!(value(&one, SESSION), Some("x=y"));
        assert_eq!(value(&headers(&["x__Host-session=1"]), SESSION), None);
        assert_eq!(value(&headers(&["__Host-session="]), SESSION), None);
        assert_eq!(value(&headers(&["__Host-session=1; __Host-session=2"]), SESSION), None);
        assert_eq!(value(&headers(&["__Host-session=1", "__Host-session=2"]), SESSION), None);
    }
}
