-- A redemption's lot is spent: what is left of all of them is in the account's one lot.
INSERT INTO credit_lots (id, customer_id, source, reference, promotional, priority, amount_minor,
    remaining_minor, held_minor, created_at)
SELECT lot_id, customer_id, 'migration', code, TRUE, 100, credit_minor, 0, 0, created_at FROM redemptions;

-- The cap of that moment is not known: 0.
INSERT INTO promo_redemptions (id, code, customer_id, tenant_id, user_id, lot_id, credit_minor, state,
    ordinal, cap, created_at, closed_at{columns})
SELECT r.id, r.code, r.customer_id, r.tenant_id, r.user_id, r.lot_id, r.credit_minor,
       CASE WHEN r.live THEN 'redeemed' ELSE 'released' END,
       CASE WHEN r.live AND k.adopted_redemptions + r.place <= k.times_redeemed
            THEN k.adopted_redemptions + r.place ELSE 0 END,
       0, r.created_at, r.created_at{values}
FROM (SELECT *, row_number() OVER (PARTITION BY code, live ORDER BY created_at, id) AS place
      FROM redemptions) r
JOIN counters k ON k.code = r.code
JOIN old_promo_redemptions o ON o.customer_id = r.old_id AND o.code = r.spelling;

UPDATE promo_codes SET granted_minor = r.granted_minor
FROM (SELECT code, SUM(credit_minor)::bigint AS granted_minor FROM promo_redemptions
      WHERE state <> 'released' GROUP BY code) r
WHERE r.code = promo_codes.code;
