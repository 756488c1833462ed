//! Where webhooks go.

use serde_json::{Value, json};

use super::{Params, copied, made, only};
use crate::harness::stripe::api::API;
use crate::harness::stripe::errors::ApiError;
use crate::harness::stripe::state::{State, text};

/// Its secret is answered this once. Stripe wants an address that it can reach; here that is one of the
/// loopback interface.
pub(super) fn create(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    only(params, &["api_version", "description", "enabled_events", "metadata", "url"])?;
    let url = params["url"].as_str().unwrap();
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(
            ApiError::invalid("Invalid URL: An explicit scheme must be provided").param("url")
        );
    }
    let version = params.get("api_version").and_then(Value::as_str);
    if version.is_some_and(|version| version != API.version) {
        let message = format!("This speaks {} only", API.version);
        return Err(ApiError::invalid(message).param("api_version"));
    }
    let members = copied(params, &["api_version", "description", "enabled_events", "url"]);
    let mut endpoint = made(state, "webhook_endpoint", "we_1", params, members);
    let endpoint_id = text(&endpoint, "id").to_owned();
    state.update("webhook_endpoint", &endpoint_id, json!({ "status": "enabled" }));
    endpoint["status"] = "enabled".into();
    let secret = state.id("whsec_", 32);
    state.endpoint_secrets.insert(endpoint_id, vec![secret.clone()]);
    endpoint["secret"] = secret.into();
    Ok(endpoint)
}

pub(super) fn delete(state: &mut State, id: &str) -> Result<Value, ApiError> {
    state.named("webhook_endpoint", id)?;
    state.remove("webhook_endpoint", id);
    state.endpoint_secrets.remove(id);
    Ok(json!({ "id": id, "object": "webhook_endpoint", "deleted": true }))
}
