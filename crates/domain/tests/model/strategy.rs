//! Which steps are drawn, and how often: mostly sensible requests, so that sequences get somewhere,
//! and a share of everything that must be refused.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use sovereign_domain::book::{AttemptFailure, CancelAt, DisputeState, OrderStatus, Retry};
use sovereign_domain::refund::Wish;

use super::{AppStep, ChangeStep, CheckoutStep, PromoValue, RedeemStep, RefundStep, Step, World};

/// Steps in a sequence.
pub(crate) const LENGTH: usize = 86;
const DAY: i64 = 86_400;
const MONTH: i64 = 31 * DAY;
const LARGEST_GRANT_MINOR: i64 = 15_000;
const LARGEST_CLAW_BACK_MINOR: i64 = 6_000;
/// Order indexes reach this far, and with it one past the end of a young sequence.
const ORDERS: u8 = 6;

/// Sequences of [`LENGTH`] steps.
pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    flat(chunk().boxed())
}

/// The same with adjustments of any size, so that wallets run full. Not for a database: the sums of
/// several such wallets leave its integers.
pub(crate) fn steps_with_huge_amounts() -> impl Strategy<Value = Vec<Step>> {
    let amounts = prop_oneof![Just(i64::MAX), Just(-i64::MAX), Just(i64::MIN), any::<i64>()];
    let huge =
        (0..4_u8, amounts, valid_days()).prop_map(|(organization, amount_minor, valid_days)| {
            vec![Step::Adjust { organization, amount_minor, valid_days }]
        });
    flat(prop_oneof![9 => chunk(), 1 => huge].boxed())
}

fn flat(chunks: BoxedStrategy<Vec<Step>>) -> impl Strategy<Value = Vec<Step>> {
    vec(chunks, LENGTH).prop_map(|chunks| chunks.into_iter().flatten().take(LENGTH).collect())
}

/// One step, or a few that belong together.
fn chunk() -> impl Strategy<Value = Vec<Step>> {
    prop_oneof![
        14 => clock().prop_map(|step| vec![step]),
        26 => checkout().prop_map(|step| vec![step]),
        3 => quote().prop_map(|step| vec![step]),
        // With an order in the way, perhaps of the same voucher.
        1 => (checkout(), quote()).prop_map(|(step, quote)| vec![step, quote]),
        2 => checkout().prop_map(|step| {
            let quote = match &step {
                Step::Checkout(step) => Step::Quote(CheckoutStep { plan: 6, ..step.clone() }),
                other => other.clone(),
            };
            vec![step, quote]
        }),
        14 => redeem().prop_map(|step| vec![step]),
        22 => order_step().prop_map(|step| vec![step]),
        12 => wallet_step().prop_map(|step| vec![step]),
        11 => administration().prop_map(|step| vec![step]),
        // A campaign as it was just set, and vouchers that may be in it.
        2 => (campaign(), checkout_of(4..7_u8), redeem_of(4..7_u8))
            .prop_map(|(campaign, checkout, redeem)| vec![campaign, checkout, redeem]),
        8 => back_step(nth().boxed()).prop_map(|step| vec![step]),
        // An order that is paid, and whatever goes back of it.
        9 => (checkout(), vec(back_step(Just(0).boxed()), 2..6)).prop_map(|(step, back)| {
            [vec![step, Step::Complete { nth: 0 }], back].concat()
        }),
        // One request that is sent twice.
        2 => refund(nth().boxed()).prop_map(|step| vec![step.clone(), step]),
        5 => Just(vec![Step::Retry]),
        6 => Just(vec![Step::Supersede, Step::Retry]),
        // What the program does for a checkout that finds an order in its way.
        7 => checkout().prop_map(|step| {
            vec![step, Step::Supersede, Step::Retry, Step::AttachSession { nth: 0 }]
        }),
        20 => subscription_step().prop_map(|step| vec![step]),
        8 => change().prop_map(|step| vec![step]),
        5 => changed_month(),
        1 => changed_a_little(),
        // What the program does for a change that finds an order in its way.
        3 => change().prop_map(|step| vec![step, Step::Supersede, Step::Retry]),
        // A month later.
        8 => (organization(), MONTH..=MONTH + 2 * DAY, due_step()).prop_map(
            |(organization, seconds, end)| {
                vec![Step::AdvanceClock { seconds }, Step::Renew { organization }, end]
            },
        ),
        // What the schedule does for a renewal that is not paid.
        4 => (organization(), 1..=6_usize, paid_at_last()).prop_map(|(organization, times, end)| {
            let mut steps =
                vec![Step::AdvanceClock { seconds: MONTH }, Step::Renew { organization }];
            for _ in 0..times {
                let reason = AttemptFailure::Declined;
                steps.push(Step::FailAttempt { nth: 0, reason });
                steps.push(Step::AdvanceClock { seconds: 2 * DAY });
                steps.push(Step::RetryDue { nth: 0, how: Retry::Schedule });
            }
            steps.extend(end(organization));
            steps
        }),
        2 => organization().prop_map(|organization| {
            let seconds = 20 * DAY;
            vec![Step::AdvanceClock { seconds }, Step::WarnOfLowCredit { organization }]
        }),
        // Credit that ends while it is held.
        4 => (checkout(), DAY..=3 * DAY, order_step()).prop_map(|(step, seconds, end)| {
            vec![step, Step::AdvanceClock { seconds }, end]
        }),
    ]
}

