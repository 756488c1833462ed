//! How the publisher and franchisees divide what was charged, for any share and any amounts.

mod statements;

use proptest::collection::vec;
use proptest::prelude::*;
use sovereign_domain::money::Currency;
use sovereign_domain::split::{
    Share, ShareError, SharedCharge, Tier, WHOLE_BP, by_largest_remainder,
};

fn share_bp() -> impl Strategy<Value = i64> {
    prop_oneof![0..=WHOLE_BP, Just(0), Just(WHOLE_BP), Just(5_000), Just(3_333)]
}

/// Charges where rounding shows, and charges of every size that sum to less than the end of the range.
fn charge() -> impl Strategy<Value = i64> {
    prop_oneof![0..=7_i64, 1..=20_000_i64, 1..=100_000_000_000_000_i64]
}

fn charges() -> impl Strategy<Value = Vec<i64>> {
    vec(charge(), 0..40)
}

/// One tier or several, whose ends are among what the charges come to.
pub(super) fn share() -> impl Strategy<Value = Share> {
    let end = prop_oneof![1..=50_i64, 1..=100_000_i64, 1..=100_000_000_000_000_i64];
    (vec((end, share_bp()), 0..4), share_bp()).prop_map(|(tiers, last_bp)| {
        let mut end_minor = 0;
        let mut all: Vec<Tier> = tiers
            .into_iter()
            .map(|(width_minor, share_bp)| {
                end_minor += width_minor;
                Tier { up_to_minor: Some(end_minor), share_bp }
            })
            .collect();
        all.push(Tier { up_to_minor: None, share_bp: last_bp });
        Share::tiered(all).unwrap()
    })
}

/// The publisher's part of a volume in ten-thousandths of the minor unit, with nothing rounded: tier by tier, what of
/// the volume is below its end less what is below its beginning.
fn exact(share: &Share, volume_minor: i64) -> i128 {
    let ends = share.tiers().iter().map(|tier| tier.up_to_minor.unwrap_or(i64::MAX));
    let begins = std::iter::once(0).chain(ends.clone());
    let tiers = share.tiers().iter().zip(begins.zip(ends));
    tiers
        .map(|(tier, (begins, ends))| {
            let within = volume_minor.min(ends) - volume_minor.min(begins);
            i128::from(within) * i128::from(tier.share_bp)
        })
        .sum()
}

/// The publisher's part of each charge, in their order.
fn parts(share: &Share, charges: &[i64]) -> Vec<i64> {
    let mut volume_minor = 0;
    charges
        .iter()
        .map(|charge_minor| {
            let part = share.of_next(volume_minor, *charge_minor).unwrap();
            volume_minor += charge_minor;
            part
        })
        .collect()
}

const WHOLE: i128 = WHOLE_BP as i128;

