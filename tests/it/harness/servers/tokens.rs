//! An issuer in the shape of a Keycloak realm, which signs whatever a test asks for.

use serde_json::{Value, json};

use super::helper::node;
use super::issuer::Issuer;

pub(crate) struct TokenServer {
    pub(crate) issuer: Issuer,
}

impl TokenServer {
    pub(crate) async fn start() -> Self {
        Self { issuer: Issuer::start(|| node("keycloak.mjs", &json!({}))).await }
    }

    /// An access token as Keycloak makes it, for an hour, with these claims instead of the usual ones; null
    /// leaves one out. It is signed with RS256.
    pub(crate) async fn token(&self, claims: &Value) -> String {
        self.sign("RS256", claims, &json!({})).await
    }

    /// The same with RS256 or ES256, and other fields in the header.
    pub(crate) async fn sign(&self, algorithm: &str, claims: &Value, header: &Value) -> String {
        let command =
            json!({ "command": "token", "alg": algorithm, "claims": claims, "header": header });
        self.issuer.order(&command).await.as_str().unwrap().to_owned()
    }
}
