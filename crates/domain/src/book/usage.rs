//! Usage: counted as it is reported, and put on the next order.
//!
//! A report is added to the open total of its meter and price. An order takes the open totals as they are and
//! closes them, so that nothing is counted on two orders, and what comes later begins others.

use alloc::string::ToString;
use alloc::vec::Vec;

use uuid::Uuid;

use super::command::{Outcome, RecordUsage};
use super::letters::LetterKind;
use super::{Account, Book, Context};
use crate::ids::{OrderId, OrganizationId, UsageTotalId};
use crate::organization::OrganizationStatus;
use crate::subscription::{Subscription, SubscriptionStatus};
use crate::usage::{
    AHEAD_SECONDS, LATE_DAYS, MAX_ESTIMATE_MINOR, MAX_QUANTITY, Meter, NO_ROW, UsageEvent,
    UsageLimit, UsageTotal, estimate_minor,
};

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsageVerdict {
    Accepted,
    /// It was reported before, and says the same.
    Duplicate,
    Refused(UsageRefusal),
}

/// Why a report does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsageRefusal {
    /// Something else was reported under its identifier.
    IdReused,
    UnknownOrganization,
    OrganizationDeleted,
    OrganizationSuspended,
    /// It has no subscription that this Sovereign bills.
    NotSubscribed,
    /// Its subscription is suspended until it is paid.
    SubscriptionSuspended,
    /// Its plan does not pay for usage.
    PlanWithoutUsage,
    UnknownMeter,
    MeterInactive,
    /// It is to have been used in the future.
    InFuture,
    /// It was used too long before the current period.
    TooOld,
    /// With it, the count or its cost would be more than there can be.
    TooMuch,
    /// It would cost more than the Organization lets itself spend.
    SpendingLimitReached,
}

impl UsageRefusal {
    /// Its name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IdReused => "id_reused",
            Self::UnknownOrganization => "unknown_organization",
            Self::OrganizationDeleted => "organization_deleted",
            Self::OrganizationSuspended => "organization_suspended",
            Self::NotSubscribed => "not_subscribed",
            Self::SubscriptionSuspended => "subscription_suspended",
            Self::PlanWithoutUsage => "plan_without_usage",
            Self::UnknownMeter => "unknown_meter",
            Self::MeterInactive => "meter_inactive",
            Self::InFuture => "in_future",
            Self::TooOld => "too_old",
            Self::TooMuch => "too_much",
            Self::SpendingLimitReached => "spending_limit_reached",
        }
    }
}

impl Book {
    /// Counts what was used. Each report is accepted or refused by itself.
    pub(super) fn record_usage(
        &mut self,
        request: &RecordUsage,
        context: &mut Context<'_>,
    ) -> Outcome {
        let verdicts: Vec<UsageVerdict> =
            request.events.iter().map(|event| self.record(event, context)).collect();
        let accepted = verdicts.iter().filter(|v| **v == UsageVerdict::Accepted).count();
        if accepted > 0 {
            let subject = accepted.to_string();
            self.audit(&request.actor, "usage.record", subject, None, context);
        }
        Outcome::UsageRecorded(verdicts)
    }

    fn record(&mut self, event: &UsageEvent, context: &mut Context<'_>) -> UsageVerdict {
        let key = (event.tenant_id.clone(), event.id.clone());
        match self.usage_events.get(&key) {
            Some(known) if known.says(event) => return UsageVerdict::Duplicate,
            Some(_) => return UsageVerdict::Refused(UsageRefusal::IdReused),
            None => {}
        }
        match self.count(event, context) {
            Ok(()) => UsageVerdict::Accepted,
            Err(refusal) => UsageVerdict::Refused(refusal),
        }
    }

    /// Adds a report to its total.
    fn count(&mut self, event: &UsageEvent, context: &mut Context<'_>) -> Result<(), UsageRefusal> {
        let meter = self.admit(event, context)?;
        let tenant_id = &event.tenant_id;
        let open = self.open_usage(tenant_id).find(|total| {
            (&total.meter, total.price_minor, total.per_units)
                == (&meter.slug, meter.price_minor, meter.per_units)
        });
        let mut total = match open {
            Some(total) => total.clone(),
            None => new_total(tenant_id, meter, context),
        };
        total.quantity = total.quantity.checked_add(event.quantity).ok_or(UsageRefusal::TooMuch)?;
        let before = estimate_minor(self.open_usage(tenant_id)).ok_or(UsageRefusal::TooMuch)?;
        let others = self.open_usage(tenant_id).filter(|other| other.id != total.id);
        let estimate = estimate_minor(others.chain([&total]))
            .filter(|estimate| *estimate <= MAX_ESTIMATE_MINOR)
            .ok_or(UsageRefusal::TooMuch)?;
        self.keep_limit(tenant_id, before, estimate, context)?;

        let total_id = Some(total.id);
        self.changes.change_usage(&total);
        self.usage.insert((tenant_id.clone(), total.id), total);
        let key = (tenant_id.clone(), event.id.clone());
        self.changes.new_usage_events.insert(key.clone());
        self.usage_events.insert(key, UsageEvent { total_id, ..event.clone() });
        Ok(())
    }

