//! Which build, which schema and which API a Sovereign says that it has, and whether the first one has the same.

use serde_json::Value;

use super::client::{Request, Who};
use super::report::{Check, Ended, Identity, Outcome, SovereignReport};
use super::run::{Asked, Run, Step};
use crate::fingerprint;

const VERSION: &str = "/version";
const DOCUMENT: &str = "/openapi.json";

/// Which of them is which, and where it is read.
type Part = (&'static str, &'static str, fn(&Identity) -> Option<&String>);

const PARTS: [Part; 3] = [
    ("build", "GET /version", |identity| identity.commit.as_ref()),
    ("schema", "GET /version", |identity| identity.schema.as_ref()),
    ("api", "GET /version or /openapi.json", |identity| identity.api.as_ref()),
];

/// Asks a Sovereign what it is. One that does not say is unknown, and no worse for it.
pub(super) async fn read(run: &mut Run<'_>) -> Step {
    let asked = run.ask(Request::get(VERSION, Who::Nobody)).await?;
    if (502..=504).contains(&asked.answer.status) {
        // What stands in front of it has nothing behind it.
        let why = format!("{}: {}", asked.request, asked.answer.described());
        return Err(Ended::Unreachable(why));
    }
    run.identity.commit = known(&asked, "commit");
    run.identity.schema = known(&asked, "schema");
    run.identity.api = known(&asked, "api");
    if run.identity.api.is_none() {
        let asked = run.ask(Request::get(DOCUMENT, Who::Nobody)).await?;
        let document = asked.answer.json.as_ref().and_then(Value::as_object);
        let document = document.filter(|members| members.contains_key("paths"));
        let document = document.filter(|_| asked.answer.status == 200);
        run.identity.api = document.map(fingerprint::of_api);
    }
    Ok(())
}

/// A member of the version, where it says something.
fn known(asked: &Asked, name: &str) -> Option<String> {
    let text = asked.answer.member(name).filter(|_| asked.answer.status == 200)?.as_str()?;
    (!matches!(text, "" | "unknown")).then(|| text.to_owned())
}

/// Compares each with the first.
pub(super) fn compare(reports: &mut [SovereignReport]) {
    let Some(first) = reports.first() else { return };
    let (url, identity) = (first.url.clone(), first.identity.clone());
    for report in reports.iter_mut().filter(|report| report.ended.is_none()) {
        for (name, request, part) in PARTS {
            let outcome = match (part(&identity), part(&report.identity)) {
                (_, None) => Outcome::Skipped { why: "unknown".to_owned() },
                (None, Some(_)) => Outcome::Skipped { why: format!("unknown of {url}") },
                (Some(first), Some(own)) if first == own => Outcome::Passed,
                (Some(first), Some(own)) => Outcome::Drift {
                    expected: format!("{first}, as {url} has it"),
                    got: own.clone(),
                },
            };
            let request = Some(request.to_owned());
            report.checks.push(Check { name: name.to_owned(), request, outcome });
        }
    }
}
