# Reports, and what became of credit: src/web/admin/reports.rs, src/web/admin/report_sections.rs.
admin-report-title = Reports
admin-report-period = Days
admin-report-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
admin-report-week = Week from
admin-report-as-table = The same in numbers
admin-report-numbers = What has nothing to say is left out. The newest is first.
admin-report-file = By day as a file (CSV)
admin-report-nothing = Nothing in this time.
admin-report-redemptions = Redemptions
admin-report-redemptions-mean = Vouchers that customers redeemed, by campaign. What was released since is not counted.
admin-report-by-campaign = In this time, by campaign
admin-report-no-campaign = In no campaign
admin-report-credit = Credit
admin-report-credit-means = What was granted, spent and written off, and what customers had left in the evening. These are the sums of the ledger up to now.
admin-report-by-source = All that was ever granted, by where it came from
admin-report-source = Credit from
admin-report-organizations = New Organizations
admin-report-organizations-mean = Organizations that were made, those that were deleted since among them.
admin-report-new = New
admin-report-revenue = Revenue
admin-report-revenue-means = What customers paid with cards, less what went back to them, and with credit. Tax is included.
admin-report-by-means = In this time
admin-report-means = Paid with
admin-report-paid = Paid
admin-report-by-card = Cards
admin-report-by-credit = Credit
admin-report-card = Cards charged
admin-report-refunded = Back to cards
admin-spent = Spent
admin-expired = Expired
admin-taken-back = Taken back
admin-outstanding = Outstanding
admin-outstanding-now = Outstanding now
admin-source-voucher = vouchers
admin-source-refund = refunds
admin-source-adjustment = adjustments
admin-source-migration = an earlier service
admin-last-redeemed = Last redeemed
admin-burn-down = What is left of its credit
admin-burn-down-means = What those who redeemed it had left of it in the evening.
admin-superadmin-heading = This takes another role
admin-superadmin-detail = This is for superadmins. Ask one of them.
