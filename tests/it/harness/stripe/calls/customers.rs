//! Customers, and the portal where they look after themselves.

use serde_json::{Value, json};

use super::{Params, copied, made, only, text_of};
use crate::harness::stripe::errors::ApiError;
use crate::harness::stripe::state::{State, merge};

const MEMBERS: [&str; 7] =
    ["address", "business_name", "description", "email", "name", "phone", "preferred_locales"];
const ACTED_UPON: [&str; 9] = [
    "address",
    "business_name",
    "description",
    "email",
    "invoice_settings",
    "metadata",
    "name",
    "phone",
    "preferred_locales",
];

pub(super) fn create(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    only(params, &ACTED_UPON)?;
    let customer = made(state, "customer", "cus_", params, copied(params, &MEMBERS));
    state.emit("customer.created", &customer);
    Ok(customer)
}

pub(super) fn change(state: &mut State, id: &str, params: &Params) -> Result<Value, ApiError> {
    only(params, &ACTED_UPON)?;
    let customer = state.named("customer", id)?;
    let mut members = copied(params, &MEMBERS);
    if let Some(given) = params.get("metadata").and_then(Value::as_object) {
        let mut all = customer["metadata"].as_object().unwrap().clone();
        all.extend(given.clone());
        all.retain(|_, value| !value.is_null() && *value != "");
        members["metadata"] = all.into();
    }
    if let Some(given) = params.get("invoice_settings") {
        if let Some(method) = given["default_payment_method"].as_str() {
            let found = state.get("payment_method", method);
            if found.is_none_or(|found| found["customer"] != id) {
                let param = "invoice_settings[default_payment_method]";
                return Err(ApiError::no_such("PaymentMethod", method, param));
            }
        }
        let mut settings = customer["invoice_settings"].clone();
        merge(&mut settings, given.clone());
        members["invoice_settings"] = settings;
    }
    let customer = state.update("customer", id, members);
    state.emit("customer.updated", &customer);
    Ok(customer)
}

pub(super) fn open_portal(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    only(params, &["customer", "return_url", "locale"])?;
    let customer = text_of(params, "customer").ok_or_else(|| ApiError::missing("customer"))?;
    if state.get("customer", customer).is_none() {
        return Err(ApiError::no_such("customer", customer, "customer"));
    }
    let (configuration, page) = (state.id("bpc_1", 23), state.id("test_", 40));
    let mut members = copied(params, &["customer", "return_url", "locale"]);
    let url = format!("https://billing.stripe.com/p/session/{page}");
    merge(&mut members, json!({ "configuration": configuration, "url": url }));
    Ok(state.insert("billing_portal.session", "bps_1", members))
}
