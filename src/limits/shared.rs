//! Limits that all servers on one PostgreSQL share.
//!
//! Requests queue; one task takes what has queued and asks for all of it with one statement for what is
//! looked at and one for what is taken, on a connection of its own, while the next ones queue. Requests of
//! one key are summed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sovereign_domain::gcra::Taken;
use sovereign_domain::timestamp::Timestamp;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::memory::Memory;
use super::{Ask, Standing};
use crate::clock::Clock;
use crate::storage::kept::{For, Kept, Work};
use crate::storage::rate_limits::{self, Wanted};
use crate::storage::{Result, Store, Tx};

/// Requests that may wait; further ones are answered by this process alone.
const QUEUE_LENGTH: usize = 8_192;
/// The most requests in one statement.
const MAX_QUESTIONS: usize = 256;
/// A request is not kept waiting for its limits: this process's own do for a while.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long the database is left alone after it did not answer.
const PAUSE: Duration = Duration::from_secs(1);
const SAY_EVERY: Duration = Duration::from_mins(1);
/// Rows removed in one statement.
const FORGET_AT_ONCE: u32 = 10_000;

pub(super) struct Shared {
    queue: mpsc::Sender<Question>,
    store: Store,
}

struct Question {
    asks: Vec<Ask>,
    answer: oneshot::Sender<Vec<Standing>>,
}

impl Shared {
    /// The task behind it ends when this is dropped.
    pub(super) fn start(store: &Store, clock: Arc<dyn Clock>, memory: Arc<Memory>) -> Self {
        let (queue, asked) = mpsc::channel(QUEUE_LENGTH);
        let asker = Asker {
            kept: Kept::new(store, For::Limits, PATIENCE),
            clock,
            memory,
            paused: None,
            said: None,
        };
        tokio::spawn(asker.run(asked));
        Self { queue, store: store.clone() }
    }

    /// How the keys stand for all servers; `None` where the database does not say.
    pub(super) async fn ask(&self, asks: &[Ask]) -> Option<Vec<Standing>> {
        let (answer, standings) = oneshot::channel();
        self.queue.try_send(Question { asks: asks.to_vec(), answer }).ok()?;
        standings.await.ok()
    }

    /// Removes rows that no longer hold anybody up.
    pub(super) async fn forget_idle(&self, now: Timestamp) -> Result<()> {
        loop {
            let mut tx = self.store.begin().await?;
            let removed = rate_limits::forget(&mut tx, now, FORGET_AT_ONCE).await?;
            tx.commit().await?;
            if removed < u64::from(FORGET_AT_ONCE) {
                return Ok(());
            }
        }
    }
}

struct Asker {
    kept: Kept,
    clock: Arc<dyn Clock>,
    memory: Arc<Memory>,
    /// Since when the database is left alone.
    paused: Option<Instant>,
    /// When it was last said that it does not answer.
    said: Option<Instant>,
}

impl Asker {
    async fn run(mut self, mut asked: mpsc::Receiver<Question>) {
        let mut questions = Vec::with_capacity(MAX_QUESTIONS);
        while asked.recv_many(&mut questions, MAX_QUESTIONS).await > 0 {
            // Whoever is about to ask does so first: fewer and larger statements.
            tokio::task::yield_now().await;
            while questions.len() < MAX_QUESTIONS
                && let Ok(question) = asked.try_recv()
            {
                questions.push(question);
            }
            let questions = std::mem::take(&mut questions);
            if self.paused.is_some_and(|since| since.elapsed() < PAUSE) {
                // Nobody answers them: whoever asked goes by this process's own.
                continue;
            }
            let batch = Batch::of(&questions, self.clock.now());
            let answered = tokio::time::timeout(PATIENCE, self.kept.run(&batch)).await;
            match answered {
                Ok(Ok(found)) => {
                    self.paused = None;
                    self.memory.learn(found.known(), batch.now);
                    found.answer(questions);
                }
                Ok(Err(error)) => self.pause(&error.to_string()),
                Err(_) => self.pause("no answer in time"),
            }
        }
        self.kept.close().await;
    }

    fn pause(&mut self, reason: &str) {
        self.paused = Some(Instant::now());
        if self.said.is_none_or(|said| said.elapsed() >= SAY_EVERY) {
            self.said = Some(Instant::now());
            tracing::warn!(reason, "rate limits are this server's own until the database answers");
        }
    }
}

