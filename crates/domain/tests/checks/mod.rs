//! Watches a [`Model`] step by step and says which rule broke.
//!
//! The checks keep books of their own: a [`Ledger`] of every line written, and a [`Shadow`] that holds
//! what a database would hold if it wrote the changes and nothing else. Before a decision is written
//! to it, the shadow is the state the decision was made on.

macro_rules! ensure {
    ($condition:expr, $($message:tt)+) => {
        if !$condition {
            return Err(format!($($message)+));
        }
    };
}

mod changes;
mod ledger;
mod needs;
mod orders;
mod pairs;
mod quotes;
mod refusals;
mod replies;
mod shadow;
mod shrink;
mod spending;
mod subscriptions;
mod tally;
mod vouchers;

use self::ledger::Ledger;
pub(crate) use self::needs::priced_things;
use self::orders::Orders;
pub(crate) use self::pairs::{in_batches, swept_or_not, with_empty_lots_or_without};
use self::replies::Replies;
use self::shadow::Shadow;
pub(crate) use self::shrink::shortest;
pub(crate) use self::tally::Tally;
use sovereign_domain::book::Outcome;

use crate::model::{Decision, Model, Observed, Step, World};

/// `Err` says what is wrong.
pub(crate) type Check = Result<(), String>;

#[derive(Debug)]
pub(crate) struct Audit {
    pub(crate) model: Model,
    pub(crate) tally: Tally,
    ledger: Ledger,
    orders: Orders,
    replies: Replies,
    shadow: Shadow,
}

impl Audit {
    pub(crate) fn new(world: World) -> Self {
        Self {
            shadow: Shadow::new(&world),
            model: Model::new(world),
            tally: Tally::default(),
            ledger: Ledger::default(),
            orders: Orders::default(),
            replies: Replies::default(),
        }
    }

    /// Plays a sequence on a new world and checks everything after each step.
    ///
    /// # Errors
    /// The first rule that broke, what had come of the steps before, and the decision it broke in.
    pub(crate) fn run(steps: &[Step]) -> Result<Tally, String> {
        let mut audit = Self::new(World::new());
        let mut trace = Vec::new();
        for step in steps {
            match audit.step(step) {
                Ok(observed) => trace.push(observed),
                Err(fault) => {
                    let decision = audit.model.decision;
                    return Err(format!("{fault}\nbefore: {trace:#?}\nthen: {decision:#?}"));
                }
            }
        }
        Ok(audit.tally)
    }

    /// Plays one step and checks everything.
    ///
    /// # Errors
    /// The rule that broke.
    pub(crate) fn step(&mut self, step: &Step) -> Result<Observed, String> {
        let observed = self.model.apply(step);
        let script = &self.model.script;
        let book = &self.model.book;
        if let Some(decision) = &self.model.decision {
            let before = &self.shadow.book;
            self.tally.count(step, decision, &observed, before, book, script.now);
            refusals::check(decision, before, script)?;
            self.replies.check(decision, before, script)?;
            vouchers::check_accepted(decision, before, book, script)?;
            spending::check(decision, before, book, script)?;
            self.ledger.record(&decision.changes.entries, book, script.now)?;
            self.orders.record(decision, before, book, script)?;
            subscriptions::check_decision(decision, before, book, script)?;
            changes::check(decision, before, book, script)?;
            quotes::check(decision, book, script)?;
            changes::check_told(decision, before, book, script)?;
            check_refusal_changes_nothing(decision)?;
            self.shadow.write(&decision.changes, book)?;
        } else {
            self.shadow.copy_edits(book);
        }
        self.shadow.check(book)?;
        self.ledger.check(book)?;
        vouchers::check_counters(book)?;
        self.orders.check(book, script)?;
        subscriptions::check(book)?;
        changes::check_items(book, &self.model.script.world)?;
        self.ledger.check_orders(book)?;
        Ok(observed)
    }
}

fn check_refusal_changes_nothing(decision: &Decision) -> Check {
    let may_change = match &decision.result {
        Ok(Outcome::Answered { replayed, .. }) => !replayed,
        Ok(
            Outcome::Done
            | Outcome::Billed { .. }
            | Outcome::Pending { .. }
            | Outcome::Returned { .. }
            | Outcome::UsageRecorded(_),
        ) => true,
        Ok(Outcome::Supersede { .. } | Outcome::Previewed(_) | Outcome::Quoted(_)) | Err(_) => {
            false
        }
    };
    ensure!(may_change || decision.changes.is_empty(), "a refusal or a replay changes something");
    Ok(())
}
