//! A small world in which every rule can be met: who is there, what is for sale, which vouchers run.

use std::sync::Arc;

use sovereign_domain::book::{Account, Book};
use sovereign_domain::campaign::Campaign;
use sovereign_domain::catalog::{Catalog, Item};
use sovereign_domain::checkout::ChargeRules;
use sovereign_domain::ids::{CampaignId, CustomerId, OrganizationId, UserId};
use sovereign_domain::money::Currency;
use sovereign_domain::organization::{MemberRole, OrganizationStatus, Place};
use sovereign_domain::services::Dedicated;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Code, Voucher};
use sovereign_domain::wallet::Wallet;
use uuid::Uuid;

/// The first moment of every sequence.
const START: Timestamp = Timestamp::from_seconds(1_800_000_000);
const MINIMUM_CHARGE_MINOR: i64 = 200;

#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) start: Timestamp,
    pub(crate) currency: Currency,
    /// Of the card processor, while one is configured.
    pub(crate) charge_rules: ChargeRules,
    /// The last one is a member of no Organization.
    pub(crate) users: Vec<UserId>,
    /// The last two are suspended and deleted.
    pub(crate) accounts: Vec<Account>,
    pub(crate) members: Vec<(OrganizationId, UserId, MemberRole)>,
    pub(crate) vouchers: Vec<Voucher>,
    pub(crate) campaigns: Vec<Campaign>,
    pub(crate) plans: Vec<Item>,
    pub(crate) addons: Vec<Item>,
    pub(crate) apps: Vec<Item>,
}

impl World {
    pub(crate) const USERS: u8 = 5;
    pub(crate) const ORGANIZATIONS: u8 = 6;
    /// The last two cannot be redeemed.
    pub(crate) const VOUCHERS: u8 = 9;
    pub(crate) const CAMPAIGNS: u8 = 2;
    pub(crate) const PLANS: u8 = 5;
    pub(crate) const ADDONS: u8 = 3;
    /// The last two serve the others: one of them can be shared.
    pub(crate) const APPS: u8 = 5;
    /// Who may spend for whom, by index. Some users spend for two Organizations and some
    /// Organizations have two who spend, so that both rules of one redemption each are met.
    pub(crate) const SPENDERS: [(u8, u8); 7] =
        [(0, 0), (1, 0), (1, 1), (0, 1), (2, 2), (3, 3), (2, 3)];

    pub(crate) fn new() -> Self {
        let currency = Currency::from_code("OMR").unwrap();
        Self {
            start: START,
            currency,
            charge_rules: ChargeRules::new(currency, MINIMUM_CHARGE_MINOR),
            users: (0..Self::USERS).map(user_id).collect(),
            accounts: accounts(),
            members: members(),
            vouchers: vouchers(),
            campaigns: campaigns(),
            // Two prices no card can be charged as they are: too small, and no multiple of ten.
            plans: shelf(
                "plan",
                &[("s", 5_000), ("free", 0), ("m", 9_004), ("l", 16_125), ("tiny", 150)],
            ),
            addons: shelf("addon", &[("waf", 0), ("backup", 3_000), ("support", 5_005)]),
            apps: apps(),
        }
    }

    /// A book that holds this world, and nothing else yet.
    pub(crate) fn book(&self) -> Book {
        let accounts = self.accounts.iter().map(|account| (account.tenant_id.clone(), account));
        let vouchers = self.vouchers.iter().map(|voucher| (voucher.code.clone(), voucher));
        let members = self.members.iter().cloned();
        Book {
            catalog: Arc::new(self.catalog()),
            accounts: accounts.map(|(id, account)| (id, account.clone())).collect(),
            vouchers: vouchers.map(|(code, voucher)| (code, voucher.clone())).collect(),
            campaigns: self.campaigns.iter().map(|one| (one.id, one.clone())).collect(),
            members: members.map(|(tenant_id, user, role)| ((tenant_id, user), role)).collect(),
            ..Book::default()
        }
    }

    pub(crate) fn catalog(&self) -> Catalog {
        Catalog {
            plans: self.plans.iter().cloned().collect(),
            addons: self.addons.iter().cloned().collect(),
            apps: self.apps.iter().cloned().collect(),
            ..Catalog::default()
        }
    }

    pub(crate) fn user(index: u8) -> UserId {
        user_id(index)
    }

    pub(crate) fn organization(index: u8) -> OrganizationId {
        organization_id(index)
    }

    /// `None` past the last one.
    pub(crate) fn campaign(index: u8) -> Option<CampaignId> {
        campaign(index)
    }

    pub(crate) fn code(&self, index: u8) -> Code {
        let voucher = self.vouchers.get(usize::from(index));
        voucher.map_or_else(|| code("NEVER-ISSUED"), |voucher| voucher.code.clone())
    }

    /// What reference `index` names among `items`, or a word that names nothing.
    pub(crate) fn reference(items: &[Item], index: u8) -> String {
        match items.get(usize::from(index / 2)) {
            Some(item) if index.is_multiple_of(2) => item.id.clone(),
            Some(item) => item.slug.clone(),
            None => "no-such-thing".into(),
        }
    }

