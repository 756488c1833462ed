//! Shares movement after movement, with what was shared before.

use std::collections::BTreeMap;

use sovereign_domain::split::SharedCharge;

use super::rate::{as_column, estimate, fee_part, fees_name, fees_of, find, number_now};
use crate::rollup::agreements::{Agreements, Unassigned};
use crate::rollup::book::charges::{self, NewCharge, ReversedRow, SharedChargeRow, VolumeRow};
use crate::rollup::book::movements::{SharedRow, Unshared};
use crate::rollup::error::RollupError;
use crate::rollup::movement::Kind;
use crate::storage::{Error, Tx};

/// On the line of what goes back of a charge from before the first month of the book.
pub(super) const ESTIMATED: &str = "rate_of_charge=estimated";

/// How a charge is shared, and whether that is in the book as it is here.
#[derive(Debug)]
pub(super) struct Known {
    row: SharedChargeRow,
    is_new: bool,
    is_changed: bool,
}

/// Whose a movement is.
enum Whose {
    Of {
        franchisee: String,
        agreement: i32,
        publisher_minor: i64,
        fee_minor: i64,
        is_estimated: bool,
    },
    Nobody(Unassigned),
}

/// What sharing the movements of a chunk needs to know of what was shared before.
pub(super) struct Sharer<'a> {
    pub(super) agreements: &'a Agreements,
    pub(super) charges: BTreeMap<String, Known>,
    /// Charges that are nobody's.
    pub(super) unassigned: BTreeMap<String, Unassigned>,
    /// What was charged in the month so far, by agreement.
    pub(super) volumes: BTreeMap<usize, i64>,
}

