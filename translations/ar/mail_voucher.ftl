# The mail with a voucher's code: src/mail/voucher.rs.
mail-voucher-subject = { $sovereign }: قسيمة لك بقيمة { $amount }
mail-voucher-heading = قسيمة لك بقيمة { $amount }
mail-voucher-body = تمنحك { $sovereign } رصيدًا قدره { $amount }. تحصل عليه بهذا الرمز، وهو لك وحدك ويُستخدم مرة واحدة:
mail-voucher-link = أو افتح هذه الصفحة وتابع منها:
mail-voucher-button = عرض القسيمة
mail-voucher-description = الوصف
mail-voucher-lasts = { $count ->
        [one] يبقى الرصيد صالحًا يومًا واحدًا من تاريخ استخدام القسيمة.
        [two] يبقى الرصيد صالحًا يومين من تاريخ استخدام القسيمة.
        [few] يبقى الرصيد صالحًا { $count } أيام من تاريخ استخدام القسيمة.
        [many] يبقى الرصيد صالحًا { $count } يومًا من تاريخ استخدام القسيمة.
       *[other] يبقى الرصيد صالحًا { $count } يوم من تاريخ استخدام القسيمة.
    }
mail-voucher-lasts-for-good = الرصيد لا تنتهي صلاحيته.
mail-voucher-why = تصلك هذه الرسالة لأن { $sovereign } ترسل هذه القسيمة إلى عنوانك مرة واحدة. عنوانك ليس في أي قائمة بريدية. إن لم ترغب فيها فتجاهل الرسالة، ولن يحدث شيء.
