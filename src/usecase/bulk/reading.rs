//! Whether each row of a file is a voucher that can be issued.

use std::collections::{BTreeMap, BTreeSet};

use sovereign_domain::ids::CampaignId;
use sovereign_domain::money::{Currency, MAX_CREDIT_UNITS};
use sovereign_domain::tag::{MAX_TAGS, Tag};
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Code, Voucher, comparable};

use super::super::campaigns;
use super::super::paging::MOMENTS;
use super::super::vouchers::{Issue, unredeemed};
use super::columns::{Column, RowError, RowFault};
use super::table::{Row, Table};
use super::work::SLICE;
use crate::storage::{self, Tx, bulk as rows};

/// A voucher of a file, with its tags.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) voucher: Voucher,
    pub(super) tags: BTreeSet<Tag>,
}

/// The vouchers of a file, or everything that is wrong with it.
///
/// # Errors
/// Where the database fails.
pub(super) async fn vouchers(
    tx: &mut Tx,
    file: &[u8],
    currency: Currency,
    now: Timestamp,
) -> storage::Result<Result<Vec<Incoming>, Vec<RowError>>> {
    let table = match Table::read(file) {
        Ok(table) => table,
        Err(errors) => return Ok(Err(errors)),
    };
    let campaigns = campaigns_of(tx, &table).await?;
    let mut reader = Reader { table: &table, currency, now, campaigns, errors: Vec::new() };
    let mut vouchers = Vec::with_capacity(table.rows().len());
    for rows in table.rows().chunks(SLICE) {
        vouchers.extend(rows.iter().map(|row| reader.incoming(row)));
        // Others have their turn in between.
        tokio::task::yield_now().await;
    }
    let mut errors = reader.errors;
    errors.extend(twice(&table, &vouchers));
    errors.extend(taken(tx, &table, &vouchers).await?);
    errors.sort_by_key(|error| error.line);
    Ok(if errors.is_empty() { Ok(vouchers) } else { Err(errors) })
}

/// The campaigns that the file names; `None` where there is none of this name.
async fn campaigns_of(
    tx: &mut Tx,
    table: &Table,
) -> storage::Result<BTreeMap<String, Option<CampaignId>>> {
    let mut found = BTreeMap::new();
    for row in table.rows() {
        let name = table.text(row, Column::Campaign).trim();
        if !name.is_empty() && !found.contains_key(name) {
            let campaign = campaigns::named(tx, name).await?;
            found.insert(name.to_owned(), campaign.map(|campaign| campaign.id));
        }
    }
    Ok(found)
}

/// Codes that stand in the file more than once.
fn twice(table: &Table, vouchers: &[Incoming]) -> Vec<RowError> {
    let mut first: BTreeMap<&Code, u64> = BTreeMap::new();
    let mut errors = Vec::new();
    for (row, Incoming { voucher, .. }) in table.rows().iter().zip(vouchers) {
        if is_no_code(voucher) {
            continue;
        }
        if let Some(line) = first.get(&voucher.code) {
            errors.push(at(row, Column::Code, RowFault::Twice(*line)));
        } else {
            first.insert(&voucher.code, row.line);
        }
    }
    errors
}

/// Codes that were issued before.
async fn taken(
    tx: &mut Tx,
    table: &Table,
    vouchers: &[Incoming],
) -> storage::Result<Vec<RowError>> {
    let mut errors = Vec::new();
    for (rows_of, vouchers) in table.rows().chunks(SLICE).zip(vouchers.chunks(SLICE)) {
        let codes: Vec<&str> = vouchers.iter().map(|one| one.voucher.code.as_str()).collect();
        let taken = rows::taken(tx, &codes).await?;
        let both = rows_of.iter().zip(codes).filter(|(_, code)| taken.contains(*code));
        errors.extend(both.map(|(row, _)| at(row, Column::Code, RowFault::Taken)));
    }
    Ok(errors)
}

/// A row whose code cannot be read stands in for no voucher.
fn is_no_code(voucher: &Voucher) -> bool {
    voucher.code.as_str().is_empty()
}

fn at(row: &Row, column: Column, fault: RowFault) -> RowError {
    RowError { line: row.line, column: column.as_str().to_owned(), fault }
}

/// Reads rows, and gathers what is wrong with them.
struct Reader<'a> {
    table: &'a Table,
    currency: Currency,
    now: Timestamp,
    campaigns: BTreeMap<String, Option<CampaignId>>,
    errors: Vec<RowError>,
}

