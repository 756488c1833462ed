//! Names by which Sovereigns are reached.

/// # Errors
/// What to do, where it is none.
pub(super) fn check(text: &str) -> Result<(), String> {
    if text.chars().any(char::is_uppercase) {
        return Err(format!("{text:?} is not in lower case: write {:?}", text.to_lowercase()));
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if text.len() <= 253 && text.contains('.') && text.split('.').all(label) {
        return Ok(());
    }
    Err(format!(
        "{text:?} is no domain name: write the one it is served at, such as omantel.omani.works"
    ))
}
