//! The campaigns of a batch, once their rows are locked, and how often its customers have redeemed their vouchers.

use std::collections::BTreeSet;

use sovereign_domain::book::{Book, Customer};
use sovereign_domain::ids::CampaignId;
use uuid::Uuid;

use super::batch::{self, batch_row};
use super::campaigns::{self, CampaignRow};
use super::load::{UuidKey, Wanted};
use super::{Error, Result, Tx};

/// Puts the campaigns of the locked vouchers, and those that `wanted` names, into the book. A voucher that joined
/// another campaign while its row was waited for is in one that is not locked: the batch is begun again.
pub(super) async fn campaigns(
    tx: &mut Tx,
    wanted: &BTreeSet<CampaignId>,
    locked: &BTreeSet<CampaignId>,
    book: &mut Book,
) -> Result<()> {
    const SQL: &str = concat!(
        "WITH v (wanted) AS ({rows}) SELECT ",
        campaigns::columns!(),
        " FROM v JOIN campaigns c ON c.id = v.wanted"
    );
    let of_vouchers = book.vouchers.values().filter_map(|voucher| voucher.campaign_id);
    let needed: BTreeSet<CampaignId> = of_vouchers.chain(wanted.iter().copied()).collect();
    if !needed.is_subset(locked) {
        return Err(Error::Conflict("a voucher has joined another campaign".into()));
    }
    let keys = needed.iter().map(|id| UuidKey { id: id.0 });
    for row in batch::fetch::<_, CampaignRow>(tx, SQL, keys.collect()).await? {
        let campaign = row.into_campaign();
        book.campaigns.insert(campaign.id, campaign);
    }
    Ok(())
}

batch_row! {
    struct CustomerKey<'a> {
        number: i32 => "integer",
        campaign_id: Uuid => "uuid",
        tenant_id: Option<&'a str> => "text",
        user_id: Option<&'a str> => "text",
    }
}

/// How many vouchers of campaigns that limit it the requests' customers have redeemed. Whoever has redeemed none has
/// no row, and none is counted of them.
pub(super) async fn redeemed(tx: &mut Tx, wanted: &Wanted, book: &mut Book) -> Result<()> {
    const SQL: &str = "WITH v (number, campaign_id, tenant_id, user_id) AS ({rows}) \
        SELECT v.number, CASE WHEN v.user_id IS NULL \
            THEN (SELECT COUNT(*) FROM promo_redemptions r WHERE r.campaign_id = v.campaign_id \
                AND r.tenant_id = v.tenant_id AND r.state <> 'released') \
            ELSE (SELECT COUNT(*) FROM promo_redemptions r WHERE r.campaign_id = v.campaign_id \
                AND r.user_id = v.user_id AND r.state <> 'released') END AS redeemed \
        FROM v";
    let mut asked = BTreeSet::new();
    for request in &wanted.requests {
        let voucher = request.code.as_ref().and_then(|code| book.vouchers.get(code));
        let campaign = voucher.and_then(|voucher| book.campaign_of(voucher));
        let Some(campaign) = campaign.filter(|campaign| campaign.per_customer > 0) else {
            continue;
        };
        asked.insert((campaign.id, Customer::Organization(request.tenant_id.clone())));
        asked.extend(request.user_id.clone().map(|id| (campaign.id, Customer::User(id))));
    }
    let keys = asked.iter().zip(0_i32..).map(|((campaign, customer), number)| {
        let (tenant_id, user_id) = match customer {
            Customer::Organization(id) => (Some(&*id.0), None),
            Customer::User(id) => (None, Some(&*id.0)),
        };
        CustomerKey { number, campaign_id: campaign.0, tenant_id, user_id }
    });
    let rows: Vec<(i32, i64)> = batch::fetch(tx, SQL, keys.collect()).await?;
    let asked: Vec<_> = asked.into_iter().collect();
    for (number, redeemed) in rows {
        if let Some(key) = usize::try_from(number).ok().and_then(|number| asked.get(number)) {
            book.campaign_redemptions.insert(key.clone(), redeemed);
        }
    }
    Ok(())
}
