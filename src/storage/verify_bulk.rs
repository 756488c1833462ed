//! The invariants of operations on many vouchers.

use super::verify::Check;

pub(super) const BY_ID: &[Check] = &[(
    "an operation issued as many vouchers as it says",
    "SELECT b.id AS subject, b.done AS expected, CAST(COALESCE(p.number, 0) AS bigint) AS found \
     FROM bulk_operations b LEFT JOIN (SELECT bulk_id, COUNT(*) AS number FROM promo_codes \
         WHERE bulk_id IS NOT NULL GROUP BY bulk_id) p ON p.bulk_id = b.id \
     WHERE b.kind <> 'edit' AND b.done <> COALESCE(p.number, 0)",
)];

pub(super) const BY_TEXT: &[Check] = &[(
    "a voucher was issued by an operation that exists",
    "SELECT p.code AS subject, CAST(1 AS bigint) AS expected, CAST(0 AS bigint) AS found \
     FROM promo_codes p LEFT JOIN bulk_operations b ON b.id = p.bulk_id \
     WHERE p.bulk_id IS NOT NULL AND b.id IS NULL",
)];
