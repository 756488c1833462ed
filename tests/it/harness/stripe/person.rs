//! What people do at Stripe: customers who pay, banks that dispute, and the account's owner at the dashboard.

use serde_json::{Value, json};

use super::StripeFake;
use super::calls::{self, expire_now};
use super::cards::{self, Card};
use super::state::{State, merge, number, text};

impl StripeFake {
    /// Somebody pays at a session's page; answers the session as it is then. A declined card leaves it
    /// open. One that is not open stays as it is, and one that is due expires.
    pub(crate) fn pay(&self, session_id: &str, card: Card) -> Value {
        self.core.change(|state| {
            expire_due(state);
            let session = state.get("checkout.session", session_id);
            let session = session.unwrap_or_else(|| panic!("no session {session_id}")).clone();
            if session["status"] == "open" { pay(state, &session, card) } else { session }
        })
    }

    /// What became of the payment of a session by [`Card::Async`].
    pub(crate) fn settle_async(&self, session_id: &str, succeeded: bool) {
        self.core.change(|state| {
            let session = state.get("checkout.session", session_id).unwrap().clone();
            cards::settle(state, text(&session, "payment_intent"), succeeded);
            let (status, event) = if succeeded {
                ("paid", "checkout.session.async_payment_succeeded")
            } else {
                ("unpaid", "checkout.session.async_payment_failed")
            };
            let members = json!({ "payment_status": status });
            let session = state.update("checkout.session", session_id, members);
            state.emit(event, &session);
        });
    }

    /// What became of a payment by [`Card::Async`] while nobody was there.
    pub(crate) fn settle_intent(&self, intent_id: &str, succeeded: bool) {
        self.core.change(|state| cards::settle(state, intent_id, succeeded));
    }

    /// Sessions that are due by the clock expire; answers how many.
    pub(crate) fn expire_due(&self) -> usize {
        self.core.change(expire_due)
    }

    /// A card that the customer has now, as if they had saved it in the portal: its payment method.
    pub(crate) fn save_card(&self, customer_id: &str, card: Card) -> String {
        self.core.change(|state| {
            let method = cards::new_payment_method(state, card);
            let id = text(&method, "id").to_owned();
            let method = state.update("payment_method", &id, json!({ "customer": customer_id }));
            state.emit("payment_method.attached", &method);
            id
        })
    }

    /// From now on a saved card does this.
    pub(crate) fn set_card(&self, payment_method_id: &str, card: Card) {
        self.core.state().cards.insert(payment_method_id.to_owned(), card).unwrap();
    }

    /// The customer removes a saved card.
    pub(crate) fn detach(&self, payment_method_id: &str) {
        self.core.change(|state| {
            let members = json!({ "customer": null });
            let method = state.update("payment_method", payment_method_id, members);
            state.emit("payment_method.detached", &method);
        });
    }

    /// A refund that the program did not ask for, without metadata; answers its identifier.
    pub(crate) fn refund_from_dashboard(&self, charge_id: &str, amount_minor: i64) -> String {
        self.core.change(|state| {
            let charge = state.get("charge", charge_id).unwrap().clone();
            let left = number(&charge, "amount") - number(&charge, "amount_refunded");
            assert!(amount_minor <= left, "no more than {left} can be refunded");
            let (reason, metadata) = (json!("requested_by_customer"), json!({}));
            let refund =
                calls::make_refund(state, &charge, amount_minor, "succeeded", &reason, &metadata);
            text(&refund, "id").to_owned()
        })
    }

    /// What became of a refund that is pending.
    pub(crate) fn settle_refund(&self, refund_id: &str, succeeded: bool) {
        self.core.change(|state| {
            if succeeded {
                let refund = state.update("refund", refund_id, json!({ "status": "succeeded" }));
                state.emit("refund.updated", &refund);
            } else {
                calls::fail_refund(state, refund_id);
            }
        });
    }

    /// The bank takes the money back; answers the dispute's identifier.
    pub(crate) fn dispute(&self, charge_id: &str, amount_minor: i64) -> String {
        self.core.change(|state| {
            let dispute = new_dispute(state, charge_id, amount_minor, "needs_response");
            state.emit("charge.dispute.created", &dispute);
            state.emit("charge.dispute.funds_withdrawn", &dispute);
            text(&dispute, "id").to_owned()
        })
    }

    /// The bank only asks; no money moves, and the charge can still be refunded.
    pub(crate) fn inquire(&self, charge_id: &str, amount_minor: i64) -> String {
        self.core.change(|state| {
            let dispute = new_dispute(state, charge_id, amount_minor, "warning_needs_response");
            state.emit("charge.dispute.created", &dispute);
            text(&dispute, "id").to_owned()
        })
    }

    /// An inquiry becomes a dispute.
    pub(crate) fn escalate(&self, dispute_id: &str) {
        self.core.change(|state| {
            let members = json!({ "status": "needs_response", "is_charge_refundable": false });
            let dispute = state.update("dispute", dispute_id, members);
            state.emit("charge.dispute.updated", &dispute);
            state.emit("charge.dispute.funds_withdrawn", &dispute);
        });
    }

    /// The money comes back.
    pub(crate) fn win(&self, dispute_id: &str) {
        self.close(dispute_id, "won", true);
    }

