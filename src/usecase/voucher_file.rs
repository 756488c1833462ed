//! The list of vouchers as a file: CSV, newest first, all that a filter lets through.

use sovereign_domain::ids::UserId;
use sovereign_domain::tag::Tag;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Code, Issued, Voucher};

use super::branding;
use super::export::{ExportError, Spool, csv};
use super::list_vouchers::Wanted;
use super::organizations::OrganizationError;
use super::paging::PageError;
use super::reports::{Scope, voucher};
use crate::app::App;
use crate::branding::Branding;
use crate::limits::{Key, Quota};
use crate::storage::cursor::Cursor;
use crate::storage::rollups::VoucherTotals;
use crate::storage::{campaigns, voucher_list, voucher_tags};

/// How many vouchers are read at once.
const PAGE: i64 = 1_000;

/// The columns. The credit stands there twice: as people write it, and in minor units.
pub(crate) const COLUMNS: [&str; 19] = [
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
    "spent_minor",
    "expired_minor",
    "last_redeemed_at",
    "tags",
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
    let mut books = Scope::of(app).snapshot().await.map_err(OrganizationError::Storage)?;
    let now = app.clock.now();
    let filter = wanted.filter(books.tx(), now).await.map_err(|error| match error {
        PageError::Field(fault) => OrganizationError::Field(fault),
        PageError::Storage(failed) => OrganizationError::Storage(failed),
    })?;
    let mut spool = Spool::new(app.new_id());
    let mut written = csv::head(COLUMNS);
    let mut place = Cursor::newest();
    loop {
        let found = voucher_list::list(books.tx(), &filter, &place, PAGE).await?;
        let last = found.last().map(|voucher| (voucher.created_at, voucher.code.clone()));
        let codes: Vec<Code> = found.iter().map(|voucher| voucher.code.clone()).collect();
        let mut totals = voucher::totals_in(&mut books, &codes).await?;
        let mut tags = voucher_tags::of(books.tx(), &codes).await?;
        for issued in campaigns::of_vouchers(books.tx(), found).await? {
            let totals = totals.remove(&issued.voucher.code).unwrap_or_default();
            let tags = tags.remove(&issued.voucher.code).unwrap_or_default();
            write(app, &mut written, (&issued, totals, &tags), (&branding, now));
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
    (issued, totals, tags): (&Issued, VoucherTotals, &[Tag]),
    (branding, now): (&Branding, Timestamp),
) {
    let voucher = &issued.voucher;
    let campaign = issued.campaign.as_ref().map_or("", |campaign| &campaign.name);
    let currency = app.facts.currency;
    let moment = |at: Option<Timestamp>| at.map(Timestamp::to_rfc3339).unwrap_or_default();
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
            csv::Cell::Text(&moment(voucher.deleted_at)),
            csv::Cell::Number(&voucher.granted_minor.to_string()),
            csv::Cell::Text(campaign),
            csv::Cell::Number(if voucher.active { "true" } else { "false" }),
            csv::Cell::Number(&totals.spent_minor.to_string()),
            csv::Cell::Number(&totals.expired_minor.to_string()),
            csv::Cell::Text(&moment(totals.last_redeemed_at)),
            csv::Cell::Text(&tags.iter().map(Tag::as_str).collect::<Vec<_>>().join("; ")),
        ],
    );
}
