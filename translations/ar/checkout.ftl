# Ordering: src/web/checkout.
checkout-title = طلبك
checkout-for = لمؤسسة
checkout-for-another = اختر غيرها
checkout-first-month = الشهر الأول
checkout-today = المطلوب اليوم
checkout-each-month = كل شهر بعده
checkout-left = الرصيد المتبقي
checkout-covered = مدفوع من الرصيد
checkout-covered-months = { $months ->
        [one] شهر واحد، حتى { $until }
        [two] شهران، حتى { $until }
        [few] { $months } أشهر، حتى { $until }
        [many] { $months } شهرًا، حتى { $until }
       *[other] { $months } شهر، حتى { $until }
    }
checkout-covered-until = حتى { $until }
checkout-covered-nothing = تدفع البطاقة باقي هذا الشهر، وتُخصم منها الأشهر التالية أيضًا ما لم تُضف رصيدًا.
checkout-covered-always = لا شيء يُدفع شهريًا
checkout-effect-covered = مدفوعة من الرصيد حتى { $until }
checkout-effect-card = { $amount } بالبطاقة اليوم
checkout-effect-free = لا شيء يُدفع
checkout-effect-too-little-credit = رصيدك لا يغطيها
checkout-effect-not-allowed = غير مسموح بها هنا
checkout-button-credit = ابدأ بالرصيد
checkout-button-free = ابدأ
checkout-button-card = ادفع { $amount } بالبطاقة
checkout-no-card = لا حاجة إلى بطاقة. يمكنك التغيير أو الإنهاء من لوحة التحكم في أي وقت.
checkout-other-plan = اطّلع على الباقات الأخرى
checkout-show-plan = اعرض هذه الباقة
checkout-voucher = مع قسيمتك
checkout-voucher-until = رصيدها صالح حتى { $until }
checkout-add-voucher = أدخل قسيمة
checkout-other-voucher = قسيمة أخرى أو بدون قسيمة
checkout-use-voucher = استخدم هذه القسيمة
checkout-without-voucher = تابع بدون القسيمة
checkout-code-not-started = لا يمكن استخدام هذه القسيمة بعد. أدخل رمزًا آخر أو تابع بدونها
checkout-code-ended = انتهت هذه القسيمة. أدخل رمزًا آخر أو تابع بدونها
checkout-again = العودة إلى الطلب

# Why a voucher is left out. It is as good as before.
checkout-voucher-unknown-heading = الرمز غير صالح
checkout-voucher-unknown-detail = لا توجد قسيمة بهذا الرمز، لذلك يُعرض الطلب بدونها. أدخل الرمز من جديد في الأسفل أو تابع بدونه.
checkout-voucher-inactive-heading = القسيمة موقوفة مؤقتًا
checkout-voucher-inactive-detail = لا تقبلها الجهة التي أصدرتها في الوقت الحالي، ولم تُستهلك. تابع بدونها الآن أو عُد لاحقًا.
checkout-voucher-exhausted-heading = استُخدمت كل هذه القسائم
checkout-voucher-exhausted-detail = لم يعد ممكنًا استخدام هذه القسيمة. أدخل رمزًا آخر في الأسفل أو تابع بدونها.
checkout-voucher-not-started-heading = لا يمكن استخدام القسيمة بعد
checkout-voucher-not-started-detail = لم يبدأ عرضها، ولم تُستهلك. تابع بدونها الآن أو عُد لاحقًا.
checkout-voucher-over-heading = انتهى وقت هذه القسيمة
checkout-voucher-over-detail = انتهى عرضها. أدخل رمزًا آخر في الأسفل أو تابع بدونها.
checkout-voucher-limit-heading = سبق أن استخدمت قسيمة كهذه
checkout-voucher-limit-detail = لكل عميل عدد محدود من قسائم العرض الواحد. تابع بدونها أو أدخل رمزًا آخر في الأسفل.
checkout-voucher-by-you-heading = سبق أن استخدمت هذه القسيمة
checkout-voucher-by-you-detail = يستخدمها كل شخص مرة واحدة، ورصيدها حيث استخدمتها. تبقى القسيمة صالحة لغيرك. تابع بدونها أو أدخل رمزًا آخر في الأسفل.
checkout-voucher-by-organization-heading = سبق أن استخدمت هذه المؤسسة القسيمة
checkout-voucher-by-organization-detail = استخدمها أحد زملائك، ورصيدها في الحساب. ما زالت القسيمة صالحة لمؤسسة أخرى لك. تابع بدونها أو أدخل رمزًا آخر في الأسفل.
checkout-voucher-changed-heading = تغيّرت قيمة القسيمة
checkout-voucher-changed-detail = كانت قيمتها { $seen } حين اطّلعت عليها، وهي الآن { $now }. لم يُطلب شيء بعد. راجع المبالغ قبل أن تتابع.
checkout-voucher-still-good = قسيمتك ما زالت صالحة: أضفها إلى رصيد هذه المؤسسة.

