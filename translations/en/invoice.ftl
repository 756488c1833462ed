# Invoices and credit notes on paper. Values: see src/pdf/words.rs.
invoice-title = Invoice
invoice-title-tax = Tax invoice
invoice-title-credit-note = Credit note
invoice-title-credit-note-tax = Tax credit note
invoice-of = For invoice
invoice-issued = Date of issue
invoice-period = Period
invoice-period-days = { $first } – { $last }
invoice-status = Status
invoice-status-open = Open
invoice-status-past-due = Past due
invoice-status-paid = Paid
invoice-status-refunded = Refunded
invoice-status-partly-refunded = Partly refunded
invoice-status-void = Void
invoice-status-issued = Issued
invoice-billed-to = Billed to
invoice-credited-to = Credited to
invoice-organization-id = Organization ID
invoice-tax-number = Tax number
invoice-description = Description
invoice-quantity = Quantity
invoice-amount = Amount
invoice-subtotal = Subtotal
invoice-tax-name = VAT
invoice-tax = { $label } ({ $rate })
invoice-rounding = Rounding
invoice-total = Total
invoice-total-credited = Total credited
invoice-tax-included = Including { $label } ({ $rate })
invoice-paid-by-credit = Paid by credit
invoice-paid-by-card = Paid by card
invoice-returned-as-credit = Returned as credit
invoice-refunded-to-card = Refunded to card
invoice-line-rest = { $item }, rest of the period
invoice-line-unused = { $item }, not used
invoice-line-usage = { $item }: { $price } for { $count } { $unit }
invoice-unused = Not used of the period
invoice-refund = Refund
invoice-due = Amount due
invoice-issued-elsewhere = Issued by { $issuer }, under its number. { $here } keeps this copy for the Organization, which moved from there.
invoice-page = Page { $page } of { $pages }
invoice-date = { $day } { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    } { $year }

# On sheets of cards: src/pdf/cards.rs.
cards-title = Vouchers
