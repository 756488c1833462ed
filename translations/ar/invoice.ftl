# Invoices and credit notes on paper. Values: see src/pdf/words.rs.
invoice-title = فاتورة
invoice-title-tax = فاتورة ضريبية
invoice-title-credit-note = إشعار دائن
invoice-title-credit-note-tax = إشعار دائن ضريبي
invoice-of = عن الفاتورة
invoice-issued = تاريخ الإصدار
invoice-period = الفترة
invoice-period-days = { $first } – { $last }
invoice-status = الحالة
invoice-status-open = غير مدفوعة
invoice-status-past-due = متأخرة السداد
invoice-status-paid = مدفوعة
invoice-status-refunded = مستردة
invoice-status-partly-refunded = مستردة جزئيًا
invoice-status-void = ملغاة
invoice-status-issued = صادر
invoice-billed-to = فاتورة إلى
invoice-credited-to = إشعار إلى
invoice-organization-id = معرّف المؤسسة
invoice-tax-number = الرقم الضريبي
invoice-description = الوصف
invoice-quantity = الكمية
invoice-amount = المبلغ
invoice-subtotal = المجموع الفرعي
invoice-tax-name = ضريبة القيمة المضافة
invoice-tax = { $label } ({ $rate })
invoice-rounding = التقريب
invoice-total = الإجمالي
invoice-total-credited = إجمالي المبلغ الدائن
invoice-tax-included = شامل { $label } ({ $rate })
invoice-paid-by-credit = مدفوع من الرصيد
invoice-paid-by-card = مدفوع بالبطاقة
invoice-returned-as-credit = معاد إلى الرصيد
invoice-refunded-to-card = مسترد إلى البطاقة
invoice-line-rest = { $item }، لبقية الفترة
invoice-line-unused = { $item }، غير مستخدم
invoice-line-usage = { $item }: { $price } لكل { $count } { $unit }
invoice-unused = الجزء غير المستخدم من الفترة
invoice-refund = استرداد
invoice-due = المبلغ المستحق
invoice-issued-elsewhere = صدر هذا المستند عن { $issuer } برقمه هناك. تحتفظ { $here } بهذه النسخة للمؤسسة التي انتقلت من هناك.
invoice-page = صفحة { $page } من { $pages }
invoice-date = { $day } { $month ->
        [1] يناير
        [2] فبراير
        [3] مارس
        [4] أبريل
        [5] مايو
        [6] يونيو
        [7] يوليو
        [8] أغسطس
        [9] سبتمبر
        [10] أكتوبر
        [11] نوفمبر
       *[12] ديسمبر
    } { $year }

# On sheets of cards: src/pdf/cards.rs.
cards-title = قسائم
