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
