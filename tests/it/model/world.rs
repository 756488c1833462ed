//! Writes the sequences' world into a database, in place of whatever was there.

use sovereign::storage::Store;
use sovereign_domain::book::Account;
use sovereign_domain::campaign::Campaign;
use sovereign_domain::catalog::Item;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::Voucher;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::sequences::{CampaignTerms, VoucherTerms, World};

const TABLES: [&str; 33] = [
    "campaign_counts",
    "campaigns",
    "approvals",
    "event_lanes",
    "event_deliveries",
    "provisions",
    "app_environments",
    "environments",
    "letters",
    "disputes",
    "alarms",
    "refunds",
    "card_payments",
    "promo_redemptions",
    "credit_ledger",
    "credit_holds",
    "credit_lots",
    "invoices",
    "subscriptions",
    "orders",
    "idempotency_keys",
    "audit_log",
    "outbox",
    "nats_queue",
    "published_events",
    "usage_events",
    "usage_totals",
    "usage_limits",
    "wallets",
    "customers",
    "members",
    "organizations",
    "promo_codes",
];

pub(super) async fn write(store: &Store, world: &World) {
    let mut sql: Vec<String> = TABLES.iter().map(|table| format!("DELETE FROM {table}")).collect();
    sql.extend(world.accounts.iter().map(|account| organization(store, account, world.start)));
    for (number, (tenant_id, user_id, role)) in world.members.iter().enumerate() {
        let id = uuid(store, Uuid::from_u128(0x3e3b_0000 + number as u128));
        let joined = moment(store, world.start);
        sql.push(format!(
            "INSERT INTO members (id, tenant_id, user_id, email, role, joined_at) \
             VALUES ({id}, '{tenant_id}', '{user_id}', '', '{}', {joined})",
            role.as_str()
        ));
    }
    sql.extend(world.campaigns.iter().map(|campaign| new_campaign(store, campaign)));
    sql.extend(world.vouchers.iter().map(|voucher| new_voucher(store, voucher)));
    sql.push(catalog(store, world));
    execute(store, &sql.join("; ")).await;
}

fn organization(store: &Store, account: &Account, now: Timestamp) -> String {
    let (id, slug, status) = (&account.tenant_id, &account.subdomain, account.status.as_str());
    let (customer, now) = (uuid(store, account.customer_id.0), moment(store, now));
    format!(
        "INSERT INTO organizations (id, slug, name, org_type, industry, owner_id, plan_id, apps, \
             app_states, addons, subdomain, custom_domains, status, created_at, updated_at) \
         VALUES ('{id}', '{slug}', '{slug}', '', '', '', '', '[]', '{{}}', '[]', '{slug}', '[]', \
             '{status}', {now}, {now}); \
         INSERT INTO customers (id, user_id, tenant_id, email, created_at) \
         VALUES ({customer}, '', '{id}', '', {now}); \
         INSERT INTO wallets (customer_id, tenant_id, balance_minor, held_minor, owed_minor, version) \
         VALUES ({customer}, '{id}', 0, 0, 0, 0)"
    )
}

fn new_voucher(store: &Store, voucher: &Voucher) -> String {
    let code = voucher.code.as_str();
    let days = voucher.credit_valid_days.map_or("NULL".to_owned(), |days| days.to_string());
    let deleted = voucher.deleted_at.map_or("NULL".to_owned(), |at| moment(store, at));
    let created = moment(store, voucher.created_at);
    let campaign = voucher.campaign_id.map_or("NULL".to_owned(), |id| uuid(store, id.0));
    format!(
        "INSERT INTO promo_codes (code, credit_omr, credit_minor, description, active, \
             max_redemptions, times_redeemed, adopted_redemptions, credit_valid_days, created_at, \
             updated_at, deleted_at, campaign_id) \
         VALUES ('{code}', {}, {}, '', {}, {}, {}, {}, {days}, {created}, {created}, {deleted}, {campaign})",
        voucher.credit_minor / 1_000,
        voucher.credit_minor,
        voucher.active,
        voucher.max_redemptions,
        voucher.times_redeemed,
        voucher.adopted_redemptions,
    )
}

