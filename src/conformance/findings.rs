//! What was found, by the name of the check. A check that is made several times is told once: by the first request
//! that differed.

use super::report::{Check, Outcome};

#[derive(Default)]
pub(super) struct Findings(Vec<Check>);

impl Findings {
    /// It was as it must be, this time.
    pub(super) fn passed(&mut self, name: &str, request: &str) {
        self.tell(name, Some(request), Outcome::Passed);
    }

    pub(super) fn drift(
        &mut self,
        name: &str,
        request: &str,
        expected: impl Into<String>,
        got: impl Into<String>,
    ) {
        let outcome = Outcome::Drift { expected: expected.into(), got: got.into() };
        self.tell(name, Some(request), outcome);
    }

    /// It could not be made, or was not to be made.
    pub(super) fn skipped(&mut self, name: &str, request: Option<&str>, why: &str) {
        self.tell(name, request, Outcome::Skipped { why: why.to_owned() });
    }

    fn tell(&mut self, name: &str, request: Option<&str>, outcome: Outcome) {
        let request = request.map(str::to_owned);
        let Some(known) = self.0.iter_mut().find(|check| check.name == name) else {
            self.0.push(Check { name: name.to_owned(), request, outcome });
            return;
        };
        if outcome.weight() > known.outcome.weight() {
            (known.request, known.outcome) = (request, outcome);
        }
    }

    /// Every check, in the order in which they were first made. That no member of a shape was looked at is not said
    /// where some were.
    pub(super) fn into_checks(self) -> Vec<Check> {
        let named: Vec<String> = self.0.iter().map(|check| check.name.clone()).collect();
        let was_looked_at = |check: &Check| {
            let prefix = format!("{}.", check.name);
            named.iter().any(|name| name.starts_with(&prefix))
        };
        let is_told = |check: &Check| {
            !matches!(check.outcome, Outcome::Skipped { .. }) || !was_looked_at(check)
        };
        self.0.into_iter().filter(is_told).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_told() {
        let mut findings = Findings::default();
        findings.skipped("voucher", None, "none");
        findings.skipped("order", None, "none");
        findings.passed("voucher.code", "GET /a");
        findings.drift("voucher.code", "GET /b", "a text", "null");
        findings.drift("voucher.code", "GET /c", "a text", "10");
        findings.passed("voucher.code", "GET /d");
        findings.skipped("gate", None, "no token");
        findings.passed("gate", "GET /e");
        let checks = findings.into_checks();
        let told: Vec<_> =
            checks.iter().map(|check| (check.name.as_str(), &check.request)).collect();
        let request = |text: &str| Some(text.to_owned());
        assert_eq!(
            told,
            [("order", &None), ("voucher.code", &request("GET /b")), ("gate", &request("GET /e"))]
        );
    }
}