impl Reader<'_> {
    fn wrong(&mut self, row: &Row, column: Column, fault: RowFault) {
        self.errors.push(at(row, column, fault));
    }

    fn incoming(&mut self, row: &Row) -> Incoming {
        Incoming { voucher: self.voucher(row), tags: self.tags(row) }
    }

    fn tags(&mut self, row: &Row) -> BTreeSet<Tag> {
        let text = self.table.text(row, Column::Tags);
        let words = text.split([';', ',', '،', '؛']).filter(|word| !word.trim().is_empty());
        let tags: Result<BTreeSet<Tag>, _> = words.map(Tag::parse).collect();
        let tags = tags.ok().filter(|tags| tags.len() <= MAX_TAGS);
        if tags.is_none() {
            self.wrong(row, Column::Tags, RowFault::Tags);
        }
        tags.unwrap_or_default()
    }

    /// The voucher of a row; what cannot be read of it is as good as absent.
    fn voucher(&mut self, row: &Row) -> Voucher {
        let code = Code::parse(self.table.text(row, Column::Code));
        let credit_minor = self.credit_minor(row);
        let issue = Issue {
            code: "AAA".to_owned(),
            credit_units: self.currency.whole_units(credit_minor),
            description: Some(self.table.text(row, Column::Description).to_owned()),
            active: self.active(row),
            max_redemptions: self.number(row, Column::MaxRedemptions),
            credit_valid_days: self.number(row, Column::CreditValidDays),
            campaign: None,
        };
        for fault in issue.faults(self.currency) {
            match fault.field {
                "description" => self.wrong(row, Column::Description, RowFault::Description),
                "max_redemptions" => {
                    self.wrong(row, Column::MaxRedemptions, RowFault::MaxRedemptions);
                }
                "credit_valid_days" => {
                    self.wrong(row, Column::CreditValidDays, RowFault::CreditValidDays);
                }
                // What the cell says was looked at.
                _ => {}
            }
        }
        if code.is_err() {
            self.wrong(row, Column::Code, RowFault::Code);
        }
        let created_at = self.moment(row, Column::CreatedAt).unwrap_or(self.now);
        let deleted_at = self.moment(row, Column::RevokedAt);
        if deleted_at.is_some_and(|deleted_at| deleted_at < created_at) {
            self.wrong(row, Column::RevokedAt, RowFault::Moment);
        }
        let campaign_id = self.campaign(row);
        self.check_currency(row);
        Voucher {
            description: issue.description.unwrap_or_default(),
            active: issue.active.unwrap_or(true) && deleted_at.is_none(),
            max_redemptions: issue.max_redemptions.unwrap_or(0),
            credit_valid_days: issue.credit_valid_days.filter(|days| *days > 0),
            campaign_id,
            deleted_at,
            ..unredeemed(
                code.unwrap_or_else(|_| Code::stored(String::new())),
                credit_minor,
                created_at,
            )
        }
    }

    /// In minor units, from whichever of its two columns there is.
    fn credit_minor(&mut self, row: &Row) -> i64 {
        let (text, minor) =
            (self.table.cell(row, Column::Credit), self.table.cell(row, Column::CreditMinor));
        let of_text = self.currency.read_decimal(&comparable(text));
        let of_minor = comparable(minor).parse::<i64>().ok();
        let (column, credit) = match (text, minor) {
            ("", minor) if !minor.is_empty() => (Column::CreditMinor, of_minor),
            _ => (Column::Credit, of_text),
        };
        if !text.is_empty() && !minor.is_empty() && of_text != of_minor {
            self.wrong(row, Column::CreditMinor, RowFault::CreditsDiffer);
        }
        let whole = credit.filter(|minor| {
            let units = self.currency.whole_units(*minor);
            self.currency.units_to_minor(units) == Some(*minor)
                && (1..=MAX_CREDIT_UNITS).contains(&units)
        });
        if whole.is_none() {
            self.wrong(row, column, RowFault::Credit);
        }
        whole.unwrap_or_else(|| self.currency.units_to_minor(1).unwrap_or(1))
    }

    fn number(&mut self, row: &Row, column: Column) -> Option<i64> {
        let text = self.table.cell(row, column);
        // What is no number is out of the range of each.
        (!text.is_empty()).then(|| comparable(text).parse().unwrap_or(-1))
    }

    fn active(&mut self, row: &Row) -> Option<bool> {
        match &*self.table.cell(row, Column::Active).to_lowercase() {
            "" => None,
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => {
                self.wrong(row, Column::Active, RowFault::Active);
                None
            }
        }
    }

    fn moment(&mut self, row: &Row, column: Column) -> Option<Timestamp> {
        let text = self.table.cell(row, column);
        if text.is_empty() {
            return None;
        }
        let moment = Timestamp::parse_rfc3339(text)
            .filter(|moment| MOMENTS.contains(&moment.micros()) && *moment <= self.now);
        if moment.is_none() {
            self.wrong(row, column, RowFault::Moment);
        }
        moment
    }

    fn campaign(&mut self, row: &Row) -> Option<CampaignId> {
        let name = self.table.text(row, Column::Campaign).trim();
        let found = self.campaigns.get(name).copied()?;
        if found.is_none() {
            self.wrong(row, Column::Campaign, RowFault::Campaign);
        }
        found
    }

    fn check_currency(&mut self, row: &Row) {
        let (text, own) = (self.table.cell(row, Column::Currency), self.currency.code());
        if !text.is_empty() && !text.eq_ignore_ascii_case(own) {
            self.wrong(row, Column::Currency, RowFault::Currency(own));
        }
    }
}
