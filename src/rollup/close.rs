//! Closes a month: what each franchisee is due is written down, all in one transaction, and never changes any more.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use sha2::{Digest as _, Sha256};
use sovereign_domain::money::Currency;
use sovereign_domain::split::Month;
use sovereign_domain::timestamp::Timestamp;

use super::agreements::Agreements;
use super::book::credit_reports::{self, CreditReportRow};
use super::book::months::{self, MonthRow, State};
use super::book::movements::{self, AgreementSums, KindSums};
use super::book::statements::{self, NewStatement};
use super::document::{LinesSummary, StatementDocument};
use super::draft::Draft;
use super::error::RollupError;
use super::lines;
use super::output::LinesCsv;
use crate::fail_point::reach;
use crate::hex;
use crate::storage::{Store, Ts, Tx};

/// A franchisee and a currency.
pub(crate) type Key = (String, &'static str);

/// What the book has for a month's statements.
pub(crate) struct Found {
    pub(crate) month: Month,
    pub(crate) sums: Vec<KindSums>,
    /// By the agreement's number.
    pub(crate) charged: BTreeMap<usize, AgreementSums>,
    /// What the last statement left.
    pub(crate) carried: BTreeMap<(String, String), i64>,
    /// By Sovereign.
    pub(crate) reports: BTreeMap<String, CreditReportRow>,
}

impl Found {
    async fn load(tx: &mut Tx, row: &MonthRow) -> Result<Self, RollupError> {
        let month = row.name()?;
        let mut charged = BTreeMap::new();
        for sums in movements::agreement_sums(tx, &row.month).await? {
            let number = usize::try_from(sums.agreement).unwrap_or(usize::MAX);
            charged.insert(number, sums);
        }
        let carried = statements::carried(tx, month).await?.into_iter();
        let carried = carried.map(|row| ((row.franchisee, row.currency), row.carried_out_minor));
        let reports = credit_reports::of_month(tx, month).await?.into_iter();
        Ok(Self {
            month,
            sums: movements::sums(tx, &row.month).await?,
            charged,
            carried: carried.collect(),
            reports: reports.map(|row| (row.sovereign.clone(), row)).collect(),
        })
    }

    /// Who gets a statement: whoever has an agreement in the month, or something happened for.
    fn keys(&self, agreements: &Agreements) -> Result<BTreeSet<Key>, RollupError> {
        let in_force = agreements.in_force(self.month);
        let mut keys: BTreeSet<Key> = in_force
            .map(|agreement| (agreement.franchisee.clone(), agreement.currency.code()))
            .collect();
        for sums in &self.sums {
            let currency = Currency::from_code(&sums.currency)
                .map_err(|error| RollupError::refused(error.to_string()))?;
            keys.insert((sums.whose.clone(), currency.code()));
        }
        Ok(keys)
    }
}

/// Closes a month whose movements are shared.
///
/// # Errors
/// Where something that statements need is missing: all of it is said at once. Where the database fails, or another
/// process is at this month.
pub(crate) async fn close(
    store: &Store,
    month: &mut MonthRow,
    agreements: &Agreements,
    now: Timestamp,
) -> Result<(), RollupError> {
    if month.state()? != State::Shared {
        return Ok(());
    }
    let mut tx = store.snapshot().await?;
    let found = Found::load(&mut tx, month).await?;
    let (mut drafts, mut faults) = (Vec::new(), Vec::new());
    for key in found.keys(agreements)? {
        match Draft::of(&found, agreements, &key)? {
            Ok(draft) => drafts.push(draft),
            Err(missing) => faults.extend(missing),
        }
    }
    if !faults.is_empty() {
        return Err(RollupError::refused(faults.join("\n")));
    }
    let mut rows = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let key = (draft.franchisee(), draft.currency());
        let lines = summary(&mut tx, month, key).await?;
        let account_sha256 = draft.payout_account_sha256();
        rows.push(new_statement(&draft.document(month, lines, now), account_sha256)?);
    }
    drop(tx);
    let mut tx = store.begin().await?;
    statements::insert(&mut tx, rows).await?;
    month.set_state(State::Closed);
    month.closed_at = Some(Ts(now));
    months::advance(&mut tx, month).await?;
    reach!("rollup_closing");
    tx.commit().await?;
    reach!("rollup_closed");
    Ok(())
}

/// How many lines a statement has, and what their file will be.
async fn summary(
    tx: &mut Tx,
    month: &MonthRow,
    (franchisee, currency): (&str, Currency),
) -> Result<LinesSummary, RollupError> {
    let nowhere = Path::new("lines.csv");
    let mut csv = LinesCsv::new(io::sink(), currency).map_err(RollupError::at(nowhere))?;
    lines::write(tx, month, (franchisee, currency), (&mut csv, nowhere)).await?;
    csv.finish().map_err(RollupError::at(nowhere))
}

fn new_statement(
    document: &StatementDocument,
    account_sha256: String,
) -> Result<NewStatement, RollupError> {
    let text = document.to_json().map_err(|error| RollupError::refused(error.to_string()))?;
    Ok(NewStatement {
        id: document.id.clone(),
        month: document.month.to_string(),
        franchisee: document.franchisee.clone(),
        currency: document.currency.code().to_owned(),
        sha256: hex::encode(&Sha256::digest(&text)),
        document: text,
        due_minor: document.due_minor,
        payout_minor: document.payout_minor,
        carried_out_minor: document.carried_out_minor,
        closed_at: Ts(document.closed_at),
        payout_account_sha256: Some(account_sha256),
    })
}
