# The pages of an Organization: src/web/console.
console-all = كل المؤسسات
console-nav = صفحات المؤسسة
console-nav-home = نظرة عامة
console-nav-apps = التطبيقات
console-nav-plan = الباقة
console-nav-wallet = المحفظة
console-nav-invoices = الفواتير
console-nav-card = البطاقة والاستخدام
console-nav-environments = البيئات
console-nav-members = الأعضاء
console-nav-settings = الإعدادات
console-back = رجوع
console-save = احفظ

console-new = أنشئ مؤسسة
console-signed-in = سجّلت الدخول منذ

console-status-provisioning = قيد الإعداد
console-status-active = نشطة
console-status-suspended = موقوفة
console-status-deleted = مغلقة
console-status-moved = انتقلت
console-status-moving = تنتقل
console-moved = انتقلت { $name } إلى { $fqdn }. ما هنا تاريخها: لا يتغير فيها شيء بعد الآن.
console-moving = هذه المؤسسة تنتقل بين منصتين. يمكنك الاطلاع على كل شيء، ولا يمكن شراء شيء أو تغييره حتى تصل.
console-suspended = أوقف المشغّل هذه المؤسسة. يمكنك الاطلاع على كل شيء وأخذ بياناتك، لكن لا يمكن شراء شيء أو تغييره. اسأل المشغّل عن السبب.
console-closing = تُغلق هذه المؤسسة في { $day }. وحتى ذلك الحين لا يمكن شراء شيء أو تغييره.
console-closing-operator = يغلق المشغّل هذه المؤسسة في { $day }. ولا يتراجع عن ذلك سواه.
console-closing-look = أبقِ عليها
console-nothing-ordered = لم يُطلب شيء بعد. اختر باقة ليبدأ إعداد تطبيقاتك.
console-order = اختر باقة
console-payment-due = هناك شهر لم يُدفع. ادفعه لتستمر تطبيقاتك.
console-pay-now = ادفع الآن
console-plan-ended = انتهت الباقة. سيُزال ما تحفظه تطبيقاتك مع الوقت: اطلب من جديد لتستمر.
console-plan-ends = تنتهي الباقة في { $day } ولا تتجدد.
console-plan-look = دعها تستمر

console-plan = الباقة
console-next = الفاتورة القادمة
console-pays-credit = يغطيها رصيدك.
console-pays-both = { $credit } من رصيدك و{ $rest } من بطاقتك.
console-pays-card = تُدفع من بطاقتك.
console-pays-missing = ينقص { $rest }. استخدم قسيمة أو ادفع بالبطاقة عند صدور الفاتورة.
console-credit = الرصيد
console-standing = الباقة والمال
console-address = العنوان
console-apps = التطبيقات
console-no-apps = التطبيقات هي ما يعمل به فريقك: بريد وملفات ومتجر. لا شيء منها هنا بعد.
console-apps-first = اختر أول تطبيق
console-setting-up = قيد الإعداد
console-setting-up-look = اطلع على كل خطوة
console-steps = { $done } من { $of } خطوات

console-app-ordered = لم يُطلب بعد
console-app-installing = قيد التثبيت
console-app-installed = يعمل
console-app-failed = لم ينجح
console-app-uninstalling = قيد الإزالة

console-no-base-price = بلا سعر شهري
console-included = ضمن الباقة
console-a-month = { $amount } في الشهر
console-more-apps = تطبيقات أخرى
console-needs = ما يحتاجه
console-need-shared = مشتركة مع تطبيقات أخرى
console-need-dedicated = خاصة به
console-need-own = خاصة به دائمًا
console-price-again = أظهر السعر لهذا الاختيار
console-cost = الكلفة
console-then-month = ابتداءً من الشهر القادم تكون كلفة كل شيء معًا { $amount } في الشهر.
console-where = أين يعمل
console-install = ثبّت { $app }
console-uninstall = الإزالة
console-uninstall-means = يُزال التطبيق مع كل ما هو محفوظ فيه، ولا يمكن لأحد استعادة ذلك.
console-uninstall-button = أزل { $app }
console-goes = يزول معه ببياناته:
console-stays = يبقى لأن تطبيقات أخرى تستخدمه:
console-dependents = تحتاجه هذه التطبيقات:
console-force = أزله مع ذلك. يبقى ما تحتاجه منه خدمةً لها.
console-needed-agree = تحتاجه تطبيقات أخرى. أشّر على المربع لتزيله مع ذلك
console-type = للمتابعة اكتب { $word }
console-type-again = اكتب { $word } كما هو مكتوب هنا
console-ask = اطلب موافقة
console-reason = لماذا تحتاجه
console-reason-hint = يقرؤه مدير المنصة ويقرر، ثم يصلك بريد.
console-reason-missing = اذكر لماذا تحتاجه
console-ask-button = أرسل الطلب

