-- Letters: the language that a person reads, as their last sign-in showed it. NULL where nobody knows.
ALTER TABLE users ADD COLUMN language text CHECK (language IN ('en', 'ar'));
ALTER TABLE sign_ins ADD COLUMN language text;
