# What a Sovereign says of itself. Values: see src/branding/mod.rs.
voucher-terms = رصيد القسائم هدية مجانية من { $issuer }: لا قيمة نقدية له، ولا يمكن تحويله إلى غيرك ولا صرفه نقدًا.
support-heading = لديك سؤال؟ نحن هنا:
