//! The rules of redemption, checked against the voucher as it was before the step.

use std::collections::BTreeMap;

use sovereign_domain::book::{Book, Command, Redemption, RedemptionState};
use sovereign_domain::ids::CampaignId;
use sovereign_domain::timestamp::Timestamp;
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
        check_campaign(redemption, before, script.now)?;
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
        check_campaign(new, before, script.now)?;
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

/// A redemption counts in its voucher's campaign, which had begun, was not over, and had as much left for it.
fn check_campaign(redemption: &Redemption, before: &Book, now: Timestamp) -> Check {
    let voucher = &before.vouchers[&redemption.code];
    ensure!(redemption.campaign_id == voucher.campaign_id, "{redemption:?} of {voucher:?}");
    let Some(id) = voucher.campaign_id else { return Ok(()) };
    let campaign = &before.campaigns[&id];
    let after = campaign.granted_minor + redemption.credit_minor;
    ensure!(
        campaign.active
            && campaign.starts_at.is_none_or(|start| start <= now)
            && campaign.ends_at.is_none_or(|end| now < end)
            && (campaign.budget_minor == 0 || after <= campaign.budget_minor),
        "{redemption:?} in {campaign:?}"
    );
    let of = |count: &dyn Fn(&Redemption) -> bool| {
        let live = before.redemptions.values().filter(|old| {
            old.campaign_id == Some(id) && old.state != RedemptionState::Released && count(old)
        });
        i64::try_from(live.count()).unwrap()
    };
    let by_user = of(&|old| old.user_id == redemption.user_id);
    let by_organization = of(&|old| old.tenant_id == redemption.tenant_id);
    ensure!(
        campaign.per_customer == 0
            || (by_user < campaign.per_customer && by_organization < campaign.per_customer),
        "{redemption:?} is one too many in {campaign:?}: {by_user}, {by_organization}"
    );
    Ok(())
}

/// The counters are the counts, and each customer has one live redemption of a code.
pub(super) fn check_counters(book: &Book) -> Check {
    let mut live: BTreeMap<&Code, (i64, i64)> = BTreeMap::new();
    let mut in_campaigns: BTreeMap<CampaignId, (i64, i64)> = BTreeMap::new();
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
        let campaign = redemption.campaign_id.map(|id| in_campaigns.entry(id).or_default());
        for (times, granted_minor) in
            [Some(live.entry(code).or_default()), campaign].into_iter().flatten()
        {
            *times += 1;
            *granted_minor += redemption.credit_minor;
        }
        let user = by_user.insert((&redemption.user_id, code), redemption.id);
        let organization = by_organization.insert((&redemption.tenant_id, code), redemption.id);
        ensure!(
            user.is_none() && organization.is_none(),
            "{redemption:?} is a second live one: {user:?}, {organization:?}"
        );
    }
    for voucher in book.vouchers.values() {
        let (live, granted) = live.get(&voucher.code).copied().unwrap_or_default();
        ensure!(
            voucher.times_redeemed == voucher.adopted_redemptions + live
                && voucher.granted_minor == granted,
            "{live} are live of {voucher:?}, worth {granted}"
        );
    }
    for campaign in book.campaigns.values() {
        let counted = in_campaigns.get(&campaign.id).copied().unwrap_or_default();
        ensure!(
            (campaign.redemptions, campaign.granted_minor) == counted,
            "{counted:?} are live in {campaign:?}"
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
