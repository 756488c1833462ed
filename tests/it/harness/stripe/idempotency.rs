//! Idempotency keys (`docs.stripe.com/api/idempotent_requests`): an answer is kept for a day, whatever its
//! status, once the request was begun in earnest.

use std::collections::HashMap;

use super::errors::ApiError;

const KEPT_SECONDS: i64 = 86_400;

#[derive(Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

struct Entry {
    /// Method, path and parameters.
    request: String,
    begun: i64,
    answer: Option<Answer>,
}

#[derive(Default)]
pub(super) struct Keys(HashMap<String, Entry>);

impl Keys {
    /// The answer there is already. Without one the key is taken, until [`Self::end`].
    pub(super) fn begin(
        &mut self,
        key: &str,
        request: &str,
        now: i64,
    ) -> Result<Option<Answer>, ApiError> {
        self.0.retain(|_, entry| entry.answer.is_none() || now < entry.begun + KEPT_SECONDS);
        match self.0.get(key) {
            None => {
                let entry = Entry { request: request.to_owned(), begun: now, answer: None };
                self.0.insert(key.to_owned(), entry);
                Ok(None)
            }
            Some(entry) if entry.request != request => Err(ApiError::new(
                400,
                "idempotency_error",
                format!(
                    "Keys for idempotent requests can only be used with the same parameters they were \
                     first used with. Try using a key other than '{key}'."
                ),
            )),
            Some(Entry { answer: None, .. }) => Err(ApiError::new(
                409,
                "idempotency_error",
                format!("There is currently another in-progress request using the key '{key}'."),
            )
            .code("idempotency_key_in_use")),
            Some(Entry { answer, .. }) => Ok(answer.clone()),
        }
    }

    pub(super) fn end(&mut self, key: &str, answer: Answer) {
        self.0.get_mut(key).unwrap().answer = Some(answer);
    }
}
