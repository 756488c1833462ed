//! Subscriptions that an earlier service made at Stripe, where Stripe does the renewing.

use serde_json::{Map, Value, json};

use super::StripeFake;
use super::cards;
use super::cards::Card;
use super::errors::ApiError;
use super::state::{State, text};

impl StripeFake {
    /// A customer as an earlier service made one, without our metadata; answers its identifier.
    pub(crate) fn seed_customer(&self, email: &str) -> String {
        let mut state = self.core.state();
        let customer = state.insert("customer", "cus_", json!({ "email": email }));
        text(&customer, "id").to_owned()
    }

    /// An active subscription from now to `period_end` (seconds); answers its identifier.
    pub(crate) fn seed_subscription(
        &self,
        customer_id: &str,
        currency: &str,
        amount_minor: i64,
        period_end: i64,
    ) -> String {
        let mut state = self.core.state();
        let now = state.now;
        let recurring = json!({
            "interval": "month", "interval_count": 1, "meter": null, "trial_period_days": null,
            "usage_type": "licensed",
        });
        let product = state.id("prod_", 14);
        let price = json!({
            "active": true, "billing_scheme": "per_unit", "currency": currency, "product": product,
            "recurring": recurring, "type": "recurring", "unit_amount": amount_minor,
            "unit_amount_decimal": amount_minor.to_string(),
        });
        let price = state.insert("price", "price_1", price);
        let members = json!({
            "billing_cycle_anchor": now, "collection_method": "charge_automatically",
            "currency": currency, "customer": customer_id, "start_date": now, "status": "active",
        });
        let subscription = state.insert("subscription", "sub_1", members);
        let id = text(&subscription, "id").to_owned();
        let item = json!({
            "current_period_start": now, "current_period_end": period_end, "price": price,
            "quantity": 1, "subscription": id, "plan": state.plan(&price),
        });
        let item = state.insert("subscription_item", "si_", item);
        let url = format!("/v1/subscription_items?subscription={id}");
        let items = json!({ "object": "list", "data": [item], "has_more": false, "url": url });
        state.update("subscription", &id, json!({ "items": items }));
        id
    }

    /// Stripe renews it until `period_end`, by a good card: a charge, `invoice.paid` and
    /// `customer.subscription.updated`. Answers the invoice's identifier.
    pub(crate) fn renew_subscription(&self, id: &str, period_end: i64) -> String {
        self.core.change(|state| {
            let subscription = state.get("subscription", id).unwrap().clone();
            let mut items = subscription["items"].clone();
            let start = items["data"][0]["current_period_end"].clone();
            items["data"][0]["current_period_start"] = start.clone();
            items["data"][0]["current_period_end"] = period_end.into();
            let amount = &items["data"][0]["price"]["unit_amount"];
            let invoice = state.paid_invoice(&subscription, amount, &start, period_end);
            let members = json!({ "items": items, "latest_invoice": invoice["id"] });
            let subscription = state.update("subscription", id, members);
            state.emit("invoice.paid", &invoice);
            state.emit("customer.subscription.updated", &subscription);
            text(&invoice, "id").to_owned()
        })
    }

    /// Somebody sets it to end with its period at Stripe's dashboard, or takes that back.
    pub(crate) fn set_cancel_at_period_end(&self, id: &str, ends: bool) {
        let params = json!({ "cancel_at_period_end": ends });
        self.core.change(|state| change(state, id, params.as_object().unwrap()).unwrap());
    }

    /// Its status changes: "canceled" ends it.
    pub(crate) fn set_subscription_status(&self, id: &str, status: &str) {
        self.core.change(|state| {
            if status == "canceled" {
                end(state, id);
                return;
            }
            let subscription = state.update("subscription", id, json!({ "status": status }));
            state.emit("customer.subscription.updated", &subscription);
        });
    }
}

impl State {
    /// What Stripe still shows of a price as a plan.
    fn plan(&self, price: &Value) -> Value {
        json!({
            "id": price["id"], "object": "plan", "active": true, "amount": price["unit_amount"],
            "amount_decimal": price["unit_amount_decimal"], "billing_scheme": "per_unit",
            "created": self.now, "currency": price["currency"], "interval": "month",
            "interval_count": 1, "livemode": false, "metadata": {}, "meter": null, "nickname": null,
            "product": price["product"], "tiers_mode": null, "transform_usage": null,
            "trial_period_days": null, "usage_type": "licensed",
        })
    }

    fn paid_invoice(
        &mut self,
        subscription: &Value,
        amount: &Value,
        start: &Value,
        period_end: i64,
    ) -> Value {
        let given = json!({
            "amount": amount, "currency": subscription["currency"],
            "customer": subscription["customer"],
        });
        let intent = super::calls::new_intent(self, given);
        let method = cards::new_payment_method(self, Card::Good);
        let paid = cards::attempt(self, text(&intent, "id"), text(&method, "id"), true);
        paid.expect("a good card");
        let id = &subscription["id"];
        self.insert(
            "invoice",
            "in_1",
            json!({
                "amount_due": amount, "amount_paid": amount, "attempted": true, "attempt_count": 1,
                "billing_reason": "subscription_cycle", "collection_method": "charge_automatically",
                "currency": subscription["currency"], "customer": subscription["customer"],
                "parent": {
                    "quote_details": null, "type": "subscription_details",
                    "subscription_details": { "metadata": {}, "subscription": id },
                },
                "period_start": start, "period_end": period_end, "status": "paid",
                "subtotal": amount, "total": amount,
            }),
        )
    }
}

pub(super) fn cancel(
    state: &mut State,
    id: &str,
    params: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let subscription = state.named("subscription", id)?;
    if subscription["status"] == "canceled" {
        return Err(ApiError::unknown_id("subscription", id));
    }
    if let Some(name) = params.keys().find(|name| *name != "expand") {
        let message = format!("The stand-in does not act upon {name}");
        return Err(ApiError::invalid(message).param(name));
    }
    Ok(end(state, id))
}

/// Whether it ends with its period.
pub(super) fn change(
    state: &mut State,
    id: &str,
    params: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let subscription = state.named("subscription", id)?;
    if subscription["status"] == "canceled" {
        return Err(ApiError::invalid("A canceled subscription can only update its metadata"));
    }
    super::calls::only(params, &["cancel_at_period_end", "metadata"])?;
    let mut members = json!({});
    if let Some(ends) = params.get("cancel_at_period_end") {
        let period_end = &subscription["items"]["data"][0]["current_period_end"];
        let at = if *ends == true { period_end.clone() } else { Value::Null };
        members = json!({ "cancel_at_period_end": ends, "cancel_at": at });
    }
    if let Some(given) = params.get("metadata").and_then(Value::as_object) {
        let mut all = subscription["metadata"].as_object().unwrap().clone();
        all.extend(given.clone());
        members["metadata"] = all.into();
    }
    let subscription = state.update("subscription", id, members);
    state.emit("customer.subscription.updated", &subscription);
    Ok(subscription)
}

fn end(state: &mut State, id: &str) -> Value {
    let now = state.now;
    let members = json!({ "status": "canceled", "canceled_at": now, "ended_at": now });
    let subscription = state.update("subscription", id, members);
    state.emit("customer.subscription.deleted", &subscription);
    subscription
}
