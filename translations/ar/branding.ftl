# What a Sovereign says of itself. Values: see src/branding/mod.rs.
voucher-terms = رصيد القسيمة عرض ترويجي من { $issuer }: مجاني، وليست له قيمة نقدية، ولا يمكن نقله إلى شخص آخر.
support-heading = لديك سؤال؟ نحن هنا:
terms-title = عن رصيد القسائم
terms-link = عن رصيد القسائم