    /// Where an Organization stands in this world, for summaries without identifiers.
    pub(crate) fn organization_index(&self, id: &OrganizationId) -> usize {
        self.accounts.iter().position(|account| account.tenant_id == *id).unwrap()
    }

    pub(crate) fn campaign_index(&self, id: CampaignId) -> usize {
        self.campaigns.iter().position(|campaign| campaign.id == id).unwrap()
    }

    pub(crate) fn user_index(&self, id: &UserId) -> usize {
        self.users.iter().position(|user| user == id).unwrap()
    }
}

fn accounts() -> Vec<Account> {
    use OrganizationStatus::{Active, Deleted, Provisioning, Suspended};
    [Active, Provisioning, Active, Active, Suspended, Deleted]
        .into_iter()
        .zip(0..)
        .map(|(status, index)| Account {
            tenant_id: organization_id(index),
            customer_id: CustomerId(Uuid::from_u128(0xc000 + u128::from(index))),
            status,
            place: Place::Here,
            moved_to: None,
            subdomain: format!("organization-{index}"),
            plan_id: String::new(),
            apps: Vec::new(),
            addons: Vec::new(),
            dedicated: Dedicated::new(),
            wallet: Wallet::default(),
            version: 0,
            live_subscription: None,
            pending_order: None,
        })
        .collect()
}

fn members() -> Vec<(OrganizationId, UserId, MemberRole)> {
    use MemberRole::{Admin, Member, Owner, Viewer};
    [
        (0, 0, Owner),
        (0, 1, Admin),
        (0, 2, Viewer),
        (1, 1, Owner),
        (1, 0, Admin),
        (1, 3, Member),
        (2, 2, Owner),
        (3, 3, Owner),
        (3, 2, Admin),
        (4, 0, Owner),
        (5, 1, Owner),
    ]
    .map(|(organization, user, role)| (organization_id(organization), user_id(user), role))
    .into()
}

fn vouchers() -> Vec<Voucher> {
    let voucher = |text: &str, credit_minor, max_redemptions, credit_valid_days| Voucher {
        code: code(text),
        credit_minor,
        description: text.to_lowercase(),
        active: true,
        max_redemptions,
        adopted_redemptions: 0,
        times_redeemed: 0,
        granted_minor: 0,
        campaign_id: None,
        credit_valid_days,
        created_at: START,
        deleted_at: None,
    };
    vec![
        voucher("UNLIMITED", 12_000, 0, None),
        voucher("ONCE", 4_999, 1, Some(1)),
        voucher("TWICE", 20_003, 2, Some(30)),
        Voucher {
            adopted_redemptions: 1,
            times_redeemed: 1,
            ..voucher("THRICE-ADOPTED", 3_000, 3, Some(1))
        },
        Voucher { campaign_id: campaign(0), ..voucher("BUDGETED", 9_999, 0, None) },
        Voucher { campaign_id: campaign(1), ..voucher("ONE-EACH", 3_000, 0, None) },
        Voucher { campaign_id: campaign(1), ..voucher("OR-THIS", 4_000, 3, Some(30)) },
        Voucher { active: false, ..voucher("PAUSED", 7_500, 0, None) },
        Voucher { active: false, deleted_at: Some(START), ..voucher("GONE", 7_500, 0, None) },
    ]
}

fn campaign(index: u8) -> Option<CampaignId> {
    (index < World::CAMPAIGNS).then(|| CampaignId(Uuid::from_u128(0xca00 + u128::from(index))))
}

/// One has a budget that its vouchers cannot fill exactly, the other gives each customer one voucher.
fn campaigns() -> Vec<Campaign> {
    let terms = [(25_000, 0), (0, 1)].into_iter().zip(0_u8..);
    let new = terms.filter_map(|((budget_minor, per_customer), index)| {
        Some(Campaign {
            id: campaign(index)?,
            name: format!("campaign-{index}"),
            active: true,
            budget_minor,
            starts_at: None,
            ends_at: None,
            per_customer,
            granted_minor: 0,
            redemptions: 0,
            created_at: START,
            updated_at: START,
        })
    });
    new.collect()
}

fn shelf(kind: &str, items: &[(&str, i64)]) -> Vec<Item> {
    let item = |&(slug, price_minor): &(&str, i64)| Item {
        id: format!("{kind}-{slug}-id"),
        slug: slug.into(),
        name: slug.to_uppercase(),
        price_minor,
        usage_priced: slug == "free",
        ..Item::default()
    };
    items.iter().map(item).collect()
}

fn apps() -> Vec<Item> {
    let prices = [("shop", 0), ("blog", 1_501), ("forum", 0), ("db", 700), ("cache", 331)];
    let mut apps = shelf("app", &prices);
    for (app, needs) in apps.iter_mut().zip([&["db"][..], &["db", "cache"], &[], &[], &["db"]]) {
        app.needs = needs.iter().copied().map(Into::into).collect();
        app.shareable = app.slug == "db";
    }
    apps
}

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

fn user_id(index: u8) -> UserId {
    format!("user-{index}").into()
}

fn organization_id(index: u8) -> OrganizationId {
    format!("organization-{index}").into()
}
