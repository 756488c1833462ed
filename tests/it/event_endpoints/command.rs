//! `sovereign events endpoint`.

use serde_json::json;

use super::receiver::{Answer, Receiver};
use super::{ENDPOINTS, deliver, setup};
use crate::harness::on_both;

on_both! {
    async fn endpoints_are_managed_beside_a_server(app: &TestApp, setup()) {
        let receiver = Receiver::start().await;
        let run = |arguments: &[&str]| {
            let all = [&["events", "endpoint"], arguments].concat();
            let program = app.database().program(&all);
            program.env("SOVEREIGN_EVENTS_ALLOWED_NETWORKS", "127.0.0.1").run()
        };
        let added = run(&["add", &receiver.url, "--type", "voucher.issued", "--json"]).expect_json();
        let id = added["endpoint"]["id"].as_str().unwrap();
        let listed = run(&["list", "--json"]).expect_json();
        assert_eq!(listed, json!([added["endpoint"]]));
        let table = run(&["list"]).expect_answer();
        assert!(table.contains(id) && table.contains("voucher.issued"), "{table}");
        let shown = app.superadmin().get(ENDPOINTS).await.expect(200);
        assert_eq!((&shown[0]["id"], &shown[0]["url"]), (&json!(id), &added["endpoint"]["url"]));
        // The server signs with what the command made.
        app.issue("COMMAND-25", 25, 0).await;
        deliver(app).await;
        let seen = receiver.seen().pop().unwrap();
        assert_eq!(seen.signed_by(added["secret"].as_str().unwrap()), [true]);

        let rotated = run(&["rotate", id]).expect(0);
        let second = rotated.stdout.trim();
        assert!(second.starts_with("evsec_") && rotated.stderr.contains("not shown again"));
        let tested = run(&["test", id, "--json"]).expect_json();
        assert_eq!(tested["ok"], true);
        assert_eq!(receiver.seen().pop().unwrap().signed_by(second), [true, false]);
        receiver.next("/", Answer::status(503));
        let failed = run(&["test", id]).expect(1);
        assert!(failed.stdout.starts_with("503: "), "{}", failed.stdout);

        assert_eq!(run(&["remove", id]).expect_answer(), "removed\n");
        let said = run(&["remove", id]).expect_failure(1);
        assert!(said.contains("no such event endpoint"), "{said}");
        let said = run(&["add", "https://10.0.0.1/"]).expect_failure(1);
        assert!(said.contains("events.allowed_networks"), "{said}");
        let said = run(&["add", "https://example.com/", "--type", "order"]).expect_failure(1);
        assert!(said.contains("order.placed"), "{said}");
    }
}
