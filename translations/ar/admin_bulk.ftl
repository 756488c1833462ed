# Many vouchers at once: src/web/admin/bulk*.rs, new_bulk.rs and import.rs.
admin-bulk-title = قسائم كثيرة دفعة واحدة
admin-bulk-means = الأحدث أولًا. يقود كل طلب إلى صفحته.
admin-bulk-what = الطلب
admin-bulk-none = لا شيء بعد. أنشئ رموزًا كثيرة وفق نمط، أو استورد ما لديك منها.
admin-all-bulk = كل ما أُنشئ دفعة واحدة
admin-bulk-newest = الأحدث
admin-bulk-older = الأقدم
admin-bulk-unknown-heading = لا يوجد شيء كهذا
admin-bulk-unknown-detail = لم يُنشأ شيء دفعة واحدة تحت هذا العنوان. تجد كل شيء في القائمة.
admin-bulk-wrong = هذا العنوان ليس من عناويننا. ابدأ بجميع القسائم
admin-bulk-only = لا تظهر إلا القسائم التي أُنشئت معًا.
admin-bulk-only-which = انظر كيف أُنشئت
admin-bulk-new = إنشاء رموز كثيرة
admin-bulk-new-means = لكل قسيمة رمز عشوائي خاص بها، وقيمتها جميعًا واحدة.
admin-bulk-count = العدد
admin-bulk-count-hint = حتى 100,000.
admin-bulk-count-wrong = أدخل عددًا صحيحًا من 1 إلى 100,000
admin-bulk-prefix = ما يبدأ به كل رمز
admin-bulk-prefix-hint = مثل اسمكم وشَرطة. اتركه فارغًا لغير ذلك.
admin-bulk-prefix-wrong = استخدم حروف A إلى Z والأرقام و - _ . فقط
admin-bulk-prefix-long = اختر بداية أقصر: فهي تترك مكانًا لعدد { $most } من الحروف العشوائية، والمطلوب { $least }
admin-bulk-length = عدد الحروف العشوائية التي تليه
admin-bulk-length-hint = اتركه فارغًا ليكون بقدر ما لا يستطيع أحد تخمينه.
admin-bulk-length-wrong = أدخل عددًا صحيحًا من { $least } إلى { $most }: فالرمز الأقصر يمكن تخمينه
admin-bulk-alphabet = نوع هذه الحروف
admin-bulk-alphabet-clear = حروف وأرقام لا يشبه بعضها بعضًا
admin-bulk-alphabet-letters = حروف لا يشبه بعضها بعضًا
admin-bulk-alphabet-digits = أرقام
admin-bulk-check = اختم كل رمز بحرف تحقق
admin-bulk-check-hint = يُحسب من بقية الرمز، فتكتشف برامجكم خطأ الكتابة (ISO/IEC 7064، ‏MOD 37,36).
admin-bulk-make = أنشئها
admin-bulk-look = اعرض أمثلة
admin-bulk-seen = ما سيُنشأ
admin-bulk-seen-hint = املأ النموذج وانظر قبل أن تنشئها.
admin-bulk-together = { $count ->
    [zero] لا قسائم
    [one] قسيمة واحدة
    [two] قسيمتان
    [few] { $count } قسائم
    [many] { $count } قسيمة
   *[other] { $count } قسيمة
}، قيمتها معًا { $amount } إذا استُخدمت كل منها مرة واحدة.
admin-bulk-entropy = في الرمز { $bits } بتًّا من العشوائية، و{ $least } هي الأقل مما لا يستطيع أحد تخمينه.
admin-bulk-examples-mean = هذه أمثلة، والرموز التي تُنشأ غيرها.
admin-bulk-sent = أُرسل هذا النموذج من قبل. أرسله ثانية إذا أردت العدد نفسه مرة أخرى
admin-bulk-asked-notice = يجري إنشاء الرموز.
admin-bulk-generates = { $count ->
    [zero] لا رموز
    [one] رمز واحد وفق نمط
    [two] رمزان وفق نمط
    [few] { $count } رموز وفق نمط
    [many] { $count } رمزًا وفق نمط
   *[other] { $count } رمز وفق نمط
}
admin-bulk-imports = { $count ->
    [zero] لا قسائم
    [one] قسيمة واحدة من ملف
    [two] قسيمتان من ملف
    [few] { $count } قسائم من ملف
    [many] { $count } قسيمة من ملف
   *[other] { $count } قسيمة من ملف
}
admin-bulk-is-checked = مفحوص
admin-bulk-is-running = جارٍ
admin-bulk-is-done = تمّ
admin-bulk-is-cancelled = متوقف
admin-bulk-is-failed = تعذّر
admin-bulk-failed = لم يُصدر شيء
admin-bulk-done = ما صدر
admin-bulk-each = قيمة كل قسيمة
admin-bulk-sum = القيمة معًا
admin-bulk-asked = وقت الطلب
admin-bulk-pattern = النمط
admin-bulk-list = انظر إليها
admin-bulk-file = خذها ملف CSV
admin-bulk-begin = أصدرها
admin-bulk-begin-means = لا خطأ في الملف. تصدر قسائمه كلها معًا، أو لا يصدر منها شيء.
admin-bulk-drop = انسَ الملف
admin-bulk-cancel = أوقف
admin-bulk-cancel-means = يبقى ما صدر، ويمكنك المتابعة لاحقًا.
admin-bulk-cancelled-notice = أُوقف.
admin-bulk-resume = تابع
admin-bulk-resume-means = يتابع من حيث توقف.
admin-bulk-resumed-notice = يتابع.
admin-bulk-late-notice = كان قد انتهى قبل ذلك.
admin-import = استيراد قسائم
admin-import-file = ملف قسائم
admin-import-file-hint = ملف CSV بترميز UTF-8 فيه حتى 100,000 قسيمة. يُفحص أولًا، ولا يصدر شيء حتى تأذن.
admin-import-check = افحص الملف
admin-import-choose = اختر ملفًا غير فارغ
admin-import-large = اختر ملفًا لا يزيد على 48 ميغابايت، أو أرسله أجزاء
admin-import-wrong = صحّح الملف واختره ثانية: لم يصدر شيء
admin-import-checked-notice = الملف سليم.
admin-import-errors-title = أخطاء الملف
admin-import-errors-mean = تُعدّ الأسطر من 1، وهو السطر الذي يسمّي الأعمدة.
admin-import-errors = { $count ->
    [zero] لا أخطاء.
    [one] خطأ واحد.
    [two] خطآن.
    [few] { $count } أخطاء، وتظهر أول 100 منها.
    [many] { $count } خطأ، وتظهر أول 100 منها.
   *[other] { $count } خطأ، وتظهر أول 100 منها.
}
admin-import-line = الموضع
admin-import-at = السطر { $line }
admin-import-whole = الملف كله
admin-import-column = العمود
admin-import-what = الخطأ
admin-import-says = ما يقوله
admin-import-columns = الأعمدة
admin-import-columns-mean = يسمّي السطر الأول الأعمدة بأي ترتيب. لا يلزم إلا الرمز والرصيد. ويمكن استيراد ملف مأخوذ من قائمة القسائم كما هو.
admin-import-says-code = من 3 إلى 64 من حروف A إلى Z والأرقام و - _ . لم تحملها قسيمة من قبل.
admin-import-says-credit = ما يحصل عليه كل عميل، بوحدات { $code } كاملة.
admin-import-says-cap = كم مرة يمكن استخدامها. 0 أو فراغ لغير حد.
admin-import-says-days = كم يومًا يدوم الرصيد. 0 أو فراغ لرصيد بلا نهاية.
admin-import-says-campaign = اسم حملة موجودة.
admin-import-says-active = true أو فراغ، أو false لقسيمة موقوفة.
admin-import-not-text = هذا ليس نصًا بترميز UTF-8. احفظه بصيغة «CSV UTF-8».
admin-import-no-rows = لا قسائم في الملف.
admin-import-too-many = في الملف أكثر من 100,000 قسيمة. أرسله أجزاء.
admin-import-no-code = لا يسمّي السطر الأول عمودًا اسمه «code».
admin-import-no-credit = لا يسمّي السطر الأول عمودًا اسمه «credit».
admin-import-unknown-column = لا عمود بهذا الاسم.
admin-import-column-twice = يسمّي السطر الأول هذا العمود مرتين.
admin-import-cells = خانات هذا السطر { $cells }، وخانات السطر الأول { $columns }.
admin-import-code = اكتب من 3 إلى 64 من حروف A إلى Z والأرقام و - _ .
admin-import-taken = صدرت قسيمة بهذا الرمز من قبل.
admin-import-twice = هذا الرمز موجود في السطر { $line }.
admin-import-credit = اكتب عددًا صحيحًا من 1 إلى 1,000,000,000.
admin-import-credits-differ = هذا مبلغ يخالف الرصيد.
admin-import-currency = اكتب { $code }، وهي عملة هذه المنصة، أو احذف العمود.
admin-import-max-redemptions = اكتب عددًا صحيحًا حتى 1,000,000,000 أو اتركه فارغًا.
admin-import-credit-valid-days = اكتب عددًا صحيحًا حتى 36,500 أو اتركه فارغًا.
admin-import-description = اكتب حتى 500 حرف، بلا حروف تحكم.
admin-import-campaign = لا توجد حملة بهذا الاسم. أنشئها أولًا.
admin-import-active = اكتب true أو false أو اتركه فارغًا.
admin-import-moment = اكتب وقتًا مضى، مثل 2027-03-01T00:00:00+04:00.
admin-import-tags = اكتب 20 وسمًا على الأكثر، كل منها حتى 40 حرفًا، تفصل بينها فاصلة منقوطة.
