# The page of a voucher: src/web/redeem.rs.
redeem-title = A voucher of { $amount }
redeem-heading = A voucher from { $issuer }
redeem-lasts = { $count ->
        [one] The credit lasts 1 day from when you redeem it
       *[other] The credit lasts { $count } days from when you redeem it
    }
redeem-lasts-for-good = The credit does not expire
redeem-go-on = Use this voucher
redeem-how = Apps and monthly plans are paid from this credit first. A card is only needed once it is used up.
redeem-kept = Your voucher goes along
redeem-other = Use another code
redeem-code = Voucher code
redeem-code-hint = As it is printed. Capital or small letters make no difference
redeem-look = See what it is worth
redeem-again = Enter the code again
redeem-ask-title = Do you have a voucher?
redeem-ask-intro = Enter its code to see what it is worth. That does not use it up.
redeem-wrong = There is no voucher with this code. Compare it with what is printed
redeem-blank = Enter the code that is printed on your voucher
redeem-unknown-heading = This code is not valid
redeem-unknown-detail = Perhaps a letter is missing, or one is another: the letter O and the digit 0 look alike.
redeem-not-started-title = A voucher for later
redeem-not-started-heading = This voucher can be redeemed later
redeem-not-started-detail = It can be redeemed from { $date }. Keep its link and come back then. You can also go on without it, and add it to your account later.
redeem-ended-title = A voucher that has ended
redeem-ended-heading = This voucher has ended
redeem-ended-detail = All of these vouchers were used, or the promotion is over. You can go on without one, and add a voucher to your account whenever you have another.
redeem-without = Go on without a voucher
redeem-too-many-heading = Too many codes at once
redeem-too-many-detail = Wait a moment, then open the link again. A voucher that is good stays good.
redeem-unavailable-heading = We cannot look at your voucher right now
redeem-unavailable-detail = Nothing is lost, and the voucher stays good. Try again in a few seconds.
