//! Invitations into an Organization: by mail, for one address, once.

use serde_json::{Value, json};

use super::{code_in, link_in, signed_in, token};
use crate::harness::{Client, Setup, TestApp, on_both};

const SARA: &str = "sara@example.com";

struct Organization {
    id: String,
    owner: Client,
}

async fn organization(app: &TestApp) -> Organization {
    let pair = signed_in(app, "owner@example.com").await;
    let owner = app.bearing(token(&pair));
    let body = json!({ "slug": "kestrel", "name": "Kestrel <Pharmacy>", "plan_id": "m" });
    let made = owner.post("/tenant/orgs", &body).await.expect(201);
    Organization { id: made["id"].as_str().unwrap().to_owned(), owner }
}

impl Organization {
    fn path(&self, rest: &str) -> String {
        format!("/tenant/orgs/{}/{rest}", self.id)
    }

    async fn invite(&self, email: &str, role: &str) -> crate::harness::Reply {
        let body = json!({ "email": email, "role": role });
        self.owner.post(&self.path("invitations"), &body).await
    }
}

/// The token of the link in the newest mail to `email`.
async fn invited(app: &TestApp, email: &str) -> String {
    let text = app.sink().next_to(email).await.text.unwrap();
    link_in(&text).split_once("token=").unwrap().1.to_owned()
}

async fn accept(client: &Client, token: &str) -> crate::harness::Reply {
    client.post("/tenant/invitations/accept", &json!({ "token": token })).await
}

async fn client(app: &TestApp, email: &str) -> Client {
    let pair: Value = signed_in(app, email).await;
    app.bearing(token(&pair))
}

