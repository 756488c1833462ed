//! The invariants of what customers did with vouchers: the sums by customer are those by voucher, which are written
//! together.

use super::verify::Check;
use super::verify_reports::equal;

/// Sums by voucher of which one side is by customer.
macro_rules! by_customer {
    ($column:literal, $table:literal) => {
        equal!(
            concat!("SELECT code AS subject, ", $column, " AS expected, 0 AS found FROM ", $table),
            concat!("SELECT code, 0, ", $column, " FROM voucher_customers")
        )
    };
}

pub(super) const BY_TEXT: &[Check] = &[
    (
        "what customers spent of a voucher is what was spent in all",
        by_customer!("spent_minor", "voucher_totals"),
    ),
    ("a voucher's customers are its redemptions", by_customer!("redemptions", "voucher_counts")),
];
