# Changing many vouchers: src/web/admin/edit_many.rs.
admin-edit-many = Change all of these
admin-edit-many-title = Change many vouchers
admin-edit-many-count = { $count ->
    [one] One voucher is like that.
   *[other] { $count } vouchers are like that.
}
admin-edit-many-which = Those are
admin-edit-many-code = code with { $part }
admin-edit-many-bulk = made together
admin-edit-many-all = all but revoked ones
admin-edit-many-none-heading = No voucher is like that
admin-edit-many-none-detail = Go to the list, and look for others.
admin-edit-many-what = What is done to each
admin-edit-pause = Pause: nobody can redeem them until they are resumed
admin-edit-resume = Resume: customers can redeem them again
admin-edit-extend = Extend: their credit lasts longer for whoever redeems them from now on
admin-edit-revoke = Revoke: they are gone for customers
admin-edit-restore = Bring back: customers can redeem those that were revoked
admin-edit-days = How many days longer
admin-edit-days-hint = Only to extend. Credit without an end stays so.
admin-edit-days-wrong = Enter a whole number from 1 to 36,500
admin-edit-action-wrong = Choose one of these
admin-edit-confirm = To revoke them, type how many they are: { $count }
admin-edit-confirm-hint = Nobody can redeem a revoked voucher. What customers have redeemed stays theirs. It can be undone.
admin-edit-confirm-wrong = Type how many they are
admin-edit-count-wrong = There are other vouchers like that by now. Look at the number again
admin-edit-do = Change them
admin-edit-asked-notice = They are being changed.
admin-edit-undone-notice = It is being undone.
admin-edit-undo = Undo
admin-edit-undo-means = Brings back how those vouchers were that it changed, unless they were changed together again since.
admin-edit-changed = Changed
admin-edit-looked-at = Looked at
admin-edits-pause = { $count ->
    [one] One voucher paused
   *[other] { $count } vouchers paused
}
admin-edits-resume = { $count ->
    [one] One voucher resumed
   *[other] { $count } vouchers resumed
}
admin-edits-extend = { $count ->
    [one] Credit of one voucher extended
   *[other] Credit of { $count } vouchers extended
}
admin-edits-shorten = { $count ->
    [one] Extension of one voucher undone
   *[other] Extension of { $count } vouchers undone
}
admin-edits-revoke = { $count ->
    [one] One voucher revoked
   *[other] { $count } vouchers revoked
}
admin-edits-restore = { $count ->
    [one] One voucher brought back
   *[other] { $count } vouchers brought back
}
admin-impact = If you revoke them
admin-impact-many = They were redeemed too often to be counted here, or there are more than 10,000 of them. What customers hold stays theirs, and orders that wait for their payment can still be paid.
admin-impact-customers = { $count ->
    [0] Nobody holds any of the credit.
    [one] One customer holds { $amount } of the credit. It stays theirs, and can be spent until it ends.
   *[other] { $count } customers hold { $amount } of the credit together. It stays theirs, and can be spent until it ends.
}
admin-impact-orders = { $count ->
    [0] No order that reserved any of it waits for its payment.
    [one] One order has reserved { $amount } of it and waits for its payment. It can still be paid; if it is not, what it reserved is taken back.
   *[other] { $count } orders have reserved { $amount } of it together and wait for their payment. They can still be paid; if one is not, what it reserved is taken back.
}
