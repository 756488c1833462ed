# A bill as a table, in mails and on pages. Values: see src/usecase/bill.rs.
bill-plan = Plan { $name }
bill-usage = { $name }, { $quantity } { $unit }
bill-from-credit = From your credit
bill-paid-by-card = Paid by card ({ $card })
