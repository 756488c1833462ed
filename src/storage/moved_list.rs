//! Which tables and columns move with an Organization, and which do not.

use sha2::{Digest as _, Sha256};

use super::columns::column;
use crate::hex;

pub(crate) use super::columns::{Column, Kind};

/// A table whose rows move.
#[derive(Debug)]
pub(crate) struct Moved {
    /// What its file in the bundle is called.
    pub(crate) file: &'static str,
    pub(crate) table: &'static str,
    pub(crate) columns: &'static [Column],
    /// Which rows are the Organization's, `$1`. A column's name comes first.
    pub(super) whose: &'static str,
    /// How they are read, a page after another.
    pub(super) order: Order,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Order {
    /// By identifier.
    Id,
    /// By this text, which is another in each row.
    Text(&'static str),
    /// By this moment and the identifier, along an index: there may be millions.
    Moment(&'static str),
    /// By these, all at once: there are few.
    All(&'static str),
}

const TENANT: &str = "tenant_id = $1";
const ACCOUNT: &str = "customer_id = (SELECT k.id FROM customers k WHERE k.tenant_id = $1)";

macro_rules! moved {
    ($file:literal of $table:literal, $whose:expr, $order:expr,
        [$($column:ident: $kind:ident $(| $null:ident)?),+ $(,)?]) => {
        Moved {
            file: $file,
            table: $table,
            columns: &[$(column!($column $kind $($null)?)),+],
            whose: $whose,
            order: $order,
        }
    };
}

/// Every table, parents first: in this order the rows can be inserted, and in the other one deleted.
pub(crate) const MOVED: &[Moved] = &[
    moved!("organizations.jsonl" of "organizations", "id = $1", Order::Text("id"),
        [id: Text, slug: Text, name: Text, org_type: Text, industry: Text, owner_id: Person, plan_id: Text,
            apps: Nested, app_states: Nested, addons: Nested, subdomain: Text, custom_domains: Nested, status: Text,
            created_at: Moment, updated_at: Moment, dedicated_services: Nested, suspended_from: Text | null,
            deletion_at: Moment | null, deletion_by: Text | null, deletion_from: Text | null, end_warned: Truth,
            moving_from: Text | null]),
    moved!("members.jsonl" of "members", TENANT, Order::Id,
        [id: Id, tenant_id: Text, user_id: Person, email: Text, role: Text, joined_at: Moment]),
    moved!("invitations.jsonl" of "invitations", TENANT, Order::Id,
        [id: Id, tenant_id: Text, email: Text, role: Text, digest: Text, invited_by: Person, created_at: Moment,
            expires_at: Moment, accepted_at: Moment | null, accepted_by: Person | null, revoked_at: Moment | null]),
    moved!("customers.jsonl" of "customers", TENANT, Order::Id,
        [id: Id, user_id: Person, tenant_id: Text, stripe_customer_id: Text | null, email: Text, created_at: Moment,
            payment_method_id: Text | null, card_brand: Text | null, card_last4: Text | null]),
    moved!("wallets.jsonl" of "wallets", TENANT, Order::Text("tenant_id"),
        [customer_id: Id, tenant_id: Text, balance_minor: Whole, held_minor: Whole, owed_minor: Whole,
            version: Whole]),
    moved!("environments.jsonl" of "environments", TENANT, Order::Text("name"),
        [tenant_id: Text, name: Text, stage: Text, pushed_at: Moment | null, created_at: Moment,
            region: Text | null]),
    moved!("app_environments.jsonl" of "app_environments", TENANT, Order::Text("app_id"),
        [tenant_id: Text, app_id: Text, environment: Text]),
    moved!("approvals.jsonl" of "approvals", TENANT, Order::Id,
        [id: Id, tenant_id: Text, apps: Nested, tiers: Nested, monthly_minor: Whole | null, reason: Text,
            state: Text, requested_by: Person, requested_at: Moment, decided_by: Person | null,
            decided_at: Moment | null, note: Text | null, expires_at: Moment | null]),
    moved!("orders.jsonl" of "orders", TENANT, Order::Id,
        [id: Id, customer_id: Id, tenant_id: Text, user_id: Person, plan_id: Text, apps: Nested, addons: Nested,
            amount_omr: Whole | null, amount_baisa: Whole, credit_minor: Whole, charge_minor: Whole,
            rounding_minor: Whole, status: Text, stripe_session_id: Text | null, promo_code: Text | null,
            created_at: Moment, updated_at: Moment, kind: Text, lines: Nested, tax_minor: Whole,
            tax_rate_bp: Whole, tax_included: Truth, period_start: Moment | null, period_end: Moment | null,
            attempt: Whole, stripe_intent_id: Text | null]),
    moved!("subscriptions.jsonl" of "subscriptions", TENANT, Order::Id,
        [id: Id, customer_id: Id, tenant_id: Text, order_id: Id | null, stripe_subscription_id: Text | null,
            plan_id: Text, status: Text, current_period_start: Moment | null, current_period_end: Moment | null,
            billed_by: Text, created_at: Moment, updated_at: Moment, anchor_at: Moment,
            cancel_at_period_end: Truth, due_order_id: Id | null, failed_attempts: Whole,
            next_attempt_at: Moment | null, warned_for: Moment | null, price_minor: Whole | null,
            paid_order_id: Id | null, changes: Nested | null]),
    moved!("credit_lots.jsonl" of "credit_lots", ACCOUNT, Order::Id,
        [id: Id, customer_id: Id, source: Text, reference: Text, promotional: Truth, priority: Whole,
            amount_minor: Whole, remaining_minor: Whole, held_minor: Whole, created_at: Moment,
            expires_at: Moment | null, warned_for: Moment | null, warned_days: Whole | null]),
    moved!("credit_holds.jsonl" of "credit_holds", ACCOUNT, Order::Id,
        [id: Id, order_id: Id, customer_id: Id, lot_id: Id, amount_minor: Whole, post_minor: Whole, state: Text,
            created_at: Moment, closed_at: Moment | null]),
    moved!("credit_ledger.jsonl" of "credit_ledger", ACCOUNT, Order::Moment("created_at"),
        [id: Id, customer_id: Id, lot_id: Id | null, kind: Text, amount_omr: Whole | null, amount_minor: Whole,
            owed_minor: Whole, reason: Text, order_id: Id | null, status: Text, created_at: Moment]),
    moved!("invoices.jsonl" of "invoices", TENANT, Order::Id,
        [id: Id, customer_id: Id, tenant_id: Text, order_id: Id | null, stripe_invoice_id: Text | null,
            amount_omr: Whole | null, amount_minor: Whole, credit_minor: Whole, currency: Text, status: Text,
            period_start: Moment | null, period_end: Moment | null, pdf_url: Text | null, created_at: Moment,
            number: Whole | null, foreign_number: Whole | null, foreign_fqdn: Text | null]),
    moved!("card_payments.jsonl" of "card_payments", TENANT, Order::Id,
        [id: Id, order_id: Id, customer_id: Id, tenant_id: Text, intent_id: Text, charge_id: Text,
            amount_minor: Whole, purpose: Text, created_at: Moment, foreign_fqdn: Text | null]),
    moved!("refunds.jsonl" of "refunds", TENANT, Order::Id,
        [id: Id, order_id: Id, payment_id: Id | null, customer_id: Id, tenant_id: Text, credit_minor: Whole,
            card_minor: Whole, tax_minor: Whole, reason: Text, requested_by: Person, status: Text,
            stripe_refund_id: Text | null, has_note: Truth, number: Whole | null, created_at: Moment,
            updated_at: Moment, voucher_freed: Truth, attempt: Whole, credited_minor: Whole,
            foreign_number: Whole | null, foreign_fqdn: Text | null]),
    moved!("disputes.jsonl" of "disputes", TENANT, Order::Id,
        [id: Id, stripe_dispute_id: Text, payment_id: Id, order_id: Id, customer_id: Id, tenant_id: Text,
            amount_minor: Whole, clawed_minor: Whole, status: Text, created_at: Moment, updated_at: Moment]),
    moved!("redemptions.jsonl" of "promo_redemptions", TENANT, Order::Id,
        [id: Id, code: Text, customer_id: Id, tenant_id: Text, user_id: Person, order_id: Id | null, lot_id: Id,
            credit_minor: Whole, state: Text, ordinal: Whole, cap: Whole, created_at: Moment,
            closed_at: Moment | null, campaign_id: Id | null]),
    moved!("usage_totals.jsonl" of "usage_totals", TENANT, Order::Id,
        [id: Id, tenant_id: Text, meter: Text, price_minor: Whole, per_units: Whole, quantity: Whole,
            order_id: Id | null, version: Whole, created_at: Moment]),
    moved!("usage_events.jsonl" of "usage_events", TENANT, Order::Text("id"),
        [id: Text, total_id: Id, tenant_id: Text, meter: Text, quantity: Whole, at: Moment, recorded_at: Moment]),
    moved!("usage_limits.jsonl" of "usage_limits", TENANT, Order::Text("tenant_id"),
        [tenant_id: Text, limit_minor: Whole | null, warned: Truth, reached: Truth, updated_at: Moment]),
    moved!("provisions.jsonl" of "provisions", TENANT, Order::Id,
        [id: Id, tenant_id: Text, order_id: Id | null, cause: Text, plan_id: Text, apps: Nested, subdomain: Text,
            status: Text, steps: Nested, failures: Whole, error: Text | null, revision: Text | null,
            next_attempt_at: Moment, created_at: Moment, updated_at: Moment, started_at: Moment | null,
            done_at: Moment | null]),
    moved!("foreign_vouchers.jsonl" of "foreign_vouchers", TENANT, Order::All("t.issuer_fqdn, t.code"),
        [tenant_id: Text, issuer_fqdn: Text, code: Text, description: Text, credit_minor: Whole,
            campaign: Text | null, issued_at: Moment, status: Text]),
    moved!("foreign_redemptions.jsonl" of "foreign_redemptions", TENANT, Order::Id,
        [id: Id, issuer_fqdn: Text, code: Text, customer_id: Id, tenant_id: Text, user_id: Person,
            order_id: Id | null, lot_id: Id, credit_minor: Whole, state: Text, ordinal: Whole, cap: Whole,
            created_at: Moment, closed_at: Moment | null, campaign_id: Id | null]),
];

/// Tables with rows of an Organization that stay where they are, and why.
pub(crate) const NOT_MOVED: &[(&str, &str)] = &[
    ("alarms", "the operator's notes"),
    ("audit_log", "each Sovereign keeps and seals its own"),
    ("ended_organizations", "a job's notes"),
    ("letters", "what waits to be sent from here"),
    ("organization_moves", "each Sovereign keeps its own"),
    ("outbox", "events of what was done here"),
    ("published_events", "events of what was done here"),
    ("voucher_customers", "sums, which each Sovereign adds up"),
];

/// Columns of moved tables that say where an Organization is, as its Sovereign sees it.
pub(crate) const NOT_MOVED_COLUMNS: &[(&str, &str)] =
    &[("organizations", "moved_to"), ("organizations", "forward_url")];

/// Tells whether two programs move the same, whatever else their tables have: a digest of every column that moves.
pub(crate) fn fingerprint() -> String {
    let of = |moved: &'static Moved| {
        moved.columns.iter().map(move |column| {
            let Column { name, kind, optional } = column;
            format!("{} {} {name} {kind:?} {optional}\n", moved.file, moved.table)
        })
    };
    let mut lines: Vec<String> = MOVED.iter().flat_map(of).collect();
    lines.sort_unstable();
    hex::encode(&Sha256::digest(lines.concat()))
}

/// The tables and their columns that move, for a test to compare with the schema.
#[must_use]
pub fn moved_columns() -> Vec<(&'static str, Vec<&'static str>)> {
    let names = |moved: &Moved| moved.columns.iter().map(|column| column.name).collect();
    MOVED.iter().map(|moved| (moved.table, names(moved))).collect()
}

/// What does not move: tables, and columns of tables that do.
#[must_use]
pub fn not_moved() -> (Vec<&'static str>, &'static [(&'static str, &'static str)]) {
    (NOT_MOVED.iter().map(|(table, _)| *table).collect(), NOT_MOVED_COLUMNS)
}
