# Ordering: src/web/checkout.
checkout-title = Your order
checkout-for = For
checkout-for-another = Choose another
checkout-first-month = First month
checkout-today = To pay today
checkout-each-month = Each month after
checkout-left = Credit left
checkout-covered = Paid from credit
checkout-covered-months = { $months ->
        [one] 1 month, until { $until }
       *[other] { $months } months, until { $until }
    }
checkout-covered-until = Until { $until }
checkout-covered-nothing = A card pays the rest of this month. The months after are charged to it too, unless you add credit.
checkout-covered-always = There is nothing to pay each month
checkout-effect-covered = Paid from credit until { $until }
checkout-effect-card = { $amount } by card today
checkout-effect-free = Nothing to pay
checkout-effect-too-little-credit = Your credit does not cover it
checkout-effect-not-allowed = Not allowed here
checkout-button-credit = Start with credit
checkout-button-free = Start
checkout-button-card = Pay { $amount } by card
checkout-no-card = No card is needed. You can change or end it in the console at any time.
checkout-other-plan = Look at the other plans
checkout-show-plan = Show this plan
checkout-voucher = With your voucher
checkout-voucher-until = Its credit lasts until { $until }
checkout-add-voucher = Enter a voucher
checkout-other-voucher = Another voucher, or none
checkout-use-voucher = Use this voucher
checkout-without-voucher = Go on without the voucher
checkout-code-not-started = This voucher cannot be redeemed yet. Enter another code, or go on without one
checkout-code-ended = This voucher has ended. Enter another code, or go on without one
checkout-again = Back to the order

# Why a voucher is left out. It is as good as before.
checkout-voucher-unknown-heading = The code is not valid
checkout-voucher-unknown-detail = There is no voucher with this code, so this order is shown without one. Enter the code again below, or go on without it.
checkout-voucher-inactive-heading = The voucher is paused
checkout-voucher-inactive-detail = Whoever issued it does not accept it at the moment. It is not used up. Go on without it now, or come back later.
checkout-voucher-exhausted-heading = All of these vouchers have been used
checkout-voucher-exhausted-detail = This one can be redeemed no more. Enter another code below, or go on without it.
checkout-voucher-not-started-heading = The voucher cannot be redeemed yet
checkout-voucher-not-started-detail = Its promotion has not begun, and it is not used up. Go on without it now, or come back later.
checkout-voucher-over-heading = The time of this voucher is over
checkout-voucher-over-detail = Its promotion has ended. Enter another code below, or go on without it.
checkout-voucher-limit-heading = You have used a voucher like this one before
checkout-voucher-limit-detail = Each customer can redeem only so many vouchers of one promotion. Go on without it, or enter another code below.
checkout-voucher-by-you-heading = You have used this voucher before
checkout-voucher-by-you-detail = Each person can redeem it once, and its credit is where you redeemed it. The voucher stays good for others. Go on without it, or enter another code below.
checkout-voucher-by-organization-heading = This Organization has used this voucher
checkout-voucher-by-organization-detail = A colleague redeemed it, and its credit is in the account. The voucher is still good for another Organization of yours. Go on without it, or enter another code below.
checkout-voucher-changed-heading = The voucher has another value now
checkout-voucher-changed-detail = It was worth { $seen } when you looked at it, and is worth { $now } now. Nothing is ordered yet. Look at the amounts again before you go on.
checkout-voucher-still-good = Your voucher is still good: add it to the credit of this Organization.

# Why an order is not placed.
checkout-changed-heading = It comes to another amount now
checkout-changed-detail = A price or your credit has changed since you opened this page. Nothing is ordered yet. Look at the amounts again before you go on.
checkout-role-heading = You cannot order here
checkout-role-detail = Owners and administrators order for this Organization. Ask one of them. Nothing was ordered, and a voucher that you have is still good.
checkout-suspended-heading = This Organization is suspended
checkout-suspended-detail = Nothing can be ordered for it until it is active again. Nothing was ordered, and a voucher that you have is still good.
checkout-subscribed-heading = It has a plan already
checkout-subscribed-detail = You can change the plan, add-ons and apps of this Organization in the console. Nothing was ordered.
checkout-plan-unknown-heading = This plan is not there any more
checkout-plan-unknown-detail = Choose one of the plans below. A voucher that you have is still good.
checkout-addon-unknown-heading = An add-on is not there any more
checkout-addon-unknown-detail = Choose a plan below; it is shown without what you chose before. A voucher that you have is still good.
checkout-app-unknown-heading = An app is not there any more
checkout-app-unknown-detail = Choose your apps in the marketplace again. A voucher that you have is still good.
checkout-too-large-heading = This is too much for one order
checkout-too-large-detail = Choose less. Nothing was ordered.
checkout-approval-heading = This needs an approval
checkout-approval-detail = An owner or administrator can ask for it in the console. Nothing was ordered, and a voucher that you have is still good. You can order another plan at once.
checkout-policy-heading = This cannot be ordered here
checkout-policy-detail = The rules of this cloud do not allow it. Choose another plan or other apps. A voucher that you have is still good.
checkout-no-cards-heading = Your credit does not cover this
checkout-no-cards-detail = Cards are not taken here at the moment. Choose a plan that your credit covers, or enter a voucher. Nothing was ordered, and a voucher that you have is still good.
checkout-too-little-heading = This is too little for a card
checkout-too-little-detail = So small an amount cannot be charged. Choose another plan, or enter a voucher. Nothing was ordered, and a voucher that you have is still good.
checkout-refused-heading = This cannot be ordered
checkout-refused-detail = Nothing was ordered, and a voucher that you have is still good. Choose another plan, or ask for help.
checkout-in-progress-heading = A payment is on its way
checkout-in-progress-detail = The bank takes its time with an earlier order of this Organization. Wait until it is done: until then nothing else can be ordered, and nothing is charged twice.
checkout-card-refused-heading = The card's page could not be opened
checkout-card-refused-detail = Nothing was ordered or charged, and your voucher is still good. Try again later, or choose a plan that your credit covers.
checkout-unresolved-heading = The card's page does not answer
checkout-unresolved-detail = Nothing was charged. Press the button again in a moment: your order goes on where it was, and is placed once.
checkout-not-now-heading = We cannot take your order right now
checkout-not-now-detail = Press the button again in a moment. However often you press, it is ordered once.
checkout-too-many-heading = Too many orders at once
checkout-too-many-detail = Wait a moment, then load this page again. Nothing is lost, and a voucher that you have is still good.
checkout-unavailable-heading = We cannot show your order right now
checkout-unavailable-detail = Nothing is lost, and a voucher that you have is still good. Try again in a few seconds.

# An order that waits for its payment.
checkout-waiting-heading = An order waits for its payment
checkout-waiting-detail = Nothing was charged yet. Go on with the payment, or begin a new order in its place.
checkout-continue = Continue the payment of { $amount }
checkout-anew = Start anew
checkout-anew-hint = A new order ends this one: its credit and its voucher come back first.

# After the order.
checkout-done-heading = It is ordered
checkout-done-detail = has its plan. What you ordered is being set up now.
checkout-see-provisions = See what is being set up
checkout-to-console = To the console
checkout-return-again = Look again
checkout-return-order = Order again
