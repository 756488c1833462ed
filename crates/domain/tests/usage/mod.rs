//! Usage, whatever happens between: each report is on one bill or on none yet, at the price that it met, and
//! no bill has more than the limit of its time.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use sovereign_domain::book::{
    Adjust, Book, Cancel, CancelAt, Checkout, Command, Context, Idempotency, OrderStatus, Outcome,
    RecordUsage, Retry, UsageRefusal, UsageVerdict,
};
use sovereign_domain::calendar::TimeZone;
use sovereign_domain::catalog::{LineKind, OrderLine};
use sovereign_domain::event::Actor;
use sovereign_domain::ids::{IdSource, OrderId, OrganizationId};
use sovereign_domain::tax::TaxRules;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::usage::{Meter, UsageEvent, UsageLimit, amount_minor, estimate_minor, lines};
use uuid::Uuid;

use crate::model::World;

const METERS: [&str; 2] = ["cpu", "disk"];
const DAY: i64 = 86_400;

#[derive(Debug, Clone)]
enum Step {
    Use { meter: usize, id: u8, quantity: i64 },
    SetPrice { meter: usize, price_minor: i64, per_units: i64 },
    SetLimit { limit_minor: Option<i64> },
    Grant { amount_minor: i64 },
    Wait { days: i64 },
    Renew,
    Retry,
    Cancel,
    Subscribe,
}

fn step() -> impl Strategy<Value = Step> {
    let meter = || 0..METERS.len();
    prop_oneof![
        12 => (meter(), any::<u8>(), 0..5_000_i64)
            .prop_map(|(meter, id, quantity)| Step::Use { meter, id, quantity }),
        2 => (meter(), 0..50_i64, prop::sample::select(&[1_i64, 3, 1_000][..]))
            .prop_map(|(meter, price_minor, per_units)| {
                Step::SetPrice { meter, price_minor, per_units }
            }),
        1 => prop::option::of(0..60_000_i64).prop_map(|limit_minor| Step::SetLimit { limit_minor }),
        2 => (1..40_000_i64).prop_map(|amount_minor| Step::Grant { amount_minor }),
        3 => (1..20_i64).prop_map(|days| Step::Wait { days }),
        3 => Just(Step::Renew),
        2 => Just(Step::Retry),
        1 => Just(Step::Cancel),
        2 => Just(Step::Subscribe),
    ]
}

struct Ids(u128);

impl IdSource for Ids {
    fn next_id(&mut self) -> Uuid {
        self.0 += 1;
        Uuid::from_u128(self.0)
    }
}

struct Play {
    world: World,
    book: Book,
    now: Timestamp,
    ids: Ids,
    /// What was accepted, by meter and the price that it met.
    accepted: BTreeMap<(String, i64, i64), i64>,
    seen: BTreeMap<String, UsageEvent>,
}

impl Play {
    fn new() -> Self {
        let world = World::new();
        let mut book = world.book();
        assert!(book.catalog.plans.find("free").unwrap().usage_priced);
        for slug in METERS {
            let (name, unit) = (slug.to_uppercase(), "hour".into());
            let meter =
                Meter { slug: slug.into(), name, unit, price_minor: 7, per_units: 2, active: true };
            book.meters.insert(slug.into(), meter);
        }
        book.catalog = Arc::new(world.catalog());
        let now = world.start;
        let (accepted, seen) = (BTreeMap::new(), BTreeMap::new());
        Self { world, book, now, ids: Ids(0), accepted, seen }
    }

    fn tenant() -> OrganizationId {
        World::organization(0)
    }

    fn actor() -> Actor {
        Actor { user_id: World::user(0), request_id: "request".into() }
    }

    fn decide(&mut self, command: &Command) -> Option<Outcome> {
        let mut context = Context {
            now: self.now,
            currency: self.world.currency,
            charge_rules: Some(self.world.charge_rules),
            tax: TaxRules { rate_bp: 500, included: false },
            zone: &TimeZone::UTC,
            ids: &mut self.ids,
        };
        let outcome = self.book.decide(command, &mut context).ok();
        // As the loader does: from now on every total has a row.
        self.book.changes = sovereign_domain::book::Changes::default();
        self.book.usage.values_mut().for_each(|total| total.version = 0);
        outcome
    }

    fn apply(&mut self, step: &Step) {
        let tenant_id = Self::tenant();
        match step {
            Step::Use { meter, id, quantity } => self.report(METERS[*meter], *id, *quantity),
            Step::SetPrice { meter, price_minor, per_units } => {
                let meter = self.book.meters.get_mut(METERS[*meter]).unwrap();
                (meter.price_minor, meter.per_units) = (*price_minor, *per_units);
            }
            Step::SetLimit { limit_minor } => {
                let limit = UsageLimit { limit_minor: *limit_minor, ..UsageLimit::default() };
                self.book.usage_limits.insert(tenant_id, limit);
            }
            Step::Grant { amount_minor } => {
                let grant = Adjust {
                    actor: Self::actor(),
                    tenant_id,
                    amount_minor: *amount_minor,
                    promotional: true,
                    valid_days: None,
                    reason: "grant".into(),
                };
                self.decide(&Command::Adjust(grant));
            }
            Step::Wait { days } => self.now = self.now.plus_seconds(days * DAY),
            Step::Renew => {
                let outcome = self.decide(&Command::Renew { tenant_id });
                self.give_up_card(outcome.as_ref());
            }
            Step::Retry => {
                for order_id in self.due() {
                    let (how, actor) = (Retry::Credit, Self::actor());
                    self.decide(&Command::RetryDue { order_id, how, actor });
                }
            }
            Step::Cancel => {
                let (actor, at) = (Self::actor(), CancelAt::Now);
                self.decide(&Command::Cancel(Cancel { actor, tenant_id, at }));
            }
            Step::Subscribe => {
                let idempotency = Idempotency { key: None, request_hash: self.now.to_string() };
                self.decide(&Command::Checkout(Checkout {
                    actor: Self::actor(),
                    tenant_id,
                    plan: "free".into(),
                    addons: Vec::new(),
                    apps: Vec::new(),
                    code: None,
                    promo_value_minor: None,
                    preview: false,
                    idempotency,
                }));
            }
        }
    }

