//! What is used of meters, and what it costs: counted as it is reported, paid with the next order.
//!
//! A count keeps the price that it met, so that no change of a price makes dearer what was used before.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::catalog::{LineKind, OrderLine};
use crate::ids::{OrderId, OrganizationId, UsageTotalId};
use crate::money::{checked_sum, div_half_even};
use crate::timestamp::Timestamp;

/// The most that one report may count, and the most that an Organization may use between two bills, in
/// minor units: far from where an amount ends, also with its tax and the price of a plan.
pub const MAX_QUANTITY: i64 = 1_000_000_000_000;
pub const MAX_ESTIMATE_MINOR: i64 = 1_000_000_000_000_000;
/// The most that a meter's price may be in minor units, and may be for.
pub const MAX_PRICE_MINOR: i64 = 1_000_000_000_000;
pub const MAX_PER_UNITS: i64 = 1_000_000_000;
/// How far the clock of whoever reports may be ahead.
pub const AHEAD_SECONDS: i64 = 300;
/// How long before the current period something may have been used that is reported late.
pub const LATE_DAYS: i64 = 7;
/// At which part of a spending limit its owner is told.
pub const WARNED_AT_PERCENT: i64 = 80;

/// Something that is counted, and its price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meter {
    pub slug: String,
    pub name: String,
    /// What one of it is called, such as `vCPU-hour`.
    pub unit: String,
    /// What `per_units` of it cost.
    pub price_minor: i64,
    pub per_units: i64,
    /// Whether more of it can be reported.
    pub active: bool,
}

/// That so much was used, as it was reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageEvent {
    /// Whoever reports gives it; in its Organization it counts once.
    pub id: String,
    pub tenant_id: OrganizationId,
    /// The meter's slug.
    pub meter: String,
    pub quantity: i64,
    pub at: Timestamp,
    /// What it was added to, once it was.
    pub total_id: Option<UsageTotalId>,
}

impl UsageEvent {
    /// Whether both say the same.
    #[must_use]
    pub fn says(&self, other: &Self) -> bool {
        (&self.tenant_id, &self.meter, self.quantity, self.at)
            == (&other.tenant_id, &other.meter, other.quantity, other.at)
    }
}

/// What an Organization used of a meter at one price: since its last bill, or on one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageTotal {
    pub id: UsageTotalId,
    pub tenant_id: OrganizationId,
    pub meter: String,
    /// The meter's, as they are now.
    pub name: String,
    pub unit: String,
    pub price_minor: i64,
    pub per_units: i64,
    pub quantity: i64,
    /// The order that it is paid with; `None` while nothing asks for it.
    pub order_id: Option<OrderId>,
    /// Of its row when it was loaded; the write is guarded by it.
    pub version: i64,
    pub created_at: Timestamp,
}

/// The version of a total that has no row yet.
pub const NO_ROW: i64 = -1;

impl UsageTotal {
    /// Whether it was loaded, rather than begun with what it counts.
    #[must_use]
    pub const fn has_row(&self) -> bool {
        self.version != NO_ROW
    }
}

/// What an Organization lets itself spend on usage between two bills, and what its owner was told of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UsageLimit {
    /// Before tax that is added. `None` = as much as there is.
    pub limit_minor: Option<i64>,
    pub warned: bool,
    pub reached: bool,
}

impl UsageLimit {
    /// Whether `estimate_minor` is so near that its owner is told.
    #[must_use]
    pub fn is_near(&self, estimate_minor: i64) -> bool {
        let Some(limit_minor) = self.limit_minor else { return false };
        let part = |amount: i64, percent| i128::from(amount).checked_mul(percent);
        part(estimate_minor, 100) >= part(limit_minor, i128::from(WARNED_AT_PERCENT))
    }
}

/// What a line of an order counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineUsage {
    pub quantity: i64,
    pub unit: String,
    /// What `per_units` of it cost.
    pub price_minor: i64,
    pub per_units: i64,
}

/// What a quantity costs, rounded once, half to even. `None` where it leaves the range of `i64`.
#[must_use]
pub fn amount_minor(quantity: i64, price_minor: i64, per_units: i64) -> Option<i64> {
    div_half_even(quantity, price_minor, per_units)
}

