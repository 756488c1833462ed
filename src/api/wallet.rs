//! `/billing/wallet` and `/billing/ledger`: an Organization's credit, how long it lasts, and each movement of it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use sovereign_domain::timestamp::Timestamp;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::Caller;
use super::export::{self, Table};
use super::extract::{Query, Segment};
use super::paging;
use super::problem::Problem;
use crate::app::App;
use crate::branding::Branding;
use crate::storage::Result as StorageResult;
use crate::storage::ledger::Line;
use crate::storage::wallets::{LotRow, WaitingRow};
use crate::text::Language;
use crate::usecase::branding;
use crate::usecase::export::ExportError;
use crate::usecase::organizations::usable_id;
use crate::usecase::print_invoice::number_text;
use crate::usecase::wallet::{self, Lasts, LedgerQuery, Summary};

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

/// An Organization's credit as it is now, in minor units, and what becomes of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WalletSummary)]
pub(super) struct WalletBody {
    tenant_id: String,
    /// ISO 4217.
    currency: &'static str,
    /// What can be spent: the balance without what is held or expired.
    available_minor: i64,
    balance_minor: i64,
    /// Held for an order that waits for its payment.
    held_minor: i64,
    /// What the Organization owes; later credit settles it first.
    owed_minor: i64,
    /// The order that credit is held for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    held_for: Option<HeldForBody>,
    lots: Vec<LotBody>,
    /// How the credit lasts: `until` a moment, `without_end`, until the subscription `ends`, `stopped` while
    /// something is not paid, `unknown`, or `no_subscription`.
    lasts: &'static str,
    /// Until when credit alone pays the subscription at its present price, or when that ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    lasts_until: Option<Timestamp>,
    /// How many further months credit alone pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    lasts_months: Option<u32>,
    /// What will expire before it can be spent, the earliest first.
    expires_unused: Vec<UnusedBody>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreditHeldFor)]
