//! What somebody typed into the form of an import.

use std::fs::File;
use std::sync::Arc;

use serde_json::Value;

use crate::bundle::{Identity, TrustedKeys};
use crate::usecase::moves::plan::Choices;
use crate::usecase::moves::take_in::Arriving;
use crate::web::fields::Fields;
use crate::web::page::Page;
use crate::web::problems::Problems;

/// In the form's order.
const FIELDS: [&str; 5] = ["from", "keys", "bundle", "slug", "identity"];

/// All but the bundle and the secret key: the form is shown again with these.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) from: String,
    /// The file of keys, as it came.
    pub(super) keys: String,
    pub(super) slug: String,
    pub(super) same_stripe_account: bool,
    pub(super) from_elsewhere: bool,
    /// The SHA-256 of the manifest of the bundle whose plan was shown.
    pub(super) seen: String,
}

impl Typed {
    pub(super) fn of_form(fields: &Fields) -> Self {
        let text = |name| fields.get(name).to_owned();
        // A file has to be chosen anew each time; what was in the one before goes along.
        let keys = if fields.get("keys").is_empty() { "keys_sent" } else { "keys" };
        Self {
            from: text("from"),
            keys: text(keys),
            slug: text("slug"),
            same_stripe_account: fields.find("same_stripe_account").is_some(),
            from_elsewhere: fields.find("from_elsewhere").is_some(),
            seen: text("manifest_sha256"),
        }
    }

    /// What is to be imported, or all that is wrong with the form.
    pub(super) fn arriving(
        &self,
        page: &Page,
        fields: &Fields,
        bundle: Option<File>,
    ) -> Result<Arriving, Problems> {
        let mut problems = Problems::none();
        let mut wrong = |field, name: &str| problems.add(field, page.text(name));
        if self.from.is_empty() {
            wrong("from", "superadmin-move-from-wrong");
        }
        let keys = trusted(&self.keys);
        if keys.is_none() {
            wrong("keys", "superadmin-move-keys-wrong");
        }
        let secret = fields.get("identity");
        let identity = Identity::parse(secret);
        if identity.is_none() && !secret.is_empty() {
            wrong("identity", "superadmin-move-identity-wrong");
        }
        if bundle.is_none() {
            wrong("bundle", "superadmin-move-bundle-wrong");
        }
        match (bundle, keys) {
            (Some(file), Some(keys)) if !problems.any() => Ok(Arriving {
                file: Arc::new(file),
                from: self.from.clone(),
                keys,
                identity,
                choices: Choices {
                    slug: given(&self.slug),
                    same_stripe_account: self.same_stripe_account,
                    from_elsewhere: self.from_elsewhere,
                },
                expected: given(&self.seen),
            }),
            _ => Err(problems.in_order_of(&FIELDS)),
        }
    }
}

fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// The public keys of a file; `None` where it has none.
pub(super) fn trusted(text: &str) -> Option<TrustedKeys> {
    let set: Value = serde_json::from_str(text).ok()?;
    TrustedKeys::from_jwks(&set)
}