console-now-pay = { $amount } الآن عن بقية الشهر
console-now-back = يعود { $amount } رصيدًا
console-now-later = { $amount } تُدفع مع الفاتورة القادمة
console-now-nothing = لا شيء يُدفع الآن
console-bill-nothing = المتبقي للدفع
console-bill-card = المطلوب بالبطاقة
console-bill-back = يعود رصيدًا
console-bill-later = يُدفع مع الفاتورة القادمة
console-yours = باقتك
console-choose = اختر
console-addons = الإضافات
console-review-button = راجع التغيير
console-review = مراجعة التغيير
console-change-button = نفّذ التغيير
console-end = إنهاء الباقة
console-end-means = الباقة مدفوعة حتى { $day }. إذا ألغيتها استمرت حتى ذلك اليوم ولم تتجدد.
console-cancel = ألغها عند نهاية الفترة
console-resume = دعها تستمر

console-card = البطاقة المحفوظة
console-card-until = صالحة حتى
console-no-card = لا توجد بطاقة محفوظة. تُحفظ مع أول دفعة بالبطاقة للفواتير التي تليها.
console-card-change = غيّر البطاقة
console-card-hint = تُدخل البطاقات وتُحفظ في صفحة تابعة لـ Stripe.
console-usage = الاستخدام
console-used = المستخدم منذ آخر فاتورة
console-limit = الحد
console-no-limit = لا حد
console-limit-label = حد الإنفاق ({ $code })
console-limit-hint = ما يمكن إنفاقه على الاستخدام بين فاتورتين قبل الضريبة. اتركه فارغًا إن لم ترد حدًا.
console-limit-wrong = أدخل مبلغًا بعملة { $code } مثل 25، أو اتركه فارغًا

console-environments-mean = البيئة مكان مستقل للتطبيقات: واحدة للعمل اليومي وأخرى للتجربة. ويعمل كل تطبيق في بيئة واحدة.
console-environment = البيئة
console-environment-prod = الإنتاج
console-environment-stg = ما قبل الإنتاج
console-environment-uat = القبول
console-environment-dev = التطوير
console-environment-poc = التجربة
console-environment-empty = لا يعمل هنا أي تطبيق.
console-environment-add = أضف بيئة
console-environment-add-button = أضف
console-environment-remove = أزل { $environment }
console-region = المنطقة
console-going = قيد الإزالة
console-move = انقل
console-move-means = يُثبَّت هناك من جديد، ويبقى ما هو محفوظ فيه في مكانه.
console-move-to = انقل إلى { $environment }

console-you = أنت
console-since = منذ { $day }
console-until = صالحة حتى { $day }
console-owner-stays = أنت مالك المؤسسة فلا يمكنك مغادرتها. لإنهائها أغلقها من الإعدادات.
console-leave = غادر
console-leave-means = لن ترى هذه المؤسسة بعد ذلك إلا إذا دعاك أحد من جديد.
console-change-member = غيّر أو أزل
console-role = الدور
console-role-viewer = يطّلع على كل شيء ما عدا المال.
console-role-member = يعمل على التطبيقات.
console-role-admin = يطلب ويدفع ويدعو آخرين.
console-change-role = غيّر الدور
console-remove-member = أزل
console-invitations = الدعوات المفتوحة
console-no-invitations = لا توجد دعوات الآن.
console-send-again = أعد الإرسال
console-take-back = اسحبها
console-invite = ادعُ شخصًا
console-invite-button = أرسل الدعوة
console-already-member = هذا الشخص عضو بالفعل

