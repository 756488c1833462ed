//! Sends the letters that decisions have filed, each to whoever owns its Organization.
//!
//! A letter is claimed, composed from what the books say now, handed to the mail server outside any
//! transaction, and deleted. A crash after the mail server took it leaves the letter there: it is sent again
//! when the claim has ended, under the same Message-ID, so that mail programs show it once.

mod compose;

use sovereign_domain::timestamp::Timestamp;

use self::compose::About;
use crate::app::App;
use crate::mail::usable_address;
use crate::storage::Result;
use crate::storage::letters::{self as rows, LetterRow, ReaderRow};
use crate::text::Language;
use crate::usecase::done::Done;

/// The most letters of one step.
const PAGE: u16 = 20;
/// Whoever claims a letter has this long to send it: some times as long as a mail server may take.
const CLAIM_SECONDS: i64 = 300;
/// How long a receipt waits for the job that numbers its invoice.
const NUMBERED_WITHIN_SECONDS: i64 = 60;
const FIRST_RETRY_SECONDS: i64 = 60;
const MAX_RETRY_SECONDS: i64 = 6 * 3_600;
/// About three days, with the waits in between.
pub(super) const MAX_TRIES: i32 = 20;
/// So many failures in a row are the mail server's: the letters after them wait for the next run.
pub(super) const FAILURES_IN_A_ROW: usize = 5;

/// What became of one letter.
enum Sent {
    Yes,
    /// What it would say is not true any more.
    Needless,
    /// It is too early.
    NotYet,
    Failed(String),
}

/// Sends letters that are due; counts those that were sent, dropped or put off.
///
/// # Errors
/// Where the database fails. What one letter meets is that letter's alone.
pub async fn step(app: &App) -> Result<Done> {
    let now = app.clock.now();
    let mut tx = app.store.read().await?;
    let due = rows::due(&mut tx, now, PAGE.into()).await?;
    drop(tx);
    let all = Done::up_to(PAGE, due.len());
    let (mut count, mut failures) = (0_usize, 0);
    for letter in due {
        if !claim(app, &letter, now).await? {
            continue;
        }
        let sent = send(app, &letter).await?;
        count = count.saturating_add(1);
        failures = if matches!(sent, Sent::Failed(_)) { failures + 1 } else { 0 };
        settle(app, &letter, sent).await?;
        if failures == FAILURES_IN_A_ROW {
            tracing::warn!("the mail server takes no letters now; the others wait");
            return Ok(Done::all(count));
        }
    }
    Ok(Done { count, ..all })
}

async fn claim(app: &App, letter: &LetterRow, now: Timestamp) -> Result<bool> {
    let mut tx = app.store.begin().await?;
    let until = app.clock.now().plus_seconds(CLAIM_SECONDS);
    let claimed = rows::claim(&mut tx, letter.id, now, until).await?;
    tx.commit().await?;
    Ok(claimed)
}

/// A row that cannot be read is a failure of its letter; a database that does not answer is one of the job.
async fn send(app: &App, letter: &LetterRow) -> Result<Sent> {
    match try_send(app, letter).await {
        Err(error) if !error.may_pass() => Ok(Sent::Failed(error.to_string())),
        other => other,
    }
}

async fn try_send(app: &App, letter: &LetterRow) -> Result<Sent> {
    let about = match compose::about(app, letter).await? {
        About::Nothing => return Ok(Sent::Needless),
        About::TooEarly => return Ok(Sent::NotYet),
        about => about,
    };
    let readers = readers(app, &letter.tenant_id).await?;
    if readers.is_empty() {
        return Ok(Sent::Failed("nobody has a mail address".to_owned()));
    }
    for (address, language) in readers {
        let written = match compose::letter(app, &about, language).await {
            Ok(written) => written,
            Err(error) => return Ok(Sent::Failed(error.to_string())),
        };
        let sent = app.mailer.send(&address, &written, letter.id, app.clock.now()).await;
        if let Err(error) = sent {
            return Ok(Sent::Failed(format!("{error:?}")));
        }
    }
    Ok(Sent::Yes)
}

/// Addresses and languages of the owners; of the account's holder where no owner has an address.
async fn readers(app: &App, tenant_id: &str) -> Result<Vec<(String, Language)>> {
    let usable = |row: ReaderRow| {
        let language = row.language.as_deref().and_then(Language::of_tag);
        Some((usable_address(&row.email)?, language.unwrap_or(Language::English)))
    };
    let mut tx = app.store.read().await?;
    let owners = rows::owners(&mut tx, tenant_id).await?;
    let owners: Vec<_> = owners.into_iter().filter_map(usable).collect();
    if !owners.is_empty() {
        return Ok(owners);
    }
    let holder = rows::account_holder(&mut tx, tenant_id).await?;
    Ok(holder.and_then(usable).into_iter().collect())
}

async fn settle(app: &App, letter: &LetterRow, sent: Sent) -> Result<()> {
    let LetterRow { id, kind, tenant_id, order_id, approval_id, failures } = letter;
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    match sent {
        Sent::Yes => rows::delete(&mut tx, *id).await?,
        Sent::Needless => {
            tracing::info!(letter = %id, kind, "a letter is not needed any more");
            rows::delete(&mut tx, *id).await?;
        }
        Sent::NotYet => {
            let until = now.plus_seconds(NUMBERED_WITHIN_SECONDS);
            rows::put_off(&mut tx, *id, *failures, until).await?;
        }
        Sent::Failed(reason) if failures.saturating_add(1) >= MAX_TRIES => {
            tracing::error!(
                letter = %id, kind, tenant_id, ?order_id, ?approval_id, reason, "a letter is given up"
            );
            rows::delete(&mut tx, *id).await?;
        }
        Sent::Failed(reason) => {
            tracing::warn!(
                letter = %id, kind, tenant_id, reason, "a letter was not sent; it will be tried again"
            );
            let failures = failures.saturating_add(1);
            rows::put_off(&mut tx, *id, failures, now.plus_seconds(wait_seconds(failures))).await?;
        }
    }
    tx.commit().await
}

/// How long to wait after so many failures.
pub(super) fn wait_seconds(failures: i32) -> i64 {
    let doublings = failures.saturating_sub(1).clamp(0, 16).unsigned_abs();
    FIRST_RETRY_SECONDS.saturating_mul(1_i64 << doublings).min(MAX_RETRY_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_come_later_each_time_for_some_three_days() {
        let waits: Vec<i64> = (1..MAX_TRIES).map(wait_seconds).collect();
        assert_eq!(waits[..4], [60, 120, 240, 480]);
        assert_eq!(waits[9..], [MAX_RETRY_SECONDS; 10]);
        let days = waits.iter().sum::<i64>() / 86_400;
        assert_eq!(days, 2, "and some hours");
        assert_eq!(wait_seconds(i32::MAX), MAX_RETRY_SECONDS);
    }
}
