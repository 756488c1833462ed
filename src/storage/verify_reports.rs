//! The invariants of what reports are made of: the sums are those of the lines that are added up.

use super::verify::Check;

/// Lines of the ledger that are added up, with where their credit came from, and in `$sum` what each counts.
macro_rules! summed {
    ($of:literal, $which:literal, $sum:expr) => {
        concat!(
            "SELECT ",
            $of,
            " AS subject, ",
            $sum,
            " AS expected, 0 AS found \
             FROM credit_ledger e LEFT JOIN credit_lots l ON l.id = e.lot_id \
             WHERE ",
            $which,
            " AND (e.kind = 'adopted' \
                 OR e.id < (SELECT before_id FROM rollups WHERE name = 'credit'))"
        )
    };
}

/// Two sets of numbers by subject, which have the same sums.
macro_rules! equal {
    ($expected:expr, $found:expr) => {
        concat!(
            "SELECT subject, CAST(SUM(expected) AS bigint) AS expected, CAST(SUM(found) AS bigint) AS found FROM (",
            $expected,
            " UNION ALL ",
            $found,
            ") AS both_sides GROUP BY subject HAVING SUM(expected) <> SUM(found)"
        )
    };
}
pub(super) use equal;

macro_rules! by_source {
    ($sum:literal, $column:literal) => {
        equal!(
            summed!(
                "CASE WHEN e.kind = 'adopted' THEN 'migration' ELSE COALESCE(l.source, 'none') END",
                "e.amount_minor <> 0",
                $sum
            ),
            concat!("SELECT source, 0, ", $column, " FROM credit_counts")
        )
    };
}

macro_rules! by_voucher {
    ($sum:literal, $column:literal) => {
        equal!(
            summed!("l.reference", "l.source = 'voucher' AND e.kind <> 'adopted'", $sum),
            concat!("SELECT code, 0, ", $column, " FROM voucher_counts")
        )
    };
}

macro_rules! in_all {
    ($column:literal) => {
        equal!(
            concat!(
                "SELECT code AS subject, ",
                $column,
                " AS expected, 0 AS found FROM voucher_counts"
            ),
            concat!("SELECT code, 0, ", $column, " FROM voucher_totals")
        )
    };
}

macro_rules! redeemed {
    ($each:literal, $adopted:literal, $column:literal) => {
        equal!(
            concat!(
                summed!(
                    "l.reference",
                    "l.source = 'voucher' AND e.kind IN ('grant', 'release')",
                    $each
                ),
                " UNION ALL SELECT r.code, ",
                $adopted,
                ", 0 FROM promo_redemptions r JOIN credit_lots l ON l.id = r.lot_id \
                   WHERE l.source = 'migration' AND r.state <> 'released'"
            ),
            concat!("SELECT code, 0, ", $column, " FROM voucher_counts")
        )
    };
}

pub(super) const BY_TEXT: &[Check] = &[
    (
        "credit that was granted is that of the ledger",
        by_source!(
            "CASE WHEN e.kind = 'grant' OR (e.kind = 'adopted' AND e.amount_minor > 0) \
             THEN e.amount_minor ELSE 0 END",
            "granted_minor"
        ),
    ),
    (
        "credit that was taken back is that of the ledger",
        by_source!(
            "CASE WHEN e.kind IN ('release', 'claw_back', 'reversal', 'moved') THEN -e.amount_minor ELSE 0 END",
            "taken_back_minor"
        ),
    ),
    (
        "credit that was spent is that of the ledger",
        by_source!(
            "CASE WHEN e.kind IN ('draw', 'post', 'refund', 'settlement') \
                 OR (e.kind = 'adopted' AND e.amount_minor < 0) THEN -e.amount_minor ELSE 0 END",
            "spent_minor"
        ),
    ),
    (
        "credit that expired is that of the ledger",
        by_source!("CASE WHEN e.kind = 'expiry' THEN -e.amount_minor ELSE 0 END", "expired_minor"),
    ),
    (
        "what became of a voucher's credit is in the ledger",
        by_voucher!(
            "e.amount_minor",
            "granted_minor - taken_back_minor - spent_minor - expired_minor"
        ),
    ),
    (
        "what was spent of a voucher's credit is in the ledger",
        by_voucher!(
            "CASE WHEN e.kind IN ('draw', 'post', 'refund', 'settlement') \
             THEN -e.amount_minor ELSE 0 END",
            "spent_minor"
        ),
    ),
    ("what a voucher's times come to is what was spent in all", in_all!("spent_minor")),
    (
        "what a voucher's times come to is what ended in all",
        in_all!("taken_back_minor + expired_minor"),
    ),
    ("what a voucher's times come to is how often it was redeemed in all", in_all!("redemptions")),
    (
        "a voucher's redemptions are counted by time",
        redeemed!("CASE WHEN e.kind = 'grant' THEN 1 ELSE -1 END", "1", "redemptions"),
    ),
    (
        "what a voucher granted is counted by time",
        redeemed!(
            "CASE WHEN e.kind = 'grant' THEN l.amount_minor ELSE -l.amount_minor END",
            "r.credit_minor",
            "redeemed_minor"
        ),
    ),
    (
        "redemptions by source are those of the vouchers",
        equal!(
            "SELECT 'redemptions' AS subject, redemptions AS expected, 0 AS found FROM voucher_counts",
            "SELECT 'redemptions', 0, redemptions FROM credit_counts"
        ),
    ),
    (
        "what redemptions granted by source is that of the vouchers",
        equal!(
            "SELECT 'redeemed credit' AS subject, redeemed_minor AS expected, 0 AS found FROM voucher_counts",
            "SELECT 'redeemed credit', 0, redeemed_minor FROM credit_counts"
        ),
    ),
    (
        "what cards paid is what was charged",
        equal!(
            "SELECT 'cards' AS subject, amount_minor AS expected, 0 AS found FROM card_payments \
             WHERE purpose = 'order' AND id < (SELECT before_id FROM rollups WHERE name = 'cards')",
            "SELECT 'cards', 0, paid_minor FROM card_counts"
        ),
    ),
];
