-- Vouchers with their counters, and who has redeemed them: past redeemers stay barred.

UPDATE old_promo_codes SET
    credit_omr = COALESCE(credit_omr, 0), description = COALESCE(description, ''),
    active = COALESCE(active, TRUE), max_redemptions = GREATEST(COALESCE(max_redemptions, 0), 0),
    times_redeemed = COALESCE(times_redeemed, 0), created_at = COALESCE(created_at, (SELECT now FROM adoption));

-- One row for each code. Of several spellings the newest live one says what the voucher is.
CREATE TEMP TABLE vouchers ON COMMIT DROP AS
SELECT DISTINCT ON (m.new) m.new AS code, p.code AS spelling, p.credit_omr, p.description, p.active,
       p.max_redemptions,
       sum(GREATEST(p.times_redeemed, 0)) OVER same AS times_redeemed,
       min(p.created_at) OVER same AS created_at, p.deleted_at
FROM old_promo_codes p JOIN code_map m ON m.old = p.code
WINDOW same AS (PARTITION BY m.new)
ORDER BY m.new, (p.deleted_at IS NULL) DESC, p.created_at DESC, p.code;
CREATE UNIQUE INDEX ON vouchers (code);

INSERT INTO adoption_findings (kind, subject, detail)
SELECT 'counter-below-zero', code, 'times_redeemed is ' || times_redeemed || '; it becomes 0'
FROM old_promo_codes WHERE times_redeemed < 0;
INSERT INTO adoption_findings (kind, subject, detail)
SELECT 'voucher-without-credit', code, 'credit_omr is ' || credit_omr || '; it is adopted inactive, with '
       || 'one minor unit, the least there is'
FROM vouchers WHERE credit_omr <= 0;

-- What each redemption granted: what the ledger says, else what the voucher grants now.
CREATE TEMP TABLE redemptions ON COMMIT DROP AS
SELECT gen_random_uuid() AS id, gen_random_uuid() AS lot_id, m.new AS code, r.code AS spelling,
       c.account_id AS customer_id, c.id AS old_id, c.home AS tenant_id, c.user_id,
       COALESCE(r.created_at, a.now) AS created_at,
       GREATEST(COALESCE(g.amount_omr, v.credit_omr, 0) * a.scale, 0)::bigint AS credit_minor,
       row_number() OVER (PARTITION BY c.user_id, m.new ORDER BY r.created_at, c.id, r.code) = 1 AS live
FROM old_promo_redemptions r
JOIN code_map m ON m.old = r.code
JOIN old_customers c ON c.id = r.customer_id
CROSS JOIN adoption a
LEFT JOIN vouchers v ON v.code = m.new
LEFT JOIN (SELECT customer_id, substr(reason, 7) AS code, sum(amount_omr) AS amount_omr
           FROM old_credit_ledger WHERE reason LIKE 'promo:%' AND amount_omr > 0
               AND lower(btrim(COALESCE(status, ''))) NOT IN {taken_back} GROUP BY 1, 2) g
    ON g.customer_id = r.customer_id AND g.code = r.code;

INSERT INTO adoption_findings (kind, subject, detail)
SELECT 'redeemed-twice', code || ' by user ' || user_id, 'redeemed also as ' || spelling
       || '; one redemption stays live, this one counts in the voucher''s offset'
FROM redemptions WHERE NOT live;

-- Two customers of one Organization that redeemed the same code: both stay barred as users.
WITH again AS (
    SELECT id, row_number() OVER (PARTITION BY tenant_id, code
        ORDER BY (old_id = customer_id) DESC, created_at, id) AS place
    FROM redemptions WHERE live
)
UPDATE redemptions r SET tenant_id = 'merged-customer:' || r.old_id
FROM again WHERE again.id = r.id AND again.place > 1;

-- Redeemed codes without a voucher: a revoked one stands for it.
INSERT INTO adoption_findings (kind, subject, detail)
SELECT 'redemption-without-voucher', r.code, count(*) || ' redemptions of a code that is not there; it '
       || 'is adopted as a revoked voucher'
FROM redemptions r LEFT JOIN vouchers v ON v.code = r.code WHERE v.code IS NULL GROUP BY r.code;
INSERT INTO vouchers (code, spelling, credit_omr, description, active, max_redemptions, times_redeemed,
    created_at, deleted_at)
SELECT r.code, min(r.spelling), 0, 'A code whose redemptions were adopted', FALSE, 0,
       count(*) FILTER (WHERE r.live), min(r.created_at), a.now
FROM redemptions r CROSS JOIN adoption a LEFT JOIN vouchers v ON v.code = r.code
WHERE v.code IS NULL GROUP BY r.code, a.now;

-- The counter stays. Where it is ahead of the rows, it is the offset; where it is behind, the rows it has
-- not counted have no ordinal.
CREATE TEMP TABLE counters ON COMMIT DROP AS
SELECT v.code, v.times_redeemed, count(r.id) AS live,
       GREATEST(v.times_redeemed - count(r.id), 0) AS adopted_redemptions
FROM vouchers v LEFT JOIN redemptions r ON r.code = v.code AND r.live GROUP BY v.code, v.times_redeemed;

INSERT INTO adoption_findings (kind, subject, detail)
SELECT 'counter-disagrees', code, 'times_redeemed is ' || times_redeemed || ', the live redemptions are '
       || live || '; the counter stays' || CASE WHEN times_redeemed > live
           THEN ', the difference of ' || times_redeemed - live || ' is kept as its offset'
           ELSE ', ' || live - times_redeemed || ' redemptions bar their users without being counted' END
FROM counters WHERE times_redeemed <> live;

INSERT INTO promo_codes (code, credit_omr, credit_minor, description, active, max_redemptions,
    times_redeemed, adopted_redemptions, created_at, updated_at, deleted_at{columns})
SELECT v.code, v.credit_omr, GREATEST(v.credit_omr * a.scale, 1), v.description,
       v.active AND v.credit_omr > 0 AND v.deleted_at IS NULL, v.max_redemptions, v.times_redeemed,
       k.adopted_redemptions, v.created_at, a.now, v.deleted_at{values}
FROM vouchers v JOIN counters k ON k.code = v.code CROSS JOIN adoption a
LEFT JOIN old_promo_codes o ON o.code = v.spelling;
