# The pages of the superadmin: src/web/admin/superadmin, and the Organizations that other administrators see too.
superadmin-any = Any
superadmin-newest = Newest
superadmin-older = Older
superadmin-identifier = Identifier
superadmin-amount = Amount
superadmin-plan = Plan
superadmin-apps = Apps
superadmin-addons = Add-ons
superadmin-since = Since
superadmin-members = Members
superadmin-available = Credit left
superadmin-owed = Owes
superadmin-owner = Owner
superadmin-audit = Audit log
superadmin-sign-in-lately = This needs a fresh sign-in: yours is older than ten minutes.

superadmin-orders = Orders
superadmin-all-orders = All orders
superadmin-orders-newest = Newest orders
superadmin-orders-older = Older orders
superadmin-orders-mean = Newest first. When an order was placed leads to its page.
superadmin-orders-none = Nobody has ordered anything yet.
superadmin-orders-none-found = No order is like that.
superadmin-orders-none-here = None of the last 100,000 orders is like that. Go on to the older ones.
superadmin-orders-wrong = This cannot be looked for. Enter a voucher's code, or begin with the newest orders
superadmin-orders-of-one = These are the orders of one Organization.
superadmin-orders-of-which = Open it
superadmin-orders-with = Orders placed with it
superadmin-order = Order
superadmin-order-unknown-heading = There is no such order
superadmin-order-unknown-detail = Compare it with the list.
superadmin-order-placed = Placed
superadmin-order-kind = What for
superadmin-order-checkout = First order
superadmin-order-renewal = Renewal
superadmin-order-change = Change
superadmin-order-voucher = Voucher
superadmin-voucher-deleted = revoked
superadmin-order-total = Total
superadmin-order-tax = Tax in it
superadmin-order-credit = Paid by credit
superadmin-order-card = Paid by card
superadmin-order-paid = How it is paid
superadmin-order-session = Checkout Session
superadmin-order-is-pending = waits for its payment
superadmin-order-is-completed = completed
superadmin-order-is-expired = expired
superadmin-order-is-failed = failed
superadmin-order-is-cancelled = cancelled
superadmin-order-is-superseded = replaced by a newer one

superadmin-disputes = Disputes
superadmin-dispute-is-inquiry = the bank asks, no money has moved
superadmin-dispute-is-open = open: the bank has the money
superadmin-dispute-is-won = won
superadmin-dispute-is-lost = lost
superadmin-dispute-is-closed = closed, no money has moved

superadmin-refunds = Refunds
superadmin-refunds-none = Nothing of it was given back.
superadmin-refund-reason = Why
superadmin-refund-reason-hint = For the record, up to 500 characters.
superadmin-refund-reason-wrong = Enter a reason of 1 to 500 characters
superadmin-refund-credit = As credit
superadmin-refund-card = To the card
superadmin-refund-is-pending = on its way to the card
superadmin-refund-is-succeeded = done
superadmin-refund-is-failed = failed
superadmin-refund-retry = Send it again
superadmin-refund-disputed = The card's payment is disputed: its bank has it, and nothing of it can be sent back.
superadmin-refund = Refund
superadmin-refund-means = Credit goes back to the vouchers it came from, at once. The card's part is sent back by Stripe.
superadmin-refund-credit-left = Can go back as credit
superadmin-refund-card-left = Can go back to the card
superadmin-refund-amount = Amount in { $code }
superadmin-refund-amount-hint = Leave it empty for all that is left. A part is divided between credit and card as they paid.
superadmin-refund-credit-hint = Leave it empty for all the credit that is left.
superadmin-refund-elsewhere = The card was paid at { $sovereign }: refund it there
superadmin-refund-elsewhere-means = The card was paid at { $sovereign }, from where this Organization came: that Sovereign alone can refund it. Here the credit can go back.
superadmin-refund-elsewhere-notice = Nothing was sent: another Sovereign charged this card, and alone can refund it.
superadmin-refund-amount-wrong = Enter an amount above zero, or nothing
superadmin-refund-too-much = At most { $amount } can go back
superadmin-refund-step = No card takes this part back. The nearest amount is { $amount }
superadmin-refund-nothing-left = All that can go back of this order went back already
superadmin-refund-not-completed = Only a completed order can be refunded
superadmin-refund-used = This form was sent before with something else in it. Open the page again
superadmin-refund-no-voucher = There is no voucher to free: it was freed already
superadmin-refund-held = An order that waits for its payment holds credit of this voucher. Wait until it has ended
superadmin-refund-frees = The voucher may be redeemed again. What is left of its credit is taken back, and what was spent of it is owed.
superadmin-refund-button = Refund it
superadmin-refunded-notice = The order is refunded. A card's part can take some days to arrive.
superadmin-refund-sent-notice = The refund is sent to the card again.
superadmin-refund-not-failed-notice = Nothing was sent: this refund has not failed, or somebody was faster.

superadmin-organization = Organization
superadmin-organizations = Organizations
superadmin-all-organizations = All Organizations
superadmin-organizations-part = Name or address, or a part of it
superadmin-organizations-part-wrong = Look for at most 100 characters
superadmin-organizations-after-wrong = This address is not one of ours. Begin with the newest Organizations
superadmin-organizations-mean = Newest first, with what each comes to. What is inside them is theirs.
superadmin-organizations-none = No Organization yet.
superadmin-organizations-none-found = No Organization is like that.
superadmin-organization-unknown-heading = There is no such Organization
superadmin-organization-unknown-detail = Compare it with the list.
superadmin-organization-address = Address
superadmin-organization-orders = Its orders
superadmin-subscription = Subscription
superadmin-subscription-active = active
superadmin-subscription-past_due = payment is due
superadmin-subscription-suspended = suspended
superadmin-period = Paid until
superadmin-organization-suspension = Suspension
superadmin-organization-suspend = Suspend
superadmin-organization-suspend-means = Suspended, its people can look at everything and take their data along, but nothing is bought or changed, and no further month is billed.
superadmin-organization-resume = End the suspension
superadmin-organization-resume-means = It is suspended. Without the suspension it goes on as before.
superadmin-organization-suspended-notice = The Organization is suspended.
superadmin-organization-resumed-notice = The suspension is over.
superadmin-organization-delete = Delete this Organization
superadmin-organization-delete-means = Asked for now, it is suspended at once and deleted on { $day }.
superadmin-organization-grace = { $count ->
        [one] Until then, for one day, you can take that back; its owner cannot.
       *[other] Until then, for { $count } days, you can take that back; its owner cannot.
    }
superadmin-organization-takes = What ends with it
superadmin-takes-members = { $count ->
        [one] One person loses access
       *[other] { $count } people lose access
    }
superadmin-takes-apps = These apps go, with all that they keep:
superadmin-takes-environments = { $count ->
        [one] One Environment goes
       *[other] { $count } Environments go
    }
superadmin-takes-subscription = Its subscription ends, and no further month is billed
superadmin-takes-credit = Credit of { $amount } that nobody gets back
superadmin-takes-debt = { $amount } that it owes, which nobody pays any more
superadmin-takes-books = Its orders, invoices and ledger stay in your books
superadmin-organization-ending = It will be deleted
superadmin-organization-ending-means = This Organization is suspended, and is deleted on { $day }.
superadmin-organization-keep = Keep it
superadmin-organization-deleted = It was deleted on { $day }. Its orders, invoices and ledger stay in your books.
superadmin-organization-ending-notice = The Organization will be deleted. You can take that back here.
superadmin-organization-kept-notice = The Organization stays.
superadmin-organization-not-notice = Nothing was done: somebody was faster. This is how it stands now.
