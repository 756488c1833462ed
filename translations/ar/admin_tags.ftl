# Tags of vouchers, and lists of vouchers that are kept.
admin-tag = الوسم
admin-tag-any = أي وسم
admin-tag-new = وسم آخر
admin-tag-hint = حتى 40 حرفًا، دون فواصل.
admin-tag-wrong = أدخل وسمًا حتى 40 حرفًا، دون فواصل
admin-tag-add = أضف
admin-tag-remove = إزالة: { $tag }
admin-tag-added-notice = أُضيف الوسم.
admin-tag-removed-notice = أُزيل الوسم.
admin-tags = الوسوم
admin-tags-none = لا شيء
admin-tags-mean = كلمات تصنّف بها القسائم. لا يراها العملاء.
admin-tags-many = للقسيمة 20 وسمًا على الأكثر. أزل واحدًا أولًا
admin-views = القوائم المحفوظة
admin-view-keep = احفظ هذه القائمة
admin-view-keep-do = احفظ
admin-view-name = اسمها
admin-view-hint = يراها كل من يدير هذه المنصة.
admin-view-wrong = أدخل اسمًا حتى 60 حرفًا
admin-view-taken = توجد قائمة محفوظة بهذا الاسم
admin-view-many = حُفظت قوائم بقدر الحد الأقصى. أزل واحدة أولًا
admin-view-kept-notice = حُفظت القائمة.
admin-view-gone-notice = لم تعد القائمة محفوظة.
admin-view-forget = أزل من المحفوظات:
admin-edit-tag = وسم: يُضاف إليها وسم
admin-edit-untag = إزالة وسم منها
admin-edit-tag-name = أي وسم
admin-edit-many-tag = موسومة بـ { $tag }
admin-edits-tag = { $count ->
    [zero] وسم { $count } قسيمة
    [one] وسم قسيمة واحدة
    [two] وسم قسيمتين
    [few] وسم { $count } قسائم
    [many] وسم { $count } قسيمة
   *[other] وسم { $count } قسيمة
}
admin-edits-untag = { $count ->
    [zero] إزالة وسم من { $count } قسيمة
    [one] إزالة وسم من قسيمة واحدة
    [two] إزالة وسم من قسيمتين
    [few] إزالة وسم من { $count } قسائم
    [many] إزالة وسم من { $count } قسيمة
   *[other] إزالة وسم من { $count } قسيمة
}
