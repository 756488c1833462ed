-- What reports are made of: the old lines are added up here, for no identifier says when they were written.
INSERT INTO credit_counts (since, source, redemptions, redeemed_minor, granted_minor, taken_back_minor, spent_minor,
    expired_minor)
SELECT date_bin('15 minutes', a.at, '2000-01-01Z'), 'migration', SUM(a.redemptions), SUM(a.redeemed),
       SUM(a.granted), 0, SUM(a.spent), 0
FROM (
    SELECT created_at AS at, 0::bigint AS redemptions, 0::bigint AS redeemed, GREATEST(amount_minor, 0) AS granted,
           GREATEST(-amount_minor, 0) AS spent
    FROM credit_ledger WHERE kind = 'adopted'
    UNION ALL
    SELECT r.created_at, 1, r.credit_minor, 0, 0
    FROM promo_redemptions r JOIN credit_lots l ON l.id = r.lot_id
    WHERE l.source = 'migration' AND r.state <> 'released'
) a GROUP BY 1;
INSERT INTO voucher_counts (code, since, redemptions, redeemed_minor, granted_minor, taken_back_minor, spent_minor,
    expired_minor)
SELECT r.code, date_bin('15 minutes', r.created_at, '2000-01-01Z'), COUNT(*), SUM(r.credit_minor), 0, 0, 0, 0
FROM promo_redemptions r JOIN credit_lots l ON l.id = r.lot_id
WHERE l.source = 'migration' AND r.state <> 'released' GROUP BY 1, 2;
-- What was spent of adopted credit says of no voucher.
INSERT INTO voucher_customers (code, tenant_id, campaign_id, redemptions, spent_minor, redeemed_at)
SELECT r.code, r.tenant_id, r.campaign_id, 1, 0, r.created_at
FROM promo_redemptions r JOIN credit_lots l ON l.id = r.lot_id
WHERE l.source = 'migration' AND r.state <> 'released';
INSERT INTO voucher_totals (code, taken_back_minor, spent_minor, expired_minor, last_redeemed_at, redemptions)
SELECT r.code, 0, 0, 0, MAX(r.created_at), COUNT(*)
FROM promo_redemptions r JOIN credit_lots l ON l.id = r.lot_id
WHERE l.source = 'migration' AND r.state <> 'released' GROUP BY 1;
