//! `organizations`, `members` and the account each Organization has (`customers`, `wallets`).

use sovereign_domain::ids::{CustomerId, OrganizationId, UserId};
use sovereign_domain::organization::{MemberRole, OrganizationStatus};
use sovereign_domain::services::Dedicated;
use sovereign_domain::timestamp::Timestamp;
use std::collections::BTreeMap;
use uuid::Uuid;

use super::{Error, Json, Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct OrganizationRow {
        pub(crate) id: String,
        pub(crate) slug: String,
        pub(crate) name: String,
        pub(crate) org_type: String,
        pub(crate) industry: String,
        pub(crate) owner_id: String,
        pub(crate) plan_id: String,
        pub(crate) apps: Json<Vec<String>>,
        pub(crate) addons: Json<Vec<String>>,
        pub(crate) dedicated_services: Json<Dedicated>,
        pub(crate) subdomain: String,
        pub(crate) custom_domains: Json<Vec<String>>,
        status: String,
        pub(crate) created_at: Ts,
        pub(crate) updated_at: Ts,
        /// When it will be deleted, or was; NULL where nobody asked for that.
        pub(crate) deletion_at: Option<Ts>,
        /// What it was before its move began; NULL where it is on none.
        moving_from: Option<String>,
        moved_to: Option<String>,
        forward_url: Option<String>,
    }
}

from_row! {
    /// Where an Organization is that has left.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct Forwarding {
        /// The Sovereign that has it.
        pub(crate) moved_to: String,
        /// Where its people find it there.
        pub(crate) forward_url: Option<String>,
    }
}

impl Forwarding {
    /// The address as a link may have it: of a page on the web, and nothing else.
    pub(crate) fn link(&self) -> Option<&str> {
        let web = |url: &&str| url.starts_with("https://") || url.starts_with("http://");
        self.forward_url.as_deref().filter(web)
    }
}

impl OrganizationRow {
    pub(crate) fn status(&self) -> Result<OrganizationStatus> {
        let unknown = || Error::corrupt("organizations", format!("status {:?}", self.status));
        OrganizationStatus::parse(&self.status).ok_or_else(unknown)
    }

    /// Whether it is on its way to another Sovereign or from one.
    pub(crate) fn is_moving(&self) -> bool {
        self.moving_from.is_some()
    }

    /// Where it is, where that is not here any more.
    pub(crate) fn forwarding(&self) -> Option<Forwarding> {
        let moved_to = self.moved_to.clone()?;
        Some(Forwarding { moved_to, forward_url: self.forward_url.clone() })
    }
}

macro_rules! columns {
    () => {
        "o.id, o.slug, o.name, o.org_type, o.industry, o.owner_id, o.plan_id, o.apps, \
         o.addons, o.dedicated_services, o.subdomain, o.custom_domains, o.status, o.created_at, \
         o.updated_at, o.deletion_at, o.moving_from, o.moved_to, o.forward_url"
    };
}
pub(super) use columns;

#[derive(Debug, Clone)]
pub(crate) struct NewOrganization {
    pub(crate) id: OrganizationId,
    pub(crate) customer_id: CustomerId,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) org_type: String,
    pub(crate) industry: String,
    pub(crate) owner_id: UserId,
    pub(crate) owner_email: String,
    pub(crate) plan_id: String,
    pub(crate) apps: Vec<String>,
    pub(crate) addons: Vec<String>,
}

