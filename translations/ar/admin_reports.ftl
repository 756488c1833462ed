# التقارير وما آل إليه الرصيد: src/web/admin/reports.rs, src/web/admin/report_sections.rs.
admin-report-title = التقارير
admin-report-period = الأيام
admin-report-days = { $count ->
    [zero] { $count } يوم
    [one] يوم واحد
    [two] يومان
    [few] { $count } أيام
    [many] { $count } يومًا
   *[other] { $count } يوم
}
admin-report-from-wrong = اختر يومًا أول لا يلي اليوم الأخير، ولا يزيد ما بينهما على 366 يومًا
admin-report-to-wrong = اختر يومًا أخيرًا لا يلي اليوم
admin-report-now = ما يُكسب الآن
admin-report-now-means = أيًّا كانت الأيام المعروضة أدناه. إيراد الشهر هو ما تبلغه الاشتراكات السارية بالسعر المعلن، والشهر بالتوقيت العالمي.
admin-report-mrr = الإيراد الشهري المتكرر
admin-report-subscriptions = الاشتراكات السارية
admin-report-customers = العملاء
admin-report-new-customers = عملاء جدد هذا الشهر
admin-report-week = الأسبوع من
admin-report-as-table = الأرقام نفسها في جدول
admin-report-numbers = الأحدث أولًا، ولا يظهر ما لم يحدث فيه شيء.
admin-report-file = ملف بالأيام (CSV)
admin-report-nothing = لا شيء في هذه المدة.
admin-report-redemptions = مرات الاستخدام
admin-report-redemptions-mean = القسائم التي استخدمها العملاء بحسب الحملة. لا يُحسب ما أُلغي استخدامه بعد ذلك.
admin-report-by-campaign = في هذه المدة بحسب الحملة
admin-report-no-campaign = بلا حملة
admin-report-credit = الرصيد
admin-report-credit-means = ما مُنح وما أُنفق وما انتهى، وما بقي لدى العملاء في المساء. هذه مجاميع الدفتر حتى الآن.
admin-report-by-source = كل ما مُنح منذ البداية بحسب مصدره
admin-report-source = رصيد من
admin-report-organizations = المؤسسات الجديدة
admin-report-organizations-mean = المؤسسات التي أُنشئت، ومنها ما حُذف بعد ذلك.
admin-report-new = جديدة
admin-report-revenue = الإيرادات
admin-report-revenue-means = ما دفعه العملاء بالبطاقات بعد خصم ما أُعيد إليها، وما دفعوه من الرصيد. الضريبة مشمولة.
admin-report-by-means = في هذه المدة
admin-report-means = وسيلة الدفع
admin-report-paid = المدفوع
admin-report-by-card = البطاقات
admin-report-by-credit = الرصيد
admin-report-card = خُصم من البطاقات
admin-report-refunded = أُعيد إلى البطاقات
admin-spent = المُنفق
admin-expired = المنتهي
admin-taken-back = المُسترد
admin-outstanding = المتبقي لدى العملاء
admin-outstanding-now = المتبقي لدى العملاء الآن
admin-source-voucher = القسائم
admin-source-refund = المبالغ المُعادة
admin-source-adjustment = التسويات
admin-source-migration = خدمة سابقة
admin-last-redeemed = آخر استخدام
admin-burn-down = ما بقي من رصيدها
admin-burn-down-means = ما بقي منه في المساء لدى من استخدموها.
admin-superadmin-heading = يتطلب هذا دورًا آخر
admin-superadmin-detail = هذا للمدير الأعلى. اسأله عنه.
