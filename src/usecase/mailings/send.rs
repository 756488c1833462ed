//! Sending letters: each is claimed, written from what the voucher is now, handed to the mail server outside any transaction,
//! and what the mail server said is noted. Few are handed over at once.

use std::sync::Arc;

use sovereign_domain::mailing::MailingState;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Code, Voucher};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::super::branding;
use super::super::done::Done;
use super::super::letters::{FAILURES_IN_A_ROW, MAX_TRIES, wait_seconds};
use super::letter::{letter, refusal};
use crate::app::App;
use crate::branding::Branding;
use crate::fail_point::reach;
use crate::mail::NotTaken;
use crate::storage::mailing_addresses::{self as rows, Due};
use crate::storage::{Result, campaigns, mailings, vouchers};
use crate::text::Language;

/// The most letters of one step: whoever stops a server waits for the end of its step.
const PAGE: u16 = 48;
/// So many are handed over at once.
const AT_ONCE: usize = 4;
/// Whoever claims a letter has this long to send it: some times as long as a mail server may take.
const CLAIM_SECONDS: i64 = 300;
/// What is kept of an answer, in characters.
const REPLY_CHARS: usize = 500;

/// What became of one letter.
enum Outcome {
    /// The mail server took it.
    Sent(String),
    /// It never will, or there is nothing to send.
    Failed(String),
    /// It may later.
    Later(String),
}

/// Sends letters that are due; counts those that were sent, given up or put off.
///
/// # Errors
/// Where the database fails.
pub(super) async fn step(app: &Arc<App>) -> Result<Done> {
    let now = app.clock.now();
    let mut tx = app.store.read().await?;
    let due = rows::due(&mut tx, now, PAGE.into()).await?;
    drop(tx);
    let all = Done::up_to(PAGE, due.len());
    if due.is_empty() {
        return Ok(all);
    }
    let brand = Arc::new(branding::load(app).await?);
    let (mut count, mut in_a_row) = (0_usize, 0_usize);
    for group in due.chunks(AT_ONCE) {
        for (due, outcome) in send(app, &brand, group, now).await? {
            count = count.saturating_add(1);
            let is_put_off = matches!(outcome, Outcome::Later(_));
            in_a_row = if is_put_off { in_a_row.saturating_add(1) } else { 0 };
            settle(app, &due, outcome).await?;
        }
        if in_a_row >= FAILURES_IN_A_ROW {
            tracing::warn!("the mail server takes no mail now; the other vouchers wait");
            return Ok(Done::all(count));
        }
    }
    Ok(Done { count, ..all })
}

/// Sends some letters at once, and answers what became of each that nobody else has taken.
async fn send(
    app: &Arc<App>,
    brand: &Arc<Branding>,
    group: &[Due],
    now: Timestamp,
) -> Result<Vec<(Due, Outcome)>> {
    let mut ended = Vec::with_capacity(group.len());
    let mut claimed = Vec::with_capacity(group.len());
    for due in group {
        if !claim(app, due, now).await? {
            continue;
        }
        match voucher(app, due).await? {
            Ok(voucher) => claimed.push((due.clone(), voucher)),
            Err(reason) => ended.push((due.clone(), Outcome::Failed(reason.to_owned()))),
        }
    }
    // Tasks of their own, that end with this future.
    let mut working: JoinSet<(Due, Outcome)> = JoinSet::new();
    for (due, voucher) in claimed {
        let (app, brand) = (Arc::clone(app), Arc::clone(brand));
        working.spawn(async move {
            let outcome = hand_over(&app, &brand, &due, &voucher).await;
            (due, outcome)
        });
    }
    while let Some(done) = working.join_next().await {
        // One that panicked is told by the runtime; its letter is tried again when the claim has ended.
        if let Ok(done) = done {
            ended.push(done);
        }
    }
    Ok(ended)
}

async fn claim(app: &App, due: &Due, now: Timestamp) -> Result<bool> {
    let mut tx = app.store.begin().await?;
    let until = app.clock.now().plus_seconds(CLAIM_SECONDS);
    let claimed = rows::claim(&mut tx, due.key(), now, until).await?;
    tx.commit().await?;
    Ok(claimed)
}

/// The voucher as it is now, or why it is not sent.
async fn voucher(app: &App, due: &Due) -> Result<std::result::Result<Voucher, &'static str>> {
    let mut tx = app.store.read().await?;
    let found = vouchers::find(&mut tx, &Code::stored(due.code.clone())).await?;
    let Some(voucher) = found else { return Ok(Err("not sent: there is no such voucher")) };
    let issued = campaigns::of_voucher(&mut tx, voucher).await?;
    Ok(match refusal(&issued, app.clock.now()) {
        Some(reason) => Err(reason),
        None => Ok(issued.voucher),
    })
}

async fn hand_over(app: &App, brand: &Branding, due: &Due, voucher: &Voucher) -> Outcome {
    let language = Language::of_tag(&due.language).unwrap_or(Language::English);
    let desk = (brand, app.facts.currency);
    let letter = letter(desk, voucher, (&due.message, language));
    // The same each time: mail programs show a letter once that was sent twice.
    let id = Uuid::new_v5(&due.mailing_id, &due.position.to_be_bytes());
    match app.mailer.hand_over(&due.email, &letter, id, app.clock.now()).await {
        Ok(reply) => Outcome::Sent(reply),
        Err(NotTaken { is_final: true, reply }) => Outcome::Failed(reply),
        Err(NotTaken { is_final: false, reply }) => Outcome::Later(reply),
    }
}

/// Notes what became of a letter. Of a mailing that was stopped meanwhile nothing is tried again.
async fn settle(app: &App, due: &Due, outcome: Outcome) -> Result<()> {
    let (key, now) = (due.key(), app.clock.now());
    let failures = due.failures.saturating_add(1);
    let mut tx = app.store.begin().await?;
    let state = mailings::lock(&mut tx, due.mailing_id).await?;
    let runs = state.as_deref() == Some(MailingState::Running.as_str());
    let (mailing, position) = (due.mailing_id, due.position);
    match outcome {
        Outcome::Sent(reply) => rows::sent(&mut tx, key, &brief(&reply), now).await?,
        Outcome::Later(reply) if failures < MAX_TRIES => {
            tracing::warn!(%mailing, position, reply, "a voucher was not mailed; it will be tried again");
            let until = runs.then(|| now.plus_seconds(wait_seconds(failures)));
            rows::put_off(&mut tx, key, failures, (&brief(&reply), until)).await?;
        }
        Outcome::Later(reply) | Outcome::Failed(reply) => {
            tracing::warn!(%mailing, position, reply, "a voucher is not mailed");
            rows::failed(&mut tx, key, failures, &brief(&reply)).await?;
        }
    }
    reach!("mailing_sent");
    tx.commit().await?;
    reach!("mailing_noted");
    Ok(())
}

/// An answer as it is kept: one line, and no longer than needed.
fn brief(reply: &str) -> String {
    let plain = reply.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(REPLY_CHARS).collect()
}
