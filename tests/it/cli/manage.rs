//! `sovereign voucher bulk`, `voucher mailing`, `org suspend` and the like: what is there already, looked at and changed.

use serde_json::{Value, json};
use sovereign::clock::{Clock as _, SystemClock};

use crate::harness::{Setup, TestApp, TestDatabase, on_both};
use crate::{bulk, mailings};

/// One that there is not.
const NONE: &str = "01997f53-a000-7000-8000-000000000001";

fn id(made: &Value) -> &str {
    made["id"].as_str().unwrap()
}

/// What a command answers that may have something to say besides.
fn json_of(database: &TestDatabase, arguments: &[&str]) -> Value {
    let ended = database.program(arguments).args(["--json"]).run().expect(0);
    serde_json::from_str(&ended.stdout).unwrap()
}

async fn status_of(app: &TestApp, tenant_id: &str) -> String {
    app.texts(&format!("SELECT status FROM organizations WHERE id = '{tenant_id}'")).await.remove(0)
}

on_both! {
    async fn an_operation_is_stopped_and_goes_on(app: &TestApp) {
        let database = app.database();
        let asked = bulk::ask(app, 30, json!({})).await;
        let command = |what: &str| json_of(database, &["voucher", "bulk", what, id(&asked)]);
        assert_eq!((&command("status")["state"], &command("status")["done"]), (&json!("running"), &json!(0)));
        assert_eq!(command("cancel")["state"], "cancelled");
        // What is so already stays so.
        assert_eq!(command("cancel")["state"], "cancelled");
        let text = database.run(&["voucher", "bulk", "status", id(&asked)]).expect_answer();
        assert!(text.contains("0 of 30 issued") && text.contains("cancelled"), "{text}");
        let done = command("resume");
        assert_eq!((&done["state"], &done["done"]), (&json!("done"), &json!(30)));
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_codes").await, 30);
        for what in ["cancel", "resume", "undo"] {
            let said = database.run(&["voucher", "bulk", what, id(&asked)]).expect_failure(1);
            assert!(said.contains("it is done"), "{what}: {said}");
            let said = database.run(&["voucher", "bulk", what, NONE]).expect_failure(1);
            assert!(said.contains("there is no operation"), "{what}: {said}");
        }
        database.run(&["voucher", "bulk", "status", NONE]).expect_failure(1);
        database.run(&["voucher", "bulk", "status", "x"]).expect_failure(2);
        let actions = "SELECT action FROM audit_log WHERE actor = 'cli' AND action LIKE 'bulk.%' ORDER BY action";
        assert_eq!(app.texts(actions).await, ["bulk.cancel", "bulk.resume"]);
    }

    async fn a_change_of_many_is_undone(app: &TestApp) {
        app.follow_the_machine().await;
        let database = app.database();
        for code in ["PAPER-1", "PAPER-2"] {
            app.issue(code, 5, 0).await;
        }
        let edit = json!({ "action": "pause", "q": "PAPER" });
        let edit = app.sovereign_admin().post("/billing/vouchers/bulk/edit", &edit).await.expect(202);
        app.run_job("issue-in-bulk").await;
        let paused = "SELECT COUNT(*) FROM promo_codes WHERE NOT active";
        assert_eq!(app.number(paused).await, 2);
        let undone = json_of(database, &["voucher", "bulk", "undo", id(&edit)]);
        assert_eq!(undone["state"], "done", "{undone}");
        assert_eq!(app.number(paused).await, 0);
    }

    async fn a_mailing_is_stopped_and_goes_on(app: &TestApp, Setup::with_mail()) {
        let database = app.database();
        let asked = mailings::ask(app, mailings::to(&["ghada", "yaqoub"]), json!({})).await;
        let command = |what: &str| json_of(database, &["voucher", "mailing", what, id(&asked)]);
        let begun = command("status");
        assert_eq!((&begun["state"], &begun["total"], &begun["waiting"]), (&json!("running"), &json!(2), &json!(2)));
        assert_eq!(command("cancel")["state"], "cancelled");
        let said = database.run(&["voucher", "mailing", "retry", id(&asked)]).expect_failure(1);
        assert!(said.contains("it is cancelled"), "{said}");
        assert_eq!(command("resume")["state"], "running");
        for _ in 0..3 {
            app.run_job("issue-in-bulk").await;
            app.run_job("send-mailings").await;
        }
        let done = command("status");
        assert_eq!((&done["state"], &done["sent"], &done["codes"]), (&json!("done"), &json!(2), &json!(2)));
        let text = database.run(&["voucher", "mailing", "status", id(&asked)]).expect_answer();
        assert!(text.contains("2 sent") && text.contains("0 failed"), "{text}");
        for what in ["status", "cancel", "resume", "retry"] {
            let said = database.run(&["voucher", "mailing", what, NONE]).expect_failure(1);
            assert!(said.contains("there is no mailing"), "{what}: {said}");
        }
    }

    /// By its address or its identifier; what it would come to first.
    async fn an_organization_is_suspended_deleted_and_kept(app: &TestApp, Setup::with_mail()) {
        // The command has the machine's own clock.
        app.clock.set(SystemClock.now());
        let database = app.database();
        let customer = app.customer("kestrel").await;
        let tenant_id = customer.tenant_id.as_str();
        app.issue("KESTREL-50", 50, 0).await;
        customer.redeem("KESTREL-50").await.expect(200);
        let slug = app.texts(&format!("SELECT slug FROM organizations WHERE id = '{tenant_id}'")).await.remove(0);
        let before = status_of(app, tenant_id).await;
        let suspended = json_of(database, &["org", "suspend", &slug]);
        assert_eq!((&suspended["id"], &suspended["status"]), (&json!(tenant_id), &json!("suspended")));
        assert_eq!(status_of(app, tenant_id).await, "suspended");
        assert_eq!(json_of(database, &["org", "resume", tenant_id])["status"], before);

        let mut preview = json_of(database, &["org", "delete", &slug, "--dry-run"]);
        let path = format!("/tenant/admin/tenants/{tenant_id}/delete-preview");
        let mut expected = app.superadmin().get(&path).await.expect(200);
        for one in [&mut preview, &mut expected] {
            // A moment later.
            one.as_object_mut().unwrap().remove("deletion_at").unwrap();
        }
        assert_eq!(preview, expected);
        assert_eq!(preview["credit_minor"], 50_000);
        let text = database.run(&["org", "delete", &slug, "--dry-run"]).expect(0).stdout;
        assert!(text.contains("credit that is lost") && text.contains("50.000 OMR"), "{text}");
        assert_eq!(status_of(app, tenant_id).await, before);

        let deleted = json_of(database, &["org", "delete", &slug]);
        assert_eq!(deleted["status"], "suspended");
        assert!(deleted["deletion_at"].is_string(), "{deleted}");
        let said = database.run(&["org", "resume", &slug]).expect(1).stderr;
        assert!(said.contains("sovereign org restore"), "{said}");
        assert_eq!(json_of(database, &["org", "restore", &slug])["status"], before);
        let said = database.run(&["org", "restore", &slug]).expect(1).stderr;
        assert!(said.contains("nobody wishes it deleted"), "{said}");
        for what in ["suspend", "resume", "delete", "restore"] {
            let said = database.run(&["org", what, "nonesuch"]).expect(1).stderr;
            assert!(said.contains("there is no such Organization"), "{what}: {said}");
        }
        let actions = "SELECT action FROM audit_log WHERE actor = 'cli' AND action LIKE 'organization.%' ORDER BY action";
        assert_eq!(app.texts(actions).await, [
            "organization.delete_later", "organization.restore", "organization.resume", "organization.suspend",
        ]);
    }

    async fn deliveries_are_listed_and_sent_again(app: &TestApp, Setup::with_mail()) {
        app.clock.set(SystemClock.now());
        let database = app.database();
        let root = crate::refunds::root(app).await;
        let endpoint = json!({ "url": "https://hooks.example.com/events", "event_types": ["voucher.issued"] });
        let made = root.post("/events/admin/endpoints", &endpoint).await.expect(201);
        let endpoint = id(&made["endpoint"]);
        app.issue("SENT-25", 25, 0).await;
        app.issue("SENT-30", 30, 0).await;
        app.run_job("relay-events").await;
        let listed = json_of(database, &["events", "endpoint", "deliveries", endpoint]);
        let path = format!("/events/admin/endpoints/{endpoint}/deliveries");
        assert_eq!(listed, root.get(&path).await.expect(200));
        assert_eq!(listed.as_array().unwrap().len(), 2);
        let one = json_of(database, &["events", "endpoint", "deliveries", endpoint, "--limit", "1"]);
        assert_eq!(one, json!([listed[0]]));
        let failed = json_of(database, &["events", "endpoint", "deliveries", endpoint, "--status", "failed"]);
        assert_eq!(failed, json!([]));

        let replay = ["events", "endpoint", "replay", endpoint];
        let again = json_of(database, &[&replay[..], &["--delivery", id(&listed[1])]].concat());
        assert_eq!(again["events"], 1);
        let days = ["--from", "2020-01-01T00:00:00Z", "--to", "2100-01-01T00:00:00Z"];
        assert_eq!(json_of(database, &[&replay[..], &days].concat()), json!({ "events": 2 }));
        assert_eq!(app.number("SELECT COUNT(*) FROM event_deliveries").await, 5);
        for (arguments, code) in [
            (&["deliveries", endpoint, "--status", "lost"][..], 1),
            (&["deliveries", NONE], 1),
            (&["replay", endpoint], 2),
            (&["replay", endpoint, "--from", "2027-01-01T00:00:00Z"], 2),
            (&["replay", endpoint, "--from", "soon", "--to", "later"], 1),
            (&["replay", endpoint, "--delivery", NONE], 1),
            (&["replay", NONE, "--delivery", NONE], 1),
        ] {
            database.run(&[&["events", "endpoint"], arguments].concat()).expect(code);
        }
    }
}
