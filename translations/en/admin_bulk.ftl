# Many vouchers at once: src/web/admin/bulk*.rs, new_bulk.rs and import.rs.
admin-bulk-title = Many at once
admin-bulk-means = Newest first. What was asked for leads to its page.
admin-bulk-what = What
admin-bulk-none = Nothing yet. Make many codes from a pattern, or import those that you have.
admin-all-bulk = Everything that was made many at once
admin-bulk-newest = Newest
admin-bulk-older = Older
admin-bulk-unknown-heading = There is nothing like that
admin-bulk-unknown-detail = Nothing was made many at once under this address. The list has everything.
admin-bulk-wrong = This address is not one of ours. Begin with all vouchers
admin-bulk-only = Only vouchers that were made together are shown.
admin-bulk-only-which = Look how they were made
admin-bulk-new = Make many codes
admin-bulk-new-means = Each voucher has a random code of its own, and all are worth the same.
admin-bulk-count = How many
admin-bulk-count-hint = Up to 100,000.
admin-bulk-count-wrong = Enter a whole number from 1 to 100,000
admin-bulk-prefix = What each code begins with
admin-bulk-prefix-hint = Such as your name and a dash. Leave it empty for nothing.
admin-bulk-prefix-wrong = Use only letters A to Z, digits, and - _ .
admin-bulk-prefix-long = Choose a shorter beginning: it leaves room for { $most } random characters, and { $least } are needed
admin-bulk-length = How many random characters follow
admin-bulk-length-hint = Leave it empty for as many as nobody can guess.
admin-bulk-length-wrong = Enter a whole number from { $least } to { $most }: a shorter code could be guessed
admin-bulk-alphabet = What they are
admin-bulk-alphabet-clear = Letters and digits that look like no other
admin-bulk-alphabet-letters = Letters that look like no other
admin-bulk-alphabet-digits = Digits
admin-bulk-check = End each code with a check character
admin-bulk-check-hint = It follows from the rest of the code, so that your own programs notice a typing error (ISO/IEC 7064, MOD 37,36).
admin-bulk-make = Make them
admin-bulk-look = Show examples
admin-bulk-seen = What is made
admin-bulk-seen-hint = Fill in the form, and look before you make them.
admin-bulk-together = { $count ->
    [one] One voucher
   *[other] { $count } vouchers
}, worth { $amount } together if each is redeemed once.
admin-bulk-entropy = A code has { $bits } bits of entropy; { $least } are the fewest that nobody can guess.
admin-bulk-examples-mean = These are examples. The codes that are made are others.
admin-bulk-sent = This form was sent before. Send it again if you want as many once more
admin-bulk-asked-notice = The codes are being made.
admin-bulk-generates = { $count ->
    [one] One code from a pattern
   *[other] { $count } codes from a pattern
}
admin-bulk-imports = { $count ->
    [one] One voucher from a file
   *[other] { $count } vouchers from a file
}
admin-bulk-is-checked = checked
admin-bulk-is-running = running
admin-bulk-is-done = done
admin-bulk-is-cancelled = stopped
admin-bulk-is-failed = failed
admin-bulk-failed = Nothing was issued
admin-bulk-done = Issued
admin-bulk-each = Worth each
admin-bulk-sum = Worth together
admin-bulk-asked = Asked for
admin-bulk-pattern = Pattern
admin-bulk-list = Look at them
admin-bulk-file = Take them as CSV
admin-bulk-begin = Issue them
admin-bulk-begin-means = Nothing is wrong with the file. All of its vouchers are issued together, or none.
admin-bulk-drop = Forget the file
admin-bulk-cancel = Stop
admin-bulk-cancel-means = What was issued stays. You can go on later.
admin-bulk-cancelled-notice = It is stopped.
admin-bulk-resume = Go on
admin-bulk-resume-means = It goes on where it was stopped.
admin-bulk-resumed-notice = It goes on.
admin-bulk-late-notice = It was at its end before.
admin-import = Import vouchers
admin-import-file = A file of vouchers
admin-import-file-hint = CSV in UTF-8 with up to 100,000 vouchers. It is looked at first, and nothing issued until you say so.
admin-import-check = Check the file
admin-import-choose = Choose a file that has something in it
admin-import-large = Choose a file of at most 48 MB, or send it in parts
admin-import-wrong = Correct the file and choose it again: nothing was issued
admin-import-checked-notice = The file is fine.
admin-import-errors-title = What is wrong with the file
admin-import-errors-mean = Lines count from 1, which names the columns.
admin-import-errors = { $count ->
    [one] One error.
   *[other] { $count } errors; the first 100 are shown.
}
admin-import-line = Where
admin-import-at = Line { $line }
admin-import-whole = The whole file
admin-import-column = Column
admin-import-what = What is wrong
admin-import-says = What it says
admin-import-columns = Columns
admin-import-columns-mean = The first line names the columns, in any order. Only the code and the credit are needed. A file that was taken from the list of vouchers can be imported as it is.
admin-import-says-code = 3 to 64 letters A to Z, digits, and - _ . that no voucher has had.
admin-import-says-credit = What each customer gets, in whole { $code }.
admin-import-says-cap = How often it can be redeemed. 0 or nothing for no limit.
admin-import-says-days = How many days the credit lasts. 0 or nothing for credit without an end.
admin-import-says-campaign = The name of a campaign that there is.
admin-import-says-active = true or nothing, or false for a voucher that is paused.
admin-import-not-text = This is no text in UTF-8. Save it as “CSV UTF-8”.
admin-import-no-rows = There are no vouchers in the file.
admin-import-too-many = There are more than 100,000 vouchers in the file. Send it in parts.
admin-import-no-code = The first line names no column “code”.
admin-import-no-credit = The first line names no column “credit”.
admin-import-unknown-column = No column is called so.
admin-import-column-twice = The first line names this column twice.
admin-import-cells = The line has { $cells } cells, and the first line { $columns }.
admin-import-code = Write 3 to 64 letters A to Z, digits, and - _ .
admin-import-taken = A voucher was issued with this code already.
admin-import-twice = Line { $line } has this code already.
admin-import-credit = Write a whole number from 1 to 1,000,000,000.
admin-import-credits-differ = This is another amount than the credit.
admin-import-currency = Write { $code }, which this Sovereign has, or leave the column out.
admin-import-max-redemptions = Write a whole number up to 1,000,000,000, or nothing.
admin-import-credit-valid-days = Write a whole number up to 36,500, or nothing.
admin-import-description = Write up to 500 characters, without control characters.
admin-import-campaign = There is no such campaign. Make it first.
admin-import-active = Write true, false, or nothing.
admin-import-moment = Write a moment that has passed, such as 2027-03-01T00:00:00+04:00.
admin-import-tags = Write at most 20 tags of up to 40 characters each, separated by semicolons.