struct HeldForBody {
    order_id: Uuid,
    /// What credit pays of it.
    credit_minor: i64,
    /// What a card is to pay.
    charge_minor: i64,
    /// Where it is paid.
    pay_url: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl HeldForBody {
    fn new(row: &WaitingRow, branding: &Branding) -> Self {
        Self {
            order_id: row.id,
            credit_minor: row.credit_minor,
            charge_minor: row.charge_minor,
            pay_url: branding.page(&format!("/pay/{}", row.id)),
            created_at: row.created_at.0,
        }
    }
}

/// Credit that came at one time, with what is left of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreditLot)]
struct LotBody {
    id: Uuid,
    /// `voucher`, `refund`, `adjustment`, or `migration` from an earlier service.
    source: String,
    /// The voucher's code, or why it was given.
    reference: String,
    /// Given free of charge, rather than paid for.
    promotional: bool,
    amount_minor: i64,
    /// Not spent yet; what is held is part of it.
    remaining_minor: i64,
    held_minor: i64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Absent where it never ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    expires_at: Option<Timestamp>,
}

impl From<LotRow> for LotBody {
    fn from(row: LotRow) -> Self {
        Self {
            id: row.id,
            source: row.source,
            reference: row.reference,
            promotional: row.promotional,
            amount_minor: row.amount_minor,
            remaining_minor: row.remaining_minor,
            held_minor: row.held_minor,
            created_at: row.created_at.0,
            expires_at: row.expires_at.map(|ts| ts.0),
        }
    }
}

/// What will be left of a lot when it expires.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreditUnused)]
struct UnusedBody {
    lot_id: Uuid,
    amount_minor: i64,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Reads a wallet
///
/// What can be spent, what is held and for which order, what is owed, each lot, and how long the credit pays the
/// subscription at its present price. For owners and admins.
#[utoipa::path(
    get, path = "/billing/wallet/{tenant_id}", tag = "Billing", operation_id = "getWallet",
    security(("bearer" = [])),
    params(("tenant_id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "The wallet", body = WalletBody),
        (status = 403, description = "The caller is in the Organization, but no owner or admin"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
    ),
)]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(tenant_id): Segment,
) -> Result<Json<WalletBody>, Problem> {
    let summary = wallet::summary(&app, &caller.user_id, usable_id(&tenant_id)?).await?;
    let branding = branding::load(&app).await?;
    Ok(Json(wallet_body(summary, &app, &branding)))
}

fn wallet_body(summary: Summary, app: &App, branding: &Branding) -> WalletBody {
    let Summary { account, available_minor, lots, waiting, lasts, unused } = summary;
    let (lasts, lasts_until, lasts_months) = match lasts {
        Lasts::NoSubscription => ("no_subscription", None, None),
        Lasts::Ends(at) => ("ends", Some(at), None),
        Lasts::Stopped => ("stopped", None, None),
        Lasts::Unknown => ("unknown", None, None),
        Lasts::Until { at, months } => ("until", Some(at), Some(months)),
        Lasts::WithoutEnd => ("without_end", None, None),
    };
    let unused = unused.into_iter().map(|unused| UnusedBody {
        lot_id: unused.lot_id.0,
        amount_minor: unused.amount_minor,
        expires_at: unused.expires_at,
    });
    WalletBody {
        tenant_id: account.tenant_id,
        currency: app.facts.currency.code(),
        available_minor,
        balance_minor: account.balance_minor,
        held_minor: account.held_minor,
        owed_minor: account.owed_minor,
        held_for: waiting.as_ref().map(|row| HeldForBody::new(row, branding)),
        lots: lots.into_iter().map(LotBody::from).collect(),
        lasts,
        lasts_until,
        lasts_months,
        expires_unused: unused.collect(),
    }
}

/// Which lines of a ledger.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FilterQuery {
    /// Only these movements.
    #[param(
        nullable = false,
        pattern = "^(granted|spent|refunded|expired|released|taken_back|disputed|settled|adopted)?$"
    )]
    movement: Option<String>,
    /// From this day on, such as `2026-12-01`, in the Sovereign's time zone.
    #[param(nullable = false, pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
    from: Option<String>,
    /// Up to the end of this day.
    #[param(nullable = false, pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
    to: Option<String>,
    /// Only what became of this voucher's credit, by its code.
    #[param(nullable = false)]
    voucher: Option<String>,
    /// The language of `text`: `en` or `ar`; by default what `Accept-Language` prefers, else English.
    #[param(nullable = false, pattern = "^(en|ar)$")]
    lang: Option<String>,
}

impl FilterQuery {
    fn language(&self, headers: &HeaderMap) -> Result<Language, Problem> {
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        match &self.lang {
            None => Ok(Language::accepted(accepted.unwrap_or_default())),
            Some(tag) => {
                Language::of_tag(tag).ok_or_else(|| Problem::field("lang", "lang must be en or ar"))
            }
        }
    }

