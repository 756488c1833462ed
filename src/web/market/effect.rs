//! What the voucher that goes along does to a plan.

use std::sync::Arc;

use axum::http::HeaderMap;
use sovereign_domain::cover::Cover;
use sovereign_domain::tax::TaxRules;
use sovereign_domain::voucher::Issued;

use crate::api::caller::Address;
use crate::app::App;
use crate::limits::{Key, Quota};
use crate::storage;
use crate::usecase::market::{Market, Plan};
use crate::usecase::quote::estimate_of;
use crate::web::kept_voucher;
use crate::web::page::Page;

/// The voucher that a browser keeps, as it is now.
pub(in crate::web) enum Kept {
    Nothing,
    Good(Box<Issued>),
    /// It cannot be redeemed any more.
    Ended,
}

/// Looks the voucher up, within the limits of a preview: a cookie can hold any code. Over them the page goes on
/// without it.
pub(in crate::web) async fn kept(
    app: &Arc<App>,
    Address(address): Address,
    headers: &HeaderMap,
) -> storage::Result<Kept> {
    let Some(kept) = kept_voucher::read(headers) else { return Ok(Kept::Nothing) };
    let by_address = [(Quota::PreviewByAddress, Key::Address(address))];
    let Ok(attempt) = app.limits.attempt(address, &by_address).await else {
        return Ok(Kept::Nothing);
    };
    match app.previews.find(kept.code).await? {
        Some(known) if known.issued.refusal(app.clock.now()).is_none() => {
            Ok(Kept::Good(Box::new(known.issued.clone())))
        }
        Some(_) => Ok(Kept::Ended),
        // Over the limit of wrong codes there is nothing more to say than this.
        None => Ok(attempt.wrong().await.map_or(Kept::Nothing, |()| Kept::Ended)),
    }
}

impl Kept {
    /// In words, by the rules that the checkout decides by; nothing where the voucher does nothing for it.
    pub(in crate::web) fn effect(
        &self,
        app: &App,
        page: &Page,
        market: &Market,
        plan: &Plan,
    ) -> Option<String> {
        let Self::Good(voucher) = self else { return None };
        if plan.usage_priced {
            return Some(page.text("market-covered-usage"));
        }
        let estimate = estimate_of(app, &market.prices, &plan.id, Some(voucher)).ok()?;
        match estimate.cover {
            Cover::Months { until, .. } => {
                Some(page.text_with("market-covered-until", "date", &page.day(until)))
            }
            Cover::Nothing if estimate.credit_minor > 0 => {
                let amounts = [
                    ("credit", page.amount_inside(estimate.credit_minor).into()),
                    ("rest", page.amount_inside(estimate.charge_minor).into()),
                ];
                Some(page.language.text_with("market-covered-part", &amounts))
            }
            Cover::Nothing | Cover::Always => None,
        }
    }
}

/// Which tax prices contain, or is added to them.
pub(super) fn tax(page: &Page, rules: TaxRules) -> Option<String> {
    let name = match (rules.rate_bp, rules.included) {
        (0, _) => return None,
        (_, true) => "market-tax-included",
        (_, false) => "market-tax-added",
    };
    let (whole, hundredths) = (rules.rate_bp.div_euclid(100), rules.rate_bp.rem_euclid(100));
    let decimals = format!(".{hundredths:02}");
    let rate = format!("{whole}{}%", decimals.trim_end_matches(['0', '.']));
    Some(page.digits.write(&page.text_with(name, "rate", &page.language.isolated(&rate))))
}
