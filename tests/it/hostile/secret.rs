//! Tokens signed with the configured shared secret: whom they speak for, and whom they do not.

use serde_json::{Value, json};

use super::forge::{Forger, SECRET, good_claims, with_secret};
use super::unauthorized;
use crate::harness::{Client, TestApp, on_both};

/// A caller with a token of these members, signed with the right secret.
fn bearing(app: &TestApp, members: &Value) -> Client {
    let mut claims = good_claims(app);
    let all = claims.as_object_mut().unwrap();
    all.shift_remove("role");
    all.extend(members.as_object().unwrap().clone());
    app.bearing(&Forger::secret(SECRET.as_bytes()).sign(&claims.to_string()))
}

on_both! {
    /// The three places where roles may stand; the highest counts.
    async fn roles_are_honoured(app: &TestApp, with_secret()) {
        let client =
            |roles: Value| json!({ "resource_access": { "sovereign": { "roles": roles } } });
        let both = json!({
            "role": "member",
            "realm_access": { "roles": ["offline_access", "uma_authorization"] },
            "resource_access": { "account": { "roles": [] }, "shop": { "roles": ["superadmin"] } },
        });
        // The claims, whether vouchers may be issued, whether revenue may be seen.
        for (members, issuer, administrator) in [
            (json!({ "role": "superadmin" }), true, true),
            (json!({ "role": "sovereign-admin" }), true, false),
            (json!({ "realm_access": { "roles": ["sovereign-admin"] } }), true, false),
            (json!({ "realm_access": { "roles": ["x", "superadmin"] } }), true, true),
            (client(json!(["sovereign-admin"])), true, false),
            (client(json!(["superadmin"])), true, true),
            (both, true, true),
            (json!({}), false, false),
            (json!({ "role": null, "realm_access": null, "resource_access": null }), false, false),
            (json!({ "role": "member" }), false, false),
            (json!({ "role": "Superadmin" }), false, false),
            (json!({ "role": "superadmin " }), false, false),
            (json!({ "role": "superadmin,sovereign-admin" }), false, false),
            (json!({ "roles": ["superadmin"], "groups": ["superadmin"] }), false, false),
            (json!({ "realm_access": {} }), false, false),
            (client(json!("superadmin")), false, false),
            (client(json!([["superadmin"], { "superadmin": true }, 7])), false, false),
            (json!({ "resource_access": { "superadmin": {} } }), false, false),
        ] {
            let caller = bearing(app, &members);
            let status = async |path| caller.get(path).await.status;
            let allowed = |yes| if yes { 200 } else { 403 };
            assert_eq!(status("/billing/vouchers/list").await, allowed(issuer), "{members}");
            assert_eq!(status("/billing/admin/revenue").await, allowed(administrator), "{members}");
            assert_eq!(status("/tenant/orgs").await, 200, "{members}");
        }
    }

    async fn only_the_secret_itself_signs(app: &TestApp, with_secret()) {
        let claims = good_claims(app);
        let longer = format!("{SECRET}\n");
        for secret in [&SECRET[..SECRET.len() - 1], &longer, &SECRET.to_uppercase(), ""] {
            let token = Forger::secret(secret.as_bytes()).sign(&claims.to_string());
            unauthorized(app.bearing(&token).get("/tenant/orgs").await, secret);
        }
        for algorithm in ["HS384", "HS512", "EdDSA", "none"] {
            let header = json!({ "alg": algorithm });
            let signer = Forger::secret(SECRET.as_bytes());
            let token = signer.sign_with(&header, claims.to_string().as_bytes());
            unauthorized(app.bearing(&token).get("/tenant/orgs").await, algorithm);
        }
    }

    /// A sign-in that is still to come is none: it would be a recent one for as long as its token lasts.
    async fn nobody_has_signed_in_ahead_of_time(app: &TestApp, with_secret()) {
        let at = |seconds: i64| bearing(app, &json!({ "auth_time": app.now_seconds() + seconds }));
        let path = format!("/tenant/orgs/{}", at(0).make_organization("early").await);
        at(31).delete(&path).await.expect_problem(401, "sign_in_again");
        at(0).delete(&path).await.expect(200);
    }

    /// Who knows the secret may name anyone, but becomes none of those who signed in here.
    async fn nobody_becomes_a_user_of_the_local_issuer(app: &TestApp, with_secret()) {
        app.issue("OWN-10", 10, 0).await;
        let victim = app.customer("victim").await;
        victim.redeem("OWN-10").await.expect(200);
        let members =
            json!({ "sub": "victim", "email": "victim@example.com", "email_verified": true });
        let impostor = bearing(app, &members);
        assert_eq!(impostor.get("/tenant/orgs").await.expect(200), json!([]));
        let id = &victim.tenant_id;
        for path in [
            format!("/tenant/orgs/{id}"),
            format!("/tenant/orgs/{id}/members"),
            format!("/billing/balance?tenant_id={id}"),
            format!("/billing/invoices/{id}"),
        ] {
            impostor.get(&path).await.expect_problem(404, "not_found");
        }
        let balance = impostor.get("/billing/balance").await.expect(200);
        assert_eq!(balance["credit_baisa"], 0);
        let checkout = impostor.post("/billing/checkout", &victim.checkout_body("m", "")).await;
        checkout.expect_problem(403, "not_a_member");
        let users = "SELECT COUNT(*) FROM users WHERE subject = 'victim'";
        assert_eq!(app.number(users).await, 2);

        // Nor the other way round.
        let own = impostor.make_organization("impostor").await;
        let path = format!("/tenant/orgs/{own}");
        victim.client.get(&path).await.expect_problem(404, "not_found");
        let listed = victim.client.get("/tenant/orgs").await.expect(200);
        assert_eq!(listed.as_array().unwrap().len(), 1);
    }

    /// An address that only a shared secret vouches for leads to nobody (Decision 14).
    async fn nobody_is_invited_by_an_address_they_do_not_own(app: &TestApp, with_secret()) {
        let members = json!({ "email": "boss@example.com", "email_verified": true });
        bearing(app, &members).get("/tenant/orgs").await.expect(200);
        let owner = app.customer("owner").await;
        let path = format!("/tenant/orgs/{}/members", owner.tenant_id);
        let invitation = json!({ "email": "boss@example.com", "role": "admin" });
        let refused = owner.client.post(&path, &invitation).await;
        assert_eq!(refused.expect_problem(400, "invalid_request")["field"], "email");
        // The real one signs in later, and is the one who is invited.
        app.member("boss").get("/tenant/orgs").await.expect(200);
        owner.client.post(&path, &invitation).await.expect(201);
        assert_eq!(
            app.member("boss").get(&format!("/tenant/orgs/{}", owner.tenant_id)).await.status,
            200
        );
    }
}