    /// The meter, where nothing but its cost stands in a report's way.
    fn admit(&self, event: &UsageEvent, context: &Context<'_>) -> Result<&Meter, UsageRefusal> {
        let account =
            self.accounts.get(&event.tenant_id).ok_or(UsageRefusal::UnknownOrganization)?;
        let subscription = self.usage_priced(account)?;
        let meter = self.meters.get(&event.meter).ok_or(UsageRefusal::UnknownMeter)?;
        if !meter.active {
            return Err(UsageRefusal::MeterInactive);
        }
        if event.at > context.now.plus_seconds(AHEAD_SECONDS) {
            return Err(UsageRefusal::InFuture);
        }
        if event.at < subscription.period.start.plus_days(-LATE_DAYS) {
            return Err(UsageRefusal::TooOld);
        }
        if !(0..=MAX_QUANTITY).contains(&event.quantity) {
            return Err(UsageRefusal::TooMuch);
        }
        Ok(meter)
    }

    /// The subscription of an Organization that pays for what it uses.
    fn usage_priced(&self, account: &Account) -> Result<&Subscription, UsageRefusal> {
        match account.status {
            OrganizationStatus::Deleted => return Err(UsageRefusal::OrganizationDeleted),
            OrganizationStatus::Suspended => return Err(UsageRefusal::OrganizationSuspended),
            OrganizationStatus::Active | OrganizationStatus::Provisioning => {}
        }
        let subscription = self.live_subscription(account).ok_or(UsageRefusal::NotSubscribed)?;
        if subscription.status == SubscriptionStatus::Suspended {
            return Err(UsageRefusal::SubscriptionSuspended);
        }
        let plan = self.catalog.plans.find(&subscription.plan_id);
        if plan.is_some_and(|plan| plan.usage_priced) {
            Ok(subscription)
        } else {
            Err(UsageRefusal::PlanWithoutUsage)
        }
    }

    /// Refuses what would cost more than the Organization lets itself spend, and has its owner told: once when
    /// that is near, once when it is there. What costs nothing more is no more than before.
    fn keep_limit(
        &mut self,
        tenant_id: &OrganizationId,
        before_minor: i64,
        estimate_minor: i64,
        context: &mut Context<'_>,
    ) -> Result<(), UsageRefusal> {
        let Some(mut limit) = self.usage_limits.get(tenant_id).cloned() else { return Ok(()) };
        let over = limit.limit_minor.is_some_and(|limit_minor| estimate_minor > limit_minor);
        let refused = over && estimate_minor > before_minor;
        let letter = if refused && !limit.reached {
            // Whoever is told that it is there need not be told that it is near.
            (limit.reached, limit.warned) = (true, true);
            Some(LetterKind::UsageLimit)
        } else if !refused && !limit.warned && limit.is_near(estimate_minor) {
            limit.warned = true;
            Some(LetterKind::UsageNear)
        } else {
            None
        };
        if let Some(letter) = letter {
            self.put_usage_limit(tenant_id, limit);
            self.post(letter, tenant_id, None, context);
        }
        if refused { Err(UsageRefusal::SpendingLimitReached) } else { Ok(()) }
    }

    fn put_usage_limit(&mut self, tenant_id: &OrganizationId, limit: UsageLimit) {
        self.usage_limits.insert(tenant_id.clone(), limit);
        self.changes.usage_limits.insert(tenant_id.clone());
    }

    fn usage_of(&self, tenant_id: &OrganizationId) -> impl Iterator<Item = &UsageTotal> {
        let key = |id| (tenant_id.clone(), UsageTotalId(id));
        self.usage.range(key(Uuid::nil())..=key(Uuid::max())).map(|(_, total)| total)
    }

    /// What no order asks for yet.
    pub(super) fn open_usage(
        &self,
        tenant_id: &OrganizationId,
    ) -> impl Iterator<Item = &UsageTotal> {
        self.usage_of(tenant_id).filter(|total| total.order_id.is_none())
    }

    /// What no order asks for yet, and what an order asked for that ends unpaid.
    pub(super) fn unpaid_usage(
        &self,
        tenant_id: &OrganizationId,
        ended: Option<OrderId>,
    ) -> impl Iterator<Item = &UsageTotal> {
        let of_it = move |total: &&UsageTotal| total.order_id.is_none() || total.order_id == ended;
        self.usage_of(tenant_id).filter(of_it)
    }

    /// Closes these totals: they are on this order. What comes after it is counted, and told, afresh.
    pub(super) fn bill_usage(
        &mut self,
        tenant_id: &OrganizationId,
        ended: Option<OrderId>,
        order_id: OrderId,
    ) {
        let used = self.unpaid_usage(tenant_id, ended).filter(|total| total.quantity > 0);
        let billed: Vec<UsageTotal> = used.cloned().collect();
        for mut total in billed {
            total.order_id = Some(order_id);
            self.changes.change_usage(&total);
            self.usage.insert((tenant_id.clone(), total.id), total);
        }
        let limit = self.usage_limits.get(tenant_id);
        if let Some(limit) = limit.filter(|limit| limit.warned || limit.reached) {
            let limit = UsageLimit { warned: false, reached: false, ..limit.clone() };
            self.put_usage_limit(tenant_id, limit);
        }
    }
}

fn new_total(tenant_id: &OrganizationId, meter: &Meter, context: &mut Context<'_>) -> UsageTotal {
    UsageTotal {
        id: UsageTotalId::next(context.ids),
        tenant_id: tenant_id.clone(),
        meter: meter.slug.clone(),
        name: meter.name.clone(),
        unit: meter.unit.clone(),
        price_minor: meter.price_minor,
        per_units: meter.per_units,
        quantity: 0,
        order_id: None,
        version: NO_ROW,
        created_at: context.now,
    }
}
