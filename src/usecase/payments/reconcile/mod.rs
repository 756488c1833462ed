//! Compares Stripe's lists with ours, mends what is safe to mend, and raises an alarm for the rest.
//!
//! A window of time is compared in slices of a day, each wholly before the next one: a run that fails has
//! done what is before its `done_until`. Objects of another Sovereign on the same Stripe account are passed
//! over, unseen. What mends is what an event of Stripe's would have called, so that it does not matter who
//! comes first, nor how often.

mod charges;
mod disputes;
mod finding;
mod payments;
mod pending;
mod refunds;
mod repair;
mod report;
mod sessions;
mod window;

use std::sync::Arc;

use sovereign_domain::money::Currency;

pub(crate) use self::finding::Finding;
pub(crate) use self::report::{Report, newest};
pub(crate) use self::window::Window;
use super::PaymentError;
use crate::app::App;
use crate::payment::stripe::Stripe;
use crate::storage::{self, Store};
use crate::usecase::done::Done;

/// The name of the job.
pub(crate) const JOB: &str = "reconcile";

/// What a comparison needs, with or without a running server.
#[derive(Clone, Copy)]
pub(crate) struct Desk<'a> {
    pub(crate) store: &'a Store,
    pub(crate) stripe: &'a Stripe,
    pub(crate) fqdn: &'a str,
    pub(crate) currency: Currency,
}

impl Desk<'_> {
    /// An amount as Stripe has it, for people. Of another currency only the number is known.
    fn amount(&self, amount_minor: i64, currency: &str) -> String {
        if self.charges_in(currency) {
            self.currency.format(amount_minor)
        } else {
            format!("{amount_minor} {}", currency.to_uppercase())
        }
    }

    fn charges_in(&self, currency: &str) -> bool {
        currency.eq_ignore_ascii_case(self.currency.code())
    }
}

/// Compares the last seven days, where cards are taken; counts the findings.
///
/// # Errors
/// [`PaymentError`]; what was compared before stands.
pub(crate) async fn step(app: &Arc<App>) -> Result<Done, PaymentError> {
    if app.payments.stripe().is_none() {
        return Ok(Done::all(0));
    }
    let report = run(app, Window::default_at(app.clock.now())).await?;
    let count = report.outcomes().len();
    report.failure.map_or(Ok(Done::all(count)), Err)
}

/// Compares a window, mends and raises alarms, and files the run.
///
/// # Errors
/// [`PaymentError::NotConfigured`], or where the run cannot be filed. Why it could not be finished otherwise
/// is in the report.
pub(crate) async fn run(app: &App, window: Window) -> Result<Report, PaymentError> {
    let stripe = super::stripe(app)?;
    let mut report = Report::new(window, app.clock.now());
    for slice in window.slices() {
        let desk = Desk {
            store: &app.store,
            stripe: &stripe,
            fqdn: &app.facts.fqdn,
            currency: app.facts.currency,
        };
        if let Err(error) = mend_slice(app, desk, slice, &mut report).await {
            report.failure = Some(error);
            break;
        }
        report.done_until = slice.until;
    }
    report::file(app, &report).await?;
    Ok(report)
}

async fn mend_slice(
    app: &App,
    desk: Desk<'_>,
    slice: Window,
    report: &mut Report,
) -> Result<(), PaymentError> {
    for finding in find(desk, slice).await? {
        if report.knows(&finding) {
            continue;
        }
        let repaired = repair::mend(app, &finding).await?;
        report.add(finding, repaired);
    }
    Ok(())
}

/// Compares a window and changes nothing.
pub(crate) async fn look(desk: Desk<'_>, window: Window, report: &mut Report) {
    for slice in window.slices() {
        match find(desk, slice).await {
            Ok(findings) => {
                for finding in findings {
                    report.add(finding, false);
                }
            }
            Err(error) => {
                report.failure = Some(error);
                return;
            }
        }
        report.done_until = slice.until;
    }
}

/// The findings of a slice: what was made first comes first.
async fn find(desk: Desk<'_>, slice: Window) -> Result<Vec<Finding>, PaymentError> {
    let mut findings = Vec::new();
    charges::compare(desk, slice, &mut findings).await?;
    pending::compare(desk, slice, &mut findings).await?;
    sessions::compare(desk, slice, &mut findings).await?;
    refunds::compare(desk, slice, &mut findings).await?;
    disputes::compare(desk, slice, &mut findings).await?;
    Ok(findings)
}

/// The rows of a slice, page by page: `read` answers those after a place.
struct Rows(Option<(storage::Ts, uuid::Uuid)>);

impl Rows {
    const PAGE: i64 = 100;

    fn span(&self, slice: Window) -> storage::reconcile::Span {
        storage::reconcile::Span {
            from: slice.from,
            until: slice.until,
            after: self.0,
            limit: Self::PAGE,
        }
    }
}
