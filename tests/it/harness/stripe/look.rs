//! What a test sees of the stand-in, and sets.

use serde_json::Value;

use super::StripeFake;
use super::state::{Call, Event, text};

/// What every object that the program makes must carry.
const METADATA: [&str; 3] = ["sovereign", "organization", "order_id"];
const WITH_METADATA: [&str; 5] =
    ["charge", "checkout.session", "customer", "payment_intent", "refund"];

impl StripeFake {
    /// All requests, in the order they came.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.core.state().calls.clone()
    }

    /// How many requests of this method and path, whole, there have been.
    pub(crate) fn count(&self, method: &str, path: &str) -> usize {
        let state = self.core.state();
        state.calls.iter().filter(|call| call.method == method && call.path == path).count()
    }

    /// The object with this identifier, of any kind.
    pub(crate) fn object(&self, id: &str) -> Value {
        let state = self.core.state();
        state.find(id).unwrap_or_else(|| panic!("no object {id}")).clone()
    }

    /// All objects of a kind ("charge", "checkout.session"), oldest first.
    pub(crate) fn all(&self, object: &str) -> Vec<Value> {
        let state = self.core.state();
        let rows = state.tables.get(object).map(|table| &table.rows[..]).unwrap_or_default();
        rows.iter().filter(|row| !row.is_null()).cloned().collect()
    }

    /// All events, in the order they happened.
    pub(crate) fn events(&self) -> Vec<Event> {
        self.core.state().events.clone()
    }

    /// The events that there have been, without the first so many.
    pub(crate) fn events_after(&self, count: usize) -> Vec<Event> {
        self.core.state().events[count..].to_vec()
    }

    /// The last event of this type.
    pub(crate) fn last_event(&self, kind: &str) -> Event {
        let state = self.core.state();
        let found = state.events.iter().rev().find(|event| event.kind == kind);
        found.unwrap_or_else(|| panic!("no {kind}")).clone()
    }

    /// Every session, payment intent, charge, customer and refund that the program made, or that came of
    /// those, and that lacks `sovereign`, `organization` or `order_id`: its identifier and what it lacks.
    pub(crate) fn objects_without_metadata(&self) -> Vec<(String, &'static str)> {
        let state = self.core.state();
        let rows = WITH_METADATA.iter().filter_map(|object| state.tables.get(*object));
        let rows = rows.flat_map(|table| &table.rows).filter(|row| !row.is_null());
        let made = rows.filter(|row| state.by_program.contains(text(row, "id")));
        made.flat_map(|row| {
            let lacks = METADATA
                .into_iter()
                .filter(|name| row["metadata"][name].as_str().is_none_or(str::is_empty));
            lacks.map(|name| (text(row, "id").to_owned(), name))
        })
        .collect()
    }

    /// The least that a charge in this currency may be, in minor units.
    pub(crate) fn set_minimum(&self, currency: &str, minimum_minor: i64) {
        self.core.state().minimums.insert(currency.to_lowercase(), minimum_minor);
    }

    /// What refunds are from now on: "succeeded" (as from the start), "pending" or "failed".
    pub(crate) fn refunds_are(&self, status: &'static str) {
        assert!(["succeeded", "pending", "failed"].contains(&status), "{status}");
        self.core.state().refund_status = status;
    }

    /// For how long a new charge is not found by search: a minute, from the start.
    pub(crate) fn set_search_lag_seconds(&self, seconds: i64) {
        self.core.state().search_lag_seconds = seconds;
    }
}
