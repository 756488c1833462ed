//! A connection that one task keeps from one statement to the next: a pool would ask the server whether it
//! is still there, a round trip each time.

use std::future::Future;
use std::time::Duration;

use super::{Error, Result, Store, Tx, postgres};

/// What is done on a kept connection. It may be done again where a connection breaks in the middle.
pub(crate) trait Work: Sync {
    type Answer: Send;

    fn run(&self, tx: &mut Tx) -> impl Future<Output = Result<Self::Answer>> + Send;
}

/// How a connection is opened.
#[derive(Debug, Clone, Copy)]
pub(crate) enum For {
    /// Single reads, planned for lookups by key.
    Lookups,
    /// Rate limits: nothing waits for the disk.
    Limits,
}

pub(crate) struct Kept {
    store: Store,
    purpose: For,
    /// A connection that says nothing for this long is given up.
    patience: Duration,
    /// A connection between two uses, where there is one to keep.
    tx: Option<Tx>,
    uses: u64,
}

impl Kept {
    pub(crate) fn new(store: &Store, purpose: For, patience: Duration) -> Self {
        Self { store: store.clone(), purpose, patience, tx: None, uses: 0 }
    }

    /// A connection that broke while it was kept costs nobody an error.
    pub(crate) async fn run<W: Work>(&mut self, work: &W) -> Result<W::Answer> {
        self.uses += 1;
        if let Some(mut tx) = self.tx.take() {
            let again = async {
                if postgres::replans(self.uses) {
                    tx.forget_plans().await?;
                }
                work.run(&mut tx).await
            };
            if let Ok(Ok(answer)) = tokio::time::timeout(self.patience, again).await {
                self.tx = tx.keep();
                return Ok(answer);
            }
        }
        let mut tx = self.store.kept(self.purpose).await?;
        let answer = tokio::time::timeout(self.patience, work.run(&mut tx)).await;
        let answer =
            answer.unwrap_or_else(|_| Err(Error::Unavailable("no answer in time".into())))?;
        self.tx = tx.keep();
        Ok(answer)
    }

    /// Says goodbye to the server.
    pub(crate) async fn close(self) {
        if let Some(tx) = self.tx {
            tx.close().await;
        }
    }
}