proptest! {
    #![proptest_config(super::config(5_000))]

    #[test]
    fn the_part_of_a_volume_is_the_exact_one_to_half_a_unit(
        share in share(),
        volume in prop_oneof![charge(), 0..=i64::MAX],
    ) {
        let part = share.of(volume).unwrap();
        prop_assert!((0..=volume).contains(&part));
        let off = i128::from(part) * WHOLE - exact(&share, volume);
        // Half a unit is the franchisee's.
        prop_assert!((-WHOLE / 2..WHOLE / 2).contains(&off), "{part} is off by {off}");
    }

    #[test]
    fn the_parts_of_charges_sum_to_the_part_of_the_month(
        share in share(),
        (charges, shuffled) in charges().prop_flat_map(|charges| {
            (Just(charges.clone()), Just(charges).prop_shuffle())
        }),
    ) {
        let whole: i64 = charges.iter().sum();
        for charges in [charges, shuffled] {
            let parts = parts(&share, &charges);
            prop_assert_eq!(parts.iter().sum::<i64>(), share.of(whole).unwrap());
            let mut before = 0;
            for (charge, part) in charges.iter().zip(&parts) {
                prop_assert!((0..=*charge).contains(part), "{part} of {charge}");
                let exact = exact(&share, before + charge) - exact(&share, before);
                let off = i128::from(*part) * WHOLE - exact;
                prop_assert!(off.abs() <= WHOLE, "{part} of {charge} is off by {off}");
                before += charge;
            }
        }
    }

    #[test]
    fn a_flat_share_is_the_largest_remainder_of_two(
        share_bp in share_bp(),
        volume in prop_oneof![charge(), 0..=i64::MAX],
    ) {
        let of_two = by_largest_remainder(volume, &[WHOLE_BP - share_bp, share_bp]).unwrap();
        prop_assert_eq!(Some(of_two[1]), Share::flat(share_bp).unwrap().of(volume));
    }

    #[test]
    fn parts_by_weight_are_the_sum_and_each_is_within_a_unit(
        sum in prop_oneof![-50..=50_i64, any::<i64>()],
        weights in vec(prop_oneof![0..=5_i64, 0..=1_000_000_000_000_i64], 1..12),
    ) {
        let all: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        let Some(parts) = by_largest_remainder(sum, &weights) else {
            prop_assert_eq!(all, 0);
            return Ok(());
        };
        prop_assert_eq!(parts.len(), weights.len());
        prop_assert_eq!(
            parts.iter().map(|part| i128::from(*part)).sum::<i128>(),
            i128::from(sum)
        );
        for (part, weight) in parts.iter().zip(&weights) {
            let off = i128::from(*part) * all - i128::from(sum) * i128::from(*weight);
            prop_assert!(off.abs() < all, "{part} of {sum} by {weight} of {all}");
            prop_assert!(*weight > 0 || *part == 0);
        }
        if let Some(negated) = sum.checked_neg() {
            let mirrored: Vec<i64> = parts.iter().map(|part| -part).collect();
            prop_assert_eq!(by_largest_remainder(negated, &weights), Some(mirrored));
        }
    }

    #[test]
    fn of_equal_weights_the_first_have_more(sum in 0..=1_000_i64, number in 1..12_usize) {
        let parts = by_largest_remainder(sum, &vec![7; number]).unwrap();
        prop_assert!(parts.is_sorted_by(|first, second| first >= second));
        prop_assert!(parts[0] - parts[number - 1] <= 1);
    }

    #[test]
    fn a_charge_gives_back_what_it_gave_in_however_many_steps(
        share in share(),
        before in charge(),
        amount in 1..=100_000_000_000_000_i64,
        cuts in vec(0..=100_000_000_000_000_i64, 0..12),
    ) {
        let publisher_minor = share.of_next(before, amount).unwrap();
        // Some go up, which is a refund or a dispute; some go down, which is one that failed or was won.
        let steps = cuts.iter().map(|cut| cut % (amount + 1)).chain([amount]);
        let mut charge = SharedCharge { amount_minor: amount, publisher_minor, reversed_minor: 0 };
        let mut given_back = 0;
        for reversed_after in steps {
            let step = reversed_after - charge.reversed_minor;
            let part = charge.publisher_part_of(step).unwrap();
            let exact = i128::from(publisher_minor) * i128::from(step);
            let off = i128::from(part) * i128::from(amount) - exact;
            prop_assert!(off.abs() <= i128::from(amount), "{part} of {step} is off by {off}");
            prop_assert!(part.abs() <= step.abs() && part.signum() * step.signum() >= 0);
            charge.reversed_minor = reversed_after;
            given_back += part;
            prop_assert!((0..=publisher_minor).contains(&given_back));
        }
        prop_assert_eq!(given_back, publisher_minor);
        prop_assert_eq!(charge.publisher_part_of(-amount), Some(-publisher_minor));
    }

    #[test]
    fn a_dispute_that_is_won_leaves_nothing_behind(
        amount in 1..=1_000_000_i64,
        share_bp in share_bp(),
        refunded in 0..=1_000_000_i64,
        disputed in 0..=1_000_000_i64,
    ) {
        let publisher_minor = Share::flat(share_bp).unwrap().of(amount).unwrap();
        let refunded = refunded % (amount + 1);
        let disputed = disputed % (amount - refunded + 1);
        let charge =
            SharedCharge { amount_minor: amount, publisher_minor, reversed_minor: refunded };
        let opened = charge.publisher_part_of(disputed).unwrap();
        let after = SharedCharge { reversed_minor: refunded + disputed, ..charge };
        prop_assert_eq!(opened + after.publisher_part_of(-disputed).unwrap(), 0);
    }

    #[test]
    fn tiers_are_taken_only_in_order(
        ends in vec(prop::option::of(-5..=20_i64), 0..5),
        bp in -2..=10_002_i64,
    ) {
        let tier = |end: &Option<i64>| Tier { up_to_minor: *end, share_bp: bp };
        let shared = Share::tiered(ends.iter().map(tier).collect());
        let Some((last, before)) = ends.split_last() else {
            prop_assert_eq!(shared, Err(ShareError::NoTiers));
            return Ok(());
        };
        let ascending = before.iter().all(Option::is_some)
            && before.is_sorted_by(|first, second| first < second)
            && before.first().is_none_or(|first| first > &Some(0));
        let fine = last.is_none() && ascending && (0..=WHOLE_BP).contains(&bp);
        prop_assert_eq!(shared.is_ok(), fine);
    }
}

