//! By which agreement a movement is shared, at which rate, and who bears its fee.

use sovereign_domain::money::{Currency, div_half_even};
use sovereign_domain::split::FeesBorneBy;
use sovereign_domain::timestamp::Timestamp;

use crate::payment::stripe::amounts::same_unit;
use crate::rollup::agreements::{Agreement, Agreements, Unassigned};
use crate::rollup::book::charges::SharedChargeRow;
use crate::rollup::book::movements::Unshared;
use crate::rollup::error::RollupError;
use crate::storage::Error;

/// The agreement that a movement is under at a moment.
pub(super) fn find<'a>(
    agreements: &'a Agreements,
    movement: &Unshared,
    at: Timestamp,
) -> Result<&'a Agreement, Unassigned> {
    let sovereign = movement.sovereign.as_deref().ok_or(Unassigned::NoMetadata)?;
    let currency = currency(&movement.currency).ok_or(Unassigned::NoAgreement)?;
    agreements.find(Some(sovereign), currency, at)
}

/// A currency in which the processor's amounts are in the same unit as ours.
fn currency(code: &str) -> Option<Currency> {
    Currency::from_code(code).ok().filter(|currency| same_unit(*currency))
}

/// How a charge from before the first month of the book would have been shared, as far as what goes back of it says.
pub(super) fn estimate(
    agreements: &Agreements,
    movement: &Unshared,
) -> Result<Result<SharedChargeRow, Unassigned>, RollupError> {
    let at = movement.charge_at.unwrap_or(movement.occurred_at).0;
    let agreement = match find(agreements, movement, at) {
        Ok(agreement) => agreement,
        Err(why) => return Ok(Err(why)),
    };
    let amount_minor = movement.charge_minor.unwrap_or(movement.amount_minor);
    let publisher_minor = agreement.share.of_next(0, amount_minor);
    Ok(Ok(SharedChargeRow {
        charge_id: movement.charge_id.clone(),
        franchisee: agreement.franchisee.clone(),
        sovereign: movement.sovereign.clone().unwrap_or_default(),
        currency: movement.currency.clone(),
        agreement: as_column(agreement.number)?,
        fees: fees_name(agreement.fees).to_owned(),
        amount_minor,
        publisher_minor: publisher_minor.ok_or_else(|| RollupError::too_large(&movement.id))?,
        reversed_minor: 0,
        estimated: true,
    }))
}

/// The number that a charge's agreement has in the file by now; that of then where it is in there no more.
pub(super) fn number_now(
    agreements: &Agreements,
    row: &SharedChargeRow,
    movement: &Unshared,
) -> Result<i32, RollupError> {
    let at = movement.charge_at.unwrap_or(movement.occurred_at).0;
    let found = currency(&row.currency)
        .and_then(|currency| agreements.find(Some(&row.sovereign), currency, at).ok());
    match found.filter(|agreement| agreement.franchisee == row.franchisee) {
        Some(agreement) => as_column(agreement.number),
        None => Ok(row.agreement),
    }
}

/// What the franchisee bears of what Stripe took.
pub(super) fn fee_part(fees: FeesBorneBy, fee_minor: i64, charge: &SharedChargeRow) -> Option<i64> {
    match fees {
        FeesBorneBy::Publisher => Some(0),
        FeesBorneBy::Franchisee => Some(fee_minor),
        FeesBorneBy::Shared if charge.amount_minor == 0 => Some(0),
        FeesBorneBy::Shared => {
            let part = charge.amount_minor.checked_sub(charge.publisher_minor)?;
            div_half_even(fee_minor, part, charge.amount_minor)
        }
    }
}

const FEES: [(&str, FeesBorneBy); 3] = [
    ("publisher", FeesBorneBy::Publisher),
    ("franchisee", FeesBorneBy::Franchisee),
    ("shared", FeesBorneBy::Shared),
];

pub(super) fn fees_name(fees: FeesBorneBy) -> &'static str {
    FEES.iter().find(|(_, one)| *one == fees).map_or("publisher", |(name, _)| name)
}

pub(super) fn fees_of(name: &str) -> Result<FeesBorneBy, RollupError> {
    let found = FEES.iter().find(|(one, _)| *one == name).map(|(_, fees)| *fees);
    found.ok_or_else(|| Error::corrupt("shared_charges", format!("fees {name:?}")).into())
}

/// An agreement's number, as the book has it.
pub(super) fn as_column(number: usize) -> Result<i32, RollupError> {
    i32::try_from(number).map_err(|_| RollupError::refused("the file has too many agreements"))
}
