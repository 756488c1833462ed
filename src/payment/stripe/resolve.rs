//! Asking again while nobody knows what became of a call.

use std::future::Future;
use std::time::Duration;

use super::StripeResult;
use super::client::Stripe;
use super::error::StripeError;

/// The longest pause between two tries, whatever Stripe asks for: somebody may be waiting.
const MAX_PAUSE: Duration = Duration::from_secs(10);

impl Stripe {
    /// Makes a call, and makes it again with growing pauses while its result is unknown or Stripe asks to be
    /// left alone for a moment; a bounded number of times. The call must be one that may come twice: a read,
    /// or a change with the same [`super::IdempotencyKey`] each time.
    ///
    /// # Errors
    /// The last error. [`StripeError::Unknown`] still means that it may have happened.
    pub async fn resolve<T, F>(&self, call: impl Fn() -> F) -> StripeResult<T>
    where
        F: Future<Output = StripeResult<T>>,
    {
        let mut pause = self.first_pause;
        for _ in 1..self.tries {
            let wait = match call().await {
                Err(StripeError::Unknown(text)) => {
                    tracing::warn!(
                        text,
                        "the result of a call to Stripe is not known; asking again"
                    );
                    pause
                }
                Err(StripeError::RateLimited { retry_after }) => retry_after.unwrap_or(pause),
                decided => return decided,
            };
            tokio::time::sleep(wait.min(MAX_PAUSE)).await;
            pause = pause.saturating_mul(2);
        }
        call().await
    }
}
