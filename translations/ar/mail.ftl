# Mails. Values: see src/mail/letters.rs.
mail-sign-in-subject = { $code } هو رمز الدخول إلى { $sovereign }
mail-sign-in-heading = تسجيل الدخول إلى { $sovereign }
mail-sign-in-code = أدخل هذا الرمز في الصفحة التي طلبته منها:
mail-sign-in-link = أو افتح هذه الصفحة واضغط الزر فيها:
mail-sign-in-button = فتح صفحة الدخول
mail-sign-in-ends = يعمل الرمز والرابط مرة واحدة فقط، خلال { $minutes ->
        [one] دقيقة واحدة.
        [two] دقيقتين.
        [few] { $minutes } دقائق.
       *[other] { $minutes } دقيقة.
    }
mail-sign-in-not-you = إن لم تطلب الدخول فتجاهل هذه الرسالة، فلا يدخل أحد من دون الرمز. لا تخبر به أحدًا، ولا حتى نحن.
mail-invitation-subject = تدعوك { $organization } إلى { $sovereign }
mail-invitation-heading = الانضمام إلى { $organization }
mail-invitation-body = يدعوك { $inviter } إلى مؤسسة { $organization } على { $sovereign } بصفة { $role }.
mail-invitation-button = عرض الدعوة
mail-invitation-link = افتح هذه الصفحة لقبول الدعوة:
mail-invitation-ends = يمكن قبول الدعوة خلال { $days ->
        [one] يوم واحد.
        [two] يومين.
        [few] { $days } أيام.
        [many] { $days } يومًا.
       *[other] { $days } يوم.
    }
mail-invitation-not-you = إن كنت لا تعرف المرسل فتجاهل هذه الرسالة، ولن يحدث شيء.
mail-footer = أرسلتها { $sovereign }. لا تُقرأ الردود على هذا العنوان.
mail-billing-owner = تصلك هذه الرسالة لأنك مالك مؤسسة { $organization }.
mail-receipt-subject = إيصال من { $sovereign }: { $amount }
mail-receipt-heading = تم دفع { $amount }
mail-receipt-body = شكرًا لك. تم دفع طلب مؤسسة { $organization } على { $sovereign }.
mail-receipt-attached = الفاتورة { $number } مرفقة بهذه الرسالة.
mail-due-subject = { $organization }: مبلغ مستحق { $amount }
mail-due-heading = المبلغ المستحق { $amount }
mail-due-body = حان موعد دفعة لمؤسسة { $organization } على { $sovereign }، ولا توجد بطاقة يمكننا الخصم منها.
mail-confirm-subject = { $organization }: أكّد دفع { $amount }
mail-confirm-heading = مصرفك يطلب تأكيدك
mail-confirm-body = لا يقبل مصرفك دفع { $amount } عن مؤسسة { $organization } على { $sovereign } إلا بتأكيدك. لم يُخصم أي مبلغ بعد.
mail-failed-subject = { $organization }: تعذّر دفع { $amount }
mail-failed-heading = رُفضت بطاقتك
mail-failed-body = لم نتمكن من خصم { $amount } من بطاقتك عن مؤسسة { $organization } على { $sovereign }. ادفع بها أو ببطاقة أخرى، فلم يُخصم أي مبلغ بعد.
mail-suspended-subject = أُوقف اشتراك { $organization }
mail-suspended-heading = أُوقف اشتراك { $organization }
mail-suspended-body = لم يُدفع مبلغ { $amount } عن مؤسسة { $organization } على { $sovereign } في موعده. يعود الاشتراك فعّالًا متى دُفع.
mail-payment-link = ادفع من هذه الصفحة:
mail-payment-button = عرض المبلغ والدفع
mail-payment-again = وإلا فسنحاول من جديد في { $date }.
mail-credit-low-subject = { $organization }: الرصيد لا يكفي للشهر القادم
mail-credit-low-heading = رصيدك يوشك على النفاد
mail-credit-low-body = يبدأ الشهر القادم لمؤسسة { $organization } على { $sovereign } في { $date }. الرصيد لا يكفيه، ولا توجد بطاقة يمكننا الخصم منها.
mail-credit-low-available = الرصيد المتاح
mail-credit-low-next = الشهر القادم
mail-credit-low-missing = المبلغ الناقص
mail-credit-low-do = استخدم قسيمة أخرى قبل ذلك اليوم، أو جهّز بطاقتك: سنرسل إليك صفحة للدفع.
mail-credit-low-link = هذا حسابك:
mail-credit-low-button = فتح الحساب
mail-credit-expires-subject = { $organization }: ينتهي قريبًا رصيد قدره { $amount }
mail-credit-expires-heading = جزء من رصيدك ستنتهي صلاحيته
mail-credit-expires-body = ستنتهي صلاحية { $amount } من رصيد مؤسسة { $organization } على { $sovereign } قبل أن يحتاج إليها الاشتراك، وأولها في { $date }.
mail-credit-expires-lot = { $origin }، حتى { $date }
mail-credit-expires-do = لتستفيد منه قبل ذلك اختر باقة أكبر أو إضافة أو تطبيقًا آخر. ما انتهت صلاحيته لا يمكن استعادته.

