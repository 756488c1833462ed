//! What the stand-in remembers.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::api::API;
use super::cards::Card;
use super::errors::ApiError;
use super::idempotency::Keys;
use super::trouble::Rule;

/// A request that has come, whatever became of it.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The query or the form, decoded: `("metadata[order_id]", "…")`.
    pub(crate) params: Vec<(String, String)>,
    pub(crate) idempotency_key: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) id: String,
    /// "charge.refunded" and so on.
    pub(crate) kind: String,
    /// The object's.
    pub(crate) object_id: String,
    pub(super) created: i64,
    /// As it is sent.
    pub(crate) body: Arc<str>,
}

impl Call {
    /// One parameter, by its name with brackets.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

impl Event {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// Objects of one kind, in the order they were made.
#[derive(Default)]
pub(super) struct Table {
    pub(super) rows: Vec<Value>,
    index: HashMap<String, usize>,
}

pub(super) struct State {
    /// In seconds. Set from the clock whenever somebody takes hold of the state.
    pub(super) now: i64,
    pub(super) secret_key: String,
    pub(super) webhook_secret: String,
    /// Endpoints' secrets, by their identifier: each signs.
    pub(super) endpoint_secrets: HashMap<String, Vec<String>>,
    pub(super) tables: BTreeMap<String, Table>,
    pub(super) cards: HashMap<String, Card>,
    /// What a session was given for its payment intent.
    pub(super) intent_data: HashMap<String, Value>,
    pub(super) line_items: HashMap<String, Value>,
    /// The session that made a payment intent.
    pub(super) session_of: HashMap<String, String>,
    /// Made by the program under test, or by a person who paid what it made.
    pub(super) by_program: HashSet<String>,
    pub(super) events: Vec<Event>,
    pub(super) calls: Vec<Call>,
    pub(super) keys: Keys,
    pub(super) rules: Vec<Rule>,
    pub(super) minimums: HashMap<String, i64>,
    /// Of the refunds to come: "succeeded", "pending" or "failed".
    pub(super) refund_status: &'static str,
    /// For how long a charge is not found by search.
    pub(super) search_lag_seconds: i64,
    /// The request that is being answered, for its events.
    pub(super) request: Value,
    salt: u64,
    counter: u64,
}

impl State {
    pub(super) fn new(salt: u64) -> Self {
        let mut state = Self {
            now: 0,
            secret_key: String::new(),
            webhook_secret: String::new(),
            endpoint_secrets: HashMap::new(),
            tables: BTreeMap::new(),
            cards: HashMap::new(),
            intent_data: HashMap::new(),
            line_items: HashMap::new(),
            session_of: HashMap::new(),
            by_program: HashSet::new(),
            events: Vec::new(),
            calls: Vec::new(),
            keys: Keys::default(),
            rules: Vec::new(),
            minimums: HashMap::new(),
            refund_status: "succeeded",
            search_lag_seconds: 60,
            request: Value::Null,
            salt,
            counter: 0,
        };
        state.secret_key = state.id("sk_test_51", 99);
        state.webhook_secret = state.id("whsec_", 32);
        state
    }

    /// Another identifier: a prefix and so many letters and digits. Stand-ins that live at the same time
    /// make different ones.
    pub(super) fn id(&mut self, prefix: &str, length: usize) -> String {
        const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let mut id = prefix.to_owned();
        let mut block = 0_u8;
        while id.len() < prefix.len() + length {
            let seed = format!("{} {} {block}", self.salt, self.counter);
            id.extend(
                Sha256::digest(seed).iter().map(|b| char::from(DIGITS[usize::from(*b) % 62])),
            );
            block += 1;
        }
        self.counter += 1;
        id.truncate(prefix.len() + length);
        id
    }

    /// A new object: the empty one of its kind with these members, kept, with an identifier of its own.
    pub(super) fn insert(&mut self, object: &str, prefix: &str, members: Value) -> Value {
        let length = if object == "checkout.session" { 58 } else { 24 };
        let id = self.id(prefix, length);
        let mut value = API.skeleton(object);
        value["id"] = id.as_str().into();
        if let Some(created) = value.get_mut("created") {
            *created = self.now.into();
        }
        merge(&mut value, members);
        let table = self.tables.entry(object.to_owned()).or_default();
        table.index.insert(id, table.rows.len());
        table.rows.push(value.clone());
        value
    }

    pub(super) fn get(&self, object: &str, id: &str) -> Option<&Value> {
        let table = self.tables.get(object)?;
        table.index.get(id).map(|row| &table.rows[*row]).filter(|row| !row.is_null())
    }

    /// What a path names.
    pub(super) fn named(&self, object: &str, id: &str) -> Result<Value, ApiError> {
        let what = object.replace('.', "_");
        self.get(object, id).cloned().ok_or_else(|| ApiError::unknown_id(&what, id))
    }

    /// Changes members of an object; answers it as it is then.
    pub(super) fn update(&mut self, object: &str, id: &str, members: Value) -> Value {
        let table = self.tables.get_mut(object).unwrap();
        let row = table.index[id];
        merge(&mut table.rows[row], members);
        table.rows[row].clone()
    }

    pub(super) fn remove(&mut self, object: &str, id: &str) {
        let table = self.tables.get_mut(object).unwrap();
        let row = table.index.remove(id).unwrap();
        table.rows[row] = Value::Null;
    }

    /// The object of any kind with this identifier.
    pub(super) fn find(&self, id: &str) -> Option<&Value> {
        self.tables.keys().find_map(|object| self.get(object, id))
    }

    /// An event, with the object as it is at this moment.
    pub(super) fn emit(&mut self, kind: &str, object: &Value) {
        let id = self.id("evt_1", 23);
        let event = json!({
            "id": id,
            "object": "event",
            "api_version": API.version,
            "created": self.now,
            "data": { "object": object },
            "livemode": false,
            "pending_webhooks": 1,
            "request": if self.request.is_null() {
                json!({ "id": null, "idempotency_key": null })
            } else {
                self.request.clone()
            },
            "type": kind,
        });
        let fault = API.fault(&event).or_else(|| API.fault(object));
        assert_eq!(fault, None, "{kind}");
        let object_id = object["id"].as_str().unwrap().to_owned();
        let body = event.to_string().into();
        self.events.push(Event { id, kind: kind.to_owned(), object_id, created: self.now, body });
    }
}

/// Members, over those there are.
pub(super) fn merge(value: &mut Value, members: Value) {
    let (Value::Object(value), Value::Object(members)) = (value, members) else {
        panic!("only objects have members");
    };
    value.extend(members);
}

/// Metadata as an object has it: text, without what was given empty.
pub(super) fn metadata(given: Option<&Value>) -> Value {
    let given = given.and_then(Value::as_object).cloned().unwrap_or_default();
    let text = given.into_iter().filter(|(_, value)| !value.is_null() && value != "");
    text.collect::<Map<_, _>>().into()
}

pub(super) fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}"))
}

pub(super) fn number(value: &Value, member: &str) -> i64 {
    value[member].as_i64().unwrap_or_else(|| panic!("no {member} in {value}"))
}
