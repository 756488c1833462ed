//! How much may come along with an Organization beside its rows: who is named in them, and the vouchers that it redeemed.
//! All of it is in memory at once, at both Sovereigns: what one exports the other imports, so that both ask the same.

/// More people than this are in no Organization, and more vouchers were redeemed by none.
pub(super) const MAX_LINES: u32 = 100_000;
/// Of all of one kind together, as they are in the bundle.
pub(super) const MAX_BYTES: u64 = 64 << 20;

/// What the limit is, where so many of so many bytes go beyond it.
pub(super) fn beyond(what: &str, lines: u64, bytes: u64) -> Option<String> {
    if lines > u64::from(MAX_LINES) {
        return Some(format!("it has more than {MAX_LINES} {what}, which is the limit"));
    }
    let text = || format!("its {what} come to more than {MAX_BYTES} bytes, which is the limit");
    (bytes > MAX_BYTES).then(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_within_the_limit_is_well() {
        assert_eq!(beyond("people", u64::from(MAX_LINES), MAX_BYTES), None);
        let more = beyond("people", u64::from(MAX_LINES) + 1, 0).unwrap();
        assert!(more.contains("100000 people"), "{more}");
        assert!(beyond("vouchers", 1, MAX_BYTES + 1).unwrap().contains("vouchers come to more"));
    }
}
