//! What an Organization's owner takes along: its rows, table by table, with the columns that are theirs to have.
//!
//! Secrets, other people's rows, and what other services do with them are not among the columns.

use serde_json::Value;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::columns::{self, column};
use super::{Result, Tx, on_db};

pub(crate) use super::columns::{Column, Kind};

/// How many rows are read at once.
const PAGE: i64 = 500;

/// A part of the export.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// The table it is read from.
    pub(crate) table: &'static str,
    pub(crate) columns: &'static [Column],
    /// What follows FROM; `t` is the table, `$1` the Organization.
    from: &'static str,
    /// How its rows are found, a page after another.
    order: Order,
}

#[derive(Debug, Clone, Copy)]
enum Order {
    /// By identifier, in pages.
    Id,
    /// By this, all at once: there are few.
    By(&'static str),
}

macro_rules! resource {
    ($name:literal of $table:literal, $about:literal, $from:literal, $order:expr,
        [$($column:ident: $kind:ident $(| $null:ident)?),+ $(,)?]) => {
        Resource {
            name: $name,
            about: $about,
            table: $table,
            columns: &[$(column!($column $kind $($null)?)),+],
            from: $from,
            order: $order,
        }
    };
}

/// Everything, in the order of the document.
pub(crate) const RESOURCES: &[Resource] = &[
    resource!("organization" of "organizations", "the Organization itself",
        "organizations t WHERE t.id = $1", Order::By("t.id"),
        [id: Text, slug: Text, name: Text, org_type: Text, industry: Text, owner_id: Text, plan_id: Text,
            apps: Nested, dedicated_services: Nested, addons: Nested, subdomain: Text, custom_domains: Nested,
            status: Text, deletion_at: Moment | null, created_at: Moment, updated_at: Moment]),
    resource!("members" of "members", "who is in it",
        "members t WHERE t.tenant_id = $1", Order::Id,
        [id: Id, user_id: Text, email: Text, role: Text, joined_at: Moment]),
    resource!("invitations" of "invitations", "who was invited",
        "invitations t WHERE t.tenant_id = $1", Order::Id,
        [id: Id, email: Text, role: Text, invited_by: Text, created_at: Moment, expires_at: Moment,
            accepted_at: Moment | null, accepted_by: Text | null, revoked_at: Moment | null]),
    resource!("account" of "customers", "its billing account, and the saved card as it is shown",
        "customers t WHERE t.tenant_id = $1", Order::Id,
        [id: Id, user_id: Text, email: Text, stripe_customer_id: Text | null, card_brand: Text | null,
            card_last4: Text | null, created_at: Moment]),
    resource!("subscriptions" of "subscriptions", "what it has ordered, month after month",
        "subscriptions t WHERE t.tenant_id = $1", Order::Id,
        [id: Id, order_id: Id | null, paid_order_id: Id | null, plan_id: Text, status: Text, price_minor: Whole | null,
            current_period_start: Moment | null, current_period_end: Moment | null, anchor_at: Moment,
            cancel_at_period_end: Truth, due_order_id: Id | null, failed_attempts: Whole,
            next_attempt_at: Moment | null, changes: Nested | null, billed_by: Text, stripe_subscription_id: Text | null,
            created_at: Moment, updated_at: Moment]),
    resource!("orders" of "orders", "orders and their lines",
        "orders t WHERE t.tenant_id = $1", Order::Id,
        [id: Id, kind: Text, user_id: Text, plan_id: Text, apps: Nested, addons: Nested, lines: Nested,
            amount_baisa: Whole, tax_minor: Whole, tax_rate_bp: Whole, tax_included: Truth,
            credit_minor: Whole, charge_minor: Whole, rounding_minor: Whole, status: Text,
            promo_code: Text | null, period_start: Moment | null, period_end: Moment | null, stripe_session_id: Text | null,
            stripe_intent_id: Text | null, created_at: Moment, updated_at: Moment]),
    resource!("usage" of "usage_totals", "what was used, by meter and price, and the order that pays for it",
        "usage_totals t WHERE t.tenant_id = $1", Order::Id,
        [id: Id, meter: Text, price_minor: Whole, per_units: Whole, quantity: Whole, order_id: Id | null,
            created_at: Moment]),
    resource!("usage_reports" of "usage_events", "each report of something used",
        "usage_events t WHERE t.tenant_id = $1", Order::By("t.recorded_at, t.id"),
        [id: Text, total_id: Id, meter: Text, quantity: Whole, at: Moment, recorded_at: Moment]),
    resource!("spending_limit" of "usage_limits", "what it lets itself spend on usage between two bills",
        "usage_limits t WHERE t.tenant_id = $1", Order::By("t.tenant_id"),
        [limit_minor: Whole | null, updated_at: Moment]),
    resource!("approvals" of "approvals", "what it asked to be allowed beyond the Sovereign's policy",
        "approvals t WHERE t.tenant_id = $1", Order::Id,
        [id: Id, apps: Nested, tiers: Nested, monthly_minor: Whole | null, reason: Text, state: Text,
            requested_by: Text, requested_at: Moment, decided_at: Moment | null, note: Text | null,
            expires_at: Moment | null]),
    resource!("invoices" of "invoices", "invoices, with their numbers",
        "invoices t WHERE t.tenant_id = $1", Order::Id,
        [id: Id, number: Whole | null, foreign_number: Whole | null, foreign_fqdn: Text | null,
            order_id: Id | null, amount_minor: Whole, credit_minor: Whole, currency: Text,
            status: Text, period_start: Moment | null, period_end: Moment | null, stripe_invoice_id: Text | null,
            pdf_url: Text | null, created_at: Moment]),
    resource!("credit_notes" of "refunds", "credit notes, with their numbers",
        "refunds t WHERE t.tenant_id = $1 AND t.has_note", Order::Id,
        [id: Id, number: Whole | null, foreign_number: Whole | null, foreign_fqdn: Text | null, order_id: Id,
            credit_minor: Whole, card_minor: Whole, tax_minor: Whole, created_at: Moment]),
    resource!("refunds" of "refunds", "what was given back",
        "refunds t WHERE t.tenant_id = $1", Order::Id,
        [id: Id, order_id: Id, payment_id: Id | null, credit_minor: Whole, card_minor: Whole,
            credited_minor: Whole, tax_minor: Whole, reason: Text, status: Text, stripe_refund_id: Text | null,
            voucher_freed: Truth, created_at: Moment, updated_at: Moment]),
    resource!("payments" of "card_payments", "what cards have paid",
        "card_payments t WHERE t.tenant_id = $1", Order::Id,
        [id: Id, order_id: Id, intent_id: Text, charge_id: Text, amount_minor: Whole, purpose: Text,
            foreign_fqdn: Text | null, created_at: Moment]),
    resource!("disputes" of "disputes", "payments that a bank took back, or asked about",
        "disputes t WHERE t.tenant_id = $1", Order::Id,
        [id: Id, stripe_dispute_id: Text, payment_id: Id, order_id: Id, amount_minor: Whole,
            clawed_minor: Whole, status: Text, created_at: Moment, updated_at: Moment]),
    resource!("wallet" of "wallets", "its credit in all",
        "wallets t WHERE t.tenant_id = $1", Order::By("t.tenant_id"),
        [balance_minor: Whole, held_minor: Whole, owed_minor: Whole]),
    resource!("credit_lots" of "credit_lots", "each grant of credit, and what is left of it",
        "credit_lots t JOIN customers k ON k.id = t.customer_id WHERE k.tenant_id = $1", Order::Id,
        [id: Id, source: Text, reference: Text, promotional: Truth, priority: Whole, amount_minor: Whole,
            remaining_minor: Whole, held_minor: Whole, created_at: Moment, expires_at: Moment | null]),
    resource!("credit_holds" of "credit_holds", "credit that was held while a card was to pay",
        "credit_holds t JOIN customers k ON k.id = t.customer_id WHERE k.tenant_id = $1", Order::Id,
        [id: Id, order_id: Id, lot_id: Id, amount_minor: Whole, post_minor: Whole, state: Text,
            created_at: Moment, closed_at: Moment | null]),
    resource!("credit_ledger" of "credit_ledger", "each movement of credit",
        "credit_ledger t JOIN customers k ON k.id = t.customer_id WHERE k.tenant_id = $1", Order::Id,
        [id: Id, lot_id: Id | null, kind: Text, amount_minor: Whole, owed_minor: Whole, reason: Text,
            order_id: Id | null, status: Text, created_at: Moment]),
    resource!("redemptions" of "promo_redemptions", "vouchers that were redeemed",
        "promo_redemptions t WHERE t.tenant_id = $1", Order::Id,
        [id: Id, code: Text, user_id: Text, order_id: Id | null, lot_id: Id, credit_minor: Whole, state: Text,
            created_at: Moment, closed_at: Moment | null]),
    resource!("foreign_vouchers" of "foreign_vouchers", "vouchers that it redeemed at other Sovereigns",
        "foreign_vouchers t WHERE t.tenant_id = $1", Order::By("t.code, t.issuer_fqdn"),
        [code: Text, issuer_fqdn: Text, description: Text, credit_minor: Whole, campaign: Text | null,
            issued_at: Moment, status: Text]),
    resource!("foreign_redemptions" of "foreign_redemptions", "when it redeemed them",
        "foreign_redemptions t WHERE t.tenant_id = $1", Order::Id,
        [id: Id, issuer_fqdn: Text, code: Text, user_id: Text, order_id: Id | null, lot_id: Id, credit_minor: Whole,
            state: Text, created_at: Moment, closed_at: Moment | null]),
    resource!("environments" of "environments", "where its apps run",
        "environments t WHERE t.tenant_id = $1", Order::By("t.name"),
        [name: Text, stage: Text, pushed_at: Moment | null, created_at: Moment]),
    resource!("app_environments" of "app_environments", "apps that run elsewhere than in prod",
        "app_environments t WHERE t.tenant_id = $1", Order::By("t.app_id"),
        [app_id: Text, environment: Text]),
    resource!("provisions" of "provisions", "how it was brought to its place",
        "provisions t WHERE t.tenant_id = $1", Order::Id,
        [id: Id, order_id: Id | null, cause: Text, plan_id: Text, apps: Nested, subdomain: Text, status: Text,
            steps: Nested, failures: Whole, error: Text | null, revision: Text | null, created_at: Moment,
            updated_at: Moment, started_at: Moment | null, done_at: Moment | null]),
    resource!("audit_log" of "audit_log", "who did what in it",
        "audit_log t WHERE t.tenant_id = $1", Order::Id,
        [id: Id, at: Moment, actor: Text, action: Text, subject: Text]),
];

/// Tables that are in no export, and why.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("administrator_links", "the Sovereign's"),
    ("alarms", "the operator's notes"),
    ("app_tiers", "anybody can read them"),
    ("audit_seals", "over all lines of the log, of everybody"),
    ("blueprints", "the operator's; what is in the catalog anybody can read"),
    ("branding", "the Sovereign's, for anybody to see"),
    ("bulk_files", "the Sovereign's"),
    ("bulk_operations", "the Sovereign's"),
    ("campaign_counts", "sums over all Organizations"),
    ("campaign_openings", "the Sovereign's"),
    ("campaigns", "the Sovereign's"),
    ("card_counts", "sums over all Organizations"),
    ("catalog_items", "anybody can read it"),
    ("credit_counts", "sums over all Organizations"),
    ("ended_organizations", "a job's notes"),
    ("environment_policies", "the operator's, and for members to read"),
    ("event_deliveries", "what was sent to the operator's endpoints"),
    ("event_endpoints", "the operator's"),
    ("event_lanes", "a job's notes"),
    ("idempotency_keys", "answers to requests, each a person's; what they did is here"),
    ("jobs", "the Sovereign's"),
    ("leases", "the Sovereign's"),
    ("letters", "what waits to be sent"),
    ("linked_identities", "a person's"),
    ("move_identities", "people, as another Sovereign knew them"),
    ("mailing_addresses", "the Sovereign's"),
    ("mailings", "the Sovereign's"),
    ("meters", "anybody can read them"),
    ("nats_queue", "a job's notes"),
    ("organization_moves", "what two Sovereigns noted of a move; what moved is here"),
    ("outbox", "events, of what is here"),
    ("password_networks", "a person's, and secret"),
    ("passwords", "a person's, and secret"),
    ("promo_codes", "the Sovereign's; what was redeemed of them is here"),
    ("published_events", "events, of what is here"),
    ("rate_limits", "the Sovereign's"),
    ("reconcile_runs", "the Sovereign's"),
    ("refresh_tokens", "a person's, and secret"),
    ("rollups", "a job's notes"),
    ("schema_migrations", "the Sovereign's"),
    ("sessions", "a person's, and secret"),
    ("settings", "the Sovereign's, and secret"),
    ("sign_ins", "a person's, and secret"),
    ("sovereign", "the Sovereign's"),
    ("stripe_webhook_events", "of all Organizations, as Stripe sent them"),
    ("tags", "the Sovereign's"),
    ("users", "people; what they are in the Organization is here"),
    ("voucher_counts", "sums over all Organizations"),
    ("voucher_customers", "sums over what is here"),
    ("voucher_openings", "the Sovereign's"),
    ("voucher_sign_ups", "how people came, before they are in any Organization"),
    ("voucher_tags", "the Sovereign's"),
    ("voucher_totals", "sums over all Organizations"),
    ("voucher_views", "the Sovereign's"),
];

