//! Has a subscription that an earlier service made billed here from a date on.
//!
//! Nothing is billed twice: one that Stripe bills is first set to end there with the period that it is in, and
//! is billed here from that period's end at the earliest. Whatever ends in between, this done again goes on.

mod plan;

use serde_json::json;
use sovereign_domain::event::{Actor, AuditEntry, Event, EventData, SubscriptionChanged};
use sovereign_domain::ids::IdSource;
use sovereign_domain::policy::PolicyRefusal;
use sovereign_domain::services::Dedicated;
use sovereign_domain::subscription::SubscriptionStatus;
use sovereign_domain::tax::TaxRules;
use sovereign_domain::timestamp::Timestamp;

pub(crate) use self::plan::{AtStripe, Start, Verdict};

use self::plan::{Known, Scope, decide};
use super::PaymentError;
use crate::payment::stripe::{IdempotencyKey, Owner, Stripe, StripeError, Subscription};
use crate::storage::audit::{self, Change};
use crate::storage::bill_here::{self as rows, Candidate, Terms};
use crate::storage::{self, Store, Tx, catalog, moves, provisions};
use crate::usecase::environment_policy;
use crate::usecase::vouchers::FieldError;

/// How often the row is read again because it changed meanwhile.
const MAX_ROUNDS: usize = 4;
/// How many Organizations are read at once.
const PAGE: i64 = 200;

/// What it takes, with or without a running server.
pub(crate) struct Desk<'a> {
    pub(crate) store: &'a Store,
    /// The way to Stripe, where a key is set.
    pub(crate) stripe: Option<&'a Stripe>,
    pub(crate) fqdn: &'a str,
    pub(crate) tax: TaxRules,
    pub(crate) now: Timestamp,
    pub(crate) actor: &'a Actor,
    pub(crate) ids: &'a mut (dyn IdSource + Send),
}

/// Why a subscription is not billed here. Unless it says so, nothing changed.
#[derive(Debug)]
pub(crate) enum BillHereError {
    Field(FieldError),
    NoOrganization,
    /// A rule, by its name, and what to do.
    Refused {
        code: &'static str,
        detail: String,
    },
    /// The plan that it is to have is not allowed.
    Policy(PolicyRefusal),
    Payment(PaymentError),
}

impl BillHereError {
    /// The same, where Stripe was told before that the subscription ends.
    fn after(self, ended: bool) -> Self {
        const TOLD: &str = "; Stripe ends the subscription with its period already: do this again";
        match self {
            Self::Field(error) if ended => {
                Self::Field(FieldError::new(error.field, error.detail + TOLD))
            }
            Self::Refused { code, detail } if ended => {
                Self::Refused { code, detail: detail + TOLD }
            }
            other => other,
        }
    }
}

impl From<storage::Error> for BillHereError {
    fn from(error: storage::Error) -> Self {
        Self::Payment(error.into())
    }
}

impl From<StripeError> for BillHereError {
    fn from(error: StripeError) -> Self {
        Self::Payment(error.into())
    }
}

/// What is asked for one Organization.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish<'a> {
    pub(crate) tenant_id: &'a str,
    pub(crate) from: Start,
    /// The plan that it has from now on, by identifier or slug; its own where there is none.
    pub(crate) plan: Option<&'a str>,
}

/// What it would come to; nothing changes.
///
/// # Errors
/// [`BillHereError`].
pub(crate) async fn look(desk: &mut Desk<'_>, wish: Wish<'_>) -> Result<Verdict, BillHereError> {
    see(desk, wish, Scope::One).await.map(|seen| seen.plan)
}

/// Has one Organization's subscription billed here. Done again, it changes nothing.
///
/// # Errors
/// [`BillHereError`].
pub(crate) async fn bill(desk: &mut Desk<'_>, wish: Wish<'_>) -> Result<Verdict, BillHereError> {
    bill_in(desk, wish, Scope::One).await
}