    /// No card pays anything here: what waits for one is due again.
    fn give_up_card(&mut self, outcome: Option<&Outcome>) {
        if let Some(&Outcome::Pending { order_id, .. }) = outcome {
            let (status, actor) = (OrderStatus::Expired, Self::actor());
            self.decide(&Command::CloseOrder { order_id, status, actor });
        }
    }

    fn due(&self) -> Vec<OrderId> {
        self.book.subscriptions.values().filter_map(|s| s.due_order).collect()
    }

    fn report(&mut self, meter: &str, id: u8, quantity: i64) {
        let event = UsageEvent {
            id: format!("event-{id}"),
            tenant_id: Self::tenant(),
            meter: meter.into(),
            quantity,
            at: self.now,
            total_id: None,
        };
        let before = self.estimate();
        let priced = self.book.meters[meter].clone();
        let request = RecordUsage { actor: Self::actor(), events: vec![event.clone(); 2] };
        let Some(Outcome::UsageRecorded(said)) = self.decide(&Command::RecordUsage(request)) else {
            panic!("a report is never refused whole");
        };
        match (self.seen.get(&event.id), said[0]) {
            (Some(known), verdict) => {
                let reused = UsageVerdict::Refused(UsageRefusal::IdReused);
                let expected = if known.says(&event) { UsageVerdict::Duplicate } else { reused };
                assert_eq!(verdict, expected);
            }
            (None, UsageVerdict::Accepted) => {
                assert_eq!(said[1], UsageVerdict::Duplicate);
                let key = (meter.to_owned(), priced.price_minor, priced.per_units);
                *self.accepted.entry(key).or_default() += quantity;
                self.seen.insert(event.id.clone(), event);
            }
            (None, verdict) => assert_eq!(verdict, said[1]),
        }
        let limit = self.book.usage_limits.get(&Self::tenant()).and_then(|l| l.limit_minor);
        let after = self.estimate();
        assert!(limit.is_none_or(|limit| after <= limit || after == before), "{after} > {limit:?}");
    }

    fn estimate(&self) -> i64 {
        let open = self.book.usage.values().filter(|total| total.order_id.is_none());
        estimate_minor(open).unwrap()
    }

    fn check(&self) {
        let mut counted: BTreeMap<(String, i64, i64), i64> = BTreeMap::new();
        for total in self.book.usage.values() {
            let key = (total.meter.clone(), total.price_minor, total.per_units);
            *counted.entry(key).or_default() += total.quantity;
        }
        counted.retain(|_, quantity| *quantity > 0);
        let mut accepted = self.accepted.clone();
        accepted.retain(|_, quantity| *quantity > 0);
        assert_eq!(counted, accepted, "what was counted is what was accepted");
        for order in self.book.orders.values() {
            let billed = self.book.usage.values().filter(|t| t.order_id == Some(order.id));
            let usage = |line: &&OrderLine| line.kind == LineKind::Usage;
            let on_it: Vec<OrderLine> = order.lines.iter().filter(usage).cloned().collect();
            if order.status == OrderStatus::Cancelled {
                // What was on it went to the last order, where it cost something.
                continue;
            }
            assert_eq!(lines(billed).unwrap(), on_it, "{order:?}");
            for line in &on_it {
                let usage = line.usage.as_ref().unwrap();
                let amount = amount_minor(usage.quantity, usage.price_minor, usage.per_units);
                assert_eq!(Some(line.amount_minor), amount);
            }
        }
        // The plan costs nothing: what no card can be charged is never due while the subscription lives.
        for subscription in self.book.subscriptions.values() {
            let lives = self.book.accounts[&subscription.tenant_id].live_subscription;
            if let Some(order_id) =
                subscription.due_order.filter(|_| lives == Some(subscription.id))
            {
                let order = &self.book.orders[&order_id];
                assert!(order.total_minor >= self.world.charge_rules.minimum_minor, "{order:?}");
            }
        }
        let ended = self
            .book
            .subscriptions
            .values()
            .filter(|s| self.book.accounts[&s.tenant_id].live_subscription != Some(s.id));
        for subscription in ended {
            let due = subscription.due_order.map(|id| self.book.orders[&id].status);
            assert!(due.is_none_or(|status| status == OrderStatus::Due), "{subscription:?}");
        }
        if self.book.accounts[&Self::tenant()].live_subscription.is_none() {
            assert_eq!(self.estimate(), 0, "what an ended subscription used is billed");
        }
    }
}

proptest! {
    #![proptest_config(super::config(1_000))]

    #[test]
    fn each_report_is_billed_once(steps in vec(step(), 1..80)) {
        let mut play = Play::new();
        play.apply(&Step::Subscribe);
        for step in &steps {
            play.apply(step);
            play.check();
        }
    }
}
