//! The calls, each as Stripe documents it.

mod customers;
mod endpoints;
mod intents;
mod refunds;
mod sessions;

use serde_json::{Map, Value, json};

use super::api::API;
use super::errors::ApiError;
use super::state::{State, merge, metadata};
use super::{expand, lists, subscriptions};

pub(super) use self::intents::{new_intent, of_session as intent_of_session};
pub(super) use self::refunds::{fail_refund, make_refund};
pub(super) use self::sessions::expire_now;

pub(super) type Params = Map<String, Value>;

/// Runs a call of `api.json`. What it answers has no member that Stripe's objects lack.
pub(super) fn run(
    state: &mut State,
    call: &str,
    id: Option<&str>,
    params: &Params,
) -> Result<Value, ApiError> {
    let mut answer = execute(state, call, id.unwrap_or_default(), params)?;
    expand::expand(state, &mut answer, params)?;
    let fault = match answer["object"].as_str() {
        Some("list" | "search_result") => {
            answer["data"].as_array().unwrap().iter().find_map(|item| API.fault(item))
        }
        _ if answer["deleted"] == true => None,
        _ => API.fault(&answer),
    };
    assert_eq!(fault, None, "{call}");
    Ok(answer)
}

fn execute(state: &mut State, call: &str, id: &str, params: &Params) -> Result<Value, ApiError> {
    let charges = ["payment_intent", "customer", "transfer_group"];
    match call {
        "GET /v1/account" => Ok(account(state)),
        "POST /v1/billing_portal/sessions" => customers::open_portal(state, params),
        "GET /v1/charges" => lists::list(state, "charge", "/v1/charges", params, &charges),
        "GET /v1/charges/:id" => state.named("charge", id),
        "GET /v1/charges/search" => lists::search_charges(state, params),
        "GET /v1/checkout/sessions" => {
            let members = ["payment_intent", "customer", "status", "subscription", "payment_link"];
            lists::list(state, "checkout.session", "/v1/checkout/sessions", params, &members)
        }
        "POST /v1/checkout/sessions" => sessions::create(state, params),
        "GET /v1/checkout/sessions/:id" => state.named("checkout.session", id),
        "POST /v1/checkout/sessions/:id/expire" => sessions::expire(state, id),
        "POST /v1/customers" => customers::create(state, params),
        "GET /v1/customers/:id" => state.named("customer", id),
        "POST /v1/customers/:id" => customers::change(state, id, params),
        "GET /v1/disputes" => {
            lists::list(state, "dispute", "/v1/disputes", params, &["charge", "payment_intent"])
        }
        "GET /v1/disputes/:id" => state.named("dispute", id),
        "GET /v1/events" => events(state, params),
        "GET /v1/payment_intents" => {
            lists::list(state, "payment_intent", "/v1/payment_intents", params, &["customer"])
        }
        "POST /v1/payment_intents" => intents::create(state, params),
        "GET /v1/payment_intents/:id" => state.named("payment_intent", id),
        "POST /v1/payment_intents/:id/cancel" => intents::cancel(state, id, params),
        "GET /v1/payment_methods/:id" => state.named("payment_method", id),
        "GET /v1/refunds" => {
            lists::list(state, "refund", "/v1/refunds", params, &["charge", "payment_intent"])
        }
        "POST /v1/refunds" => refunds::create(state, params),
        "GET /v1/refunds/:id" => state.named("refund", id),
        "DELETE /v1/subscriptions/:id" => subscriptions::cancel(state, id, params),
        "GET /v1/subscriptions/:id" => state.named("subscription", id),
        "POST /v1/subscriptions/:id" => subscriptions::change(state, id, params),
        "DELETE /v1/webhook_endpoints/:id" => endpoints::delete(state, id),
        "GET /v1/webhook_endpoints" => {
            lists::list(state, "webhook_endpoint", "/v1/webhook_endpoints", params, &[])
        }
        "GET /v1/webhook_endpoints/:id" => state.named("webhook_endpoint", id),
        "POST /v1/webhook_endpoints" => endpoints::create(state, params),
        _ => panic!("{call} is derived and does nothing"),
    }
}

/// Refuses what Stripe takes and this stand-in does not act upon.
pub(super) fn only(params: &Params, acted_upon: &[&str]) -> Result<(), ApiError> {
    match params.keys().find(|name| *name != "expand" && !acted_upon.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            Err(ApiError::invalid(format!("The stand-in does not act upon {name}")).param(name))
        }
    }
}

/// The members of `params` that are named, as they are.
fn copied(params: &Params, names: &[&str]) -> Value {
    let found =
        names.iter().filter_map(|name| Some(((*name).to_owned(), params.get(*name)?.clone())));
    found.collect::<Params>().into()
}

fn text_of<'p>(params: &'p Params, name: &str) -> Option<&'p str> {
    params.get(name).and_then(Value::as_str)
}

/// A new object of the program's, with the metadata that it gave.
fn made(
    state: &mut State,
    object: &str,
    prefix: &str,
    params: &Params,
    mut members: Value,
) -> Value {
    merge(&mut members, json!({ "metadata": metadata(params.get("metadata")) }));
    let made = state.insert(object, prefix, members);
    state.by_program.insert(made["id"].as_str().unwrap().to_owned());
    made
}

fn account(state: &mut State) -> Value {
    if state.tables.get("account").is_none_or(|table| table.rows.is_empty()) {
        let members = json!({
            "charges_enabled": true, "details_submitted": true, "payouts_enabled": true,
            "country": "OM", "default_currency": "omr", "email": "billing@example.com", "type": "standard",
        });
        state.insert("account", "acct_1", members);
    }
    state.tables["account"].rows[0].clone()
}

/// Stripe keeps them for thirty days.
fn events(state: &State, params: &Params) -> Result<Value, ApiError> {
    only(params, &["created", "type", "types", "limit", "starting_after", "ending_before"])?;
    let types = params.get("types").and_then(Value::as_array);
    let fits = |kind: &str, created: i64| {
        text_of(params, "type").is_none_or(|wanted| wanted == kind)
            && types.is_none_or(|types| types.iter().any(|wanted| wanted == kind))
            && lists::in_range(created, params.get("created"))
            && created > state.now - 30 * 86_400
    };
    let found = state.events.iter().rev().filter(|event| fits(&event.kind, event.created));
    lists::page(&found.map(super::Event::json).collect::<Vec<_>>(), "/v1/events", params)
}
