//! Numbers the invoices, from 1 on and without gaps, in the order they were made; and credit notes, in a
//! series of their own.
//!
//! It happens after the fact: a checkout that had to know the number before it would wait for all the
//! others.

use crate::app::App;
use crate::storage::{self, Tx, invoices, refunds};
use crate::usecase::done::Done;

/// The most documents of one transaction.
const PAGE: u16 = 500;

/// Numbers what has no number; answers how many got one, and whether there may be more.
///
/// # Errors
/// Where the database fails.
pub async fn step(app: &App) -> storage::Result<Done> {
    let mut tx = app.store.begin().await?;
    let numbered = invoices::number_next(&mut tx, PAGE.into()).await;
    end(tx, numbered).await
}

/// Numbers credit notes that have no number; answers as [`step`] does.
///
/// # Errors
/// Where the database fails.
pub async fn credit_notes_step(app: &App) -> storage::Result<Done> {
    let mut tx = app.store.begin().await?;
    let numbered = refunds::number_next(&mut tx, PAGE.into()).await;
    end(tx, numbered).await
}

async fn end(tx: Tx, numbered: storage::Result<usize>) -> storage::Result<Done> {
    let numbered = match numbered {
        Ok(count) => tx.commit().await.map(|()| count),
        Err(error) => Err(error),
    };
    match numbered {
        Ok(count) => Ok(Done::up_to(PAGE, count)),
        // Both believed that they had the job's lease. The other one's numbers stand.
        Err(error) if error.is_conflict() => {
            tracing::warn!("another server gave these numbers");
            Ok(Done { count: 0, more: true })
        }
        Err(error) => Err(error),
    }
}
