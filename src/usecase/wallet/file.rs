//! The ledger as a file: CSV, newest first, all lines that a filter lets through.

use sovereign_domain::ids::UserId;

use super::ledger::LedgerQuery;
use super::{described, spendable};
use crate::app::App;
use crate::limits::{Key, Quota};
use crate::storage::ledger::{self as rows, Line, Start};
use crate::text::Language;
use crate::usecase::export::{ExportError, Spool, csv};
use crate::usecase::print_invoice::numbered;

/// How many lines are read at once.
const PAGE: i64 = 1_000;

/// The columns. Amounts stand there twice: as people write them, and in minor units.
pub(crate) const COLUMNS: [&str; 13] = [
    "created_at",
    "movement",
    "text",
    "voucher",
    "amount",
    "balance",
    "currency",
    "amount_minor",
    "balance_minor",
    "owed_minor",
    "invoice",
    "order_id",
    "id",
];

/// Writes the ledger of an Organization, for its owner and admins. It is read from one state of the database, and
/// put aside before any of it is sent.
///
/// # Errors
/// [`ExportError`]; then there is no file.
pub(crate) async fn file(
    app: &App,
    user_id: &UserId,
    tenant_id: &str,
    query: &LedgerQuery,
    language: Language,
) -> Result<Spool, ExportError> {
    let mut tx = app.store.snapshot_as(user_id).await?;
    let account = spendable(&mut tx, user_id, tenant_id).await?;
    let filter = query.filter(&app.zone)?;
    app.limits.check(Quota::ExportByUser, Key::User(user_id)).await?;
    let of = (account.customer_id, tenant_id);
    let mut start = Start::counted_from_now(Start::END, account.balance_minor);
    let mut spool = Spool::new(app.new_id());
    let mut written = csv::head(COLUMNS);
    loop {
        let lines = rows::lines(&mut tx, of, &filter, start, PAGE).await?;
        for line in &lines {
            write(app, &mut written, line, language)?;
        }
        spool.write(written.as_bytes())?;
        written.clear();
        let Some(last) = lines.last() else { return Ok(spool) };
        let (place, balance_minor) = (last.place(), last.balance_minor);
        start = Start { after: place, known: place, balance_minor };
    }
}

fn write(
    app: &App,
    written: &mut String,
    line: &Line,
    language: Language,
) -> Result<(), ExportError> {
    let (row, currency) = (&line.row, app.facts.currency);
    let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let invoice =
        row.invoice_number.map(|number| numbered(number, row.invoice_issued_by.as_deref()));
    csv::cells(
        written,
        [
            csv::Cell::Text(&row.created_at.0.to_rfc3339()),
            csv::Cell::Text(line.movement().as_str()),
            csv::Cell::Text(&described(app, line, language)?),
            csv::Cell::Text(row.code().unwrap_or_default()),
            csv::Cell::Number(&currency.decimal(row.amount_minor)),
            csv::Cell::Number(&currency.decimal(line.balance_minor)),
            csv::Cell::Text(currency.code()),
            csv::Cell::Number(&row.amount_minor.to_string()),
            csv::Cell::Number(&line.balance_minor.to_string()),
            csv::Cell::Number(&row.owed_minor.to_string()),
            csv::Cell::Text(&invoice.unwrap_or_default()),
            csv::Cell::Text(&id(row.order_id)),
            csv::Cell::Text(&row.id.to_string()),
        ],
    );
    Ok(())
}
