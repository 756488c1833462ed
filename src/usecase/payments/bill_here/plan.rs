//! What it comes to that a subscription is billed here from a date on, or why it is not. Asks nobody.

use sovereign_domain::calendar::{TimeZone, day_begins};
use sovereign_domain::catalog::{Catalog, Quote, SelectionError};
use sovereign_domain::organization::OrganizationStatus;
use sovereign_domain::services::Dedicated;
use sovereign_domain::subscription::SubscriptionStatus;
use sovereign_domain::tax::{TaxRules, Taxed};
use sovereign_domain::timestamp::Timestamp;

use super::BillHereError;
use crate::payment::stripe::{Subscription, SubscriptionStatus as Word};
use crate::storage::bill_here::Candidate;
use crate::usecase::vouchers::FieldError;

/// A date that is further away is a slip.
const MAX_DAYS_AHEAD: i64 = 400;
const PERIOD_END: &str = "period_end";

/// From when on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    At(Timestamp),
    /// The end of what is paid for elsewhere.
    PeriodEnd,
}

impl Start {
    /// A day, which begins at midnight in the Sovereign's zone, a moment, or `period_end`.
    ///
    /// # Errors
    /// Where it is none of them.
    pub(crate) fn parse(text: &str, zone: &TimeZone) -> Result<Self, FieldError> {
        if text == PERIOD_END {
            return Ok(Self::PeriodEnd);
        }
        let moment = Timestamp::parse_rfc3339(text).or_else(|| day_begins(text, zone));
        moment.map(Self::At).ok_or_else(|| {
            let detail = "from must be a day such as 2027-02-01, a moment such as \
                          2027-02-01T12:00:00Z, or period_end";
            FieldError::new("from", detail)
        })
    }
}

/// Whether one Organization is asked about, by its name, or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    One,
    All,
}

/// How it stands at Stripe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AtStripe {
    /// It is not there.
    Never,
    /// It goes on there, unless it is ended.
    Renews,
    /// It ends with the period that it is in.
    Ends,
    Ended,
}

/// What comes of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) tenant_id: String,
    pub(crate) organization: String,
    pub(crate) plan_id: String,
    /// As the catalog calls it.
    pub(crate) plan_name: String,
    /// A month, before tax that is added.
    pub(crate) price_minor: i64,
    /// What the first month here comes to at the prices of now: credit pays first.
    pub(crate) first_charge_minor: i64,
    pub(crate) from: Timestamp,
    /// Who bills it: `none`, `stripe` or `sovereign`.
    pub(crate) billed_by: String,
    pub(crate) status: String,
    pub(crate) at_stripe: AtStripe,
    /// It is billed here from then on already.
    pub(crate) already: bool,
}

/// What is known besides the row.
pub(super) struct Known<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) tax: TaxRules,
    pub(super) fqdn: &'a str,
    pub(super) now: Timestamp,
    pub(super) at_stripe: Option<&'a Subscription>,
}

pub(super) fn decide(
    row: &Candidate,
    known: &Known<'_>,
    from: Start,
    scope: Scope,
) -> Result<Verdict, BillHereError> {
    if row.organization_status()? == OrganizationStatus::Deleted {
        let detail = format!("{} is deleted; nothing of it is billed", row.tenant_id);
        return Err(refused("organization_deleted", detail));
    }
    let dated = row.current_period_end.filter(|_| row.is_dated()).map(|at| at.0);
    if row.billed_by == "sovereign" && dated.is_none_or(|at| at <= known.now) {
        let detail = format!("the subscription of {} is billed here already", row.tenant_id);
        return Err(refused("already_billed_here", detail));
    }
    let (quote, taxed) = price(row, known)?;
    let standing = standing(row, known, scope)?;
    let from = match dated {
        // Of all, those that have a date keep it.
        Some(dated) if scope == Scope::All => dated,
        Some(dated) if from == Start::At(dated) => dated,
        _ => moment(from, standing.paid_until, known.now)?,
    };
    Ok(Verdict {
        tenant_id: row.tenant_id.clone(),
        organization: row.organization.clone(),
        already: dated == Some(from)
            && standing.at_stripe != AtStripe::Renews
            && row.is_for(&quote.plan_id),
        plan_name: quote.lines.into_iter().next().map_or(String::new(), |line| line.name),
        plan_id: quote.plan_id,
        price_minor: quote.total_minor,
        first_charge_minor: taxed.total_minor,
        from,
        billed_by: row.billed_by.clone(),
        status: row.status.clone(),
        at_stripe: standing.at_stripe,
    })
}

