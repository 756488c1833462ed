//! One lane: batch after batch, each in a transaction of its own.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sovereign_domain::book::{Book, Command, Context, Outcome, Refusal};
use sovereign_domain::catalog::Catalog;
use sovereign_domain::checkout::ChargeRules;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Code, Voucher};
use tokio::sync::{mpsc, oneshot, watch};

use super::tally::{Steps, Tally};
use super::{EngineError, Job, Rules};
use crate::clock::Clock;
use crate::fail_point::reach;
use crate::ids::RandomIds;
use crate::storage::memory::Memory;
use crate::storage::{self, Store, Ts, Tx, approvals, catalog, load, notices, write};

/// How often a batch that met another transaction is tried before its callers are told.
const MAX_ATTEMPTS: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(2);
/// No further attempt begins after this long, however few there were: each may have waited for a lock.
const PATIENCE: Duration = Duration::from_secs(8);
/// A database that says nothing for this long will not answer: its connection is given up. With
/// [`PATIENCE`], below the time a request may take.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

type Decisions = Vec<Result<Outcome, Refusal>>;

/// What a transaction comes to, before it is committed.
struct Worked {
    decisions: Decisions,
    /// Whether anything was written.
    changed: bool,
    /// Vouchers whose last slot was taken, or that have one again.
    turned: Vec<Code>,
}

/// The vouchers that can be redeemed now.
fn accepting(book: &Book, now: Timestamp) -> BTreeSet<Code> {
    let is_free = |voucher: &&Voucher| voucher.refusal(book.campaign_of(voucher), now).is_none();
    let vouchers = book.vouchers.values().filter(is_free);
    vouchers.map(|voucher| voucher.code.clone()).collect()
}

/// What a lane is started with.
pub(super) struct Start {
    pub(super) rules: Rules,
    pub(super) charges: watch::Receiver<Option<ChargeRules>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: RandomIds,
    /// What previews remember.
    pub(super) memory: Arc<Memory>,
}

pub(super) async fn run(
    store: Store,
    start: Start,
    jobs: mpsc::Receiver<Job>,
    ready: oneshot::Sender<storage::Result<()>>,
) {
    let database = match storage::lane::Lane::open(&store).await {
        Ok(database) => database,
        Err(error) => {
            let _ = ready.send(Err(error));
            return;
        }
    };
    let _ = ready.send(Ok(()));
    let max_batch = start.rules.max_batch;
    let mut lane = Lane { database, jobs, start, prices: None, tally: Tally::default() };
    let mut batch = Vec::with_capacity(max_batch);
    while lane.jobs.recv_many(&mut batch, max_batch).await > 0 {
        lane.serve(std::mem::take(&mut batch)).await;
    }
    lane.tally.log();
    lane.database.close().await;
}

struct Lane {
    database: storage::lane::Lane,
    jobs: mpsc::Receiver<Job>,
    start: Start,
    /// The catalog's prices and the revision they are of.
    prices: Option<(i64, Arc<Catalog>)>,
    tally: Tally,
}

