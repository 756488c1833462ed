//! The command line explains itself.

use crate::harness::{Ended, Program};

fn help(command: &[String], flag: &str) -> Ended {
    Program::new(command).args([flag]).run()
}

/// The names of the commands that a help text lists.
fn listed(text: &str) -> Vec<String> {
    let block = text.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = block.take_while(|line| !line.is_empty());
    // A description that is wrapped goes on further to the right.
    let names =
        lines.filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    names
        .map(|line| line.split(' ').next().unwrap().to_owned())
        .filter(|name| name != "help")
        .collect()
}

/// Every command there is, found as a person would: by asking for help.
fn commands() -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = vec![Vec::new()];
    let mut next = 0;
    while let Some(command) = found.get(next).cloned() {
        for name in listed(&help(&command, "--help").stdout) {
            found.push([command.clone(), vec![name]].concat());
        }
        next += 1;
    }
    found
}

#[test]
fn every_command_is_found() {
    let commands: Vec<String> = commands().iter().map(|command| command.join(" ")).collect();
    for expected in [
        "serve",
        "worker",
        "jobs list",
        "jobs run",
        "migrate",
        "token mint",
        "voucher issue",
        "voucher list",
        "voucher revoke",
        "voucher bulk undo",
        "voucher mailing retry",
        "campaign funnel",
        "audit list",
        "org suspend",
        "events endpoint replay",
        "rollup run",
        "rollup pay",
        "rollup approve",
        "rollup approve-policy",
        "rollup settle",
        "rollup bank-file",
        "rollup approver-key",
        "verify",
        "backup",
        "restore",
        "config show",
        "openapi",
        "conformance",
        "fleet",
    ] {
        assert!(commands.iter().any(|command| command == expected), "{expected}: {commands:?}");
    }
}

#[test]
fn every_command_has_help_with_examples_and_exit_codes() {
    let commands = commands();
    for command in &commands {
        for flag in ["--help", "-h"] {
            let text = help(command, flag).expect_answer();
            for part in ["Usage: sovereign", "Examples:\n  ", "Exit codes:\n  0  done"] {
                assert!(text.contains(part), "{command:?} has no {part:?}: {text}");
            }
            if flag == "-h" {
                let flags = text.lines().filter(|line| line.trim_start().starts_with("--"));
                let bare = flags.filter(|line| !line.trim_start().contains("  "));
                assert_eq!(
                    bare.collect::<Vec<_>>(),
                    Vec::<&str>::new(),
                    "{command:?}: say what for"
                );
            }
            assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        }
        let group =
            commands.iter().any(|other| other.len() > command.len() && other.starts_with(command));
        // It knows the program only, no Sovereign.
        // They know no Sovereign of their own.
        if group || command == &["openapi"] || command == &["conformance"] {
            continue;
        }
        let text = help(command, "--help").stdout;
        for flag in ["--json", "--data", "--database-url", "--config"] {
            assert!(text.contains(flag), "{command:?} has no {flag}");
        }
    }
}

/// An example is a command line that the program takes.
#[test]
fn examples_name_commands_that_are_there() {
    let commands = commands();
    for command in &commands {
        let text = help(command, "--help").stdout;
        let examples = text.split("Examples:\n").nth(1).unwrap().split("\n\n").next().unwrap();
        for example in examples.lines() {
            let words = example.split_whitespace().skip_while(|word| !word.ends_with("sovereign"));
            let words: Vec<String> = words.skip(1).map(str::to_owned).collect();
            let known = commands.iter().any(|known| !known.is_empty() && words.starts_with(known));
            assert!(known && words.starts_with(command), "{command:?}: {example}");
        }
    }
}

#[test]
fn what_is_not_known_is_wrong_usage() {
    for command in commands() {
        let said = help(&command, "--no-such-flag").expect_failure(2);
        assert!(said.contains("--no-such-flag"), "{command:?}: {said}");
    }
    let said = Program::new(["swerve"]).run().expect_failure(2);
    assert!(said.contains("swerve") && said.contains("serve"), "{said}");
    for group in [&[][..], &["voucher"], &["token"], &["config"]] {
        let said = Program::new(group).run().expect_failure(2);
        assert!(said.contains("Commands:"), "{said}");
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    let version = Program::new(["--version"]).run().expect_answer();
    assert_eq!(version, format!("sovereign {}\n", env!("CARGO_PKG_VERSION")));
}
