//! `sovereign stripe keys` and `sovereign stripe check`.

use serde_json::{Value, json};

use super::{LIVE_KEY, PATH, PUBLIC_KEY, SECRET_KEY, WEBHOOK_SECRET};
use crate::harness::{Program, Setup, TestApp, on_both};
use crate::stripe_client::responder::{Answer, Responder};

on_both! {
    async fn keys_come_from_files_and_standard_input(app: &TestApp, Setup::with_mail()) {
        let database = app.database();
        let file = database.directory.path().join("webhook-secret");
        std::fs::write(&file, format!("{WEBHOOK_SECRET}\n")).unwrap();
        let file = file.to_str().unwrap();
        let set = ["stripe", "keys", "--secret-key", "-", "--webhook-secret", file, "--json",
            "--public-key", PUBLIC_KEY];
        let ended = database.program(&set).stdin(SECRET_KEY).run();
        let said = ended.expect_json();
        assert_eq!(said["stripe_secret_key_last4"], "AAAA");
        assert_eq!(said["stripe_webhook_secret_last4"], "CCCC");
        assert_eq!(said["mode"], "test");
        let shown = database.run(&["stripe", "keys", "--clear", "webhook-secret"]).expect_answer();
        assert!(shown.contains("webhook secret  not set"), "{shown}");
        assert!(shown.contains("…AAAA") && !shown.contains("51Nsecret"), "{shown}");
        // The server that runs notices. It seals the log up to its own time, so no command comes after it.
        app.each_minute().await;
        assert!(app.payments().stripe().is_some());
        let read = app.superadmin().get(PATH).await.expect(200);
        assert_eq!(read["stripe_public_key"], PUBLIC_KEY);
        let noted = "SELECT count(*) FROM audit_log WHERE action = 'settings.stripe' AND actor = 'cli'";
        assert_eq!(app.number(noted).await, 2);
    }

    async fn what_is_no_key_is_refused(app: &TestApp) {
        let database = app.database();
        let keys = |arguments: &[&str], stdin: &str| -> Program {
            let program = database.program(&["stripe", "keys"]).args(arguments);
            program.stdin(stdin)
        };
        let said = keys(&["--secret-key", "-"], PUBLIC_KEY).run().expect_failure(1);
        assert!(said.contains("public key") && !said.contains("51N"), "{said}");
        keys(&["--secret-key", "-"], " \n").run().expect_failure(2);
        keys(&[], "").run().expect_failure(2);
        keys(&["--secret-key", "-", "--webhook-secret", "-"], SECRET_KEY).run().expect_failure(2);
        keys(&["--secret-key", "/nowhere/key"], "").run().expect_failure(2);
        let both = ["--secret-key", "-", "--clear", "secret-key"];
        keys(&both, SECRET_KEY).run().expect_failure(2);
        let said = keys(&["--secret-key", "-", "--public-key", PUBLIC_KEY], LIVE_KEY).run();
        assert!(said.expect_failure(1).contains("mode"));
        assert_eq!(app.number("SELECT count(*) FROM settings").await, 0);
    }

    async fn the_key_is_checked(app: &TestApp) {
        let (database, responder) = (app.database(), Responder::start([]).await);
        let check = |arguments: &[&str]| {
            let program = database.program(&["stripe", "check"]).args(arguments);
            program.env("SOVEREIGN_STRIPE_API_URL", &responder.url)
        };
        let run = async |program: Program| {
            tokio::task::spawn_blocking(move || program.run()).await.unwrap()
        };
        let said = run(check(&[])).await.expect(1).stdout;
        assert!(said.contains("no secret key is set"), "{said}");
        let set = database.program(&["stripe", "keys", "--secret-key", "-"]).stdin(LIVE_KEY);
        set.run().expect(0);
        responder.will_answer(Answer::account());
        let said = run(check(&["--json"])).await.expect_json();
        assert_eq!((&said["ok"], &said["mode"]), (&json!(true), &json!("live")));
        assert_eq!(responder.seen()[0].header("authorization"), format!("Bearer {LIVE_KEY}"));
        responder.will_answer(Answer::error(401, &json!({ "message": "Invalid API Key" })));
        let said = run(check(&["--json"])).await.expect(1).stdout;
        assert_eq!(serde_json::from_str::<Value>(&said).unwrap()["ok"], false);
        responder.will_answer(Answer::Raw(500, Vec::new(), String::new()));
        run(check(&[])).await.expect_failure(3);
    }
}

/// A key in the configuration goes before the file, and no file is made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_encryption_key_may_be_configured() {
    let app = TestApp::start(crate::harness::Engine::Sqlite).await;
    let database = app.database();
    let key = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
    let configured = |arguments: &[&str]| {
        database.program(arguments).env("SOVEREIGN_ENCRYPTION_KEY", key).stdin(SECRET_KEY)
    };
    configured(&["stripe", "keys", "--secret-key", "-"]).run().expect(0);
    assert!(!database.directory.path().join("encryption.key").exists());
    let clear = ["stripe", "keys", "--json", "--clear", "public-key"];
    let said = configured(&clear).run().expect_json();
    assert_eq!(said["stripe_secret_key_last4"], "AAAA");
    let said = database.run(&clear).expect_json();
    assert_eq!(said["stripe_secret_key_last4"], Value::Null);
    assert_eq!(said["stripe_secret_key_configured"], true);
    let bad = database.program(&clear).env("SOVEREIGN_ENCRYPTION_KEY", "short").run();
    assert!(bad.expect_failure(2).contains("32 random bytes"));
    app.finish().await;
}