console-name = الاسم
console-name-hint = كما يظهر للناس وعلى الفواتير. أما العنوان فيبقى.
console-name-wrong = أدخل اسمًا من حرف واحد إلى 100 حرف
console-name-changed = غيّر شخص آخر بيانات هذه المؤسسة، واسمها الآن { $name }. احفظ مرة أخرى فيُعتمد اسمك
console-data = بياناتك
console-data-means = كل ما هو محفوظ هنا عن المؤسسة في ملف واحد: الأعضاء والطلبات والفواتير والرصيد. وليس منه ما في تطبيقاتك.
console-data-all = نزّل كل شيء
console-data-tables = جداول منفردة
console-data-tables-mean = كل منها ملف CSV تفتحه برامج الجداول.
console-owner-does = المالك وحده يأخذ البيانات أو يغلق المؤسسة.
console-close = إغلاق المؤسسة
console-close-means = تنتهي بعد 30 يومًا من طلبك، وينتهي معها كل ما فيها.
console-close-look = اطلع على ما يعنيه ذلك
console-close-when = إذا أغلقتها اليوم انتهت في { $day }.
console-close-takes = ما ينتهي معها
console-close-plan = الباقة، ولا يُرد ما بقي من الشهر
console-close-apps = هذه التطبيقات وكل ما هو محفوظ فيها:
console-close-credit = رصيد قدره { $amount }، فيضيع
console-close-members = { $count ->
        [one] يفقد عضو آخر الوصول
        [two] يفقد عضوان آخران الوصول
        [few] يفقد { $count } أعضاء آخرين الوصول
       *[other] يفقد { $count } عضوًا آخر الوصول
    }
console-close-address = العنوان { $slug }، فيمكن لغيرك أخذه
console-close-grace = { $count ->
        [one] لديك يوم واحد
        [two] لديك يومان
        [few] لديك { $count } أيام
       *[other] لديك { $count } يومًا
    } للتراجع. وحتى ذلك الحين لا يمكن شراء شيء أو تغييره. نزّل بياناتك قبل ذلك.
console-sign-in-lately = يلزم هنا تسجيل دخول جديد: مضى على دخولك أكثر من عشر دقائق.
console-close-button = أغلق المؤسسة
console-keep-means = إذا تراجعت عاد كل شيء كما كان.
console-keep = أبقِ على المؤسسة

console-invited-notice = الدعوة في طريقها.
console-taken-back-notice = سُحبت الدعوة.
console-role-notice = تغيّر الدور.
console-removed-notice = أُزيل العضو.
console-left-notice = غادرت المؤسسة.
console-installing-notice = يجري تثبيت التطبيق.
console-uninstalling-notice = تجري إزالة التطبيق.
console-asked-notice = أُرسل الطلب. يصلك بريد عند البت فيه.
console-changed-notice = تم التغيير.
console-changed-back-notice = تم التغيير. وعاد ما لم يُستخدم رصيدًا.
console-cancelled-notice = أُلغيت الباقة. وتستمر حتى نهاية الفترة.
console-resumed-notice = تستمر الباقة.
console-environment-added-notice = أُضيفت البيئة.
console-environment-removed-notice = تجري إزالة البيئة.
console-moved-notice = ينتقل التطبيق.
console-limit-notice = حُفظ الحد.
console-called-notice = حُفظ الاسم.
console-closing-notice = ستُغلق المؤسسة. يصلك بريد بذلك.
console-kept-notice = المؤسسة باقية.

