//! New Organizations by day; those that were deleted since are among them.

use time::Date;

use super::{Period, Scope, at};
use crate::storage::{self, reports};

#[derive(Debug, Clone, Copy)]
pub(crate) struct OrganizationsDay {
    pub(crate) date: Date,
    pub(crate) organizations: i64,
}

/// Organizations that were made on each of the last `days` days, the oldest first.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn report(scope: Scope<'_>, days: i64) -> storage::Result<Vec<OrganizationsDay>> {
    let period = Period::last(scope, days);
    let mut tx = scope.store.read().await?;
    let counted = reports::organizations(&mut tx, period.spans()).await?;
    let mut days = period.each(|date| OrganizationsDay { date, organizations: 0 });
    for row in counted {
        if let Some(day) = at(&mut days, row.number) {
            day.organizations = row.count;
        }
    }
    Ok(days)
}
