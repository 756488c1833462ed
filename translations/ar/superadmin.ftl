# صفحات المدير الأعلى.
superadmin-any = أي حالة
superadmin-newest = الأحدث
superadmin-older = الأقدم
superadmin-identifier = المعرّف
superadmin-amount = المبلغ
superadmin-plan = الباقة
superadmin-apps = التطبيقات
superadmin-addons = الإضافات
superadmin-since = منذ
superadmin-members = الأعضاء
superadmin-available = الرصيد المتبقي
superadmin-owed = عليها
superadmin-owner = المالك
superadmin-audit = سجل التدقيق
superadmin-sign-in-lately = يلزم هنا تسجيل دخول جديد: مضى على دخولك أكثر من عشر دقائق.

superadmin-orders = الطلبات
superadmin-all-orders = كل الطلبات
superadmin-orders-newest = أحدث الطلبات
superadmin-orders-older = طلبات أقدم
superadmin-orders-mean = الأحدث أولًا. وقت الطلب يفتح صفحته.
superadmin-orders-none = لم يطلب أحد شيئًا بعد.
superadmin-orders-none-found = لا يوجد طلب كهذا.
superadmin-orders-none-here = لا يوجد طلب كهذا بين آخر 100,000 طلب. تابع إلى الأقدم.
superadmin-orders-wrong = لا يمكن البحث عن هذا. أدخل رمز قسيمة أو ابدأ بأحدث الطلبات
superadmin-orders-of-one = هذه طلبات مؤسسة واحدة.
superadmin-orders-of-which = افتحها
superadmin-orders-with = الطلبات التي جاءت بها
superadmin-order = طلب
superadmin-order-unknown-heading = لا يوجد طلب كهذا
superadmin-order-unknown-detail = قارنه بالقائمة.
superadmin-order-placed = وقت الطلب
superadmin-order-kind = الغرض
superadmin-order-checkout = طلب أول
superadmin-order-renewal = تجديد
superadmin-order-change = تغيير
superadmin-order-voucher = القسيمة
superadmin-voucher-deleted = ملغاة
superadmin-order-total = المجموع
superadmin-order-tax = منه ضريبة
superadmin-order-credit = دُفع من الرصيد
superadmin-order-card = دُفع بالبطاقة
superadmin-order-paid = كيف يُدفع
superadmin-order-session = جلسة الدفع
superadmin-order-is-pending = ينتظر دفعه
superadmin-order-is-completed = مكتمل
superadmin-order-is-expired = انتهت مهلته
superadmin-order-is-failed = فشل
superadmin-order-is-cancelled = أُلغي
superadmin-order-is-superseded = حلّ محله طلب أحدث

superadmin-disputes = الاعتراضات
superadmin-dispute-is-inquiry = البنك يستفسر ولم يتحرك مال
superadmin-dispute-is-open = مفتوح: المال عند البنك
superadmin-dispute-is-won = كُسب
superadmin-dispute-is-lost = خُسر
superadmin-dispute-is-closed = أُغلق ولم يتحرك مال

superadmin-refunds = المبالغ المُعادة
superadmin-refunds-none = لم يُعد منه شيء.
superadmin-refund-reason = السبب
superadmin-refund-reason-hint = للسجل، حتى 500 حرف.
superadmin-refund-reason-wrong = أدخل سببًا من 1 إلى 500 حرف
superadmin-refund-credit = إلى الرصيد
superadmin-refund-card = إلى البطاقة
superadmin-refund-is-pending = في طريقه إلى البطاقة
superadmin-refund-is-succeeded = تم
superadmin-refund-is-failed = فشل
superadmin-refund-retry = أرسله من جديد
superadmin-refund-disputed = دفعة البطاقة محل اعتراض: المال عند بنكها ولا يُعاد منها شيء.
superadmin-refund = إعادة المبلغ
superadmin-refund-means = يعود الرصيد حالًا إلى القسائم التي أتى منها، وتعيد Stripe حصة البطاقة.
superadmin-refund-credit-left = يمكن أن يعود رصيدًا
superadmin-refund-card-left = يمكن أن يعود إلى البطاقة
superadmin-refund-amount = المبلغ بعملة { $code }
superadmin-refund-amount-hint = اتركه فارغًا لكل ما بقي. يُقسم الجزء بين الرصيد والبطاقة كما دفعا.
superadmin-refund-credit-hint = اتركه فارغًا لكل ما بقي من الرصيد.
superadmin-refund-elsewhere = دفعت البطاقة لدى { $sovereign }: أعد مبلغها من هناك
superadmin-refund-elsewhere-means = دفعت البطاقة لدى { $sovereign } التي أتت منها هذه المؤسسة، ولا يُعاد مبلغها إلا من هناك. أما الرصيد فيمكن أن يعود هنا.
superadmin-refund-elsewhere-notice = لم يُرسل شيء: دفعت هذه البطاقة لدى منصة أخرى، ولا يُعاد مبلغها إلا من هناك.
superadmin-refund-amount-wrong = أدخل مبلغًا أكبر من صفر أو اترك الحقل فارغًا
superadmin-refund-too-much = يمكن أن يعود { $amount } على الأكثر
superadmin-refund-step = لا تقبل البطاقات إعادة هذا الجزء. أقرب مبلغ هو { $amount }
superadmin-refund-nothing-left = عاد من هذا الطلب كل ما يمكن أن يعود
superadmin-refund-not-completed = لا يُعاد إلا مبلغ طلب مكتمل
superadmin-refund-used = أُرسل هذا النموذج من قبل بمحتوى آخر. افتح الصفحة من جديد
superadmin-refund-no-voucher = لا توجد قسيمة تُحرر: حُررت من قبل
superadmin-refund-held = طلب ينتظر دفعه يحجز من رصيد هذه القسيمة. انتظر حتى ينتهي
superadmin-refund-frees = يمكن استخدام القسيمة من جديد. يُسترد ما بقي من رصيدها، ويصير ما أُنفق منه دينًا.
superadmin-refund-button = أعد المبلغ
superadmin-refunded-notice = أُعيد مبلغ الطلب. قد تصل حصة البطاقة بعد أيام.
superadmin-refund-sent-notice = أُرسل المبلغ إلى البطاقة من جديد.
superadmin-refund-not-failed-notice = لم يُرسل شيء: لم تفشل هذه الإعادة، أو سبقك أحد.

