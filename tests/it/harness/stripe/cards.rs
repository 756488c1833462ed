//! Cards, and what becomes of a payment by each.

use serde_json::{Value, json};

use super::errors::ApiError;
use super::state::{State, number, text};

/// What a card does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Card {
    Good,
    Declined,
    /// Pays while its holder is there, and wants them whenever they are not.
    NeedsAuthenticationLater,
    /// Pays while its holder is there; later it has expired.
    ExpiresLater,
    /// Pays while its holder is there; later it has no money.
    DeclinedLater,
    /// Pays, but whether it did is known later: see `settle_async`, `settle_intent`.
    Async,
}

enum Outcome {
    Paid,
    Processing,
    /// Code and decline code.
    Failed(&'static str, &'static str),
}

impl Card {
    fn outcome(self, off_session: bool) -> Outcome {
        match (self, off_session) {
            (Self::Async, _) => Outcome::Processing,
            (Self::Declined, _) => Outcome::Failed("card_declined", "generic_decline"),
            (Self::NeedsAuthenticationLater, true) => {
                Outcome::Failed("authentication_required", "authentication_required")
            }
            (Self::ExpiresLater, true) => Outcome::Failed("expired_card", "expired_card"),
            (Self::DeclinedLater, true) => Outcome::Failed("card_declined", "insufficient_funds"),
            _ => Outcome::Paid,
        }
    }
}

pub(super) fn new_payment_method(state: &mut State, card: Card) -> Value {
    let made = state.insert(
        "payment_method",
        "pm_1",
        json!({
            "type": "card",
            "billing_details": { "address": null, "email": null, "name": null, "phone": null, "tax_id": null },
            "card": {
                "brand": "visa", "checks": null, "country": "OM", "display_brand": "visa",
                "exp_month": 12, "exp_year": 2034, "funding": "credit", "generated_from": null,
                "last4": "4242", "networks": null, "regulated_status": null,
                "three_d_secure_usage": null, "wallet": null,
            },
        }),
    );
    state.cards.insert(text(&made, "id").to_owned(), card);
    made
}

/// Tries to pay a payment intent. The error is what the confirming request answers.
pub(super) fn attempt(
    state: &mut State,
    intent_id: &str,
    method_id: &str,
    off_session: bool,
) -> Result<Value, ApiError> {
    let card = state.cards[method_id];
    match card.outcome(off_session) {
        Outcome::Paid => Ok(succeed(state, intent_id, method_id)),
        Outcome::Processing => Ok(process(state, intent_id, method_id)),
        Outcome::Failed(code, decline) => Err(fail(state, intent_id, method_id, code, decline)),
    }
}

/// A charge of a payment intent. It gets the intent's metadata as they are now, and nobody else's.
fn new_charge(state: &mut State, intent_id: &str, method_id: &str, status: &str) -> Value {
    let intent = state.get("payment_intent", intent_id).unwrap().clone();
    let card = state.get("payment_method", method_id).unwrap()["card"].clone();
    let paid = status == "succeeded";
    let mut details = super::api::API.skeleton_of("Charges:Charge.PaymentMethodDetails.Card");
    for member in ["brand", "country", "exp_month", "exp_year", "funding", "last4"] {
        details[member] = card[member].clone();
    }
    details["network"] = "visa".into();
    let transaction = paid.then(|| state.id("txn_3", 23));
    let amount = number(&intent, "amount");
    let outcome = json!({
        "advice_code": null, "network_advice_code": null, "network_decline_code": null, "reason": null,
        "network_status": if status == "failed" { "declined_by_network" } else { "approved_by_network" },
        "seller_message": if status == "failed" { "The bank declined." } else { "Payment complete." },
        "type": if status == "failed" { "issuer_declined" } else { "authorized" },
    });
    let mut members = json!({
        "amount": amount,
        "amount_captured": if paid { amount } else { 0 },
        "balance_transaction": transaction,
        "captured": paid,
        "metadata": intent["metadata"],
        "outcome": outcome,
        "paid": paid,
        "payment_intent": intent_id,
        "payment_method": method_id,
        "payment_method_details": { "type": "card", "card": details },
        "status": status,
    });
    for member in ["currency", "customer", "description", "receipt_email", "statement_descriptor"] {
        members[member] = intent[member].clone();
    }
    let charge = state.insert("charge", "ch_3", members);
    inherit(state, intent_id, &charge);
    charge
}

