//! The steps of a provision, as its Organization sees them.

use sovereign_domain::timestamp::Timestamp;

use crate::storage::provisions::Step;

const RUNNING: &str = "running";
const COMPLETED: &str = "completed";
const FAILED: &str = "failed";
const PENDING: &str = "pending";

/// After all others, while something is being removed.
pub(super) const REMOVE: &str = "remove";

/// The steps of one attempt; each attempt begins anew.
#[derive(Debug)]
pub(super) struct Steps {
    all: Vec<Step>,
}

impl Steps {
    pub(super) fn begin(names: [&str; 3], now: Timestamp) -> Self {
        let step = |name: &str| Step {
            name: name.to_owned(),
            status: PENDING.to_owned(),
            message: String::new(),
            started_at: None,
            done_at: None,
        };
        let mut steps = Self { all: names.into_iter().map(step).collect() };
        steps.start(0, now);
        steps
    }

    pub(super) fn as_slice(&self) -> &[Step] {
        &self.all
    }

    fn start(&mut self, place: usize, now: Timestamp) {
        if let Some(step) = self.all.get_mut(place) {
            RUNNING.clone_into(&mut step.status);
            step.started_at = Some(now.to_rfc3339());
        }
    }

    /// The running step is done, and the next one begins.
    pub(super) fn complete(&mut self, message: String, now: Timestamp) {
        self.end(COMPLETED, message, now);
        let next = self.all.iter().position(|step| step.status == PENDING);
        if let Some(next) = next {
            self.start(next, now);
        }
    }

    pub(super) fn fail(&mut self, message: &str, now: Timestamp) {
        self.end(FAILED, message.to_owned(), now);
    }

    fn end(&mut self, status: &str, message: String, now: Timestamp) {
        if let Some(step) = self.all.iter_mut().find(|step| step.status == RUNNING) {
            status.clone_into(&mut step.status);
            step.message = message;
            step.done_at = Some(now.to_rfc3339());
        }
    }

    /// Everything is in the repository, and what is removed has its time.
    pub(super) fn wait(&mut self, message: String, now: Timestamp) {
        self.all.push(Step {
            name: REMOVE.to_owned(),
            status: RUNNING.to_owned(),
            message,
            started_at: Some(now.to_rfc3339()),
            done_at: None,
        });
    }
}