fn clock() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => 1..60_i64,
        2 => 60..DAY,
        2 => DAY..=3 * DAY,
        1 => 3 * DAY..=40 * DAY,
        // To the second: when a repeated request is a new one, and when credit ends.
        1 => prop::sample::select(&[59, 60, DAY - 1, DAY, 2 * DAY, 7 * DAY][..]),
    ]
    .prop_map(|seconds| Step::AdvanceClock { seconds })
}

fn checkout() -> impl Strategy<Value = Step> {
    checkout_of(voucher())
}

fn checkout_of(voucher: impl Strategy<Value = u8>) -> impl Strategy<Value = Step> {
    let parts = (
        user_and_organization(),
        reference(World::PLANS),
        vec(reference(World::ADDONS), 0..3),
        vec(reference(World::APPS), 0..3),
        option::weighted(0.6, voucher),
        promo_value(),
        option::weighted(0.3, 0..3_u8),
    );
    parts.prop_map(|((user, organization), plan, addons, apps, voucher, promo_value, key)| {
        Step::Checkout(CheckoutStep {
            user,
            organization,
            plan,
            addons,
            apps,
            voucher,
            promo_value,
            key,
        })
    })
}

fn quote() -> impl Strategy<Value = Step> {
    checkout().prop_map(|step| match step {
        Step::Checkout(step) => Step::Quote(step),
        other => other,
    })
}

/// Mostly by those who may.
fn change() -> impl Strategy<Value = Step> {
    user_and_organization().prop_flat_map(|(user, organization)| change_by(user, organization))
}

/// From nothing to too little for a card; the next month has it.
fn changed_a_little() -> impl Strategy<Value = Vec<Step>> {
    const FREE: u8 = 2;
    const TINY: u8 = 8;
    let parts = (prop::sample::select(&World::SPENDERS[..]), 1..=20_i64, due_step());
    parts.prop_map(|((user, organization), days, end)| {
        let (addons, apps, voucher, promo_value) = (vec![], vec![], None, PromoValue::Absent);
        let (plan, key) = (FREE, None);
        let free =
            CheckoutStep { user, organization, plan, addons, apps, voucher, promo_value, key };
        let tiny = ChangeStep {
            user,
            organization,
            plan: Some(TINY),
            addons: None,
            apps: None,
            app: None,
            shown_seconds_ago: None,
            shown_wrong: false,
            preview: false,
            key,
        };
        vec![
            Step::Cancel { user, organization, at: CancelAt::Now },
            Step::Adjust { organization, amount_minor: -LARGEST_GRANT_MINOR, valid_days: None },
            Step::Checkout(free),
            Step::AdvanceClock { seconds: days * DAY },
            Step::Change(tiny),
            Step::AdvanceClock { seconds: MONTH },
            Step::Renew { organization },
            Step::Complete { nth: 0 },
            end,
        ]
    })
}

