//! A report as people read it: a line for each difference, and a table of all Sovereigns.

use super::report::{Check, Outcome, Report, SovereignReport};

/// So much of a digest tells it from another.
const SHOWN_DIGITS: usize = 12;

/// What differed, a line each, with the request, what was expected and what came.
#[must_use]
pub fn lines(sovereign: &SovereignReport) -> Vec<String> {
    let url = &sovereign.url;
    let drift = sovereign.drift().map(|check| format!("{url}: {}", line(check)));
    let error = sovereign.error().map(|error| format!("{url}: {}: {error}", sovereign.verdict()));
    drift.chain(error).collect()
}

fn line(check: &Check) -> String {
    let request = check.request.as_deref().unwrap_or("-");
    match &check.outcome {
        Outcome::Drift { expected, got } => {
            format!("{}: {request}: expected {expected}; got {got}", check.name)
        }
        Outcome::Skipped { why } => format!("{}: skipped: {why}", check.name),
        Outcome::Passed => format!("{}: passed", check.name),
    }
}

/// A head, and a row for each Sovereign.
#[must_use]
pub fn rows(report: &Report) -> Vec<Vec<String>> {
    let head = ["URL", "BUILD", "SCHEMA", "API", "CHECKS", "RESULT"].map(str::to_owned).to_vec();
    std::iter::once(head).chain(report.sovereigns.iter().map(row)).collect()
}

fn row(sovereign: &SovereignReport) -> Vec<String> {
    let known = |part: &Option<String>| match part {
        Some(text) => text.chars().take(SHOWN_DIGITS).collect(),
        None => "unknown".to_owned(),
    };
    let (passed, drift, skipped) = sovereign.counts();
    let counts = [(passed, "passed"), (drift, "drift"), (skipped, "skipped")];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, what)| format!("{count} {what}")).collect();
    vec![
        sovereign.url.clone(),
        known(&sovereign.identity.commit),
        known(&sovereign.identity.schema),
        known(&sovereign.identity.api),
        if counts.is_empty() { "none".to_owned() } else { counts.join(", ") },
        sovereign.verdict().to_string(),
    ]
}
