//! Seals the audit log: what is old enough is counted and hashed, so that `verify` finds whatever somebody
//! changes afterwards. docs/AUDIT.md says what that proves.
//!
//! It happens after the fact: a checkout writes its line and waits for no hash. Lines are read in pages,
//! outside any transaction, for those that are old enough change no more.

use sovereign_domain::timestamp::Timestamp;

use crate::app::App;
use crate::storage::audit_chain::{self, Chain};
use crate::storage::seals::{self, End, Seal};
use crate::storage::{self, Ts, Tx};
use crate::usecase::done::Done;
use crate::{hex, ids};

/// The job that seals.
pub const JOB: &str = seals::JOB;

/// How old a line is before it is sealed: a line that comes in below a seal is called an insertion. A
/// transaction makes its identifiers and then commits or is given up; a request is given 30 seconds, the
/// engine less. The rest is for servers whose clocks differ.
pub(super) const MARGIN_SECONDS: i64 = 300;
/// The most lines of one seal: where a line was changed is known as exactly as that.
const SEAL_LINES: i64 = 10_000;
/// The lines that are in memory at once.
const PAGE_LINES: i64 = 1_000;
/// The most seals of one step.
const RUN_SEALS: usize = 100;

/// Seals what is old enough; answers how many seals were written, and whether there may be more to write.
///
/// # Errors
/// Where the database fails, or a line cannot be read.
pub async fn run(app: &App) -> storage::Result<Done> {
    for count in 0..RUN_SEALS {
        match seal_next(app).await? {
            Next::Sealed => {}
            Next::Nothing => return Ok(Done::all(count)),
            Next::Another => return Ok(Done { count, more: true }),
        }
    }
    Ok(Done { count: RUN_SEALS, more: true })
}

enum Next {
    Sealed,
    /// Nothing is old enough.
    Nothing,
    /// Somebody else wrote the seal.
    Another,
}

/// Writes the next seal, where there is one to write.
async fn seal_next(app: &App) -> storage::Result<Next> {
    let now = app.clock.now();
    let mut tx = app.store.read().await?;
    let end = End::after(seals::newest(&mut tx).await?);
    let seal = gather(&mut tx, end, now).await?;
    drop(tx);
    if seal.line_count == 0 {
        return Ok(Next::Nothing);
    }
    let mut tx = app.store.begin().await?;
    let written = match seals::insert(&mut tx, &seal).await {
        Ok(()) => tx.commit().await,
        Err(error) => Err(error),
    };
    match written {
        Ok(()) => {}
        // Both believed that they had the job's lease. The other one's seal stands.
        Err(error) if error.is_conflict() => {
            tracing::warn!(seal = seal.number, "another server wrote this seal of the audit log");
            return Ok(Next::Another);
        }
        Err(error) => return Err(error),
    }
    let (number, lines) = (seal.number, seal.line_count);
    tracing::info!(seal = number, lines, hash = hex::encode(&seal.hash), "the audit log is sealed");
    Ok(Next::Sealed)
}

/// The seal of what follows `end` and is old enough; of no lines where nothing is.
async fn gather(tx: &mut Tx, end: End, now: Timestamp) -> storage::Result<Seal> {
    let due = ids::first_of(now.plus_seconds(-MARGIN_SECONDS));
    let mut chain = Chain::after(end.hash);
    let mut line_count: i64 = 0;
    let mut from = end.id;
    while line_count < SEAL_LINES {
        let page = audit_chain::lines(tx, from, due, PAGE_LINES).await?;
        let Some(last) = page.last() else {
            from = due;
            break;
        };
        from = ids::next_to(last.id);
        for line in &page {
            chain.add(line)?;
            line_count = line_count.saturating_add(1);
        }
    }
    Ok(Seal {
        number: end.number.saturating_add(1),
        from_id: end.id,
        before_id: from,
        line_count,
        hash: chain.hash().to_vec(),
        created_at: Ts(now),
    })
}
