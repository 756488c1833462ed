//! Whose account at Stripe a book is of. A test key and a live one of the same account see different money.

use crate::payment::stripe::{Mode, Stripe, StripeResult};

/// The account of the secret key, as the book names it.
///
/// # Errors
/// Where Stripe does not say.
pub(super) async fn name(stripe: &Stripe) -> StripeResult<String> {
    let id = stripe.resolve(|| stripe.account()).await?.id;
    Ok(named(id, stripe.mode()))
}

fn named(id: String, mode: Mode) -> String {
    match mode {
        Mode::Live => id,
        Mode::Test => format!("{id} (test mode)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_mode_is_another_account() {
        assert_eq!(named("acct_1".to_owned(), Mode::Live), "acct_1");
        assert_eq!(named("acct_1".to_owned(), Mode::Test), "acct_1 (test mode)");
    }
}
