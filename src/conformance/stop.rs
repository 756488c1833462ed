//! Asking a run to end: it is heard between two requests, never during one, so that nothing is issued unseen.

use tokio::sync::watch;

/// Whether to stop.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// One that is asked by sending `true`.
    #[must_use]
    pub fn channel() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Self(receiver))
    }

    /// One that nobody asks.
    #[must_use]
    pub fn never() -> Self {
        Self::channel().1
    }

    pub(super) fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves when it is asked.
    pub(super) async fn asked(&self) {
        let mut receiver = self.0.clone();
        let is_alone = receiver.wait_for(|asked| *asked).await.is_err();
        if is_alone {
            // Whoever could have asked is gone.
            std::future::pending::<()>().await;
        }
    }
}
