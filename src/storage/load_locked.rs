//! Takes the locks of a batch and reads the locked rows, in one statement.
//!
//! Locks have one order, which every process keeps: campaigns by identifier, vouchers by code, then wallets by
//! Organization. A row that had to be waited for is read as it is then, not as it was when the statement began.

use std::collections::{BTreeMap, BTreeSet};

use sovereign_domain::book::{Account, Book};
use sovereign_domain::ids::{CampaignId, CustomerId, OrganizationId};
use sovereign_domain::organization::{OrganizationStatus, Place};
use sovereign_domain::voucher::{Code, Voucher};
use sovereign_domain::wallet::Wallet;
use sqlx::{ColumnIndex, Decode, FromRow, Row, Type};
use uuid::Uuid;

use super::batch::{self, batch_row};
use super::load_campaigns;
use super::vouchers::{self, VoucherRow};
use super::{Result, Tx};

batch_row! {
    /// A voucher's code, an Organization or a campaign, and a number, because the others are NULL.
    struct Key<'a> {
        number: i32 => "integer",
        wanted_code: Option<&'a str> => "text",
        wanted_tenant: Option<&'a str> => "text",
        wanted_campaign: Option<Uuid> => "uuid",
    }
}

/// What a row is, as the statement says it; 2 is a wallet.
const CAMPAIGN: i32 = 0;
const VOUCHER: i32 = 1;

enum LockedRow {
    Campaign(Uuid),
    Voucher(VoucherRow),
    Wallet(WalletRow),
}

impl<'r, R> FromRow<'r, R> for LockedRow
where
    R: Row,
    VoucherRow: FromRow<'r, R>,
    WalletRow: FromRow<'r, R>,
    Uuid: Decode<'r, R::Database> + Type<R::Database>,
    i32: Decode<'r, R::Database> + Type<R::Database>,
    &'static str: ColumnIndex<R>,
{
    fn from_row(row: &'r R) -> sqlx::Result<Self> {
        match row.try_get("kind")? {
            CAMPAIGN => row.try_get("locked_campaign").map(Self::Campaign),
            VOUCHER => VoucherRow::from_row(row).map(Self::Voucher),
            _ => WalletRow::from_row(row).map(Self::Wallet),
        }
    }
}

from_row! {
    #[derive(Debug)]
    struct WalletRow {
        customer_id: Uuid,
        tenant_id: String,
        balance_minor: i64,
        held_minor: i64,
        owed_minor: i64,
        version: i64,
    }
}

impl WalletRow {
    /// The rest of the account is read under the lock.
    fn into_account(self) -> Account {
        Account {
            tenant_id: self.tenant_id.into(),
            customer_id: CustomerId(self.customer_id),
            status: OrganizationStatus::Deleted,
            place: Place::Here,
            moved_to: None,
            subdomain: String::new(),
            plan_id: String::new(),
            apps: Vec::new(),
            addons: Vec::new(),
            dedicated: BTreeMap::new(),
            wallet: Wallet {
                balance_minor: self.balance_minor,
                held_minor: self.held_minor,
                owed_minor: self.owed_minor,
                lots: BTreeMap::new(),
            },
            version: self.version,
            live_subscription: None,
            pending_order: None,
        }
    }
}

/// Each part asks for the one before, so that it cannot be begun before it. Which campaigns there are to lock is read
/// without a lock; whoever reads the vouchers then sees whether those were the ones.
const SQL: &str = concat!(
    "WITH v (number, wanted_code, wanted_tenant, wanted_campaign) AS ({rows}), \
     c AS MATERIALIZED (SELECT c.id \
         FROM (SELECT p.campaign_id AS id FROM v JOIN promo_codes p ON p.code = v.wanted_code \
                 WHERE p.campaign_id IS NOT NULL \
             UNION SELECT v.wanted_campaign FROM v WHERE v.wanted_campaign IS NOT NULL) k \
         JOIN campaigns c ON c.id = k.id ORDER BY c.id {lock:c}), \
     p AS MATERIALIZED (SELECT ",
    vouchers::columns!(),
    " FROM v JOIN promo_codes p ON p.code = v.wanted_code \
         WHERE (SELECT COUNT(*) FROM c) >= 0 ORDER BY code {lock:p}), \
     w AS MATERIALIZED (SELECT w.customer_id, w.tenant_id, w.balance_minor, w.held_minor, \
             w.owed_minor, w.version \
         FROM v JOIN wallets w ON w.tenant_id = v.wanted_tenant \
         WHERE (SELECT COUNT(*) FROM p) >= 0 ORDER BY w.tenant_id {lock:w}) \
     SELECT 1 AS kind, p.*, CAST(NULL AS uuid) AS customer_id, \
         CAST(NULL AS text) AS tenant_id, CAST(NULL AS bigint) AS balance_minor, \
         CAST(NULL AS bigint) AS held_minor, CAST(NULL AS bigint) AS owed_minor, \
         CAST(NULL AS bigint) AS version, CAST(NULL AS uuid) AS locked_campaign FROM p \
     UNION ALL \
     SELECT 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, w.*, NULL FROM w \
     UNION ALL \
     SELECT 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, \
         NULL, NULL, NULL, NULL, NULL, NULL, c.id FROM c"
);

/// A book of the vouchers and wallets with these keys, and of their campaigns.
pub(super) async fn lock(
    tx: &mut Tx,
    codes: &BTreeSet<Code>,
    tenants: &BTreeSet<OrganizationId>,
    campaigns: &BTreeSet<CampaignId>,
) -> Result<Book> {
    let codes = codes.iter().map(|code| (Some(code.as_str()), None, None));
    let tenants = tenants.iter().map(|id| (None, Some(&*id.0), None));
    let keys = codes.chain(tenants).chain(campaigns.iter().map(|id| (None, None, Some(id.0))));
    let keys = keys.zip(0_i32..).map(|((wanted_code, wanted_tenant, wanted_campaign), number)| {
        Key { number, wanted_code, wanted_tenant, wanted_campaign }
    });
    let (mut book, mut locked) = (Book::default(), BTreeSet::new());
    for row in batch::fetch::<_, LockedRow>(tx, SQL, keys.collect()).await? {
        match row {
            LockedRow::Campaign(id) => {
                locked.insert(CampaignId(id));
            }
            LockedRow::Voucher(row) => {
                let voucher = Voucher::from(row);
                book.vouchers.insert(voucher.code.clone(), voucher);
            }
            LockedRow::Wallet(row) => {
                let account = row.into_account();
                book.accounts.insert(account.tenant_id.clone(), account);
            }
        }
    }
    load_campaigns::campaigns(tx, campaigns, &locked, &mut book).await?;
    Ok(book)
}
