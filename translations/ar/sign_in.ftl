# The sign-in pages: src/web.
role-owner = مالك
role-admin = مدير
role-member = عضو
role-viewer = مشاهد
