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
