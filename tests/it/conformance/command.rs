//! The command: exit codes, what it says to people and to programs, and where tokens may come from.

use serde_json::json;
use sovereign::auth::Role;
use tokio::sync::watch;

use super::ends::closed;
use super::junit::parsed;
use super::proxy::{Drift, Gate, Proxy};
use super::{assert_nothing_is_live, live_codes};
use crate::harness::{Program, TestApp, on_both};

fn program(arguments: &[&str]) -> Program {
    Program::new([&["conformance"][..], arguments].concat())
}

fn with_token(app: &TestApp, arguments: &[&str]) -> Program {
    program(arguments).env("SOVEREIGN_TOKEN", app.token("operator", Role::Superadmin))
}

fn write(program: &Program, name: &str, text: &str) {
    std::fs::write(program.directory().join(name), text).unwrap();
}

/// A Sovereign that has drifted in one thing.
fn drifted() -> Drift {
    Drift::answers(|seen, answer| {
        if seen.is_preview() && answer.status == 200 {
            answer.edit(|preview| preview["times_redeemed"] = json!(7));
        }
    })
}

on_both! {
    async fn conforming_is_0(app: &TestApp) {
        let urls = [app.url(""), app.url("/api")];
        let said = with_token(app, &[&urls[0], &urls[1]]).run().expect_answer();
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines.len(), 3, "a head and two rows: {said}");
        assert!(lines[0].starts_with("URL") && lines[0].ends_with("RESULT"), "{said}");
        for (line, url) in lines[1..].iter().zip(&urls) {
            assert!(line.starts_with(url.as_str()) && line.ends_with("conforming"), "{line}");
            assert!(line.contains(" passed, ") && !line.contains("unknown"), "{line}");
        }
        let json = with_token(app, &[&urls[0], "--json"]).run().expect_json();
        assert_eq!(json["conforming"], true);
        assert_eq!(json["targets"][0]["result"], "conforming");
        assert_nothing_is_live(app).await;
    }

    /// It says which request differed, and how.
    async fn drift_is_1(app: &TestApp) {
        let proxy = Proxy::before(app, drifted()).await;
        let ended = with_token(app, &[&app.url(""), &proxy.url]).run().expect(1);
        assert_eq!(ended.stderr, "");
        let expected = format!(
            "{}: preview.times_redeemed: POST /billing/vouchers/redeem-preview: expected no such member; \
             got the member is there",
            proxy.url
        );
        assert_eq!(ended.stdout.lines().next(), Some(expected.as_str()), "{}", ended.stdout);
        let last = ended.stdout.lines().last().unwrap();
        assert!(last.starts_with(&proxy.url) && last.contains("1 drift") && last.ends_with("drift"), "{last}");
        let ended = with_token(app, &[&proxy.url, "--json"]).run().expect(1);
        let json: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        let checks = json["targets"][0]["checks"].as_array().unwrap();
        let found = checks.iter().find(|check| check["status"] == "drift").unwrap();
        assert_eq!(*found, json!({
            "name": "preview.times_redeemed", "request": "POST /billing/vouchers/redeem-preview",
            "status": "drift", "expected": "no such member", "got": "the member is there",
        }));
        assert_nothing_is_live(app).await;
    }

    /// Also where another has drifted.
    async fn unreachable_is_2(app: &TestApp) {
        let (_taken, gone) = closed();
        let proxy = Proxy::before(app, drifted()).await;
        let ended = with_token(app, &[&proxy.url, &gone]).run().expect(2);
        assert!(ended.stderr.contains("1 of 2 could not be reached"), "{}", ended.stderr);
        assert!(ended.stdout.contains("preview.times_redeemed"), "{}", ended.stdout);
        assert!(ended.stdout.lines().last().unwrap().ends_with("unreachable"), "{}", ended.stdout);
    }

    /// Tokens come from files and from the environment; none is said.
    async fn where_tokens_come_from(app: &TestApp) {
        let url = app.url("");
        let (admin, member) =
            (app.token("operator", Role::Superadmin), app.token("visitor", Role::Member));
        let files = ["--token-file", "admin", "--member-token-file", "member", "--json"];
        let both = program(&[&[url.as_str()], &files[..]].concat());
        write(&both, "admin", &format!("{admin}\n"));
        write(&both, "member", &member);
        let json = both.run().expect_json();
        let checks = json["targets"][0]["checks"].as_array().unwrap();
        let gate = checks.iter().find(|check| check["name"] == "gate.list.member").unwrap();
        assert_eq!(gate["status"], "passed");

        let piped = program(&[&url, "--token-file", "-", "--json"]).stdin(&admin);
        assert_eq!(piped.run().expect_json()["conforming"], true);

        let bearer = program(&[&url]).env("SOVEREIGN_TOKEN", format!("Bearer {admin}"));
        let said = bearer.run().expect_failure(2);
        assert!(said.contains("SOVEREIGN_TOKEN") && !said.contains(&admin), "{said}");
        let nowhere = program(&[&url, "--token-file", "nowhere"]).run().expect_failure(2);
        assert!(nowhere.contains("nowhere"), "{nowhere}");
        let empty = program(&[&url, "--member-token-file", "empty"]);
        write(&empty, "empty", " \n");
        assert!(empty.run().expect_failure(2).contains("empty: the token is empty"));
        // An empty variable is none, and without a token nothing is issued.
        program(&[&url]).env("SOVEREIGN_TOKEN", "").run().expect_answer();
    }

    /// Each Sovereign of a fleet is sent its own token and no other; progress goes to standard error.
    async fn a_fleet_with_tokens_of_its_own(app: &TestApp) {
        let proxies =
            [Proxy::before(app, Drift::default()).await, Proxy::before(app, Drift::default()).await];
        let [one, two] = &proxies;
        let text = format!(
            "[[sovereign]]\nurl = '{}'\ntoken_env = 'ONE_TOKEN'\n\n[[sovereign]]\nurl = '{}'\n",
            one.url, two.url
        );
        let directory = tempfile::tempdir().unwrap();
        let kept = directory.path().join("conformance.xml");
        let token = app.token("campaigns", Role::SovereignAdmin);
        let checked = with_token(app, &["--fleet", "fleet.toml", "--json", "--junit"]);
        let checked = checked.args([&kept]).env("ONE_TOKEN", &token);
        write(&checked, "fleet.toml", &text);
        let ended = checked.run().expect(0);
        let json: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(json["conforming"], true);
        let progress: Vec<&str> = ended.stderr.lines().collect();
        assert_eq!(progress.len(), 2, "{progress:?}");
        assert!(progress[0].starts_with("1/2 ") && progress[1].starts_with("2/2 "), "{progress:?}");
        let own = Some(format!("Bearer {token}"));
        assert!(one.seen().iter().any(|seen| seen.authorization == own));
        assert!(two.seen().iter().all(|seen| seen.authorization.is_none()), "not the variable's either");
        let xml = parsed(&kept);
        assert_eq!(xml["suites"].as_array().unwrap().len(), 2);
        assert_eq!(xml["said"], xml["there"]);
        assert_nothing_is_live(app).await;
    }

    /// What was issued is revoked first.
    async fn an_interrupt(app: &TestApp) {
        let (opening, open) = watch::channel(false);
        let (arrived, mut at_preview) = watch::channel(false);
        let gate = Gate::Held { arrived, open };
        let proxy = Proxy::with_gate(app, Drift::default(), gate).await;
        let mut running = with_token(app, &[&proxy.url]).spawn();
        at_preview.wait_for(|there| *there).await.unwrap();
        let list = app.sovereign_admin().get("/billing/vouchers/list").await.expect(200);
        assert_eq!(live_codes(&list).len(), 1, "{list}");
        running.signal("INT");
        running.wait_for("stopping");
        opening.send_replace(true);
        let ended = running.end().expect(2);
        assert!(ended.stderr.contains("1 of 1 were not checked to the end"), "{}", ended.stderr);
        assert!(ended.stdout.contains("stopped"), "{}", ended.stdout);
        assert_nothing_is_live(app).await;
    }
}

