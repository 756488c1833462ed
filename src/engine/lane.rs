//! One lane: batch after batch, each in a transaction of its own.

use std::sync::Arc;
use std::time::Duration;

use sovereign_domain::book::{Command, Context, Outcome, Refusal};
use sovereign_domain::catalog::Catalog;
use sovereign_domain::checkout::ChargeRules;
use sovereign_domain::money::Currency;
use tokio::sync::{mpsc, oneshot, watch};

use super::{EngineError, Job};
use crate::clock::Clock;
use crate::ids::RandomIds;
use crate::storage::{self, Store, Ts, catalog, load, write};

/// The most commands decided in one transaction.
const MAX_BATCH: usize = 256;
/// How often a batch that met another transaction is tried before its callers are told.
const MAX_ATTEMPTS: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(2);

type Decisions = Vec<Result<Outcome, Refusal>>;

/// What a lane is started with.
pub(super) struct Start {
    pub(super) currency: Currency,
    pub(super) rules: watch::Receiver<Option<ChargeRules>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: RandomIds,
}

pub(super) async fn run(
    store: Store,
    start: Start,
    mut jobs: mpsc::Receiver<Job>,
    ready: oneshot::Sender<storage::Result<()>>,
) {
    let store = match store.open_lane().await {
        Ok(store) => store,
        Err(error) => {
            let _ = ready.send(Err(error));
            return;
        }
    };
    let _ = ready.send(Ok(()));
    let mut lane = Lane { store, start, prices: None };
    let mut batch = Vec::with_capacity(MAX_BATCH);
    while jobs.recv_many(&mut batch, MAX_BATCH).await > 0 {
        lane.serve(std::mem::take(&mut batch)).await;
    }
}

struct Lane {
    store: Store,
    start: Start,
    /// The catalog's prices and the revision they are of.
    prices: Option<(i64, Arc<Catalog>)>,
}

impl Lane {
    /// Decides a batch and answers its callers. A batch that fails is served one by one, so that one
    /// poisonous command cannot fail its neighbours.
    async fn serve(&mut self, jobs: Vec<Job>) {
        let (commands, callers): (Vec<_>, Vec<_>) =
            jobs.into_iter().map(|job| (job.command, job.answer)).unzip();
        let references: Vec<&Command> = commands.iter().collect();
        match self.decide(&references).await {
            Ok(decisions) => {
                for (caller, decision) in callers.into_iter().zip(decisions) {
                    let _ = caller.send(decision.map_err(EngineError::Refused));
                }
            }
            Err(error) if references.len() > 1 && !error.is_unavailable() => {
                tracing::warn!(%error, commands = references.len(), "batch failed; serving singly");
                for (caller, command) in callers.into_iter().zip(references) {
                    let _ = caller.send(self.decide_one(command).await);
                }
            }
            Err(error) => {
                let commands = references.len();
                tracing::error!(%error, commands, "batch failed");
                for caller in callers {
                    let _ = caller.send(Err(EngineError::from(&error)));
                }
            }
        }
    }

    async fn decide_one(&mut self, command: &Command) -> Result<Outcome, EngineError> {
        let mut decisions = self.decide(&[command]).await?;
        match decisions.pop() {
            Some(decision) => decision.map_err(EngineError::Refused),
            None => Err(EngineError::Broken),
        }
    }

    /// Tries a batch until no other transaction is in its way, a bounded number of times.
    ///
    /// Trying again is safe even where a commit was lost on the way: a checkout finds its stored
    /// answer, and the other commands find their work done.
    async fn decide(&mut self, commands: &[&Command]) -> storage::Result<Decisions> {
        let mut pause = FIRST_PAUSE;
        let mut attempt = 1;
        loop {
            match self.attempt(commands).await {
                Err(error) if error.is_conflict() && attempt < MAX_ATTEMPTS => {
                    tracing::debug!(%error, attempt, "batch met another transaction");
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                    attempt += 1;
                }
                other => return other,
            }
        }
    }

    async fn attempt(&mut self, commands: &[&Command]) -> storage::Result<Decisions> {
        let mut tx = self.store.begin().await?;
        let mut wanted = load::Wanted::by(commands.iter().copied());
        let mut book = load::lock(&mut tx, &mut wanted).await?;
        // Read under the locks: what one process decides after another is also dated after it.
        let now = self.start.clock.now();
        load::book(&mut tx, &wanted, &mut book).await?;
        book.catalog = self.prices(&mut tx).await?;

        let mut context = Context {
            now,
            currency: self.start.currency,
            charge_rules: *self.start.rules.borrow(),
            ids: &mut self.start.ids,
        };
        let decisions: Decisions =
            commands.iter().map(|command| book.decide(command, &mut context)).collect();
        if book.changes.is_empty() {
            return Ok(decisions);
        }
        write::changes(&mut tx, &book, Ts(now)).await?;
        tx.commit().await?;
        Ok(decisions)
    }

    /// The prices of this very moment: read again only when an administrator changed the catalog.
    async fn prices(&mut self, tx: &mut storage::Tx) -> storage::Result<Arc<Catalog>> {
        let revision = catalog::revision(tx).await?;
        match &self.prices {
            Some((known, prices)) if *known == revision => Ok(Arc::clone(prices)),
            _ => {
                let prices = catalog::prices(tx).await?;
                self.prices = Some((revision, Arc::clone(&prices)));
                Ok(prices)
            }
        }
    }
}
