//! Another build, schema or API than the first Sovereign's; and services that do not say what they are.

use serde_json::json;
use sovereign::conformance::{Outcome, Report, Verdict};

use super::proxy::{Answer, Drift, Proxy, Seen};
use super::{check, drift, options, read_only, sovereign};
use crate::harness::{TestApp, on_both};

/// A Sovereign, and one behind it that says something else of itself.
async fn compared(
    app: &TestApp,
    answers: impl Fn(&Seen, &mut Answer) + Send + Sync + 'static,
) -> Report {
    let proxy = Proxy::before(app, Drift::answers(answers)).await;
    let both = [app.url(""), proxy.url.clone()].map(|url| sovereign(app, &url));
    check(&both, &options()).await
}

/// That only the second one has drifted, and in what.
#[track_caller]
fn assert_other(app: &TestApp, report: &Report, name: &str) {
    let [first, second] = &report.sovereigns[..] else { panic!("two were checked") };
    assert_eq!(drift(first), Vec::<&str>::new());
    assert_eq!(drift(second), [name]);
    assert_eq!(report.verdict(), Verdict::Drift);
    let found = second.drift().next().unwrap();
    let Outcome::Drift { expected, .. } = &found.outcome else { panic!("{found:?}") };
    assert!(expected.contains(&app.url("")), "it says whose is another: {expected}");
}

fn is_version(seen: &Seen, answer: &Answer) -> bool {
    seen.path == "/version" && answer.status == 200
}

on_both! {
    async fn another_commit(app: &TestApp) {
        let report = compared(app, |seen, answer| {
            if is_version(seen, answer) {
                answer.edit(|version| version["commit"] = json!("0123456789abcdef"));
            }
        }).await;
        assert_other(app, &report, "build");
        let Outcome::Drift { got, .. } = &report.sovereigns[1].drift().next().unwrap().outcome else {
            panic!("{report:?}")
        };
        assert_eq!(got, "0123456789abcdef");
    }

    async fn a_stale_schema(app: &TestApp) {
        let report = compared(app, |seen, answer| {
            if is_version(seen, answer) {
                answer.edit(|version| version["schema"] = json!("0123456789abcdef"));
            }
        }).await;
        assert_other(app, &report, "schema");
    }

    async fn another_api(app: &TestApp) {
        let report = compared(app, |seen, answer| {
            if is_version(seen, answer) {
                answer.edit(|version| {
                    // Where it is said; else the description says it.
                    if version.get("api").is_some() {
                        version["api"] = json!("0123456789abcdef");
                    }
                });
            }
            if seen.path == "/openapi.json" {
                answer.edit(|document| {
                    let paths = document["paths"].as_object_mut().unwrap();
                    paths.remove("/billing/vouchers/list").unwrap();
                });
            }
        }).await;
        assert_other(app, &report, "api");
    }

    /// Where the same API is described in another order, and with another version, nothing has drifted.
    async fn the_same_api_in_another_order(app: &TestApp) {
        let report = compared(app, |seen, answer| {
            if is_version(seen, answer) {
                // It does not say it, and is told by its description.
                answer.edit(|version| {
                    version.as_object_mut().unwrap().remove("api");
                });
            }
            if seen.path == "/openapi.json" {
                answer.edit(|document| {
                    let members = document.as_object_mut().unwrap();
                    let info = members.remove("info").unwrap();
                    members.insert("info".to_owned(), info);
                    document["info"]["version"] = json!("99.0.0");
                });
            }
        }).await;
        assert_eq!(drift(&report.sovereigns[1]), Vec::<&str>::new());
    }

    /// A service that is not ours need not say what it is.
    async fn a_service_that_does_not_say(app: &TestApp) {
        let silent = Proxy::before(app, Drift::answers(|seen, answer| {
            if ["/version", "/openapi.json"].contains(&seen.path.as_str()) {
                answer.refuse(404);
            }
        })).await;
        let urls = [app.url(""), silent.url.clone()];
        for urls in [[&urls[0], &urls[1]], [&urls[1], &urls[0]]] {
            let both = urls.map(|url| sovereign(app, url));
            let report = check(&both, &read_only()).await;
            assert_eq!(report.verdict(), Verdict::Conforming, "{report:?}");
            let json = report.as_json();
            for one in json["targets"].as_array().unwrap() {
                let is_silent = one["url"] == silent.url.as_str();
                for part in ["commit", "schema", "api"] {
                    assert_eq!(one[part] == "unknown", is_silent, "{part}");
                }
            }
            // Nothing is compared with what is not known.
            for name in ["build", "schema", "api"] {
                let second = &report.sovereigns[1];
                let check = second.checks.iter().find(|check| check.name == name).unwrap();
                assert!(matches!(&check.outcome, Outcome::Skipped { .. }), "{check:?}");
            }
        }
    }
}
