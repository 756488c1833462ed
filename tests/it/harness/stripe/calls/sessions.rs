//! Checkout Sessions of the mode `payment`, on Stripe's own page.

use serde_json::{Value, json};

use super::intents::canceled;
use super::{Params, copied, made, only, text_of};
use crate::harness::stripe::errors::ApiError;
use crate::harness::stripe::money;
use crate::harness::stripe::state::{State, merge, text};

const COPIED: [&str; 9] = [
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "customer",
    "customer_creation",
    "customer_email",
    "locale",
    "submit_type",
    "success_url",
];
const ACTED_UPON: [&str; 6] =
    ["expires_at", "line_items", "metadata", "mode", "payment_intent_data", "payment_method_types"];

pub(super) fn create(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    only(params, &[&COPIED[..], &ACTED_UPON[..]].concat())?;
    check(state, params)?;
    let (items, currency, total) = line_items(state, params)?;
    state.check_charge(total, &currency, "line_items")?;
    let expires_at = expires_at(state, params)?;
    let methods = params.get("payment_method_types").cloned().unwrap_or_else(|| json!(["card"]));
    let mut members = copied(params, &COPIED);
    let given = json!({
        "amount_subtotal": total, "amount_total": total, "currency": currency, "mode": "payment",
        "expires_at": expires_at, "payment_method_types": methods, "payment_status": "unpaid",
        "status": "open", "ui_mode": "hosted_page",
        "total_details": { "amount_discount": 0, "amount_shipping": 0, "amount_tax": 0 },
    });
    merge(&mut members, given);
    let session = made(state, "checkout.session", "cs_test_a1", params, members);
    let id = text(&session, "id").to_owned();
    let data = params.get("payment_intent_data").cloned().unwrap_or_else(|| json!({}));
    state.intent_data.insert(id.clone(), data);
    state.line_items.insert(id.clone(), items);
    let url = format!("https://checkout.stripe.com/c/pay/{id}");
    Ok(state.update("checkout.session", &id, json!({ "url": url })))
}

fn check(state: &State, params: &Params) -> Result<(), ApiError> {
    for needed in ["mode", "success_url", "line_items"] {
        if !params.contains_key(needed) {
            return Err(ApiError::missing(needed));
        }
    }
    if params["mode"] != "payment" {
        return Err(ApiError::invalid("The stand-in knows the mode payment only").param("mode"));
    }
    if let Some(data) = params.get("payment_intent_data").and_then(Value::as_object) {
        let known = ["description", "metadata", "receipt_email", "setup_future_usage"];
        only(
            data,
            &[&known[..], &["statement_descriptor", "statement_descriptor_suffix"]].concat(),
        )?;
    }
    let customer = text_of(params, "customer");
    if customer.is_some() && (params.contains_key("customer_email")) {
        let message = "You may only specify one of these parameters: customer, customer_email.";
        return Err(ApiError::invalid(message).code("parameters_exclusive"));
    }
    if let Some(id) = customer.filter(|id| state.get("customer", id).is_none()) {
        return Err(ApiError::no_such("customer", id, "customer"));
    }
    if text_of(params, "client_reference_id").is_some_and(|text| text.chars().count() > 200) {
        let message = "client_reference_id can have up to 200 characters";
        return Err(ApiError::invalid(message).param("client_reference_id"));
    }
    Ok(())
}

/// docs.stripe.com/api/checkout/sessions/create: from half an hour to a day after now, a day by default.
fn expires_at(state: &State, params: &Params) -> Result<i64, ApiError> {
    let latest = state.now + 86_400;
    let Some(at) = params.get("expires_at").and_then(Value::as_i64) else { return Ok(latest) };
    if at < state.now + 1_800 || at > latest {
        let message =
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.";
        return Err(ApiError::invalid(message).param("expires_at"));
    }
    Ok(at)
}

/// The items, their currency and their sum.
fn line_items(state: &mut State, params: &Params) -> Result<(Value, String, i64), ApiError> {
    let mut items = Vec::new();
    let mut total = 0_i64;
    let mut currency = None;
    for (number, given) in params["line_items"].as_array().unwrap().iter().enumerate() {
        let path = format!("line_items[{number}]");
        let (item, amount) = line_item(state, given, &path)?;
        let of = text(&item, "currency").to_owned();
        if currency.get_or_insert_with(|| of.clone()) != &of {
            let message = "All line items must have the same currency";
            return Err(ApiError::invalid(message).param(&path));
        }
        total += amount;
        items.push(item);
    }
    let currency = currency.ok_or_else(|| ApiError::missing("line_items"))?;
    Ok((items.into(), currency, total))
}

fn line_item(state: &mut State, given: &Value, path: &str) -> Result<(Value, i64), ApiError> {
    only(given.as_object().unwrap(), &["price_data", "quantity"])?;
    let price = &given["price_data"];
    let Some(members) = price.as_object() else {
        return Err(ApiError::missing(&format!("{path}[price_data]")));
    };
    only(members, &["currency", "product_data", "unit_amount"])?;
    let path = format!("{path}[price_data]");
    let Some(unit) = price["unit_amount"].as_i64() else {
        return Err(ApiError::missing(&format!("{path}[unit_amount]")));
    };
    if unit < 0 {
        let error = ApiError::invalid("This value must be greater than or equal to 0.");
        return Err(error.code("parameter_invalid_integer").param(&format!("{path}[unit_amount]")));
    }
    let Some(name) = price["product_data"]["name"].as_str() else {
        return Err(ApiError::missing(&format!("{path}[product_data]")));
    };
    let currency = text(price, "currency");
    money::check_currency(currency)?;
    money::check_step(unit, currency, &format!("{path}[unit_amount]"))?;
    let quantity = given["quantity"].as_i64().unwrap_or(1);
    let amount = unit * quantity;
    let product = state.id("prod_", 14);
    let members = json!({
        "active": true, "billing_scheme": "per_unit", "currency": currency, "product": product,
        "tax_behavior": "unspecified", "type": "one_time", "unit_amount": unit,
        "unit_amount_decimal": unit.to_string(),
    });
    let price = state.insert("price", "price_1", members);
    let members = json!({
        "amount_subtotal": amount, "amount_total": amount, "currency": currency, "description": name,
        "price": price, "quantity": quantity,
    });
    Ok((state.insert("item", "li_1", members), amount))
}

pub(super) fn expire(state: &mut State, id: &str) -> Result<Value, ApiError> {
    let session = state.named("checkout.session", id)?;
    let status = text(&session, "status");
    if status != "open" {
        return Err(ApiError::invalid(format!(
            "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session \
             has a status of {status}."
        )));
    }
    Ok(expire_now(state, id))
}

/// Ends an open session, and the payment intent of a try that failed.
pub(in crate::harness::stripe) fn expire_now(state: &mut State, id: &str) -> Value {
    let members = json!({ "status": "expired", "url": null });
    let session = state.update("checkout.session", id, members);
    if let Some(intent) = session["payment_intent"].as_str() {
        canceled(state, intent, &json!("expired"));
    }
    state.emit("checkout.session.expired", &session);
    session
}
