# The page of a voucher: src/web/redeem.rs.
redeem-title = قسيمة بقيمة { $amount }
redeem-heading = قسيمة من { $issuer }
redeem-lasts = { $count ->
        [one] يبقى الرصيد صالحًا يومًا واحدًا من تاريخ استخدام القسيمة
        [two] يبقى الرصيد صالحًا يومين من تاريخ استخدام القسيمة
        [few] يبقى الرصيد صالحًا { $count } أيام من تاريخ استخدام القسيمة
        [many] يبقى الرصيد صالحًا { $count } يومًا من تاريخ استخدام القسيمة
       *[other] يبقى الرصيد صالحًا { $count } يوم من تاريخ استخدام القسيمة
    }
redeem-lasts-for-good = الرصيد لا تنتهي صلاحيته
redeem-go-on = استخدم هذه القسيمة
redeem-how = تُدفع التطبيقات والباقات الشهرية من هذا الرصيد أولًا، ولا تحتاج إلى بطاقة إلا بعد نفاده.
redeem-kept = قسيمتك معك
redeem-other = استخدم رمزًا آخر
redeem-code = رمز القسيمة
redeem-code-hint = كما هو مطبوع. لا فرق بين الأحرف الكبيرة والصغيرة
redeem-look = اعرف قيمتها
redeem-again = أدخل الرمز من جديد
redeem-ask-title = هل لديك قسيمة؟
redeem-ask-intro = أدخل رمزها لتعرف قيمتها. معرفة القيمة لا تستهلكها.
redeem-wrong = لا توجد قسيمة بهذا الرمز. قارنه بالرمز المطبوع
redeem-blank = أدخل الرمز المطبوع على قسيمتك
redeem-unknown-heading = هذا الرمز غير صالح
redeem-unknown-detail = ربما سقط حرف أو تغيّر: فحرف O والرقم 0 متشابهان.
redeem-not-started-title = قسيمة لوقت لاحق
redeem-not-started-heading = يمكن استخدام هذه القسيمة لاحقًا
redeem-not-started-detail = يمكن استخدامها ابتداءً من { $date }. احتفظ برابطها وعُد حينها. ويمكنك المتابعة بدونها وإضافتها إلى حسابك لاحقًا.
redeem-ended-title = قسيمة منتهية
redeem-ended-heading = انتهت هذه القسيمة
redeem-ended-detail = استُخدمت كل هذه القسائم أو انتهى العرض. يمكنك المتابعة بدونها، وإضافة قسيمة إلى حسابك متى حصلت على أخرى.
redeem-without = تابع بدون قسيمة
redeem-too-many-heading = رموز كثيرة دفعة واحدة
redeem-too-many-detail = انتظر لحظة ثم افتح الرابط من جديد. القسيمة الصالحة تبقى صالحة.
redeem-unavailable-heading = لا يمكننا عرض قسيمتك الآن
redeem-unavailable-detail = لم يضِع شيء، والقسيمة تبقى صالحة. حاول مجددًا بعد ثوانٍ.
