//! What an Organization has and pays: balance, invoices.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::Caller;
use super::extract::{Query, Segment};
use super::problem::Problem;
use crate::app::App;
use crate::branding::Branding;
use crate::storage::billing::{self, EntryRow, InvoiceRow, WalletRow};
use crate::storage::{Tx, organizations};
use crate::usecase::branding;
use crate::usecase::organizations::usable_id;
use crate::usecase::print_invoice::number_text;

const DEFAULT_ENTRIES: i64 = 20;
const MAX_ENTRIES: i64 = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct BalanceQuery {
    /// An Organization's identifier; by default all where the caller is owner or admin.
    #[param(nullable = false)]
    tenant_id: Option<String>,
    /// How many entries to answer, of all wallets together; by default 20.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// The credit that can be spent, and where it came from and went. Zeros and empty lists for who has no
/// wallet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Balance)]
pub(super) struct BalanceBody {
    /// Available in all wallets, in whole units, truncated.
    credit_omr: i64,
    /// Available in all wallets, in minor units: what is neither held nor expired.
    credit_baisa: i64,
    /// Held for unpaid orders in all wallets, in minor units.
    held_minor: i64,
    /// ISO 4217.
    currency: &'static str,
    wallets: Vec<WalletBody>,
    /// The newest ledger lines, newest first.
    entries: Vec<EntryBody>,
}

/// An Organization's credit, in minor units.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Wallet)]
struct WalletBody {
    tenant_id: String,
    /// What can be spent: the balance without what is held or expired.
    available_minor: i64,
    balance_minor: i64,
    /// Held for unpaid orders.
    held_minor: i64,
    /// What the Organization owes.
    owed_minor: i64,
    /// ISO 4217.
    currency: &'static str,
}

/// A line of the ledger.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LedgerEntry)]
struct EntryBody {
    id: Uuid,
    tenant_id: String,
    /// What moved the credit.
    kind: String,
    /// What was added, or, below zero, taken; in whole units, truncated.
    amount_omr: i64,
    /// What was added, or, below zero, taken; in minor units.
    amount_baisa: i64,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    order_id: Option<Uuid>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// Reads the balance
///
/// Available credit and the newest ledger lines, of one Organization or of all where the caller is owner
/// or admin.
#[utoipa::path(
    get, path = "/billing/balance", tag = "Billing", operation_id = "getBalance",
    security(("bearer" = [])),
    params(BalanceQuery),
    responses(
        (status = 200, description = "The balance", body = BalanceBody),
        (status = 403, description = "The caller is in the Organization, but no owner or admin"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
    ),
)]
pub(super) async fn balance(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<BalanceQuery>,
) -> Result<Json<BalanceBody>, Problem> {
    let limit = query.limit.unwrap_or(DEFAULT_ENTRIES);
    if !(1..=MAX_ENTRIES).contains(&limit) {
        return Err(Problem::field("limit", format!("limit must be 1 to {MAX_ENTRIES}")));
    }
    let mut tx = app.store.snapshot_as(&caller.user_id).await?;
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

/// The bill for one period of a subscription.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Invoice)]
pub(super) struct InvoiceBody {
    id: Uuid,
    /// The Organization's billing account.
    customer_id: Uuid,
    tenant_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    stripe_invoice_id: Option<String>,
    /// Such as `INV-000123`. It gets one within a minute; an earlier service's invoice has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    number: Option<String>,
    /// The Sovereign that issued it and gave the number, where that is another one, from which the Organization came.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    issued_by: Option<String>,
    /// The total, in whole units, truncated.
    amount_omr: i64,
    /// The total, in minor units.
    amount_baisa: i64,
    /// How much of it credit paid, in minor units.
    credit_minor: i64,
    /// How much of it is tax, in minor units.
    tax_minor: i64,
    /// ISO 4217.
    currency: String,
    /// `open` until it is paid, `paid`, or `void` where it need not be paid; one that was adopted may have
    /// another.
    status: String,
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    period_start: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    period_end: Option<Timestamp>,
    /// The invoice as a PDF file, once it is numbered; where it was adopted, what it had before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pdf_url: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl InvoiceBody {
    fn new(row: InvoiceRow, app: &App, branding: &Branding) -> Self {
        let currency = app.facts.currency;
        let path = format!("/api/billing/invoices/{}/{}/pdf", row.tenant_id, row.id);
        let own_pdf = row.number.map(|_| branding.page(&path));
        Self {
            id: row.id,
            customer_id: row.customer_id,
            tenant_id: row.tenant_id,
            stripe_invoice_id: row.stripe_invoice_id,
            number: row.number.map(number_text),
            issued_by: row.issued_by,
            amount_omr: currency.whole_units(row.amount_minor),
            amount_baisa: row.amount_minor,
            credit_minor: row.credit_minor,
            tax_minor: row.tax_minor,
            currency: row.currency,
            status: row.status,
            period_start: row.period_start.map(|ts| ts.0),
            period_end: row.period_end.map(|ts| ts.0),
            pdf_url: row.pdf_url.or(own_pdf),
            created_at: row.created_at.0,
        }
    }
}

/// Lists the invoices of an Organization
///
/// Newest first. For members.
#[utoipa::path(
    get, path = "/billing/invoices/{tenant_id}", tag = "Billing", operation_id = "listInvoices",
    security(("bearer" = [])),
    params(("tenant_id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "The invoices", body = Vec<InvoiceBody>),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
    ),
)]
pub(super) async fn invoices(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(tenant_id): Segment,
) -> Result<Json<Vec<InvoiceBody>>, Problem> {
    let mut tx = app.store.read_as(&caller.user_id).await?;
    require_member(&mut tx, &tenant_id, &caller).await?;
    let invoices = billing::invoices(&mut tx, &tenant_id).await?;
    let branding = branding::of(&app, &mut tx).await?;
    let bodies = invoices.into_iter().map(|row| InvoiceBody::new(row, &app, &branding));
    Ok(Json(bodies.collect()))
}

fn not_here() -> Problem {
    Problem::not_found("there is no such Organization")
}

pub(super) async fn require_member(
    tx: &mut Tx,
    tenant_id: &str,
    caller: &Caller,
) -> Result<(), Problem> {
    let role = organizations::role_of(tx, usable_id(tenant_id)?, &caller.user_id).await?;
    role.map(|_| ()).ok_or_else(not_here)
}
