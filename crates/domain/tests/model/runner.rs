//! Plays a sequence on the in-memory book.

use sovereign_domain::book::{Book, Changes, Command, Context, Outcome, Refusal};
use sovereign_domain::calendar::TimeZone;
use sovereign_domain::ids::IdSource;
use sovereign_domain::tax::TaxRules;
use uuid::Uuid;

use super::{Action, Observed, Script, Snapshot, Step, World};

/// Identifiers that count up, as those of version 7 do.
#[derive(Debug, Default)]
pub(crate) struct Counter(u128);

impl Counter {
    /// Those of what never comes to be.
    pub(crate) fn of_another_world() -> Self {
        Self(1 << 96)
    }
}

impl IdSource for Counter {
    fn next_id(&mut self) -> Uuid {
        self.0 += 1;
        Uuid::from_u128(self.0)
    }
}

/// A command, what was said to it, and what it changed.
#[derive(Debug)]
pub(crate) struct Decision {
    pub(crate) command: Command,
    pub(crate) result: Result<Outcome, Refusal>,
    pub(crate) changes: Changes,
    /// The book before a checkout, or a quote of one.
    pub(crate) before: Option<Box<Book>>,
}

#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) script: Script,
    pub(crate) book: Book,
    /// Of the last step, if it was a command.
    pub(crate) decision: Option<Decision>,
    /// Leaves the changes in the book, as the engine does until a batch is written; those of a
    /// [`Decision`] are empty then.
    pub(crate) batching: bool,
    ids: Counter,
}

impl Model {
    pub(crate) fn new(world: World) -> Self {
        let book = world.book();
        let script = Script::new(world);
        Self { script, book, decision: None, batching: false, ids: Counter::default() }
    }

    pub(crate) fn apply(&mut self, step: &Step) -> Observed {
        self.decision = None;
        match self.script.next(step) {
            Action::None => Observed::NoCommand,
            Action::WriteVoucher(terms) => {
                terms.write_to(self.book.vouchers.get_mut(&terms.code).unwrap());
                Observed::NoCommand
            }
            Action::WriteCampaign(terms) => {
                terms.write_to(self.book.campaigns.get_mut(&terms.id).unwrap());
                Observed::NoCommand
            }
            Action::Decide(command) => self.decide(command),
        }
    }

    /// Decides a command that need not come from a step.
    pub(crate) fn decide(&mut self, command: Command) -> Observed {
        let before = matches!(command, Command::Checkout(_)).then(|| Box::new(self.book.clone()));
        let mut context = Context {
            now: self.script.now,
            currency: self.script.world.currency,
            charge_rules: self.script.charge_rules(),
            tax: TaxRules::default(),
            zone: &TimeZone::UTC,
            ids: &mut self.ids,
        };
        let result = self.book.decide(&command, &mut context);
        let observed = self.script.observe(&result);
        let changes = if self.batching { Changes::default() } else { self.take_changes() };
        self.decision = Some(Decision { command, result, changes, before });
        observed
    }

    pub(crate) fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.book.changes)
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.book, &self.script)
    }
}
