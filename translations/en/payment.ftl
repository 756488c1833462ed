# Where a customer comes back to from the card's page.

payment-done-heading = Paid
payment-done-detail = Thank you. Your order is complete.
payment-processing-heading = Your payment is on its way
payment-processing-detail = Your bank takes its time. Your order is completed when the payment arrives; you need not do anything.
payment-open-heading = Not paid yet
payment-open-detail = Nothing was charged. You can still pay.
payment-closed-heading = This payment page has ended
payment-closed-detail = Nothing was charged, and your voucher is good again. Order again when you like.
payment-returned-heading = Your money goes back
payment-returned-detail = The payment came when the order had ended. The whole amount goes back to your card.
payment-checking-heading = We are checking your payment
payment-checking-detail = Load this page again in a minute. Nothing is lost.
payment-unknown-heading = There is no such order
payment-unknown-detail = Check the address of this page.

# The page where a payment that is due is made.
pay-title = Payment
pay-heading = { $amount } to pay
pay-heading-credit = Your credit pays this
pay-organization = For
pay-button = Pay { $amount }
pay-button-credit = Pay from credit
pay-hint = Your card is entered on a page of Stripe, who charges it for us.
pay-again = Back to the payment
pay-cancelled-heading = Nothing is to be paid
pay-cancelled-detail = This order was cancelled.
pay-impossible-heading = It cannot be paid right now
pay-impossible-detail = Nothing was charged. Try again later.