impl<'a> Sharer<'a> {
    pub(super) async fn load(
        tx: &mut Tx,
        agreements: &'a Agreements,
        month: &str,
        found: &[Unshared],
    ) -> Result<Self, RollupError> {
        let mut ids: Vec<&str> = found.iter().map(|movement| movement.charge_id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut shared = BTreeMap::new();
        for row in charges::find(tx, &ids).await? {
            let known = Known { row, is_new: false, is_changed: false };
            shared.insert(known.row.charge_id.clone(), known);
        }
        let mut unassigned = BTreeMap::new();
        for charge in charges::find_unassigned(tx, &ids).await? {
            let why = Unassigned::of_name(&charge.unassigned)
                .ok_or_else(|| Error::corrupt("movements", &charge.unassigned))?;
            unassigned.insert(charge.charge_id, why);
        }
        let mut volumes = BTreeMap::new();
        for volume in charges::volumes(tx, month).await? {
            let number = usize::try_from(volume.agreement)
                .map_err(|error| Error::corrupt("month_volumes", error))?;
            volumes.insert(number, volume.volume_minor);
        }
        Ok(Self { agreements, charges: shared, unassigned, volumes })
    }

    /// Writes what changed.
    pub(super) async fn write(self, tx: &mut Tx, month: &str) -> Result<(), RollupError> {
        let (new, old): (Vec<Known>, Vec<Known>) =
            self.charges.into_values().partition(|known| known.is_new);
        charges::insert(tx, new.into_iter().map(|known| new_charge(known.row, month)).collect())
            .await?;
        let changed = old.into_iter().filter(|known| known.is_changed);
        let reversed = changed.map(|known| ReversedRow {
            charge_id: known.row.charge_id,
            reversed_minor: known.row.reversed_minor,
        });
        charges::reverse(tx, reversed.collect()).await?;
        let mut volumes = Vec::with_capacity(self.volumes.len());
        for (number, volume_minor) in self.volumes {
            let agreement = as_column(number)?;
            volumes.push(VolumeRow { agreement, month: month.to_owned(), volume_minor });
        }
        charges::set_volumes(tx, volumes).await?;
        Ok(())
    }

    pub(super) fn row(&mut self, movement: &Unshared) -> Result<SharedRow, RollupError> {
        let kind = Kind::parse(&movement.kind)
            .ok_or_else(|| Error::corrupt("movements", format!("kind {:?}", movement.kind)))?;
        let whose = match kind {
            Kind::Charge => self.charge(movement)?,
            _ => self.reversal(kind, movement)?,
        };
        let id = movement.id.clone();
        Ok(match whose {
            Whose::Of { franchisee, agreement, publisher_minor, fee_minor, is_estimated } => {
                SharedRow {
                    id,
                    franchisee: Some(franchisee),
                    agreement: Some(agreement),
                    publisher_minor: Some(publisher_minor),
                    franchisee_fee_minor: Some(fee_minor),
                    unassigned: None,
                    note: is_estimated.then(|| ESTIMATED.to_owned()),
                }
            }
            Whose::Nobody(why) => SharedRow {
                id,
                franchisee: None,
                agreement: None,
                publisher_minor: None,
                franchisee_fee_minor: None,
                unassigned: Some(why.as_str().to_owned()),
                note: None,
            },
        })
    }

    /// What a charge adds to the publisher's part of its agreement's month.
    fn charge(&mut self, movement: &Unshared) -> Result<Whose, RollupError> {
        let too_large = || RollupError::too_large(&movement.id);
        let agreement = match find(self.agreements, movement, movement.occurred_at.0) {
            Ok(agreement) => agreement,
            Err(why) => {
                self.unassigned.insert(movement.charge_id.clone(), why);
                return Ok(Whose::Nobody(why));
            }
        };
        let volume = self.volumes.entry(agreement.number).or_default();
        let amount_minor = movement.amount_minor;
        let publisher_minor =
            agreement.share.of_next(*volume, amount_minor).ok_or_else(too_large)?;
        *volume = volume.checked_add(amount_minor).ok_or_else(too_large)?;
        let row = SharedChargeRow {
            charge_id: movement.charge_id.clone(),
            franchisee: agreement.franchisee.clone(),
            sovereign: movement.sovereign.clone().unwrap_or_default(),
            currency: movement.currency.clone(),
            agreement: as_column(agreement.number)?,
            fees: fees_name(agreement.fees).to_owned(),
            amount_minor,
            publisher_minor,
            reversed_minor: 0,
            estimated: false,
        };
        let whose = Whose::Of {
            franchisee: row.franchisee.clone(),
            agreement: row.agreement,
            publisher_minor,
            fee_minor: fee_part(agreement.fees, movement.fee_minor, &row).ok_or_else(too_large)?,
            is_estimated: false,
        };
        // One that something went back of before it came itself was shared then.
        self.charges.entry(movement.charge_id.clone()).or_insert(Known {
            row,
            is_new: true,
            is_changed: false,
        });
        Ok(whose)
    }

    /// What goes back, or comes back, at the rate of its charge.
    fn reversal(&mut self, kind: Kind, movement: &Unshared) -> Result<Whose, RollupError> {
        let too_large = || RollupError::too_large(&movement.id);
        let agreements = self.agreements;
        if !self.charges.contains_key(&movement.charge_id) {
            if let Some(why) = self.unassigned.get(&movement.charge_id) {
                return Ok(Whose::Nobody(*why));
            }
            match estimate(agreements, movement)? {
                Ok(row) => {
                    let known = Known { row, is_new: true, is_changed: false };
                    self.charges.insert(movement.charge_id.clone(), known);
                }
                Err(why) => return Ok(Whose::Nobody(why)),
            }
        }
        let known = self.charges.get_mut(&movement.charge_id).ok_or_else(too_large)?;
        let row = &mut known.row;
        let reversed_now = kind.reversed(movement.amount_minor);
        let charge = SharedCharge {
            amount_minor: row.amount_minor,
            publisher_minor: row.publisher_minor,
            reversed_minor: row.reversed_minor,
        };
        let publisher_minor = match row.amount_minor {
            0 => 0,
            _ => charge.publisher_part_of(reversed_now).ok_or_else(too_large)?,
        };
        row.reversed_minor = row.reversed_minor.checked_add(reversed_now).ok_or_else(too_large)?;
        known.is_changed = true;
        let fees = fees_of(&row.fees)?;
        Ok(Whose::Of {
            franchisee: row.franchisee.clone(),
            agreement: number_now(agreements, row, movement)?,
            publisher_minor,
            fee_minor: fee_part(fees, movement.fee_minor, row).ok_or_else(too_large)?,
            is_estimated: row.estimated,
        })
    }
}

fn new_charge(row: SharedChargeRow, month: &str) -> NewCharge {
    NewCharge {
        charge_id: row.charge_id,
        month: month.to_owned(),
        franchisee: row.franchisee,
        sovereign: row.sovereign,
        currency: row.currency,
        agreement: row.agreement,
        fees: row.fees,
        amount_minor: row.amount_minor,
        publisher_minor: row.publisher_minor,
        reversed_minor: row.reversed_minor,
        estimated: row.estimated,
    }
}
