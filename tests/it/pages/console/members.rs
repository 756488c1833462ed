//! Members: inviting, changing, removing, leaving.

use serde_json::Value;

use super::{follow, kestrel, lacks, member, setup};
use crate::harness::{Customer, on_both};

const PAGE: &str = "/console/kestrel/members";
const SARA: &str = "sara@example.com";

async fn invitations(customer: &Customer) -> Vec<Value> {
    let path = format!("/tenant/orgs/{}/invitations", customer.tenant_id);
    customer.client.get(&path).await.expect(200).as_array().unwrap().clone()
}

/// Address and role of each.
async fn members(customer: &Customer) -> Vec<(String, String)> {
    let path = format!("/tenant/orgs/{}/members", customer.tenant_id);
    let all = customer.client.get(&path).await.expect(200);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    all.as_array().unwrap().iter().map(|one| (text(&one["email"]), text(&one["role"]))).collect()
}

on_both! {
    async fn an_invitation_is_sent_sent_again_and_taken_back(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 20).await;
        browser.get(PAGE).await.expect(200).has(&["Nobody is invited at the moment.", "Send the invitation"]);
        let fields = [("act", "invite"), ("email", SARA), ("role", "admin")];
        let sent = browser.submit(PAGE, &fields).await;
        let shown = follow(&mut browser, &sent, "The invitation is on its way.").await;
        shown.has(&[SARA, "good until 8 March 2027", "Send again"]);
        app.sink().next_to(SARA).await;
        let open = invitations(&customer).await;
        assert_eq!((open.len(), &open[0]["role"]), (1, &Value::from("admin")));

        // Again: another mail, and still one invitation.
        browser.submit(PAGE, &fields).await.location();
        app.sink().next_to(SARA).await;
        assert_eq!(invitations(&customer).await.len(), 1);

        let id = open[0]["id"].as_str().unwrap().to_owned();
        for _ in 0..2 {
            browser.get(PAGE).await.expect(200);
            let back = browser.submit(PAGE, &[("act", "take-back"), ("id", &id)]).await;
            follow(&mut browser, &back, "The invitation is taken back.").await;
        }
        assert!(invitations(&customer).await.is_empty());
    }

    async fn a_wrong_address_is_told_at_its_field_and_kept(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 20).await;
        browser.get(PAGE).await.expect(200);
        for (typed, kept, told) in [
            ("sara@", "value=\"sara@\"", "Enter an e-mail address"),
            ("\"><script>alert(1)</script>", "&#60;script&#62;alert(1)", "Enter an e-mail address"),
            ("kestrel@example.com", "value=\"kestrel@example.com\"", "This person is a member already"),
        ] {
            let again = browser.submit(PAGE, &[("act", "invite"), ("email", typed), ("role", "viewer")]).await;
            let again = again.expect(400);
            again.has(&[
                "There is a problem", "href=\"#email\"", "aria-invalid=\"true\"", "id=\"email-fault\"", kept, told,
                "value=\"viewer\" checked",
            ]);
            lacks(&again, &["<script>alert"]);
        }
        // Nobody is made an owner.
        browser.submit(PAGE, &[("act", "invite"), ("email", SARA), ("role", "owner")]).await.expect(400);
        assert!(invitations(&customer).await.is_empty());
    }

    async fn a_role_is_changed_and_a_member_removed(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 20).await;
        member(app, &customer, "sara", "viewer").await;
        let user_id = app.user_id("sara").await;
        browser.get(PAGE).await.expect(200).has(&[SARA, "Change or remove"]);
        let fields = [("act", "role"), ("user_id", user_id.as_str()), ("role", "admin")];
        let changed = browser.submit(PAGE, &fields).await;
        follow(&mut browser, &changed, "The role is changed.").await;
        assert_eq!(members(&customer).await[1], (SARA.to_owned(), "admin".to_owned()));
        // Pressed twice, the first one did it.
        for _ in 0..2 {
            browser.get(PAGE).await.expect(200);
            let gone = browser.submit(PAGE, &[("act", "remove"), ("user_id", &user_id)]).await;
            follow(&mut browser, &gone, "The member is removed.").await;
        }
        assert_eq!(members(&customer).await.len(), 1);
    }

    async fn members_leave_and_the_owner_cannot(app: &TestApp, setup()) {
        let (customer, mut owner) = kestrel(app, 20).await;
        let mut sara = member(app, &customer, "sara", "viewer").await;
        let shown = sara.get(PAGE).await.expect(200);
        shown.has(&["You will not see this Organization any more"]);
        lacks(&shown, &["Change or remove", "Send the invitation"]);
        let user_id = app.user_id("sara").await;
        let left = sara.submit(PAGE, &[("act", "remove"), ("user_id", &user_id)]).await;
        follow(&mut sara, &left, "You have left the Organization.").await;
        assert_eq!(members(&customer).await.len(), 1);
        sara.get(PAGE).await.expect(404);

        let shown = owner.get(PAGE).await.expect(200);
        shown.has(&["You own the Organization, so you cannot leave it."]);
        lacks(&shown, &["You will not see this Organization any more"]);
        let user_id = app.user_id("kestrel").await;
        let stays = owner.submit(PAGE, &[("act", "remove"), ("user_id", &user_id)]).await.expect(409);
        stays.has(&["This was not done", "The owner of an Organization cannot leave it", &format!("href=\"{PAGE}\"")]);
        let fields = [("act", "role"), ("user_id", user_id.as_str()), ("role", "viewer")];
        owner.submit(PAGE, &fields).await.expect(409);
        assert_eq!(members(&customer).await[0].1, "owner");
    }

    async fn in_arabic(app: &TestApp, setup()) {
        let (_, mut browser) = kestrel(app, 20).await;
        browser.language = "ar";
        browser.get(PAGE).await.expect(200).has(&["dir=\"rtl\"", "أرسل الدعوة", "أنت مالك المؤسسة"]);
        let wrong = browser.submit(PAGE, &[("act", "invite"), ("email", "x")]).await.expect(400);
        wrong.has(&["هناك مشكلة", "أدخل بريدًا إلكترونيًا صحيحًا"]);
    }
}
