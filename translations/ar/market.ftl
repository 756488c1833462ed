# What can be had: src/web/market.
market-plans = الباقات
market-apps = التطبيقات
market-a-month = شهريًا
market-from = ابتداءً من
market-free = مجاني مع أي باقة
market-no-extra = بلا تكلفة إضافية
market-later = قريبًا
market-and-usage = إضافةً إلى الاستهلاك
market-show = اعرض
market-show-all = اعرض كل التطبيقات
market-all = كل التطبيقات
market-to-start = إلى البداية

market-home-title = تطبيقات الأعمال هنا
market-home-heading = تطبيقات لأعمالك يشغّلها لك { $brand }
market-home-lead = اختر باقة والتطبيقات التي تحتاج إليها، فتُجهَّز على عنوان يخصك وتبقى تعمل من أجلك.
market-have-voucher = لدي قسيمة
market-see-voucher = اعرض القسيمة
market-see-plans = اعرض الباقات
market-plans-from = باقات ابتداءً من { $amount } شهريًا
market-choose-plan = اختر باقة
market-popular-apps = تطبيقات رائجة
market-all-apps = { $count ->
        [zero] كل التطبيقات
        [one] اعرض التطبيق الوحيد
        [two] اعرض التطبيقين
        [few] اعرض التطبيقات كلها، وهي { $count }
        [many] اعرض التطبيقات كلها، وهي { $count }
       *[other] اعرض التطبيقات كلها، وهي { $count }
    }
market-for-your-trade = بحسب مجال عملك

market-plans-lead = الباقة هي السعة التي تعمل فيها تطبيقاتك. غيّرها متى شئت، وما بقي من الشهر محسوب لك.
market-no-plans-heading = لا باقات بعد
market-no-plans-detail = هنا تُعرض الباقات. عد قريبًا.
market-popular = الأكثر طلبًا
market-processor = المعالج
market-memory = الذاكرة
market-storage = التخزين
market-as-used = بحسب الاستهلاك
market-take = اختر هذه الباقة
market-covered-until = تغطيها قسيمتك حتى { $date }
market-covered-part = تدفع قسيمتك { $credit } من الشهر الأول، ويبقى { $rest }
market-covered-usage = تبقى قسيمتك رصيدًا لما تستهلكه
market-voucher-ended = لم تعد القسيمة التي فتحتها من قبل صالحة.
market-other-voucher = استخدم قسيمة أخرى
market-tax-included = تشمل الأسعار ضريبة { $rate }.
market-tax-added = تضاف إلى الأسعار ضريبة { $rate }.
market-usage-heading = كيف يُسعَّر الاستهلاك
market-usage-detail = لا سعر للسعة نفسها، بل يُحصى ما تستهلكه تطبيقاتك ويُدفع ثمنه في نهاية الشهر. ويمكنك أن تضع حدًا له وأن ترى في أي وقت كم بلغ.
market-no-meters = لم تُحدَّد الأسعار بعد، ولا يُحتسب شيء عن الاستهلاك حتى تُحدَّد.
market-meters = ما يُحصى
market-meter = البند
market-meter-for = لكل
market-price = السعر
market-addons = ما يمكن إضافته
market-included = مشمول في كل باقة

market-apps-lead = التثبيت بضغطة واحدة، والإزالة بالسهولة نفسها.
market-search = البحث
market-category = الفئة
market-any-category = الكل
market-industry = مجال العمل
market-any-industry = الكل
market-bundle = الحزمة
market-any-bundle = الكل
market-sort = الترتيب
market-sort-best = الأقرب إلى طلبك
market-sort-name = الاسم
market-sort-price = السعر
market-found = { $count ->
        [zero] لا تطبيقات
        [one] تطبيق واحد
        [two] تطبيقان
        [few] { $count } تطبيقات
        [many] { $count } تطبيقًا
       *[other] { $count } تطبيق
    }
market-results = النتائج
market-none-heading = لا شيء كهذا هنا
market-none-detail = جرّب كلمة أخرى أو مرشّحات أقل: يظهر التطبيق إذا وردت فيه كل الكلمات وطابق كل المرشّحات.
market-pages = صفحات القائمة
market-before = السابق
market-after = التالي

market-features = ماذا يقدّم
market-details = التفاصيل
market-needs = ماذا يحتاج
market-needs-hint = يُجهَّز هذا معه.
market-need-shared = واحد لكل تطبيقاتك
market-need-own = واحد خاص به
market-free-detail = لا يكلّف شيئًا غير الباقة التي يعمل فيها.
market-tier-detail = يُسعَّر على أنه { $tier }، إضافةً إلى الباقة التي يعمل فيها.
market-with-needs = مع ما يحتاج إليه: { $amount } شهريًا.
market-install = ثبّت التطبيق
market-install-in = ثبّته في
market-comes-along = يأتي مع التطبيقات
market-system-detail = يُجهَّز من تلقاء نفسه للتطبيقات التي تحتاج إليه.
market-later-detail = لا يمكن تثبيته بعد.
market-instead = بدائل متاحة الآن
market-look-around = انظر ما هو متاح الآن
market-licence = الرخصة
market-website = الموقع
market-related = يُستعمل معه

market-bundle-apps = ماذا فيها
market-together = التكلفة معًا
market-plan-line = الباقة
market-apps-line = التطبيقات وما تحتاج إليه
market-sum-month = في الشهر
market-recommended = مع الباقة التي تتسع لهذه التطبيقات.
market-take-bundle = خذ هذه الحزمة
market-other-plan = قارن بين الباقات
market-with-plan = مع الباقة
market-see-bundle = اعرض الحزمة
market-suggested = تطبيقات تناسبه
market-none-suggested = لا اقتراحات لهذا المجال بعد، والتطبيقات كلها متاحة لك.
market-other-trades = مجالات أخرى

market-missing-heading = لا توجد صفحة كهذه
market-missing-detail = ربما كانت هنا من قبل. ابحث عما تحتاج إليه:

market-cores = { $count ->
        [zero] بلا أنوية
        [one] نواة واحدة
        [two] نواتان
        [few] { $count } أنوية
        [many] { $count } نواة
       *[other] { $count } نواة
    }
market-part-of-cores = { $amount } نواة
market-megabytes = { $count } ميغابايت
market-gigabytes = { $count } غيغابايت
market-terabytes = { $count } تيرابايت

market-tier-included = مشمول
market-tier-basic = تطبيق أساسي
market-tier-standard = تطبيق قياسي
market-tier-premium = تطبيق متقدم

market-category-website = المواقع
market-category-commerce = المتاجر الإلكترونية
market-category-erp = إدارة الأعمال
market-category-finance = الفوترة والمالية
market-category-files = الملفات
market-category-documents = المستندات
market-category-communication = التواصل
market-category-scheduling = المواعيد
market-category-crm = العملاء
market-category-marketing = التسويق
market-category-analytics = الأرقام والرسوم
market-category-monitoring = المراقبة
market-category-automation = الأتمتة
market-category-education = التعليم
market-category-projects = المشاريع
market-category-knowledge = المعرفة
market-category-it = إدارة التقنية
market-category-security = الأمن
market-category-design = التصميم
market-category-fleet = المركبات
market-category-service = خدمات مساندة