/// Some way into a month that was paid for; and perhaps back again.
fn changed_month() -> impl Strategy<Value = Vec<Step>> {
    let parts = (prop::sample::select(&World::SPENDERS[..]), checkout(), clock(), 0..=1_i64);
    parts.prop_flat_map(|((user, organization), checkout, clock, granted)| {
        let mut steps = vec![Step::Cancel { user, organization, at: CancelAt::Now }];
        if let Step::Checkout(step) = checkout {
            steps.push(Step::Checkout(CheckoutStep { user, organization, ..step }));
        }
        let amount_minor = granted * LARGEST_GRANT_MINOR;
        let grant = Step::Adjust { organization, amount_minor, valid_days: None };
        steps.extend([Step::Complete { nth: 0 }, clock, grant]);
        let change = change_by(user, organization);
        let end = prop_oneof![3 => Just(Step::Complete { nth: 0 }), 1 => order_step()];
        (vec(change, 1..4), end)
            .prop_map(move |(changes, end)| [&steps[..], &changes, &[end]].concat())
    })
}

fn change_by(user: u8, organization: u8) -> impl Strategy<Value = Step> {
    let whole = (
        option::weighted(0.8, reference(World::PLANS)),
        option::weighted(0.5, vec(reference(World::ADDONS), 0..3)),
        option::weighted(0.2, vec(reference(World::APPS), 0..3)),
    );
    let one = app_step().prop_map(Some);
    let what = prop_oneof![
        3 => whole.prop_map(|(plan, addons, apps)| (plan, addons, apps, None)),
        1 => one.prop_map(|app| (None, None, None, app)),
    ];
    let parts = (
        what,
        prop_oneof![
            6 => Just(None),
            3 => (0..=3_600_i64).prop_map(Some),
            1 => prop::sample::select(&[-1, 3_601, 2 * DAY][..]).prop_map(Some),
        ],
        prop::bool::weighted(0.05),
        prop::bool::weighted(0.2),
        option::weighted(0.2, 0..3_u8),
    );
    parts.prop_map(move |(what, shown_seconds_ago, shown_wrong, preview, key)| {
        let (plan, addons, apps, app) = what;
        Step::Change(ChangeStep {
            user,
            organization,
            plan,
            addons,
            apps,
            app,
            shown_seconds_ago,
            shown_wrong,
            preview,
            key,
        })
    })
}

pub(crate) fn app_step() -> impl Strategy<Value = AppStep> {
    let install = (reference(World::APPS), prop::bool::weighted(0.3));
    prop_oneof![
        3 => install.prop_map(|(app, own)| AppStep::Install { app, own }),
        2 => reference(World::APPS).prop_map(|app| AppStep::Uninstall { app }),
    ]
}

fn redeem() -> impl Strategy<Value = Step> {
    redeem_of(voucher())
}

fn redeem_of(voucher: impl Strategy<Value = u8>) -> impl Strategy<Value = Step> {
    let parts = (user_and_organization(), voucher, promo_value(), option::weighted(0.3, 0..3_u8));
    parts.prop_map(|((user, organization), voucher, promo_value, key)| {
        Step::Redeem(RedeemStep { user, organization, voucher, promo_value, key })
    })
}

fn order_step() -> impl Strategy<Value = Step> {
    let status = prop_oneof![
        Just(OrderStatus::Expired),
        Just(OrderStatus::Failed),
        Just(OrderStatus::Cancelled)
    ];
    prop_oneof![
        6 => nth().prop_map(|nth| Step::Complete { nth }),
        8 => (nth(), status).prop_map(|(nth, status)| Step::Close { nth, status }),
        8 => nth().prop_map(|nth| Step::AttachSession { nth }),
    ]
}

