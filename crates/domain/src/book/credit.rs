//! Credit that comes and goes without an order: redemptions, adjustments, expiry.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::command::{Adjust, Answer, Checkout, Outcome, RedeemAnswer, RedeemVoucher, Refusal};
use super::replies::{ReplyKey, Route};
use super::rows::{EntryKind, LedgerEntry, Order, Redemption, RedemptionState};
use super::{Account, Book, Context};
use crate::event::{Actor, EventData, RedemptionChanged};
use crate::ids::{CustomerId, EntryId, LotId, OrderId, OrganizationId, RedemptionId, UserId};
use crate::timestamp::Timestamp;
use crate::voucher::{Code, Voucher, VoucherRefusal};
use crate::wallet::{Lot, LotAmount, LotSource, Wallet};

/// The burn priority of credit that has no reason for another.
const DEFAULT_PRIORITY: i16 = 100;

/// A redemption that no rule refuses, not yet put into the book.
pub(super) struct RedemptionDraft {
    redemption: Redemption,
    lot: Lot,
    settled_minor: i64,
}

impl RedemptionDraft {
    pub(super) fn lot_id(&self) -> LotId {
        self.lot.id
    }

    pub(super) fn lot(&self) -> &Lot {
        &self.lot
    }

    /// Adds the lot to a copy of the wallet.
    pub(super) fn grant(mut self, wallet: &mut Wallet) -> Result<Self, Refusal> {
        self.settled_minor = wallet.grant(self.lot.clone())?;
        Ok(self)
    }
}

/// What the two ways of redeeming have in common.
pub(super) trait RedemptionRequest {
    fn user_id(&self) -> &UserId;
}

impl RedemptionRequest for Checkout {
    fn user_id(&self) -> &UserId {
        &self.actor.user_id
    }
}

impl RedemptionRequest for RedeemVoucher {
    fn user_id(&self) -> &UserId {
        &self.actor.user_id
    }
}

impl Book {
    pub(super) fn redeem_voucher(
        &mut self,
        request: &RedeemVoucher,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let key = ReplyKey::new(&request.actor.user_id, Route::RedeemVoucher, &request.idempotency);
        if let Some(outcome) = self.replay(&key, &request.idempotency, context)? {
            return Ok(outcome);
        }
        let account = self.spendable_account(&request.tenant_id, &request.actor.user_id)?;
        let draft = self.draft_redemption(
            &request.code,
            request.promo_value_minor,
            account,
            request,
            context,
        )?;
        let mut wallet = account.wallet.clone();
        let draft = draft.grant(&mut wallet)?;

        let credit_minor = draft.lot.amount_minor;
        let available_minor = wallet.available_minor(context.now);
        let answer = Answer::Redeem(RedeemAnswer {
            code: request.code.as_str().into(),
            credit_omr: context.currency.whole_units(credit_minor),
            credit_minor,
            credit_balance: context.currency.whole_units(available_minor),
            credit_balance_minor: available_minor,
            currency: context.currency.code().into(),
        });
        let subject = draft.redemption.id.to_string();
        self.put_wallet(&request.tenant_id, wallet);
        self.put_redemption(draft, None, true, context);
        self.remember(key, &request.idempotency, None, Some(answer.clone()), context.now);
        self.audit(&request.actor, "voucher.redeem", subject, Some(&request.tenant_id), context);
        Ok(Outcome::Answered { answer, replayed: false })
    }

    /// Applies every rule of redemption.
    pub(super) fn draft_redemption(
        &self,
        code: &Code,
        seen_value_minor: Option<i64>,
        account: &Account,
        request: &dyn RedemptionRequest,
        context: &mut Context<'_>,
    ) -> Result<RedemptionDraft, Refusal> {
        let user_id = request.user_id();
        let voucher = self.vouchers.get(code).ok_or(VoucherRefusal::Unknown)?;
        let refusal = voucher.refusal(self.campaign_of(voucher), context.now);
        if refusal == Some(VoucherRefusal::Unknown) {
            return Err(VoucherRefusal::Unknown.into());
        }
        // Its own past tells a customer more than the voucher's state does.
        if self.redeemed_by_user.contains_key(&(user_id.clone(), code.clone())) {
            return Err(VoucherRefusal::RedeemedByUser.into());
        }
        let organization = (account.tenant_id.clone(), code.clone());
        if self.redeemed_by_organization.contains_key(&organization) {
            return Err(VoucherRefusal::RedeemedByOrganization.into());
        }
        let limit = self.campaign_limit(voucher, &account.tenant_id, user_id);
        if let Some(refusal) = limit.or(refusal) {
            return Err(refusal.into());
        }
        if seen_value_minor.is_some_and(|seen| seen != voucher.credit_minor) {
            return Err(Refusal::VoucherChanged { credit_minor: voucher.credit_minor });
        }
        Ok(draft(voucher, account, user_id, context))
    }

