//! Actions of the audit log, and whether docs/AUDIT.md has them.

use std::collections::BTreeSet;

use super::app::TestApp;

const PAGE: &str = include_str!("../../../docs/AUDIT.md");

/// What tests write into the log past the program.
const OF_TESTS: [&str; 4] = ["a", "count", "rare", "test"];

/// The actions that have a row; what is `adopt.` and the kind of a finding has one together.
pub(crate) fn documented_actions() -> BTreeSet<&'static str> {
    let (_, recorded) = PAGE.split_once("\n## What is recorded\n").unwrap();
    let (tables, _) = recorded.split_once("\n## ").unwrap();
    let rows: Vec<&str> = tables.lines().filter_map(|line| line.strip_prefix("| `")).collect();
    let actions: BTreeSet<_> = rows.iter().map(|row| row.split_once('`').unwrap().0).collect();
    assert_eq!(actions.len(), rows.len(), "an action has two rows in docs/AUDIT.md");
    actions
}

/// Every line that the test has caused is of an action that is written down.
pub(super) async fn assert_documented(app: &TestApp) {
    let documented = documented_actions();
    for action in app.texts("SELECT DISTINCT action FROM audit_log").await {
        let action = action.as_str();
        let has_row = documented.contains(action) || action.starts_with("adopt.");
        assert!(has_row || OF_TESTS.contains(&action), "docs/AUDIT.md has no row for {action}");
    }
}