fn subscription_step() -> impl Strategy<Value = Step> {
    let cancel = user_and_organization().prop_map(|(user, organization)| Step::Cancel {
        user,
        organization,
        at: CancelAt::PeriodEnd,
    });
    let resume = user_and_organization()
        .prop_map(|(user, organization)| Step::Resume { user, organization });
    prop_oneof![
        8 => due_step(),
        4 => organization().prop_map(|organization| Step::Renew { organization }),
        2 => cancel,
        1 => resume,
        2 => organization().prop_map(|organization| Step::WarnOfLowCredit { organization }),
    ]
}

fn due_step() -> impl Strategy<Value = Step> {
    let how = prop::sample::select(&[Retry::Schedule, Retry::Customer, Retry::Credit][..]);
    let reasons =
        vec![AttemptFailure::NoCard, AttemptFailure::NeedsCustomer, AttemptFailure::Declined];
    prop_oneof![
        3 => (nth(), how).prop_map(|(nth, how)| Step::RetryDue { nth, how }),
        3 => (nth(), prop::sample::select(reasons))
            .prop_map(|(nth, reason)| Step::FailAttempt { nth, reason }),
        2 => order_step(),
    ]
}

/// How a renewal that failed is paid after all: by its customer, or from new credit.
fn paid_at_last() -> impl Strategy<Value = fn(u8) -> Vec<Step>> {
    let by_card: fn(u8) -> Vec<Step> =
        |_| vec![Step::RetryDue { nth: 0, how: Retry::Customer }, Step::Complete { nth: 0 }];
    let from_credit: fn(u8) -> Vec<Step> = |organization| {
        let (amount_minor, valid_days) = (3 * LARGEST_GRANT_MINOR, None);
        let grant = Step::Adjust { organization, amount_minor, valid_days };
        vec![grant, Step::RetryDue { nth: 0, how: Retry::Credit }]
    };
    prop::sample::select(vec![by_card, from_credit])
}

/// Money that goes back: what an administrator, somebody at Stripe or a bank does.
fn back_step(nth: BoxedStrategy<u8>) -> impl Strategy<Value = Step> {
    let book = (nth.clone(), 0..2_u8, card_amount())
        .prop_map(|(nth, number, amount_minor)| Step::BookRefund { nth, number, amount_minor });
    let states = prop_oneof![
        1 => Just(DisputeState::Inquiry),
        4 => Just(DisputeState::Open),
        3 => Just(DisputeState::Won),
        1 => Just(DisputeState::Lost),
        1 => Just(DisputeState::Closed),
    ];
    let number = prop_oneof![4 => Just(0_u8), 1 => Just(1)];
    let dispute = (nth.clone(), number, card_amount(), states).prop_map(
        |(nth, number, amount_minor, state)| Step::Dispute { nth, number, amount_minor, state },
    );
    prop_oneof![4 => refund(nth), 3 => book, 8 => dispute]
}

fn refund(nth: BoxedStrategy<u8>) -> impl Strategy<Value = Step> {
    let amount = || prop_oneof![6 => 1..=4_000_i64, 2 => 4_000..=20_000_i64, 1 => -1..=0_i64];
    let wish = prop_oneof![
        2 => Just(Wish::default()),
        5 => amount().prop_map(|amount| Wish { amount_minor: Some(amount), ..Wish::default() }),
        1 => amount().prop_map(|credit| Wish { credit_minor: Some(credit), ..Wish::default() }),
        1 => card_amount().prop_map(|card| Wish { card_minor: Some(card), ..Wish::default() }),
        1 => (amount(), amount()).prop_map(|(amount, credit)| Wish {
            amount_minor: Some(amount),
            credit_minor: Some(credit),
            ..Wish::default()
        }),
    ];
    let parts = (nth, wish, prop::bool::weighted(0.3), option::weighted(0.3, 0..3_u8));
    parts.prop_map(|(nth, wish, free_voucher, key)| {
        Step::Refund(RefundStep { nth, wish, free_voucher, key })
    })
}

fn card_amount() -> impl Strategy<Value = i64> {
    prop_oneof![8 => (1..=900_i64).prop_map(|tens| tens * 10), 1 => 1..=9_000_i64, 1 => Just(0)]
}

