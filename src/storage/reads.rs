//! Reads of one row each that many requests ask for at once, taken together.
//!
//! Requests queue; one task takes what has queued and reads it all with one statement, on a connection
//! of its own, while the next ones queue. Each answer is of a read that began after its request came.
//! An idle reader adds no wait, and a busy one shares its round trips.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::kept::{For, Kept, Work};
use super::{Error, Result, Store, Tx};

/// Keys that may wait; more are refused rather than kept waiting.
const QUEUE_LENGTH: usize = 8_192;
/// The most keys in one statement.
const MAX_KEYS: usize = 256;
/// A connection that says nothing for this long is given up.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is read, and by which key.
pub(crate) trait Lookup: 'static {
    type Key: Ord + Clone + Send + Sync + 'static;
    type Row: Clone + Send + 'static;

    /// The rows of `keys`; a key without a row is absent.
    fn read(
        tx: &mut Tx,
        keys: Vec<Self::Key>,
    ) -> impl Future<Output = Result<BTreeMap<Self::Key, Self::Row>>> + Send;
}

type Question<L> = (<L as Lookup>::Key, oneshot::Sender<Result<Option<<L as Lookup>::Row>>>);

/// The way in. The task behind it ends when this is dropped.
pub(crate) struct Reads<L: Lookup> {
    queue: mpsc::Sender<Question<L>>,
}

impl<L: Lookup> Reads<L> {
    pub(crate) fn start(store: &Store) -> Self {
        let (queue, asked) = mpsc::channel(QUEUE_LENGTH);
        tokio::spawn(run::<L>(store.clone(), asked));
        Self { queue }
    }

    /// # Errors
    /// Where the database fails, or too many wait.
    pub(crate) async fn get(&self, key: L::Key) -> Result<Option<L::Row>> {
        let busy = || Error::Unavailable("too many reads wait".into());
        let (answer, row) = oneshot::channel();
        self.queue.try_send((key, answer)).map_err(|_| busy())?;
        row.await.unwrap_or_else(|_| Err(busy()))
    }
}

async fn run<L: Lookup>(store: Store, mut asked: mpsc::Receiver<Question<L>>) {
    let mut kept = Kept::new(&store, For::Lookups, PATIENCE);
    let mut batch = Vec::with_capacity(MAX_KEYS);
    while asked.recv_many(&mut batch, MAX_KEYS).await > 0 {
        // Whoever is about to ask does so first: fewer and larger reads, and no wait where nobody is.
        tokio::task::yield_now().await;
        while batch.len() < MAX_KEYS
            && let Ok(question) = asked.try_recv()
        {
            batch.push(question);
        }
        let keys: BTreeSet<&L::Key> = batch.iter().map(|(key, _)| key).collect();
        let keys = Keys::<L>(keys.into_iter().cloned().collect());
        let rows = kept.run(&keys).await;
        for (key, answer) in batch.drain(..) {
            let _ = answer.send(match &rows {
                Ok(rows) => Ok(rows.get(&key).cloned()),
                Err(error) => Err(error.for_another()),
            });
        }
    }
    kept.close().await;
}

struct Keys<L: Lookup>(Vec<L::Key>);

impl<L: Lookup> Work for Keys<L> {
    type Answer = BTreeMap<L::Key, L::Row>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Answer> {
        L::read(tx, self.0.clone()).await
    }
}
