//! Payment intents (docs.stripe.com/payments/paymentintents/lifecycle).

use serde_json::{Value, json};

use super::{Params, copied, only, text_of};
use crate::harness::stripe::cards::{attempt, inherit};
use crate::harness::stripe::errors::ApiError;
use crate::harness::stripe::state::{State, merge, text};

const COPIED: [&str; 7] = [
    "amount",
    "currency",
    "customer",
    "description",
    "receipt_email",
    "setup_future_usage",
    "statement_descriptor_suffix",
];

/// What one is that nobody has paid.
pub(in crate::harness::stripe) fn new_intent(state: &mut State, mut members: Value) -> Value {
    let secret = state.id("pi_secret_", 25);
    let status = json!({
        "status": "requires_payment_method", "capture_method": "automatic",
        "confirmation_method": "automatic", "client_secret": secret,
    });
    merge(&mut members, status);
    if members.get("payment_method_types").is_none() {
        members["payment_method_types"] = json!(["card"]);
    }
    let intent = state.insert("payment_intent", "pi_3", members);
    state.emit("payment_intent.created", &intent);
    intent
}

pub(super) fn create(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    let mut acted_upon = COPIED.to_vec();
    acted_upon.extend(["automatic_payment_methods", "confirm", "metadata", "off_session"]);
    acted_upon.extend(["payment_method", "payment_method_types", "return_url"]);
    only(params, &acted_upon)?;
    let (amount, currency) = (params["amount"].as_i64().unwrap(), text_of(params, "currency"));
    state.check_charge(amount, currency.unwrap(), "amount")?;
    let confirm = params.get("confirm") == Some(&Value::Bool(true));
    let off_session = params.get("off_session").is_some_and(|value| *value != false);
    if off_session && !confirm {
        let message = "off_session may only be used together with confirm=true";
        return Err(ApiError::invalid(message).param("off_session"));
    }
    let method = payment_method(state, params, confirm)?;
    let mut members = copied(params, &COPIED);
    merge(&mut members, copied(params, &["payment_method_types"]));
    let given = made_intent(state, params, members);
    let id = text(&given, "id").to_owned();
    let Some(method) = method else { return Ok(given) };
    if confirm {
        return attempt(state, &id, &method, off_session);
    }
    let members = json!({ "status": "requires_confirmation", "payment_method": method });
    Ok(state.update("payment_intent", &id, members))
}

fn made_intent(state: &mut State, params: &Params, mut members: Value) -> Value {
    let metadata = crate::harness::stripe::state::metadata(params.get("metadata"));
    members["metadata"] = metadata;
    let intent = new_intent(state, members);
    state.by_program.insert(text(&intent, "id").to_owned());
    intent
}

/// The one to pay by, where there is one; it must be the customer's.
fn payment_method(
    state: &State,
    params: &Params,
    confirm: bool,
) -> Result<Option<String>, ApiError> {
    let customer = text_of(params, "customer");
    if let Some(customer) = customer.filter(|id| state.get("customer", id).is_none()) {
        return Err(ApiError::no_such("customer", customer, "customer"));
    }
    let Some(id) = text_of(params, "payment_method") else {
        if confirm {
            let message =
                "You cannot confirm this PaymentIntent because it's missing a payment method.";
            return Err(ApiError::invalid(message).code("payment_intent_unexpected_state"));
        }
        return Ok(None);
    };
    let Some(method) = state.get("payment_method", id) else {
        return Err(ApiError::no_such("PaymentMethod", id, "payment_method"));
    };
    if method["customer"].as_str() != customer {
        let message = "The payment method is not attached to this customer.";
        return Err(ApiError::invalid(message).param("payment_method"));
    }
    Ok(Some(id.to_owned()))
}

pub(super) fn cancel(state: &mut State, id: &str, params: &Params) -> Result<Value, ApiError> {
    only(params, &["cancellation_reason"])?;
    let intent = state.named("payment_intent", id)?;
    let status = text(&intent, "status");
    let may = ["requires_payment_method", "requires_confirmation", "requires_action"];
    let message = if state.session_of.contains_key(id) {
        "You cannot cancel this PaymentIntent: expire its Checkout Session instead.".to_owned()
    } else if !may.contains(&status) {
        format!("You cannot cancel this PaymentIntent because it has a status of {status}.")
    } else {
        let reason = params.get("cancellation_reason").cloned().unwrap_or_default();
        return Ok(canceled(state, id, &reason));
    };
    let error = ApiError::invalid(message).code("payment_intent_unexpected_state");
    Err(error.with("payment_intent", intent))
}

pub(super) fn canceled(state: &mut State, id: &str, reason: &Value) -> Value {
    let now = state.now;
    let members =
        json!({ "status": "canceled", "canceled_at": now, "cancellation_reason": reason });
    let intent = state.update("payment_intent", id, members);
    state.emit("payment_intent.canceled", &intent);
    intent
}

/// The payment intent of a session, which is made when somebody tries to pay.
pub(in crate::harness::stripe) fn of_session(state: &mut State, session: &Value) -> String {
    if let Some(id) = session["payment_intent"].as_str() {
        return id.to_owned();
    }
    let session_id = text(session, "id").to_owned();
    let mut members = state.intent_data[&session_id].clone();
    let metadata = crate::harness::stripe::state::metadata(members.get("metadata"));
    let given = json!({
        "amount": session["amount_total"], "currency": session["currency"],
        "customer": session["customer"], "metadata": metadata,
    });
    merge(&mut members, given);
    let intent = new_intent(state, members);
    let id = text(&intent, "id").to_owned();
    inherit(state, &session_id, &intent);
    state.session_of.insert(id.clone(), session_id.clone());
    state.update("checkout.session", &session_id, json!({ "payment_intent": id }));
    id
}
