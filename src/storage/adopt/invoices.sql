-- Invoices, as the earlier service and Stripe left them.

INSERT INTO invoices (id, customer_id, tenant_id, stripe_invoice_id, amount_omr, amount_minor, credit_minor,
    currency, status, period_start, period_end, pdf_url, created_at{columns})
SELECT o.id, t.customer_id, t.tenant_id, NULLIF(btrim(o.stripe_invoice_id), ''),
       COALESCE(o.amount_omr, trunc(o.amount_baisa::numeric / a.scale), 0),
       CASE WHEN o.amount_baisa IS NULL OR (o.amount_baisa = 0 AND COALESCE(o.amount_omr, 0) <> 0)
                THEN COALESCE(o.amount_omr, 0) * a.scale
            ELSE o.amount_baisa END,
       0, COALESCE(NULLIF(upper(btrim(o.currency)), ''), a.currency),
       COALESCE(NULLIF(btrim(o.status), ''), 'unknown'), o.period_start, o.period_end,
       NULLIF(btrim(o.pdf_url), ''), COALESCE(o.created_at, a.now){values}
FROM old_invoices o
JOIN old_customers c ON c.id = o.customer_id
JOIN accounts t ON t.tenant_id = COALESCE(NULLIF(btrim(o.tenant_id), ''), c.home)
CROSS JOIN adoption a;

INSERT INTO adoption_findings (kind, subject, detail)
SELECT 'invoice-currency', i.id::text, 'it is in ' || i.currency || ', not ' || a.currency
       || '; its amount stays as it is, in minor units of ' || i.currency
FROM invoices i CROSS JOIN adoption a WHERE i.currency <> a.currency;

INSERT INTO adoption_findings (kind, subject, detail)
SELECT 'invoice-amount', o.id::text, 'amount_baisa is ' || COALESCE(o.amount_baisa::text, '(none)')
       || '; amount_omr of ' || o.amount_omr || ' units is taken'
FROM old_invoices o
WHERE COALESCE(o.amount_baisa, 0) = 0 AND COALESCE(o.amount_omr, 0) <> 0;
