//! Words for what the catalog has in its own: categories, tiers and sizes.

use crate::text::Language;
use crate::web::page::Page;

/// A category of apps; one that nobody translated as it is.
pub(super) fn category(language: Language, slug: &str) -> String {
    known(language, "market-category", slug)
}

/// A tier of apps.
pub(super) fn tier(language: Language, slug: &str) -> String {
    known(language, "market-tier", slug)
}

fn known(language: Language, prefix: &str, slug: &str) -> String {
    let name = format!("{prefix}-{slug}");
    if language.has(&name) { language.text(&name) } else { slug.to_owned() }
}

/// A size such as `2 vCPU` or `50 GB` in the reader's words; any other text as it is.
pub(super) fn size(page: &Page, text: &str) -> String {
    let (number, unit) = text.trim().split_once(' ').unwrap_or_default();
    let name = match unit.trim() {
        "vCPU" => "market-cores",
        "GB" => "market-gigabytes",
        "TB" => "market-terabytes",
        _ => return text.to_owned(),
    };
    number.parse().map_or_else(|_| text.to_owned(), |count: i64| page.count(name, count))
}

/// Thousandths of a processor.
pub(super) fn cores(page: &Page, milli: i64) -> String {
    let (whole, rest) = (milli.div_euclid(1_000), milli.rem_euclid(1_000));
    if rest == 0 {
        return page.count("market-cores", whole);
    }
    let decimals = format!("{rest:03}");
    let number = format!("{whole}.{}", decimals.trim_end_matches('0'));
    page.digits.write(&page.text_with("market-part-of-cores", "amount", &number))
}

/// Memory in MB; whole gigabytes as such.
pub(super) fn memory(page: &Page, megabytes: i64) -> String {
    match (megabytes.div_euclid(1_024), megabytes.rem_euclid(1_024)) {
        (gigabytes, 0) if gigabytes > 0 => page.count("market-gigabytes", gigabytes),
        _ => page.count("market-megabytes", megabytes),
    }
}
