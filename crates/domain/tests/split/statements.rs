//! What a month comes to.

use proptest::collection::vec;
use proptest::prelude::*;
use sovereign_domain::split::{Carried, SharedCharge, Statement, Sums, Terms};

use super::share;

const MOST: i64 = 1_000_000_000_000_000;

fn sums() -> impl Strategy<Value = Sums> {
    let part = |most: i64| prop_oneof![0..=most.min(100), 0..=most];
    (vec(part(MOST), 5), vec(part(MOST), 5)).prop_map(|(whole, parts)| {
        // A part is not above what it is a part of.
        let part = |place: usize| parts[place] % (whole[place] + 1);
        Sums {
            charged_minor: whole[0],
            publisher_of_charged_minor: part(0),
            refunded_minor: whole[1],
            publisher_of_refunded_minor: part(1),
            disputed_minor: whole[2],
            publisher_of_disputed_minor: part(2),
            credit_spent_minor: whole[3],
            publisher_of_credit_minor: part(3),
            fees_minor: whole[4],
            franchisee_of_fees_minor: part(4),
        }
    })
}

fn terms() -> impl Strategy<Value = Terms> {
    let step = prop_oneof![Just(0_i64), Just(1), Just(10), 1..=1_000_i64];
    (0..=100_000_i64, step).prop_map(|(fixed_fee_minor, payout_step_minor)| Terms {
        fixed_fee_minor,
        payout_step_minor,
    })
}

proptest! {
    #![proptest_config(super::super::config(5_000))]

    #[test]
    fn a_statement_adds_up(
        sums in sums(),
        terms in terms(),
        carried in prop_oneof![-1_000..=1_000_i64, -MOST..=MOST],
    ) {
        let made = Statement::of(sums, terms, Carried(carried)).unwrap();
        let net = sums.charged_minor - sums.refunded_minor - sums.disputed_minor;
        prop_assert_eq!(made.net_minor, net);
        prop_assert_eq!(made.publisher_minor + made.franchisee_minor, net);
        let taken = sums.publisher_of_credit_minor
            + sums.franchisee_of_fees_minor
            + terms.fixed_fee_minor;
        prop_assert_eq!(made.due_minor, made.franchisee_minor - taken + carried);
        prop_assert_eq!(made.payout_minor + made.carried_out.0, made.due_minor);
        prop_assert!(made.payout_minor >= 0);
        let step = terms.payout_step_minor.max(1);
        prop_assert_eq!(made.payout_minor % step, 0);
        // Nothing is kept that could be paid out, and no debt is.
        if made.due_minor >= 0 {
            prop_assert!((0..step).contains(&made.carried_out.0));
        } else {
            prop_assert_eq!(made.carried_out.0, made.due_minor);
        }
    }

    #[test]
    fn what_is_carried_over_is_lost_in_no_month(
        months in vec((sums(), terms()), 1..12),
    ) {
        let mut carried = Carried(0);
        let (mut due, mut paid) = (0_i128, 0_i128);
        for (sums, terms) in months {
            let made = Statement::of(sums, terms, carried).unwrap();
            due += i128::from(made.due_minor) - i128::from(carried.0);
            paid += i128::from(made.payout_minor);
            carried = made.carried_out;
        }
        prop_assert_eq!(paid + i128::from(carried.0), due);
    }

    #[test]
    fn both_parties_are_where_they_were_after_all_went_back(
        share in share(),
        charges in vec(1..=1_000_000_i64, 1..20),
        refunded in any::<bool>(),
    ) {
        let mut sums = Sums::default();
        let mut back_minor = 0;
        for amount_minor in charges {
            let before = sums.charged_minor;
            let publisher_minor = share.of_next(before, amount_minor).unwrap();
            let charge = SharedCharge { amount_minor, publisher_minor, reversed_minor: 0 };
            sums.charged_minor += amount_minor;
            sums.publisher_of_charged_minor += publisher_minor;
            back_minor += charge.publisher_part_of(amount_minor).unwrap();
        }
        if refunded {
            sums.refunded_minor = sums.charged_minor;
            sums.publisher_of_refunded_minor = back_minor;
        } else {
            sums.disputed_minor = sums.charged_minor;
            sums.publisher_of_disputed_minor = back_minor;
        }
        let made = Statement::of(sums, Terms::default(), Carried(0)).unwrap();
        prop_assert_eq!((made.publisher_minor, made.franchisee_minor, made.due_minor), (0, 0, 0));
    }
}

#[test]
fn a_month_by_hand() {
    // 20 % of 1,000.000 OMR; 100.000 went back, of which 20.000 were the publisher's.
    let sums = Sums {
        charged_minor: 1_000_000,
        publisher_of_charged_minor: 200_000,
        refunded_minor: 60_000,
        publisher_of_refunded_minor: 12_000,
        disputed_minor: 40_000,
        publisher_of_disputed_minor: 8_000,
        fees_minor: 29_005,
        franchisee_of_fees_minor: 14_503,
        ..Sums::default()
    };
    let terms = Terms { fixed_fee_minor: 50_000, payout_step_minor: 10 };
    let made = Statement::of(sums, terms, Carried(-3)).unwrap();
    assert_eq!((made.net_minor, made.publisher_minor), (900_000, 180_000));
    assert_eq!(made.franchisee_minor, 720_000);
    assert_eq!(made.due_minor, 655_494);
    assert_eq!((made.payout_minor, made.carried_out), (655_490, Carried(4)));
}

#[test]
fn who_owes_is_paid_nothing() {
    let sums = Sums { refunded_minor: 5_000, ..Sums::default() };
    let made = Statement::of(sums, Terms::default(), Carried(0)).unwrap();
    assert_eq!((made.due_minor, made.payout_minor), (-5_000, 0));
    assert_eq!(made.carried_out, Carried(-5_000));
}

#[test]
fn a_sum_out_of_range_is_refused() {
    let sums = Sums { refunded_minor: i64::MAX, disputed_minor: 2, ..Sums::default() };
    assert_eq!(Statement::of(sums, Terms::default(), Carried(0)), None);
    let none = Sums::default();
    assert_eq!(
        Statement::of(
            Sums { franchisee_of_fees_minor: 1, ..none },
            Terms::default(),
            Carried(i64::MIN)
        ),
        None
    );
}
