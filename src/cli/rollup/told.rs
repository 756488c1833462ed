//! What a run came to, as it is told.

use std::path::PathBuf;

use serde_json::{Value, json};
use sovereign_domain::money::Currency;
use sovereign_domain::split::Month;

use super::payouts::Payouts;
use crate::cli::output::{Failure, answer, answer_json, say, table};
use crate::rollup::document::{FleetDocument, UnassignedTotal};
use crate::rollup::search::Difference;

pub(super) enum Told {
    Closed {
        fleet: FleetDocument,
        out: PathBuf,
        was_closed: bool,
        differences: Vec<Difference>,
        /// What was paid, where that was wanted.
        payouts: Option<Box<Payouts>>,
    },
    /// It is shared and stays open.
    Open { month: Month, unassigned: Vec<UnassignedTotal>, differences: Vec<Difference> },
}

impl Told {
    /// # Errors
    /// Where something that was to be paid is not; it is told.
    pub(super) fn tell(self, as_json: bool) -> Result<(), Failure> {
        match self {
            Self::Closed { fleet, out, was_closed, differences, payouts } if as_json => {
                let mut value = json!({
                    "month": fleet.month, "state": "closed", "was_closed": was_closed,
                    "out": out.display().to_string(),
                    "fleet": fleet, "differences": as_values(&differences),
                });
                if let Some(payouts) = &payouts {
                    value["paying"] = payouts.value();
                }
                answer_json(&value);
                return verdict(payouts);
            }
            Self::Closed { fleet, out, differences, payouts, .. } => {
                warn(&differences);
                Self::show(&fleet, false);
                say(format_args!("the files are in {}", out.display()));
                if let Some(payouts) = &payouts {
                    payouts.tell(false);
                }
                return verdict(payouts);
            }
            Self::Open { month, unassigned, differences } if as_json => answer_json(&json!({
                "month": month, "state": "shared", "unassigned": unassigned,
                "differences": as_values(&differences),
            })),
            Self::Open { month, unassigned: nobodys, differences } => {
                warn(&differences);
                answer(format_args!("{month} is shared, and not closed"));
                for line in unassigned(&nobodys) {
                    answer(line);
                }
            }
        }
        Ok(())
    }

    /// The fleet's summary.
    pub(super) fn show(fleet: &FleetDocument, as_json: bool) {
        if as_json {
            answer_json(&json!({ "month": fleet.month, "state": "closed", "fleet": fleet }));
            return;
        }
        let head =
            ["franchisee", "currency", "charged", "net", "publisher", "due", "payout", "left"];
        let rows = fleet.statements.iter().map(|row| {
            let amounts = &row.amounts;
            let decimal = |amount_minor| row.currency.decimal(amount_minor);
            vec![
                row.franchisee.clone(),
                row.currency.code().to_owned(),
                decimal(amounts.charged_minor),
                decimal(amounts.net_minor),
                decimal(amounts.publisher_minor),
                decimal(amounts.due_minor),
                decimal(amounts.payout_minor),
                decimal(amounts.carried_out_minor),
            ]
        });
        let head = head.map(str::to_owned).to_vec();
        answer(table(&std::iter::once(head).chain(rows).collect::<Vec<_>>()));
        for line in unassigned(&fleet.unassigned) {
            say(line);
        }
    }
}

fn verdict(payouts: Option<Box<Payouts>>) -> Result<(), Failure> {
    payouts.map_or(Ok(()), |payouts| payouts.verdict())
}

/// A line for each reason and currency.
pub(super) fn unassigned(totals: &[UnassignedTotal]) -> Vec<String> {
    let line = |total: &UnassignedTotal| {
        let amount = match Currency::from_code(&total.currency) {
            Ok(currency) => currency.format(total.amount_minor),
            Err(_) => format!("{} {}", total.amount_minor, total.currency),
        };
        format!("under no agreement ({}): {} movements, {amount}", total.reason, total.movements)
    };
    totals.iter().map(line).collect()
}

fn warn(differences: &[Difference]) {
    for difference in differences {
        let Difference { sovereign, charge_id, kind, detail } = difference;
        say(format_args!("{sovereign}: {charge_id}: {kind}: {detail}"));
    }
}

fn as_values(differences: &[Difference]) -> Vec<Value> {
    let value = |difference: &Difference| {
        json!({
            "sovereign": difference.sovereign, "charge_id": difference.charge_id,
            "kind": difference.kind, "detail": difference.detail,
        })
    };
    differences.iter().map(value).collect()
}