mail-usage-near-subject = { $organization }: استُهلك معظم حد الإنفاق
mail-usage-near-heading = استهلاكك يقترب من حد الإنفاق
mail-usage-near-body = استهلكت مؤسسة { $organization } على { $sovereign } مبلغ { $used } من أصل { $limit }، وهو الحد الذي وضعته لإنفاقها على الاستهلاك حتى الفاتورة القادمة.
mail-usage-near-do = عند بلوغ الحد لا يُحتسب أي استهلاك إضافي، وقد يتوقف ما يستهلك المزيد. يمكن للمالك أو المشرف رفع الحد في أي وقت.
mail-usage-limit-subject = { $organization }: بلغت حد الإنفاق
mail-usage-limit-heading = بلغت حد الإنفاق
mail-usage-limit-body = استهلكت مؤسسة { $organization } على { $sovereign } مبلغ { $used }، وأي استهلاك إضافي يتجاوز { $limit }، وهو الحد الذي وضعته لإنفاقها على الاستهلاك حتى الفاتورة القادمة. لن يُحتسب هذا الاستهلاك، وقد يتوقف ما يستهلك المزيد.
mail-usage-limit-do = يمكن للمالك أو المشرف رفع الحد في أي وقت.
mail-usage-used = المستهلك حتى الآن
mail-usage-limit = حد الإنفاق
mail-deletion-begun-subject = ستُحذف مؤسسة { $organization } في { $date }
mail-deletion-begun-heading = ستُحذف مؤسسة { $organization }
mail-deletion-begun-body = أُوقفت مؤسسة { $organization } على { $sovereign } من الآن، وستُحذف مع جميع بياناتها في { $date }. لن يُطلب أي دفع بعد الآن.
mail-deletion-soon-subject = ستُحذف مؤسسة { $organization } في { $date }
mail-deletion-soon-heading = ستُحذف مؤسسة { $organization } قريبًا
mail-deletion-soon-body = ستُحذف مؤسسة { $organization } على { $sovereign } مع جميع بياناتها في { $date }. بعد ذلك لا يمكن لأحد استعادتها.
mail-deletion-undone-subject = مؤسسة { $organization } باقية
mail-deletion-undone-heading = لن تُحذف مؤسسة { $organization }
mail-deletion-undone-body = أُلغي حذف مؤسسة { $organization } على { $sovereign }، وعادت كما كانت.
mail-deletion-billing = ما بقي من الشهر المدفوع مستمر. وإن كان قد انتهى في هذه الأثناء فيبدأ الشهر القادم الآن ويُطلب دفعه.
mail-deletion-export = حتى ذلك اليوم يمكنك أخذ نسخة من بياناتك.
mail-deletion-restore = ويمكنك حتى ذلك اليوم إلغاء الحذف.
mail-deletion-operator = هذا قرار المشغّل. تواصل معه إن كنت ترى فيه خطأ.
mail-address-freed-subject = { $organization }: سيصبح عنوانك متاحًا لغيرك غدًا
mail-address-freed-heading = هل ما زلت مهتمًا بالعنوان { $slug }؟
mail-address-freed-body = لم يُطلب شيء بعد لمؤسسة { $organization } على { $sovereign }. ستُحذف المؤسسة في { $date }، ويصبح عنوانها { $slug } متاحًا لغيرك.
mail-address-freed-do = للاحتفاظ به اطلب باقة أو استخدم قسيمة قبل ذلك اليوم. وإلا فلا حاجة إلى فعل شيء.

mail-approval-given-subject = { $organization }: تمت الموافقة على طلبك
mail-approval-given-heading = تمت الموافقة على طلبك
mail-approval-given-body = ما طلبته مؤسسة { $organization } من { $sovereign } مسموح به من الآن.
mail-approval-given-do = يمكنك طلبه في أي وقت. وما يُطلب بناءً عليه يستمر بعد ذلك.
mail-approval-refused-subject = { $organization }: رُفض طلبك
mail-approval-refused-heading = رُفض طلبك
mail-approval-refused-body = ما طلبته مؤسسة { $organization } من { $sovereign } غير مسموح به.
mail-approval-refused-do = لا يتغير شيء مما لديك. ويمكنك أن تطلب شيئًا آخر.
mail-approval-revoked-subject = { $organization }: سُحبت موافقة
mail-approval-revoked-heading = سُحبت موافقة
mail-approval-revoked-body = ما كانت { $sovereign } قد سمحت به لمؤسسة { $organization } لم يعد ممكنًا طلبه.
mail-approval-revoked-do = ما طُلب بناءً عليها يستمر.
mail-approval-apps = التطبيقات
mail-approval-tiers = الفئات
mail-approval-monthly = الشهر حتى
mail-approval-until = حتى
mail-approval-note = ملاحظة