/// A line for each meter and price of which anything was used. `None` where an amount leaves the range of
/// `i64`.
#[must_use]
pub fn lines<'a>(totals: impl IntoIterator<Item = &'a UsageTotal>) -> Option<Vec<OrderLine>> {
    let mut counted: BTreeMap<_, (&UsageTotal, i64)> = BTreeMap::new();
    for total in totals.into_iter().filter(|total| total.quantity > 0) {
        let key = (&total.meter, total.price_minor, total.per_units);
        let (_, quantity) = counted.entry(key).or_insert((total, 0));
        *quantity = quantity.checked_add(total.quantity)?;
    }
    counted.into_values().map(|(total, quantity)| line(total, quantity)).collect()
}

fn line(total: &UsageTotal, quantity: i64) -> Option<OrderLine> {
    let UsageTotal { price_minor, per_units, .. } = *total;
    Some(OrderLine {
        kind: LineKind::Usage,
        id: total.meter.clone(),
        name: total.name.clone(),
        amount_minor: amount_minor(quantity, price_minor, per_units)?,
        month_minor: None,
        for_app: None,
        gone: false,
        usage: Some(LineUsage { quantity, unit: total.unit.clone(), price_minor, per_units }),
    })
}

/// What the totals come to, before tax that is added; what they would be billed at.
#[must_use]
pub fn estimate_minor<'a>(totals: impl IntoIterator<Item = &'a UsageTotal>) -> Option<i64> {
    checked_sum(lines(totals)?.iter().map(|line| line.amount_minor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use uuid::Uuid;

    fn total(meter: &str, quantity: i64, price_minor: i64, per_units: i64) -> UsageTotal {
        UsageTotal {
            id: UsageTotalId(Uuid::nil()),
            tenant_id: "kestrel".into(),
            meter: meter.into(),
            name: meter.to_uppercase(),
            unit: "hour".into(),
            price_minor,
            per_units,
            quantity,
            order_id: None,
            version: 0,
            created_at: Timestamp::from_seconds(0),
        }
    }

    #[test]
    fn an_amount_is_rounded_once_half_to_even() {
        for (quantity, price_minor, per_units, amount) in [
            (1_000, 12, 1_000, 12),
            (1, 12, 1_000, 0),
            // 0.5, 1.5 and 2.5.
            (125, 4, 1_000, 0),
            (375, 4, 1_000, 2),
            (625, 4, 1_000, 2),
            (626, 4, 1_000, 3),
            (7, 5, 1, 35),
            (0, 5, 1, 0),
            (5, 0, 1, 0),
        ] {
            let found = amount_minor(quantity, price_minor, per_units);
            assert_eq!(found, Some(amount), "{quantity} at {price_minor} per {per_units}");
        }
        assert_eq!(amount_minor(i64::MAX, i64::MAX, i64::MAX), Some(i64::MAX));
        assert_eq!(amount_minor(i64::MAX, 2, 1), None);
    }

    /// Rounding each report would make many small ones cost nothing, or double.
    #[test]
    fn many_reports_cost_what_their_sum_does() {
        let one = amount_minor(1, 12, 1_000).unwrap();
        assert_eq!((one * 1_000, amount_minor(1_000, 12, 1_000)), (0, Some(12)));
    }

    #[test]
    fn each_meter_and_price_has_a_line() {
        let totals = [
            total("memory", 500, 3, 1_000),
            total("cpu", 400, 20, 1_000),
            total("cpu", 300, 12, 1_000),
            total("cpu", 100, 12, 1_000),
            total("storage", 0, 9, 1),
        ];
        let lines = lines(&totals).unwrap();
        let found: Vec<_> = lines
            .iter()
            .map(|line| {
                let usage = line.usage.as_ref().unwrap();
                (&*line.id, usage.quantity, usage.price_minor, line.amount_minor)
            })
            .collect();
        assert_eq!(
            found,
            vec![("cpu", 400, 12, 5), ("cpu", 400, 20, 8), ("memory", 500, 3, 2)],
            "nothing was used of the storage"
        );
        assert_eq!(estimate_minor(&totals), Some(15));
        assert!(lines.iter().all(|line| line.kind == LineKind::Usage));
    }

    #[test]
    fn eighty_per_cent_are_near() {
        let limit = UsageLimit { limit_minor: Some(1_000), ..UsageLimit::default() };
        assert!(!limit.is_near(799));
        assert!(limit.is_near(800));
        assert!(!UsageLimit::default().is_near(i64::MAX));
    }
}
