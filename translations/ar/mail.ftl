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
