//! The list of vouchers as a file: CSV, newest first, all that a filter lets through.

use sovereign_domain::ids::UserId;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Issued, Voucher};

use super::branding;
use super::export::{ExportError, Spool, csv};
use super::list_vouchers::Wanted;
use super::organizations::OrganizationError;
use super::paging::PageError;
use crate::app::App;
use crate::branding::Branding;
use crate::limits::{Key, Quota};
use crate::storage::cursor::Cursor;
use crate::storage::{campaigns, voucher_list};

/// How many vouchers are read at once.
const PAGE: i64 = 1_000;

/// The columns. The credit stands there twice: as people write it, and in minor units.
pub(crate) const COLUMNS: [&str; 15] = [
    "code",
    "status",
    "credit",
    "currency",
    "credit_minor",
    "max_redemptions",
    "times_redeemed",
    "credit_valid_days",
    "description",
    "link",
    "created_at",
    "revoked_at",
    "granted_minor",
    "campaign",
    "active",
];

/// What a customer opens to see what a voucher is worth.
pub(crate) fn link(branding: &Branding, voucher: &Voucher) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("code", voucher.code.as_str())
        .finish();
    branding.page(&format!("/redeem?{query}"))
}

/// Writes the vouchers that are wanted; `after` counts for nothing. They are read from one state of the database, and
/// put aside before any of it is sent.
///
/// # Errors
/// [`ExportError`]; then there is no file.
pub(crate) async fn file(
    app: &App,
    user_id: &UserId,
    wanted: &Wanted<'_>,
) -> Result<Spool, ExportError> {
    app.limits.check(Quota::ExportByUser, Key::User(user_id)).await?;
    let branding = branding::load(app).await?;
    let mut tx = app.store.snapshot().await?;
    let now = app.clock.now();
    let filter = wanted.filter(&mut tx, now).await.map_err(|error| match error {
        PageError::Field(fault) => OrganizationError::Field(fault),
        PageError::Storage(failed) => OrganizationError::Storage(failed),
    })?;
    let mut spool = Spool::new(app.new_id());
    let mut written = csv::head(COLUMNS);
    let mut place = Cursor::newest();
    loop {
        let found = voucher_list::list(&mut tx, &filter, &place, PAGE).await?;
        let last = found.last().map(|voucher| (voucher.created_at, voucher.code.clone()));
        for issued in campaigns::of_vouchers(&mut tx, found).await? {
            write(app, &mut written, (&issued, &branding), now);
        }
        spool.write(written.as_bytes())?;
        written.clear();
        let Some((created_at, code)) = last else { return Ok(spool) };
        place = Cursor { created_at, key: code.as_str().to_owned() };
    }
}

fn write(
    app: &App,
    written: &mut String,
    (issued, branding): (&Issued, &Branding),
    now: Timestamp,
) {
    let voucher = &issued.voucher;
    let campaign = issued.campaign.as_ref().map_or("", |campaign| &campaign.name);
    let currency = app.facts.currency;
    let revoked = voucher.deleted_at.map(Timestamp::to_rfc3339).unwrap_or_default();
    csv::cells(
        written,
        [
            csv::Cell::Text(voucher.code.as_str()),
            csv::Cell::Text(issued.status(now).as_str()),
            csv::Cell::Number(&currency.decimal(voucher.credit_minor)),
            csv::Cell::Text(currency.code()),
            csv::Cell::Number(&voucher.credit_minor.to_string()),
            csv::Cell::Number(&voucher.max_redemptions.to_string()),
            csv::Cell::Number(&voucher.times_redeemed.to_string()),
            csv::Cell::Number(&voucher.credit_valid_days.unwrap_or(0).to_string()),
            csv::Cell::Text(&voucher.description),
            csv::Cell::Text(&link(branding, voucher)),
            csv::Cell::Text(&voucher.created_at.to_rfc3339()),
            csv::Cell::Text(&revoked),
            csv::Cell::Number(&voucher.granted_minor.to_string()),
            csv::Cell::Text(campaign),
            csv::Cell::Number(if voucher.active { "true" } else { "false" }),
        ],
    );
}
