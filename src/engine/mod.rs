//! The money engine: everything that moves money or a cap goes through here.
//!
//! Commands queue; a lane takes what has queued, locks and loads the rows they name, decides them one
//! after another with the domain's pure rules, writes all effects, commits once, and answers each
//! caller. While one batch commits the next one queues, so a burst on one voucher shares its lock, its
//! round trips and its fsync, and an idle lane adds no wait.

mod lane;
mod tally;

use std::sync::Arc;
use std::thread::JoinHandle;

use sovereign_domain::book::{Command, Outcome, Refusal};
use sovereign_domain::calendar::TimeZone;
use sovereign_domain::checkout::ChargeRules;
use sovereign_domain::money::Currency;
use sovereign_domain::tax::TaxRules;
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Clock;
use crate::ids::RandomIds;
use crate::storage::memory::Memory;
use crate::storage::{self, Store};

/// The most commands decided in one transaction, unless configured otherwise.
pub const MAX_BATCH: usize = 256;
/// Commands that may wait. More are refused with "try again", rather than kept waiting.
const QUEUE_LENGTH: usize = 8_192;

/// Why a command has no outcome. In every case nothing was changed, or a retry finds what was.
#[derive(Debug)]
pub enum EngineError {
    /// A rule refused it.
    Refused(Refusal),
    /// Too many commands wait; try again in a moment.
    Busy,
    /// The program is stopping.
    Stopping,
    /// The database is not there, or another transaction stayed in the way: try again.
    Unavailable,
    /// A row cannot be read or a statement is wrong: trying again does not help. It was logged.
    Broken,
}

impl From<&storage::Error> for EngineError {
    fn from(error: &storage::Error) -> Self {
        if error.may_pass() { Self::Unavailable } else { Self::Broken }
    }
}

impl From<storage::Error> for EngineError {
    fn from(error: storage::Error) -> Self {
        tracing::error!(%error, "the engine failed");
        Self::from(&error)
    }
}

/// What holds for every batch.
#[derive(Debug, Clone)]
pub struct Rules {
    pub currency: Currency,
    pub tax: TaxRules,
    /// Where anniversaries are reckoned.
    pub zone: TimeZone,
    /// The most commands decided in one transaction.
    pub max_batch: usize,
}

struct Job {
    command: Arc<Command>,
    answer: oneshot::Sender<Result<Outcome, EngineError>>,
}

/// The way in. Clones share one lane.
#[derive(Clone)]
pub struct Engine {
    queue: mpsc::Sender<Job>,
    charge_rules: watch::Sender<Option<ChargeRules>>,
}

/// The running lane. Its thread ends when every [`Engine`] is gone and the queue is empty.
pub struct EngineThread(JoinHandle<()>);

impl Engine {
    /// Starts the lane on a thread of its own: on shared workers, checking tokens gets in its way. No
    /// card processor is configured until [`Engine::set_charge_rules`] says so.
    ///
    /// # Errors
    /// Where the lane's connection cannot be opened.
    pub async fn start(
        store: &Store,
        rules: Rules,
        clock: Arc<dyn Clock>,
        ids: RandomIds,
        memory: Arc<Memory>,
    ) -> storage::Result<(Self, EngineThread)> {
        let (queue, jobs) = mpsc::channel(QUEUE_LENGTH);
        let (ready, started) = oneshot::channel();
        let (charge_rules, charges) = watch::channel(None);
        let lane = lane::Start { rules, charges, clock, ids, memory };
        let store = store.clone();
        let thread = std::thread::Builder::new().name("money-engine".into()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            match runtime {
                Ok(runtime) => {
                    runtime.block_on(lane::run(store, lane, jobs, ready));
                }
                Err(error) => {
                    let _ = ready.send(Err(storage::Error::Unavailable(error.to_string())));
                }
            }
        });
        let thread = thread.map_err(|error| storage::Error::Unavailable(error.to_string()))?;
        started.await.unwrap_or_else(|_| {
            Err(storage::Error::Unavailable("the engine did not start".into()))
        })?;
        Ok((Self { queue, charge_rules }, EngineThread(thread)))
    }

    /// What a card can be charged, from the next batch on; `None` where no processor is configured.
    pub fn set_charge_rules(&self, rules: Option<ChargeRules>) {
        self.charge_rules.send_replace(rules);
    }

    /// What a card can be charged, as it was last said; `None` where no card processor is configured.
    #[must_use]
    pub fn charge_rules(&self) -> Option<ChargeRules> {
        *self.charge_rules.borrow()
    }

    /// How many commands wait for the next batch.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.queue.max_capacity().saturating_sub(self.queue.capacity())
    }

    /// Decides one command. When this returns `Ok`, its effects are durable.
    ///
    /// # Errors
    /// [`EngineError`]; nothing is half done.
    pub async fn submit(&self, command: impl Into<Arc<Command>>) -> Result<Outcome, EngineError> {
        let (answer, outcome) = oneshot::channel();
        self.queue.try_send(Job { command: command.into(), answer }).map_err(
            |error| match error {
                mpsc::error::TrySendError::Full(_) => EngineError::Busy,
                mpsc::error::TrySendError::Closed(_) => EngineError::Stopping,
            },
        )?;
        outcome.await.unwrap_or(Err(EngineError::Stopping))
    }
}

impl EngineThread {
    /// Waits until every queued command is answered.
    pub async fn finished(self) {
        let _ = tokio::task::spawn_blocking(|| self.0.join()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sovereign_domain::ids::OrganizationId;

    fn command() -> Command {
        Command::Expire { tenant_id: OrganizationId("tenant".into()) }
    }

    #[tokio::test]
    async fn a_full_queue_refuses_and_an_ended_one_says_so() {
        let (queue, jobs) = mpsc::channel(1);
        let engine = Engine { queue, charge_rules: watch::channel(None).0 };
        let mut waiting = Box::pin(engine.submit(command()));
        // The first poll queues the command.
        assert!(futures_util::poll!(waiting.as_mut()).is_pending());
        assert!(matches!(engine.submit(command()).await, Err(EngineError::Busy)));
        drop(jobs);
        assert!(matches!(waiting.await, Err(EngineError::Stopping)));
        assert!(matches!(engine.submit(command()).await, Err(EngineError::Stopping)));
    }
}
