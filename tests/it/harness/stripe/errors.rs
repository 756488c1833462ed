//! Errors in Stripe's shape.

use serde_json::{Map, Value, json};

#[derive(Debug, Clone)]
pub(super) struct ApiError {
    pub(super) status: u16,
    /// The members of `error`.
    members: Map<String, Value>,
}

impl ApiError {
    pub(super) fn new(status: u16, kind: &str, message: impl Into<String>) -> Self {
        let members = [("message", message.into()), ("type", kind.to_owned())];
        let members = members.into_iter().map(|(name, value)| (name.to_owned(), value.into()));
        Self { status, members: members.collect() }
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalid_request_error", message)
    }

    pub(super) fn code(self, code: &str) -> Self {
        let url = format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-"));
        self.with("code", code).with("doc_url", url)
    }

    pub(super) fn param(self, param: &str) -> Self {
        self.with("param", param)
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    pub(super) fn missing(param: &str) -> Self {
        Self::invalid(format!("Missing required param: {param}."))
            .code("parameter_missing")
            .param(param)
    }

    /// What a path names and is not there.
    pub(super) fn unknown_id(what: &str, id: &str) -> Self {
        let error = Self::new(404, "invalid_request_error", format!("No such {what}: '{id}'"));
        error.code("resource_missing").param("id")
    }

    /// What a parameter names and is not there.
    pub(super) fn no_such(what: &str, id: &str, param: &str) -> Self {
        let error = Self::invalid(format!("No such {what}: '{id}'"));
        error.code("resource_missing").param(param)
    }

    pub(super) fn server_error() -> Self {
        Self::new(500, "api_error", "An unknown error occurred")
    }

    /// The members of `error`, as a payment intent keeps them in `last_payment_error`.
    pub(super) fn members(&self) -> Value {
        Value::Object(self.members.clone())
    }

    pub(super) fn body(&self) -> Value {
        json!({ "error": self.members })
    }
}
