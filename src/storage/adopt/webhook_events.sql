-- What Stripe sent to the earlier service: an event that it processed is not processed again.

INSERT INTO stripe_webhook_events (event_id, event_type, status, attempts, received_at, processed_at{columns})
SELECT DISTINCT ON (o.event_id) o.event_id, COALESCE(o.event_type, ''),
       CASE WHEN lower(btrim(COALESCE(o.status, 'processed'))) IN ('failed', 'error') THEN 'failed'
            ELSE 'processed' END,
       1, COALESCE(o.processed_at, a.now), o.processed_at{values}
FROM old_stripe_webhook_events o CROSS JOIN adoption a
WHERE o.event_id IS NOT NULL
ORDER BY o.event_id, o.processed_at DESC NULLS LAST;
