//! Disputes: a customer's bank takes a card payment back, and perhaps gives that up.
//!
//! What the bank took is taken from the customer's credit, and what is not there is owed: once for each
//! dispute, and never for what was refunded to the card. A dispute that is won gives back what it took.
//! What is reported may be late, or come twice: a dispute that is won or closed stays so.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::alarms::AlarmKind;
use super::command::{Outcome, RefundRefusal, Refusal, ReportDispute};
use super::credit::{Line, paid_lot};
use super::give_back::{Return, give_back, subtract_last};
use super::rows::{CardPayment, EntryKind, Order};
use super::{Book, Context};
use crate::ids::{CustomerId, DisputeId, LotId, OrderId, OrganizationId, PaymentId};
use crate::refund::DivideError;
use crate::timestamp::Timestamp;
use crate::wallet::{Lot, LotAmount, Wallet};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeState {
    /// The bank asks; no money has moved.
    Inquiry,
    /// The bank has taken the money back, and it can be contested.
    Open,
    /// The money came back.
    Won,
    /// The money is gone.
    Lost,
    /// It ended without money moving.
    Closed,
}

impl DisputeState {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inquiry => "inquiry",
            Self::Open => "open",
            Self::Won => "won",
            Self::Lost => "lost",
            Self::Closed => "closed",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Inquiry, Self::Open, Self::Won, Self::Lost, Self::Closed]
            .into_iter()
            .find(|state| state.as_str() == text)
    }

    /// Whether the bank has the money.
    #[must_use]
    pub const fn money_is_gone(self) -> bool {
        matches!(self, Self::Open | Self::Lost)
    }

    /// Whether a dispute of this state may come to be in the other. A late report would lead elsewhere.
    #[must_use]
    pub const fn leads_to(self, next: Self) -> bool {
        match self {
            Self::Inquiry => !matches!(next, Self::Inquiry),
            Self::Open => matches!(next, Self::Won | Self::Lost | Self::Closed),
            // Banks are overruled now and then.
            Self::Lost => matches!(next, Self::Won),
            Self::Won | Self::Closed => false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    pub id: DisputeId,
    pub stripe_dispute_id: String,
    pub payment_id: PaymentId,
    pub order_id: OrderId,
    pub customer_id: CustomerId,
    pub tenant_id: OrganizationId,
    /// What the cardholder disputes.
    pub amount_minor: i64,
    pub state: DisputeState,
    /// What was taken of which lots for it, less what came back.
    pub taken: Vec<LotAmount>,
    /// What became owed for it, less what came back.
    pub owed_minor: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Dispute {
    /// What was taken from the wallet, or is owed, for it.
    #[must_use]
    pub fn clawed_minor(&self) -> i64 {
        let taken = self.taken.iter().map(|part| part.amount_minor);
        taken.fold(self.owed_minor, i64::saturating_add)
    }

    /// The reason of its ledger lines, which tells them from those of others.
    #[must_use]
    pub fn ledger_reason(&self) -> String {
        format!("dispute:{}", self.stripe_dispute_id)
    }

    /// Takes one of its ledger lines as it was recorded; lines come in the order they were written.
    pub fn load_line(
        &mut self,
        kind: EntryKind,
        lot_id: Option<LotId>,
        amount_minor: i64,
        owed_minor: i64,
    ) {
        let amount = amount_minor.saturating_abs();
        let part = lot_id.map(|lot_id| LotAmount { lot_id, amount_minor: amount });
        match (kind, part) {
            (EntryKind::ClawBack, Some(part)) => self.taken.push(part),
            (EntryKind::Reversal, Some(part)) => subtract_last(&mut self.taken, part),
            (EntryKind::Grant, _) => self.owed_minor = self.owed_minor.saturating_sub(amount),
            _ => self.owed_minor = self.owed_minor.saturating_add(owed_minor),
        }
    }
}

impl Book {
    pub(super) fn report_dispute(
        &mut self,
        report: &ReportDispute,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let order = self.orders.get(&report.order_id).ok_or(Refusal::UnknownOrder)?.clone();
        let payment = self.payment_by_intent(&report.intent_id).ok_or(RefundRefusal::NoPayment)?;
        if report.amount_minor <= 0 {
            return Err(DivideError::NotPositive.into());
        }
        let mut known = self.disputes.values();
        let known = known.find(|d| d.stripe_dispute_id == report.stripe_dispute_id).cloned();
        if known.as_ref().is_some_and(|dispute| !dispute.state.leads_to(report.state)) {
            return Ok(Outcome::Done);
        }
        let fresh = known.is_none();
        let was_gone = known.as_ref().is_some_and(|dispute| dispute.state.money_is_gone());
        let mut dispute = match known {
            Some(dispute) => dispute,
            None => new_dispute(&order, payment, report, context),
        };
        dispute.state = report.state;
        dispute.updated_at = context.now;
        match (was_gone, report.state.money_is_gone()) {
            (false, true) => self.claw_back_disputed(&order, &mut dispute, context)?,
            (true, false) => self.win(&order, &mut dispute, context)?,
            _ => {}
        }
        if fresh || (!was_gone && report.state.money_is_gone()) {
            self.tell_of(&dispute, context);
        }
        if fresh {
            self.changes.new_disputes.insert(dispute.id);
        }
        let subject = order.id.to_string();
        self.audit(&report.actor, "payment.dispute", subject, Some(&order.tenant_id), context);
        self.put_dispute(dispute);
        Ok(Outcome::Done)
    }

    /// What disputes have taken for a payment.
    pub(super) fn clawed_minor(&self, payment_id: PaymentId) -> i64 {
        let disputes = self.disputes.values().filter(|dispute| dispute.payment_id == payment_id);
        disputes.map(Dispute::clawed_minor).fold(0, i64::saturating_add)
    }

    /// Whether the bank has taken a payment back.
    pub(super) fn disputed(&self, payment_id: PaymentId) -> bool {
        let mut disputes = self.disputes.values();
        disputes.any(|dispute| dispute.payment_id == payment_id && dispute.state.money_is_gone())
    }

    /// Gives back `amount_minor` of what disputes of a payment took, the newest first.
    pub(super) fn ease_disputes(
        &mut self,
        order: &Order,
        payment_id: PaymentId,
        amount_minor: i64,
        context: &mut Context<'_>,
    ) -> Result<(), Refusal> {
        if amount_minor == 0 {
            return Ok(());
        }
        let account = self.accounts.get(&order.tenant_id).ok_or(Refusal::NotAMember)?;
        let mut wallet = account.wallet.clone();
        let mut left = amount_minor;
        let mut eased = Vec::new();
        for dispute in self.disputes.values().rev().filter(|d| d.payment_id == payment_id) {
            let amount_minor = left.min(dispute.clawed_minor());
            if amount_minor > 0 {
                let reversal = plan_reversal(dispute, amount_minor, &mut wallet, context)?;
                eased.push((dispute.clone(), reversal));
                left = left.saturating_sub(amount_minor);
            }
        }
        self.put_wallet(&order.tenant_id, wallet);
        for (mut dispute, reversal) in eased {
            self.enter_reversal(order, &mut dispute, reversal, context);
            dispute.updated_at = context.now;
            self.put_dispute(dispute);
        }
        Ok(())
    }

    fn win(
        &mut self,
        order: &Order,
        dispute: &mut Dispute,
        context: &mut Context<'_>,
    ) -> Result<(), Refusal> {
        let account = self.accounts.get(&order.tenant_id).ok_or(Refusal::NotAMember)?;
        let mut wallet = account.wallet.clone();
        let clawed_minor = dispute.clawed_minor();
        let reversal = plan_reversal(dispute, clawed_minor, &mut wallet, context)?;
        self.put_wallet(&order.tenant_id, wallet);
        self.enter_reversal(order, dispute, reversal, context);
        Ok(())
    }

    fn claw_back_disputed(
        &mut self,
        order: &Order,
        dispute: &mut Dispute,
        context: &mut Context<'_>,
    ) -> Result<(), Refusal> {
        let payment_id = dispute.payment_id;
        let paid = self.payments.get(&payment_id).map_or(0, |payment| payment.amount_minor);
        let lost = paid
            .saturating_sub(self.refunded_minor(payment_id))
            .saturating_sub(self.clawed_minor(payment_id));
        let amount_minor = dispute.amount_minor.min(lost);
        if amount_minor <= 0 {
            return Ok(());
        }
        let account = self.accounts.get(&order.tenant_id).ok_or(Refusal::NotAMember)?;
        let mut wallet = account.wallet.clone();
        let (parts, owed_minor) = wallet.claw_back(amount_minor, context.now)?;
        self.put_wallet(&order.tenant_id, wallet);
        for part in &parts {
            self.changes.change_lot(&order.tenant_id, part.lot_id);
            self.enter_disputed(order, dispute, Line::taking(EntryKind::ClawBack, *part), context);
        }
        if owed_minor > 0 {
            self.enter_disputed(order, dispute, owing(EntryKind::ClawBack, owed_minor), context);
        }
        dispute.taken = parts;
        dispute.owed_minor = owed_minor;
        Ok(())
    }

    fn enter_reversal(
        &mut self,
        order: &Order,
        dispute: &mut Dispute,
        reversal: Reversal,
        context: &mut Context<'_>,
    ) {
        let Reversal { forgiven_minor, grant, returned } = reversal;
        let reason = dispute.ledger_reason();
        if forgiven_minor > 0 {
            let line = owing(EntryKind::Reversal, forgiven_minor.saturating_neg());
            self.enter_disputed(order, dispute, line, context);
        }
        if let Some(lot) = &grant {
            let (tenant_id, customer_id) = (&order.tenant_id, order.customer_id);
            let reason = reason.clone();
            self.enter_grant(tenant_id, customer_id, lot, reason, Some(order.id), context);
        }
        let granted_minor = grant.map_or(0, |lot| lot.amount_minor);
        dispute.owed_minor =
            dispute.owed_minor.saturating_sub(forgiven_minor).saturating_sub(granted_minor);
        for part in &returned.parts {
            subtract_last(&mut dispute.taken, part.part);
        }
        self.enter_given_back(order, EntryKind::Reversal, &reason, returned, context);
    }

    fn enter_disputed(
        &mut self,
        order: &Order,
        dispute: &Dispute,
        line: Line,
        context: &mut Context<'_>,
    ) {
        let reason = dispute.ledger_reason();
        self.enter(order.customer_id, line, reason, Some(order.id), context);
    }

    fn tell_of(&mut self, dispute: &Dispute, context: &mut Context<'_>) {
        let detail = format!(
            "{} of an order's payment is disputed ({}), {} taken back here; answer it at Stripe",
            context.currency.format(dispute.amount_minor),
            dispute.state.as_str(),
            context.currency.format(dispute.clawed_minor()),
        );
        let about = (&dispute.tenant_id, Some(dispute.order_id));
        self.raise(AlarmKind::Dispute, &dispute.stripe_dispute_id, detail, about, context);
    }

    fn put_dispute(&mut self, dispute: Dispute) {
        self.changes.change_dispute(dispute.id);
        self.disputes.insert(dispute.id, dispute);
    }
}

/// What was taken for a dispute on its way back, not yet in the book.
struct Reversal {
    forgiven_minor: i64,
    grant: Option<Lot>,
    returned: Return,
}

/// Gives back on a copy of the wallet what was taken for a dispute: first what became owed, then what was
/// taken of lots. What was owed and has been settled since comes back as credit of its own, without an end.
fn plan_reversal(
    dispute: &Dispute,
    amount_minor: i64,
    wallet: &mut Wallet,
    context: &mut Context<'_>,
) -> Result<Reversal, Refusal> {
    let of_debt = dispute.owed_minor.min(amount_minor);
    let of_lots = amount_minor.saturating_sub(of_debt);
    let forgiven_minor = wallet.forgive(of_debt)?;
    let settled_since = of_debt.saturating_sub(forgiven_minor);
    let grant =
        (settled_since > 0).then(|| paid_lot(dispute.ledger_reason(), settled_since, context));
    if let Some(lot) = &grant {
        wallet.grant(lot.clone())?;
    }
    let returned = give_back(&dispute.taken, of_lots, wallet, context)?;
    Ok(Reversal { forgiven_minor, grant, returned })
}

fn new_dispute(
    order: &Order,
    payment: &CardPayment,
    report: &ReportDispute,
    context: &mut Context<'_>,
) -> Dispute {
    Dispute {
        id: DisputeId::next(context.ids),
        stripe_dispute_id: report.stripe_dispute_id.clone(),
        payment_id: payment.id,
        order_id: order.id,
        customer_id: order.customer_id,
        tenant_id: order.tenant_id.clone(),
        amount_minor: report.amount_minor,
        state: report.state,
        taken: Vec::new(),
        owed_minor: 0,
        created_at: context.now,
        updated_at: context.now,
    }
}

/// A line of what is owed alone; below zero of what is owed no more.
fn owing(kind: EntryKind, owed_minor: i64) -> Line {
    Line { kind, lot_id: None, amount_minor: 0, owed_minor }
}