/// The tables that are exported.
#[must_use]
pub fn tables() -> Vec<&'static str> {
    RESOURCES.iter().map(|resource| resource.table).collect()
}

pub(crate) fn find(name: &str) -> Option<&'static Resource> {
    RESOURCES.iter().find(|resource| resource.name == name)
}

/// A row's values, in the order of the columns; `null` where there is none.
pub(crate) type Cells = Vec<Value>;

/// Reads one resource of one Organization, page after page.
pub(crate) struct Pages {
    resource: &'static Resource,
    sql: String,
    /// The last row that was read; `None` when there is no more.
    after: Option<Uuid>,
}

impl Pages {
    pub(crate) fn of(resource: &'static Resource) -> Self {
        let columns = columns::selected(resource.columns);
        let from = resource.from;
        // A resource without pages has no use for the place, and its statement takes it all the same.
        let rest = match resource.order {
            Order::Id => "AND t.id > $2 ORDER BY t.id LIMIT $3".to_owned(),
            Order::By(key) => {
                format!("AND $2 IS NOT NULL AND $3 IS NOT NULL ORDER BY {key}")
            }
        };
        let sql = format!("SELECT {columns} FROM {from} {rest}");
        Self { resource, sql, after: Some(Uuid::nil()) }
    }

    /// The next rows; none when there are no more.
    pub(crate) async fn next(&mut self, tx: &mut Tx, tenant_id: &str) -> Result<Vec<Cells>> {
        let Some(after) = self.after.take() else { return Ok(Vec::new()) };
        let columns = self.resource.columns;
        let sql = || AssertSqlSafe(self.sql.clone());
        let rows: Vec<Cells> = on_db!(tx, c => sqlx::query(sql())
            .bind(tenant_id)
            .bind(after)
            .bind(PAGE)
            .fetch_all(c)
            .await?
            .iter()
            .map(|row| columns::values(row, columns))
            .collect::<sqlx::Result<_>>())?;
        let whole = i64::try_from(rows.len()).is_ok_and(|count| count >= PAGE);
        if let (Order::Id, true, Some(last)) = (self.resource.order, whole, rows.last()) {
            self.after = last.first().and_then(|id| Uuid::parse_str(id.as_str()?).ok());
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_go_by_the_first_column() {
        for resource in RESOURCES {
            let first = &resource.columns[0];
            if matches!(resource.order, Order::Id) {
                assert_eq!((first.name, first.kind), ("id", Kind::Id), "{}", resource.name);
            }
        }
    }

    #[test]
    fn names_are_distinct() {
        let mut names: Vec<&str> = RESOURCES.iter().map(|resource| resource.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RESOURCES.len());
    }
}
