//! What an Organization has and pays: balance, subscription, invoices.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::caller::Caller;
use super::extract::{Query, Segment};
use super::problem::Problem;
use crate::app::App;
use crate::storage::billing::{self, EntryRow, InvoiceRow, SubscriptionRow, WalletRow};
use crate::storage::{Tx, organizations};
use crate::usecase::organizations::usable_id;

const DEFAULT_ENTRIES: i64 = 20;
const MAX_ENTRIES: i64 = 200;

#[derive(Debug, Deserialize)]
pub(super) struct BalanceQuery {
    tenant_id: Option<String>,
    limit: Option<i64>,
}

#[derive(Debug, Serialize)]
pub(super) struct BalanceBody {
    credit_omr: i64,
    credit_baisa: i64,
    held_minor: i64,
    currency: &'static str,
    wallets: Vec<WalletBody>,
    entries: Vec<EntryBody>,
}

#[derive(Debug, Serialize)]
struct WalletBody {
    tenant_id: String,
    available_minor: i64,
    balance_minor: i64,
    held_minor: i64,
    owed_minor: i64,
    currency: &'static str,
}

#[derive(Debug, Serialize)]
struct EntryBody {
    id: Uuid,
    tenant_id: String,
    kind: String,
    amount_omr: i64,
    amount_baisa: i64,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<Uuid>,
    created_at: Timestamp,
}

/// GET /billing/balance: available credit and the newest ledger lines, of one Organization or of all
/// where the caller is owner or admin.
pub(super) async fn balance(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<BalanceQuery>,
) -> Result<Json<BalanceBody>, Problem> {
    let limit = query.limit.unwrap_or(DEFAULT_ENTRIES);
    if !(1..=MAX_ENTRIES).contains(&limit) {
        return Err(Problem::field("limit", format!("limit must be 1 to {MAX_ENTRIES}")));
    }
    let mut tx = app.store.snapshot().await?;
    if let Some(id) = &query.tenant_id {
        let role = organizations::role_of(&mut tx, usable_id(id)?, &caller.user_id).await?;
        let role = role.ok_or_else(not_here)?;
        if !role.may_spend() {
            return Err(Problem::forbidden("the wallet is for owners and admins"));
        }
    }
    let tenant_id = query.tenant_id.as_deref();
    let now = app.clock.now();
    let wallets = billing::wallets(&mut tx, &caller.user_id, tenant_id, now).await?;
    let mut entries = Vec::new();
    for wallet in &wallets {
        entries.extend(billing::entries(&mut tx, wallet.customer_id, limit).await?);
    }
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.created_at.0, entry.id)));
    entries.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(Json(balance_body(wallets, entries, app.facts.currency)))
}

fn balance_body(
    wallets: Vec<WalletRow>,
    entries: Vec<EntryRow>,
    currency: Currency,
) -> BalanceBody {
    let credit_minor = wallets.iter().map(WalletRow::available_minor).sum();
    BalanceBody {
        credit_omr: currency.whole_units(credit_minor),
        credit_baisa: credit_minor,
        held_minor: wallets.iter().map(|wallet| wallet.held_minor).sum(),
        currency: currency.code(),
        wallets: wallets
            .into_iter()
            .map(|wallet| WalletBody {
                available_minor: wallet.available_minor(),
                tenant_id: wallet.tenant_id,
                balance_minor: wallet.balance_minor,
                held_minor: wallet.held_minor,
                owed_minor: wallet.owed_minor,
                currency: currency.code(),
            })
            .collect(),
        entries: entries
            .into_iter()
            .map(|entry| EntryBody {
                id: entry.id,
                tenant_id: entry.tenant_id,
                kind: entry.kind,
                amount_omr: currency.whole_units(entry.amount_minor),
                amount_baisa: entry.amount_minor,
                reason: entry.reason,
                order_id: entry.order_id,
                created_at: entry.created_at.0,
            })
            .collect(),
    }
}

#[derive(Debug, Serialize)]
pub(super) struct SubscriptionBody {
    id: Uuid,
    customer_id: Uuid,
    tenant_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    stripe_subscription_id: Option<String>,
    plan_id: String,
    status: String,
    current_period_start: Option<Timestamp>,
    current_period_end: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<SubscriptionRow> for SubscriptionBody {
    fn from(row: SubscriptionRow) -> Self {
        Self {
            id: row.id,
            customer_id: row.customer_id,
            tenant_id: row.tenant_id,
            stripe_subscription_id: row.stripe_subscription_id,
            plan_id: row.plan_id,
            status: row.status,
            current_period_start: row.current_period_start.map(|ts| ts.0),
            current_period_end: row.current_period_end.map(|ts| ts.0),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

/// GET /billing/subscription/{tenantId}: for members.
pub(super) async fn subscription(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(tenant_id): Segment,
) -> Result<Json<SubscriptionBody>, Problem> {
    let mut tx = app.store.read().await?;
    require_member(&mut tx, &tenant_id, &caller).await?;
    let subscription = billing::subscription(&mut tx, &tenant_id).await?;
    let none = || Problem::not_found("this Organization has no subscription");
    subscription.map(|row| Json(row.into())).ok_or_else(none)
}

#[derive(Debug, Serialize)]
pub(super) struct InvoiceBody {
    id: Uuid,
    customer_id: Uuid,
    tenant_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    stripe_invoice_id: Option<String>,
    amount_omr: i64,
    amount_baisa: i64,
    credit_minor: i64,
    currency: String,
    status: String,
    period_start: Option<Timestamp>,
    period_end: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pdf_url: Option<String>,
    created_at: Timestamp,
}

impl InvoiceBody {
    fn new(row: InvoiceRow, currency: Currency) -> Self {
        Self {
            id: row.id,
            customer_id: row.customer_id,
            tenant_id: row.tenant_id,
            stripe_invoice_id: row.stripe_invoice_id,
            amount_omr: currency.whole_units(row.amount_minor),
            amount_baisa: row.amount_minor,
            credit_minor: row.credit_minor,
            currency: row.currency,
            status: row.status,
            period_start: row.period_start.map(|ts| ts.0),
            period_end: row.period_end.map(|ts| ts.0),
            pdf_url: row.pdf_url,
            created_at: row.created_at.0,
        }
    }
}

/// GET /billing/invoices/{tenantId}: for members.
pub(super) async fn invoices(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(tenant_id): Segment,
) -> Result<Json<Vec<InvoiceBody>>, Problem> {
    let mut tx = app.store.read().await?;
    require_member(&mut tx, &tenant_id, &caller).await?;
    let invoices = billing::invoices(&mut tx, &tenant_id).await?;
    let currency = app.facts.currency;
    Ok(Json(invoices.into_iter().map(|row| InvoiceBody::new(row, currency)).collect()))
}

fn not_here() -> Problem {
    Problem::not_found("there is no such Organization")
}

async fn require_member(tx: &mut Tx, tenant_id: &str, caller: &Caller) -> Result<(), Problem> {
    let role = organizations::role_of(tx, usable_id(tenant_id)?, &caller.user_id).await?;
    role.map(|_| ()).ok_or_else(not_here)
}
