//! One day after the other: the clock moves, the jobs run, people act, events arrive, Stripe fails.

use std::collections::BTreeMap;

use rand::RngExt as _;
use rand::rngs::StdRng;
use sovereign::jobs;

use super::people::Person;
use super::post::Post;
use super::rows::rows;
use crate::harness::{TestApp, Trouble};

const JOBS: [&str; 4] =
    ["renew-subscriptions", "retry-payments", "look-after-orders", "send-refunds"];
/// Once a day is enough of these.
const DAILY_JOBS: [&str; 3] = ["expire-credit", "number-invoices", "warn-of-low-credit"];

const CALLS: [&str; 9] = [
    "POST /v1/payment_intents",
    "POST /v1/payment_intents",
    "GET /v1/payment_intents/:id",
    "GET /v1/payment_intents",
    "POST /v1/checkout/sessions",
    "GET /v1/checkout/sessions/:id",
    "POST /v1/checkout/sessions/:id/expire",
    "POST /v1/refunds",
    "*",
];

const TROUBLES: [Trouble; 6] = [
    Trouble::RateLimited,
    Trouble::Unavailable,
    Trouble::ErrorBefore,
    Trouble::ErrorAfter,
    Trouble::CutBefore,
    Trouble::CutAfter,
];

/// Days on which Stripe does it and says nothing; each costs the test the seconds the program waits.
const SILENT_DAYS: [i64; 4] = [33, 120, 213, 334];
/// Days on which nobody can reach Stripe for a while.
const DEAF_DAYS: [i64; 4] = [12, 61, 183, 364];

/// What happened, to know at the end that it was enough.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Calls to Stripe that met trouble.
    pub(super) trouble: usize,
    pub(super) pages_left: usize,
    pub(super) pages_paid: usize,
    pub(super) slow_payments: usize,
    pub(super) late_payments: usize,
    pub(super) cards_mended: usize,
    pub(super) cards_broken: usize,
    pub(super) cards_taken_away: usize,
    pub(super) ends_now: usize,
    pub(super) ends_later: usize,
    pub(super) resumed: usize,
    pub(super) top_ups: usize,
    /// Answers that a person had because something was in the way, by status.
    pub(super) refused: BTreeMap<u16, usize>,
    pub(super) failed_jobs: usize,
    pub(super) refunds_asked_for: usize,
    pub(super) refunds_at_the_dashboard: usize,
}

/// How an Organization stands on a day.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub(super) status: String,
    pub(super) ends: bool,
    pub(super) card: Option<String>,
}

pub(super) struct World<'a> {
    pub(super) app: &'a TestApp,
    pub(super) chance: StdRng,
    pub(super) people: Vec<Person>,
    pub(super) day: i64,
    /// The last day with trouble.
    trouble_on: i64,
    /// Payments of sessions that are known later: the day, the session, whether it succeeds.
    pub(super) slow: Vec<(i64, String, bool)>,
    /// Sessions that were left alone.
    pub(super) left: Vec<String>,
    pub(super) post: Post,
    pub(super) seen: Seen,
}

impl<'a> World<'a> {
    pub(super) fn new(app: &'a TestApp, count: usize, mut chance: StdRng) -> Self {
        let people = (0..count).map(|number| Person::new(number, &mut chance)).collect();
        let (slow, left) = (Vec::new(), Vec::new());
        Self {
            app,
            chance,
            people,
            day: 0,
            trouble_on: i64::MIN,
            slow,
            left,
            post: Post::default(),
            seen: Seen::default(),
        }
    }

    pub(super) async fn days(&mut self, count: i64) {
        for day in 0..count {
            self.day = day;
            self.a_day().await;
        }
    }

    async fn a_day(&mut self) {
        let mut steps = self.steps();
        let last = steps.pop().unwrap();
        let troubles = self.make_trouble();
        if troubles > 0 || DEAF_DAYS.contains(&self.day) {
            self.trouble_on = self.day;
        }
        for (number, step) in steps.into_iter().enumerate() {
            self.app.clock.advance_seconds(step);
            let deaf = number == 0 && DEAF_DAYS.contains(&self.day);
            if deaf {
                self.app.stripe().refuse_connections().await;
            }
            self.step().await;
            if deaf {
                self.app.stripe().accept_connections().await;
            }
        }
        self.money_goes_back().await;
        self.daily_jobs().await;
        self.seen.trouble += troubles - self.app.stripe().no_trouble();
        self.app.clock.advance_seconds(last);
    }

