# تغيير قسائم كثيرة: src/web/admin/edit_many.rs.
admin-edit-many = غيّر كل هذه
admin-edit-many-title = تغيير قسائم كثيرة
admin-edit-many-count = { $count ->
    [zero] لا توجد قسائم بهذه الصفة.
    [one] قسيمة واحدة بهذه الصفة.
    [two] قسيمتان بهذه الصفة.
    [few] { $count } قسائم بهذه الصفة.
    [many] { $count } قسيمة بهذه الصفة.
   *[other] { $count } قسيمة بهذه الصفة.
}
admin-edit-many-which = وهي
admin-edit-many-code = رمزها فيه { $part }
admin-edit-many-bulk = صُنعت معًا
admin-edit-many-all = الكل ما عدا الملغاة
admin-edit-many-none-heading = لا توجد قسائم بهذه الصفة
admin-edit-many-none-detail = اذهب إلى القائمة وابحث عن غيرها.
admin-edit-many-what = ما يُفعل بكل منها
admin-edit-pause = إيقاف مؤقت: لا يستخدمها أحد حتى تُستأنف
admin-edit-resume = استئناف: يعود استخدامها متاحًا للعملاء
admin-edit-extend = تمديد: يدوم رصيدها أطول لمن يستخدمها من الآن
admin-edit-revoke = إلغاء: تختفي عن العملاء
admin-edit-restore = إعادة: تعود الملغاة متاحة للعملاء
admin-edit-days = كم يومًا إضافيًا
admin-edit-days-hint = للتمديد فقط. الرصيد الذي لا ينتهي يبقى كذلك.
admin-edit-days-wrong = أدخل عددًا صحيحًا من 1 إلى 36500
admin-edit-action-wrong = اختر واحدًا من هذه
admin-edit-confirm = لإلغائها اكتب عددها: { $count }
admin-edit-confirm-hint = لا يستطيع أحد استخدام قسيمة ملغاة، وما استخدمه العملاء يبقى لهم. يمكن التراجع عن ذلك.
admin-edit-confirm-wrong = اكتب عددها
admin-edit-count-wrong = صارت القسائم بهذه الصفة غير ما كانت. انظر إلى العدد ثانية
admin-edit-do = غيّرها
admin-edit-asked-notice = يجري تغييرها.
admin-edit-undone-notice = يجري التراجع عن ذلك.
admin-edit-undo = تراجع
admin-edit-undo-means = يعيد القسائم التي غيّرها كما كانت، إلا ما غُيّر مع غيره بعد ذلك.
admin-edit-changed = تغيّرت
admin-edit-looked-at = نُظر فيها
admin-edits-pause = { $count ->
    [zero] إيقاف { $count } قسيمة مؤقتًا
    [one] إيقاف قسيمة واحدة مؤقتًا
    [two] إيقاف قسيمتين مؤقتًا
    [few] إيقاف { $count } قسائم مؤقتًا
    [many] إيقاف { $count } قسيمة مؤقتًا
   *[other] إيقاف { $count } قسيمة مؤقتًا
}
admin-edits-resume = { $count ->
    [zero] استئناف { $count } قسيمة
    [one] استئناف قسيمة واحدة
    [two] استئناف قسيمتين
    [few] استئناف { $count } قسائم
    [many] استئناف { $count } قسيمة
   *[other] استئناف { $count } قسيمة
}
admin-edits-extend = { $count ->
    [zero] تمديد رصيد { $count } قسيمة
    [one] تمديد رصيد قسيمة واحدة
    [two] تمديد رصيد قسيمتين
    [few] تمديد رصيد { $count } قسائم
    [many] تمديد رصيد { $count } قسيمة
   *[other] تمديد رصيد { $count } قسيمة
}
admin-edits-shorten = { $count ->
    [zero] التراجع عن تمديد { $count } قسيمة
    [one] التراجع عن تمديد قسيمة واحدة
    [two] التراجع عن تمديد قسيمتين
    [few] التراجع عن تمديد { $count } قسائم
    [many] التراجع عن تمديد { $count } قسيمة
   *[other] التراجع عن تمديد { $count } قسيمة
}
admin-edits-revoke = { $count ->
    [zero] إلغاء { $count } قسيمة
    [one] إلغاء قسيمة واحدة
    [two] إلغاء قسيمتين
    [few] إلغاء { $count } قسائم
    [many] إلغاء { $count } قسيمة
   *[other] إلغاء { $count } قسيمة
}
admin-edits-restore = { $count ->
    [zero] إعادة { $count } قسيمة
    [one] إعادة قسيمة واحدة
    [two] إعادة قسيمتين
    [few] إعادة { $count } قسائم
    [many] إعادة { $count } قسيمة
   *[other] إعادة { $count } قسيمة
}
admin-impact = إذا ألغيتها
admin-impact-many = استُخدمت مرات كثيرة لا تُحصى هنا، أو هي أكثر من 10,000 قسيمة. ما لدى العملاء يبقى لهم، والطلبات التي تنتظر دفعها يمكن دفعها.
admin-impact-customers = { $count ->
    [zero] لا عميل لديه رصيد منها.
    [one] عميل واحد لديه { $amount } من رصيدها. يبقى له وينفقه حتى ينتهي.
    [two] عميلان لديهما معًا { $amount } من رصيدها. يبقى لهما وينفقانه حتى ينتهي.
    [few] { $count } عملاء لديهم معًا { $amount } من رصيدها. يبقى لهم وينفقونه حتى ينتهي.
    [many] { $count } عميلًا لديهم معًا { $amount } من رصيدها. يبقى لهم وينفقونه حتى ينتهي.
   *[other] { $count } عميل لديهم معًا { $amount } من رصيدها. يبقى لهم وينفقونه حتى ينتهي.
}
admin-impact-orders = { $count ->
    [zero] لا طلب بها ينتظر دفعه.
    [one] طلب واحد حجز منها { $amount } وينتظر دفعه. يمكن دفعه، فإن لم يُدفع استُرد ما حجزه.
    [two] طلبان حجزا منها معًا { $amount } وينتظران دفعهما. يمكن دفعهما، فإن لم يُدفع أحدهما استُرد ما حجزه.
    [few] { $count } طلبات حجزت منها معًا { $amount } وتنتظر دفعها. يمكن دفعها، فإن لم يُدفع أحدها استُرد ما حجزه.
    [many] { $count } طلبًا حجزت منها معًا { $amount } وتنتظر دفعها. يمكن دفعها، فإن لم يُدفع أحدها استُرد ما حجزه.
   *[other] { $count } طلب حجزت منها معًا { $amount } وتنتظر دفعها. يمكن دفعها، فإن لم يُدفع أحدها استُرد ما حجزه.
}