    /// Files a redemption: counter, row, grant, event. The wallet was put back before.
    pub(super) fn put_redemption(
        &mut self,
        draft: RedemptionDraft,
        order_id: Option<OrderId>,
        settled_now: bool,
        context: &mut Context<'_>,
    ) {
        let RedemptionDraft { mut redemption, lot, settled_minor } = draft;
        redemption.order_id = order_id;
        redemption.state =
            if settled_now { RedemptionState::Redeemed } else { RedemptionState::Reserved };
        self.count_redemption(&redemption, true);
        let reason = format!("promo:{}", redemption.code.as_str());
        self.enter_grant(
            &redemption.tenant_id,
            redemption.customer_id,
            &lot,
            reason,
            order_id,
            context,
        );
        self.enter_settlement(redemption.customer_id, lot.id, settled_minor, context);
        if settled_now {
            self.emit_redemption(&redemption, true, context);
        }
        self.changes.new_redemptions.insert(redemption.id);
        self.index_redemption(redemption);
    }

    pub(super) fn adjust(
        &mut self,
        request: &Adjust,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let account = self.accounts.get(&request.tenant_id).ok_or(Refusal::NotAMember)?;
        let (customer_id, mut wallet) = (account.customer_id, account.wallet.clone());
        if request.amount_minor >= 0 {
            let lot = adjustment_lot(request, context);
            let settled = wallet.grant(lot.clone())?;
            self.put_wallet(&request.tenant_id, wallet);
            let reason = request.reason.clone();
            self.enter_grant(&request.tenant_id, customer_id, &lot, reason, None, context);
            self.enter_settlement(customer_id, lot.id, settled, context);
        } else {
            let (parts, owed) =
                wallet.claw_back(request.amount_minor.saturating_neg(), context.now)?;
            self.put_wallet(&request.tenant_id, wallet);
            for part in parts {
                self.changes.change_lot(&request.tenant_id, part.lot_id);
                let entry = Line { owed_minor: 0, ..Line::taking(EntryKind::ClawBack, part) };
                self.enter(customer_id, entry, request.reason.clone(), None, context);
            }
            if owed > 0 {
                let entry = Line {
                    kind: EntryKind::ClawBack,
                    lot_id: None,
                    amount_minor: 0,
                    owed_minor: owed,
                };
                self.enter(customer_id, entry, request.reason.clone(), None, context);
            }
        }
        let tenant_id = &request.tenant_id;
        self.audit(
            &request.actor,
            "credit.adjust",
            tenant_id.to_string(),
            Some(tenant_id),
            context,
        );
        Ok(Outcome::Done)
    }

    pub(super) fn expire(
        &mut self,
        tenant_id: &OrganizationId,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let account = self.accounts.get(tenant_id).ok_or(Refusal::NotAMember)?;
        let (customer_id, mut wallet) = (account.customer_id, account.wallet.clone());
        let expired = wallet.expire(context.now)?;
        if expired.is_empty() {
            return Ok(Outcome::Done);
        }
        self.put_wallet(tenant_id, wallet);
        self.enter_expiry(tenant_id, customer_id, expired, context);
        let actor = Actor::system("credit-expiry");
        self.audit(&actor, "credit.expire", tenant_id.to_string(), Some(tenant_id), context);
        Ok(Outcome::Done)
    }

    /// The ledger lines of credit that was written off.
    pub(super) fn enter_expiry(
        &mut self,
        tenant_id: &OrganizationId,
        customer_id: CustomerId,
        expired: Vec<LotAmount>,
        context: &mut Context<'_>,
    ) {
        for part in expired {
            self.changes.change_lot(tenant_id, part.lot_id);
            let line = Line::taking(EntryKind::Expiry, part);
            self.enter(customer_id, line, "credit-expired".into(), None, context);
        }
    }

    /// The ledger line of credit that pays for an order.
    pub(super) fn enter_draw(
        &mut self,
        order: &Order,
        kind: EntryKind,
        part: LotAmount,
        context: &mut Context<'_>,
    ) {
        let line = Line::taking(kind, part);
        self.enter(order.customer_id, line, "order-payment".into(), Some(order.id), context);
        self.note_draw(order.id, part);
    }

    pub(super) fn enter(
        &mut self,
        customer_id: CustomerId,
        line: Line,
        reason: String,
        order_id: Option<OrderId>,
        context: &mut Context<'_>,
    ) {
        self.note_spent(line);
        self.changes.entries.push(LedgerEntry {
            id: EntryId::next(context.ids),
            customer_id,
            lot_id: line.lot_id,
            kind: line.kind,
            amount_minor: line.amount_minor,
            owed_minor: line.owed_minor,
            reason,
            order_id,
            created_at: context.now,
        });
    }

    pub(super) fn enter_grant(
        &mut self,
        tenant_id: &OrganizationId,
        customer_id: CustomerId,
        lot: &Lot,
        reason: String,
        order_id: Option<OrderId>,
        context: &mut Context<'_>,
    ) {
        self.changes.new_lots.insert((tenant_id.clone(), lot.id));
        let line = Line {
            kind: EntryKind::Grant,
            lot_id: Some(lot.id),
            amount_minor: lot.amount_minor,
            owed_minor: 0,
        };
        self.enter(customer_id, line, reason, order_id, context);
    }

