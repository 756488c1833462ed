//! What a checkout would come to, decided as the checkout is.

use alloc::string::String;
use alloc::vec::Vec;

use super::command::{Checkout, Refusal};
use super::rows::OrderStatus;
use super::{Book, Context};
use crate::catalog::{OrderLine, Quote};
use crate::checkout::Split;
use crate::cover::{Cover, cover};
use crate::ids::OrderId;
use crate::tax::Taxed;
use crate::timestamp::Timestamp;
use crate::wallet::{Lot, Wallet};

/// What a checkout would come to. A pending order of the Organization is reckoned as given back: the checkout would
/// end it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutQuote {
    /// Identifiers, as are the add-ons and apps.
    pub plan_id: String,
    pub addons: Vec<String>,
    pub apps: Vec<String>,
    /// A month of each, before tax that is added.
    pub lines: Vec<OrderLine>,
    /// The part of the total that is tax.
    pub tax_minor: i64,
    /// `total = credit + charge + rounding`.
    pub total_minor: i64,
    /// What the voucher is worth; `None` without one.
    pub voucher_minor: Option<i64>,
    /// When the voucher's credit ends, redeemed now; `None` = never.
    pub voucher_expires_at: Option<Timestamp>,
    /// Credit that could be spent before, without the voucher.
    pub available_minor: i64,
    pub credit_minor: i64,
    pub charge_minor: i64,
    pub rounding_minor: i64,
    /// Credit that can be spent once the order is paid.
    pub left_minor: i64,
    /// What each following month costs, at the prices of today.
    pub month_minor: i64,
    pub month_tax_minor: i64,
    pub cover: Cover,
    pub currency: String,
}

/// A checkout that nothing refuses, before anything is put into the book.
pub(super) struct Quoted<'a> {
    pub(super) quote: Quote,
    pub(super) taxed: Taxed,
    pub(super) split: Split,
    /// The voucher's credit.
    pub(super) lot: Option<&'a Lot>,
    /// What there is to spend, with it.
    pub(super) available_minor: i64,
}

impl Quoted<'_> {
    /// `before` is the wallet as it is, `after` with the voucher's credit and what the order took or holds.
    pub(super) fn into_quote(
        self,
        before: &Wallet,
        after: &Wallet,
        context: &Context<'_>,
    ) -> CheckoutQuote {
        let Self { quote, taxed, split, lot, available_minor } = self;
        // Everything is for whole months.
        let month = taxed;
        CheckoutQuote {
            plan_id: quote.plan_id,
            addons: quote.addons,
            apps: quote.apps,
            lines: quote.lines,
            tax_minor: taxed.tax_minor,
            total_minor: taxed.total_minor,
            voucher_minor: lot.map(|lot| lot.amount_minor),
            voucher_expires_at: lot.and_then(|lot| lot.expires_at),
            available_minor: before.available_minor(context.now),
            credit_minor: split.credit_minor,
            charge_minor: split.charge_minor,
            rounding_minor: split.rounding_minor,
            left_minor: available_minor.saturating_sub(split.credit_minor),
            month_minor: month.total_minor,
            month_tax_minor: month.tax_minor,
            cover: match split.charge_minor {
                0 => cover(after, month.total_minor, context.now, context.zone),
                _ => Cover::Nothing,
            },
            currency: context.currency.code().into(),
        }
    }
}

impl Book {
    /// A book with what a checkout meets, as if the Organization's pending order were superseded. Its changes are
    /// nobody's.
    pub(super) fn without(
        &self,
        pending: OrderId,
        request: &Checkout,
        context: &mut Context<'_>,
    ) -> Result<Self, Refusal> {
        let order = self.orders.get(&pending).ok_or(Refusal::UnknownOrder)?.clone();
        let tenant_id = &request.tenant_id;
        let mut book = Self {
            catalog: self.catalog.clone(),
            campaigns: self.campaigns.clone(),
            campaign_redemptions: self.campaign_redemptions.clone(),
            ..Self::default()
        };
        let account = self.accounts.get(tenant_id).ok_or(Refusal::NotAMember)?;
        book.accounts.insert(tenant_id.clone(), account.clone());
        let member = (tenant_id.clone(), request.actor.user_id.clone());
        book.members.extend(self.members.get(&member).map(|role| (member, *role)));
        if let Some(approvals) = self.approvals.get(tenant_id) {
            book.approvals.insert(tenant_id.clone(), approvals.clone());
        }
        let holds = self.open_holds(pending);
        book.holds.extend(holds.into_iter().map(|hold| (hold.id, hold)));
        if let Some(code) = &request.code {
            let voucher = self.vouchers.get(code).cloned();
            book.vouchers.extend(voucher.map(|voucher| (code.clone(), voucher)));
            let by_user = (request.actor.user_id.clone(), code.clone());
            let by_organization = (tenant_id.clone(), code.clone());
            let id = self.redeemed_by_user.get(&by_user);
            book.redeemed_by_user.extend(id.map(|id| (by_user, *id)));
            let id = self.redeemed_by_organization.get(&by_organization);
            book.redeemed_by_organization.extend(id.map(|id| (by_organization, *id)));
        }
        let reserved = self.reserved_redemption(pending);
        if let Some(redemption) = reserved.and_then(|id| self.redemptions.get(&id)) {
            book.redemptions.insert(redemption.id, redemption.clone());
        }
        book.orders.insert(pending, order.clone());
        book.end_unpaid(&order, OrderStatus::Superseded, context)?;
        Ok(book)
    }
}
