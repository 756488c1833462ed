//! All statements of a month beside each other.

use serde::{Deserialize, Serialize};
use sovereign_domain::money::Currency;
use sovereign_domain::split::Month;
use sovereign_domain::timestamp::Timestamp;

use super::{StatementDocument, VERSION, read};

/// What a month comes to for all franchisees. Amounts of different currencies are never added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetDocument {
    pub version: u32,
    pub month: Month,
    /// By franchisee and currency.
    pub statements: Vec<FleetRow>,
    /// By currency.
    pub totals: Vec<FleetTotal>,
    /// What no agreement is for, by reason and currency.
    pub unassigned: Vec<UnassignedTotal>,
    pub agreements_sha256: String,
    #[serde(deserialize_with = "read::moment")]
    pub closed_at: Timestamp,
}

/// A statement in brief; its members mean what those of [`StatementDocument`] do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetRow {
    pub id: String,
    pub franchisee: String,
    pub name: String,
    #[serde(deserialize_with = "read::currency")]
    pub currency: Currency,
    #[serde(flatten)]
    pub amounts: FleetAmounts,
    #[serde(deserialize_with = "read::currency")]
    pub payout_currency: Currency,
    /// In that currency.
    pub payout_amount_minor: i64,
    pub payout_to: String,
}

/// All statements in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetTotal {
    #[serde(deserialize_with = "read::currency")]
    pub currency: Currency,
    pub statements: u64,
    #[serde(flatten)]
    pub amounts: FleetAmounts,
}

/// In the statement's currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetAmounts {
    pub charges: i64,
    pub charged_minor: i64,
    pub refunded_minor: i64,
    pub disputed_minor: i64,
    pub net_minor: i64,
    pub publisher_minor: i64,
    pub franchisee_minor: i64,
    pub publisher_of_credit_minor: i64,
    pub fees_minor: i64,
    pub franchisee_of_fees_minor: i64,
    pub fixed_fee_minor: i64,
    pub carried_in_minor: i64,
    pub due_minor: i64,
    pub payout_minor: i64,
    pub carried_out_minor: i64,
}

impl FleetAmounts {
    fn of(statement: &StatementDocument) -> Self {
        Self {
            charges: statement.counts.charges,
            charged_minor: statement.sums.charged_minor,
            refunded_minor: statement.sums.refunded_minor,
            disputed_minor: statement.sums.disputed_minor,
            net_minor: statement.net_minor,
            publisher_minor: statement.publisher_minor,
            franchisee_minor: statement.franchisee_minor,
            publisher_of_credit_minor: statement.sums.publisher_of_credit_minor,
            fees_minor: statement.sums.fees_minor,
            franchisee_of_fees_minor: statement.sums.franchisee_of_fees_minor,
            fixed_fee_minor: statement.fixed_fee_minor,
            carried_in_minor: statement.carried_in_minor,
            due_minor: statement.due_minor,
            payout_minor: statement.payout_minor,
            carried_out_minor: statement.carried_out_minor,
        }
    }

    fn plus(self, other: Self) -> Option<Self> {
        let sum = |one: i64, two: i64| one.checked_add(two);
        Some(Self {
            charges: sum(self.charges, other.charges)?,
            charged_minor: sum(self.charged_minor, other.charged_minor)?,
            refunded_minor: sum(self.refunded_minor, other.refunded_minor)?,
            disputed_minor: sum(self.disputed_minor, other.disputed_minor)?,
            net_minor: sum(self.net_minor, other.net_minor)?,
            publisher_minor: sum(self.publisher_minor, other.publisher_minor)?,
            franchisee_minor: sum(self.franchisee_minor, other.franchisee_minor)?,
            publisher_of_credit_minor: sum(
                self.publisher_of_credit_minor,
                other.publisher_of_credit_minor,
            )?,
            fees_minor: sum(self.fees_minor, other.fees_minor)?,
            franchisee_of_fees_minor: sum(
                self.franchisee_of_fees_minor,
                other.franchisee_of_fees_minor,
            )?,
            fixed_fee_minor: sum(self.fixed_fee_minor, other.fixed_fee_minor)?,
            carried_in_minor: sum(self.carried_in_minor, other.carried_in_minor)?,
            due_minor: sum(self.due_minor, other.due_minor)?,
            payout_minor: sum(self.payout_minor, other.payout_minor)?,
            carried_out_minor: sum(self.carried_out_minor, other.carried_out_minor)?,
        })
    }
}

/// What no agreement is for, for one reason and in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnassignedTotal {
    /// `no_metadata`, `unknown_sovereign` or `no_agreement`.
    pub reason: String,
    /// An ISO 4217 code, as the processor said it.
    pub currency: String,
    pub movements: i64,
    /// Charged, less what went back.
    pub amount_minor: i64,
}

impl FleetDocument {
    /// Brings statements of one month together; they are sorted by franchisee and currency. `None` where an amount
    /// leaves the range of `i64`.
    #[must_use]
    pub fn of(
        month: Month,
        statements: &[StatementDocument],
        mut unassigned: Vec<UnassignedTotal>,
        (agreements_sha256, closed_at): (String, Timestamp),
    ) -> Option<Self> {
        let mut rows: Vec<FleetRow> = statements.iter().map(row).collect();
        let place = |row: &FleetRow| (row.franchisee.clone(), row.currency.code());
        rows.sort_by_cached_key(place);
        unassigned.sort_by(|a, b| (&a.reason, &a.currency).cmp(&(&b.reason, &b.currency)));
        let totals = totals(&rows)?;
        Some(Self {
            version: VERSION,
            month,
            statements: rows,
            totals,
            unassigned,
            agreements_sha256,
            closed_at,
        })
    }

    /// As `fleet.json` has it.
    ///
    /// # Errors
    /// None that a summary can have: all of its members are texts and numbers.
    pub fn to_json(&self) -> serde_json::Result<String> {
        Ok(format!("{}\n", serde_json::to_string_pretty(self)?))
    }
}

fn row(statement: &StatementDocument) -> FleetRow {
    FleetRow {
        id: statement.id.clone(),
        franchisee: statement.franchisee.clone(),
        name: statement.name.clone(),
        currency: statement.currency,
        amounts: FleetAmounts::of(statement),
        payout_currency: statement.payout.currency,
        payout_amount_minor: statement.payout.amount_minor,
        payout_to: statement.payout.to.clone(),
    }
}

fn totals(rows: &[FleetRow]) -> Option<Vec<FleetTotal>> {
    let mut totals: Vec<FleetTotal> = Vec::new();
    for row in rows {
        match totals.iter_mut().find(|total| total.currency == row.currency) {
            Some(total) => {
                total.statements = total.statements.checked_add(1)?;
                total.amounts = total.amounts.plus(row.amounts)?;
            }
            None => totals.push(FleetTotal {
                currency: row.currency,
                statements: 1,
                amounts: row.amounts,
            }),
        }
    }
    totals.sort_by_key(|total| total.currency.code());
    Some(totals)
}
