//! Reads of one row each that many requests ask for at once, taken together.
//!
//! Requests queue; one task takes what has queued and reads it all with one statement, on a connection
//! of its own, while the next ones queue. Each answer is of a read that began after its request came.
//! An idle reader adds no wait, and a busy one shares its round trips.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::{Error, Result, Store, Tx, postgres};

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
    let mut kept = Kept { tx: None, uses: 0 };
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
        let keys: Vec<L::Key> = keys.into_iter().cloned().collect();
        let rows = read::<L>(&store, &mut kept, keys).await;
        for (key, answer) in batch.drain(..) {
            let _ = answer.send(match &rows {
                Ok(rows) => Ok(rows.get(&key).cloned()),
                Err(error) => Err(error.for_another()),
            });
        }
    }
    if let Some(tx) = kept.tx {
        tx.close().await;
    }
}

/// A connection between two reads, where there is one to keep.
struct Kept {
    tx: Option<Tx>,
    uses: u64,
}

/// A connection that broke while it was kept costs nobody an error: reading again is safe.
async fn read<L: Lookup>(
    store: &Store,
    kept: &mut Kept,
    keys: Vec<L::Key>,
) -> Result<BTreeMap<L::Key, L::Row>> {
    kept.uses += 1;
    if let Some(mut tx) = kept.tx.take() {
        let again = async {
            if postgres::replans(kept.uses) {
                tx.forget_plans().await?;
            }
            L::read(&mut tx, keys.clone()).await
        };
        if let Ok(Ok(rows)) = tokio::time::timeout(PATIENCE, again).await {
            kept.tx = tx.keep();
            return Ok(rows);
        }
    }
    let mut tx = store.read_lookups().await?;
    let read = tokio::time::timeout(PATIENCE, L::read(&mut tx, keys)).await;
    let rows = read.unwrap_or_else(|_| Err(Error::Unavailable("no answer in time".into())))?;
    kept.tx = tx.keep();
    Ok(rows)
}