/// All Organizations whose subscription is not billed here yet.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn all(store: &Store) -> storage::Result<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    loop {
        let mut tx = store.read().await?;
        let last = found.last().map_or("", String::as_str);
        let page = rows::not_billed_here(&mut tx, last, PAGE).await?;
        if page.is_empty() {
            return Ok(found);
        }
        found.extend(page);
    }
}

/// As [`look`] or, to `apply`, [`bill`], for one of all: what somebody else has ended, or set a date for, is
/// left as it is.
///
/// # Errors
/// [`BillHereError`].
pub(crate) async fn one_of_all(
    desk: &mut Desk<'_>,
    tenant_id: &str,
    from: Start,
    apply: bool,
) -> Result<Verdict, BillHereError> {
    let wish = Wish { tenant_id, from, plan: None };
    if apply {
        return bill_in(desk, wish, Scope::All).await;
    }
    see(desk, wish, Scope::All).await.map(|seen| seen.plan)
}

/// A row as it was read, and what comes of it.
struct Seen {
    row: Candidate,
    plan: Verdict,
    /// The plan that the Organization had, where it is to have another.
    former_plan: Option<String>,
}

async fn bill_in(
    desk: &mut Desk<'_>,
    wish: Wish<'_>,
    scope: Scope,
) -> Result<Verdict, BillHereError> {
    let mut ended = false;
    for _ in 0..MAX_ROUNDS {
        let seen = see(desk, wish, scope).await.map_err(|error| error.after(ended))?;
        if seen.plan.already {
            return Ok(seen.plan);
        }
        if seen.plan.at_stripe == AtStripe::Renews {
            end_at_stripe(desk, &seen.row).await?;
            // How it stands there now decides, not how it was.
            ended = true;
            continue;
        }
        if write(desk, &seen).await.map_err(|error| error.after(ended))? {
            return Ok(seen.plan);
        }
    }
    let detail = format!("the subscription of {} changes all the time", wish.tenant_id);
    Err(BillHereError::Payment(PaymentError::Unresolved(detail)))
}

async fn see(desk: &mut Desk<'_>, wish: Wish<'_>, scope: Scope) -> Result<Seen, BillHereError> {
    let mut tx = desk.store.read().await?;
    let row = rows::find(&mut tx, wish.tenant_id).await?;
    let Some(mut row) = row else { return Err(nothing(&mut tx, wish.tenant_id).await?) };
    let catalog = catalog::prices(&mut tx).await?;
    let former_plan = wish.plan.map(|plan| std::mem::replace(&mut row.plan_id, plan.to_owned()));
    permit(&mut tx, &row, former_plan.as_deref(), desk.now).await?;
    drop(tx);
    let found = match row.stripe_subscription_id.as_deref() {
        Some(id) => Some(at_stripe(desk, id).await?),
        None => None,
    };
    let known = Known {
        catalog: &catalog,
        tax: desk.tax,
        fqdn: desk.fqdn,
        now: desk.now,
        at_stripe: found.as_ref(),
    };
    let plan = decide(&row, &known, wish.from, scope)?;
    Ok(Seen { row, plan, former_plan })
}

/// Refuses another plan that the Sovereign's policy does not allow.
async fn permit(
    tx: &mut Tx,
    row: &Candidate,
    former_plan: Option<&str>,
    now: Timestamp,
) -> Result<(), BillHereError> {
    let Some(held) = former_plan else { return Ok(()) };
    let catalog = catalog::prices(tx).await?;
    // What has no price is refused for that.
    let quote = catalog.quote(&row.plan_id, &row.addons.0, &row.apps.0, &Dedicated::new());
    let Ok(quote) = quote else { return Ok(()) };
    let whose = (row.tenant_id.as_str(), held);
    environment_policy::permit_plan(tx, &catalog, &quote, whose, now)
        .await?
        .map_err(BillHereError::Policy)
}

