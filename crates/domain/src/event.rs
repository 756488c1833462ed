//! What happened, for other services (events) and for the record (audit).
//!
//! Both are written in the transaction that made them true. Names and shapes are those of the wire
//! contract; a member may be added, none may change.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;
use uuid::Uuid;

use crate::ids::{
    CustomerId, InvoiceId, OrderId, OrganizationId, RedemptionId, SubscriptionId, UserId,
};
use crate::timestamp::Timestamp;
use crate::voucher::Code;

/// An event as it waits in the outbox. The relay adds the envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub id: Uuid,
    pub at: Timestamp,
    pub tenant_id: Option<OrganizationId>,
    pub data: EventData,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum EventData {
    OrderPlaced(OrderPlaced),
    VoucherIssued(VoucherChanged),
    VoucherRevoked(VoucherChanged),
    VoucherRedeemed(RedemptionChanged),
    VoucherReleased(RedemptionChanged),
    SubscriptionCreated(SubscriptionChanged),
    SubscriptionRenewed(SubscriptionChanged),
    SubscriptionUpdated(SubscriptionChanged),
    SubscriptionCanceled(SubscriptionChanged),
    InvoiceCreated(InvoiceChanged),
    InvoicePaid(InvoiceChanged),
    InvoiceVoided(InvoiceChanged),
    TenantCreated(TenantChanged),
    TenantDeleted(TenantChanged),
    AppInstallRequested(AppRequested),
    AppUninstallRequested(AppRequested),
    ProvisionStarted(ProvisionChanged),
    ProvisionCompleted(ProvisionChanged),
    ProvisionFailed(ProvisionChanged),
    UserCreated(UserChanged),
    UserLogin(UserLogin),
}

impl EventData {
    /// The event's type on the wire.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::OrderPlaced(_) => "order.placed",
            Self::VoucherIssued(_) => "voucher.issued",
            Self::VoucherRevoked(_) => "voucher.revoked",
            Self::VoucherRedeemed(_) => "voucher.redeemed",
            Self::VoucherReleased(_) => "voucher.released",
            Self::SubscriptionCreated(_) => "subscription.created",
            Self::SubscriptionRenewed(_) => "subscription.renewed",
            Self::SubscriptionUpdated(_) => "subscription.updated",
            Self::SubscriptionCanceled(_) => "subscription.canceled",
            Self::InvoiceCreated(_) => "invoice.created",
            Self::InvoicePaid(_) => "invoice.paid",
            Self::InvoiceVoided(_) => "invoice.voided",
            Self::TenantCreated(_) => "tenant.created",
            Self::TenantDeleted(_) => "tenant.deleted",
            Self::AppInstallRequested(_) => "tenant.app_install_requested",
            Self::AppUninstallRequested(_) => "tenant.app_uninstall_requested",
            Self::ProvisionStarted(_) => "provision.started",
            Self::ProvisionCompleted(_) => "provision.completed",
            Self::ProvisionFailed(_) => "provision.failed",
            Self::UserCreated(_) => "user.created",
            Self::UserLogin(_) => "user.login",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderPlaced {
    pub id: OrderId,
    pub customer_id: CustomerId,
    pub tenant_id: OrganizationId,
    pub plan_id: String,
    pub apps: Vec<String>,
    pub addons: Vec<String>,
    pub amount_omr: i64,
    pub amount_baisa: i64,
    pub currency: &'static str,
    pub status: &'static str,
    pub subdomain: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VoucherChanged {
    pub code: Code,
    pub credit_minor: i64,
    pub currency: &'static str,
    pub active: bool,
    pub max_redemptions: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RedemptionChanged {
    pub id: RedemptionId,
    pub code: Code,
    pub customer_id: CustomerId,
    pub tenant_id: OrganizationId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    pub credit_minor: i64,
    pub currency: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubscriptionChanged {
    pub id: SubscriptionId,
    pub customer_id: CustomerId,
    pub tenant_id: OrganizationId,
    pub plan_id: String,
    pub status: &'static str,
    pub current_period_start: Timestamp,
    pub current_period_end: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InvoiceChanged {
    pub id: InvoiceId,
    pub customer_id: CustomerId,
    pub tenant_id: OrganizationId,
    /// None of an invoice of Stripe's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    pub amount_baisa: i64,
    pub currency: &'static str,
    pub status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TenantChanged {
    pub id: OrganizationId,
    pub slug: String,
    pub name: String,
    pub owner_id: UserId,
    pub plan_id: String,
    pub status: &'static str,
}

/// An app that an Organization wants to have, or wants no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppRequested {
    pub tenant_id: OrganizationId,
    pub app_slug: String,
    /// What comes or goes with it, by slug.
    pub dependencies: Vec<String>,
}

/// How far the work on an Organization's desired state has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProvisionChanged {
    pub id: Uuid,
    pub tenant_id: OrganizationId,
    pub status: &'static str,
    /// Why it failed, in words for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserChanged {
    pub id: UserId,
    pub email: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserLogin {
    pub id: UserId,
    pub email: String,
    /// How they showed who they are: `email`, `password`, or `oidc:` and the issuer's name.
    pub method: String,
}

/// One line of the audit log: who did what to what, from which request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    pub id: Uuid,
    pub at: Timestamp,
    pub actor: Actor,
    pub action: &'static str,
    /// What was acted on, e.g. an order's identifier or a voucher's code.
    pub subject: String,
    pub tenant_id: Option<OrganizationId>,
}

/// Who asks, and in which request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub user_id: UserId,
    pub request_id: String,
}

impl Actor {
    /// A job of the program itself.
    #[must_use]
    pub fn system(job: &str) -> Self {
        Self { user_id: UserId("system".into()), request_id: job.into() }
    }
}
