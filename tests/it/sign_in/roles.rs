//! Roles that are granted here: at once, and taken away at once.

use serde_json::{Value, json};
use sovereign::auth::Role;

use super::{signed_in, token};
use crate::harness::{Setup, TestApp, on_both};

const AISHA: &str = "aisha@example.com";
const LIST: &str = "/billing/vouchers/list";

async fn set_role(app: &TestApp, token: &str, user: &Value, role: &str) -> crate::harness::Reply {
    let path = format!("/auth/admin/users/{}/role", user["id"].as_str().unwrap());
    let body = json!({ "role": role }).to_string().into_bytes();
    app.bearing(token).send(reqwest::Method::PUT, &path, &[], Some(body)).await
}

on_both! {
    /// A grant reaches a session that is open; a revocation ends it.
    async fn on_the_command_line(app: &TestApp, Setup::with_mail()) {
        let database = app.database();
        let before = signed_in(app, AISHA).await;
        app.bearing(token(&before)).get(LIST).await.expect_problem(403, "forbidden");
        let granted = ["user", "grant", AISHA, "--role", "sovereign-admin"];
        let said = database.run(&granted).expect_answer();
        assert_eq!(said, format!("{AISHA} is sovereign-admin\n"));
        app.bearing(token(&before)).get(LIST).await.expect(200);
        let me = app.bearing(token(&before)).get("/auth/me").await.expect(200);
        assert_eq!(me["user"]["role"], "sovereign-admin");
        let revenue = app.bearing(token(&before)).get("/billing/admin/revenue").await;
        revenue.expect_problem(403, "forbidden");

        let listed = database.run(&["user", "list", "--json"]).expect_json();
        assert_eq!(listed[0]["email"], AISHA);
        assert_eq!(listed[0]["role"], "sovereign-admin");
        database.run(&["user", "revoke", AISHA]).expect(0);
        app.bearing(token(&before)).get(LIST).await.expect_problem(401, "unauthorized");
        let after = signed_in(app, AISHA).await;
        app.bearing(token(&after)).get(LIST).await.expect_problem(403, "forbidden");
        let noted = "SELECT count(*) FROM audit_log WHERE action = 'user.role' AND actor = 'cli'";
        assert_eq!(app.number(noted).await, 2);
    }

    /// Somebody who never came has the role when they do.
    async fn before_the_first_sign_in(app: &TestApp, Setup::with_mail()) {
        app.database().run(&["user", "grant", AISHA, "--role", "superadmin"]).expect(0);
        let pair = signed_in(app, AISHA).await;
        assert_eq!(pair["user"]["role"], "superadmin");
        app.bearing(token(&pair)).get("/billing/admin/revenue").await.expect(200);
    }

    async fn of_nobody_and_of_the_last(app: &TestApp) {
        let database = app.database();
        let said = database.run(&["user", "revoke", "nobody@example.com"]).expect_failure(1);
        assert!(said.contains("nobody has this e-mail address"), "{said}");
        database.run(&["user", "grant", AISHA, "--role", "superadmin"]).expect(0);
        let said = database.run(&["user", "revoke", AISHA]).expect_failure(1);
        assert!(said.contains("superadmin"), "{said}");
        database.run(&["user", "grant", "x", "--role", "superadmin"]).expect_failure(2);
        database.run(&["user", "grant", AISHA, "--role", "member"]).expect_failure(2);
    }

    /// By a superadmin who has just signed in; a token that is older must sign in again (RFC 9470).
    async fn by_a_superadmin(app: &TestApp, Setup::with_mail()) {
        app.database().run(&["user", "grant", "root@example.com", "--role", "superadmin"]).expect(0);
        let root = signed_in(app, "root@example.com").await;
        let aisha = signed_in(app, AISHA).await;
        let changed = set_role(app, token(&root), &aisha["user"], "sovereign-admin").await;
        assert_eq!(changed.expect(200)["user"]["role"], "sovereign-admin");
        app.bearing(token(&aisha)).get(LIST).await.expect(200);
        let read = app.bearing(token(&root));
        let path = format!("/auth/admin/users/{}", aisha["user"]["id"].as_str().unwrap());
        assert_eq!(read.get(&path).await.expect(200)["user"]["role"], "sovereign-admin");

        let own = set_role(app, token(&root), &root["user"], "member").await;
        own.expect_problem(409, "last_superadmin");
        let bad = set_role(app, token(&root), &aisha["user"], "owner").await;
        assert_eq!(bad.expect_problem(400, "invalid_request")["field"], "role");
        let by_aisha = set_role(app, token(&aisha), &root["user"], "member").await;
        by_aisha.expect_problem(403, "forbidden");

        app.clock.advance_seconds(601);
        let late = set_role(app, token(&root), &aisha["user"], "member").await;
        let challenge = late.headers["www-authenticate"].to_str().unwrap().to_owned();
        late.expect_problem(401, "sign_in_again");
        assert!(challenge.contains("insufficient_user_authentication"), "{challenge}");
        read.get(&path).await.expect(200);
    }

    async fn who_may_read_users(app: &TestApp) {
        let path = "/auth/admin/users/nobody";
        app.anyone().get(path).await.expect_problem(401, "unauthorized");
        app.member("x").get(path).await.expect_problem(403, "forbidden");
        app.signed_in("y", Role::SovereignAdmin).get(path).await.expect_problem(403, "forbidden");
        app.superadmin().get(path).await.expect_problem(404, "not_found");
    }
}
