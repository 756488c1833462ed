//! `scripts/smoke-test`: what any Sovereign must answer alike, asked by the script that operators
//! run.

use std::process::{Command, Output};

use serde_json::json;
use sovereign::auth::Role;

use super::{issue, listed};
use crate::harness::{TestApp, on_both};

/// The repository's script, run against this Sovereign.
async fn smoke_test(app: &TestApp, base: &str, token: String, arguments: &[&str]) -> Output {
    let mut script = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/smoke-test"));
    script.args(arguments).env("SOV", app.url(base)).env("TOKEN", token);
    tokio::task::spawn_blocking(move || script.output().unwrap()).await.unwrap()
}

/// Exit code and the lines on standard output.
fn ended(output: &Output) -> (Option<i32>, Vec<&str>) {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    (output.status.code(), text.lines().collect())
}

const FOUR_STEPS: [&str; 4] =
    ["1 list: ok", "2 issue: ok", "3 preview without a token: ok", "4 revoke: ok"];

fn admin(app: &TestApp) -> String {
    app.token("operator", Role::SovereignAdmin)
}

on_both! {
    async fn a_fresh_sovereign_passes_as_often_as_it_is_asked(app: &TestApp) {
        for base in ["", "/", "/api"] {
            let output = smoke_test(app, base, admin(app), &["--fresh"]).await;
            assert_eq!(ended(&output), (Some(0), FOUR_STEPS.to_vec()), "{output:?}");
            assert_eq!(listed(app).await.len(), 0);
        }
    }

    /// `--fresh` is what an operator asks of a new Sovereign only.
    async fn a_sovereign_with_vouchers_passes_without_fresh(app: &TestApp) {
        app.issue("WELCOME-10", 10, 0).await;
        let output = smoke_test(app, "", admin(app), &["--fresh"]).await;
        let (code, lines) = ended(&output);
        assert_eq!((code, lines[0]), (Some(1), "1 list: differs"), "{output:?}");
        let output = smoke_test(app, "", admin(app), &[]).await;
        assert_eq!(ended(&output), (Some(0), FOUR_STEPS.to_vec()), "{output:?}");
        assert_eq!(listed(app).await.len(), 1, "the other voucher stays");
    }

    async fn an_answer_that_differs_fails_it(app: &TestApp) {
        for token in [app.token("somebody", Role::Member), "no-token".to_owned()] {
            let output = smoke_test(app, "", token, &["--fresh"]).await;
            let (code, lines) = ended(&output);
            assert_eq!((code, lines[0]), (Some(1), "1 list: differs"), "{output:?}");
        }
    }

    /// A step in the middle fails too, and the voucher of the step before it does not stay behind.
    async fn it_cleans_up_after_a_failure(app: &TestApp) {
        // Its cap, which the script asks for, is reached: the preview answers 410.
        issue(app, &json!({ "code": "SMOKE-TEST", "credit_omr": 1 })).await;
        app.customer("kestrel").await.redeem("SMOKE-TEST").await.expect(200);
        let output = smoke_test(app, "", admin(app), &[]).await;
        let (code, lines) = ended(&output);
        assert_eq!(code, Some(1), "{output:?}");
        assert_eq!(lines[..3], ["1 list: ok", "2 issue: ok", "3 preview without a token: differs"]);
        assert_eq!(listed(app).await.len(), 0);
    }
}