console-not-done = لم يتم ذلك
console-why-role = ليس هذا من صلاحيات دورك. اطلبه من مالك المؤسسة أو مديرها.
console-why-owner-only = هذا لمالك المؤسسة وحده.
console-why-owner-stays = لا يمكن لمالك المؤسسة أن يغادرها أو يُزال منها. ينهيها المالك بإغلاقها.
console-why-moving = انتقلت المؤسسة إلى منصة أخرى أو هي في طريقها: لا يمكن شراء شيء فيها هنا أو تغييره.
console-why-suspended = المؤسسة موقوفة: لا يمكن شراء شيء فيها أو تغييره.
console-why-field = في النموذج ما ليس كما ينبغي. افتح الصفحة من جديد.
console-why-gone = لم يعد موجودًا. ربما سبقك أحد.
console-why-operator = يغلق المشغّل هذه المؤسسة، ولا يتراجع عن ذلك سواه.
console-why-no-deletion = المؤسسة ليست قيد الإغلاق، فلا شيء يُتراجع عنه.
console-why-not-subscribed = لا توجد باقة بعد لتغييرها. اختر واحدة أولًا.
console-why-payment-due = هناك شهر لم يُدفع. ادفعه أولًا ثم غيّر ما تشاء.
console-why-nothing = هذا ما لدى المؤسسة بالفعل.
console-why-price = تغيّر السعر منذ أن رأيته. راجعه من جديد.
console-why-used = أُرسل هذا النموذج من قبل بمحتوى آخر. افتح الصفحة من جديد.
console-why-no-cards = الرصيد لا يكفي، ولا تُقبل البطاقات هنا. استخدم قسيمة أولًا.
console-why-too-little = المبلغ أقل مما يمكن خصمه من بطاقة. استخدم قسيمة أو اختر أكثر.
console-why-not-offered = لم يعد هذا معروضًا.
console-why-in-progress = هناك دفعة في الطريق. أعد المحاولة عند وصولها.
console-why-card-refused = رفضت خدمة الدفع هذا. لم يُخصم شيء. اسأل المشغّل.
console-why-unresolved = خدمة الدفع لا تستجيب الآن. لم يضع شيء: أعد المحاولة.
console-why-no-app = لا يوجد تطبيق كهذا.
console-why-not-available = لا يمكن تثبيت هذا التطبيق بعد.
console-why-not-installed = ليس هذا التطبيق لدى المؤسسة.
console-why-needed = تحتاجه تطبيقات أخرى.
console-why-many-requests = هناك طلبات كثيرة تنتظر الرد.
console-why-environment-exists = توجد بيئة كهذه، أو أنها ما زالت قيد الإزالة.
console-why-no-environment = لا توجد بيئة كهذه.
console-why-environment-in-use = تعمل فيها تطبيقات. انقلها أو أزلها أولًا.
console-why-prod-stays = بيئة الإنتاج تبقى دائمًا.
console-why-no-card = لم تُستخدم بطاقة هنا بعد. تُحفظ مع أول دفعة بها.
console-why-no-portal = لا تُفتح صفحة Stripe. اسأل المشغّل.

console-policy-needs = لا تسمح هذه المنصة بـ { $needed }، وهو ما يحتاجه { $subject }.
console-policy-environments = { $limit ->
        [one] تسمح هذه المنصة ببيئة واحدة. أزلها أولًا.
        [two] تسمح هذه المنصة ببيئتين. أزل واحدة أولًا.
        [few] تسمح هذه المنصة بـ { $limit } بيئات. أزل واحدة أولًا.
       *[other] تسمح هذه المنصة بـ { $limit } بيئة. أزل واحدة أولًا.
    }
console-policy-spend = تسمح هذه المنصة بـ { $limit } في الشهر، وسيصير { $asked }.
console-policy-app = لا تسمح هذه المنصة بـ { $subject }.
console-policy-plan = لا تسمح هذه المنصة بالباقة { $subject }.
console-policy-region = لا تسمح هذه المنصة بالمنطقة { $subject }.
console-policy-environment = لا تسمح هذه المنصة بالبيئة { $subject }.
console-policy-approval = يحتاج { $subject } إلى موافقة مدير المنصة.
console-policy-approval-spend = ما يزيد على { $limit } في الشهر يحتاج إلى موافقة مدير المنصة، وسيصير { $asked }.
