# Where a customer comes back to from the card's page.

payment-done-heading = تم الدفع
payment-done-detail = شكرًا لك. اكتمل طلبك.
payment-processing-heading = دفعتك في الطريق
payment-processing-detail = يحتاج مصرفك إلى بعض الوقت. يكتمل طلبك عند وصول الدفعة، ولا يلزمك فعل شيء.
payment-open-heading = لم يتم الدفع بعد
payment-open-detail = لم يُخصم أي مبلغ. ما زال بإمكانك الدفع.
payment-closed-heading = انتهت صفحة الدفع هذه
payment-closed-detail = لم يُخصم أي مبلغ، وقسيمتك صالحة من جديد. اطلب متى شئت.
payment-returned-heading = سيعود مالك إليك
payment-returned-detail = وصلت الدفعة بعد انتهاء الطلب. سيعود المبلغ كاملًا إلى بطاقتك.
payment-checking-heading = نتحقق من دفعتك
payment-checking-detail = حمّل هذه الصفحة من جديد بعد دقيقة. لم يضع شيء.
payment-unknown-heading = لا يوجد طلب كهذا
payment-unknown-detail = تحقق من عنوان هذه الصفحة.

# The page where a payment that is due is made.
pay-title = الدفع
pay-heading = المبلغ المستحق { $amount }
pay-heading-credit = رصيدك يغطي هذا المبلغ
pay-organization = عن مؤسسة
pay-button = ادفع { $amount }
pay-button-credit = الدفع من الرصيد
pay-hint = تُدخل بيانات بطاقتك في صفحة Stripe التي تخصم المبلغ لنا.
pay-again = العودة إلى الدفع
pay-cancelled-heading = لا شيء مستحق
pay-cancelled-detail = أُلغي هذا الطلب.
pay-impossible-heading = لا يمكن الدفع الآن
pay-impossible-detail = لم يُخصم أي مبلغ. حاول مرة أخرى لاحقًا.
