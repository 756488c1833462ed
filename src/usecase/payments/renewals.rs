//! Renews subscriptions, asks again for what is due, and warns of credit that will not last.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use sovereign_domain::book::{Command, LOW_CREDIT_WARNING_DAYS, Outcome, Retry};
use sovereign_domain::event::Actor;
use sovereign_domain::ids::{OrderId, OrganizationId};
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{PaymentError, charge, settle};
use crate::app::App;
use crate::fail_point::reach;
use crate::storage::renewals::{self, Place};
use crate::storage::{self, Ts};
use crate::usecase::done::Done;

/// How many subscriptions are read at once.
const PAGE: i64 = 200;
/// How many are worked on at once: each may wait for Stripe.
const AT_ONCE: usize = 8;
/// How many customers' credit is looked at together.
const WARNED_AT_ONCE: usize = 64;
/// An order of another kind may be in the way, and end; then another.
const MAX_ROUNDS: usize = 4;

/// Bills every month that has begun.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn renew_all(app: &App) -> Result<Done, PaymentError> {
    let now = app.clock.now();
    let mut count = 0_usize;
    let mut last = Place::first();
    loop {
        let mut tx = app.store.read().await?;
        let page = renewals::ended(&mut tx, now, &last, PAGE).await?;
        drop(tx);
        let Some(end) = page.last() else { break };
        last = end.clone();
        count = count.saturating_add(renew_page(app, page).await);
    }
    last = Place::first();
    loop {
        let mut tx = app.store.read().await?;
        let page = renewals::paused(&mut tx, now, &last, PAGE).await?;
        drop(tx);
        let Some(end) = page.last() else { return Ok(Done::all(count)) };
        last = end.clone();
        count = count.saturating_add(renew_page(app, page).await);
    }
}

async fn renew_page(app: &App, page: Vec<Place>) -> usize {
    let count = page.len();
    stream::iter(page)
        .for_each_concurrent(AT_ONCE, |place| async move {
            let tenant_id = OrganizationId::from(place.tenant_id);
            let command = Command::Renew { tenant_id: tenant_id.clone() };
            // One that cannot be billed holds no other one up.
            if let Err(error) = submit(app, command).await {
                tracing::warn!(%tenant_id, %error, "the renewal will be tried again");
            }
        })
        .await;
    count
}

/// Asks for every payment whose day has come.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn retry_all(app: &App) -> Result<Done, PaymentError> {
    let now = app.clock.now();
    let mut count = 0_usize;
    let mut last = (Ts(Timestamp::from_micros(i64::MIN)), Uuid::nil());
    loop {
        let mut tx = app.store.read().await?;
        let page = renewals::attempts(&mut tx, now, last, PAGE).await?;
        drop(tx);
        let Some(end) = page.last() else { return Ok(Done::all(count)) };
        last = *end;
        count = count.saturating_add(page.len());
        stream::iter(page)
            .for_each_concurrent(AT_ONCE, |(_, id)| async move {
                let (order_id, actor) = (OrderId(id), Actor::system("renewals"));
                let command = Command::RetryDue { order_id, how: Retry::Schedule, actor };
                if let Err(error) = submit(app, command).await {
                    tracing::warn!(%order_id, %error, "the payment will be asked for again");
                }
            })
            .await;
    }
}

/// Submits a renewal or another attempt at one. Where a card is to pay, it is asked at once.
async fn submit(app: &App, command: Command) -> Result<(), PaymentError> {
    for _ in 0..MAX_ROUNDS {
        match app.engine.submit(command.clone()).await? {
            Outcome::Pending { order_id, .. } => {
                reach!("renewal_pending");
                return charge::charge(app, order_id).await.map(|_| ());
            }
            Outcome::Supersede { order_id } => settle::supersede(app, order_id).await?,
            _ => return Ok(()),
        }
    }
    Err(PaymentError::Unresolved("another order of this Organization is under way".into()))
}

/// Warns customers without a card, two weeks before, that the credit will not cover the next month.
///
/// # Errors
/// Where the database fails or the program is stopping.
pub(crate) async fn warn_all(app: &App) -> Result<Done, PaymentError> {
    let until = app.clock.now().plus_days(LOW_CREDIT_WARNING_DAYS);
    let mut count = 0_usize;
    let mut last = Place::first();
    loop {
        let page = without_card(app, until, &last).await?;
        let Some(end) = page.last() else { return Ok(Done::all(count)) };
        last = end.clone();
        count = count.saturating_add(page.len());
        // The engine decides together what is asked together.
        stream::iter(page.into_iter().map(Ok))
            .try_for_each_concurrent(WARNED_AT_ONCE, |place| async move {
                let tenant_id = OrganizationId::from(place.tenant_id);
                app.engine.submit(Command::WarnOfLowCredit { tenant_id }).await.map(|_| ())
            })
            .await?;
    }
}

async fn without_card(app: &App, until: Timestamp, last: &Place) -> storage::Result<Vec<Place>> {
    let mut tx = app.store.read().await?;
    renewals::without_card(&mut tx, until, last, PAGE).await
}
