//! `payouts`: what is about to be paid, and what became of it. A statement has at most one.

use sovereign_domain::money::Currency;
use sovereign_domain::split::Month;

use crate::from_row;
use crate::storage::{Error, Result, Ts, Tx, on_db};

/// How it is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    /// To an account that is connected to the publisher's at Stripe.
    Transfer,
    Bank,
    /// Somebody paid it before anything was tried.
    Hand,
}

impl Method {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Bank => "bank",
            Self::Hand => "hand",
        }
    }
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It may be paid or not.
    Intended,
    /// Stripe made the transfer, or the bank's file is written.
    Sent,
    /// Stripe refused, or has other transfers of its group: none was made.
    Failed,
    /// Somebody says that it is paid by hand.
    Settled,
}

impl State {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Settled => "settled",
        }
    }
}

from_row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct PayoutRow {
        pub(crate) statement_id: String,
        method: String,
        pub(crate) amount_minor: i64,
        pub(crate) currency: String,
        /// In full.
        pub(crate) destination: String,
        state: String,
        pub(crate) attempt: i32,
        pub(crate) stripe_transfer_id: Option<String>,
        pub(crate) batch_id: Option<String>,
        /// Why it was refused.
        pub(crate) error: Option<String>,
        pub(crate) settled_at: Option<Ts>,
        /// Of a payment by hand; so are the next two.
        pub(crate) reference: Option<String>,
        pub(crate) settled_by: Option<String>,
        /// Such as `2026-12-07`, where they say it.
        pub(crate) paid_on: Option<String>,
    }
}

impl PayoutRow {
    pub(crate) fn method(&self) -> Method {
        let all = [Method::Bank, Method::Hand];
        all.into_iter().find(|one| self.method == one.as_str()).unwrap_or(Method::Transfer)
    }

    pub(crate) fn is(&self, state: State) -> bool {
        self.state == state.as_str()
    }

    pub(crate) fn state(&self) -> &str {
        &self.state
    }
}

macro_rules! columns {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            "statement_id, method, amount_minor, currency, destination, state, attempt, stripe_transfer_id, \
             batch_id, error, settled_at, reference, settled_by, paid_on",
            $after
        )
    };
}

/// The payouts of a month's statements.
pub(crate) async fn of_month(tx: &mut Tx, month: Month) -> Result<Vec<PayoutRow>> {
    const SQL: &str = columns!(
        "SELECT ",
        " FROM payouts WHERE statement_id IN (SELECT id FROM statements WHERE month = $1) ORDER BY statement_id"
    );
    let name = month.to_string();
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(&name).fetch_all(c).await)?)
}

/// The payout of a statement. Until the transaction ends nobody else can lock or change it: whoever wants to waits.
pub(crate) async fn lock(tx: &mut Tx, statement_id: &str) -> Result<PayoutRow> {
    const SQL: &str =
        columns!("UPDATE payouts SET attempt = attempt WHERE statement_id = $1 RETURNING ", "");
    let found: Option<PayoutRow> =
        on_db!(tx, c => sqlx::query_as(SQL).bind(statement_id).fetch_optional(c).await)?;
    found.ok_or_else(|| Error::corrupt("payouts", format!("{statement_id} has none any more")))
}