/// An administrator's edit of a voucher, past the use case: the sequences edit in minor units.
pub(super) fn voucher_terms(store: &Store, terms: &VoucherTerms) -> String {
    let deleted = terms.deleted_at.map_or("NULL".to_owned(), |at| moment(store, at));
    let campaign = terms.campaign_id.map_or("NULL".to_owned(), |id| uuid(store, id.0));
    format!(
        "UPDATE promo_codes SET credit_minor = {}, active = {}, max_redemptions = {}, \
             deleted_at = {deleted}, campaign_id = {campaign} WHERE code = '{}'",
        terms.credit_minor,
        terms.active,
        terms.max_redemptions,
        terms.code.as_str(),
    )
}

fn new_campaign(store: &Store, campaign: &Campaign) -> String {
    let created = moment(store, campaign.created_at);
    format!(
        "INSERT INTO campaigns (id, name, name_key, active, budget_minor, per_customer, granted_minor, redemptions, \
             created_at, updated_at) \
         VALUES ({}, '{}', '{}', {}, {}, {}, 0, 0, {created}, {created})",
        uuid(store, campaign.id.0),
        campaign.name,
        campaign.name,
        campaign.active,
        campaign.budget_minor,
        campaign.per_customer,
    )
}

/// An administrator's edit of a campaign.
pub(super) fn campaign_terms(store: &Store, terms: &CampaignTerms) -> String {
    let at =
        |moment: Option<Timestamp>| moment.map_or("NULL".to_owned(), |at| self::moment(store, at));
    format!(
        "UPDATE campaigns SET active = {}, budget_minor = {}, starts_at = {}, ends_at = {}, \
             per_customer = {} WHERE id = {}",
        terms.active,
        terms.budget_minor,
        at(terms.starts_at),
        at(terms.ends_at),
        terms.per_customer,
        uuid(store, terms.id.0),
    )
}

fn catalog(store: &Store, world: &World) -> String {
    let now = moment(store, world.start);
    let item = |kind: &str, item: &Item| {
        format!(
            "INSERT INTO catalog_items (kind, id, slug, position, price_minor, doc, updated_at) \
             VALUES ('{kind}', '{}', '{}', 0, {}, '{}', {now}); ",
            item.id,
            item.slug,
            item.price_minor,
            serde_json::json!({ "dependencies": item.needs, "shareable": item.shareable }),
        )
    };
    let shelves = [("plan", &world.plans), ("addon", &world.addons), ("app", &world.apps)];
    let items = shelves.into_iter().flat_map(|(kind, items)| items.iter().map(move |i| (kind, i)));
    let inserts: String = items.map(|(kind, entry)| item(kind, entry)).collect();
    format!(
        "DELETE FROM catalog_items; {inserts} \
         UPDATE sovereign SET catalog_revision = catalog_revision + 1"
    )
}

pub(super) fn moment(store: &Store, at: Timestamp) -> String {
    match store {
        Store::Postgres(_) => format!("'{at}'::timestamptz"),
        Store::Sqlite { .. } => at.micros().to_string(),
    }
}

fn uuid(store: &Store, id: Uuid) -> String {
    match store {
        Store::Postgres(_) => format!("'{id}'::uuid"),
        Store::Sqlite { .. } => format!("X'{}'", id.simple()),
    }
}

/// Runs statements in one transaction.
pub(super) async fn execute(store: &Store, sql: &str) {
    let sql = AssertSqlSafe(format!("BEGIN; {sql}; COMMIT"));
    let done = match store {
        Store::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(|_| ()),
        Store::Sqlite { writer, .. } => sqlx::raw_sql(sql).execute(writer).await.map(|_| ()),
    };
    done.unwrap();
}
