//! What goes wrong between a program and Stripe, when a test says so.

use tokio::sync::watch;

use super::StripeFake;
use super::api::API;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// 429 with Retry-After; nothing is done, nothing is stored under the key.
    RateLimited,
    /// 503; nothing is done, nothing is stored under the key.
    Unavailable,
    /// 500; nothing is done. Stored: the same key answers it for a day.
    ErrorBefore,
    /// 500, though it was done. Stored, too.
    ErrorAfter,
    /// The connection is cut; nothing is done.
    CutBefore,
    /// It is done, then the connection is cut. The same key has the true answer.
    CutAfter,
    /// It is done, and no answer comes. The same key has the true answer.
    SilentAfter,
}

pub(super) struct Rule {
    /// A call as in `api.json`, or "*".
    call: String,
    pub(super) what: What,
    times: usize,
}

#[derive(Clone)]
pub(super) enum What {
    Trouble(Trouble),
    Hold(Gate),
}

#[derive(Clone)]
pub(super) struct Gate {
    arrived: watch::Sender<usize>,
    open: watch::Sender<bool>,
}

/// Requests that wait before anything is done, until this is released or dropped. Their keys are in use.
pub(crate) struct Held(Gate);

impl Gate {
    pub(super) async fn pass(&self) {
        self.arrived.send_modify(|count| *count += 1);
        let mut open = self.open.subscribe();
        // An error is a gate that is gone, and so open.
        let _ = open.wait_for(|open| *open).await;
    }
}

impl Held {
    /// Waits until so many requests wait.
    pub(crate) async fn arrived(&self, count: usize) {
        let mut arrived = self.0.arrived.subscribe();
        let wait = arrived.wait_for(|arrived| *arrived >= count);
        tokio::time::timeout(crate::harness::process::PATIENCE, wait).await.unwrap().unwrap();
    }

    pub(crate) fn release(self) {
        drop(self);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.open.send_replace(true);
    }
}

impl StripeFake {
    /// The next `times` calls have it: `"POST /v1/checkout/sessions/:id/expire"`, or `"*"` for any.
    pub(crate) fn trouble(&self, call: &str, trouble: Trouble, times: usize) {
        self.add_rule(call, What::Trouble(trouble), times);
    }

    /// All trouble that is left is gone; answers how many calls it was left for.
    pub(crate) fn no_trouble(&self) -> usize {
        let rules = std::mem::take(&mut self.core.state().rules);
        let troubles = rules.iter().filter(|rule| matches!(rule.what, What::Trouble(_)));
        troubles.map(|rule| rule.times).sum()
    }

    /// Such calls wait.
    pub(crate) fn hold(&self, call: &str) -> Held {
        let gate = Gate { arrived: watch::channel(0).0, open: watch::channel(false).0 };
        self.add_rule(call, What::Hold(gate.clone()), usize::MAX);
        Held(gate)
    }

    fn add_rule(&self, call: &str, what: What, times: usize) {
        assert!(call == "*" || API.calls.contains_key(call), "no such call: {call}");
        self.core.state().rules.push(Rule { call: call.to_owned(), what, times });
    }
}

/// What this call meets; a rule that is used up is removed.
pub(super) fn met(rules: &mut Vec<Rule>, call: &str) -> Option<What> {
    rules.retain(|rule| match &rule.what {
        What::Hold(gate) => !*gate.open.borrow(),
        What::Trouble(_) => rule.times > 0,
    });
    let rule = rules.iter_mut().find(|rule| rule.call == "*" || rule.call == call)?;
    rule.times = rule.times.saturating_sub(1);
    Some(rule.what.clone())
}
