# Vouchers that are sent by mail: src/web/admin/mailings.
admin-mail-title = Vouchers by mail
admin-mail-means = Newest first. What was asked for leads to its page.
admin-mail-what = To whom
admin-mail-none = Nothing yet. Send each of many addresses a voucher with a code of its own.
admin-all-mail = All vouchers by mail
admin-mail-unknown-heading = There is nothing like that
admin-mail-unknown-detail = Nothing was mailed under this address. The list has everything.
admin-mail-to = { $count ->
    [one] A voucher to one address
   *[other] Vouchers to { $count } addresses
}
admin-mail-runs = running
admin-mail-stopped = stopped
admin-mail-done = done
admin-mail-sent = Sent
admin-mail-waiting = Waiting
admin-mail-failed = Failed
admin-mail-redeemed = Redeemed
admin-mail-new = Send vouchers by mail
admin-mail-new-means = Each address gets a letter with a code of its own, which can be redeemed once. All are worth the same.
admin-mail-addresses = E-mail addresses
admin-mail-addresses-hint = One on each line, up to 10,000. Add a comma and en or ar for a letter in another language than the one below.
admin-mail-addresses-wrong = Correct the addresses: nothing was sent
admin-mail-errors = What is wrong with the addresses
admin-mail-errors-mean = Lines count from 1.
admin-mail-fault-all = All addresses
admin-mail-fault-missing = There are none.
admin-mail-fault-too-many = There are more than 10,000. Send them in parts.
admin-mail-fault-address = Write an e-mail address such as maryam@example.com, in Latin letters.
admin-mail-fault-language = Write en or ar behind the comma, or nothing.
admin-mail-fault-twice = Line { $line } has this address already.
admin-mail-language = Language of the letters
admin-mail-language-hint = Of those addresses that have none of their own.
admin-mail-language-wrong = Choose one of these
admin-mail-english = English
admin-mail-arabic = Arabic
admin-mail-message = Your message
admin-mail-message-hint = It stands in each letter before the code, as you write it. Up to 2,000 characters, or nothing.
admin-mail-message-wrong = Enter up to 2,000 characters, without control characters
admin-mail-prefix-wrong = Use up to 48 letters A to Z, digits, and - _ .
admin-mail-send = Send them
admin-mail-look = Show the letter
admin-mail-seen = What is sent
admin-mail-seen-hint = Fill in the form, and look before you send.
admin-mail-together = { $count ->
    [one] One letter, with a voucher
   *[other] { $count } letters, with vouchers
} worth { $amount } together.
admin-mail-example-means = The code is an example. Each letter has another.
admin-mail-twice = This form was sent before. Send it again if you want to send as many vouchers once more
admin-mail-asked-notice = The codes are being made, and then the letters sent.
admin-mail-codes = Codes made
admin-mail-cancel-means = What was sent is sent. You can go on later.
admin-mail-resume-means = It goes on where it was stopped.
admin-mail-retry = Try the failed ones again
admin-mail-retry-means = Each gets the same code as before.
admin-mail-cancelled-notice = It is stopped.
admin-mail-resumed-notice = It goes on.
admin-mail-retried-notice = What has failed is tried again.
admin-mail-late-notice = It does not stand so any more.
admin-mail-any = All
admin-mail-none-found = No address is like that.
admin-mail-address = Address
admin-mail-addresses-mean = Sent means that the mail server took the letter. A code leads to its voucher.
admin-mail-reply = The mail server's answer
admin-mail-csv = All of these as a file (CSV)
admin-mail-state-wrong = Choose one of these, and begin with the first page
