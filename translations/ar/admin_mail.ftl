# Vouchers that are sent by mail: src/web/admin/mailings.
admin-mail-title = قسائم بالبريد الإلكتروني
admin-mail-means = الأحدث أولًا. يقود كل طلب إلى صفحته.
admin-mail-what = إلى من
admin-mail-none = لا شيء بعد. أرسل إلى كل عنوان من عناوين كثيرة قسيمة برمز خاص به.
admin-all-mail = كل القسائم بالبريد الإلكتروني
admin-mail-unknown-heading = لا يوجد شيء كهذا
admin-mail-unknown-detail = لم يُرسل شيء بالبريد تحت هذا العنوان. تجد كل شيء في القائمة.
admin-mail-to = { $count ->
    [zero] لا عناوين
    [one] قسيمة إلى عنوان واحد
    [two] قسيمتان إلى عنوانين
    [few] قسائم إلى { $count } عناوين
    [many] قسائم إلى { $count } عنوانًا
   *[other] قسائم إلى { $count } عنوان
}
admin-mail-runs = جارٍ
admin-mail-stopped = متوقف
admin-mail-done = تمّ
admin-mail-sent = أُرسلت
admin-mail-waiting = في الانتظار
admin-mail-failed = تعذّرت
admin-mail-redeemed = استُخدمت
admin-mail-new = إرسال قسائم بالبريد الإلكتروني
admin-mail-new-means = تصل إلى كل عنوان رسالة فيها رمز خاص به يُستخدم مرة واحدة، وقيمة القسائم جميعًا واحدة.
admin-mail-addresses = عناوين البريد الإلكتروني
admin-mail-addresses-hint = عنوان في كل سطر، حتى 10,000. أضف فاصلة لاتينية ثم en أو ar لرسالة بلغة غير المختارة أدناه.
admin-mail-addresses-wrong = صحّح العناوين: لم يُرسل شيء
admin-mail-errors = أخطاء العناوين
admin-mail-errors-mean = تُعدّ الأسطر من 1.
admin-mail-fault-all = كل العناوين
admin-mail-fault-missing = لا عناوين.
admin-mail-fault-too-many = العناوين أكثر من 10,000. أرسلها أجزاء.
admin-mail-fault-address = اكتب عنوان بريد إلكتروني مثل maryam@example.com بأحرف لاتينية.
admin-mail-fault-language = اكتب en أو ar بعد الفاصلة، أو اتركه فارغًا.
admin-mail-fault-twice = هذا العنوان موجود في السطر { $line }.
admin-mail-language = لغة الرسائل
admin-mail-language-hint = للعناوين التي لا لغة خاصة بها.
admin-mail-language-wrong = اختر إحدى هذه اللغات
admin-mail-english = الإنجليزية
admin-mail-arabic = العربية
admin-mail-message = رسالتك
admin-mail-message-hint = تظهر في كل رسالة قبل الرمز كما كتبتها. حتى 2,000 حرف، أو اتركها فارغة.
admin-mail-message-wrong = أدخل 2,000 حرف على الأكثر، بلا رموز تحكم
admin-mail-prefix-wrong = استخدم حتى 48 من حروف A إلى Z والأرقام و - _ .
admin-mail-send = أرسلها
admin-mail-look = اعرض الرسالة
admin-mail-seen = ما سيُرسل
admin-mail-seen-hint = املأ النموذج وانظر قبل أن ترسل.
admin-mail-together = { $count ->
    [zero] لا رسائل
    [one] رسالة واحدة فيها قسيمة
    [two] رسالتان في كل منهما قسيمة
    [few] { $count } رسائل في كل منها قسيمة
    [many] { $count } رسالة في كل منها قسيمة
   *[other] { $count } رسالة في كل منها قسيمة
}، والقيمة معًا { $amount }.
admin-mail-example-means = الرمز مثال، ولكل رسالة رمز آخر.
admin-mail-twice = أُرسل هذا النموذج من قبل. أرسله ثانية إذا أردت إرسال العدد نفسه من القسائم مرة أخرى
admin-mail-asked-notice = يجري إنشاء الرموز، ثم تُرسل الرسائل.
admin-mail-codes = الرموز المنشأة
admin-mail-cancel-means = ما أُرسل فقد أُرسل، ويمكنك المتابعة لاحقًا.
admin-mail-resume-means = يتابع من حيث توقف.
admin-mail-retry = أعد محاولة ما تعذّر
admin-mail-retry-means = يصل إلى كل عنوان رمزه السابق نفسه.
admin-mail-cancelled-notice = أُوقف.
admin-mail-resumed-notice = يتابع.
admin-mail-retried-notice = تُعاد محاولة ما تعذّر.
admin-mail-late-notice = لم تعد حالته كذلك.
admin-mail-any = الكل
admin-mail-none-found = لا يوجد عنوان كهذا.
admin-mail-address = العنوان
admin-mail-addresses-mean = «أُرسلت» تعني أن خادم البريد قبِل الرسالة. يقود الرمز إلى قسيمته.
admin-mail-reply = رد خادم البريد
admin-mail-csv = كل هذه العناوين في ملف (CSV)
admin-mail-state-wrong = اختر إحدى هذه الحالات وابدأ من الصفحة الأولى
