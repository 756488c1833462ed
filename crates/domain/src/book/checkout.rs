//! Checkout: redeem, grant, draw, order, subscribe, invoice; all of it or none of it.
//!
//! Source: franchise-model.txt, "Redemption flow" 3 and 4; the wire contract, "Checkout".

use alloc::boxed::Box;
use alloc::string::ToString;

use super::command::{Answer, Checkout, CheckoutAnswer, Outcome, Refusal};
use super::credit::RedemptionDraft;
use super::payment::Payment;
use super::quote::Quoted;
use super::replies::{ReplyKey, Route};
use super::rows::{Order, OrderKind, OrderStatus};
use super::{Account, Book, Context};
use crate::catalog::{Quote, SelectionError};
use crate::checkout::{Split, split};
use crate::ids::{OrderId, OrganizationId, UserId};
use crate::organization::OrganizationStatus;
use crate::tax::Taxed;
use crate::wallet::Wallet;

impl Book {
    pub(super) fn checkout(
        &mut self,
        request: &Checkout,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let key = ReplyKey::new(&request.actor.user_id, Route::Checkout, &request.idempotency);
        if !request.preview
            && let Some(outcome) = self.replay(&key, &request.idempotency, context)?
        {
            return Ok(outcome);
        }
        let account = self.spendable_account(&request.tenant_id, &request.actor.user_id)?;
        let quote = self
            .catalog
            .order((&request.plan, &request.addons, &request.apps), &account.dedicated, |_| false)
            .map_err(Refusal::Selection)?;
        if account.live_subscription.is_some() {
            return Err(Refusal::AlreadySubscribed);
        }
        self.permit(&quote, account, None, context)?;
        if let Some(order_id) = account.pending_order {
            if request.preview {
                return self.without(order_id, request, context)?.checkout(request, context);
            }
            return Ok(Outcome::Supersede { order_id });
        }

        let mut wallet = account.wallet.clone();
        let redemption = self.draft_and_grant(request, account, &mut wallet, context)?;
        let available = wallet.available_minor(context.now);
        let taxed = context.tax.on(quote.total_minor);
        let taxed = taxed.ok_or(Refusal::Selection(SelectionError::TooLarge))?;
        let split = split(taxed.total_minor, available, context.charge_rules)?;
        let reserved_lot = redemption.as_ref().map(RedemptionDraft::lot_id);
        let payment = Payment::make(&mut wallet, split, reserved_lot, context)?;

        // Nothing can refuse any more.
        if request.preview {
            let lot = redemption.as_ref().map(RedemptionDraft::lot);
            let quoted = Quoted { quote, taxed, split, lot, available_minor: available };
            let quote = quoted.into_quote(&account.wallet, &wallet, context);
            return Ok(Outcome::Quoted(Box::new(quote)));
        }
        let order_id = OrderId::next(context.ids);
        let order = new_order(request, account, quote, (taxed, split), order_id, context);
        let tenant_id = order.tenant_id.clone();
        let available_minor = wallet.available_minor(context.now);
        self.put_wallet(&tenant_id, wallet);
        if let Some(draft) = redemption {
            self.put_redemption(draft, Some(order_id), payment.settles(), context);
        }
        self.put_order(order, payment, context);
        let answer = split_answer(split, order_id, available_minor, context);
        let outcome = match &answer {
            Some(answer) => Outcome::Answered { answer: answer.clone(), replayed: false },
            None => Outcome::Pending { order_id, charge_minor: split.charge_minor },
        };
        self.remember(key, &request.idempotency, Some(order_id), answer, context.now);
        self.audit(&request.actor, "checkout", order_id.to_string(), Some(&tenant_id), context);
        Ok(outcome)
    }

    /// The voucher's credit, in a copy of the wallet, where every rule lets it be redeemed.
    fn draft_and_grant(
        &self,
        request: &Checkout,
        account: &Account,
        wallet: &mut Wallet,
        context: &mut Context<'_>,
    ) -> Result<Option<RedemptionDraft>, Refusal> {
        let Some(code) = &request.code else { return Ok(None) };
        let seen_minor = request.promo_value_minor;
        let draft = self.draft_redemption(code, seen_minor, account, request, context)?;
        draft.grant(wallet).map(Some)
    }

    /// The account, where the Organization is there and the user may spend for it.
    pub(super) fn spendable_account(
        &self,
        tenant_id: &OrganizationId,
        user_id: &UserId,
    ) -> Result<&Account, Refusal> {
        let account = self.accounts.get(tenant_id).ok_or(Refusal::NotAMember)?;
        let member = (tenant_id.clone(), user_id.clone());
        let role = self.members.get(&member).ok_or(Refusal::NotAMember)?;
        match account.status {
            OrganizationStatus::Deleted => Err(Refusal::NotAMember),
            _ if !role.may_spend() => Err(Refusal::RoleMayNotSpend),
            OrganizationStatus::Suspended => Err(Refusal::OrganizationSuspended),
            OrganizationStatus::Provisioning | OrganizationStatus::Active => Ok(account),
        }
    }
}

fn new_order(
    request: &Checkout,
    account: &Account,
    quote: Quote,
    (taxed, split): (Taxed, Split),
    id: OrderId,
    context: &Context<'_>,
) -> Order {
    Order {
        id,
        kind: OrderKind::Checkout,
        customer_id: account.customer_id,
        tenant_id: account.tenant_id.clone(),
        user_id: request.actor.user_id.clone(),
        plan_id: quote.plan_id,
        apps: quote.apps,
        addons: quote.addons,
        lines: quote.lines,
        tax: context.tax,
        tax_minor: taxed.tax_minor,
        total_minor: taxed.total_minor,
        credit_minor: split.credit_minor,
        charge_minor: split.charge_minor,
        rounding_minor: split.rounding_minor,
        status: OrderStatus::Pending,
        code: request.code.clone(),
        session_id: None,
        intent_id: None,
        attempt: 1,
        period: None,
        created_at: context.now,
        updated_at: context.now,
    }
}

/// The answer, where credit paid for everything.
fn split_answer(
    split: Split,
    order_id: OrderId,
    available_minor: i64,
    context: &Context<'_>,
) -> Option<Answer> {
    (split.charge_minor == 0).then(|| {
        Answer::Checkout(CheckoutAnswer {
            session_url: None,
            order_id,
            paid_by_credit: true,
            credit_balance: context.currency.whole_units(available_minor),
            credit_balance_minor: available_minor,
            currency: context.currency.code().into(),
        })
    })
}
