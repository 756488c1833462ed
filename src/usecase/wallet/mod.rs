//! What an Organization's owner sees of its credit: what there is, how long it lasts, and each movement of it.

mod documents;
mod file;
mod ledger;
mod redeem;
mod warn;
mod words;

use sovereign_domain::calendar::next_anniversary;
use sovereign_domain::forecast::{Ahead, Covered, Unused, forecast, unused_without_subscription};
use sovereign_domain::ids::UserId;
use sovereign_domain::money::checked_sum;
use sovereign_domain::subscription::SubscriptionStatus;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::wallet::Wallet;

pub(crate) use self::documents::{Document, documents, printed};
pub(crate) use self::file::file;
pub(crate) use self::ledger::{LedgerQuery, Movement, ledger};
pub(crate) use self::redeem::{RedeemError, look, redeem};
pub use self::warn::warn_of_expiry;
pub(crate) use self::warn::{Ending, ends_soon};
pub(crate) use self::words::{described, origin};
use super::organizations::OrganizationError;
use super::usage;
use crate::app::App;
use crate::storage::ledger::{self as rows, AccountRow};
use crate::storage::organizations::role_of;
use crate::storage::wallets::{self, AheadRow, LotRow, WaitingRow};
use crate::storage::{Result, Tx};

/// A wallet as it is now.
#[derive(Debug, Clone)]
pub(crate) struct Summary {
    pub(crate) account: AccountRow,
    /// What can be spent: neither held nor expired.
    pub(crate) available_minor: i64,
    /// The lots with something in them that have not expired, those first that end first.
    pub(crate) lots: Vec<LotRow>,
    /// The order that credit is held for.
    pub(crate) waiting: Option<WaitingRow>,
    pub(crate) lasts: Lasts,
    /// What will expire before it can be spent.
    pub(crate) unused: Vec<Unused>,
}

/// How long the credit pays for the subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lasts {
    /// There is no subscription that is billed here.
    NoSubscription,
    /// The subscription ends with its period, at this moment.
    Ends(Timestamp),
    /// What it owes is not paid, or the Organization is suspended: nothing is drawn until that is over.
    Stopped,
    /// The price of a month is not known.
    Unknown,
    /// Credit alone pays so many further months, until then.
    Until { at: Timestamp, months: u32 },
    /// Its months cost nothing.
    WithoutEnd,
}

/// The wallet of an Organization, for its owner and admins.
///
/// # Errors
/// [`OrganizationError`].
pub(crate) async fn summary(
    app: &App,
    user_id: &UserId,
    tenant_id: &str,
) -> Result<Summary, OrganizationError> {
    let mut tx = app.store.snapshot_as(user_id).await?;
    let account = spendable(&mut tx, user_id, tenant_id).await?;
    Ok(read(app, &mut tx, account).await?)
}

/// The account of an Organization, for who may spend from it.
async fn spendable(
    tx: &mut Tx,
    user_id: &UserId,
    tenant_id: &str,
) -> Result<AccountRow, OrganizationError> {
    let role = role_of(tx, tenant_id, user_id).await?.ok_or(OrganizationError::NotFound)?;
    if !role.may_spend() {
        return Err(OrganizationError::Forbidden);
    }
    rows::account(tx, tenant_id).await?.ok_or(OrganizationError::NotFound)
}

/// What the wallet of this account has, and what becomes of it.
async fn read(app: &App, tx: &mut Tx, account: AccountRow) -> Result<Summary> {
    let now = app.clock.now();
    let mut lots = wallets::lots(tx, account.customer_id).await?;
    let wallet = wallets::wallet(&account, &lots)?;
    let waiting = wallets::waiting(tx, &account.tenant_id).await?;
    let (lasts, unused) = foresee(app, tx, &account.tenant_id, &wallet, now).await?;
    lots.retain(|lot| lot.expires_at.is_none_or(|end| end.0 > now));
    Ok(Summary {
        available_minor: wallet.available_minor(now),
        lots,
        waiting: waiting.filter(|waiting| waiting.credit_minor > 0),
        lasts,
        unused,
        account,
    })
}

async fn foresee(
    app: &App,
    tx: &mut Tx,
    tenant_id: &str,
    wallet: &Wallet,
    now: Timestamp,
) -> Result<(Lasts, Vec<Unused>)> {
    let idle = |lasts| Ok((lasts, unused_without_subscription(wallet, now)));
    let row = wallets::ahead(tx, tenant_id).await?.filter(|row| row.billed_by == "sovereign");
    let Some(row) = row else { return idle(Lasts::NoSubscription) };
    let Some(period_end) = row.period_end.map(|end| end.0) else { return idle(Lasts::Unknown) };
    let suspended = row.suspended || row.status == SubscriptionStatus::Suspended.as_str();
    if suspended {
        return idle(Lasts::Stopped);
    }
    if row.cancel_at_period_end && !row.owes {
        return idle(Lasts::Ends(period_end));
    }
    let used_minor = usage::estimate(tx, tenant_id).await?.total_minor;
    let Some((first_minor, month_minor)) = prices(app, &row, used_minor) else {
        return idle(Lasts::Unknown);
    };
    let zone = &app.zone;
    let asked_already = row.owes && row.due_minor.is_none();
    let first_at = if asked_already {
        next_anniversary(row.anchor_at.0, period_end, zone)
    } else {
        period_end
    };
    let rules = app.engine.charge_rules().filter(|_| row.has_card);
    let anchor_at = row.anchor_at.0;
    let ahead = Ahead { first_at, anchor_at, zone, first_minor, month_minor, rules };
    let found = forecast(wallet, &ahead, now);
    let lasts = match found.covered {
        _ if row.owes => Lasts::Stopped,
        Covered::Until(at) => Lasts::Until { at, months: found.months },
        Covered::Always => Lasts::WithoutEnd,
    };
    Ok((lasts, found.unused))
}

/// What the next payment comes to, and each after it, with tax.
fn prices(app: &App, row: &AheadRow, used_minor: i64) -> Option<(i64, i64)> {
    let month_minor = row.price_minor?;
    let carried = row.changes.as_ref().map_or(&[][..], |changes| &changes.0.carried);
    let more = carried.iter().map(|line| line.amount_minor);
    let next_minor = checked_sum(more.chain([month_minor, used_minor]))?;
    let with_tax = |price_minor| Some(app.tax.on(price_minor)?.total_minor);
    let month_minor = with_tax(month_minor)?;
    let first_minor = match row.due_minor {
        Some(due_minor) => due_minor,
        None if row.owes => month_minor,
        None => with_tax(next_minor)?,
    };
    Some((first_minor, month_minor))
}
