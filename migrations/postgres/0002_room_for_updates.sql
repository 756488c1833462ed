-- These rows change all the time: a wallet with every movement, a voucher's counter with every batch. With
-- room in its page a new version of a row stays there, and no index has to learn of it.

ALTER TABLE wallets SET (fillfactor = 60);
ALTER TABLE promo_codes SET (fillfactor = 60);
