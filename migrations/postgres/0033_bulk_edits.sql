-- Operations that change many vouchers: how many they changed, and where they are in the list.
ALTER TABLE bulk_operations DROP CONSTRAINT bulk_operations_kind_check;
ALTER TABLE bulk_operations ADD CONSTRAINT bulk_operations_kind_check CHECK (kind IN ('generate', 'import', 'edit'));
ALTER TABLE bulk_operations ADD COLUMN changed bigint NOT NULL DEFAULT 0 CHECK (changed BETWEEN 0 AND done);
ALTER TABLE bulk_operations ADD COLUMN place text;

-- The last operation that changed a voucher, and whether it was active before: what can be undone of it.
ALTER TABLE promo_codes ADD COLUMN edit_id uuid;
ALTER TABLE promo_codes ADD COLUMN was_active boolean;
CREATE INDEX promo_codes_edit ON promo_codes (edit_id, created_at DESC, code DESC) WHERE edit_id IS NOT NULL;
