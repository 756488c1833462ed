# What stands around every page: templates/web/base.html.
skip = تخطَّ إلى المحتوى
other-language = English
error-prefix = خطأ:
error-summary = هناك مشكلة
frame-ways = التنقل
frame-console = لوحة التحكم
frame-zone = الأوقات بتوقيت
frame-digits = الأرقام:
moment = { $date }، { $time } ({ $zone })
