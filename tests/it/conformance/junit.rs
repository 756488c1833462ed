//! The report as XML, read by a parser that is not ours.

use std::process::Command;

use serde_json::{Value, json};
use sovereign::conformance::{Report, junit};

use super::ends::closed;
use super::proxy::{Drift, LIST, Proxy};
use super::{check, options, sovereign, without_tokens};
use crate::harness::on_both;

/// What Python's parser finds: the counts that the elements say, and the elements.
pub(super) fn parsed(path: &std::path::Path) -> Value {
    let script = "\
import json, sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
said = lambda element: [int(element.get(name)) for name in ('tests', 'failures', 'errors', 'skipped')]
there = lambda element: [len(element.findall('.//' + name)) for name in ('testcase', 'failure', 'error', 'skipped')]
print(json.dumps({
    'root': root.tag, 'said': said(root), 'there': there(root),
    'suites': [[suite.get('name'), said(suite), there(suite)] for suite in root],
    'failures': [[case.get('name'), case.find('failure').get('message')]
                 for case in root.iter('testcase') if case.find('failure') is not None],
}))";
    let python = Command::new("python3").args(["-c", script]).arg(path).output().unwrap();
    assert!(python.status.success(), "{}", String::from_utf8_lossy(&python.stderr));
    serde_json::from_slice(&python.stdout).unwrap()
}

fn counts(report: &Report, place: usize) -> Value {
    let sovereign = &report.sovereigns[place];
    let (passed, failures, skipped) = sovereign.counts();
    let errors = usize::from(sovereign.ended.is_some());
    json!([passed + failures + skipped + errors, failures, errors, skipped])
}

on_both! {
    async fn counts_and_texts_arrive(app: &TestApp) {
        let proxy = Proxy::before(app, Drift::answers(|seen, answer| {
            if seen.is("GET", LIST) && answer.status == 200 {
                answer.refuse(500);
                answer.edit(|problem| {
                    problem["detail"] = json!("<b class=\"x\">\"&\" \u{1b}[31m\n\u{ffff} مرحبا</b>");
                });
            }
        })).await;
        let (_taken, gone) = closed();
        let all = [sovereign(app, &proxy.url), sovereign(app, &app.url("")), without_tokens(&gone)];
        let report = check(&all, &options()).await;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("conformance.xml");
        std::fs::write(&path, junit::document(&report)).unwrap();

        let xml = parsed(&path);
        assert_eq!(xml["root"], "testsuites");
        assert_eq!(xml["said"], xml["there"]);
        let suites = xml["suites"].as_array().unwrap();
        assert_eq!(suites.len(), 3);
        for (place, suite) in suites.iter().enumerate() {
            assert_eq!(suite[0], report.sovereigns[place].url);
            assert_eq!((&suite[1], &suite[2]), (&counts(&report, place), &counts(&report, place)));
        }
        let failures = xml["failures"].as_array().unwrap();
        assert_eq!(failures.len(), 1);
        assert_eq!(failures[0][0], "smoke.list");
        let message = failures[0][1].as_str().unwrap();
        assert!(message.contains("GET /billing/vouchers/list"), "{message}");
        assert!(message.contains("<b class=\"x\">\"&\"") && message.contains("مرحبا"), "{message}");
    }
}
