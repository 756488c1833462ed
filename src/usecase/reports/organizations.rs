//! New Organizations by day; those that were deleted since are among them.

use time::Date;

use super::days::Days;
use super::{Period, Snapshot, at};
use crate::storage::{self, reports};

#[derive(Debug, Clone, Copy)]
pub(crate) struct OrganizationsDay {
    pub(crate) date: Date,
    pub(crate) organizations: i64,
}

/// Organizations that were made on each of these days, the oldest first.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn report(
    Snapshot { scope, tx, .. }: &mut Snapshot<'_>,
    days: Days,
) -> storage::Result<Vec<OrganizationsDay>> {
    let period = Period::of(*scope, days);
    let counted = reports::organizations(tx, period.spans()).await?;
    let mut days = period.each(|date| OrganizationsDay { date, organizations: 0 });
    for row in counted {
        if let Some(day) = at(&mut days, row.number) {
            day.organizations = row.count;
        }
    }
    Ok(days)
}
