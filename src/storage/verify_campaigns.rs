//! The invariants of campaigns, and of what vouchers granted.

use super::verify::Check;

pub(super) const BY_ID: &[Check] = &[
    (
        "a campaign granted what was redeemed in it",
        "SELECT c.id AS subject, c.granted_minor AS found, CAST(COALESCE(r.granted, 0) AS bigint) AS expected \
         FROM campaigns c LEFT JOIN (SELECT campaign_id, SUM(credit_minor) AS granted FROM promo_redemptions \
             WHERE campaign_id IS NOT NULL AND state <> 'released' GROUP BY campaign_id) r \
             ON r.campaign_id = c.id \
         WHERE c.granted_minor <> COALESCE(r.granted, 0)",
    ),
    (
        "a campaign's counter is its live redemptions",
        "SELECT c.id AS subject, c.redemptions AS found, CAST(COALESCE(r.number, 0) AS bigint) AS expected \
         FROM campaigns c LEFT JOIN (SELECT campaign_id, COUNT(*) AS number FROM promo_redemptions \
             WHERE campaign_id IS NOT NULL AND state <> 'released' GROUP BY campaign_id) r \
             ON r.campaign_id = c.id \
         WHERE c.redemptions <> COALESCE(r.number, 0)",
    ),
    (
        "what a campaign granted over time is what it granted",
        "SELECT c.id AS subject, CAST(COALESCE(t.granted, 0) AS bigint) AS found, c.granted_minor AS expected \
         FROM campaigns c LEFT JOIN (SELECT campaign_id, SUM(granted_minor) AS granted \
             FROM campaign_counts GROUP BY campaign_id) t ON t.campaign_id = c.id \
         WHERE c.granted_minor <> COALESCE(t.granted, 0)",
    ),
    (
        "what a campaign counted over time is its counter",
        "SELECT c.id AS subject, CAST(COALESCE(t.number, 0) AS bigint) AS found, c.redemptions AS expected \
         FROM campaigns c LEFT JOIN (SELECT campaign_id, SUM(redemptions) AS number \
             FROM campaign_counts GROUP BY campaign_id) t ON t.campaign_id = c.id \
         WHERE c.redemptions <> COALESCE(t.number, 0)",
    ),
    (
        "a redemption counts in a campaign that exists",
        "SELECT r.id AS subject, CAST(1 AS bigint) AS expected, CAST(0 AS bigint) AS found \
         FROM promo_redemptions r LEFT JOIN campaigns c ON c.id = r.campaign_id \
         WHERE r.campaign_id IS NOT NULL AND c.id IS NULL",
    ),
];

pub(super) const BY_TEXT: &[Check] = &[
    (
        "a voucher granted what was redeemed of it",
        "SELECT p.code AS subject, p.granted_minor AS found, \
             CAST(COALESCE(SUM(r.credit_minor), 0) AS bigint) AS expected \
         FROM promo_codes p LEFT JOIN promo_redemptions r ON r.code = p.code AND r.state <> 'released' \
         GROUP BY p.code, p.granted_minor \
         HAVING p.granted_minor <> COALESCE(SUM(r.credit_minor), 0)",
    ),
    (
        "a voucher is in a campaign that exists",
        "SELECT p.code AS subject, CAST(1 AS bigint) AS expected, CAST(0 AS bigint) AS found \
         FROM promo_codes p LEFT JOIN campaigns c ON c.id = p.campaign_id \
         WHERE p.campaign_id IS NOT NULL AND c.id IS NULL",
    ),
];
