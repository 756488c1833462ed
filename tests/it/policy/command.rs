//! `sovereign policy`.

use serde_json::json;

use super::{POLICY, assert_forbidden, checkout, with_credit};
use crate::harness::on_both;

on_both! {
    async fn it_is_set_beside_a_server(app: &TestApp) {
        let directory = tempfile::tempdir().unwrap();
        let file = |text: &str| {
            let path = directory.path().join("policy.json");
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let run = |arguments: &[&str]| app.database().run(&[&["policy"], arguments].concat());
        let empty = run(&["show"]).expect_json();
        assert_eq!((&empty["version"], &empty["denied_apps"]), (&json!(0), &json!([])));
        let path = file("{\"denied_apps\": [\"odoo\"]}");
        let checked = run(&["check", &path]).expect(0);
        assert!(checked.stderr.contains("can be set"), "{}", checked.stderr);
        assert_eq!(app.number("SELECT count(*) FROM environment_policies").await, 0);
        assert_eq!(run(&["set", &path]).expect_answer(), "version 1\n");
        // The server that runs beside it has it at once.
        let customer = with_credit(app, app.member("ahmed"), "kestrel").await;
        assert_forbidden(checkout(&customer, "s", &["odoo"]).await, "denied_apps");
        let shown = app.sovereign_admin().get(POLICY).await.expect(200);
        assert_eq!((&shown["set_by"], &shown["denied_apps"]), (&json!("cli"), &json!(["odoo"])));

        // What is shown can be set, unless somebody else has set another since.
        let text = run(&["show"]).expect_answer();
        let path = file(&text.replace("odoo", "ghost"));
        assert_eq!(run(&["set", &path, "--json"]).expect_json()["version"], 2);
        let said = run(&["set", &path]).expect_failure(1);
        assert!(said.contains("version 2 by now"), "{said}");
        for (text, expected) in [
            ("{\"denied_app\": [\"odoo\"]}", "unknown field `denied_app`"),
            ("{\"denied_apps\": [\"odo\"]}", "denied_apps[0] (\"odo\")"),
            ("{\"version\": \"1\"}", "version must be a whole number"),
            ("[]", "policy.json"),
        ] {
            let path = file(text);
            for command in ["set", "check"] {
                let said = run(&[command, &path]).expect_failure(1);
                assert!(said.contains(expected), "{text}: {said}");
            }
        }
        run(&["set", "/nowhere/policy.json"]).expect_failure(1);
    }
}
