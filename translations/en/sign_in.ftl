# The sign-in pages: src/web.
role-owner = owner
role-admin = administrator
role-member = member
role-viewer = viewer
role-superadmin = superadmin
role-sovereign-admin = Sovereign administrator


sign-in-title = Sign in
sign-in-intro = We send you a code by e-mail. If you are new here, it makes your account.
sign-in-again = Sign in
email-label = E-mail address
email-hint = For example ahmed@example.com
email-wrong = Enter an e-mail address, such as ahmed@example.com
email-refused = The mail server refuses this address. Check it and try again
send-code = Send the code

sign-in-elsewhere = Or sign in with an account that you have:
sign-in-with = Sign in with { $issuer }
elsewhere-unknown-heading = There is no such way to sign in
elsewhere-unknown-detail = Choose one of those on the sign-in page.
elsewhere-not-begun-heading = Begin again
elsewhere-not-begun-detail = This sign-in was begun in another browser or more than 10 minutes ago, or has ended. This needs cookies.
elsewhere-cancelled-heading = You are not signed in
elsewhere-cancelled-detail = The sign-in was cancelled. Nothing has changed. You can try again, or choose another way.
elsewhere-failed-heading = This sign-in did not work
elsewhere-failed-detail = The answer that came with you could not be accepted. Try again, or choose another way.
elsewhere-not-anew-heading = Your sign-in is not new enough
elsewhere-not-anew-detail = The account that you chose does not say that you have just shown who you are. For this step sign in with a code by e-mail, or with another account.
elsewhere-unavailable-heading = This way to sign in does not answer
elsewhere-unavailable-detail = Try again in a few seconds, or choose another way.

administrator-title = Become the administrator
administrator-intro = You hold the one-time link of { $sovereign }. Enter your e-mail address; the code that we send you makes you its superadmin.
administrator-link-ended-heading = This link works no more
administrator-link-ended-detail = It was used, it is older than a day, or there is an administrator already. The next start of the program prints a new one as long as there is none.

code-title = Look into your mail
code-intro = If it can be reached, a mail with a code of six digits is on its way to
code-label = Code
code-hint = Six digits, good for 5 minutes
code-wrong = This code is wrong, too old, was used or was tried too often. Check it, open the link in the e-mail, or ask for another one
code-button = Sign in
code-again = Ask for another code, or use another address

link-title = One more step
link-intro = Press the button to sign in as
link-other-browser = This mail was asked for in another browser. Go on only if it was you who asked.
link-button = Sign in here
link-ended-heading = This link works no more
link-ended-detail = It was used, or it is older than 5 minutes. Ask for a new one.

account-title = Your account
account-email = E-mail
account-role = Role
account-organizations = Organizations
account-language = Language
account-language-hint = Receipts, notices and these pages are in it.
account-language-notice = The language is changed.
account-no-organizations = You are in no Organization yet.
sign-out = Sign out
sign-out-everywhere = Sign out on all devices
to-account = To your account

invitation-title = Invitation
invitation-heading = Join { $organization }
invitation-as = You join as
invitation-accept = Accept
invitation-no = If you do not want to, simply leave this page.
invitation-ended-heading = This invitation works no more
invitation-ended-detail = It was accepted or taken back, or it is too old. Ask for a new one.
invited-somebody-else-heading = Another address was invited
invited-somebody-else-detail = Sign out, and sign in again with the address that the invitation was sent to.

stale-form-heading = This form is too old
stale-form-detail = It was opened before you signed in or out, or in another browser. Open the page again. This needs cookies.
too-many-heading = Too many tries
too-many-detail = Wait a moment, then try again.
unavailable-heading = Not available for a moment
unavailable-detail = Nothing is lost. Try again in a few seconds.
broken-heading = Something went wrong
broken-detail = It is our fault, not yours. Try again.
