# The sign-in pages: src/web.
role-owner = owner
role-admin = administrator
role-member = member
role-viewer = viewer