/// What comes of an object of the program under test is its too.
pub(super) fn inherit(state: &mut State, from: &str, made: &Value) {
    if state.by_program.contains(from) {
        state.by_program.insert(text(made, "id").to_owned());
    }
}

fn succeed(state: &mut State, intent_id: &str, method_id: &str) -> Value {
    let charge = new_charge(state, intent_id, method_id, "succeeded");
    attach(state, intent_id, method_id);
    state.emit("charge.succeeded", &charge);
    paid(state, intent_id, method_id, &charge)
}

/// The intent whose charge succeeded.
fn paid(state: &mut State, intent_id: &str, method_id: &str, charge: &Value) -> Value {
    let members = json!({
        "status": "succeeded",
        "amount_received": charge["amount"],
        "latest_charge": charge["id"],
        "payment_method": method_id,
        "last_payment_error": null,
    });
    let intent = state.update("payment_intent", intent_id, members);
    state.emit("payment_intent.succeeded", &intent);
    intent
}

/// Saves the card with the customer, where the intent says so.
fn attach(state: &mut State, intent_id: &str, method_id: &str) {
    let intent = state.get("payment_intent", intent_id).unwrap().clone();
    let method = state.get("payment_method", method_id).unwrap();
    if intent["setup_future_usage"].is_null() || !method["customer"].is_null() {
        return;
    }
    let members = json!({ "customer": intent["customer"] });
    let method = state.update("payment_method", method_id, members);
    state.emit("payment_method.attached", &method);
}

fn process(state: &mut State, intent_id: &str, method_id: &str) -> Value {
    let charge = new_charge(state, intent_id, method_id, "pending");
    attach(state, intent_id, method_id);
    state.emit("charge.pending", &charge);
    let members = json!({
        "status": "processing", "latest_charge": charge["id"], "payment_method": method_id,
    });
    let intent = state.update("payment_intent", intent_id, members);
    state.emit("payment_intent.processing", &intent);
    intent
}

fn failed_error(state: &State, charge: &Value, code: &str, decline: &str) -> ApiError {
    let method = state.get("payment_method", text(charge, "payment_method")).unwrap();
    let message = match code {
        "expired_card" => "Your card has expired.",
        "authentication_required" => {
            "Your card was declined. This transaction requires authentication."
        }
        _ => "Your card was declined.",
    };
    ApiError::new(402, "card_error", message)
        .code(code)
        .with("decline_code", decline)
        .with("charge", charge["id"].clone())
        .with("payment_method", method.clone())
}

fn fail(
    state: &mut State,
    intent_id: &str,
    method_id: &str,
    code: &str,
    decline: &str,
) -> ApiError {
    let charge = new_charge(state, intent_id, method_id, "failed");
    refuse_charge(state, intent_id, &charge, code, decline)
}

fn refuse_charge(
    state: &mut State,
    intent_id: &str,
    charge: &Value,
    code: &str,
    decline: &str,
) -> ApiError {
    let error = failed_error(state, charge, code, decline);
    let message = error.members()["message"].clone();
    let members = json!({ "status": "failed", "failure_code": code, "failure_message": message });
    let charge = state.update("charge", text(charge, "id"), members);
    state.emit("charge.failed", &charge);
    let members = json!({
        "status": "requires_payment_method",
        "latest_charge": charge["id"],
        "payment_method": null,
        "last_payment_error": error.members(),
    });
    let intent = state.update("payment_intent", intent_id, members);
    state.emit("payment_intent.payment_failed", &intent);
    error.with("payment_intent", intent)
}

/// What became of a payment that was processing.
pub(super) fn settle(state: &mut State, intent_id: &str, succeeded: bool) {
    let intent = state.get("payment_intent", intent_id).unwrap().clone();
    assert_eq!(intent["status"], "processing", "{intent}");
    let charge_id = text(&intent, "latest_charge").to_owned();
    let charge = state.get("charge", &charge_id).unwrap().clone();
    if succeeded {
        let transaction = state.id("txn_3", 23);
        let members = json!({
            "status": "succeeded", "paid": true, "captured": true,
            "amount_captured": charge["amount"], "balance_transaction": transaction,
        });
        let charge = state.update("charge", &charge_id, members);
        state.emit("charge.succeeded", &charge);
        paid(state, intent_id, text(&charge, "payment_method"), &charge);
    } else {
        refuse_charge(state, intent_id, &charge, "card_declined", "generic_decline");
    }
}
