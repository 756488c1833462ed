//! Roles in pages, and the routes that list and give them by address.

use serde_json::json;

use super::{follow, lacks, superadmin};
use crate::harness::{Setup, TestApp, each, on_both};

const USERS: &str = "/admin/users";
const ROUTE: &str = "/auth/admin/users";

async fn role_of(app: &TestApp, email: &str) -> Vec<String> {
    app.texts(&format!("SELECT role FROM users WHERE email = '{email}'")).await
}

on_both! {
    async fn a_role_is_given_and_taken_away(app: &TestApp, Setup::with_mail()) {
        let mut browser = superadmin(app).await;
        let list = browser.get(USERS).await.expect(200);
        list.has(&["root@example.com", ">you<", "value=\"superadmin\" selected"]);
        let fields = [("act", "grant"), ("new-email", "Maryam@Example.com"), ("role", "sovereign-admin")];
        let pressed = browser.submit(USERS, &fields).await;
        follow(&mut browser, &pressed, "The role is set.").await.has(&["value=\"sovereign-admin\" selected"]);
        let mut maryam = app.browser();
        maryam.sign_in(app, "maryam@example.com").await;
        maryam.get("/admin/vouchers").await.expect(200);
        // Taken away, she is signed out.
        let id = app.texts("SELECT id FROM users WHERE lower(email) = 'maryam@example.com'").await.remove(0);
        let pressed = browser.submit(USERS, &[("act", "set"), ("user", &*id), ("role", "member")]).await;
        let left = follow(&mut browser, &pressed, "The role is set.").await;
        lacks(&left, &["aryam@"]);
        assert!(maryam.get("/admin/vouchers").await.location().starts_with("/sign-in"));
        browser.get(&format!("{USERS}?email=MARYAM@example.com")).await.expect(200).has(&["value=\"member\" selected"]);
        browser.get(&format!("{USERS}?email=nobody@example.com")).await.expect(200).has(&["Nobody here has this address."]);
        browser.get(&format!("{USERS}?email=nobody")).await.expect(400).has(&["href=\"#email\"", "value=\"nobody\""]);
    }

    async fn nobody_takes_the_last_superadmin_away(app: &TestApp, Setup::with_mail()) {
        let mut browser = superadmin(app).await;
        browser.get(USERS).await.expect(200);
        let id = app.texts("SELECT id FROM users WHERE email = 'root@example.com'").await.remove(0);
        let pressed = browser.submit(USERS, &[("act", "set"), ("user", &*id), ("role", "member")]).await;
        follow(&mut browser, &pressed, "nobody would be superadmin any more").await;
        assert_eq!(role_of(app, "root@example.com").await, ["superadmin"]);
    }

    async fn what_is_wrong_is_told_and_takes_a_fresh_sign_in(app: &TestApp, Setup::with_mail()) {
        let mut browser = superadmin(app).await;
        browser.get(USERS).await.expect(200);
        for (email, role) in [("nobody", "superadmin"), ("a@example.com", "king"), ("a@example.com", "member")] {
            let fields = [("act", "grant"), ("new-email", email), ("role", role)];
            let again = browser.submit(USERS, &fields).await.expect(400);
            again.has(&["href=\"#new-email\"", &format!("value=\"{email}\"")]);
        }
        for user in ["nobody", "a\0b", ""] {
            let fields = [("act", "set"), ("user", user), ("role", "superadmin")];
            browser.submit(USERS, &fields).await.expect(400).has(&["Nobody has this address"]);
        }
        app.clock.advance_seconds(601);
        let shown = browser.get(USERS).await.expect(200);
        shown.has(&["This needs a fresh sign-in"]);
        lacks(&shown, &["name=\"new-email\""]);
        let fields = [("act", "grant"), ("new-email", "a@example.com"), ("role", "superadmin")];
        browser.submit(USERS, &fields).await.expect(401);
        assert_eq!(role_of(app, "a@example.com").await, [""; 0]);
    }

    async fn the_routes_do_the_same(app: &TestApp, Setup::with_mail()) {
        let root = crate::refunds::root(app).await;
        let given = root.post(ROUTE, &json!({ "email": "maryam@example.com", "role": "sovereign-admin" })).await.expect(200);
        assert_eq!((&given["user"]["email"], &given["user"]["role"]), (&json!("maryam@example.com"), &json!("sovereign-admin")));
        let listed = root.get(ROUTE).await.expect(200);
        assert_eq!(each(&listed, "email"), ["maryam@example.com", "root@example.com"]);
        app.sign_in("sara@example.com").await;
        let found = root.get(&format!("{ROUTE}?email=SARA@example.com")).await.expect(200);
        assert_eq!((each(&found, "email"), each(&found, "role")), (vec![json!("sara@example.com")], vec![json!("member")]));
        assert_eq!(root.get(&format!("{ROUTE}?email=a@example.com")).await.expect(200), json!([]));
        root.get(&format!("{ROUTE}?email=a")).await.expect_problem(400, "invalid_request");
        for body in [json!({ "email": "a", "role": "member" }), json!({ "email": "a@example.com", "role": "king" })] {
            root.post(ROUTE, &body).await.expect_problem(400, "invalid_request");
        }
        let nobody = json!({ "email": "a@example.com", "role": "member" });
        root.post(ROUTE, &nobody).await.expect_problem(404, "not_found");
        app.clock.advance_seconds(601);
        let late = json!({ "email": "a@example.com", "role": "superadmin" });
        root.post(ROUTE, &late).await.expect_problem(401, "sign_in_again");
    }
}
