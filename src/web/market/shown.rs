//! What several pages show alike: an app as a card, an industry, a text with its language.

use std::fmt;

use crate::usecase::market::{Industry, Market, MarketApp, Told};
use crate::web::page::Page;

/// An app's sign: the first letter of its name on its colour.
pub(super) struct Icon {
    pub(super) letter: String,
    /// A colour, as the catalog has it.
    pub(super) ground: String,
    pub(super) ink: &'static str,
}

impl Icon {
    pub(super) fn of(page: &Page, app: &MarketApp) -> Self {
        let letter = app.name.text(page.language).chars().find(|c| c.is_alphanumeric());
        Self {
            letter: letter.map(|c| c.to_uppercase().collect()).unwrap_or_default(),
            ground: app.icon_bg.clone(),
            ink: ink_on(&app.icon_bg),
        }
    }
}

/// White or nearly black, whichever can be read on a colour of six digits (WCAG 2.2, relative luminance, with
/// a square in place of the power 2.4).
fn ink_on(ground: &str) -> &'static str {
    let part = |at: usize| {
        let digits = ground.get(at..at.saturating_add(2)).unwrap_or_default();
        u64::from_str_radix(digits, 16).unwrap_or(0).saturating_pow(2)
    };
    let weighted = [(1, 2_126), (3, 7_152), (5, 722)]
        .map(|(at, weight): (usize, u64)| part(at).saturating_mul(weight));
    let light: u64 = weighted.iter().sum();
    // Up to there white has a contrast of more than 3, which large letters need.
    if light > 180_000_000 { "#101214" } else { "#ffffff" }
}

/// What something costs a month.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Price {
    Free,
    /// In minor units.
    Month(i64),
    /// This, and what it needs besides.
    From(i64),
    /// It cannot be had yet.
    Later,
}

impl Price {
    pub(super) fn of(market: &Market, app: &MarketApp) -> Self {
        let needs_nothing = market.month_minor(app) == Some(app.price_minor);
        match app.price_minor {
            _ if !app.deployable => Self::Later,
            0 if needs_nothing => Self::Free,
            price if needs_nothing => Self::Month(price),
            price => Self::From(price),
        }
    }
}

/// An app in a list.
pub(super) struct Card<'a> {
    pub(super) slug: &'a str,
    pub(super) name: Told<'a>,
    pub(super) tagline: Told<'a>,
    pub(super) icon: Icon,
    pub(super) price: Price,
}

impl<'a> Card<'a> {
    pub(super) fn of(page: &Page, market: &Market, app: &'a MarketApp) -> Self {
        Self {
            slug: &app.slug,
            name: app.name.told(page.language),
            tagline: app.tagline.told(page.language),
            icon: Icon::of(page, app),
            price: Price::of(market, app),
        }
    }
}

/// A line of business in a list.
pub(super) struct Trade<'a> {
    pub(super) slug: &'a str,
    pub(super) name: Told<'a>,
    pub(super) description: Told<'a>,
    pub(super) emoji: &'a str,
}

impl<'a> Trade<'a> {
    pub(super) fn of(page: &Page, industry: &'a Industry) -> Self {
        Self {
            slug: &industry.slug,
            name: industry.name.told(page.language),
            description: industry.description.told(page.language),
            emoji: &industry.emoji,
        }
    }
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_can_be_read_on_every_colour() {
        for (ground, ink) in [
            ("#000000", "#ffffff"),
            ("#21759b", "#ffffff"),
            ("#ffffff", "#101214"),
            ("#ffcc00", "#101214"),
            ("#7f54b3", "#ffffff"),
            ("#0082c9", "#ffffff"),
            ("#5cdd8b", "#101214"),
            ("", "#ffffff"),
            ("#ééé", "#ffffff"),
        ] {
            assert_eq!(ink_on(ground), ink, "{ground}");
        }
    }
}
