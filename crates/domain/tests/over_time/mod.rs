//! What is billed is the sum over time of what things cost: for any sequence of installs, uninstalls, other plans
//! and moves of the clock, within one rounding for each line.

use proptest::collection::vec;
use proptest::prelude::*;
use sovereign_domain::book::Account;
use sovereign_domain::subscription::{Period, Subscription};

use crate::checks::{Check, priced_things};
use crate::model::{AppStep, ChangeStep, CheckoutStep, Model, PromoValue, Step, World, app_step};

const USER: u8 = 2;
const ORGANIZATION: u8 = 2;
const PLENTY_MINOR: i64 = 100_000_000;
const DAY: i64 = 86_400;

#[derive(Debug, Clone)]
pub(crate) enum Turn {
    App(AppStep),
    Plan(u8),
}

/// What is done, and how many seconds go by before it.
pub(crate) fn turns() -> impl Strategy<Value = Vec<(i64, Turn)>> {
    let turn = prop_oneof![
        4 => app_step().prop_map(Turn::App),
        1 => (0..2 * World::PLANS).prop_map(Turn::Plan),
    ];
    let seconds = prop_oneof![
        1 => Just(0),
        2 => 1..DAY,
        3 => DAY..20 * DAY,
    ];
    vec((seconds, turn), 1..30)
}

/// A month as it goes by: what was paid for it, and what it should have come to.
struct Month {
    period: Period,
    available_before: i64,
    /// The sum of price times seconds.
    due: i128,
    lines: i128,
    /// Until when `due` is reckoned.
    until: i64,
}

impl Month {
    /// The first moment of one; its own payment has one line for each thing, and none is rounded.
    fn begin(period: Period, available_before: i64) -> Self {
        let until = period.start.seconds();
        Self { period, available_before, due: 0, lines: 0, until }
    }

    /// Time went by at this price.
    fn pass(&mut self, until: i64, price: i64) {
        self.due += i128::from(price) * i128::from(until - self.until);
        self.until = until;
    }

    fn check(&self, available_minor: i64) -> Check {
        let whole = i128::from(self.period.end.seconds() - self.period.start.seconds());
        let billed = i128::from(self.available_before - available_minor);
        let off = 2 * (billed * whole - self.due).abs();
        if off <= self.lines * whole {
            return Ok(());
        }
        let due = (self.due / whole, self.due % whole, whole);
        Err(format!("{billed} was billed of {due:?}, with {} lines", self.lines))
    }
}

/// # Errors
/// The first month that was billed otherwise.
pub(crate) fn billed_as_time_goes_by(turns: &[(i64, Turn)]) -> Check {
    let mut model = Model::new(World::new());
    model.apply(&Step::Adjust {
        organization: ORGANIZATION,
        amount_minor: PLENTY_MINOR,
        valid_days: None,
    });
    model.apply(&checkout());
    let mut month = Month::begin(subscription(&model).period, PLENTY_MINOR);
    for (seconds, turn) in turns {
        model.apply(&Step::AdvanceClock { seconds: *seconds });
        month = renewed(&mut model, month)?;
        let (price, before) = (price(&model), things(&model));
        model.apply(&Step::Change(change(turn)));
        month.pass(model.script.now.seconds(), price);
        let after = things(&model);
        let lines = before.iter().filter(|thing| !after.contains(thing)).count()
            + after.iter().filter(|thing| !before.contains(thing)).count();
        month.lines += lines as i128;
    }
    finish(&model, &mut month)
}

/// Pays for the months that began since.
fn renewed(model: &mut Model, mut month: Month) -> Result<Month, String> {
    while subscription(model).period.end <= model.script.now {
        finish(model, &mut month)?;
        let before = available(model);
        model.apply(&Step::Renew { organization: ORGANIZATION });
        month = Month::begin(subscription(model).period, before);
    }
    Ok(month)
}

fn finish(model: &Model, month: &mut Month) -> Check {
    month.pass(month.period.end.seconds(), price(model));
    month.check(available(model))
}

fn account(model: &Model) -> &Account {
    &model.book.accounts[&World::organization(ORGANIZATION)]
}

fn subscription(model: &Model) -> &Subscription {
    &model.book.subscriptions[&account(model).live_subscription.unwrap()]
}

fn available(model: &Model) -> i64 {
    account(model).wallet.available_minor(model.script.now)
}

/// The plan and everything that costs something, with its price.
fn things(model: &Model) -> Vec<((String, Option<String>), i64)> {
    let (world, account) = (&model.script.world, account(model));
    let plan = world.plans.iter().find(|plan| plan.id == account.plan_id).unwrap();
    let mut things = priced_things(world, &account.apps, &account.dedicated);
    things.push(((plan.id.clone(), None), plan.price_minor));
    things
}

fn price(model: &Model) -> i64 {
    things(model).iter().map(|(_, price)| price).sum()
}

fn checkout() -> Step {
    Step::Checkout(CheckoutStep {
        user: USER,
        organization: ORGANIZATION,
        plan: 4,
        addons: Vec::new(),
        apps: Vec::new(),
        voucher: None,
        promo_value: PromoValue::Absent,
        key: None,
    })
}

fn change(turn: &Turn) -> ChangeStep {
    let (plan, app) = match turn {
        Turn::App(step) => (None, Some(*step)),
        Turn::Plan(plan) => (Some(*plan), None),
    };
    ChangeStep {
        user: USER,
        organization: ORGANIZATION,
        plan,
        addons: None,
        apps: None,
        app,
        shown_seconds_ago: None,
        shown_wrong: false,
        preview: false,
        key: None,
    }
}
