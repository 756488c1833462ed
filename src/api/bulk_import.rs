//! `POST /billing/vouchers/import`: the vouchers of a file, all of them or none.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use sovereign_domain::bulk::BulkState;
use sovereign_domain::money::Currency;
use utoipa::{IntoParams, ToSchema};

use super::bulk::OperationBody;
use super::caller::Issuer;
use super::extract::{File, Query};
use super::problem::Problem;
use crate::app::App;
use crate::usecase::bulk::{self, Checked, ImportError};
use crate::usecase::vouchers::Writer;

/// A file of vouchers.
#[derive(Debug, ToSchema)]
#[schema(value_type = String)]
#[expect(dead_code, reason = "a name for the description")]
pub(super) struct VoucherFile(String);

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportQuery {
    /// `true`: the file is looked at, and nothing issued.
    #[param(nullable = false)]
    dry_run: Option<bool>,
}

/// What an import of a file would come to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportReport)]
pub(super) struct ReportBody {
    /// How many vouchers it would issue; 0 where something is wrong.
    vouchers: i64,
    /// What they are worth, each redeemed once, in minor units.
    total_credit_minor: i64,
    /// ISO 4217.
    currency: &'static str,
    /// How many errors there are.
    error_count: usize,
    /// The first thousand of them, by line.
    errors: Vec<ErrorBody>,
}

/// What is wrong in which place of a file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportReportError)]
struct ErrorBody {
    /// From 1; 0 where it is about the whole file.
    line: u64,
    /// As the first line names it; empty where it is about the whole line.
    column: String,
    /// The rule, for programs.
    code: &'static str,
    /// What is wrong, and what to do.
    detail: String,
}

impl ReportBody {
    fn new(checked: Checked, currency: Currency) -> Self {
        let error = |error: bulk::RowError| ErrorBody {
            code: error.fault.name(),
            detail: error.fault.to_string(),
            line: error.line,
            column: error.column,
        };
        Self {
            vouchers: checked.vouchers,
            total_credit_minor: checked.credit_minor,
            currency: currency.code(),
            error_count: checked.error_count,
            errors: checked.errors.into_iter().map(error).collect(),
        }
    }
}

/// Imports vouchers
///
/// CSV in UTF-8, separated by commas, semicolons or tabs; the first line names the columns, in any order: `code`,
/// `credit` (in the currency's units) or `credit_minor`, and, where they are there, `currency`, `max_redemptions`,
/// `credit_valid_days`, `description`, `campaign` (by name or identifier), `active`, `created_at` and `revoked_at`. `status`,
/// `times_redeemed`, `link` and `granted_minor` are of the list as a file, and count for nothing: such a file can be
/// imported as it is. Up to 100,000 vouchers are issued within moments, all of them or none. For the roles superadmin and
/// sovereign-admin.
#[utoipa::path(
    post, path = "/billing/vouchers/import", tag = "Vouchers", operation_id = "importVouchers",
    security(("bearer" = [])),
    params(ImportQuery),
    request_body(content = VoucherFile, content_type = "text/csv"),
    responses(
        (status = 200, description = "With `dry_run`: what it would come to", body = ReportBody),
        (status = 202, description = "The operation", body = OperationBody),
        (status = 400, description = "Something is wrong with the file (`import_refused`); `dry_run` tells everything"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 413, description = "The file is larger than 48 MiB"),
    ),
)]
pub(super) async fn import(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Query(query): Query<ImportQuery>,
    File(file): File,
) -> Result<Response, Problem> {
    let currency = app.facts.currency;
    if file.is_empty() {
        return Err(Problem::field("body", "the body is empty; send a CSV file of vouchers"));
    }
    if query.dry_run == Some(true) {
        let checked = bulk::check(&app.store, &file, currency, app.clock.now()).await?;
        return Ok(Json(ReportBody::new(checked, currency)).into_response());
    }
    let actor = caller.actor();
    let mut ids = app.ids();
    let mut writer = Writer::of(&app, &actor, &mut ids);
    match bulk::import(&mut writer, &file, BulkState::Running).await {
        Ok(operation) => {
            let body = Json(OperationBody::new(operation, currency));
            Ok((StatusCode::ACCEPTED, body).into_response())
        }
        Err(ImportError::Rows(checked)) => {
            let detail = bulk::told(&checked.errors);
            let field = checked.errors.first().map(|error| error.column.clone());
            let field = field.filter(|column| !column.is_empty());
            let problem = Problem::new(StatusCode::BAD_REQUEST, "import_refused", detail);
            Err(problem.about(field.as_deref().unwrap_or("body")))
        }
        Err(ImportError::Storage(error)) => Err(error.into()),
    }
}
