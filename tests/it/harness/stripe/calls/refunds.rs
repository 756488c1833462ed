//! Refunds.

use serde_json::{Value, json};

use super::{Params, only, text_of};
use crate::harness::stripe::errors::ApiError;
use crate::harness::stripe::money;
use crate::harness::stripe::state::{State, metadata, number, text};

pub(super) fn create(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    only(params, &["amount", "charge", "metadata", "payment_intent", "reason"])?;
    let charge_id = match (text_of(params, "charge"), text_of(params, "payment_intent")) {
        (Some(charge), None) => charge.to_owned(),
        (None, Some(id)) => {
            let Some(intent) = state.get("payment_intent", id) else {
                return Err(ApiError::no_such("payment_intent", id, "payment_intent"));
            };
            let paid = intent["status"] == "succeeded";
            let charge = intent["latest_charge"].as_str().filter(|_| paid);
            charge.map(str::to_owned).ok_or_else(|| {
                let message = "This PaymentIntent does not have a successful charge to refund.";
                ApiError::invalid(message).code("payment_intent_unexpected_state")
            })?
        }
        _ => {
            let message = "One of the following params should be provided: charge, payment_intent.";
            return Err(ApiError::invalid(message));
        }
    };
    let Some(charge) = state.get("charge", &charge_id).cloned() else {
        return Err(ApiError::no_such("charge", &charge_id, "charge"));
    };
    let left = number(&charge, "amount") - number(&charge, "amount_refunded");
    let amount = params.get("amount").and_then(Value::as_i64).unwrap_or(left);
    check(state, &charge, amount, left)?;
    let status = state.refund_status;
    let reason = params.get("reason").cloned().unwrap_or_default();
    let metadata = metadata(params.get("metadata"));
    let refund = make_refund(state, &charge, amount, status, &reason, &metadata);
    state.by_program.insert(text(&refund, "id").to_owned());
    Ok(refund)
}

fn check(state: &State, charge: &Value, amount: i64, left: i64) -> Result<(), ApiError> {
    let id = text(charge, "id");
    if charge["paid"] != true {
        return Err(ApiError::invalid(format!("Charge {id} was not paid.")).param("charge"));
    }
    if charge["refunded"] == true {
        let error = ApiError::invalid(format!("Charge {id} has already been refunded."));
        return Err(error.code("charge_already_refunded"));
    }
    let disputes = state.tables.get("dispute").map(|table| &table.rows[..]).unwrap_or_default();
    let mut of = disputes.iter().filter(|dispute| dispute["charge"] == id);
    if of.any(|dispute| dispute["is_charge_refundable"] == false && dispute["status"] != "won") {
        let message = format!("Charge {id} has been charged back; cannot issue a refund.");
        return Err(ApiError::invalid(message).code("charge_disputed"));
    }
    if amount < 1 {
        let error = ApiError::invalid("Invalid positive integer").param("amount");
        return Err(error.code("parameter_invalid_integer"));
    }
    if amount > left {
        let message = format!(
            "Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        );
        return Err(ApiError::invalid(message).param("amount"));
    }
    money::check_step(amount, text(charge, "currency"), "amount")
}

pub(in crate::harness::stripe) fn make_refund(
    state: &mut State,
    charge: &Value,
    amount: i64,
    status: &str,
    reason: &Value,
    metadata: &Value,
) -> Value {
    let transaction = state.id("txn_3", 23);
    let mut members = json!({
        "amount": amount, "balance_transaction": transaction, "charge": charge["id"],
        "currency": charge["currency"], "customer": charge["customer"], "metadata": metadata,
        "payment_intent": charge["payment_intent"], "payment_method": charge["payment_method"],
        "reason": reason, "status": if status == "failed" { "pending" } else { status },
    });
    if status != "succeeded" {
        members["pending_reason"] = "processing".into();
    }
    let refund = state.insert("refund", "re_3", members);
    move_refunded(state, charge, amount);
    let charge = state.get("charge", text(charge, "id")).unwrap().clone();
    state.emit("charge.refunded", &charge);
    state.emit("refund.created", &refund);
    if status == "failed" { fail_refund(state, text(&refund, "id")) } else { refund }
}

/// The money comes back to the account, and may be refunded again.
pub(in crate::harness::stripe) fn fail_refund(state: &mut State, id: &str) -> Value {
    let transaction = state.id("txn_3", 23);
    let members = json!({
        "status": "failed", "failure_reason": "expired_or_canceled_card",
        "failure_balance_transaction": transaction,
    });
    let refund = state.update("refund", id, members);
    let charge = state.get("charge", text(&refund, "charge")).unwrap().clone();
    move_refunded(state, &charge, -number(&refund, "amount"));
    state.emit("refund.failed", &refund);
    state.emit("refund.updated", &refund);
    refund
}

fn move_refunded(state: &mut State, charge: &Value, amount: i64) {
    let refunded = number(charge, "amount_refunded") + amount;
    let members =
        json!({ "amount_refunded": refunded, "refunded": refunded == number(charge, "amount") });
    state.update("charge", text(charge, "id"), members);
}
