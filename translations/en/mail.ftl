# Mails. Values: see src/mail/letters.rs.
mail-sign-in-subject = { $code } is your sign-in code for { $sovereign }
mail-sign-in-heading = Sign in to { $sovereign }
mail-sign-in-code = Enter this code where you asked for it:
mail-sign-in-link = Or open this page and press the button there:
mail-sign-in-button = Open the sign-in page
mail-sign-in-ends = Code and link work once, for { $minutes ->
        [one] 1 minute.
       *[other] { $minutes } minutes.
    }
mail-sign-in-not-you = If it was not you who asked, ignore this mail: without the code nobody gets in. Never tell it to anyone, not even to us.
mail-invitation-subject = { $organization } invites you to { $sovereign }
mail-invitation-heading = Join { $organization }
mail-invitation-body = { $inviter } invites you to the Organization { $organization } on { $sovereign }, as { $role }.
mail-invitation-button = See the invitation
mail-invitation-link = Open this page to accept:
mail-invitation-ends = The invitation can be accepted for { $days ->
        [one] 1 day.
       *[other] { $days } days.
    }
mail-invitation-not-you = If you do not know who this is, ignore this mail: nothing happens.
mail-footer = Sent by { $sovereign }. Replies are not read.
mail-billing-owner = You get this mail because you own { $organization }.
mail-receipt-subject = Receipt from { $sovereign }: { $amount }
mail-receipt-heading = Paid: { $amount }
mail-receipt-body = Thank you. The order of { $organization } on { $sovereign } is paid.
mail-receipt-attached = The invoice { $number } is attached.
mail-due-subject = { $organization }: { $amount } to pay
mail-due-heading = { $amount } to pay
mail-due-body = A payment for { $organization } on { $sovereign } is due, and there is no card that we could charge.
mail-confirm-subject = { $organization }: confirm the payment of { $amount }
mail-confirm-heading = Your bank wants you to confirm
mail-confirm-body = Your bank takes the payment of { $amount } for { $organization } on { $sovereign } only when you confirm it. Nothing was charged yet.
mail-failed-subject = { $organization }: the payment of { $amount } failed
mail-failed-heading = Your card was declined
mail-failed-body = We could not charge { $amount } for { $organization } on { $sovereign } to your card. Pay with it or with another one; nothing was charged yet.
mail-suspended-subject = { $organization } is suspended
mail-suspended-heading = { $organization } is suspended
mail-suspended-body = { $amount } for { $organization } on { $sovereign } was not paid in time. Once it is paid, the subscription is active again.
mail-payment-link = Pay on this page:
mail-payment-button = See and pay
mail-payment-again = Otherwise we try again on { $date }.
mail-credit-low-subject = { $organization }: the credit does not cover the next month
mail-credit-low-heading = Your credit runs low
mail-credit-low-body = The next month of { $organization } on { $sovereign } begins on { $date }. The credit does not cover it, and there is no card that we could charge.
mail-credit-low-available = Credit available
mail-credit-low-next = Next month
mail-credit-low-missing = Missing
mail-credit-low-do = Redeem another voucher before that day, or have a card ready: we will send you a page to pay on.
mail-credit-low-link = This is your account:
mail-credit-low-button = Open the account

mail-usage-near-subject = { $organization }: most of the spending limit is used
mail-usage-near-heading = Your usage comes near its limit
mail-usage-near-body = { $organization } on { $sovereign } has used { $used } of the { $limit } that it lets itself spend on usage until the next bill.
mail-usage-near-do = At the limit nothing more is counted, and what uses more may be stopped. An owner or admin can raise the limit at any time.
mail-usage-limit-subject = { $organization }: the spending limit is reached
mail-usage-limit-heading = Your spending limit is reached
mail-usage-limit-body = { $organization } on { $sovereign } has used { $used }, and more would cost more than the { $limit } that it lets itself spend on usage until the next bill. It is not counted, and what uses more may be stopped.
mail-usage-limit-do = An owner or admin can raise the limit at any time.
mail-usage-used = Used so far
mail-usage-limit = Spending limit
mail-deletion-begun-subject = { $organization } will be deleted on { $date }
mail-deletion-begun-heading = { $organization } will be deleted
mail-deletion-begun-body = The Organization { $organization } on { $sovereign } is suspended from now on, and will be deleted with all its data on { $date }. Nothing is billed any more.
mail-deletion-soon-subject = { $organization } will be deleted on { $date }
mail-deletion-soon-heading = { $organization } will be deleted soon
mail-deletion-soon-body = On { $date } the Organization { $organization } on { $sovereign } will be deleted with all its data. After that nobody can bring it back.
mail-deletion-undone-subject = { $organization } stays
mail-deletion-undone-heading = { $organization } will not be deleted
mail-deletion-undone-body = The deletion of the Organization { $organization } on { $sovereign } was taken back. It is again what it was.
mail-deletion-billing = What is left of a paid month goes on. If it has ended meanwhile, the next month begins now, and is billed.
mail-deletion-export = Until then you can still take your data along.
mail-deletion-restore = Until then you can also take the deletion back.
mail-deletion-operator = The operator has decided this. Ask them if you think that it is a mistake.
mail-address-freed-subject = { $organization }: your address will be free for others tomorrow
mail-address-freed-heading = Still interested in { $slug }?
mail-address-freed-body = Nothing was ordered yet for { $organization } on { $sovereign }. On { $date } the Organization will be deleted, and its address { $slug } will be free for others.
mail-address-freed-do = To keep it, order a plan or redeem a voucher before that day. Otherwise there is nothing to do.

mail-approval-given-subject = { $organization }: your request is approved
mail-approval-given-heading = Your request is approved
mail-approval-given-body = What { $organization } asked { $sovereign } for is allowed from now on.
mail-approval-given-do = You can order it at any time. What is ordered with it goes on afterwards.
mail-approval-refused-subject = { $organization }: your request is refused
mail-approval-refused-heading = Your request is refused
mail-approval-refused-body = What { $organization } asked { $sovereign } for is not allowed.
mail-approval-refused-do = Nothing that you have changes. You can ask for something else.
mail-approval-revoked-subject = { $organization }: an approval is taken back
mail-approval-revoked-heading = An approval is taken back
mail-approval-revoked-body = What { $sovereign } had allowed { $organization } cannot be ordered any more.
mail-approval-revoked-do = What was ordered with it goes on.
mail-approval-apps = Apps
mail-approval-tiers = Tiers
mail-approval-monthly = A month up to
mail-approval-until = Until
mail-approval-note = Note