/// Makes an Organization with its account and wallet; `false` where its slug is taken.
pub(crate) async fn insert(tx: &mut Tx, new: &NewOrganization, now: Timestamp) -> Result<bool> {
    let sql = "INSERT INTO organizations (id, slug, name, org_type, industry, owner_id, plan_id, \
                   apps, app_states, addons, subdomain, custom_domains, status, created_at, \
                   updated_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $2, $11, 'provisioning', $12, $12) \
               ON CONFLICT (slug) WHERE status <> 'deleted' DO NOTHING";
    let none: Vec<String> = Vec::new();
    let inserted = on_db!(tx, c => sqlx::query(sql)
        .bind(&new.id.0)
        .bind(&new.slug)
        .bind(&new.name)
        .bind(&new.org_type)
        .bind(&new.industry)
        .bind(&new.owner_id.0)
        .bind(&new.plan_id)
        .bind(Json(&new.apps))
        .bind(Json(BTreeMap::<String, String>::new()))
        .bind(Json(&new.addons))
        .bind(Json(&none))
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if inserted == 0 {
        return Ok(false);
    }
    let sql = "INSERT INTO customers (id, user_id, tenant_id, email, created_at) \
               VALUES ($1, $2, $3, $4, $5)";
    on_db!(tx, c => sqlx::query(sql)
        .bind(new.customer_id.0)
        .bind(&new.owner_id.0)
        .bind(&new.id.0)
        .bind(&new.owner_email)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    let sql = "INSERT INTO wallets (customer_id, tenant_id, balance_minor, held_minor, owed_minor, \
                   version) VALUES ($1, $2, 0, 0, 0, 0)";
    on_db!(tx, c => sqlx::query(sql)
        .bind(new.customer_id.0)
        .bind(&new.id.0)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(true)
}

/// An Organization that is not deleted, where the user is a member of it, and the user's role.
pub(crate) async fn find_for_member(
    tx: &mut Tx,
    id: &str,
    user_id: &UserId,
) -> Result<Option<(OrganizationRow, MemberRole)>> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM organizations o JOIN members m ON m.tenant_id = o.id \
         WHERE o.id = $1 AND m.user_id = $2 AND o.status <> 'deleted'"
    );
    let query = SQL;
    let row: Option<OrganizationRow> =
        on_db!(tx, c => sqlx::query_as(query).bind(id).bind(&user_id.0).fetch_optional(c).await)?;
    let Some(row) = row else { return Ok(None) };
    let role = role_of(tx, id, user_id).await?;
    Ok(role.map(|role| (row, role)))
}

/// The user's role in an Organization that is not deleted.
pub(crate) async fn role_of(tx: &mut Tx, id: &str, user_id: &UserId) -> Result<Option<MemberRole>> {
    let sql = "SELECT m.role FROM members m JOIN organizations o ON o.id = m.tenant_id \
               WHERE m.tenant_id = $1 AND m.user_id = $2 AND o.status <> 'deleted'";
    let role: Option<String> = on_db!(tx, c => sqlx::query_scalar(sql)
        .bind(id)
        .bind(&user_id.0)
        .fetch_optional(c)
        .await)?;
    role.map(|text| parse_role(&text)).transpose()
}

pub(crate) fn parse_role(text: &str) -> Result<MemberRole> {
    MemberRole::parse(text).ok_or_else(|| Error::corrupt("members", format!("role {text:?}")))
}

/// The Organizations the user is a member of, oldest first.
pub(crate) async fn list_for_member(tx: &mut Tx, user_id: &UserId) -> Result<Vec<OrganizationRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM organizations o JOIN members m ON m.tenant_id = o.id \
         WHERE m.user_id = $1 AND o.status <> 'deleted' ORDER BY o.created_at, o.id"
    );
    let query = SQL;
    Ok(on_db!(tx, c => sqlx::query_as(query).bind(&user_id.0).fetch_all(c).await)?)
}

/// Where an Organization is that has left, for a member of it.
pub(crate) async fn forwarding(
    tx: &mut Tx,
    id: &str,
    user_id: &UserId,
) -> Result<Option<Forwarding>> {
    let sql = "SELECT o.moved_to, o.forward_url \
               FROM organizations o JOIN members m ON m.tenant_id = o.id \
               WHERE o.id = $1 AND m.user_id = $2 AND o.moved_to IS NOT NULL";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(id)
        .bind(&user_id.0)
        .fetch_optional(c)
        .await)?)
}

/// The address and the name of an Organization.
pub(crate) async fn named(tx: &mut Tx, id: &str) -> Result<Option<(String, String)>> {
    let sql = "SELECT slug, name FROM organizations WHERE id = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(id).fetch_optional(c).await)?)
}

pub(crate) async fn slug_is_taken(tx: &mut Tx, slug: &str) -> Result<bool> {
    let sql = "SELECT count(*) FROM organizations WHERE slug = $1 AND status <> 'deleted'";
    let found: i64 = on_db!(tx, c => sqlx::query_scalar(sql).bind(slug).fetch_one(c).await)?;
    Ok(found > 0)
}

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct MemberRow {
        pub(crate) id: Uuid,
        pub(crate) tenant_id: String,
        pub(crate) user_id: String,
        pub(crate) email: String,
        pub(crate) role: String,
        pub(crate) joined_at: Ts,
    }
}

/// Adds a member; `false` where the user is one already.
pub(crate) async fn insert_member(tx: &mut Tx, member: &MemberRow) -> Result<bool> {
    let sql = "INSERT INTO members (id, tenant_id, user_id, email, role, joined_at) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, user_id) DO NOTHING";
    let inserted = on_db!(tx, c => sqlx::query(sql)
        .bind(member.id)
        .bind(&member.tenant_id)
        .bind(&member.user_id)
        .bind(&member.email)
        .bind(&member.role)
        .bind(member.joined_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(inserted == 1)
}

pub(crate) async fn members(tx: &mut Tx, id: &str) -> Result<Vec<MemberRow>> {
    let sql = "SELECT id, tenant_id, user_id, email, role, joined_at FROM members \
               WHERE tenant_id = $1 ORDER BY joined_at, id";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(id).fetch_all(c).await)?)
}

pub(crate) async fn delete_member(tx: &mut Tx, id: &str, user_id: &str) -> Result<bool> {
    let sql = "DELETE FROM members WHERE tenant_id = $1 AND user_id = $2 AND role <> 'owner'";
    let deleted = on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(user_id)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(deleted == 1)
}

/// Changes a member's role; `false` where there is none, or they own it.
pub(crate) async fn set_member_role(
    tx: &mut Tx,
    id: &str,
    user_id: &str,
    role: MemberRole,
) -> Result<bool> {
    let sql = "UPDATE members SET role = $3 \
               WHERE tenant_id = $1 AND user_id = $2 AND role <> 'owner'";
    let changed = on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(user_id)
        .bind(role.as_str())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}
