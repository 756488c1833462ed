# Tags of vouchers, and lists of vouchers that are kept.
admin-tag = Tag
admin-tag-any = Any
admin-tag-new = Another tag
admin-tag-hint = Up to 40 characters, without commas and semicolons.
admin-tag-wrong = Enter a tag of up to 40 characters, without commas and semicolons
admin-tag-add = Add
admin-tag-remove = Take off: { $tag }
admin-tag-added-notice = The tag is added.
admin-tag-removed-notice = The tag is taken off.
admin-tags = Tags
admin-tags-none = none
admin-tags-mean = Words by which you sort vouchers. Customers do not see them.
admin-tags-many = A voucher has at most 20 tags. Take another one off first
admin-views = Lists that are kept
admin-view-keep = Keep this list
admin-view-keep-do = Keep
admin-view-name = What it is called
admin-view-hint = All who administer this Sovereign see it.
admin-view-wrong = Enter a name of up to 60 characters
admin-view-taken = A list of this name is kept already
admin-view-many = As many lists are kept as there can be. Forget one first
admin-view-kept-notice = The list is kept.
admin-view-gone-notice = The list is kept no longer.
admin-view-forget = Keep no longer:
admin-edit-tag = Tag: they get one more
admin-edit-untag = Take a tag off
admin-edit-tag-name = Which tag
admin-edit-many-tag = tagged { $tag }
admin-edits-tag = { $count ->
    [one] Tag { $count } voucher
   *[other] Tag { $count } vouchers
}
admin-edits-untag = { $count ->
    [one] Take a tag off { $count } voucher
   *[other] Take a tag off { $count } vouchers
}
