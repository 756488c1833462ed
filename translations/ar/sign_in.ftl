# The sign-in pages: src/web.
role-owner = مالك
role-admin = مدير
role-member = عضو
role-viewer = مشاهد
role-superadmin = المدير الأعلى
role-sovereign-admin = مدير المنصة


sign-in-title = تسجيل الدخول
sign-in-intro = نرسل إليك رمزًا بالبريد الإلكتروني. وإن كنت جديدًا هنا فبه يُنشأ حسابك.
sign-in-again = تسجيل الدخول
email-label = البريد الإلكتروني
email-hint = مثل ahmed@example.com
email-wrong = أدخل بريدًا إلكترونيًا صحيحًا، مثل ahmed@example.com
email-refused = يرفض خادم البريد هذا العنوان. تحقق منه ثم أعد المحاولة
send-code = أرسل الرمز

sign-in-elsewhere = أو سجّل الدخول بحساب لديك:
sign-in-with = تسجيل الدخول عبر { $issuer }
elsewhere-unknown-heading = لا توجد طريقة دخول كهذه
elsewhere-unknown-detail = اختر إحدى الطرق في صفحة تسجيل الدخول.
elsewhere-not-begun-heading = ابدأ من جديد
elsewhere-not-begun-detail = بدأ تسجيل الدخول هذا في متصفح آخر أو قبل أكثر من 10 دقائق، أو أنه انتهى. يلزم السماح بملفات تعريف الارتباط.
elsewhere-cancelled-heading = لم تسجّل الدخول
elsewhere-cancelled-detail = أُلغي تسجيل الدخول ولم يتغير شيء. يمكنك أن تعيد المحاولة أو تختار طريقة أخرى.
elsewhere-failed-heading = لم ينجح تسجيل الدخول هذا
elsewhere-failed-detail = تعذّر قبول الرد الذي جئت به. أعد المحاولة أو اختر طريقة أخرى.
elsewhere-not-anew-heading = تسجيل دخولك ليس جديدًا بما يكفي
elsewhere-not-anew-detail = لم يؤكّد الحساب الذي اخترته أنك أثبتّ هويتك للتو. سجّل الدخول لهذه الخطوة برمز عبر البريد الإلكتروني أو بحساب آخر.
elsewhere-unavailable-heading = طريقة الدخول هذه لا تستجيب
elsewhere-unavailable-detail = أعد المحاولة بعد ثوانٍ أو اختر طريقة أخرى.

administrator-title = كن المدير
administrator-intro = لديك رابط { $sovereign } الذي يعمل مرة واحدة. أدخل بريدك الإلكتروني، والرمز الذي نرسله إليك يجعلك المدير الأعلى.
administrator-link-ended-heading = لم يعد هذا الرابط يعمل
administrator-link-ended-detail = إما أنه استُخدم، أو مضى عليه أكثر من يوم، أو أن للمنصة مديرًا. يطبع البرنامج رابطًا جديدًا عند تشغيله ما لم يكن لها مدير.

code-title = افتح بريدك
code-intro = إن كان العنوان صحيحًا فستصل رسالة فيها رمز من ستة أرقام إلى
code-label = الرمز
code-hint = ستة أرقام، صالحة 5 دقائق
code-wrong = هذا الرمز خاطئ أو قديم أو استُخدم من قبل أو جُرّب مرات كثيرة. تحقق منه، أو افتح الرابط في رسالة البريد الإلكتروني، أو اطلب رمزًا آخر
code-button = تسجيل الدخول
code-again = اطلب رمزًا آخر أو استخدم عنوانًا آخر

link-title = خطوة واحدة بعد
link-intro = اضغط الزر لتسجيل الدخول باسم
link-other-browser = طُلبت هذه الرسالة من متصفح آخر. لا تتابع إلا إذا كنت أنت من طلبها.
link-button = تسجيل الدخول هنا
link-ended-heading = لم يعد هذا الرابط يعمل
link-ended-detail = إما أنه استُخدم، أو مضت عليه أكثر من 5 دقائق. اطلب رابطًا جديدًا.

account-title = حسابك
account-email = البريد الإلكتروني
account-role = الدور
account-organizations = المؤسسات
account-language = اللغة
account-language-hint = تصلك بها الإيصالات والإشعارات، وتُعرض بها هذه الصفحات.
account-language-notice = تم تغيير اللغة.
account-no-organizations = لست عضوًا في أي مؤسسة بعد.
sign-out = تسجيل الخروج
sign-out-everywhere = تسجيل الخروج من كل الأجهزة
to-account = إلى حسابك

invitation-title = دعوة
invitation-heading = الانضمام إلى { $organization }
invitation-as = تنضم بصفة
invitation-accept = قبول الدعوة
invitation-no = إن لم ترد ذلك فأغلق هذه الصفحة فحسب.
invitation-ended-heading = لم تعد هذه الدعوة تعمل
invitation-ended-detail = إما أنها قُبلت أو سُحبت أو انتهت مدتها. اطلب دعوة جديدة.
invited-somebody-else-heading = الدعوة لعنوان آخر
invited-somebody-else-detail = سجّل الخروج، ثم سجّل الدخول بالعنوان الذي أُرسلت إليه الدعوة.

stale-form-heading = هذا النموذج قديم
stale-form-detail = فُتح قبل دخولك أو خروجك، أو في متصفح آخر. افتح الصفحة من جديد. يلزم السماح بملفات تعريف الارتباط.
too-many-heading = محاولات كثيرة
too-many-detail = انتظر قليلًا ثم أعد المحاولة.
unavailable-heading = غير متاح للحظة
unavailable-detail = لم يضع شيء. أعد المحاولة بعد ثوانٍ.
broken-heading = حدث خطأ ما
broken-detail = الخطأ منا لا منك. أعد المحاولة.
