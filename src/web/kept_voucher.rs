//! The voucher that somebody came with: it goes along in a cookie from its own page to the checkout, and so
//! stands neither in addresses nor in what browsers send of them.

use axum::http::{HeaderMap, HeaderValue};
use sovereign_domain::voucher::{Code, Voucher};

use super::cookies;

/// As long as somebody may take to sign up; whoever comes later opens the link again.
const SECONDS: u32 = 7 * 86_400;

/// A code, and what it was worth when it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) code: Code,
    pub(super) seen_minor: i64,
}

/// What the browser brings along. It decides nothing: the code is looked up, and its value compared, whenever
/// it is used.
pub(super) fn read(headers: &HeaderMap) -> Option<Kept> {
    let (seen, code) = cookies::value(headers, cookies::VOUCHER)?.split_once(':')?;
    Some(Kept { code: Code::parse(code).ok()?, seen_minor: seen.parse().ok()? })
}

/// The cookie that keeps a voucher as it is now.
pub(super) fn keep(voucher: &Voucher) -> Option<HeaderValue> {
    let value = format!("{}:{}", voucher.credit_minor, voucher.code.as_str());
    cookies::set(cookies::VOUCHER, &value, Some(SECONDS))
}

/// The cookie that keeps none any more.
pub(super) fn forget() -> Option<HeaderValue> {
    cookies::remove(cookies::VOUCHER)
}
