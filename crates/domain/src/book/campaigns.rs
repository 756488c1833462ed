//! What a redemption counts in its campaign.

use super::{Book, Redemption};
use crate::campaign::{self, Campaign};
use crate::ids::{OrganizationId, UserId};
use crate::voucher::{Voucher, VoucherRefusal};

/// Whose redemptions a campaign limits: both are customers to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Customer {
    Organization(OrganizationId),
    User(UserId),
}

impl Book {
    /// The campaign that a voucher is in, where it is loaded.
    #[must_use]
    pub fn campaign_of(&self, voucher: &Voucher) -> Option<&Campaign> {
        voucher.campaign_id.and_then(|id| self.campaigns.get(&id))
    }

    /// The rule of its campaign that refuses a voucher to this customer, if one does.
    pub(super) fn campaign_limit(
        &self,
        voucher: &Voucher,
        organization: &OrganizationId,
        user: &UserId,
    ) -> Option<VoucherRefusal> {
        let campaign = self.campaign_of(voucher)?;
        let customers =
            [Customer::Organization(organization.clone()), Customer::User(user.clone())];
        let is_enough = |customer| {
            let redeemed = self.campaign_redemptions.get(&(campaign.id, customer));
            campaign.is_enough(redeemed.copied().unwrap_or(0))
        };
        customers.into_iter().any(is_enough).then_some(VoucherRefusal::CampaignLimit)
    }

    /// Counts a redemption in its voucher and its campaign, or no longer.
    pub(super) fn count_redemption(&mut self, redemption: &Redemption, more: bool) {
        let (one, credit_minor) = if more {
            (1, redemption.credit_minor)
        } else {
            (-1, redemption.credit_minor.saturating_neg())
        };
        if let Some(voucher) = self.vouchers.get_mut(&redemption.code) {
            voucher.times_redeemed = voucher.times_redeemed.saturating_add(one);
            voucher.granted_minor = voucher.granted_minor.saturating_add(credit_minor);
            self.changes.vouchers.insert(redemption.code.clone());
        }
        let Some(id) = redemption.campaign_id else { return };
        if let Some(campaign) = self.campaigns.get_mut(&id) {
            campaign.redemptions = campaign.redemptions.saturating_add(one);
            campaign.granted_minor = campaign.granted_minor.saturating_add(credit_minor);
            self.changes.campaigns.insert(id);
        }
        let key = (id, campaign::counted_in(redemption.created_at));
        let count = self.changes.campaign_counts.entry(key).or_default();
        count.redemptions = count.redemptions.saturating_add(one);
        count.granted_minor = count.granted_minor.saturating_add(credit_minor);
        for customer in [
            Customer::Organization(redemption.tenant_id.clone()),
            Customer::User(redemption.user_id.clone()),
        ] {
            let redeemed = self.campaign_redemptions.entry((id, customer)).or_default();
            *redeemed = redeemed.saturating_add(one);
        }
    }
}
