//! `expand[]`: objects in the place of their identifiers (docs.stripe.com/expand).

use serde_json::{Map, Value, json};

use super::errors::ApiError;
use super::state::State;

const EXPANDABLE: [&str; 8] = [
    "charge",
    "customer",
    "default_payment_method",
    "latest_charge",
    "latest_invoice",
    "payment_intent",
    "payment_method",
    "subscription",
];

pub(super) fn expand(
    state: &State,
    answer: &mut Value,
    params: &Map<String, Value>,
) -> Result<(), ApiError> {
    let Some(paths) = params.get("expand").and_then(Value::as_array) else { return Ok(()) };
    for path in paths.iter().filter_map(Value::as_str) {
        let names: Vec<_> = path.split('.').collect();
        if names.len() > 4 {
            let message = format!("You cannot expand more than 4 levels of a property ({path}).");
            return Err(ApiError::invalid(message).param("expand"));
        }
        step(state, answer, &names, path)?;
    }
    Ok(())
}

fn step(state: &State, at: &mut Value, names: &[&str], path: &str) -> Result<(), ApiError> {
    let Some((name, rest)) = names.split_first() else { return Ok(()) };
    let cannot =
        || ApiError::invalid(format!("This property cannot be expanded ({path}).")).param("expand");
    if let ("data", Some(items)) = (*name, at.get_mut("data").and_then(Value::as_array_mut)) {
        return items.iter_mut().try_for_each(|item| step(state, item, rest, path));
    }
    include(state, at, name);
    let Some(member) = at.get_mut(*name) else { return Err(cannot()) };
    if let Some(id) = member.as_str() {
        let known = EXPANDABLE.contains(name);
        let object = known.then(|| state.find(id)).flatten().ok_or_else(cannot)?;
        *member = object.clone();
    }
    match member {
        Value::Null => Ok(()),
        Value::Object(_) => step(state, member, rest, path),
        _ => Err(cannot()),
    }
}

/// What is in an object only where it is asked for.
fn include(state: &State, at: &mut Value, name: &str) {
    let id = at["id"].as_str().unwrap_or_default().to_owned();
    let found = match (at["object"].as_str(), name) {
        (Some("checkout.session"), "line_items") => {
            let items = state.line_items.get(&id).cloned();
            (items.unwrap_or_else(|| json!([])), format!("/v1/checkout/sessions/{id}/line_items"))
        }
        (Some("charge"), "refunds") => {
            let rows = state.tables.get("refund").map(|table| &table.rows[..]).unwrap_or_default();
            let of = rows.iter().rev().filter(|refund| refund["charge"] == id.as_str());
            (of.cloned().collect(), format!("/v1/charges/{id}/refunds"))
        }
        _ => return,
    };
    let (data, url) = found;
    at[name] = json!({ "object": "list", "data": data, "has_more": false, "url": url });
}
