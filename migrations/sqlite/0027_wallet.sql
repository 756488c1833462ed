-- The end of which a lot's owner was told, and how many days before it at the latest.
ALTER TABLE credit_lots ADD COLUMN warned_for INTEGER;
ALTER TABLE credit_lots ADD COLUMN warned_days INTEGER;

-- With the amounts: what a balance was after a line is a sum over the index alone.
DROP INDEX credit_ledger_newest;
CREATE INDEX credit_ledger_newest ON credit_ledger (customer_id, created_at DESC, id DESC, amount_minor);
