//! The one-time link of the first start.

use super::{code_in, signed_in, token};
use crate::harness::{
    Engine, Other, Server, Setup, TestApp, TestDatabase, on_both, on_empty, until_locked,
};

const ROOT: &str = "root@example.com";

/// The path of the link that a server says when it is ready.
fn link_of(said: &str) -> Option<String> {
    let at = said.find("/auth/administrator?token=")?;
    said[at..].split_whitespace().next().map(str::to_owned)
}

/// A link, as a start makes one.
async fn link(app: &TestApp) -> Option<String> {
    let link = app.administrator_link().await?;
    Some(link[link.find("/auth/").unwrap()..].to_owned())
}

on_both! {
    async fn whoever_uses_it_is_superadmin(app: &TestApp, Setup::with_mail()) {
        let path = link(app).await.unwrap();
        let earlier = link(app).await.unwrap();
        let mut browser = app.browser();
        browser.get(&path).await.expect(200).has(&["Become the administrator"]);
        let (_, token_in_link) = path.split_once("token=").unwrap();
        let fields = [("email", ROOT), ("administrator_link", token_in_link)];
        browser.submit("/sign-in", &fields).await.location();
        // A link that was only begun with makes nobody anything.
        assert_eq!(app.number("SELECT count(*) FROM users").await, 0);
        let mail = app.sink().next_to(ROOT).await.text.unwrap();
        browser.get("/sign-in/code").await.expect(200);
        browser.submit("/sign-in/code", &[("code", &code_in(&mail))]).await.location();
        browser.get("/console").await.expect(200).has(&["superadmin", ROOT]);

        let pair = signed_in(app, ROOT).await;
        app.bearing(token(&pair)).get("/billing/admin/revenue").await.expect(200);
        // It worked once, any other one ended with it, and there is no need for another.
        for path in [&path, &earlier] {
            browser.get(path).await.expect(404).has(&["This link works no more"]);
        }
        assert_eq!(link(app).await, None);
        let noted = "SELECT action FROM audit_log WHERE action IN ('user.role', \
                     'administrator_link.use') ORDER BY action";
        assert_eq!(app.texts(noted).await, ["administrator_link.use", "user.role"]);
    }

    async fn it_lasts_a_day(app: &TestApp, Setup::with_mail()) {
        let path = link(app).await.unwrap();
        app.clock.advance_seconds(86_399);
        let mut browser = app.browser();
        browser.get(&path).await.expect(200);
        app.clock.advance_seconds(1);
        browser.get(&path).await.expect(404);
        let token = path.split_once("token=").unwrap().1;
        let fields = [("email", ROOT), ("administrator_link", token)];
        browser.submit("/sign-in", &fields).await.expect(404);
        browser.get("/auth/administrator").await.expect(404);
        browser.get("/auth/administrator?token=x").await.expect(404);
    }
}

/// Somebody gives the user another role in the moment in which the link is used: they are superadmin all the same.
/// On PostgreSQL only: SQLite has one writer at a time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_is_given_meanwhile_does_not_use_it_up() {
    let app = TestApp::start_with(Engine::Postgres, Setup::with_mail()).await;
    signed_in(&app, ROOT).await;
    let path = link(&app).await.unwrap();
    let token = path.split_once("token=").unwrap().1;
    let mut browser = app.browser();
    browser.get(&path).await.expect(200);
    browser.submit("/sign-in", &[("email", ROOT), ("administrator_link", token)]).await.location();
    let mail = app.sink().next_to(ROOT).await.text.unwrap();
    browser.get("/sign-in/code").await.expect(200);
    let mut other = Other::of(&app).await;
    let given = format!("BEGIN; UPDATE users SET role = 'sovereign-admin' WHERE email = '{ROOT}'");
    other.execute(&given).await;
    let code = code_in(&mail);
    let used = tokio::spawn(async move {
        let used = browser.submit("/sign-in/code", &[("code", &code)]).await;
        (browser, used)
    });
    until_locked(&app, || used.is_finished()).await;
    other.execute("COMMIT").await;
    let (mut browser, used) = used.await.unwrap();
    used.location();
    browser.get("/console").await.expect(200).has(&["superadmin", ROOT]);
    other.close().await;
    app.finish().await;
}

on_empty! {
    /// Each start says one while nobody administers the Sovereign, and none after that.
    async fn a_start_says_it(database: &TestDatabase) {
        let first = ["--fqdn", "omantel.example", "--currency", "OMR"];
        let start = || {
            let listen = ["serve", "--listen", "127.0.0.1:0"];
            Server::start(database.program(&listen).args(first))
        };
        let mut server = start();
        let said = server.wait_for("token=").to_owned();
        assert!(said.contains("https://omantel.example/auth/administrator?token="), "{said}");
        assert!(link_of(&said).is_some());
        server.stop().expect(0);
        database.run(&["user", "grant", "root@omantel.example", "--role", "superadmin"]).expect(0);
        let said = start().stop().expect(0).stderr;
        assert_eq!(link_of(&said), None, "{said}");
    }

    /// People sign in by mail: without a mail server only a demo starts.
    async fn a_mail_server_is_needed(database: &TestDatabase) {
        let serve = ["serve", "--listen", "127.0.0.1:0", "--fqdn", "a.example", "--currency", "OMR"];
        let said = database.program(&serve).env("SOVEREIGN_MAIL_SMTP_URL", "").run();
        let said = said.expect_failure(2);
        assert!(said.contains("mail.smtp_url") && said.contains("--demo"), "{said}");
    }
}
