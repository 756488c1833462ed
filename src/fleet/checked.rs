//! What is known of the conformance of each Sovereign: from a run, or from the report that one wrote.

use std::collections::BTreeMap;

use serde_json::Value;
use sovereign_domain::timestamp::Timestamp;

use super::snapshot::{Conformance, Failure};
use super::why::{Reason, Why};

/// So many checks that drifted are kept of each Sovereign.
const MAX_FAILURES: usize = 20;

/// By address.
#[derive(Debug, Default)]
pub(crate) struct Checked(Option<BTreeMap<String, Conformance>>);

impl Checked {
    /// What `sovereign conformance --json` answers, of the moment that it says; of `at` where it says none.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn of_report(report: &Value, at: Timestamp) -> Result<Self, String> {
        let said = report.get("at").and_then(Value::as_str).and_then(Timestamp::parse_rfc3339);
        let checked_at = said.unwrap_or(at);
        let targets = report.get("targets").and_then(Value::as_array);
        let targets =
            targets.ok_or("is no report: write it with `sovereign conformance --json`")?;
        let mut found = BTreeMap::new();
        for (place, target) in targets.iter().enumerate() {
            let one = read(target, checked_at);
            let (url, one) = one.ok_or_else(|| {
                let number = place.saturating_add(1);
                format!("target number {number} is not as `sovereign conformance --json` writes it")
            })?;
            found.insert(url, one);
        }
        Ok(Self(Some(found)))
    }

    pub(super) fn of(&self, url: &str) -> Result<Conformance, Why> {
        match &self.0 {
            None => Err(Why::only(Reason::NotChecked)),
            Some(found) => found.get(url).cloned().ok_or_else(|| Why::only(Reason::NotInReport)),
        }
    }
}

fn read(target: &Value, checked_at: Timestamp) -> Option<(String, Conformance)> {
    const RESULTS: [&str; 4] = ["conforming", "drift", "unreachable", "stopped"];
    let url = text(target, "url")?;
    let result = text(target, "result").filter(|result| RESULTS.contains(&result.as_str()))?;
    let checks = target.get("checks")?.as_array()?;
    let conformance = Conformance {
        result,
        checked_at,
        passed: with(checks, "passed").count(),
        drifted: with(checks, "drift").count(),
        skipped: with(checks, "skipped").count(),
        failures: with(checks, "drift").take(MAX_FAILURES).map(failure).collect(),
        error: text(target, "error"),
    };
    Some((url, conformance))
}

fn text(of: &Value, name: &str) -> Option<String> {
    of.get(name)?.as_str().map(str::to_owned)
}

fn with<'a>(checks: &'a [Value], status: &'a str) -> impl Iterator<Item = &'a Value> {
    checks.iter().filter(move |check| check.get("status").and_then(Value::as_str) == Some(status))
}

fn failure(check: &Value) -> Failure {
    Failure {
        name: text(check, "name").unwrap_or_default(),
        request: text(check, "request"),
        expected: text(check, "expected").unwrap_or_default(),
        got: text(check, "got").unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const AT: Timestamp = Timestamp::from_seconds(1_700_000_000);

    fn report() -> Value {
        json!({ "at": "2026-11-02T10:00:00Z", "conforming": false, "targets": [
            { "url": "https://one.example", "result": "conforming",
              "checks": [{ "name": "smoke.list", "request": null, "status": "passed" }] },
            { "url": "https://two.example", "result": "drift", "checks": [
                { "name": "build", "request": "GET /version", "status": "drift", "expected": "a", "got": "b" },
                { "name": "gate.list.member", "request": null, "status": "skipped", "reason": "no token" } ] },
        ]})
    }

    #[test]
    fn a_report_is_read_by_address() {
        let checked = Checked::of_report(&report(), AT).unwrap();
        let two = checked.of("https://two.example").unwrap();
        assert_eq!((two.passed, two.drifted, two.skipped, two.is_conforming()), (0, 1, 1, false));
        assert_eq!(two.failures[0].request.as_deref(), Some("GET /version"));
        assert_eq!(two.checked_at.to_rfc3339(), "2026-11-02T10:00:00Z");
        assert!(checked.of("https://one.example").unwrap().is_conforming());
        let reason = |checked: &Checked| checked.of("https://three.example").unwrap_err().reason;
        assert_eq!(reason(&checked), Reason::NotInReport);
        assert_eq!(reason(&Checked::default()), Reason::NotChecked);
    }

    #[test]
    fn a_report_without_a_moment_is_of_its_file() {
        let mut report = report();
        report.as_object_mut().unwrap().remove("at");
        let checked = Checked::of_report(&report, AT).unwrap();
        assert_eq!(checked.of("https://one.example").unwrap().checked_at, AT);
    }

    #[test]
    fn what_is_no_report_is_said() {
        assert!(Checked::of_report(&json!([]), AT).unwrap_err().contains("is no report"));
        let wrong = json!({ "targets": [{ "url": "https://one.example", "result": "fine" }] });
        assert!(Checked::of_report(&wrong, AT).unwrap_err().contains("number 1"));
    }
}
