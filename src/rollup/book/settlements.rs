//! Payouts that somebody made by hand: their rows in `payouts` have no other state after that.

use sovereign_domain::money::Currency;

use super::payouts::{Method, PayoutRow, State};
use crate::storage::{Error, Result, Ts, Tx, on_db};

/// What is said of a payment by hand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ByHand<'a> {
    pub(crate) reference: &'a str,
    /// Who says so.
    pub(crate) by: &'a str,
    pub(crate) paid_on: Option<&'a str>,
    pub(crate) at: Ts,
}

/// Settles a payout for which nothing was tried. One for which something was is a conflict.
pub(crate) async fn insert(
    tx: &mut Tx,
    (statement_id, destination): (&str, &str),
    (currency, amount_minor): (Currency, i64),
    by_hand: ByHand<'_>,
) -> Result<()> {
    let sql = "INSERT INTO payouts (statement_id, method, amount_minor, currency, destination, state, attempt, \
                   intended_at, settled_at, reference, settled_by, paid_on) \
               VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7, $8, $9, $10)";
    on_db!(tx, c => sqlx::query(sql)
        .bind(statement_id)
        .bind(Method::Hand.as_str())
        .bind(amount_minor)
        .bind(currency.code())
        .bind(destination)
        .bind(State::Settled.as_str())
        .bind(by_hand.at)
        .bind(by_hand.reference)
        .bind(by_hand.by)
        .bind(by_hand.paid_on)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Settles a payout whose last attempt was refused; what was said then stays. Where another process tries it again
/// meanwhile, that is a conflict.
pub(crate) async fn settle_failed(
    tx: &mut Tx,
    refused: &PayoutRow,
    by_hand: ByHand<'_>,
) -> Result<()> {
    let sql = "UPDATE payouts SET state = $3, settled_at = $4, reference = $5, settled_by = $6, paid_on = $7 \
               WHERE statement_id = $1 AND attempt = $2 AND state = 'failed'";
    let touched = on_db!(tx, c => sqlx::query(sql)
        .bind(&refused.statement_id)
        .bind(refused.attempt)
        .bind(State::Settled.as_str())
        .bind(by_hand.at)
        .bind(by_hand.reference)
        .bind(by_hand.by)
        .bind(by_hand.paid_on)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if touched == 1 {
        return Ok(());
    }
    let of = &refused.statement_id;
    Err(Error::Conflict(format!("payouts: another process is at {of}")))
}