impl Lane {
    /// Decides a batch and answers its callers. A batch that fails is served one by one, so that one
    /// poisonous command cannot fail its neighbours.
    async fn serve(&mut self, jobs: Vec<Job>) {
        let (commands, callers): (Vec<_>, Vec<_>) =
            jobs.into_iter().map(|job| (job.command, job.answer)).unzip();
        let references: Vec<&Command> = commands.iter().map(AsRef::as_ref).collect();
        match self.decide(&references, Instant::now() + PATIENCE).await {
            Ok(decisions) => {
                reach!("before_answer", references.len());
                for (caller, decision) in callers.into_iter().zip(decisions) {
                    let _ = caller.send(decision.map_err(EngineError::Refused));
                }
            }
            Err(error) if references.len() > 1 && !error.is_unavailable() => {
                tracing::warn!(%error, commands = references.len(), "batch failed; serving singly");
                // Shared by those in whose way somebody stays: their neighbours wait for them.
                let mut patience = PATIENCE;
                for (caller, command) in callers.into_iter().zip(references) {
                    let begun = Instant::now();
                    let outcome = self.decide_one(command, begun + patience).await;
                    if matches!(outcome, Err(EngineError::Unavailable)) {
                        patience = patience.saturating_sub(begun.elapsed());
                    }
                    let _ = caller.send(outcome);
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

    async fn decide_one(
        &mut self,
        command: &Command,
        until: Instant,
    ) -> Result<Outcome, EngineError> {
        if Instant::now() >= until {
            return Err(EngineError::Unavailable);
        }
        let mut decisions = self.decide(&[command], until).await?;
        match decisions.pop() {
            Some(decision) => decision.map_err(EngineError::Refused),
            None => Err(EngineError::Broken),
        }
    }

    /// Tries a batch until no other transaction is in its way and its connection lasts, a bounded number
    /// of times. Only what certainly changed nothing is tried again: of a COMMIT that was lost on the way
    /// the callers are told, and a retry of theirs finds its stored answer.
    async fn decide(
        &mut self,
        commands: &[&Command],
        until: Instant,
    ) -> storage::Result<Decisions> {
        let mut pause = FIRST_PAUSE;
        let mut attempt = 1;
        loop {
            match self.attempt_in_time(commands).await {
                Err(error)
                    if error.may_be_retried()
                        && attempt < MAX_ATTEMPTS
                        && Instant::now() < until =>
                {
                    tracing::debug!(%error, attempt, "batch is decided again");
                    self.tally.add_retry();
                    // Two processes that met would meet again after equal pauses.
                    tokio::time::sleep(rand::random_range(pause / 2..=pause)).await;
                    pause *= 2;
                    attempt += 1;
                }
                other => return other,
            }
        }
    }

    /// A connection that says nothing is given up with its transaction.
    async fn attempt_in_time(&mut self, commands: &[&Command]) -> storage::Result<Decisions> {
        let attempt = tokio::time::timeout(ATTEMPT_TIMEOUT, self.attempt(commands)).await;
        attempt.unwrap_or_else(|_| Err(storage::Error::Unavailable("no answer in time".into())))
    }

    /// One transaction. Where nothing changed (all were refused, or had their answers) there is nothing
    /// to wait for.
    async fn attempt(&mut self, commands: &[&Command]) -> storage::Result<Decisions> {
        let mut steps = Steps::default();
        let mut tx = self.database.begin().await?;
        reach!("before_lock", commands.len());
        let worked = self.work(&mut tx, commands, &mut steps).await;
        let worked = match worked {
            Ok(worked) => worked,
            Err(error) => {
                self.database.roll_back(tx).await;
                return Err(error);
            }
        };
        if worked.changed {
            reach!("before_commit", commands.len());
            let committing = Instant::now();
            let committed = self.database.commit(tx, !self.jobs.is_empty()).await;
            // Also where it failed: a commit whose answer was lost may have happened.
            worked.turned.iter().for_each(|code| self.start.memory.forget(code));
            committed?;
            steps.commit = committing.elapsed();
            reach!("after_commit", commands.len());
        } else {
            self.database.roll_back(tx).await;
        }
        self.tally.add(commands.len(), &steps);
        Ok(worked.decisions)
    }

    /// Loads, decides and writes.
    async fn work(
        &mut self,
        tx: &mut Tx,
        commands: &[&Command],
        steps: &mut Steps,
    ) -> storage::Result<Worked> {
        let began = Instant::now();
        let mut wanted = load::Wanted::by(commands.iter().copied());
        let mut book = load::lock(tx, &mut wanted).await?;
        // Read under the locks: what one process decides after another is also dated after it.
        let now = self.start.clock.now();
        if let Some(revision) = load::book(tx, &mut wanted, &mut book).await? {
            book.catalog = self.prices(tx, revision).await?;
            if book.catalog.policy.policy.approval.is_asked_for() {
                approvals::load(tx, &mut book).await?;
            }
        }
        steps.load = began.elapsed();

        let began = Instant::now();
        let accepting = accepting(&book, now);
        let mut context = Context {
            now,
            currency: self.start.rules.currency,
            charge_rules: *self.start.charges.borrow(),
            tax: self.start.rules.tax,
            zone: &self.start.rules.zone,
            ids: &mut self.start.ids,
        };
        let decisions: Decisions =
            commands.iter().map(|command| book.decide(command, &mut context)).collect();
        steps.decide = began.elapsed();
        reach!("after_decide", commands.len());

        let began = Instant::now();
        let changed = !book.changes.is_empty();
        let turned: Vec<Code> =
            accepting.symmetric_difference(&self::accepting(&book, now)).cloned().collect();
        if changed {
            write::changes(tx, &book, self.start.rules.currency, Ts(now)).await?;
            for code in &turned {
                notices::send(tx, code).await?;
            }
        }
        steps.write = began.elapsed();
        reach!("after_write", commands.len());
        Ok(Worked { decisions, changed, turned })
    }

    /// The prices of this very moment: read again only when an administrator changed the catalog.
    async fn prices(&mut self, tx: &mut Tx, revision: i64) -> storage::Result<Arc<Catalog>> {
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
