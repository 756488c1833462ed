//! Properties of the domain: random sequences of commands on a book that holds everything, and the
//! rules that hold after each; and the pure functions, for any input.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::unwrap_used
)]

mod arithmetic;
mod checks;
mod forecast;
mod model;
mod moves;
mod over_time;
mod split;
mod usage;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};
use sovereign_domain::book::OrderStatus;
use sovereign_domain::refund::Wish;

use self::checks::{
    Audit, Check, Tally, in_batches, shortest, swept_or_not, with_empty_lots_or_without,
};
use self::model::{
    CheckoutStep, Model, Observed, PromoValue, RefundStep, Step, World, steps,
    steps_with_huge_amounts,
};

/// At least so many cases; `PROPTEST_CASES` asks for more.
fn config(cases: u32) -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: cases.max(config.cases), failure_persistence: None, ..config }
}

/// Checks many sequences. Their values are not shrunk: [`shortest`] leaves out steps instead.
fn for_all(cases: u32, steps: impl Strategy<Value = Vec<Step>>, check: impl Fn(&[Step]) -> Check) {
    let config = ProptestConfig { max_shrink_iters: 0, ..config(cases) };
    let result = TestRunner::new(config)
        .run(&steps, |steps| shortest(&steps, &check).map_err(TestCaseError::fail));
    if let Err(TestError::Fail(reason, _) | TestError::Abort(reason)) = result {
        panic!("{reason}");
    }
}

fn audit(steps: &[Step]) -> Check {
    Audit::run(steps).map(|_| ())
}

#[test]
fn every_step_keeps_the_books() {
    for_all(10_000, steps(), audit);
}

#[test]
fn full_wallets_keep_the_books_too() {
    for_all(2_000, steps_with_huge_amounts(), audit);
}

#[test]
fn a_batch_is_written_as_its_commands_would_be() {
    for size in [2, 5, 40] {
        for_all(700, steps(), |steps| in_batches(steps, size));
    }
}

#[test]
fn empty_lots_may_be_absent() {
    for_all(2_000, steps(), with_empty_lots_or_without);
}

#[test]
fn when_the_sweep_runs_makes_no_difference() {
    for_all(2_000, steps(), swept_or_not);
}

