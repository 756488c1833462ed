//! The invariants of what customers did with vouchers: the sums by customer are those by voucher, which are written
//! together.

use super::verify::Check;

/// Sums by voucher of which one side is by customer.
macro_rules! by_customer {
    ($column:literal, $table:literal) => {
        concat!(
            "SELECT code AS subject, CAST(SUM(total) AS bigint) AS expected, CAST(SUM(each_one) AS bigint) AS found \
             FROM (SELECT code, ", $column, " AS total, 0 AS each_one FROM ", $table,
            " UNION ALL SELECT code, 0, ", $column, " FROM voucher_customers) AS both_sides \
             GROUP BY code HAVING SUM(total) <> SUM(each_one)"
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
