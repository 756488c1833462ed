# The page of an Organization's provisions: src/web/provisions.rs.
provisions-title = ما يجري إعداده
provisions-of = لمؤسسة
provisions-none = لا شيء بعد. يبدأ الإعداد مع أول طلب مدفوع.

provision-order-placed = ما طُلب
provision-subscription-updated = تغيير الباقة
provision-tenant-app-install-requested = تطبيق جديد
provision-tenant-app-uninstall-requested = إزالة تطبيق
provision-tenant-deleted = حذف المؤسسة
provision-environment-added = بيئة جديدة
provision-environment-removed = إزالة بيئة
provision-app-moved = نقل تطبيق
provision-asked = ما طُلب إعداده

provision-is-pending = بالانتظار
provision-is-provisioning = جارٍ
provision-is-completed = تم
provision-is-failed = لم ينجح
provision-asked-at = طُلب في { $moment }
provision-reason = سبب التعذّر
provision-next = تُعاد المحاولة في { $moment }.
provision-retry = أعد المحاولة
look-again = حدّث الصفحة

step-render = تحديد المطلوب
step-commit = تدوينه
step-push = تسليمه
step-apply = تسليمه للعنقود
step-prune = إزالة ما لم يعد لازمًا
step-remove = الإزالة
step-is-pending = بالانتظار
step-is-running = جارية
step-is-completed = تمت
step-is-failed = لم تنجح

organization-unknown-heading = لا توجد مؤسسة كهذه
organization-unknown-detail = أو أنك لست عضوًا فيها. تجد في حسابك المؤسسات التي أنت عضو فيها.
organization-suspended-heading = المؤسسة موقوفة
organization-suspended-detail = لا يمكن تغيير شيء ما دامت موقوفة.
not-for-your-role-heading = هذا ليس من صلاحيات دورك
not-for-your-role-detail = اطلب ذلك من مالك المؤسسة أو مديرها.
