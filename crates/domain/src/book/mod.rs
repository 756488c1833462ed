//! The money engine's pure core: rows are loaded into a [`Book`], commands are decided on it one after
//! another, and the [`Changes`] it collects are written.
//!
//! A decision works on copies and puts them back at its end, so that a refusal leaves nothing behind.
//! The same code, given a book that holds everything, is the model the engine is tested against.

mod alarms;
mod apps;
mod campaigns;
mod cancel;
mod change;
mod changes;
mod checkout;
mod command;
mod complete;
mod credit;
mod disputes;
mod finish;
mod give_back;
mod last_usage;
mod letters;
mod move_away;
mod orders;
mod payment;
mod policy;
mod quote;
mod refund_order;
mod refunds;
mod renew;
mod replies;
mod rows;
mod unpaid;
mod unused;
mod usage;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;

pub use self::alarms::{Alarm, AlarmKind};
pub use self::campaigns::Customer;
pub use self::change::CHANGE_QUOTE_SECONDS;
pub use self::changes::{CampaignCount, Changes};
pub use self::command::{
    Adjust, Answer, AppChange, BookRefund, Cancel, CancelAt, ChangeAnswer, ChangePreview,
    ChangeSubscription, Checkout, CheckoutAnswer, Command, CompleteOrder, FailedAttempt, MoveAway,
    Outcome, RecordUsage, RedeemAnswer, RedeemVoucher, RefundAnswer, RefundOrder, RefundRefusal,
    Refusal, ReportDispute, Retry,
};
pub(crate) use self::credit::voucher_lot;
pub use self::disputes::{Dispute, DisputeState};
pub use self::give_back::RETURNED_CREDIT_DAYS;
pub use self::letters::{Letter, LetterKind};
pub use self::move_away::Departure;
pub use self::quote::CheckoutQuote;
pub use self::refunds::{Refund, RefundStatus};
pub use self::renew::LOW_CREDIT_WARNING_DAYS;
pub use self::replies::{IMPLICIT_REPLAY_SECONDS, Idempotency, Reply, ReplyKey, Route};
pub use self::rows::{
    CardPayment, EntryKind, Hold, HoldState, LedgerEntry, Order, OrderKind, OrderStatus,
    PaymentPurpose, Redemption, RedemptionState, SavedCard,
};
pub use self::unpaid::{AttemptFailure, RETRY_AFTER_DAYS};
pub use self::unused::UNUSED;
pub use self::usage::{UsageRefusal, UsageVerdict};

use crate::calendar::TimeZone;
use crate::campaign::Campaign;
use crate::catalog::Catalog;
use crate::checkout::ChargeRules;
use crate::event::{Actor, AuditEntry, Event, EventData};
use crate::ids::{
    CampaignId, CustomerId, DisputeId, HoldId, IdSource, InvoiceId, LotId, OrderId, OrganizationId,
    PaymentId, RedemptionId, RefundId, SubscriptionId, UsageTotalId, UserId,
};
use crate::money::Currency;
use crate::organization::{MemberRole, OrganizationStatus, Place};
use crate::policy::Approval;
use crate::services::Dedicated;
use crate::subscription::{Invoice, Subscription};
use crate::tax::TaxRules;
use crate::timestamp::Timestamp;
use crate::usage::{Meter, UsageEvent, UsageLimit, UsageTotal};
use crate::voucher::{Code, Voucher};
use crate::wallet::{LotAmount, Wallet};

/// An Organization as far as money goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub tenant_id: OrganizationId,
    pub customer_id: CustomerId,
    pub status: OrganizationStatus,
    pub place: Place,
    /// The Sovereign that has it now, where it has moved away.
    pub moved_to: Option<String>,
    pub subdomain: String,
    pub plan_id: String,
    pub apps: alloc::vec::Vec<String>,
    pub addons: alloc::vec::Vec<String>,
    pub dedicated: Dedicated,
    pub wallet: Wallet,
    /// Of the wallet's row when it was loaded; the write is guarded by it.
    pub version: i64,
    pub live_subscription: Option<SubscriptionId>,
    pub pending_order: Option<OrderId>,
}

/// What every decision of a batch shares.
pub struct Context<'a> {
    /// The batch's moment, read after its rows were locked.
    pub now: Timestamp,
    pub currency: Currency,
    /// `None` while no card processor is configured.
    pub charge_rules: Option<ChargeRules>,
    pub tax: TaxRules,
    /// Where anniversaries are reckoned.
    pub zone: &'a TimeZone,
    pub ids: &'a mut dyn IdSource,
}

