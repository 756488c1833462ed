//! A report as pipelines read it: `JUnit` XML, a suite for each Sovereign and a case for each check.

use std::fmt::Write as _;
use std::time::Duration;

use super::report::{Check, Outcome, Report, SovereignReport};

/// Counts of cases, as the elements carry them.
#[derive(Clone, Copy, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    duration: Duration,
}

impl Counts {
    fn of(sovereign: &SovereignReport) -> Self {
        let (passed, failures, skipped) = sovereign.counts();
        let errors = usize::from(sovereign.ended.is_some());
        let tests = passed + failures + skipped + errors;
        Self { tests, failures, errors, skipped, duration: sovereign.duration }
    }

    fn and(self, other: Self) -> Self {
        Self {
            tests: self.tests + other.tests,
            failures: self.failures + other.failures,
            errors: self.errors + other.errors,
            skipped: self.skipped + other.skipped,
            duration: self.duration + other.duration,
        }
    }

    fn attributes(self) -> String {
        let Self { tests, failures, errors, skipped, duration } = self;
        format!(
            "tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" \
             time=\"{:.3}\"",
            duration.as_secs_f64()
        )
    }
}

/// The whole document.
#[must_use]
pub fn document(report: &Report) -> String {
    let all = report.sovereigns.iter().map(Counts::of).fold(Counts::default(), Counts::and);
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a text cannot fail.
    let _ = writeln!(xml, "<testsuites name=\"sovereign conformance\" {}>", all.attributes());
    for sovereign in &report.sovereigns {
        suite(sovereign, &mut xml);
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn suite(sovereign: &SovereignReport, xml: &mut String) {
    let url = escaped(&sovereign.url);
    let counts = Counts::of(sovereign).attributes();
    let _ = writeln!(xml, "  <testsuite name=\"{url}\" {counts}>");
    for check in &sovereign.checks {
        case(check, &url, xml);
    }
    if let Some(error) = sovereign.error() {
        let (kind, error) = (sovereign.verdict(), escaped(error));
        let _ = writeln!(
            xml,
            "    <testcase classname=\"{url}\" name=\"reachable\"><error type=\"{kind}\" \
             message=\"{error}\"/></testcase>"
        );
    }
    xml.push_str("  </testsuite>\n");
}

fn case(check: &Check, url: &str, xml: &mut String) {
    let name = escaped(&check.name);
    let _ = write!(xml, "    <testcase classname=\"{url}\" name=\"{name}\"");
    let _ = match &check.outcome {
        Outcome::Passed => writeln!(xml, "/>"),
        Outcome::Skipped { why } => {
            writeln!(xml, "><skipped message=\"{}\"/></testcase>", escaped(why))
        }
        Outcome::Drift { expected, got } => {
            let request = escaped(check.request.as_deref().unwrap_or("-"));
            let (expected, got) = (escaped(expected), escaped(got));
            writeln!(
                xml,
                "><failure type=\"drift\" message=\"{request}: expected {expected}; got {got}\">\
                 {request}\nexpected: {expected}\ngot: {got}</failure></testcase>"
            )
        }
    };
}

/// A text for an attribute or an element. What XML 1.0 has no way to write is replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_xml_is_escaped() {
        assert_eq!(
            escaped("<a b=\"c\"> & 'd'\n\u{1b}[0m"),
            "&lt;a b=&quot;c&quot;&gt; &amp; 'd'&#10;\u{fffd}[0m"
        );
    }
}