    /// The ledger lines of a grant that comes back with its order.
    pub(super) fn enter_regrant(
        &mut self,
        redemption: &Redemption,
        settled_minor: i64,
        context: &mut Context<'_>,
    ) {
        let line = Line {
            kind: EntryKind::Grant,
            lot_id: Some(redemption.lot_id),
            amount_minor: redemption.credit_minor,
            owed_minor: 0,
        };
        let reason = format!("promo:{}", redemption.code.as_str());
        self.enter(redemption.customer_id, line, reason, redemption.order_id, context);
        self.enter_settlement(redemption.customer_id, redemption.lot_id, settled_minor, context);
    }

    pub(super) fn enter_settlement(
        &mut self,
        customer_id: CustomerId,
        lot_id: LotId,
        settled_minor: i64,
        context: &mut Context<'_>,
    ) {
        if settled_minor > 0 {
            let part = LotAmount { lot_id, amount_minor: settled_minor };
            let owed_minor = settled_minor.saturating_neg();
            let line = Line { owed_minor, ..Line::taking(EntryKind::Settlement, part) };
            self.enter(customer_id, line, "owed-credit-settled".into(), None, context);
        }
    }

    pub(super) fn emit_redemption(
        &mut self,
        redemption: &Redemption,
        redeemed: bool,
        context: &mut Context<'_>,
    ) {
        let change = RedemptionChanged {
            id: redemption.id,
            code: redemption.code.clone(),
            customer_id: redemption.customer_id,
            tenant_id: redemption.tenant_id.clone(),
            order_id: redemption.order_id,
            credit_minor: redemption.credit_minor,
            currency: context.currency.code(),
        };
        let data = if redeemed {
            EventData::VoucherRedeemed(change)
        } else {
            EventData::VoucherReleased(change)
        };
        self.emit(Some(&redemption.tenant_id), data, context);
    }
}

/// The amounts of a ledger line.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub(super) kind: EntryKind,
    pub(super) lot_id: Option<LotId>,
    pub(super) amount_minor: i64,
    pub(super) owed_minor: i64,
}

impl Line {
    pub(super) fn taking(kind: EntryKind, part: LotAmount) -> Self {
        let amount_minor = part.amount_minor.saturating_neg();
        Self { kind, lot_id: Some(part.lot_id), amount_minor, owed_minor: 0 }
    }
}

/// The credit of a voucher that is redeemed at `now`.
pub(crate) fn voucher_lot(voucher: &Voucher, id: LotId, now: Timestamp) -> Lot {
    Lot {
        id,
        source: LotSource::Voucher,
        reference: voucher.code.as_str().into(),
        promotional: true,
        priority: DEFAULT_PRIORITY,
        amount_minor: voucher.credit_minor,
        remaining_minor: voucher.credit_minor,
        held_minor: 0,
        created_at: now,
        expires_at: voucher.credit_expires_at(now),
    }
}

fn draft(
    voucher: &Voucher,
    account: &Account,
    user_id: &UserId,
    context: &mut Context<'_>,
) -> RedemptionDraft {
    let lot = voucher_lot(voucher, LotId::next(context.ids), context.now);
    let redemption = Redemption {
        id: RedemptionId::next(context.ids),
        code: voucher.code.clone(),
        customer_id: account.customer_id,
        tenant_id: account.tenant_id.clone(),
        user_id: user_id.clone(),
        order_id: None,
        lot_id: lot.id,
        campaign_id: voucher.campaign_id,
        credit_minor: voucher.credit_minor,
        state: RedemptionState::Reserved,
        ordinal: voucher.times_redeemed.saturating_add(1),
        cap: voucher.max_redemptions,
        created_at: context.now,
        closed_at: None,
    };
    RedemptionDraft { redemption, lot, settled_minor: 0 }
}

/// Credit that somebody has paid for, and has back: it never ends.
pub(super) fn paid_lot(reference: String, amount_minor: i64, context: &mut Context<'_>) -> Lot {
    Lot {
        id: LotId::next(context.ids),
        source: LotSource::Refund,
        reference,
        promotional: false,
        priority: DEFAULT_PRIORITY,
        amount_minor,
        remaining_minor: amount_minor,
        held_minor: 0,
        created_at: context.now,
        expires_at: None,
    }
}

fn adjustment_lot(request: &Adjust, context: &mut Context<'_>) -> Lot {
    Lot {
        id: LotId::next(context.ids),
        source: LotSource::Adjustment,
        reference: request.reason.clone(),
        promotional: request.promotional,
        priority: DEFAULT_PRIORITY,
        amount_minor: request.amount_minor,
        remaining_minor: request.amount_minor,
        held_minor: 0,
        created_at: context.now,
        expires_at: request.valid_days.map(|days| context.now.plus_days(days)),
    }
}