    fn into_query(self) -> LedgerQuery {
        let Self { movement, from, to, voucher: code, lang: _ } = self;
        LedgerQuery { movement, from, to, code }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// Where the page before ended, from its Link header.
    #[param(nullable = false)]
    after: Option<String>,
    /// How many lines; by default 50.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// A line of the ledger, with the balance after it. Amounts are in minor units.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LedgerLine)]
pub(super) struct LineBody {
    id: Uuid,
    /// `granted`, `spent`, `refunded`, `expired`, `released`, `taken_back`, `disputed`, `settled`, or `adopted`
    /// from an earlier service.
    movement: &'static str,
    /// What moved the credit, as `GET /billing/balance` has it.
    kind: String,
    /// What it was, for people.
    text: String,
    /// What was added, or, below zero, taken.
    amount_minor: i64,
    /// The balance of the whole wallet after this line, whichever lines are asked for.
    balance_minor: i64,
    /// What the line added to what is owed, or, below zero, settled of it.
    owed_minor: i64,
    /// ISO 4217.
    currency: &'static str,
    /// The code of the voucher whose credit it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    voucher: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    lot_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    order_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    invoice_id: Option<Uuid>,
    /// Such as `INV-000123`; the invoice gets one within a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    invoice_number: Option<String>,
    /// The Sovereign that issued the invoice, where that is another one, from which the Organization came.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    invoice_issued_by: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl LineBody {
    fn new(app: &App, line: &Line, language: Language) -> StorageResult<Self> {
        let row = &line.row;
        Ok(Self {
            id: row.id,
            movement: line.movement().as_str(),
            kind: row.kind.clone(),
            text: wallet::described(app, line, language)?,
            amount_minor: row.amount_minor,
            balance_minor: line.balance_minor,
            owed_minor: row.owed_minor,
            currency: app.facts.currency.code(),
            voucher: row.code().map(str::to_owned),
            lot_id: row.lot_id,
            order_id: row.order_id,
            invoice_id: row.invoice_id,
            invoice_number: row.invoice_number.map(number_text),
            invoice_issued_by: row.invoice_issued_by.clone(),
            created_at: row.created_at.0,
        })
    }
}

/// Lists the lines of a ledger
///
/// Newest first, each with the balance after it. A `Link` header with `rel="next"` leads to the next page. For
/// owners and admins.
#[utoipa::path(
    get, path = "/billing/ledger/{tenant_id}", tag = "Billing", operation_id = "listLedger",
    security(("bearer" = [])),
    params(
        ("tenant_id" = String, Path, description = "The Organization's identifier"),
        FilterQuery, PageQuery,
    ),
    responses(
        (status = 200, description = "A page of lines", body = Vec<LineBody>, headers(
            ("Link" = String, description = "The next page, where there is one")
        )),
        (status = 400, description = "A parameter cannot be read (`invalid_request`)"),
        (status = 403, description = "The caller is in the Organization, but no owner or admin"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
    ),
)]
pub(super) async fn ledger(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(tenant_id): Segment,
    Query(filter): Query<FilterQuery>,
    Query(asked): Query<PageQuery>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let tenant_id = usable_id(&tenant_id)?;
    let limit = paging::limit(asked.limit, DEFAULT_LIMIT, MAX_LIMIT)?;
    let language = filter.language(&headers)?;
    let lang = filter.lang.clone();
    let query = filter.into_query();
    let place = (asked.after.as_deref(), limit);
    let page = wallet::ledger(&app, &caller.user_id, tenant_id, &query, place).await?;
    let bodies: StorageResult<Vec<LineBody>> =
        page.rows.iter().map(|line| LineBody::new(&app, line, language)).collect();
    let next = page.next.map(|after| {
        let sent = [
            ("movement", query.movement),
            ("from", query.from),
            ("to", query.to),
            ("voucher", query.code),
            ("lang", lang),
        ];
        let sent = sent.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let place = [("limit", limit.to_string()), ("after", after)];
        sent.chain(place).collect::<Vec<_>>()
    });
    Ok(paging::linked(bodies?, next, &uri))
}

/// Reads a ledger as CSV
///
/// All lines that the parameters let through, newest first, each with the balance after it: UTF-8 with a byte order
/// mark, commas, CRLF; the first line has the names. Amounts stand there as decimals and in minor units. A text that a
/// spreadsheet would take for a formula has an apostrophe before it. For owners and admins.
#[utoipa::path(
    get, path = "/billing/ledger/{tenant_id}/csv", tag = "Billing", operation_id = "getLedgerCsv",
    security(("bearer" = [])),
    params(
        ("tenant_id" = String, Path, description = "The Organization's identifier"),
        FilterQuery,
    ),
    responses(
        (status = 200, description = "The file", body = Table, content_type = "text/csv"),
        (status = 400, description = "A parameter cannot be read (`invalid_request`)"),
        (status = 403, description = "The caller is in the Organization, but no owner or admin"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
        (status = 429, description = "Too many exports by this user"),
    ),
)]
pub(super) async fn csv(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(tenant_id): Segment,
    Query(filter): Query<FilterQuery>,
    headers: HeaderMap,
) -> Result<Table, Problem> {
    let tenant_id = usable_id(&tenant_id)?;
    let language = filter.language(&headers)?;
    let query = filter.into_query();
    let spool = wallet::file(&app, &caller.user_id, tenant_id, &query, language).await?;
    Ok(Table(export::send(spool, export::CSV, "ledger.csv").map_err(ExportError::from)?))
}
