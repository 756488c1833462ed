//! Stripe's events on their way: at once, days late, several times, in any order, or never.

use std::collections::BTreeSet;

use rand::RngExt as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;

use crate::harness::{Event, StripeFake};

/// Events that have happened, and what becomes of them.
#[derive(Default)]
pub(super) struct Post {
    /// How many events were looked at.
    seen: usize,
    /// With the day on which it is handed over, and how often.
    waiting: Vec<(i64, Event, usize)>,
    /// Objects of which every event arrives.
    pub(super) sure: BTreeSet<String>,
    pub(super) never: usize,
    pub(super) late: usize,
    pub(super) repeated: usize,
    /// Answered by 500 and handed over again.
    pub(super) again: usize,
}

impl Post {
    /// Decides what becomes of what happened since the last time.
    pub(super) fn collect(&mut self, stripe: &StripeFake, day: i64, chance: &mut StdRng) {
        let events = stripe.events_after(self.seen);
        self.seen += events.len();
        for event in events {
            // Of a session much is heard; renewals mostly know without.
            let heard = if event.kind.starts_with("checkout.") { 0.7 } else { 0.12 };
            if !chance.random_bool(heard) && !self.sure.contains(&event.object_id) {
                self.never += 1;
                continue;
            }
            let days = if chance.random_bool(0.2) { chance.random_range(1..5) } else { 0 };
            let times = if chance.random_bool(0.2) { 2 } else { 1 };
            self.late += usize::from(days > 0);
            self.repeated += times - 1;
            self.waiting.push((day + days, event, times));
        }
    }

    /// Hands over what is for today, in any order.
    pub(super) async fn deliver(&mut self, stripe: &StripeFake, day: i64, chance: &mut StdRng) {
        let (mut today, later) =
            std::mem::take(&mut self.waiting).into_iter().partition(|(on, ..)| *on <= day);
        self.waiting = later;
        let today: &mut Vec<(i64, Event, usize)> = &mut today;
        today.shuffle(chance);
        for (on, event, times) in today.drain(..) {
            for _ in 0..times {
                match stripe.deliver(&event).await {
                    200 => {}
                    500 => {
                        self.again += 1;
                        self.waiting.push((on + 1, event.clone(), 1));
                        break;
                    }
                    other => panic!("{other} for {}", event.body),
                }
            }
        }
    }

    /// How many are still on their way.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }
}
