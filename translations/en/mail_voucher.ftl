# The mail with a voucher's code: src/mail/voucher.rs.
mail-voucher-subject = { $sovereign }: your voucher of { $amount }
mail-voucher-heading = A voucher of { $amount } for you
mail-voucher-body = { $sovereign } gives you { $amount } of credit. Redeem it with this code, which is yours alone and works once:
mail-voucher-link = Or open this page and go on from there:
mail-voucher-button = See the voucher
mail-voucher-description = What it is for
mail-voucher-lasts = { $count ->
        [one] The credit lasts 1 day from when you redeem the voucher.
       *[other] The credit lasts { $count } days from when you redeem the voucher.
    }
mail-voucher-lasts-for-good = The credit does not expire.
mail-voucher-why = You get this mail because { $sovereign } sends this voucher to your address, once. You are on no mailing list. If you do not want it, ignore this mail: nothing happens.
