//! What customers have of vouchers, and what orders that wait have reserved of them.

use sovereign_domain::voucher::Code;

use super::batch;
use super::vouchers::CodeKey;
use super::{Result, Tx};

from_row! {
    /// A redemption that counts, and what is left of its credit.
    #[derive(Debug)]
    pub(crate) struct HeldRow {
        pub(crate) tenant_id: String,
        /// `reserved` or `redeemed`.
        pub(crate) state: String,
        pub(crate) credit_minor: i64,
        pub(crate) remaining_minor: i64,
    }
}

/// All redemptions of vouchers that were not given back.
pub(crate) async fn of(tx: &mut Tx, codes: &[Code]) -> Result<Vec<HeldRow>> {
    const SQL: &str = "WITH v (wanted) AS ({rows}) \
        SELECT r.tenant_id, r.state, r.credit_minor, COALESCE(l.remaining_minor, 0) AS remaining_minor \
        FROM v JOIN promo_redemptions r ON r.code = v.wanted AND r.state <> 'released' \
        LEFT JOIN credit_lots l ON l.id = r.lot_id";
    let keys = codes.iter().map(|code| CodeKey { wanted: code.as_str() });
    batch::fetch(tx, SQL, keys.collect()).await
}
