# A bill as a table, in mails and on pages. Values: see src/usecase/bill.rs.
bill-plan = الباقة { $name }
bill-usage = { $name }، { $quantity } { $unit }
bill-from-credit = من رصيدك
bill-paid-by-card = مدفوع بالبطاقة ({ $card })