/// Keeps other processes from this month's payouts until the transaction ends.
pub(crate) async fn lock_month(tx: &mut Tx, month: Month) -> Result<()> {
    let sql = "UPDATE months SET steps = steps WHERE month = $1";
    let name = month.to_string();
    on_db!(tx, c => sqlx::query(sql).bind(&name).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// What is about to be paid.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewPayout<'a> {
    pub(crate) statement_id: &'a str,
    pub(crate) method: Method,
    pub(crate) amount_minor: i64,
    pub(crate) currency: Currency,
    pub(crate) destination: &'a str,
    pub(crate) batch_id: Option<&'a str>,
    pub(crate) intended_at: Ts,
}

/// Where the statement has one already, that one stays. Answers whether it had none.
pub(crate) async fn insert(tx: &mut Tx, new: NewPayout<'_>) -> Result<bool> {
    let sql = "INSERT INTO payouts (statement_id, method, amount_minor, currency, destination, state, attempt, \
                   batch_id, intended_at) VALUES ($1, $2, $3, $4, $5, 'intended', 1, $6, $7) \
               ON CONFLICT (statement_id) DO NOTHING";
    let inserted = on_db!(tx, c => sqlx::query(sql)
        .bind(new.statement_id)
        .bind(new.method.as_str())
        .bind(new.amount_minor)
        .bind(new.currency.code())
        .bind(new.destination)
        .bind(new.batch_id)
        .bind(new.intended_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(inserted == 1)
}

/// Intends a payout again whose last attempt was refused; where somebody else did, nothing.
pub(crate) async fn intend_again(tx: &mut Tx, refused: &PayoutRow, at: Ts) -> Result<()> {
    let sql = "UPDATE payouts SET state = 'intended', attempt = attempt + 1, intended_at = $3, \
                   settled_at = NULL, error = NULL \
               WHERE statement_id = $1 AND attempt = $2 AND state = 'failed'";
    on_db!(tx, c => sqlx::query(sql)
        .bind(&refused.statement_id)
        .bind(refused.attempt)
        .bind(at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// What became of an attempt.
#[derive(Debug, Clone)]
pub(crate) enum Settled {
    /// The transfer's identifier.
    Sent(String),
    /// Why it was refused.
    Failed(String),
}

/// Writes what became of an attempt. One that is settled already is a conflict.
pub(crate) async fn settle(
    tx: &mut Tx,
    row: &mut PayoutRow,
    settled: Settled,
    at: Ts,
) -> Result<()> {
    let sql = "UPDATE payouts SET state = $3, stripe_transfer_id = $4, error = $5, settled_at = $6 \
               WHERE statement_id = $1 AND attempt = $2 AND state = 'intended'";
    let (state, transfer, error) = match settled {
        Settled::Sent(transfer) => (State::Sent, Some(transfer), None),
        Settled::Failed(why) => (State::Failed, None, Some(why)),
    };
    let touched = on_db!(tx, c => sqlx::query(sql)
        .bind(&row.statement_id)
        .bind(row.attempt)
        .bind(state.as_str())
        .bind(&transfer)
        .bind(&error)
        .bind(at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if touched != 1 {
        let of = &row.statement_id;
        return Err(Error::Conflict(format!("payouts: another process has settled {of}")));
    }
    state.as_str().clone_into(&mut row.state);
    (row.stripe_transfer_id, row.error, row.settled_at) = (transfer, error, Some(at));
    Ok(())
}

/// The file of a batch is written.
pub(crate) async fn batch_is_written(tx: &mut Tx, batch_id: &str, at: Ts) -> Result<()> {
    let sql = "UPDATE payouts SET state = 'sent', settled_at = $2 WHERE batch_id = $1 AND state = 'intended'";
    on_db!(tx, c => sqlx::query(sql).bind(batch_id).bind(at).execute(c).await.map(|_| ()))?;
    Ok(())
}

from_row! {
    /// How far a statement's payout is.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct StateRow {
        pub(crate) statement_id: String,
        pub(crate) state: String,
    }
}

/// How far the payouts are of the last statement of each franchisee and currency, of those up to a month.
pub(crate) async fn newest_states(tx: &mut Tx, until: Month) -> Result<Vec<StateRow>> {
    let sql = "SELECT p.statement_id, p.state FROM payouts p \
               JOIN statements s ON s.id = p.statement_id \
               JOIN (SELECT franchisee, currency, MAX(month) AS month FROM statements WHERE month <= $1 \
                     GROUP BY franchisee, currency) AS newest \
                   ON newest.franchisee = s.franchisee AND newest.currency = s.currency AND newest.month = s.month";
    let name = until.to_string();
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(&name).fetch_all(c).await)?)
}
