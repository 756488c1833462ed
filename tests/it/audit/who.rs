//! Who did what, where nothing else would say so: signing out, jobs that somebody has run, keys, and tags that an import
//! brings.

use serde_json::{Value, json};

use crate::harness::{Setup, TestApp, TestDatabase, on_both, on_empty};
use crate::refunds;

const EMAIL: &str = "aisha@example.com";

/// Actor and subject of the lines of this action, sorted.
async fn lines(app: &TestApp, action: &str) -> Vec<String> {
    let sql = "SELECT actor || ' ' || subject FROM audit_log WHERE request_id <> '' AND action = ";
    let mut lines = app.texts(&format!("{sql}'{action}'")).await;
    lines.sort();
    lines
}

/// The identifier of whoever signed in by mail.
async fn id_of(app: &TestApp, email: &str) -> String {
    app.texts(&format!("SELECT id FROM users WHERE email = '{email}'")).await.remove(0)
}

on_both! {
    async fn who_signs_out_is_named(app: &TestApp, Setup::with_mail()) {
        let person = app.sign_in(EMAIL).await;
        let body = json!({ "refresh_token": person.refresh_token });
        // The second time there is nothing to end, nor is there ever for a token that nobody has.
        for body in [&body, &body, &json!({ "refresh_token": "x" })] {
            app.anyone().post("/auth/logout", body).await.expect(200);
        }
        let line = format!("{0} {0}", person.user_id);
        assert_eq!(lines(app, "session.end").await, [line.as_str()]);
        let mut browser = app.browser();
        browser.sign_in(app, EMAIL).await;
        browser.get("/console").await.expect(200);
        browser.submit("/sign-out", &[]).await.location();
        assert_eq!(lines(app, "session.end").await, [line.clone(), line]);
        // Each says which session that was.
        let pairs = "SELECT COUNT(*) FROM audit_log e JOIN audit_log b \
                     ON b.after ->> 'session' = e.after ->> 'session' AND b.action = 'session.begin' \
                     WHERE e.action = 'session.end'";
        assert_eq!(app.number(pairs).await, 2);
    }

    async fn who_has_a_job_run_is_named(app: &TestApp, refunds::setup()) {
        let root = app.superadmin();
        root.post("/billing/admin/jobs/seal-audit/run", &json!({})).await.expect(200);
        root.post("/billing/admin/reconcile", &json!({})).await.expect(200);
        let unknown = root.post("/billing/admin/jobs/nonesuch/run", &json!({})).await;
        unknown.expect_problem(404, "not_found");
        let over_api = app.user_id("root").await;

        let mut browser = app.browser();
        browser.sign_in(app, EMAIL).await;
        let grant = format!("UPDATE users SET role = 'superadmin' WHERE email = '{EMAIL}'");
        app.execute(&grant).await;
        browser.get("/console").await.expect(200);
        browser.submit("/admin/system", &[("job", "expire-credit")]).await.location();
        browser.submit("/admin/reconcile", &[("act", "begin")]).await.location();
        let in_browser = id_of(app, EMAIL).await;

        // What is due by itself is nobody's.
        app.each_minute().await;
        let mut expected = vec![
            format!("{over_api} seal-audit"),
            format!("{over_api} reconcile"),
            format!("{in_browser} expire-credit"),
            format!("{in_browser} reconcile"),
        ];
        expected.sort();
        assert_eq!(lines(app, "job.run").await, expected);
    }

    async fn who_imports_tags_is_named(app: &TestApp) {
        let file = "code,credit,tags\nGIFT-1,5,spring;bills\nGIFT-2,5,\nGIFT-3,5,spring\n";
        app.sovereign_admin().post_text("/billing/vouchers/import", file).await.expect(202);
        app.run_job("issue-in-bulk").await;
        let by = app.user_id("campaigns").await;
        let expected = [format!("{by} GIFT-1"), format!("{by} GIFT-3")];
        assert_eq!(lines(app, "voucher.tag").await, expected);
        let path = "/billing/vouchers/code/GIFT-1/history";
        let history = app.sovereign_admin().get(path).await.expect(200);
        let tags = json!([{ "member": "tags", "before": [], "after": ["bills", "spring"] }]);
        assert_eq!((&history[0]["kind"], &history[0]["changes"]), (&json!("tagged"), &tags));
        assert_eq!((&history[1]["kind"], history.as_array().unwrap().len()), (&json!("issued"), 2));
    }
}

fn kid(key: &Value) -> String {
    key["kid"].as_str().unwrap().to_owned()
}

on_empty! {
    async fn who_runs_a_job_by_command_is_named(database: &TestDatabase) {
        database.serve(&["--fqdn", "omantel.example", "--currency", "OMR"]).stop().expect(0);
        database.run(&["jobs", "run", "roll-up"]).expect(0);
        database.run(&["jobs", "run", "make-coffee"]).expect_failure(1);
        let lines = "SELECT actor || ' ' || subject FROM audit_log WHERE action = 'job.run'";
        assert_eq!(database.texts(lines).await, ["cli roll-up"]);
    }

    async fn who_changes_keys_is_named(database: &TestDatabase) {
        let first_start = ["--fqdn", "omantel.example", "--currency", "OMR"];
        database.serve(&first_start).stop().expect(0);
        let first = kid(&database.run(&["key", "list", "--json"]).expect_json()[0]);
        let next = kid(&database.run(&["key", "prepare", "--json"]).expect_json());
        // There is one: nothing is done, and nothing noted.
        database.run(&["key", "prepare"]).expect(0);
        database.run(&["key", "rotate"]).expect(0);
        let forget = || database.program(&["key", "forget"]).args(["--", first.as_str()]).run();
        forget().expect(0);
        forget().expect_failure(1);
        let lines = "SELECT action || ' ' || actor || ' ' || subject FROM audit_log \
                     WHERE action LIKE 'key.%' ORDER BY id";
        let expected = [
            format!("key.prepare cli {next}"),
            format!("key.rotate cli {next}"),
            format!("key.forget cli {first}"),
        ];
        assert_eq!(database.texts(lines).await, expected);
        let rotated = "SELECT (before ->> 'signing') || ' ' || (after ->> 'signing') \
                       FROM audit_log WHERE action = 'key.rotate'";
        assert_eq!(database.texts(rotated).await, [format!("{first} {next}")]);
    }

    /// A key is not changed where nobody could read who did it.
    async fn without_the_log_no_key_is_changed(database: &TestDatabase) {
        let first_start = ["--fqdn", "omantel.example", "--currency", "OMR"];
        database.serve(&first_start).stop().expect(0);
        let list = || database.run(&["key", "list", "--json"]).expect_json();
        let before = list();
        database.execute("DELETE FROM schema_migrations").await;
        database.run(&["key", "rotate"]).expect_failure(2);
        assert_eq!(list(), before);
    }
}
