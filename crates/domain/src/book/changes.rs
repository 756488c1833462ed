//! What a batch of decisions changed: the rows to insert, and which loaded rows to update.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::alarms::Alarm;
use super::letters::Letter;
use super::move_away::Departure;
use super::refunds::Refund;
use super::replies::ReplyKey;
use super::rows::{LedgerEntry, SavedCard};
use crate::event::{AuditEntry, Event};
use crate::ids::{
    CampaignId, CustomerId, DisputeId, HoldId, InvoiceId, LotId, OrderId, OrganizationId,
    PaymentId, RedemptionId, SubscriptionId, UsageTotalId,
};
use crate::timestamp::Timestamp;
use crate::usage::UsageTotal;
use crate::voucher::Code;

/// Redemptions and their credit, more or (below zero) fewer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CampaignCount {
    pub redemptions: i64,
    pub granted_minor: i64,
}

/// Rows named here are read from the book when they are written, so that a row made and changed in
/// one batch is written once, in its last state.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Vouchers whose counter changed.
    pub vouchers: BTreeSet<Code>,
    /// Campaigns of which more is granted, or less.
    pub campaigns: BTreeSet<CampaignId>,
    /// By how much, in which quarter of an hour: redemptions and their credit.
    pub campaign_counts: BTreeMap<(CampaignId, Timestamp), CampaignCount>,
    pub wallets: BTreeSet<OrganizationId>,
    /// Organizations whose plan, apps or add-ons changed.
    pub organizations: BTreeSet<OrganizationId>,
    pub new_lots: BTreeSet<(OrganizationId, LotId)>,
    pub changed_lots: BTreeSet<(OrganizationId, LotId)>,
    pub new_orders: BTreeSet<OrderId>,
    pub changed_orders: BTreeSet<OrderId>,
    pub new_redemptions: BTreeSet<RedemptionId>,
    pub changed_redemptions: BTreeSet<RedemptionId>,
    pub new_holds: BTreeSet<HoldId>,
    pub changed_holds: BTreeSet<HoldId>,
    pub entries: Vec<LedgerEntry>,
    pub new_payments: BTreeSet<PaymentId>,
    /// The card that each account paid with last.
    pub cards: BTreeMap<CustomerId, SavedCard>,
    pub new_refunds: Vec<Refund>,
    pub new_disputes: BTreeSet<DisputeId>,
    pub changed_disputes: BTreeSet<DisputeId>,
    pub alarms: Vec<Alarm>,
    pub letters: Vec<Letter>,
    pub new_subscriptions: BTreeSet<SubscriptionId>,
    pub changed_subscriptions: BTreeSet<SubscriptionId>,
    /// New ones that something happened to in the same batch.
    pub touched_subscriptions: BTreeSet<SubscriptionId>,
    pub new_usage_totals: BTreeSet<(OrganizationId, UsageTotalId)>,
    pub changed_usage_totals: BTreeSet<(OrganizationId, UsageTotalId)>,
    /// By what whoever reported calls them, which is another's in another Organization.
    pub new_usage_events: BTreeSet<(OrganizationId, String)>,
    /// Organizations whose owner was told of their spending limit, or may be told again.
    pub usage_limits: BTreeSet<OrganizationId>,
    pub new_invoices: BTreeSet<InvoiceId>,
    pub changed_invoices: BTreeSet<InvoiceId>,
    pub new_replies: BTreeSet<ReplyKey>,
    pub changed_replies: BTreeSet<ReplyKey>,
    /// Organizations that are with another Sovereign from now on.
    pub departures: Vec<Departure>,
    pub events: Vec<Event>,
    pub audit: Vec<AuditEntry>,
}

impl Changes {
    /// Nothing to write: every command was refused or replayed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.audit.is_empty()
            && self.entries.is_empty()
            && self.new_replies.is_empty()
            && self.changed_replies.is_empty()
            && self.changed_orders.is_empty()
            // Usage that is refused may have a letter written all the same.
            && self.usage_limits.is_empty()
    }

    pub(super) fn change_lot(&mut self, tenant_id: &OrganizationId, lot_id: LotId) {
        let key = (tenant_id.clone(), lot_id);
        if !self.new_lots.contains(&key) {
            self.changed_lots.insert(key);
        }
    }

    pub(super) fn change_order(&mut self, order_id: OrderId) {
        if !self.new_orders.contains(&order_id) {
            self.changed_orders.insert(order_id);
        }
    }

    pub(super) fn change_redemption(&mut self, id: RedemptionId) {
        if !self.new_redemptions.contains(&id) {
            self.changed_redemptions.insert(id);
        }
    }

    pub(super) fn change_dispute(&mut self, id: DisputeId) {
        if !self.new_disputes.contains(&id) {
            self.changed_disputes.insert(id);
        }
    }

    pub(super) fn change_hold(&mut self, id: HoldId) {
        if !self.new_holds.contains(&id) {
            self.changed_holds.insert(id);
        }
    }

    pub(super) fn change_subscription(&mut self, id: SubscriptionId) {
        if self.new_subscriptions.contains(&id) {
            self.touched_subscriptions.insert(id);
        } else {
            self.changed_subscriptions.insert(id);
        }
    }

    pub(super) fn change_usage(&mut self, total: &UsageTotal) {
        let key = (total.tenant_id.clone(), total.id);
        if total.has_row() {
            self.changed_usage_totals.insert(key);
        } else {
            self.new_usage_totals.insert(key);
        }
    }

    pub(super) fn change_invoice(&mut self, id: InvoiceId) {
        if !self.new_invoices.contains(&id) {
            self.changed_invoices.insert(id);
        }
    }
}
