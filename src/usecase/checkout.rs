//! Turns a checkout or redemption request into a command for the engine.

use sha2::{Digest as _, Sha256};
use sovereign_domain::book::{Checkout, Idempotency, RedeemVoucher};
use sovereign_domain::event::Actor;
use sovereign_domain::voucher::Code;

/// A checkout as a client asks for it; references are identifiers or slugs.
#[derive(Debug, Clone)]
pub struct CheckoutRequest {
    pub tenant_id: String,
    pub plan: String,
    pub addons: Vec<String>,
    pub apps: Vec<String>,
    pub code: Option<Code>,
    pub promo_value_minor: Option<i64>,
    pub key: Option<String>,
}

/// A voucher to redeem straight into the wallet.
#[derive(Debug, Clone)]
pub struct RedeemRequest {
    pub tenant_id: String,
    pub code: Code,
    pub promo_value_minor: Option<i64>,
    pub key: Option<String>,
}

impl CheckoutRequest {
    /// What the same request would come to.
    #[must_use]
    pub fn into_preview(self, actor: Actor) -> Checkout {
        Checkout { preview: true, ..self.into_command(actor) }
    }

    #[must_use]
    pub fn into_command(self, actor: Actor) -> Checkout {
        let value = self.promo_value_minor.map(|value| value.to_string());
        let request_hash = digest(&[
            &[self.tenant_id.as_str()],
            &[self.plan.as_str()],
            &sorted(&self.addons),
            &sorted(&self.apps),
            &self.code.iter().map(Code::as_str).collect::<Vec<_>>(),
            &value.iter().map(String::as_str).collect::<Vec<_>>(),
        ]);
        Checkout {
            actor,
            tenant_id: self.tenant_id.into(),
            plan: self.plan,
            addons: self.addons,
            apps: self.apps,
            code: self.code,
            promo_value_minor: self.promo_value_minor,
            preview: false,
            idempotency: Idempotency { key: self.key, request_hash },
        }
    }
}

impl RedeemRequest {
    #[must_use]
    pub fn into_command(self, actor: Actor) -> RedeemVoucher {
        let value = self.promo_value_minor.map(|value| value.to_string());
        let request_hash = digest(&[
            &[self.tenant_id.as_str()],
            &[self.code.as_str()],
            &value.iter().map(String::as_str).collect::<Vec<_>>(),
        ]);
        RedeemVoucher {
            actor,
            tenant_id: self.tenant_id.into(),
            code: self.code,
            promo_value_minor: self.promo_value_minor,
            idempotency: Idempotency { key: self.key, request_hash },
        }
    }
}

/// Selections are sets: their order and repetitions make no other request.
pub(super) fn sorted(references: &[String]) -> Vec<&str> {
    let mut references: Vec<&str> = references.iter().map(String::as_str).collect();
    references.sort_unstable();
    references.dedup();
    references
}

/// A digest of lists of texts in which no two different requests read the same.
pub(super) fn digest(members: &[&[&str]]) -> String {
    let mut hasher = Sha256::new();
    let mut count = |number: usize| hasher.update((number as u64).to_be_bytes());
    for member in members {
        count(member.len());
        for text in *member {
            count(text.len());
        }
    }
    for text in members.iter().copied().flatten() {
        hasher.update(text.as_bytes());
    }
    crate::hex::encode(&hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_equal_requests_have_equal_digests() {
        assert_eq!(digest(&[&["a", "b"], &["c"]]), digest(&[&["a", "b"], &["c"]]));
        assert_ne!(digest(&[&["a", "b"], &["c"]]), digest(&[&["a"], &["b", "c"]]));
        assert_ne!(digest(&[&["ab"], &["c"]]), digest(&[&["a"], &["bc"]]));
        assert_ne!(digest(&[&[], &["c"]]), digest(&[&["c"], &[]]));
        let twice = ["b".to_owned(), "a".to_owned(), "b".to_owned()];
        assert_eq!(sorted(&twice), ["a", "b"]);
    }
}