# Why an order is not placed.
checkout-changed-heading = تغيّر المبلغ
checkout-changed-detail = تغيّر سعر أو تغيّر رصيدك منذ فتحت هذه الصفحة. لم يُطلب شيء بعد. راجع المبالغ قبل أن تتابع.
checkout-role-heading = لا يمكنك الطلب هنا
checkout-role-detail = يطلب لهذه المؤسسة مالكها ومديروها. اسأل أحدهم. لم يُطلب شيء، وأي قسيمة معك ما زالت صالحة.
checkout-suspended-heading = هذه المؤسسة موقوفة
checkout-suspended-detail = لا يمكن طلب شيء لها حتى تعود نشطة. لم يُطلب شيء، وأي قسيمة معك ما زالت صالحة.
checkout-subscribed-heading = لديها باقة من قبل
checkout-subscribed-detail = يمكنك تغيير باقة هذه المؤسسة وإضافاتها وتطبيقاتها من لوحة التحكم. لم يُطلب شيء.
checkout-plan-unknown-heading = هذه الباقة لم تعد متاحة
checkout-plan-unknown-detail = اختر إحدى الباقات في الأسفل. أي قسيمة معك ما زالت صالحة.
checkout-addon-unknown-heading = إحدى الإضافات لم تعد متاحة
checkout-addon-unknown-detail = اختر باقة في الأسفل؛ تُعرض بدون ما اخترته سابقًا. أي قسيمة معك ما زالت صالحة.
checkout-app-unknown-heading = أحد التطبيقات لم يعد متاحًا
checkout-app-unknown-detail = اختر تطبيقاتك من السوق من جديد. أي قسيمة معك ما زالت صالحة.
checkout-too-large-heading = هذا أكثر من أن يتسع له طلب واحد
checkout-too-large-detail = اختر أقل. لم يُطلب شيء.
checkout-approval-heading = هذا يحتاج إلى موافقة
checkout-approval-detail = يمكن لمالك أو مدير طلبها من لوحة التحكم. لم يُطلب شيء، وأي قسيمة معك ما زالت صالحة. ويمكنك طلب باقة أخرى فورًا.
checkout-policy-heading = لا يمكن طلب هذا هنا
checkout-policy-detail = قواعد هذه السحابة لا تسمح به. اختر باقة أخرى أو تطبيقات أخرى. أي قسيمة معك ما زالت صالحة.
checkout-no-cards-heading = رصيدك لا يغطي هذا
checkout-no-cards-detail = لا تُقبل البطاقات هنا في الوقت الحالي. اختر باقة يغطيها رصيدك أو أدخل قسيمة. لم يُطلب شيء، وأي قسيمة معك ما زالت صالحة.
checkout-too-little-heading = المبلغ أقل مما يُدفع بالبطاقة
checkout-too-little-detail = لا يمكن خصم مبلغ صغير كهذا. اختر باقة أخرى أو أدخل قسيمة. لم يُطلب شيء، وأي قسيمة معك ما زالت صالحة.
checkout-refused-heading = لا يمكن طلب هذا
checkout-refused-detail = لم يُطلب شيء، وأي قسيمة معك ما زالت صالحة. اختر باقة أخرى أو اطلب المساعدة.
checkout-in-progress-heading = هناك دفعة في الطريق
checkout-in-progress-detail = يحتاج المصرف إلى بعض الوقت لطلب سابق لهذه المؤسسة. انتظر حتى ينتهي: لا يمكن طلب غيره حتى ذلك الحين، ولا يُخصم شيء مرتين.
checkout-card-refused-heading = تعذّر فتح صفحة البطاقة
checkout-card-refused-detail = لم يُطلب شيء ولم يُخصم أي مبلغ، وقسيمتك ما زالت صالحة. حاول لاحقًا أو اختر باقة يغطيها رصيدك.
checkout-unresolved-heading = صفحة البطاقة لا تستجيب
checkout-unresolved-detail = لم يُخصم أي مبلغ. اضغط الزر من جديد بعد لحظة: يُستكمل طلبك من حيث توقف، ولا يُطلب إلا مرة واحدة.
checkout-not-now-heading = لا يمكننا استلام طلبك الآن
checkout-not-now-detail = اضغط الزر من جديد بعد لحظة. مهما ضغطت، لا يُطلب إلا مرة واحدة.
checkout-too-many-heading = طلبات كثيرة دفعة واحدة
checkout-too-many-detail = انتظر لحظة ثم حمّل الصفحة من جديد. لم يضِع شيء، وأي قسيمة معك ما زالت صالحة.
checkout-unavailable-heading = لا يمكننا عرض طلبك الآن
checkout-unavailable-detail = لم يضِع شيء، وأي قسيمة معك ما زالت صالحة. حاول مجددًا بعد ثوانٍ.

# An order that waits for its payment.
checkout-waiting-heading = هناك طلب ينتظر الدفع
checkout-waiting-detail = لم يُخصم أي مبلغ بعد. أكمل الدفع أو ابدأ طلبًا جديدًا بدلًا منه.
checkout-continue = أكمل دفع { $amount }
checkout-anew = ابدأ من جديد
checkout-anew-hint = الطلب الجديد يُنهي هذا الطلب: يعود رصيده وقسيمته أولًا.

# After the order.
checkout-done-heading = تم الطلب
checkout-done-detail = لديها الآن باقتها. يجري إعداد ما طلبته.
checkout-see-provisions = تابع ما يجري إعداده
checkout-to-console = إلى لوحة التحكم
checkout-return-again = تحقق من جديد
checkout-return-order = اطلب من جديد