/// What one round asks the database.
struct Batch {
    taken: BTreeMap<Uuid, Wanted>,
    looked_at: BTreeSet<Uuid>,
    now: Timestamp,
}

impl Batch {
    fn of(questions: &[Question], now: Timestamp) -> Self {
        let mut batch = Self { taken: BTreeMap::new(), looked_at: BTreeSet::new(), now };
        for ask in questions.iter().flat_map(|question| &question.asks) {
            if ask.takes {
                let new = Wanted { key: ask.row, rate: ask.rate, count: 0 };
                let wanted = batch.taken.entry(ask.row).or_insert(new);
                wanted.count = wanted.count.saturating_add(1);
            } else {
                batch.looked_at.insert(ask.row);
            }
        }
        batch
    }
}

impl Work for Batch {
    type Answer = Found;

    /// Where it is done again, an admission may count twice: the strict side to err on.
    async fn run(&self, tx: &mut Tx) -> Result<Found> {
        let looked_at = rate_limits::arrivals(tx, self.looked_at.iter().copied()).await?;
        let taken = rate_limits::take(tx, &self.taken, self.now).await?;
        Ok(Found { looked_at, taken, now: self.now })
    }
}

/// What the database said.
struct Found {
    looked_at: BTreeMap<Uuid, Timestamp>,
    taken: BTreeMap<Uuid, Taken>,
    now: Timestamp,
}

impl Found {
    fn known(&self) -> impl Iterator<Item = (Uuid, Timestamp)> {
        let looked_at = self.looked_at.iter().map(|(row, arrival)| (*row, *arrival));
        looked_at.chain(self.taken.iter().map(|(row, taken)| (*row, taken.arrival)))
    }

    /// Of those who share a key the first ones are admitted.
    fn answer(mut self, questions: Vec<Question>) {
        for question in questions {
            let standings = question.asks.iter().map(|ask| self.standing(ask)).collect();
            let _ = question.answer.send(standings);
        }
    }

    fn standing(&mut self, ask: &Ask) -> Standing {
        if !ask.takes {
            let arrival = self.looked_at.get(&ask.row).copied();
            return Standing { arrival, admitted: ask.rate.room(arrival, self.now) > 0 };
        }
        let Some(taken) = self.taken.get_mut(&ask.row) else {
            return Standing { arrival: None, admitted: false };
        };
        let admitted = taken.admitted > 0;
        taken.admitted = taken.admitted.saturating_sub(1);
        Standing { arrival: Some(taken.arrival), admitted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sovereign_domain::gcra::Rate;

    fn question(rows: &[(u128, bool)]) -> (Question, oneshot::Receiver<Vec<Standing>>) {
        let ask = |(row, takes): &(u128, bool)| Ask {
            row: Uuid::from_u128(*row),
            rate: Rate::new(2, 1_000),
            takes: *takes,
        };
        let (answer, standings) = oneshot::channel();
        (Question { asks: rows.iter().map(ask).collect(), answer }, standings)
    }

    /// Requests of one key are one row, in the order of the keys, and share what it admits.
    #[test]
    fn requests_of_a_key_are_summed() {
        let now = Timestamp::from_seconds(0);
        let (questions, answers): (Vec<_>, Vec<_>) =
            [&[(7, true), (9, false)][..], &[(3, true)], &[(7, true)], &[(7, true)]]
                .map(question)
                .into_iter()
                .unzip();
        let batch = Batch::of(&questions, now);
        let counts: Vec<_> = batch.taken.values().map(|w| (w.key.as_u128(), w.count)).collect();
        assert_eq!(counts, [(3, 1), (7, 3)]);
        assert_eq!(batch.looked_at.len(), 1);

        let taken = |wanted: &Wanted| (wanted.key, wanted.rate.take(None, now, wanted.count));
        let taken = batch.taken.values().map(taken).collect();
        Found { looked_at: BTreeMap::new(), taken, now }.answer(questions);
        let admitted: Vec<Vec<bool>> = answers
            .into_iter()
            .map(|mut answer| answer.try_recv().unwrap().iter().map(|s| s.admitted).collect())
            .collect();
        assert_eq!(admitted, [vec![true, true], vec![true], vec![true], vec![false]]);
    }
}