    pub(crate) fn lose(&self, dispute_id: &str) {
        self.close(dispute_id, "lost", false);
    }

    /// An inquiry ends without a dispute.
    pub(crate) fn close_inquiry(&self, dispute_id: &str) {
        self.close(dispute_id, "warning_closed", false);
    }

    fn close(&self, dispute_id: &str, status: &str, reinstated: bool) {
        self.core.change(|state| {
            let dispute = state.update("dispute", dispute_id, json!({ "status": status }));
            if reinstated {
                state.emit("charge.dispute.funds_reinstated", &dispute);
            }
            state.emit("charge.dispute.closed", &dispute);
        });
    }
}

fn pay(state: &mut State, session: &Value, card: Card) -> Value {
    let session_id = text(session, "id").to_owned();
    let session = with_customer(state, session);
    let method = cards::new_payment_method(state, card);
    let intent_id = calls::intent_of_session(state, &session);
    let paid = cards::attempt(state, &intent_id, text(&method, "id"), false);
    let Ok(intent) = paid else {
        return state.get("checkout.session", &session_id).unwrap().clone();
    };
    let status = if intent["status"] == "succeeded" { "paid" } else { "unpaid" };
    let customer = session["customer"].as_str().and_then(|id| state.get("customer", id));
    let email = customer.map_or(&session["customer_email"], |customer| &customer["email"]);
    let details = json!({
        "address": null, "business_name": null, "email": email, "individual_name": null, "name": null,
        "phone": null, "tax_exempt": "none", "tax_ids": null,
    });
    let members = json!({
        "status": "complete", "payment_status": status, "url": null, "customer_details": details,
    });
    let session = state.update("checkout.session", &session_id, members);
    state.emit("checkout.session.completed", &session);
    session
}

/// A card can be saved with a customer only: where the session has none, Stripe makes one.
fn with_customer(state: &mut State, session: &Value) -> Value {
    let session_id = text(session, "id");
    let saves = state.intent_data[session_id].get("setup_future_usage").is_some();
    if !session["customer"].is_null() || !(saves || session["customer_creation"] == "always") {
        return session.clone();
    }
    let customer = state.insert("customer", "cus_", json!({ "email": session["customer_email"] }));
    cards::inherit(state, session_id, &customer);
    state.emit("customer.created", &customer);
    state.update("checkout.session", session_id, json!({ "customer": customer["id"] }))
}

fn expire_due(state: &mut State) -> usize {
    let now = state.now;
    let rows =
        state.tables.get("checkout.session").map(|table| &table.rows[..]).unwrap_or_default();
    let due = rows.iter().filter(|row| row["status"] == "open" && number(row, "expires_at") <= now);
    let due: Vec<_> = due.map(|row| text(row, "id").to_owned()).collect();
    for id in &due {
        expire_now(state, id);
    }
    due.len()
}

fn new_dispute(state: &mut State, charge_id: &str, amount: i64, status: &str) -> Value {
    let charge = state.update("charge", charge_id, json!({ "disputed": true }));
    let inquiry = status == "warning_needs_response";
    let case_type = if inquiry { "inquiry" } else { "chargeback" };
    let mut members = json!({
        "amount": amount, "charge": charge_id, "currency": charge["currency"],
        "is_charge_refundable": inquiry, "payment_intent": charge["payment_intent"],
        "reason": "fraudulent", "status": status,
    });
    let card = json!({
        "brand": "visa", "case_type": case_type, "network": "visa", "network_reason_code": "10.4",
    });
    merge(&mut members, json!({ "payment_method_details": { "type": "card", "card": card } }));
    state.insert("dispute", "du_1", members)
}

impl StripeFake {
    /// The account's owner ends an open session at the dashboard.
    pub(crate) fn expire(&self, session_id: &str) {
        self.core.change(|state| expire_now(state, session_id));
    }

    /// Opens a session again that has expired, for what must never happen and has to be survived.
    pub(crate) fn reopen(&self, session_id: &str) {
        self.core.change(|state| {
            let expires_at = state.now + 3_600;
            let members = json!({ "status": "open", "expires_at": expires_at });
            state.update("checkout.session", session_id, members);
        });
    }
}

impl StripeFake {
    /// Forgets an object, as if the key were of another account, or the object had never been.
    pub(crate) fn forget(&self, id: &str) {
        self.core.change(|state| {
            let object = text(state.find(id).unwrap(), "object").to_owned();
            state.remove(&object, id);
        });
    }

    /// A charge that succeeded and that the program under test did not make; answers its identifier.
    pub(crate) fn charge_from_elsewhere(&self, members: Value) -> String {
        self.core.change(|state| {
            let intent = state.id("pi_3", 24);
            let mut charge = json!({
                "paid": true, "captured": true, "status": "succeeded", "payment_intent": intent,
            });
            merge(&mut charge, members);
            charge["amount_captured"] = charge["amount"].clone();
            let charge = state.insert("charge", "ch_3", charge);
            text(&charge, "id").to_owned()
        })
    }

    /// Sets the metadata of an object, as somebody does at the dashboard.
    pub(crate) fn set_metadata(&self, id: &str, metadata: &Value) {
        self.core.change(|state| {
            let object = text(state.find(id).unwrap(), "object").to_owned();
            state.update(&object, id, json!({ "metadata": metadata }));
        });
    }
}
