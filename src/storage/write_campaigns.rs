//! What a batch granted in campaigns, and gave back.

use sovereign_domain::book::Book;
use uuid::Uuid;

use super::batch::{Writes, batch_row};
use super::{Result, Ts};

batch_row! {
    struct CampaignCounter {
        id: Uuid => "uuid",
        granted_minor: i64 => "bigint",
        redemptions: i64 => "bigint",
    }
}
batch_row! {
    struct CountRow {
        campaign_id: Uuid => "uuid",
        since: Ts => "timestamptz",
        redemptions: i64 => "bigint",
        granted_minor: i64 => "bigint",
    }
}

/// Guarded by the budget as well as by the lock: what is granted may rise to the budget, or fall.
pub(super) async fn campaigns(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let changed = book.changes.campaigns.iter().filter_map(|id| book.campaigns.get(id));
    let rows: Vec<CampaignCounter> = changed
        .map(|campaign| CampaignCounter {
            id: campaign.id.0,
            granted_minor: campaign.granted_minor,
            redemptions: campaign.redemptions,
        })
        .collect();
    let sql = "WITH v (id, granted_minor, redemptions) AS ({rows}) \
               UPDATE campaigns SET granted_minor = v.granted_minor, redemptions = v.redemptions \
               FROM v WHERE campaigns.id = v.id \
                   AND (campaigns.budget_minor = 0 \
                       OR v.granted_minor <= campaigns.budget_minor \
                       OR v.granted_minor <= campaigns.granted_minor)";
    writes.update("campaigns", sql, rows).await?;
    let counts = book.changes.campaign_counts.iter();
    let rows: Vec<CountRow> = counts
        .map(|((campaign_id, since), count)| CountRow {
            campaign_id: campaign_id.0,
            since: Ts(*since),
            redemptions: count.redemptions,
            granted_minor: count.granted_minor,
        })
        .collect();
    let sql = "WITH v (campaign_id, since, redemptions, granted_minor) AS ({rows}) \
               INSERT INTO campaign_counts (campaign_id, since, redemptions, granted_minor) \
               SELECT campaign_id, since, redemptions, granted_minor FROM v WHERE TRUE \
               ON CONFLICT (campaign_id, since) DO UPDATE SET \
                   redemptions = campaign_counts.redemptions + excluded.redemptions, \
                   granted_minor = campaign_counts.granted_minor + excluded.granted_minor";
    writes.insert(sql, rows).await
}
