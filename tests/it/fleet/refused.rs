//! What the command does not begin with.

use super::{listed, program, write};

#[test]
fn wrong_usage_is_2_and_says_what_is_wrong() {
    let fleet = listed("https://one.example", "");
    let wrong: [(&[&str], &str); 9] = [
        (&["--check", "--conformance", "report.json"], "--conformance"),
        (&["--conformance", "nowhere.json"], "nowhere.json"),
        (&["--conformance", "report.json"], "report.json: is no report"),
        (&["--agreements", "nowhere.toml"], "nowhere.toml"),
        (&["--book", "nowhere.db"], "there is no book at nowhere.db"),
        (&["--month", "November"], "--month"),
        (&["--month", "2026-11"], "--month: there is no book"),
        (&["--out", "no/such/directory/fleet.json"], "no/such/directory/fleet.json"),
        (&["--parallel", "0"], "--parallel"),
    ];
    for (arguments, said) in wrong {
        let command = program(&fleet, arguments);
        write(&command, "report.json", "{}");
        let error = command.run().expect_failure(2);
        assert!(error.contains(said), "{arguments:?}: {error}");
    }
    let error = program("[[sovereign]]\nurl = 'one'\n", &[]).run().expect_failure(2);
    assert!(error.contains("fleet.toml: [[sovereign]] number 1: url"), "{error}");
}
