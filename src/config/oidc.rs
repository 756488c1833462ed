//! The sections of issuers: `[oidc.google]` and the like, any number of them.

use super::layers::{ConfigError, Resolved};
use crate::auth::IssuerSettings;
use crate::auth::oidc::{check_issuer, check_scopes};

/// Reads every issuer, in the order of their names.
pub(super) fn read(resolved: &Resolved) -> Result<Vec<IssuerSettings>, ConfigError> {
    let mut issuers: Vec<IssuerSettings> = Vec::new();
    for name in resolved.issuers() {
        let settings = read_one(resolved, name)?;
        // A token names its issuer, and nothing else tells whose rules are for it.
        if let Some(same) = issuers.iter().find(|other| other.issuer == settings.issuer) {
            let detail = format!("is the same as oidc.{}.issuer", same.name);
            return Err(resolved.wrong(&format!("oidc.{name}.issuer"), &detail));
        }
        issuers.push(settings);
    }
    Ok(issuers)
}

fn read_one(resolved: &Resolved, name: &str) -> Result<IssuerSettings, ConfigError> {
    let key = |field: &str| format!("oidc.{name}.{field}");
    let text = |field: &str| resolved.value(&key(field)).map(str::to_owned);
    let required = |field: &str, hint: &str| {
        let missing = || ConfigError(format!("{}: must be set: {hint}", key(field)));
        text(field).ok_or_else(missing)
    };
    required("issuer", "the issuer's URL, such as https://accounts.google.com")?;
    let issuer = resolved.checked_required(&key("issuer"), check_issuer)?;
    let client_id = required("client_id", "what the issuer calls this Sovereign")?;
    let audience = text("audience");
    // ID tokens are meant for the client: they would pass as access tokens, and go through many hands.
    if audience.as_ref() == Some(&client_id) {
        let detail = format!(
            "is the same as {}, which ID tokens are meant for; give access tokens an audience of \
             their own",
            key("client_id")
        );
        return Err(resolved.wrong(&key("audience"), &detail));
    }
    Ok(IssuerSettings {
        name: name.to_owned(),
        issuer,
        client_id,
        client_secret: text("client_secret"),
        label: text("label").unwrap_or_else(|| name.to_owned()),
        audience,
        grants_roles: resolved.parsed(&key("grants_roles"), "true or false")?,
        scopes: resolved.checked_required(&key("scopes"), check_scopes)?,
    })
}