on_both! {
    async fn by_mail(app: &TestApp, Setup::with_mail()) {
        let organization = organization(app).await;
        let sent = organization.invite(" Sara@Example.com ", "admin").await.expect(201);
        assert_eq!((&sent["email"], &sent["role"]), (&json!(SARA), &json!("admin")));
        let mail = app.sink().next_to(SARA).await;
        let (text, html) = (mail.text.clone().unwrap(), mail.html.clone().unwrap());
        assert!(mail.header("Subject").contains("Kestrel <Pharmacy>"));
        assert!(text.contains("owner@example.com") && text.contains("for 7 days."), "{text}");
        assert!(html.contains("Kestrel &#60;Pharmacy&#62;"), "{html}");
        let invitation = link_in(&text).split_once("token=").unwrap().1.to_owned();

        let sara = client(app, SARA).await;
        let listed = organization.owner.get(&organization.path("invitations")).await.expect(200);
        assert_eq!(listed, json!([sent]));
        assert_eq!(sara.get("/tenant/orgs").await.expect(200), json!([]));
        let member = accept(&sara, &invitation).await.expect(200);
        assert_eq!((&member["email"], &member["role"]), (&json!(SARA), &json!("admin")));
        assert_eq!(sara.get("/tenant/orgs").await.expect(200)[0]["id"], organization.id.as_str());
        accept(&sara, &invitation).await.expect_problem(404, "not_found");
        organization.invite(SARA, "viewer").await.expect_problem(409, "already_member");
        let left = organization.owner.get(&organization.path("invitations")).await.expect(200);
        assert_eq!(left, json!([]));
    }

    /// The mail was passed on: it lets in nobody but who was meant.
    async fn for_one_address(app: &TestApp, Setup::with_mail()) {
        let organization = organization(app).await;
        organization.invite(SARA, "member").await.expect(201);
        let invitation = invited(app, SARA).await;
        let mallory = client(app, "mallory@example.com").await;
        accept(&mallory, &invitation).await.expect_problem(403, "invited_somebody_else");
        // A token of the same address that nobody verified is not enough either.
        accept(&app.anyone(), &invitation).await.expect_problem(401, "unauthorized");
        let sara = client(app, SARA).await;
        accept(&sara, "x").await.expect_problem(404, "not_found");
        accept(&sara, &invitation).await.expect(200);
    }

    async fn taken_back_replaced_or_too_old(app: &TestApp, Setup::with_mail()) {
        let organization = organization(app).await;
        let sara = client(app, SARA).await;
        organization.invite(SARA, "member").await.expect(201);
        let first = invited(app, SARA).await;
        let second = organization.invite(SARA, "viewer").await.expect(201);
        let newest = invited(app, SARA).await;
        accept(&sara, &first).await.expect_problem(404, "not_found");
        let id = second["id"].as_str().unwrap();
        let path = organization.path(&format!("invitations/{id}"));
        organization.owner.delete(&path).await.expect(200);
        organization.owner.delete(&path).await.expect_problem(404, "not_found");
        accept(&sara, &newest).await.expect_problem(404, "not_found");

        organization.invite(SARA, "member").await.expect(201);
        let third = invited(app, SARA).await;
        app.clock.advance_days(7);
        let sara = client(app, SARA).await;
        accept(&sara, &third).await.expect_problem(404, "not_found");
    }

    async fn who_may_and_what_is_refused(app: &TestApp, Setup::with_mail()) {
        let organization = organization(app).await;
        for (email, role, field) in [("x", "member", "email"), (SARA, "owner", "role"), (SARA, "", "role")] {
            let problem = organization.invite(email, role).await;
            assert_eq!(problem.expect_problem(400, "invalid_request")["field"], field);
        }
        organization.invite(SARA, "viewer").await.expect(201);
        let invitation = invited(app, SARA).await;
        let sara = client(app, SARA).await;
        accept(&sara, &invitation).await.expect(200);
        let body = json!({ "email": "x@example.com", "role": "member" });
        let path = organization.path("invitations");
        sara.post(&path, &body).await.expect_problem(403, "forbidden");
        sara.get(&path).await.expect_problem(403, "forbidden");
        let stranger = client(app, "stranger@example.com").await;
        stranger.post(&path, &body).await.expect_problem(404, "not_found");
        stranger.get(&path).await.expect_problem(404, "not_found");
        app.superadmin().get(&path).await.expect_problem(404, "not_found");
    }

    async fn a_members_role_is_changed(app: &TestApp, Setup::with_mail()) {
        let organization = organization(app).await;
        organization.invite(SARA, "viewer").await.expect(201);
        let invitation = invited(app, SARA).await;
        let sara = client(app, SARA).await;
        let member = accept(&sara, &invitation).await.expect(200);
        let user = member["user_id"].as_str().unwrap();
        let put = async |client: &Client, user: &str, role: &str| {
            let path = organization.path(&format!("members/{user}"));
            let body = json!({ "role": role }).to_string().into_bytes();
            client.send(reqwest::Method::PUT, &path, &[], Some(body)).await
        };
        put(&sara, user, "admin").await.expect_problem(403, "forbidden");
        assert_eq!(put(&organization.owner, user, "admin").await.expect(200)["role"], "admin");
        let members = sara.get(&organization.path("members")).await.expect(200);
        let owner = members.as_array().unwrap().iter().find(|row| row["role"] == "owner").unwrap();
        let owner = owner["user_id"].as_str().unwrap();
        put(&sara, owner, "viewer").await.expect_problem(409, "owner_stays");
        put(&sara, user, "owner").await.expect_problem(400, "invalid_request");
        put(&sara, "nobody", "admin").await.expect_problem(404, "not_found");
    }

    /// From the mail to the membership with a browser that is not signed in yet.
    async fn in_a_browser(app: &TestApp, Setup::with_mail()) {
        let organization = organization(app).await;
        organization.invite(SARA, "member").await.expect(201);
        let path = link_in(&app.sink().next_to(SARA).await.text.unwrap());
        let mut browser = app.browser();
        let to_sign_in = browser.get(&path).await.location().to_owned();
        assert!(to_sign_in.starts_with("/sign-in?return_to=%2Finvitation%3Ftoken%3D"), "{to_sign_in}");
        browser.get(&to_sign_in).await.expect(200);
        browser.submit("/sign-in", &[("email", SARA), ("return_to", &path)]).await.location();
        let mail = app.sink().next_to(SARA).await.text.unwrap();
        browser.get("/sign-in/code").await.expect(200);
        let done = browser.submit("/sign-in/code", &[("code", &code_in(&mail))]).await;
        assert_eq!(done.location(), path);
        browser.get(&path).await.expect(200).has(&["Kestrel &#60;Pharmacy&#62;", "member", SARA]);
        let invitation = path.split_once("token=").unwrap().1;
        let joined = browser.submit("/invitation", &[("token", invitation)]).await;
        assert_eq!(joined.location(), "/console");
        browser.get("/console").await.expect(200).has(&["Kestrel &#60;Pharmacy&#62;"]);
        browser.get(&path).await.expect(404).has(&["works no more"]);
    }
}
