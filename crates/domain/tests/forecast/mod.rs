//! How long credit lasts, for any wallet and any price: what holds whatever the lots are.

use proptest::prelude::*;
use sovereign_domain::calendar::{TimeZone, next_anniversary};
use sovereign_domain::checkout::ChargeRules;
use sovereign_domain::forecast::{Ahead, Covered, forecast, unused_without_subscription};
use sovereign_domain::ids::LotId;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::wallet::{Lot, LotSource, Wallet};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn wallets() -> impl Strategy<Value = Wallet> {
    let lot = (1_i64..60_000, proptest::option::of(-30_i64..400), 0_i16..3, any::<bool>());
    proptest::collection::vec(lot, 0..8).prop_map(|lots| {
        let mut wallet = Wallet::default();
        for (id, (amount_minor, days, priority, promotional)) in lots.into_iter().enumerate() {
            let lot = Lot {
                id: LotId(Uuid::from_u128(id as u128)),
                source: LotSource::Voucher,
                reference: String::new(),
                promotional,
                priority,
                amount_minor,
                remaining_minor: amount_minor,
                held_minor: 0,
                created_at: NOW,
                expires_at: days.map(|days| NOW.plus_days(days)),
            };
            wallet.grant(lot).unwrap();
        }
        wallet
    })
}

fn ahead(days: i64, price_minor: i64, card: bool) -> Ahead<'static> {
    static UTC: TimeZone = TimeZone::UTC;
    let first_at = NOW.plus_days(days);
    Ahead {
        first_at,
        anchor_at: first_at,
        zone: &UTC,
        first_minor: price_minor,
        month_minor: price_minor,
        rules: card.then_some(ChargeRules { minimum_minor: 200, step_minor: 10 }),
    }
}

proptest! {
    /// What the forecast says is what happens when the months are paid one after the other.
    #[test]
    fn it_is_what_becomes_of_the_months(
        wallet in wallets(), days in 0_i64..40, price_minor in 1_000_i64..30_000,
    ) {
        let ahead = ahead(days, price_minor, false);
        let found = forecast(&wallet, &ahead, NOW);
        let mut paid = wallet.clone();
        let mut at = ahead.first_at;
        for _ in 0..found.months {
            prop_assert!(paid.draw(price_minor, at).is_ok());
            at = next_anniversary(ahead.anchor_at, at, ahead.zone);
        }
        prop_assert!(paid.draw(price_minor, at).is_err());
        prop_assert_eq!(found.covered, Covered::Until(at));
        // Each lot's rest is unused, but for what lasts and for what had expired before.
        let left: i64 = paid.lots.values()
            .filter(|lot| lot.expires_at.is_some_and(|end| end > NOW))
            .map(|lot| lot.remaining_minor).sum();
        prop_assert_eq!(left, found.unused.iter().map(|lot| lot.amount_minor).sum::<i64>());
    }

    /// More credit never ends earlier, and a card beside it never wastes more.
    #[test]
    fn more_is_never_less(
        wallet in wallets(), days in 0_i64..40, price_minor in 1_000_i64..30_000, more in 1_i64..50_000,
    ) {
        let found = forecast(&wallet, &ahead(days, price_minor, false), NOW);
        let mut richer = wallet.clone();
        richer.grant(Lot {
            id: LotId(Uuid::from_u128(99)),
            source: LotSource::Refund,
            reference: String::new(),
            promotional: false,
            priority: 9,
            amount_minor: more,
            remaining_minor: more,
            held_minor: 0,
            created_at: NOW,
            expires_at: None,
        }).unwrap();
        prop_assert!(forecast(&richer, &ahead(days, price_minor, false), NOW).months >= found.months);
        let lost = |unused: &[sovereign_domain::forecast::Unused]| -> i64 {
            unused.iter().map(|lot| lot.amount_minor).sum()
        };
        let beside = forecast(&wallet, &ahead(days, price_minor, true), NOW);
        let idle = unused_without_subscription(&wallet, NOW);
        prop_assert!(lost(&found.unused) <= lost(&idle));
        prop_assert!(lost(&beside.unused) <= lost(&idle));
        prop_assert!(beside.unused.iter().all(|lot| lot.amount_minor > 0 && lot.expires_at > NOW));
    }
}
