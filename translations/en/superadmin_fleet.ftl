# The publisher's fleet, for the superadmin of a Sovereign that shows it.
superadmin-fleet = Fleet
superadmin-fleet-means = What the command sovereign fleet last found: each Sovereign, what it runs, owes and earns. This page asks nobody.
superadmin-fleet-none-heading = This Sovereign shows no fleet
superadmin-fleet-none-detail = Only one of the publisher's does, where publisher.fleet_snapshot is configured.
superadmin-fleet-file-missing = There is no snapshot yet
superadmin-fleet-todo-missing = Run sovereign fleet with --out and the file that publisher.fleet_snapshot names.
superadmin-fleet-file-unreadable = The snapshot cannot be read
superadmin-fleet-todo-unreadable = Let the server read the file that publisher.fleet_snapshot names.
superadmin-fleet-file-damaged = The snapshot is damaged
superadmin-fleet-todo-damaged = Run sovereign fleet with --out again: it writes the file anew.
superadmin-fleet-file-too-new = The snapshot is of a later version
superadmin-fleet-todo-too-new = Update this server, or write the file with a program of its version.
superadmin-fleet-made = Found
superadmin-fleet-age-minutes = { $count ->
    [0] less than a minute ago
    [one] a minute ago
   *[other] { $count } minutes ago
}
superadmin-fleet-age-hours = { $count ->
    [one] an hour ago
   *[other] { $count } hours ago
}
superadmin-fleet-age-days = { $count ->
    [one] a day ago
   *[other] { $count } days ago
}
superadmin-fleet-month = Month of the book
superadmin-fleet-month-reading = being read
superadmin-fleet-month-read = read, and not shared yet
superadmin-fleet-month-shared = shared, and not closed yet
superadmin-fleet-month-closed = closed
superadmin-fleet-no-month = none
superadmin-fleet-sovereigns = Sovereigns
superadmin-fleet-conforming = Conforming
superadmin-fleet-not-checked = Not checked
superadmin-fleet-off = Off
superadmin-fleet-not-in-fleet = With money or an agreement, and not in the fleet's file
superadmin-fleet-totals = Totals
superadmin-fleet-totals-mean = Of what is known, by currency. Statements are those of the month of the book; one of several Sovereigns counts once.
superadmin-fleet-currency = Currency
superadmin-fleet-credit = Credit outstanding
superadmin-fleet-gross = Gross of the month
superadmin-fleet-share = Publisher's share
superadmin-fleet-due = Due
superadmin-fleet-payout = To be paid out
superadmin-fleet-paid = Paid out
superadmin-fleet-payout-of-statement = Payout
superadmin-fleet-payout-is-nothing-due = nothing due
superadmin-fleet-payout-is-due = not begun
superadmin-fleet-payout-is-intended = begun, and not known to be paid
superadmin-fleet-payout-is-sent = sent
superadmin-fleet-payout-is-failed = refused
superadmin-fleet-payout-is-settled = paid by hand
superadmin-fleet-show = Which
superadmin-fleet-off-only = Only those that are off
superadmin-fleet-sort = Sorted by
superadmin-fleet-by-name = name
superadmin-fleet-by-gross = gross, in each currency
superadmin-fleet-none-off = None is off.
superadmin-fleet-empty = The fleet has no Sovereign.
superadmin-fleet-rows-mean = Off is a Sovereign that was not reached, does not conform, does not answer what it should, or may not be the one it stands for.
superadmin-fleet-claims = Claims to be
superadmin-fleet-not-counted = what it answers is in no total
superadmin-fleet-also-at = Also at
superadmin-fleet-conformance = Conformance
superadmin-fleet-vouchers = Live vouchers
superadmin-fleet-statement = Last statement
superadmin-fleet-is-off = off
superadmin-fleet-is-conforming = conforming
superadmin-fleet-is-drift = drift
superadmin-fleet-is-unreachable = not reached
superadmin-fleet-is-stopped = not checked to the end
superadmin-fleet-more = Details of
superadmin-fleet-address = Address
superadmin-fleet-api = API
superadmin-fleet-agreed = Agreed share
superadmin-fleet-franchisee = Franchisee
superadmin-fleet-about = Sovereigns it is about
superadmin-fleet-closed = Closed
superadmin-fleet-failures = Checks that drifted
superadmin-fleet-more-failures = { $count ->
    [one] One more drifted.
   *[other] { $count } more drifted.
}
superadmin-fleet-expected = Expected:
superadmin-fleet-got = Came:
superadmin-fleet-not-finished = The checks did not end
superadmin-fleet-why-unreachable = not reached
superadmin-fleet-why-no-token = no token
superadmin-fleet-why-refused = refused
superadmin-fleet-why-other-answer = another answer
superadmin-fleet-why-not-checked = not checked
superadmin-fleet-why-not-in-report = not in the report
superadmin-fleet-why-no-book = no book
superadmin-fleet-why-not-in-book = not in the book
superadmin-fleet-why-not-shared = not shared yet
superadmin-fleet-why-no-agreement = under no agreement
superadmin-fleet-why-no-statement = none yet
superadmin-fleet-why-unsaid = not said
