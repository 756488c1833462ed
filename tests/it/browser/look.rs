//! What is asked of a page in one look.

use super::pages::Row;
use crate::harness::{Opened, Tab};

/// Rules of axe that are off, each with its reason.
const OFF: &[&str] = &[];

/// The narrowest window (WCAG 2.2, 1.4.10).
const NARROW: u32 = 320;

/// Draws a line that is seen from where one sits (WCAG 2.2, 2.4.13).
const OUTLINE_PX: f64 = 2.0;

/// Everything that is wrong with the page that `tab` is at.
pub(super) async fn faults(row: &Row, tab: &mut Tab, opened: &Opened) -> Vec<String> {
    let mut faults = of_answer(row, tab, opened).await;
    faults.extend(of_form(row, tab).await);
    // A telephone has none.
    if !tab.look.is_phone {
        faults.extend(of_keyboard(tab).await);
    }
    faults.extend(of_layout(tab).await);
    faults.extend(tab.axe(OFF).await.iter().map(|found| format!("axe: {found:#?}")));
    if tab.look.is_phone {
        let (width, height) = (tab.look.width, tab.look.height);
        tab.resize(NARROW, height).await;
        faults.extend(of_layout(tab).await);
        tab.resize(width, height).await;
    }
    faults.extend(tab.take_errors().await.into_iter().map(|error| format!("console: {error}")));
    faults
}

async fn of_answer(row: &Row, tab: &Tab, opened: &Opened) -> Vec<String> {
    let mut faults = Vec::new();
    if opened.status != row.status {
        faults.push(format!("{} and not {}: {}", opened.status, row.status, opened.url));
    }
    let policy = opened.headers.get("content-security-policy").map_or("", String::as_str);
    if !policy.contains("default-src 'none'") || policy.contains("unsafe") {
        faults.push(format!("its policy is {policy:?}"));
    }
    for loaded in tab.loaded().await {
        if !loaded.url.starts_with(&format!("{}/", tab.base)) {
            faults.push(format!("loads {} from elsewhere", loaded.url));
        }
    }
    faults
}

/// A form that comes back has the keyboard on what is wrong, and in its fields what was entered.
async fn of_form(row: &Row, tab: &Tab) -> Vec<String> {
    let Some(fields) = row.sends.filter(|_| row.status == 400) else { return Vec::new() };
    let mut faults = Vec::new();
    let summary = "document.activeElement?.matches('.summary[role=alert]') \
                   && document.activeElement.querySelector('a[href^=\"#\"]') !== null";
    if tab.evaluate(summary).await != true {
        faults.push("does not have the keyboard on the summary of what is wrong".to_owned());
    }
    for (name, entered) in fields {
        let field = format!(
            "document.querySelector('main form [name=\"{name}\"]:not([type=hidden]):not([type=radio]:not(:checked))').value"
        );
        let kept = tab.evaluate(&field).await;
        if kept.as_str().map(str::trim) != Some(entered.trim()) {
            faults.push(format!("{name} was {entered:?} and is {kept}"));
        }
    }
    faults
}

/// After a walk: what the Tab key did not come to is in what is measured next.
async fn of_keyboard(tab: &Tab) -> Vec<String> {
    let stops = tab.walk().await;
    let hidden = stops.iter().filter(|stop| !stop.is_seen);
    let plain = stops.iter().filter(|stop| stop.outline_px < OUTLINE_PX);
    hidden
        .map(|stop| format!("out of sight, with the keyboard: {}", stop.element))
        .chain(plain.map(|stop| {
            format!("does not show the keyboard ({} px): {}", stop.outline_px, stop.element)
        }))
        .collect()
}

async fn of_layout(tab: &Tab) -> Vec<String> {
    let found = tab.inspect().await;
    let mut faults = Vec::new();
    if found.headings.len() != 1 || found.headings[0].is_empty() {
        faults.push(format!("its headings of the first rank are {:?}", found.headings));
    }
    let tongue = tab.look.tongue;
    if (found.language.as_str(), found.direction.as_str()) != (tongue.tag(), tongue.direction()) {
        faults.push(format!("is in {:?} and {:?}", found.language, found.direction));
    }
    if found.title.trim().is_empty() {
        faults.push("has no title".to_owned());
    }
    let width = tab.look.width;
    if !found.too_wide.is_empty() {
        faults.push(format!("too wide: {:#?}", found.too_wide));
    }
    for (what, those) in [
        ("too small to press", found.small),
        ("not in a file of its own", found.inline),
        ("not reached by the Tab key", found.missed),
    ] {
        faults.extend(those.into_iter().map(|one| format!("{what}, in {width} px: {one}")));
    }
    faults
}
