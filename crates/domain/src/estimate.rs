//! What a plan comes to with a voucher, for somebody who has no Organization yet: by the rules of the checkout,
//! as far as they can be told beforehand.

use uuid::Uuid;

use crate::book::{Refusal, voucher_lot};
use crate::calendar::TimeZone;
use crate::catalog::{Catalog, SelectionError};
use crate::checkout::{ChargeRules, split};
use crate::cover::{Cover, cover};
use crate::ids::LotId;
use crate::services::Dedicated;
use crate::tax::TaxRules;
use crate::timestamp::Timestamp;
use crate::voucher::Issued;
use crate::wallet::Wallet;

/// What holds for every estimate of a moment.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    pub now: Timestamp,
    /// `None` while no card processor is configured.
    pub charge_rules: Option<ChargeRules>,
    pub tax: TaxRules,
    /// Where anniversaries are reckoned.
    pub zone: &'a TimeZone,
}

/// What the first month of a plan comes to, and for how long the voucher pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// The part of the total that is tax.
    pub tax_minor: i64,
    /// What a month costs.
    pub total_minor: i64,
    /// What the voucher is worth; zero without one.
    pub voucher_minor: i64,
    /// When the voucher's credit ends, redeemed now; `None` = never.
    pub credit_expires_at: Option<Timestamp>,
    /// `total = credit + charge + rounding`.
    pub credit_minor: i64,
    pub charge_minor: i64,
    pub rounding_minor: i64,
    /// What is left of the voucher's credit then.
    pub left_minor: i64,
    pub cover: Cover,
}

/// The price of a plan alone, named by identifier or slug, before tax that is added.
///
/// # Errors
/// Where a new Organization cannot order it.
pub fn plan_price(catalog: &Catalog, plan: &str, now: Timestamp) -> Result<i64, Refusal> {
    let quote = catalog.order((plan, &[], &[]), &Dedicated::new(), |_| false);
    let quote = quote.map_err(Refusal::Selection)?;
    let wanted = catalog.selection_of(&quote);
    catalog.policy.permit_order(&wanted, None, &[], now).map_err(Refusal::Policy)?;
    Ok(quote.total_minor)
}

/// What a month of `price_minor`, before tax that is added, comes to for a new Organization.
///
/// # Errors
/// The rule of the checkout that refuses it whoever asks.
pub fn estimate(
    price_minor: i64,
    voucher: Option<&Issued>,
    terms: &Terms<'_>,
) -> Result<Estimate, Refusal> {
    let now = terms.now;
    let mut wallet = Wallet::default();
    let mut credit_expires_at = None;
    if let Some(voucher) = voucher {
        if let Some(refusal) = voucher.refusal(now) {
            return Err(refusal.into());
        }
        let lot = voucher_lot(&voucher.voucher, LotId(Uuid::nil()), now);
        credit_expires_at = lot.expires_at;
        wallet.grant(lot)?;
    }
    let taxed = terms.tax.on(price_minor).ok_or(Refusal::Selection(SelectionError::TooLarge))?;
    let split = split(taxed.total_minor, wallet.available_minor(now), terms.charge_rules)?;
    wallet.draw(split.credit_minor, now)?;
    let cover = match split.charge_minor {
        0 => cover(&wallet, taxed.total_minor, now, terms.zone),
        _ => Cover::Nothing,
    };
    Ok(Estimate {
        tax_minor: taxed.tax_minor,
        total_minor: taxed.total_minor,
        voucher_minor: voucher.map_or(0, |issued| issued.voucher.credit_minor),
        credit_expires_at,
        credit_minor: split.credit_minor,
        charge_minor: split.charge_minor,
        rounding_minor: split.rounding_minor,
        left_minor: wallet.available_minor(now),
        cover,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::money::Currency;
    use crate::voucher::{Code, Voucher, VoucherRefusal};

    static UTC: TimeZone = TimeZone::UTC;
    const TEN_PERCENT: TaxRules = TaxRules { rate_bp: 1_000, included: false };

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn voucher(credit_minor: i64, credit_valid_days: Option<i64>) -> Issued {
        let voucher = Voucher {
            code: Code::parse("WELCOME").unwrap(),
            credit_minor,
            description: alloc::string::String::new(),
            active: true,
            max_redemptions: 0,
            adopted_redemptions: 0,
            times_redeemed: 0,
            granted_minor: 0,
            campaign_id: None,
            credit_valid_days,
            created_at: at("2027-01-01T00:00:00Z"),
            deleted_at: None,
        };
        Issued { voucher, campaign: None }
    }

    fn terms(tax: TaxRules, cards: bool) -> Terms<'static> {
        let omr = ChargeRules::new(Currency::from_code("OMR").unwrap(), 200);
        let now = at("2027-01-15T09:00:00Z");
        Terms { now, charge_rules: cards.then_some(omr), tax, zone: &UTC }
    }

    #[test]
    fn a_voucher_pays_for_as_many_months_as_its_value_has_with_tax() {
        let terms = terms(TEN_PERCENT, false);
        let estimate = estimate(9_000, Some(&voucher(20_000, None)), &terms).unwrap();
        assert_eq!((estimate.total_minor, estimate.tax_minor), (9_900, 900));
        assert_eq!((estimate.credit_minor, estimate.charge_minor), (9_900, 0));
        assert_eq!((estimate.voucher_minor, estimate.left_minor), (20_000, 10_100));
        let until = at("2027-03-15T09:00:00Z");
        assert_eq!(estimate.cover, Cover::Months { months: 2, until });
        assert_eq!(estimate.credit_expires_at, None);
    }

    #[test]
    fn credit_that_ends_pays_no_month_after_its_end() {
        let terms = terms(TaxRules::default(), false);
        let estimate = estimate(9_000, Some(&voucher(90_000, Some(40))), &terms).unwrap();
        assert_eq!(estimate.credit_expires_at, Some(terms.now.plus_days(40)));
        assert_eq!(estimate.cover.until(), Some(at("2027-03-15T09:00:00Z")));
    }

    #[test]
    fn a_card_pays_what_the_voucher_does_not_as_the_checkout_splits_it() {
        let terms = terms(TaxRules::default(), true);
        let estimate = estimate(5_124, Some(&voucher(1_000, None)), &terms).unwrap();
        assert_eq!((estimate.credit_minor, estimate.charge_minor), (994, 4_130));
        assert_eq!((estimate.left_minor, estimate.cover), (6, Cover::Nothing));
        let alone = super::estimate(5_124, None, &terms).unwrap();
        assert_eq!((alone.charge_minor, alone.rounding_minor, alone.voucher_minor), (5_120, 4, 0));
    }

    #[test]
    fn what_costs_nothing_is_covered_always_and_banks_the_voucher() {
        let terms = terms(TEN_PERCENT, false);
        let estimate = estimate(0, Some(&voucher(5_000, None)), &terms).unwrap();
        assert_eq!((estimate.left_minor, estimate.cover), (5_000, Cover::Always));
    }

    #[test]
    fn what_the_checkout_would_refuse_is_refused() {
        let mut bad = voucher(5_000, None);
        bad.voucher.active = false;
        let refused = |price, voucher, cards| {
            estimate(price, voucher, &terms(TaxRules::default(), cards)).unwrap_err()
        };
        assert_eq!(refused(9_000, Some(&bad), true), VoucherRefusal::Inactive.into());
        let little = voucher(8_999, None);
        assert_eq!(refused(9_000, Some(&little), false), Refusal::NoProcessor);
        assert_eq!(refused(150, None, true), Refusal::BelowMinimum);
    }
}
