# أسطول الناشر، للمدير الأعلى لمنصة تعرضه.
superadmin-fleet = الأسطول
superadmin-fleet-means = ما وجده الأمر sovereign fleet آخر مرة: كل منصة، وما تشغّله وما عليها وما تكسبه. هذه الصفحة لا تسأل أحدًا.
superadmin-fleet-none-heading = هذه المنصة لا تعرض أسطولًا
superadmin-fleet-none-detail = لا تعرضه إلا منصة للناشر ضُبط فيها publisher.fleet_snapshot.
superadmin-fleet-file-missing = لا توجد لقطة بعد
superadmin-fleet-todo-missing = شغّل sovereign fleet مع --out والملف الذي يسميه publisher.fleet_snapshot.
superadmin-fleet-file-unreadable = تتعذر قراءة اللقطة
superadmin-fleet-todo-unreadable = اسمح للخادم بقراءة الملف الذي يسميه publisher.fleet_snapshot.
superadmin-fleet-file-damaged = اللقطة تالفة
superadmin-fleet-todo-damaged = شغّل sovereign fleet مع --out مرة أخرى: فهو يكتب الملف من جديد.
superadmin-fleet-file-too-new = اللقطة من إصدار أحدث
superadmin-fleet-todo-too-new = حدّث هذا الخادم، أو اكتب الملف ببرنامج من إصداره.
superadmin-fleet-made = وُجد
superadmin-fleet-age-minutes = { $count ->
    [0] قبل أقل من دقيقة
    [one] قبل دقيقة
    [two] قبل دقيقتين
    [few] قبل { $count } دقائق
   *[other] قبل { $count } دقيقة
}
superadmin-fleet-age-hours = { $count ->
    [one] قبل ساعة
    [two] قبل ساعتين
    [few] قبل { $count } ساعات
   *[other] قبل { $count } ساعة
}
superadmin-fleet-age-days = { $count ->
    [one] قبل يوم
    [two] قبل يومين
    [few] قبل { $count } أيام
   *[other] قبل { $count } يومًا
}
superadmin-fleet-month = شهر الدفتر
superadmin-fleet-month-reading = تجري قراءته
superadmin-fleet-month-read = قُرئ ولم يُقسم بعد
superadmin-fleet-month-shared = قُسم ولم يُغلق بعد
superadmin-fleet-month-closed = مغلق
superadmin-fleet-no-month = لا يوجد
superadmin-fleet-sovereigns = المنصات
superadmin-fleet-conforming = المطابقة
superadmin-fleet-not-checked = لم تُفحص
superadmin-fleet-off = المختلّة
superadmin-fleet-not-in-fleet = لها مال أو اتفاق وليست في ملف الأسطول
superadmin-fleet-totals = المجاميع
superadmin-fleet-totals-mean = مجموع ما هو معروف، بحسب العملة. كشوف الحساب هي كشوف شهر الدفتر، وكشف الحساب لعدة منصات يُحسب مرة واحدة.
superadmin-fleet-currency = العملة
superadmin-fleet-credit = الرصيد القائم
superadmin-fleet-gross = إجمالي الشهر
superadmin-fleet-share = حصة الناشر
superadmin-fleet-due = المستحق
superadmin-fleet-payout = المستحق دفعه
superadmin-fleet-paid = المدفوع
superadmin-fleet-payout-of-statement = الدفعة
superadmin-fleet-payout-is-nothing-due = لا شيء مستحق
superadmin-fleet-payout-is-due = لم تبدأ
superadmin-fleet-payout-is-intended = بدأت ولا يُعرف هل دُفعت
superadmin-fleet-payout-is-sent = أُرسلت
superadmin-fleet-payout-is-failed = رُفضت
superadmin-fleet-payout-is-settled = دُفعت يدويًا
superadmin-fleet-show = أيها
superadmin-fleet-off-only = المختلّة فقط
superadmin-fleet-sort = الترتيب بحسب
superadmin-fleet-by-name = الاسم
superadmin-fleet-by-gross = الإجمالي في كل عملة
superadmin-fleet-none-off = لا توجد منصة مختلّة.
superadmin-fleet-empty = لا منصات في الأسطول.
superadmin-fleet-rows-mean = المنصة المختلّة هي التي لم يمكن الوصول إليها، أو لا تطابق، أو لا تجيب بما ينبغي، أو قد لا تكون هي نفسها.
superadmin-fleet-claims = تزعم أنها
superadmin-fleet-not-counted = ما تجيب به ليس في أي مجموع
superadmin-fleet-also-at = وأيضًا على العنوان
superadmin-fleet-conformance = المطابقة
superadmin-fleet-vouchers = القسائم السارية
superadmin-fleet-statement = آخر كشف حساب
superadmin-fleet-is-off = مختلّة
superadmin-fleet-is-conforming = مطابقة
superadmin-fleet-is-drift = اختلاف
superadmin-fleet-is-unreachable = لم يمكن الوصول إليها
superadmin-fleet-is-stopped = لم يكتمل الفحص
superadmin-fleet-more = تفاصيل
superadmin-fleet-address = العنوان
superadmin-fleet-api = واجهة البرمجة
superadmin-fleet-agreed = الحصة المتفق عليها
superadmin-fleet-franchisee = صاحب الامتياز
superadmin-fleet-about = عدد منصاته
superadmin-fleet-closed = أُغلق
superadmin-fleet-failures = الفحوص التي اختلفت
superadmin-fleet-more-failures = { $count ->
    [one] واختلف فحص آخر.
    [two] واختلف فحصان آخران.
    [few] واختلفت { $count } فحوص أخرى.
   *[other] واختلف { $count } فحصًا آخر.
}
superadmin-fleet-expected = المتوقع:
superadmin-fleet-got = ما جاء:
superadmin-fleet-not-finished = لم تكتمل الفحوص
superadmin-fleet-why-unreachable = لم يمكن الوصول إليها
superadmin-fleet-why-no-token = لا رمز دخول
superadmin-fleet-why-refused = رُفض
superadmin-fleet-why-other-answer = جواب آخر
superadmin-fleet-why-not-checked = لم تُفحص
superadmin-fleet-why-not-in-report = ليست في التقرير
superadmin-fleet-why-no-book = لا دفتر
superadmin-fleet-why-not-in-book = ليست في الدفتر
superadmin-fleet-why-not-shared = لم يُقسم بعد
superadmin-fleet-why-no-agreement = بلا اتفاق
superadmin-fleet-why-no-statement = لا يوجد بعد
superadmin-fleet-why-unsaid = لم يُذكر
