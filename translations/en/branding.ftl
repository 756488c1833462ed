# What a Sovereign says of itself. Values: see src/branding/mod.rs.
voucher-terms = Voucher credit is a promotion of { $issuer }: it is free of charge, has no cash value, and cannot be passed on to others.
support-heading = Questions? We are here:
terms-title = About voucher credit
terms-link = About voucher credit
