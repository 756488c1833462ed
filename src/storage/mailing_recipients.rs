//! The addresses of a mailing as they are listed: which code each has, what became of the letter, and of the voucher.

use sovereign_domain::mailing::AddressState;
use uuid::Uuid;

use super::{Result, Ts, Tx, on_db};

/// How many addresses have a voucher that somebody redeemed.
pub(crate) async fn redeemed(tx: &mut Tx, mailing_id: Uuid) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM mailing_addresses a JOIN promo_codes p ON p.code = a.code \
               WHERE a.mailing_id = $1 AND p.times_redeemed > 0";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(mailing_id).fetch_one(c).await)?)
}

from_row! {
    /// An address as it is listed.
    #[derive(Debug, Clone)]
    pub(crate) struct Recipient {
        pub(crate) position: i32,
        pub(crate) email: String,
        pub(crate) language: String,
        pub(crate) code: Option<String>,
        pub(crate) state: String,
        pub(crate) failures: i32,
        pub(crate) next_attempt_at: Option<Ts>,
        pub(crate) sent_at: Option<Ts>,
        pub(crate) reply: Option<String>,
        /// Whether somebody has redeemed the voucher.
        pub(crate) redeemed: bool,
    }
}

/// Which addresses are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    All,
    Standing(AddressState),
    /// Somebody has redeemed the voucher.
    Redeemed,
}

macro_rules! recipients {
    ($which:literal) => {
        concat!(
            "SELECT a.position, a.email, a.language, a.code, a.state, a.failures, a.next_attempt_at, a.sent_at, \
                 a.reply, (COALESCE(p.times_redeemed, 0) > 0) AS redeemed \
             FROM mailing_addresses a LEFT JOIN promo_codes p ON p.code = a.code \
             WHERE a.mailing_id = $1 AND a.position > $2",
            $which,
            " ORDER BY a.position LIMIT $3"
        )
    };
}

/// Addresses of a mailing, in their order, after the one at `after`.
pub(crate) async fn list(
    tx: &mut Tx,
    mailing_id: Uuid,
    which: Which,
    (after, limit): (i32, i64),
) -> Result<Vec<Recipient>> {
    let sql = match which {
        Which::All => recipients!(""),
        Which::Standing(AddressState::Waiting) => recipients!(" AND a.state = 'waiting'"),
        Which::Standing(AddressState::Sent) => recipients!(" AND a.state = 'sent'"),
        Which::Standing(AddressState::Failed) => recipients!(" AND a.state = 'failed'"),
        Which::Redeemed => recipients!(" AND p.times_redeemed > 0"),
    };
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(mailing_id)
        .bind(after)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}