fn price(row: &Candidate, known: &Known<'_>) -> Result<(Quote, Taxed), BillHereError> {
    let (addons, apps) = (&row.addons.0, &row.apps.0);
    let named = |list: &[String], index: usize| list.get(index).cloned().unwrap_or_default();
    let quote = known.catalog.quote(&row.plan_id, addons, apps, &Dedicated::new());
    let priced = quote.and_then(|quote| {
        let taxed = known.tax.on(quote.total_minor).ok_or(SelectionError::TooLarge)?;
        Ok((quote, taxed))
    });
    priced.map_err(|error| {
        let what = match error {
            SelectionError::UnknownPlan => format!(
                "the plan {:?}, which the catalog does not have; give it a plan of the catalog",
                row.plan_id
            ),
            SelectionError::UnknownAddon(index) => {
                format!("the add-on {:?}, which the catalog does not have", named(addons, index))
            }
            SelectionError::UnknownApp(index) => {
                format!("the app {:?}, which the catalog does not have", named(apps, index))
            }
            SelectionError::TooLarge => "more than an amount can hold".to_owned(),
        };
        refused("no_price", format!("{} has {what}", row.tenant_id))
    })
}

struct Standing {
    at_stripe: AtStripe,
    /// What is paid for elsewhere, where that is not over.
    paid_until: Option<Timestamp>,
}

fn standing(row: &Candidate, known: &Known<'_>, scope: Scope) -> Result<Standing, BillHereError> {
    let Some(found) = known.at_stripe else {
        let active = row.status == SubscriptionStatus::Active.as_str();
        let end = row.current_period_end.map(|at| at.0);
        let paid_until = end.filter(|end| active && !row.is_dated() && *end > known.now);
        return Ok(Standing { at_stripe: AtStripe::Never, paid_until });
    };
    let ours = found.metadata.is_of(known.fqdn);
    let at_stripe = match &found.status {
        Word::Active | Word::Trialing if !found.cancel_at_period_end => AtStripe::Renews,
        Word::Active | Word::Trialing => AtStripe::Ends,
        Word::Canceled | Word::IncompleteExpired => AtStripe::Ended,
        other => {
            let detail = format!(
                "the subscription of {} is {} at Stripe ({}), which asks for an unpaid invoice still: have \
                 it paid, or cancel it there, first",
                row.tenant_id,
                other.as_str(),
                found.id
            );
            return Err(refused("unsettled_at_stripe", detail));
        }
    };
    if scope == Scope::All && at_stripe != AtStripe::Renews && !ours {
        let detail = format!(
            "somebody has ended the subscription of {} at Stripe ({}), perhaps the customer: bill it here \
             by its name, where that is wanted",
            row.tenant_id, found.id
        );
        return Err(refused("ended_at_stripe", detail));
    }
    if at_stripe == AtStripe::Ended {
        return Ok(Standing { at_stripe, paid_until: None });
    }
    let end = found.items().iter().filter_map(|item| item.current_period_end).max();
    let Some(end) = end.map(Timestamp::from_seconds) else {
        let detail = format!("{} has no item at Stripe, and so no period", found.id);
        return Err(refused("unsettled_at_stripe", detail));
    };
    Ok(Standing { at_stripe, paid_until: Some(end) })
}

fn moment(
    from: Start,
    paid_until: Option<Timestamp>,
    now: Timestamp,
) -> Result<Timestamp, BillHereError> {
    let wrong = |detail: String| Err(BillHereError::Field(FieldError::new("from", detail)));
    let from = match (from, paid_until) {
        (Start::At(at), _) => at,
        (Start::PeriodEnd, Some(end)) => end,
        (Start::PeriodEnd, None) => {
            return wrong("from must be a date: no period is known that is paid for".to_owned());
        }
    };
    if from <= now {
        return wrong(format!("from must be in the future; it is {now} now, and {from} is past"));
    }
    if from > now.plus_days(MAX_DAYS_AHEAD) {
        return wrong(format!("from must be within {MAX_DAYS_AHEAD} days"));
    }
    match paid_until {
        Some(end) if from < end => wrong(format!(
            "from must be {end} or later: until then it is paid for elsewhere, and would be billed twice"
        )),
        _ => Ok(from),
    }
}

fn refused(code: &'static str, detail: String) -> BillHereError {
    BillHereError::Refused { code, detail }
}