/// Why there is no subscription.
async fn nothing(tx: &mut Tx, tenant_id: &str) -> storage::Result<BillHereError> {
    if !rows::is_organization(tx, tenant_id).await? {
        return Ok(BillHereError::NoOrganization);
    }
    let detail = format!("{tenant_id} has no live subscription; it can check out as any other");
    Ok(BillHereError::Refused { code: "not_subscribed", detail })
}

async fn at_stripe(desk: &mut Desk<'_>, id: &str) -> Result<Subscription, BillHereError> {
    let stripe = desk.stripe.ok_or(BillHereError::Payment(PaymentError::NotConfigured))?;
    match stripe.resolve(|| stripe.subscription(id)).await {
        Ok(found) => Ok(found),
        Err(StripeError::NotFound { .. }) => Err(BillHereError::Refused {
            code: "not_at_stripe",
            detail: format!(
                "Stripe has no subscription {id} on the account of the secret key: set the key that the \
                 earlier service had, so that it can be seen whether Stripe still bills it"
            ),
        }),
        Err(error) => Err(error.into()),
    }
}

/// Has Stripe end it with the period that it is in.
async fn end_at_stripe(desk: &mut Desk<'_>, row: &Candidate) -> Result<(), BillHereError> {
    let (Some(stripe), Some(id)) = (desk.stripe, row.stripe_subscription_id.as_deref()) else {
        return Err(BillHereError::Payment(PaymentError::NotConfigured));
    };
    let owner = Owner { sovereign: desk.fqdn, organization: &row.tenant_id };
    // A key of each time: an answer that Stripe kept would not say that somebody took it back since.
    let key = IdempotencyKey::new("bill-here", desk.ids.next_id());
    stripe.resolve(|| stripe.end_subscription_with_period(id, owner, &key)).await?;
    Ok(())
}

async fn write(desk: &mut Desk<'_>, seen: &Seen) -> Result<bool, BillHereError> {
    let Seen { row, plan, former_plan } = seen;
    let start = row.current_period_start.map(|at| at.0).filter(|start| *start < plan.from);
    let start = start.unwrap_or(desk.now);
    let terms =
        Terms { start, from: plan.from, plan_id: &plan.plan_id, price_minor: plan.price_minor };
    let mut tx = desk.store.begin().await?;
    // Again: Stripe may have been asked since.
    permit(&mut tx, row, former_plan.as_deref(), desk.now).await?;
    provisions::lock_organization(&mut tx, &row.tenant_id).await?;
    if moves::is_away(&mut tx, &row.tenant_id).await? {
        let detail = format!("{} is on its way to another Sovereign, or there", row.tenant_id);
        return Err(BillHereError::Refused { code: "organization_moving", detail });
    }
    if !rows::bill_here(&mut tx, row, &terms, desk.now).await? {
        return Ok(false);
    }
    let entry = AuditEntry {
        id: desk.ids.next_id(),
        at: desk.now,
        actor: desk.actor.clone(),
        action: "subscription.bill_here",
        subject: row.id().to_string(),
        tenant_id: Some(row.tenant_id()),
    };
    let change = Change {
        before: Some(json!({ "billed_by": row.billed_by, "status": row.status })),
        after: Some(json!({
            "billed_by": "sovereign", "status": "active", "from": plan.from,
            "plan_id": plan.plan_id, "price_minor": plan.price_minor,
        })),
    };
    audit::record(&mut tx, &[(entry, change)]).await?;
    let data = EventData::SubscriptionUpdated(SubscriptionChanged {
        id: row.id(),
        customer_id: row.customer_id(),
        tenant_id: row.tenant_id(),
        plan_id: plan.plan_id.clone(),
        status: SubscriptionStatus::Active.as_str(),
        current_period_start: start,
        current_period_end: plan.from,
    });
    let id = desk.ids.next_id();
    let event = Event { id, at: desk.now, tenant_id: Some(row.tenant_id()), data };
    audit::publish(&mut tx, &[event]).await?;
    tx.commit().await?;
    Ok(true)
}
