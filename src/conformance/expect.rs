//! What an answer must be, and what is told of it: under the name of the check, with the request.

use serde_json::Value;

use super::run::{Asked, Run};
use super::shape::{Fault, Shape};
use super::shapes;

impl Run<'_> {
    /// Whether the status is one of these; where it is not, that is told.
    pub(super) fn has_status(&mut self, name: &str, asked: &Asked, wanted: &[u16]) -> bool {
        let status = asked.answer.status;
        if wanted.contains(&status) {
            return true;
        }
        let wanted: Vec<String> = wanted.iter().map(u16::to_string).collect();
        let wanted = wanted.join(" or ");
        // A smoke test that could not be made was not passed.
        if status == 429 && !name.starts_with("smoke.") {
            self.came_too_often(name, asked);
        } else {
            self.findings.drift(name, &asked.request, wanted, asked.answer.described());
        }
        false
    }

    /// It is limited for longer than was waited, and nothing is known.
    fn came_too_often(&mut self, name: &str, asked: &Asked) {
        let wait = asked.answer.retry_after.as_deref();
        self.tells(
            "rate-limit.retry-after",
            asked,
            wait.is_some(),
            "429 with Retry-After",
            "429 without it",
        );
        let why = format!("answered 429, Retry-After {}", wait.unwrap_or("absent"));
        self.findings.skipped(name, Some(&asked.request), &why);
    }

    /// Whether the status is one of these; tells either way.
    pub(super) fn answers(&mut self, name: &str, asked: &Asked, wanted: &[u16]) -> bool {
        let is_wanted = self.has_status(name, asked, wanted);
        if is_wanted {
            self.findings.passed(name, &asked.request);
        }
        is_wanted
    }

    /// Whether it is refused with this status, as a problem.
    pub(super) fn refuses(&mut self, name: &str, asked: &Asked, status: u16) -> bool {
        let is_wanted = self.answers(name, asked, &[status]);
        if is_wanted {
            self.problem(asked);
        }
        is_wanted
    }

    /// Tells whether something holds.
    pub(super) fn tells(
        &mut self,
        name: &str,
        asked: &Asked,
        holds: bool,
        expected: &str,
        got: impl Into<String>,
    ) {
        if holds {
            self.findings.passed(name, &asked.request);
        } else {
            self.findings.drift(name, &asked.request, expected, got);
        }
    }

    /// An error is a problem of RFC 9457, with `error` for older clients.
    pub(super) fn problem(&mut self, asked: &Asked) {
        const KIND: &str = "application/problem+json";
        let kind = asked.answer.content_type.split(';').next().unwrap_or_default().trim();
        let got = if kind.is_empty() { "no Content-Type" } else { kind };
        let is_problem = kind.eq_ignore_ascii_case(KIND);
        self.tells("problem.content-type", asked, is_problem, KIND, got);
        let body = asked.answer.json.as_ref().unwrap_or(&Value::Null);
        self.shape(&shapes::PROBLEM, asked, body);
        let text = |member: &str| body.get(member).and_then(Value::as_str);
        if let (Some(detail), Some(error)) = (text("detail"), text("error")) {
            let expected = "the same text as detail";
            self.tells("problem.error", asked, detail == error, expected, "another text");
        }
        if let Some(status) = body.get("status").and_then(Value::as_u64) {
            let is_same = status == u64::from(asked.answer.status);
            let expected = "the status of the answer";
            self.tells("problem.status", asked, is_same, expected, status.to_string());
        }
    }

    /// Each member of an object, under the name of its shape.
    pub(super) fn shape(&mut self, shape: &Shape, asked: &Asked, value: &Value) {
        let findings = &mut self.findings;
        shape.look(value, &mut |name, fault| match fault {
            None => findings.passed(name, &asked.request),
            Some(Fault { expected, got }) => findings.drift(name, &asked.request, expected, got),
        });
    }

    /// Each object of a list.
    pub(super) fn rows(&mut self, shape: &Shape, asked: &Asked, rows: &[Value]) {
        if rows.is_empty() {
            self.findings.skipped(shape.name, Some(&asked.request), "the list is empty");
        }
        for row in rows {
            self.shape(shape, asked, row);
        }
    }

    /// A list that everybody may read, or this caller: 200, an array, and each object of it.
    pub(super) fn list(&mut self, name: &str, shape: &Shape, asked: &Asked) -> Option<Vec<Value>> {
        if !self.has_status(name, asked, &[200]) {
            return None;
        }
        let list = asked.answer.json.as_ref().and_then(Value::as_array);
        self.tells(name, asked, list.is_some(), "200 with an array", asked.answer.described());
        let list = list?;
        self.rows(shape, asked, list);
        Some(list.clone())
    }
}