/// The rows a batch of commands can touch, and what became of them.
#[derive(Debug, Clone, Default)]
pub struct Book {
    pub catalog: Arc<Catalog>,
    pub vouchers: BTreeMap<Code, Voucher>,
    /// Those that the vouchers are in, and the redemptions that may change.
    pub campaigns: BTreeMap<CampaignId, Campaign>,
    pub accounts: BTreeMap<OrganizationId, Account>,
    pub members: BTreeMap<(OrganizationId, UserId), MemberRole>,
    pub orders: BTreeMap<OrderId, Order>,
    pub holds: BTreeMap<HoldId, Hold>,
    pub payments: BTreeMap<PaymentId, CardPayment>,
    /// Live ones that this Sovereign bills.
    pub subscriptions: BTreeMap<SubscriptionId, Subscription>,
    /// Those that are to be paid.
    pub invoices: BTreeMap<InvoiceId, Invoice>,
    pub refunds: BTreeMap<RefundId, Refund>,
    pub disputes: BTreeMap<DisputeId, Dispute>,
    /// What each order drew of which lots, less what came back, in the order it was drawn. Whole for the
    /// orders that a refund or a dispute names.
    pub draws: BTreeMap<OrderId, alloc::vec::Vec<LotAmount>>,
    /// What was spent of each lot, by orders and to settle debts, less what came back. Whole for the lots
    /// of the redemptions of those orders.
    pub spent: BTreeMap<LotId, i64>,
    pub redemptions: BTreeMap<RedemptionId, Redemption>,
    /// Live redemptions, found as the two rules ask for them.
    pub redeemed_by_user: BTreeMap<(UserId, Code), RedemptionId>,
    pub redeemed_by_organization: BTreeMap<(OrganizationId, Code), RedemptionId>,
    /// How many vouchers of a campaign were redeemed, where it limits that.
    pub campaign_redemptions: BTreeMap<(CampaignId, Customer), i64>,
    pub replies: BTreeMap<ReplyKey, Reply>,
    /// Read only where the policy asks for any.
    pub approvals: BTreeMap<OrganizationId, alloc::vec::Vec<Approval>>,
    /// By slug; whole where usage is reported.
    pub meters: BTreeMap<String, Meter>,
    /// What no order asks for yet, and what is on the renewals that are due.
    pub usage: BTreeMap<(OrganizationId, UsageTotalId), UsageTotal>,
    /// Those that were reported before, of those that are reported.
    pub usage_events: BTreeMap<(OrganizationId, String), UsageEvent>,
    pub usage_limits: BTreeMap<OrganizationId, UsageLimit>,
    pub changes: Changes,
}

impl Book {
    /// Decides one command. A refusal changes nothing.
    ///
    /// # Errors
    /// The rule that refuses it.
    pub fn decide(
        &mut self,
        command: &Command,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        if self.is_away(command) {
            return Err(Refusal::OrganizationMoving);
        }
        match command {
            Command::Checkout(checkout) => self.checkout(checkout, context),
            Command::RedeemVoucher(redeem) => self.redeem_voucher(redeem, context),
            Command::CompleteOrder(payment) => self.complete_order(payment, context),
            Command::CloseOrder { order_id, status, actor } => {
                self.close_order(*order_id, *status, actor, context)
            }
            Command::AttachSession { order_id, session_id, session_url } => {
                self.attach_session(*order_id, session_id, session_url, context)
            }
            Command::Adjust(adjust) => self.adjust(adjust, context),
            Command::Expire { tenant_id } => self.expire(tenant_id, context),
            Command::Renew { tenant_id } => self.renew(tenant_id, context),
            Command::RetryDue { order_id, how, actor } => {
                self.retry_due(*order_id, *how, actor, context)
            }
            Command::FailAttempt(failed) => self.fail_attempt(failed, context),
            Command::AttachIntent { order_id, attempt, intent_id } => {
                self.attach_intent(*order_id, *attempt, intent_id, context)
            }
            Command::Cancel(request) => self.cancel(request, context),
            Command::Resume { tenant_id, actor } => self.resume(tenant_id, actor, context),
            Command::ChangeSubscription(change) => self.change_subscription(change, context),
            Command::EndOrganization { tenant_id, actor } => {
                Ok(self.end_organization(tenant_id, actor, context))
            }
            Command::WarnOfLowCredit { tenant_id } => self.warn_of_low_credit(tenant_id, context),
            Command::RefundOrder(refund) => self.refund_order(refund, context),
            Command::BookRefund(refund) => self.book_refund(refund, context),
            Command::RecordUsage(usage) => Ok(self.record_usage(usage, context)),
            Command::ReportDispute(dispute) => self.report_dispute(dispute, context),
            Command::MoveAway(request) => self.move_away(request, context),
        }
    }

    /// Takes note of a live redemption, for the two rules that allow one each.
    pub fn index_redemption(&mut self, redemption: Redemption) {
        let code = redemption.code.clone();
        let by_user = (redemption.user_id.clone(), code.clone());
        let by_organization = (redemption.tenant_id.clone(), code);
        if redemption.state != RedemptionState::Released {
            self.redeemed_by_user.insert(by_user, redemption.id);
            self.redeemed_by_organization.insert(by_organization, redemption.id);
        }
        self.redemptions.insert(redemption.id, redemption);
    }

    /// Puts a changed wallet back.
    fn put_wallet(&mut self, tenant_id: &OrganizationId, wallet: Wallet) {
        debug_assert_eq!(wallet.fault(), None);
        if let Some(account) = self.accounts.get_mut(tenant_id) {
            account.wallet = wallet;
            self.changes.wallets.insert(tenant_id.clone());
        }
    }

    fn emit(
        &mut self,
        tenant_id: Option<&OrganizationId>,
        data: EventData,
        context: &mut Context<'_>,
    ) {
        let id = context.ids.next_id();
        self.changes.events.push(Event {
            id,
            at: context.now,
            tenant_id: tenant_id.cloned(),
            data,
        });
    }

    fn audit(
        &mut self,
        actor: &Actor,
        action: &'static str,
        subject: String,
        tenant_id: Option<&OrganizationId>,
        context: &mut Context<'_>,
    ) {
        self.changes.audit.push(AuditEntry {
            id: context.ids.next_id(),
            at: context.now,
            actor: actor.clone(),
            action,
            subject,
            tenant_id: tenant_id.cloned(),
        });
    }
}
