-- A letter may be about what was decided of a request for an approval.
ALTER TABLE letters ADD COLUMN approval_id BLOB;