    /// Parts of a day, in seconds; now and then a short one, in which a page stays open.
    fn steps(&mut self) -> Vec<i64> {
        let first = self.chance.random_range(1..60_000);
        let second = if self.chance.random_bool(0.4) {
            self.chance.random_range(130..6_000)
        } else {
            self.chance.random_range(7_300..20_000)
        };
        vec![first, second, 86_400 - first - second]
    }

    async fn step(&mut self) {
        self.app.stripe().expire_due();
        self.jobs().await;
        self.slow_payments();
        self.people_act().await;
        self.post.collect(self.app.stripe(), self.day, &mut self.chance);
        self.post.deliver(self.app.stripe(), self.day, &mut self.chance).await;
    }

    async fn jobs(&mut self) {
        for name in JOBS {
            let job = jobs::find(name).unwrap();
            match self.app.runner().run_now(&job).await.unwrap() {
                jobs::Outcome::Done(_) => {}
                // It says so where one of them could not be sent.
                jobs::Outcome::Failed(_) if name == "send-refunds" && self.is_troubled() => {
                    self.seen.failed_jobs += 1;
                }
                other => panic!("{name}: {other:?}"),
            }
        }
    }

    async fn daily_jobs(&self) {
        for name in DAILY_JOBS {
            self.app.run_job(name).await;
        }
    }

    /// What Stripe answers with a failure of its own stands under its key for a day.
    fn is_troubled(&self) -> bool {
        self.day <= self.trouble_on.saturating_add(2)
    }

    /// Answers for how many calls.
    fn make_trouble(&mut self) -> usize {
        let stripe = self.app.stripe();
        if SILENT_DAYS.contains(&self.day) {
            stripe.trouble("POST /v1/payment_intents", Trouble::SilentAfter, 1);
            return 1;
        }
        if !self.chance.random_bool(0.35) {
            return 0;
        }
        let call = CALLS[self.chance.random_range(0..CALLS.len())];
        let trouble = TROUBLES[self.chance.random_range(0..TROUBLES.len())];
        let times = self.chance.random_range(1..12);
        stripe.trouble(call, trouble, times);
        times
    }

    fn slow_payments(&mut self) {
        let (due, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.slow).into_iter().partition(|(on, ..)| *on <= self.day);
        self.slow = later;
        for (_, session, succeeds) in due {
            self.app.stripe().settle_async(&session, succeeds);
            self.seen.slow_payments += 1;
        }
    }

    /// The live subscriptions, by Organization.
    pub(super) async fn standing(&self) -> BTreeMap<String, Standing> {
        let sql = "SELECT s.tenant_id, s.status, \
                       CAST(CASE WHEN s.cancel_at_period_end THEN 1 ELSE 0 END AS bigint), \
                       k.payment_method_id \
                   FROM subscriptions s JOIN customers k ON k.id = s.customer_id \
                   WHERE s.status <> 'canceled'";
        let found: Vec<(String, String, i64, Option<String>)> = rows(self.app, sql).await;
        let standing = |(tenant_id, status, ends, card)| {
            (tenant_id, Standing { status, ends: ends == 1, card })
        };
        found.into_iter().map(standing).collect()
    }

    /// Nobody begins anything any more. What waits for Stripe is settled, also what stands under a key there
    /// for a day; events that are still on their way arrive.
    pub(super) async fn settle(&mut self) {
        for _ in 0..8 {
            self.day += 1;
            self.app.clock.advance_days(1);
            self.app.stripe().expire_due();
            self.slow_payments();
            self.jobs().await;
            self.post.collect(self.app.stripe(), self.day, &mut self.chance);
            self.post.deliver(self.app.stripe(), self.day, &mut self.chance).await;
        }
        self.jobs().await;
        self.daily_jobs().await;
        // An event of the last day may have been put off.
        self.post.deliver(self.app.stripe(), i64::MAX - 1, &mut self.chance).await;
        assert_eq!((self.slow.len(), self.post.waiting()), (0, 0));
    }
}