fn omr(decimal: &str) -> i64 {
    Currency::from_code("OMR").unwrap().read_decimal(decimal).unwrap()
}

#[test]
fn a_fifth_of_an_amount_with_three_decimals() {
    let fifth = Share::flat(2_000).unwrap();
    assert_eq!(fifth.of(omr("12.345")), Some(omr("2.469")));
    // 2.4692 and 2.4694, 2.4688: to the nearest baisa.
    for (charge, part) in [("12.346", "2.469"), ("12.347", "2.469"), ("12.344", "2.469")] {
        assert_eq!(fifth.of(omr(charge)), Some(omr(part)), "{charge}");
    }
    // 12.5 % of 0.004 is half a baisa, which is the franchisee's.
    assert_eq!(Share::flat(1_250).unwrap().of(omr("0.004")), Some(0));
    assert_eq!(Share::flat(1_251).unwrap().of(omr("0.004")), Some(1));
}

#[test]
fn what_rounding_left_is_in_the_charges_that_follow() {
    let half = Share::flat(5_000).unwrap();
    // Of 3, 6 and 9: 1.5, 3 and 4.5.
    assert_eq!(parts(&half, &[3, 3, 3]), [1, 2, 1]);
    let third = Share::flat(3_333).unwrap();
    assert_eq!(parts(&third, &[1; 9]), [0, 1, 0, 0, 1, 0, 0, 1, 0]);
}

#[test]
fn each_tier_applies_to_what_is_within_it() {
    let tiers = vec![
        Tier { up_to_minor: Some(omr("10000.000")), share_bp: 2_500 },
        Tier { up_to_minor: None, share_bp: 1_500 },
    ];
    let share = Share::tiered(tiers).unwrap();
    assert_eq!(share.of(omr("10000.000")), Some(omr("2500.000")));
    assert_eq!(share.of(omr("12000.000")), Some(omr("2800.000")));
    // A charge that crosses the end of a tier: 500 at a quarter and 1500 at 15 %.
    assert_eq!(share.of_next(omr("9500.000"), omr("2000.000")), Some(omr("350.000")));
    assert_eq!(share.of(-1), None);
    assert_eq!(share.of_next(i64::MAX, 1), None);
    assert_eq!(share.of_next(5, -1), None);
}

#[test]
fn a_refund_goes_back_at_the_rate_of_its_charge() {
    // 15 % of 12.345 is 1.85175; a third of the charge takes a third of the part back.
    let publisher_minor = Share::flat(1_500).unwrap().of(omr("12.345")).unwrap();
    assert_eq!(publisher_minor, omr("1.852"));
    let charge = SharedCharge { amount_minor: omr("12.345"), publisher_minor, reversed_minor: 0 };
    assert_eq!(charge.publisher_part_of(omr("4.115")), Some(omr("0.617")));
    let third = SharedCharge { reversed_minor: omr("4.115"), ..charge };
    assert_eq!(third.publisher_part_of(omr("8.230")), Some(omr("1.235")));
    assert_eq!(third.publisher_part_of(-omr("4.115")), Some(-omr("0.617")));
    let of_nothing = SharedCharge { amount_minor: 0, ..charge };
    assert_eq!(of_nothing.publisher_part_of(1), None);
}

#[test]
fn weights_that_divide_nothing_are_refused() {
    assert_eq!(by_largest_remainder(10, &[]), None);
    assert_eq!(by_largest_remainder(10, &[0, 0]), None);
    assert_eq!(by_largest_remainder(10, &[3, -1]), None);
    assert_eq!(by_largest_remainder(100, &[1, 1, 1]), Some(vec![34, 33, 33]));
    assert_eq!(by_largest_remainder(-100, &[1, 1, 1]), Some(vec![-34, -33, -33]));
    assert_eq!(by_largest_remainder(i64::MIN, &[1]), Some(vec![i64::MIN]));
}
