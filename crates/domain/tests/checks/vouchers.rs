//! The rules of redemption, checked against the voucher as it was before the step.

use std::collections::BTreeMap;

use sovereign_domain::book::{Book, Command, RedemptionState};
use sovereign_domain::voucher::Code;
use sovereign_domain::wallet::LotSource;

use super::Check;
use crate::model::{Decision, Script};

/// Every redemption a decision accepted was one the rules allow.
pub(super) fn check_accepted(
    decision: &Decision,
    before: &Book,
    book: &Book,
    script: &Script,
) -> Check {
    let changes = &decision.changes;
    for id in &changes.new_redemptions {
        let redemption = &book.redemptions[id];
        let voucher = &before.vouchers[&redemption.code];
        ensure!(voucher.deleted_at.is_none() && voucher.active, "{redemption:?} of {voucher:?}");
        ensure!(
            voucher.max_redemptions == 0 || voucher.times_redeemed < voucher.max_redemptions,
            "{redemption:?} at or above the cap of {voucher:?}"
        );
        ensure!(
            redemption.cap == voucher.max_redemptions
                && redemption.ordinal == voucher.times_redeemed + 1
                && (redemption.cap == 0 || redemption.ordinal <= redemption.cap),
            "{redemption:?} does not record the cap of {voucher:?}"
        );
        let (user_id, tenant_id, code, seen) = match &decision.command {
            Command::Checkout(c) => {
                (&c.actor.user_id, &c.tenant_id, c.code.as_ref(), c.promo_value_minor)
            }
            Command::RedeemVoucher(r) => {
                (&r.actor.user_id, &r.tenant_id, Some(&r.code), r.promo_value_minor)
            }
            other => return Err(format!("{other:?} redeems a voucher")),
        };
        ensure!(
            (user_id, tenant_id, code)
                == (&redemption.user_id, &redemption.tenant_id, Some(&redemption.code)),
            "{redemption:?} is not what was asked for"
        );
        ensure!(
            seen.is_none_or(|seen| seen == voucher.credit_minor),
            "{redemption:?} is worth something else than the customer saw"
        );
        let lot = &book.accounts[tenant_id].wallet.lots[&redemption.lot_id];
        ensure!(
            lot.source == LotSource::Voucher
                && lot.promotional
                && lot.reference == redemption.code.as_str()
                && lot.amount_minor == voucher.credit_minor
                && redemption.credit_minor == voucher.credit_minor
                && lot.created_at == script.now
                && lot.expires_at == voucher.credit_valid_days.map(|d| script.now.plus_days(d)),
            "{lot:?} is not what {voucher:?} grants"
        );
    }
    ensure!(changes.new_redemptions.len() <= 1, "one request, one redemption");
    for id in &changes.changed_redemptions {
        let (old, new) = (&before.redemptions[id], &book.redemptions[id]);
        if old.state != RedemptionState::Released {
            continue;
        }
        let voucher = &before.vouchers[&new.code];
        let free = voucher.max_redemptions == 0 || voucher.times_redeemed < voucher.max_redemptions;
        ensure!(
            voucher.deleted_at.is_none() && voucher.active && free,
            "{new:?} came back to {voucher:?}"
        );
        ensure!(
            (new.ordinal, new.cap) == (voucher.times_redeemed + 1, voucher.max_redemptions),
            "{new:?} does not record the cap of {voucher:?}"
        );
    }
    let named = match &decision.command {
        Command::Checkout(checkout) => checkout.code.is_some(),
        Command::RedeemVoucher(_) => true,
        _ => false,
    };
    let new_order_or_answer =
        !changes.new_replies.is_empty() || !changes.changed_replies.is_empty();
    if named && new_order_or_answer {
        ensure!(changes.new_redemptions.len() == 1, "a code was named and not redeemed");
    }
    Ok(())
}

/// The counters are the counts, and each customer has one live redemption of a code.
pub(super) fn check_counters(book: &Book) -> Check {
    let mut live: BTreeMap<&Code, i64> = BTreeMap::new();
    let mut by_user = BTreeMap::new();
    let mut by_organization = BTreeMap::new();
    for redemption in book.redemptions.values() {
        ensure!(
            redemption.closed_at.is_none() || redemption.order_id.is_some(),
            "{redemption:?} was never open"
        );
        if redemption.state == RedemptionState::Released {
            continue;
        }
        let code = &redemption.code;
        *live.entry(code).or_default() += 1;
        let user = by_user.insert((&redemption.user_id, code), redemption.id);
        let organization = by_organization.insert((&redemption.tenant_id, code), redemption.id);
        ensure!(
            user.is_none() && organization.is_none(),
            "{redemption:?} is a second live one: {user:?}, {organization:?}"
        );
    }
    for voucher in book.vouchers.values() {
        let live = live.get(&voucher.code).copied().unwrap_or(0);
        ensure!(
            voucher.times_redeemed == voucher.adopted_redemptions + live,
            "{live} are live of {voucher:?}"
        );
    }
    let same = by_user.len() == book.redeemed_by_user.len()
        && by_organization.len() == book.redeemed_by_organization.len()
        && book
            .redeemed_by_user
            .iter()
            .all(|((user, code), id)| by_user.get(&(user, code)) == Some(id))
        && book
            .redeemed_by_organization
            .iter()
            .all(|((tenant_id, code), id)| by_organization.get(&(tenant_id, code)) == Some(id));
    ensure!(same, "the indexes of live redemptions are off");
    Ok(())
}