superadmin-organization = المؤسسة
superadmin-organizations = المؤسسات
superadmin-all-organizations = كل المؤسسات
superadmin-organizations-part = الاسم أو العنوان، أو جزء منه
superadmin-organizations-part-wrong = ابحث بما لا يزيد على 100 حرف
superadmin-organizations-after-wrong = هذا العنوان ليس من عناويننا. ابدأ بأحدث المؤسسات
superadmin-organizations-mean = الأحدث أولًا مع مجاميع كل منها. ما بداخلها لها.
superadmin-organizations-none = لا توجد مؤسسة بعد.
superadmin-organizations-none-found = لا توجد مؤسسة كهذه.
superadmin-organization-unknown-heading = لا توجد مؤسسة كهذه
superadmin-organization-unknown-detail = قارنها بالقائمة.
superadmin-organization-address = العنوان
superadmin-organization-orders = طلباتها
superadmin-subscription = الاشتراك
superadmin-subscription-active = سارٍ
superadmin-subscription-past_due = حان دفعه
superadmin-subscription-suspended = موقوف
superadmin-period = مدفوع حتى
superadmin-organization-suspension = الإيقاف
superadmin-organization-suspend = أوقفها
superadmin-organization-suspend-means = إذا أُوقفت يستطيع أصحابها الاطلاع على كل شيء وأخذ بياناتهم، لكن لا يُشترى شيء ولا يتغير، ولا يُحسب شهر آخر.
superadmin-organization-resume = أنهِ الإيقاف
superadmin-organization-resume-means = هي موقوفة. بدون الإيقاف تستمر كما كانت.
superadmin-organization-suspended-notice = أُوقفت المؤسسة.
superadmin-organization-resumed-notice = انتهى الإيقاف.
superadmin-organization-delete = احذف هذه المؤسسة
superadmin-organization-delete-means = إذا طُلب الآن تُوقف حالًا وتُحذف في { $day }.
superadmin-organization-grace = { $count ->
        [one] يمكنك التراجع حتى ذلك اليوم، ولا يستطيع مالكها.
        [two] يمكنك التراجع خلال يومين، ولا يستطيع مالكها.
        [few] يمكنك التراجع خلال { $count } أيام، ولا يستطيع مالكها.
       *[other] يمكنك التراجع خلال { $count } يومًا، ولا يستطيع مالكها.
    }
superadmin-organization-takes = ما ينتهي معها
superadmin-takes-members = { $count ->
        [one] يفقد شخص واحد الوصول
        [two] يفقد شخصان الوصول
        [few] يفقد { $count } أشخاص الوصول
       *[other] يفقد { $count } شخصًا الوصول
    }
superadmin-takes-apps = تزول هذه التطبيقات بكل ما تحفظه:
superadmin-takes-environments = { $count ->
        [one] تزول بيئة واحدة
        [two] تزول بيئتان
        [few] تزول { $count } بيئات
       *[other] تزول { $count } بيئة
    }
superadmin-takes-subscription = ينتهي اشتراكها ولا يُحسب شهر آخر
superadmin-takes-credit = رصيد قدره { $amount } لا يعود لأحد
superadmin-takes-debt = { $amount } عليها، ولا يدفعها أحد بعد ذلك
superadmin-takes-books = تبقى طلباتها وفواتيرها وسجل رصيدها في دفاترك
superadmin-organization-ending = ستُحذف
superadmin-organization-ending-means = هذه المؤسسة موقوفة، وتُحذف في { $day }.
superadmin-organization-keep = أبقها
superadmin-organization-deleted = حُذفت في { $day }. تبقى طلباتها وفواتيرها وسجل رصيدها في دفاترك.
superadmin-organization-ending-notice = ستُحذف المؤسسة. يمكنك التراجع هنا.
superadmin-organization-kept-notice = تبقى المؤسسة.
superadmin-organization-not-notice = لم يُفعل شيء: سبقك أحد. هكذا هي الآن.
