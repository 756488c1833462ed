# What a Sovereign says of itself. Values: see src/branding/mod.rs.
voucher-terms = Voucher credit is a gift of { $issuer }: it is free of charge, has no cash value and cannot be transferred or paid out.
support-heading = Questions? We are here:
