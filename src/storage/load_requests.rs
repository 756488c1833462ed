//! What a batch's requests meet, in one statement: the Organization and the caller's role in it, what it
//! has at most one of, an earlier answer, redemptions that bar another, and the catalog's revision.
//!
//! Answers are rare, so here is only whether there is one; [`super::load_orders`] reads them.

use std::collections::BTreeSet;

use sovereign_domain::book::{Account, Book, ReplyKey};
use sovereign_domain::ids::{OrderId, OrganizationId, RedemptionId, SubscriptionId, UserId};
use sovereign_domain::organization::{OrganizationStatus, Place};
use sovereign_domain::services::Dedicated;
use sovereign_domain::voucher::Code;
use uuid::Uuid;

use super::batch::{self, batch_row};
use super::{Error, Json, Result, Tx, organizations};

/// Who asks what for which Organization; a job asks for an Organization alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Request {
    pub(super) tenant_id: OrganizationId,
    pub(super) user_id: Option<UserId>,
    pub(super) reply: Option<ReplyKey>,
    pub(super) code: Option<Code>,
}

/// What was found beside what went into the book.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Requests that were answered before.
    pub(super) replied: BTreeSet<ReplyKey>,
    /// `None` where nobody asked anything.
    pub(super) catalog_revision: Option<i64>,
}

batch_row! {
    struct RequestRow<'a> {
        number: i32 => "integer",
        tenant_id: &'a str => "text",
        user_id: Option<&'a str> => "text",
        route: Option<&'a str> => "text",
        key: Option<&'a str> => "text",
        code: Option<&'a str> => "text",
    }
}

from_row! {
    #[derive(Debug)]
    struct FoundRow {
        ..organization: OrganizationPart,
        number: i32,
        live_subscription: Option<Uuid>,
        pending_order: Option<Uuid>,
        role: Option<String>,
        replied: Option<i32>,
        redeemed_by_user: Option<Uuid>,
        redeemed_by_organization: Option<Uuid>,
        catalog_revision: i64,
    }
}

from_row! {
    /// All of it or none.
    #[derive(Debug)]
    struct OrganizationPart {
        status: Option<String>,
        moving: Option<bool>,
        moved_to: Option<String>,
        subdomain: Option<String>,
        plan_id: Option<String>,
        apps: Option<Json<Vec<String>>>,
        addons: Option<Json<Vec<String>>>,
        dedicated_services: Option<Json<Dedicated>>,
    }
}

/// What there is at most one of is asked for by subqueries: whatever PostgreSQL believes of the sizes of
/// these tables, it answers each by one descent of an index.
const SQL: &str = "WITH v (number, tenant_id, user_id, route, key, code) AS ({rows}) \
    SELECT v.number, o.status, (o.moving_from IS NOT NULL) AS moving, \
        o.moved_to, o.subdomain, o.plan_id, o.apps, o.addons, \
        o.dedicated_services, \
        (SELECT s.id FROM subscriptions s \
            WHERE s.tenant_id = v.tenant_id AND s.status <> 'canceled') AS live_subscription, \
        (SELECT p.id FROM orders p \
            WHERE p.tenant_id = v.tenant_id AND p.status = 'pending') AS pending_order, \
        (SELECT m.role FROM members m \
            WHERE m.tenant_id = v.tenant_id AND m.user_id = v.user_id) AS role, \
        (SELECT 1 FROM idempotency_keys k WHERE k.user_id = v.user_id \
            AND k.route = v.route AND k.key = v.key) AS replied, \
        (SELECT r.id FROM promo_redemptions r WHERE r.user_id = v.user_id \
            AND r.code = v.code AND r.state <> 'released') AS redeemed_by_user, \
        (SELECT r.id FROM promo_redemptions r WHERE r.tenant_id = v.tenant_id \
            AND r.code = v.code AND r.state <> 'released') AS redeemed_by_organization, \
        (SELECT catalog_revision FROM sovereign WHERE id = 1) AS catalog_revision \
    FROM v LEFT JOIN organizations o ON o.id = v.tenant_id";

pub(super) async fn requests(
    tx: &mut Tx,
    requests: &BTreeSet<Request>,
    book: &mut Book,
) -> Result<Found> {
    let keys = requests.iter().zip(0_i32..).map(|(request, number)| RequestRow {
        number,
        tenant_id: &request.tenant_id.0,
        user_id: request.user_id.as_ref().map(|id| &*id.0),
        route: request.reply.as_ref().map(|reply| reply.route.as_str()),
        key: request.reply.as_ref().map(|reply| &*reply.key),
        code: request.code.as_ref().map(Code::as_str),
    });
    let rows: Vec<FoundRow> = batch::fetch(tx, SQL, keys.collect()).await?;
    let asked: Vec<&Request> = requests.iter().collect();
    let mut found = Found::default();
    for row in rows {
        found.catalog_revision = Some(row.catalog_revision);
        let number = usize::try_from(row.number).unwrap_or(usize::MAX);
        if let Some(request) = asked.get(number) {
            found.take(row, request, book)?;
        }
    }
    Ok(found)
}

impl Found {
    fn take(&mut self, row: FoundRow, request: &Request, book: &mut Book) -> Result<()> {
        let tenant_id = &request.tenant_id;
        if row.replied.is_some() {
            self.replied.extend(request.reply.clone());
        }
        if let Some(user_id) = &request.user_id {
            if let Some(role) = row.role {
                let role = organizations::parse_role(&role)?;
                book.members.insert((tenant_id.clone(), user_id.clone()), role);
            }
            if let (Some(code), Some(id)) = (&request.code, row.redeemed_by_user) {
                let key = (user_id.clone(), code.clone());
                book.redeemed_by_user.insert(key, RedemptionId(id));
            }
        }
        if let (Some(code), Some(id)) = (&request.code, row.redeemed_by_organization) {
            let key = (tenant_id.clone(), code.clone());
            book.redeemed_by_organization.insert(key, RedemptionId(id));
        }
        if let Some(account) = book.accounts.get_mut(tenant_id) {
            row.organization.fill(account)?;
            account.live_subscription = row.live_subscription.map(SubscriptionId);
            account.pending_order = row.pending_order.map(OrderId);
        }
        Ok(())
    }
}

impl OrganizationPart {
    fn fill(self, account: &mut Account) -> Result<()> {
        if let Some(status) = self.status {
            account.status = OrganizationStatus::parse(&status)
                .ok_or_else(|| Error::corrupt("organizations", format!("status {status:?}")))?;
        }
        account.place = match (self.moving, &self.moved_to) {
            (Some(true), _) => Place::Moving,
            (_, Some(_)) => Place::Gone,
            _ => Place::Here,
        };
        account.moved_to = self.moved_to;
        account.subdomain = self.subdomain.unwrap_or_default();
        account.plan_id = self.plan_id.unwrap_or_default();
        account.apps = self.apps.map(|apps| apps.0).unwrap_or_default();
        account.dedicated = self.dedicated_services.map(|all| all.0).unwrap_or_default();
        account.addons = self.addons.map(|addons| addons.0).unwrap_or_default();
        Ok(())
    }
}