#[test]
fn wrong_usage_is_2_and_says_what_is_wrong() {
    let wrong: [(&[&str], &str); 8] = [
        (&[], "<URL>"),
        (&["api.example"], "must be an address"),
        (&["ftp://api.example"], "must begin with"),
        (&["https://api.example", "--fleet", "fleet.toml"], "--fleet"),
        (&["--fleet", "nowhere.toml"], "nowhere.toml"),
        (&["--fleet", "fleet.toml", "--token-file", "x"], "--token-file"),
        (&["https://api.example", "--parallel", "0"], "--parallel"),
        (&["https://api.example", "--junit", "no/such/directory/x.xml"], "no/such/directory/x.xml"),
    ];
    for (arguments, said) in wrong {
        let error = program(arguments).run().expect_failure(2);
        assert!(error.contains(said), "{arguments:?}: {error}");
    }
}

#[test]
fn a_wrong_fleet_file_names_the_field() {
    let wrong = program(&["--fleet", "fleet.toml"]);
    write(&wrong, "fleet.toml", "[[sovereign]]\nurl = 'https://one.example'\ntokn_env = 'X'\n");
    let error = wrong.run().expect_failure(2);
    for part in ["fleet.toml", "number 1", "tokn_env", "token_env"] {
        assert!(error.contains(part), "{part}: {error}");
    }
}
