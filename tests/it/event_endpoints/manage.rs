//! Making, changing and removing endpoints.

use serde_json::{Value, json};
use tokio::net::TcpSocket;

use super::receiver::{Answer, Receiver};
use super::{ENDPOINTS, add, deliver, listen, root, setup};
use crate::harness::{Client, on_both};

const URL: &str = "https://example.com/events";

async fn refused(root: &Client, body: Value) -> String {
    let problem = root.post(ENDPOINTS, &body).await;
    let problem = problem.expect_problem(400, "invalid_request");
    assert!(problem["detail"].as_str().unwrap().len() > 20, "{problem}");
    problem["field"].as_str().unwrap().to_owned()
}

on_both! {
    /// A secret is answered when it is made, and never again; the database has it encrypted.
    async fn a_secret_is_shown_once(app: &TestApp, setup()) {
        let made = add(app, json!({ "url": URL, "description": " the warehouse " })).await;
        assert!(made.secret.starts_with("evsec_") && made.secret.len() == 49, "{}", made.secret);
        let shown = made.get(app).await;
        assert_eq!(shown, json!({
            "id": made.id, "url": URL, "description": "the warehouse", "event_types": ["*"],
            "enabled": true, "created_at": shown["created_at"], "updated_at": shown["created_at"],
        }));
        let listed = app.superadmin().get(ENDPOINTS).await.expect(200);
        assert_eq!(listed, json!([shown]));
        let (second, _) = made.rotate(app, json!({})).await;
        assert_ne!(second, made.secret);
        let everything = app.superadmin().get("/auth/admin/audit").await.expect(200).to_string();
        let stored = app.texts("SELECT secret_sealed || former_secret_sealed FROM event_endpoints").await;
        for secret in [&made.secret, &second] {
            assert!(!stored[0].contains(secret) && !everything.contains(secret));
        }
    }

    async fn what_is_changed_is_in_the_audit_log(app: &TestApp, setup()) {
        let made = add(app, json!({ "url": URL, "event_types": ["order.placed"] })).await;
        let changed = made.change(app, json!({ "enabled": false, "event_types": ["*"] })).await;
        assert_eq!((&changed["enabled"], &changed["event_types"]), (&json!(false), &json!(["*"])));
        assert_eq!(changed["url"], URL);
        // What changes nothing is no change.
        made.change(app, json!({ "enabled": false, "url": URL })).await;
        made.rotate(app, json!({})).await;
        app.superadmin().delete(&made.path()).await.expect(200);
        app.superadmin().get(&made.path()).await.expect_problem(404, "not_found");
        app.superadmin().delete(&made.path()).await.expect_problem(404, "not_found");
        let lines = app.superadmin().get("/auth/admin/audit").await.expect(200);
        let about = lines.as_array().unwrap().iter().filter(|line| line["subject"] == *made.id);
        let actions: Vec<&str> = about.map(|line| line["action"].as_str().unwrap()).collect();
        assert_eq!(actions, ["event_endpoint.delete", "event_endpoint.rotate", "event_endpoint.change",
            "event_endpoint.create"]);
    }

    async fn what_is_wrong_is_named(app: &TestApp, setup()) {
        let root = root(app).await;
        for url in ["", "example.com", "http://example.com/", "https://user:pass@example.com/",
            "https://example.com:22/", "https://10.0.0.1/", "https://0x7f.0x2/", "https://[::1]/",
            "https://[::ffff:127.0.0.1]/", "https://169.254.169.254/latest/meta-data/",
            "http://127.0.0.2/", "http://[::1]/"] {
            assert_eq!(refused(&root, json!({ "url": url })).await, "url", "{url}");
        }
        assert_eq!(refused(&root, json!({})).await, "url");
        assert_eq!(refused(&root, json!({ "url": URL, "event_types": [] })).await, "event_types");
        assert_eq!(refused(&root, json!({ "url": URL, "event_types": ["order"] })).await, "event_types");
        let long = "x".repeat(201);
        assert_eq!(refused(&root, json!({ "url": URL, "description": long })).await, "description");
        let made = add(app, json!({ "url": URL })).await;
        let path = format!("{}/rotate", made.path());
        for hours in [-1, 169] {
            let rotated = root.post(&path, &json!({ "overlap_hours": hours })).await;
            rotated.expect_problem(400, "invalid_request");
        }
        for id in ["nonsense", "01997f53-a000-7000-8000-000000000001"] {
            for path in ["", "/deliveries"] {
                let path = format!("{ENDPOINTS}/{id}{path}");
                app.superadmin().get(&path).await.expect_problem(404, "not_found");
            }
        }
        for query in ["status=lost", "limit=0", "after=x"] {
            let path = format!("{}/deliveries?{query}", made.path());
            app.superadmin().get(&path).await.expect_problem(400, "invalid_request");
        }
    }

    /// What is sent elsewhere leaves the house: a token that was left lying about is not enough for that.
    async fn a_change_takes_a_recent_sign_in(app: &TestApp, setup()) {
        let made = add(app, json!({ "url": URL })).await;
        let late = root(app).await;
        app.clock.advance_seconds(601);
        late.get(ENDPOINTS).await.expect(200);
        for reply in [
            late.post(ENDPOINTS, &json!({ "url": URL })).await,
            late.put(&made.path(), &json!({ "url": URL })).await,
            late.post(&format!("{}/rotate", made.path()), &json!({})).await,
        ] {
            reply.expect_problem(401, "sign_in_again");
        }
    }

    async fn there_are_a_hundred_at_most(app: &TestApp, setup()) {
        let root = root(app).await;
        for _ in 0..100 {
            root.post(ENDPOINTS, &json!({ "url": URL })).await.expect(201);
        }
        let reply = root.post(ENDPOINTS, &json!({ "url": URL })).await;
        reply.expect_problem(409, "too_many_endpoints");
    }

    /// With an endpoint goes what waited for it, and what was known of it.
    async fn nothing_is_left_of_one_that_is_removed(app: &TestApp, setup()) {
        let receiver = Receiver::start().await;
        receiver.always("/", Answer::status(500));
        let made = listen(app, &receiver, "/", &[]).await;
        app.issue("GONE-25", 25, 0).await;
        deliver(app).await;
        assert_eq!(receiver.seen().len(), 1);
        app.superadmin().delete(&made.path()).await.expect(200);
        app.clock.advance_days(1);
        deliver(app).await;
        assert_eq!(receiver.seen().len(), 0);
        for table in ["event_endpoints", "event_deliveries", "event_lanes"] {
            assert_eq!(app.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
        }
    }

    /// It says at once whether anything arrives, and is no delivery.
    async fn a_test_is_sent_at_once(app: &TestApp, setup()) {
        let receiver = Receiver::start().await;
        let made = listen(app, &receiver, "/x", &["order.placed"]).await;
        receiver.next("/x", Answer::Text(201, "welcome".into()));
        let path = format!("{}/test", made.path());
        let came = app.superadmin().post(&path, &json!({})).await.expect(200);
        assert_eq!(came, json!({ "ok": true, "response_status": 201, "response_excerpt": "welcome" }));
        let seen = receiver.seen().pop().unwrap();
        assert_eq!(seen.kind(), "endpoint.test");
        assert_eq!(seen.event()["data"]["endpoint_id"], *made.id);
        assert_eq!(seen.signed_by(&made.secret), [true]);
        // Nobody listens there, and nobody else can have this port.
        let silent = TcpSocket::new_v4().unwrap();
        silent.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let url = format!("http://{}/x", silent.local_addr().unwrap());
        made.change(app, json!({ "url": url })).await;
        let came = app.superadmin().post(&path, &json!({})).await.expect(200);
        assert_eq!((&came["ok"], came.get("response_status")), (&json!(false), None));
        assert!(came["response_excerpt"].as_str().unwrap().contains("refused"), "{came}");
        assert_eq!(made.deliveries(app).await.len(), 0);
    }
}
