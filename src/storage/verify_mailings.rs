//! The invariants of mailings.

use super::verify::Check;

pub(super) const BY_ID: &[Check] = &[
    (
        "a mailing goes to as many addresses as it says",
        "SELECT m.id AS subject, m.total AS expected, CAST(COALESCE(a.number, 0) AS bigint) AS found \
         FROM mailings m LEFT JOIN (SELECT mailing_id, COUNT(*) AS number FROM mailing_addresses \
             GROUP BY mailing_id) a ON a.mailing_id = m.id \
         WHERE m.total <> COALESCE(a.number, 0)",
    ),
    (
        "an operation makes the codes of a mailing, one for each address",
        "SELECT m.id AS subject, m.total AS expected, CAST(COALESCE(b.total, 0) AS bigint) AS found \
         FROM mailings m LEFT JOIN bulk_operations b ON b.id = m.id AND b.kind = 'generate' \
         WHERE m.total <> COALESCE(b.total, 0)",
    ),
];

pub(super) const BY_TEXT: &[Check] = &[(
    "a code that was mailed was made for its mailing",
    "SELECT a.code AS subject, CAST(1 AS bigint) AS expected, CAST(0 AS bigint) AS found \
     FROM mailing_addresses a LEFT JOIN promo_codes p ON p.code = a.code AND p.bulk_id = a.mailing_id \
     WHERE a.code IS NOT NULL AND p.code IS NULL",
)];