#[test]
fn what_is_billed_is_the_price_over_time() {
    let config = ProptestConfig { max_shrink_iters: 2_000, ..config(3_000) };
    let result = TestRunner::new(config).run(&over_time::turns(), |turns| {
        over_time::billed_as_time_goes_by(&turns).map_err(TestCaseError::fail)
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

/// A sequence by hand; what the last step came to.
fn last(steps: &[Step]) -> Observed {
    let mut model = Model::new(World::new());
    steps.iter().map(|step| model.apply(step)).last().unwrap()
}

fn checkout(plan: u8) -> Step {
    Step::Checkout(CheckoutStep {
        user: 2,
        organization: 2,
        plan,
        addons: Vec::new(),
        apps: Vec::new(),
        voucher: None,
        promo_value: PromoValue::Absent,
        key: None,
    })
}

const ATTACH: Step = Step::AttachSession { nth: 0 };

#[test]
fn a_dead_order_is_not_answered_again() {
    let close = Step::Close { nth: 0, status: OrderStatus::Cancelled };
    let outcome = last(&[checkout(0), ATTACH, close, Step::Retry]);
    assert_eq!(outcome, Observed::Pending { order: 1 });
}

#[test]
fn a_superseded_order_is_not_answered_again() {
    let replaced = [checkout(0), ATTACH, checkout(4), Step::Supersede, Step::Retry, ATTACH];
    let outcome = last(&[&replaced[..], &[checkout(0)]].concat());
    assert_eq!(outcome, Observed::Supersede { order: 1 });
}

#[test]
fn sixty_seconds_count_from_the_payment() {
    let clock = |seconds| Step::AdvanceClock { seconds };
    let paid = [checkout(0), ATTACH, clock(120), Step::Complete { nth: 0 }, clock(10)];
    let outcome = last(&[&paid[..], &[Step::Retry]].concat());
    assert!(matches!(outcome, Observed::Session { order: 0, replayed: true, .. }), "{outcome:?}");
}

#[test]
fn a_batch_may_bring_a_voucher_back_and_release_it_again() {
    let voucher = Step::Checkout(CheckoutStep {
        user: 2,
        organization: 2,
        plan: 3,
        addons: Vec::new(),
        apps: Vec::new(),
        voucher: Some(1),
        promo_value: PromoValue::Absent,
        key: None,
    });
    let steps = [
        voucher,
        Step::Close { nth: 0, status: OrderStatus::Failed },
        Step::AdvanceClock { seconds: 72_490 },
        Step::Complete { nth: 0 },
        Step::Refund(RefundStep { nth: 0, wish: Wish::default(), free_voucher: true, key: None }),
    ];
    for size in [1, 2, 3, 5] {
        in_batches(&steps, size).unwrap();
    }
}

fn tally(strategy: &impl Strategy<Value = Vec<Step>>, sequences: u32) -> Tally {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config(1), rng);
    let mut tally = Tally::default();
    for _ in 0..sequences {
        let steps = strategy.new_tree(&mut runner).unwrap().current();
        tally.add(Audit::run(&steps).unwrap());
    }
    tally
}

/// What a thousand sequences must have met, so that the properties above say something. About two
/// fifths of what they did meet when this was written.
#[rustfmt::skip]
const COVERAGE: &[(&str, u64)] = &[
    ("adjust done", 700),
    ("adjust refused NotAMember", 9),
    ("app installed", 30),
    ("app installed with its own", 4),
    ("app uninstalled", 10),
    ("attach refused OrderClosed(Cancelled)", 20),
    ("attach refused OrderClosed(Completed)", 600),
    ("attach refused OrderClosed(Expired)", 20),
    ("attach refused OrderClosed(Failed)", 20),
    ("attach refused OrderClosed(Superseded)", 30),
    ("attach refused UnknownOrder", 300),
    ("attach session", 400),
    ("book refund done", 150),
    ("book refund refused Refund(Divide(MoreThanIsLeft", 80),
    ("book refund refused Refund(Divide(NotPositive))", 15),
    ("book refund refused Refund(NoPayment)", 200),
    ("book refund refused UnknownOrder", 60),
    ("change carried", 100),
    ("change credited", 120),
    ("change done", 80),
    ("change order completed", 25),
    ("change order failed", 3),
    ("change paid", 70),
    ("change paid replayed", 7),
    ("change pending", 50),
    ("change previewed", 80),
    ("change refused ChangeMoment", 160),
    ("change refused ChangeTotal", 14),
    ("change refused NotSubscribed", 700),
    ("change refused NothingToChange", 110),
    ("change refused PaymentDue", 20),
    ("change refused RoleMayNotSpend", 7),
    ("change refused Selection(UnknownPlan)", 14),
    ("change supersede", 10),
    ("quote beside a pending order", 75),
    ("quote quoted", 190),
    ("quote that covers a month", 30),
    ("quote that covers always", 6),
    ("quote that covers months", 20),
    ("quote that covers nothing", 120),
    ("checkout paid", 600),
    ("checkout paid replayed", 200),
    ("checkout pending", 1000),
    ("checkout refused AlreadySubscribed", 1000),
    ("checkout refused BelowMinimum", 60),
    ("checkout refused KeyReused", 80),
    ("checkout refused NoProcessor", 60),
    ("checkout refused NotAMember", 300),
    ("checkout refused OrganizationSuspended", 15),
    ("checkout refused RoleMayNotSpend", 20),
    ("checkout refused Selection(UnknownAddon(0))", 100),
    ("checkout refused Selection(UnknownAddon(1))", 40),
    ("checkout refused Selection(UnknownApp(0))", 100),
    ("checkout refused Selection(UnknownApp(1))", 50),
    ("checkout refused Selection(UnknownPlan)", 150),
    ("checkout refused Voucher(BudgetSpent)", 4),
    ("checkout refused Voucher(CampaignLimit)", 12),
    ("checkout refused Voucher(Ended)", 19),
    ("checkout refused Voucher(NotStarted)", 3),
    ("checkout refused Voucher(Exhausted)", 100),
    ("checkout refused Voucher(Inactive)", 60),
    ("checkout refused Voucher(RedeemedByOrganization)", 40),
    ("checkout refused Voucher(RedeemedByUser)", 100),
    ("checkout refused Voucher(Unknown)", 100),
    ("checkout refused VoucherChanged", 100),
    ("checkout session replayed", 40),
    ("checkout supersede", 500),
    ("close done", 400),
    ("close refused OrderClosed(Completed)", 300),
    ("close refused UnknownOrder", 300),
    ("complete done", 400),
    ("complete refused AmountMismatch", 10),
    ("complete refused UnknownOrder", 200),
    ("complete returned", 10),
    ("dispute done", 600),
    ("dispute lost eased", 4),
    ("dispute open eased", 9),
    ("dispute refused Refund(Divide(NotPositive))", 70),
    ("dispute refused Refund(NoPayment)", 600),
    ("dispute refused UnknownOrder", 170),
    ("dispute that took something", 140),
    ("dispute won eased", 38),
    ("order completed late", 10),
    ("redemption that came back", 5),
    ("credit back of a card", 38),
    ("credit back of a card and credit", 35),
    ("draw from several lots", 80),
    ("entry claw_back", 300),
    ("entry claw_back owed", 200),
    ("entry draw", 500),
    ("entry expiry", 40),
    ("entry grant", 1900),
    ("entry post", 70),
    ("entry post after expiry", 20),
    ("entry refund", 170),
    ("entry release", 100),
    ("entry release owed", 30),
    ("entry reversal", 60),
    ("entry settlement", 80),
    ("expire done", 500),
    ("expire refused NotAMember", 8),
    ("hold posted", 70),
    ("hold posted in part", 40),
    ("hold voided", 150),
    ("holds on several lots", 30),
    ("lot given grace", 10),
    ("lot settled whole", 50),
    ("order of nothing with a code", 60),
    ("order rounded", 300),
    ("order split", 300),
    ("redeem redeemed", 700),
    ("redeem redeemed replayed", 150),
    ("redeem refused KeyReused", 10),
    ("redeem refused NotAMember", 100),
    ("redeem refused OrganizationSuspended", 4),
    ("redeem refused RoleMayNotSpend", 10),
    ("redeem refused Voucher(BudgetSpent)", 11),
    ("redeem refused Voucher(CampaignLimit)", 16),
    ("redeem refused Voucher(Ended)", 33),
    ("redeem refused Voucher(NotStarted)", 20),
    ("redeem refused Voucher(Exhausted)", 100),
    ("redeem refused Voucher(Inactive)", 70),
    ("redeem refused Voucher(RedeemedByOrganization)", 80),
    ("redeem refused Voucher(RedeemedByUser)", 200),
    ("redeem refused Voucher(Unknown)", 100),
    ("redeem refused VoucherChanged", 90),
    ("active subscription now canceled", 80),
    ("active subscription now past_due", 70),
    ("cancel refused NotSubscribed", 400),
    ("cancel supersede", 2),
    ("letter confirm_payment", 5),
    ("letter credit_low", 2),
    ("letter payment_due", 50),
    ("letter payment_failed", 80),
    ("letter suspended", 8),
    ("past_due subscription now active", 5),
    ("past_due subscription now past_due", 70),
    ("past_due subscription now suspended", 8),
    ("renew billed", 100),
    ("renewal with what was carried", 45),
    ("renew pending", 90),
    ("retry due pending", 70),
    ("suspended subscription now active", 4),
    ("redemption after a release", 15),
    ("redemption of the last slot", 400),
    ("refund of an order that was refunded", 70),
    ("refund of both sides", 40),
    ("refund refunded", 200),
    ("refund refunded replayed", 15),
    ("refund refused KeyReused", 10),
    ("refund refused Refund(Divide(CardOutOfRange", 35),
    ("refund refused Refund(Divide(CardPartStep", 5),
    ("refund refused Refund(Divide(CardStep", 20),
    ("refund refused Refund(Divide(CreditOutOfRange", 35),
    ("refund refused Refund(Divide(MoreThanIsLeft", 60),
    ("refund refused Refund(Divide(NotPositive))", 40),
    ("refund refused Refund(Divide(NothingLeft))", 190),
    ("refund refused Refund(Divide(PartsDoNotAddUp))", 20),
    ("refund refused Refund(NoVoucher)", 20),
    ("refund refused Refund(NotCompleted(Pending))", 100),
    ("refund refused UnknownOrder", 200),
    ("refund that frees its voucher", 45),
    ("retry paid", 40),
    ("retry pending", 60),
];

#[test]
fn sequences_meet_every_outcome() {
    let tally = tally(&steps(), 1_000);
    let missing: Vec<_> =
        COVERAGE.iter().filter(|(name, least)| tally.get(name) < *least).collect();
    assert!(missing.is_empty(), "too few of {missing:?}\n{tally}");
    println!("{tally}");

    let huge = self::tally(&steps_with_huge_amounts(), 200);
    for name in ["adjust", "checkout", "redeem"] {
        let refused = format!("{name} refused Wallet(Overflow)");
        assert!(huge.get(&refused) >= 5, "too few of {refused}\n{huge}");
    }
}
