# What stands around every page: templates/web/base.html.
skip = Skip to the content
other-language = العربية
error-prefix = Error:
error-summary = There is a problem
frame-ways = Ways around
frame-console = Console
frame-zone = Times are in
frame-digits = Digits:
moment = { $date }, { $time } ({ $zone })
