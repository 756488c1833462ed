//! Redemptions by day and campaign. One that was released since is not counted on any day.

use std::collections::BTreeMap;

use sovereign_domain::ids::CampaignId;
use time::Date;

use super::days::Days;
use super::{Period, Snapshot, at};
use crate::storage::{self, campaigns, reports};

/// How often, and what was granted so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Redeemed {
    pub(crate) redemptions: i64,
    pub(crate) granted_minor: i64,
}

impl Redeemed {
    pub(crate) const fn plus(self, other: Self) -> Self {
        Self {
            redemptions: self.redemptions.saturating_add(other.redemptions),
            granted_minor: self.granted_minor.saturating_add(other.granted_minor),
        }
    }

    const fn minus(self, other: Self) -> Self {
        Self {
            redemptions: self.redemptions.saturating_sub(other.redemptions),
            granted_minor: self.granted_minor.saturating_sub(other.granted_minor),
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct RedemptionsDay {
    pub(crate) date: Date,
    /// Of all vouchers.
    pub(crate) all: Redeemed,
    /// In the campaigns that had any. What is not in one of them was in none.
    pub(crate) campaigns: BTreeMap<CampaignId, Redeemed>,
}

impl RedemptionsDay {
    /// What was redeemed in no campaign.
    pub(crate) fn alone(&self) -> Redeemed {
        self.campaigns.values().fold(self.all, |left, one| left.minus(*one))
    }
}

#[derive(Debug)]
pub(crate) struct RedemptionsReport {
    /// The oldest first.
    pub(crate) days: Vec<RedemptionsDay>,
    /// Those that are named in a day.
    pub(crate) names: BTreeMap<CampaignId, String>,
}

/// Redemptions on these days.
///
/// # Errors
/// Where the database fails, or a line of the ledger cannot be read.
pub(crate) async fn report(
    Snapshot { scope, tx, newer }: &mut Snapshot<'_>,
    days: Days,
) -> storage::Result<RedemptionsReport> {
    let period = Period::of(*scope, days);
    let counted = reports::credit(tx, period.spans()).await?;
    let inside = reports::campaigns(tx, period.spans()).await?;
    let ids = inside.iter().map(|row| CampaignId(row.campaign_id)).collect();
    let names = campaigns::names(tx, ids).await?;

    let empty =
        |date| RedemptionsDay { date, all: Redeemed::default(), campaigns: BTreeMap::new() };
    let mut days = period.each(empty);
    let newer = newer.sources.iter().filter_map(|((_, since), sums)| {
        let place = period.place(*since).and_then(|place| i64::try_from(place).ok());
        place.map(|number| (number, *sums))
    });
    for (number, sums) in counted.into_iter().chain(newer) {
        let redeemed =
            Redeemed { redemptions: sums.redemptions, granted_minor: sums.redeemed_minor };
        if let Some(day) = at(&mut days, number) {
            day.all = day.all.plus(redeemed);
        }
    }
    for row in inside {
        let (Some(redemptions), Some(granted_minor)) = (row.redemptions, row.granted_minor) else {
            continue;
        };
        let id = CampaignId(row.campaign_id);
        if let Some(day) = at(&mut days, row.number) {
            day.campaigns.insert(id, Redeemed { redemptions, granted_minor });
        }
    }
    Ok(RedemptionsReport { days, names })
}