fn wallet_step() -> impl Strategy<Value = Step> {
    // More is given than taken, or nobody would have credit to hold.
    let amount = prop_oneof![3 => 1..=LARGEST_GRANT_MINOR, 2 => -LARGEST_CLAW_BACK_MINOR..=-1];
    let adjust = (organization(), amount, valid_days()).prop_map(
        |(organization, amount_minor, valid_days)| Step::Adjust {
            organization,
            amount_minor,
            valid_days,
        },
    );
    let expire = organization().prop_map(|organization| Step::Expire { organization });
    prop_oneof![3 => adjust, 2 => expire]
}

fn administration() -> impl Strategy<Value = Step> {
    let credits = prop_oneof![Just(1_000_i64), Just(4_999), Just(12_000), Just(20_003)];
    let edit = (0..World::VOUCHERS, credits, prop::bool::weighted(0.8), 0..=3_i64).prop_map(
        |(voucher, credit_minor, active, cap)| Step::EditVoucher {
            voucher,
            credit_minor,
            active,
            cap,
        },
    );
    prop_oneof![
        3 => edit,
        1 => campaign(),
        2 => (0..World::VOUCHERS, 0..=World::CAMPAIGNS)
            .prop_map(|(voucher, campaign)| Step::MoveVoucher { voucher, campaign }),
        1 => (0..World::VOUCHERS).prop_map(|voucher| Step::RevokeVoucher { voucher }),
        1 => (0..World::VOUCHERS).prop_map(|voucher| Step::ResurrectVoucher { voucher }),
        6 => prop::sample::select(&World::SPENDERS[..]).prop_map(|(user, organization)| {
            Step::Cancel { user, organization, at: CancelAt::Now }
        }),
        2 => prop::bool::weighted(0.7).prop_map(|on| Step::SetProcessor { on }),
    ]
}

/// An administrator edits a campaign.
fn campaign() -> impl Strategy<Value = Step> {
    // Now and then over, or still to come.
    let window = prop_oneof![
        4 => Just(None),
        1 => Just(Some((-DAY, DAY))),
        2 => Just(Some((DAY, 2 * DAY))),
        2 => Just(Some((-2 * DAY, -DAY))),
    ];
    let budget = prop_oneof![2 => Just(0), 3 => 1..=30_000_i64];
    (0..World::CAMPAIGNS, prop::bool::weighted(0.9), budget, window, 0..=2_i64).prop_map(
        |(campaign, active, budget_minor, window, per_customer)| Step::EditCampaign {
            campaign,
            active,
            budget_minor,
            window,
            per_customer,
        },
    )
}

fn user_and_organization() -> impl Strategy<Value = (u8, u8)> {
    let anyone = (0..World::USERS, 0..=World::ORGANIZATIONS);
    let suspended = (0, 4);
    prop_oneof![
        90 => prop::sample::select(&World::SPENDERS[..]),
        9 => anyone,
        1 => Just(suspended),
    ]
}

fn organization() -> impl Strategy<Value = u8> {
    prop_oneof![19 => 0..4_u8, 1 => 4..=World::ORGANIZATIONS]
}

/// One of `items` by identifier or slug, and now and then a reference that names nothing.
fn reference(items: u8) -> impl Strategy<Value = u8> {
    prop_oneof![30 => 0..2 * items, 1 => Just(2 * items)]
}

fn voucher() -> impl Strategy<Value = u8> {
    prop_oneof![14 => 0..4_u8, 4 => 4..7_u8, 2 => 7..=World::VOUCHERS]
}

fn promo_value() -> impl Strategy<Value = PromoValue> {
    prop_oneof![
        6 => Just(PromoValue::Absent),
        3 => Just(PromoValue::Right),
        1 => Just(PromoValue::Wrong),
    ]
}

fn nth() -> impl Strategy<Value = u8> {
    prop_oneof![6 => Just(0_u8), 4 => Just(1), 2 => Just(2), 1 => 3..=ORDERS]
}

fn valid_days() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![2 => Just(None), 2 => (1..=3_i64).prop_map(Some), 1 => (4..=40_i64).prop_map(Some)]
}
