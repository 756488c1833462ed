//! `POST /tenant/orgs`.

use serde_json::{Value, json};

use crate::harness::{assert_shape, each, on_both};

const ORGS: &str = "/tenant/orgs";
const SHAPE: &str = "id:text slug:text name:text org_type:string industry:string owner_id:text \
                     plan_id:text apps:texts app_states:object addons:texts subdomain:text \
                     custom_domains:texts status:text created_at:time updated_at:time";

fn request(slug: &str) -> Value {
    json!({ "slug": slug, "name": "Kestrel", "plan_id": "m", "apps": [], "addons": [] })
}

on_both! {
    async fn it_is_answered_in_the_contracts_shape(app: &TestApp) {
        let ahmed = app.member("ahmed");
        let body = json!({
            "slug": "kestrel", "name": " Kestrel Pharmacy ", "org_type": "company",
            "industry": "pharmacy", "plan_id": "l", "apps": ["wordpress", "matomo", "wordpress"],
            "addons": ["waf", "daily-backup"],
        });
        let made = ahmed.post(ORGS, &body).await.expect(201);
        assert_shape(&made, SHAPE);
        assert_eq!(made["slug"], "kestrel");
        assert_eq!(made["name"], "Kestrel Pharmacy");
        assert_eq!(made["org_type"], "company");
        assert_eq!(made["industry"], "pharmacy");
        assert_eq!(made["status"], "provisioning");
        assert_eq!(made["owner_id"], app.user_id("ahmed").await);
        assert_eq!(made["created_at"], "2027-03-01T12:00:00Z");
        assert_eq!((&made["app_states"], &made["custom_domains"]), (&json!({}), &json!([])));
        // Slugs come in, identifiers go out, each once.
        let plans = app.anyone().get("/catalog/plans").await.expect(200);
        assert_eq!(made["plan_id"], plans[2]["id"]);
        let id = |path: &str| {
            let (anyone, path) = (app.anyone(), path.to_owned());
            async move { anyone.get(&path).await.expect(200)["id"].clone() }
        };
        let apps = [id("/catalog/apps/wordpress").await, id("/catalog/apps/matomo").await];
        assert_eq!(made["apps"], json!(apps));
        assert_eq!(made["addons"].as_array().unwrap().len(), 2);
        assert_eq!(ahmed.get(ORGS).await.expect(200), json!([made]));
    }

    /// The owner is its first member, and it has an account with nothing in it.
    async fn it_comes_with_an_owner_and_a_wallet(app: &TestApp) {
        let ahmed = app.customer("kestrel").await;
        let path = format!("{ORGS}/{}/members", ahmed.tenant_id);
        let members = ahmed.client.get(&path).await.expect(200);
        assert_eq!(each(&members, "role"), ["owner"]);
        assert_eq!(each(&members, "user_id"), [json!(app.user_id("kestrel").await)]);
        assert_eq!(each(&members, "email"), ["kestrel@example.com"]);
        let balance = ahmed.client.get("/billing/balance").await.expect(200);
        assert_eq!(each(&balance["wallets"], "available_minor"), [json!(0)]);
        for (sql, found) in [
            ("SELECT COUNT(*) FROM outbox WHERE type = 'tenant.created'", 1),
            ("SELECT COUNT(*) FROM audit_log WHERE action = 'organization.create'", 1),
            ("SELECT COUNT(*) FROM subscriptions", 0),
        ] {
            assert_eq!(app.number(sql).await, found, "{sql}");
        }
    }

    async fn optional_members_may_be_absent_or_null(app: &TestApp) {
        let ahmed = app.member("ahmed");
        let least = json!({ "slug": "least", "name": "Least", "plan_id": "m" });
        let nulls = json!({
            "slug": "nulls", "name": "Nulls", "plan_id": "m", "apps": null, "addons": null,
            "org_type": null, "industry": null, "status": "active", "owner_id": "someone",
        });
        for body in [least, nulls] {
            let made = ahmed.post("/api/tenant/orgs", &body).await.expect(201);
            assert_shape(&made, SHAPE);
            assert_eq!((&made["apps"], &made["addons"]), (&json!([]), &json!([])));
            assert_eq!((&made["org_type"], &made["industry"]), (&json!(""), &json!("")));
            assert_eq!(made["status"], "provisioning", "not a client's to say");
            assert_eq!(made["owner_id"], app.user_id("ahmed").await);
        }
    }

    /// The words of the contract, whoever has it; a reserved name is taken as well.
    async fn a_slug_is_given_once(app: &TestApp) {
        let ahmed = app.customer("kestrel").await;
        app.member("sara").get(ORGS).await.expect(200);
        for (caller, slug) in [
            (&app.member("sara"), "kestrel"),
            (&ahmed.client, "kestrel"),
            (&ahmed.client, "admin"),
            (&ahmed.client, "api"),
        ] {
            let body = request(slug);
            let problem = app.refuses(caller.post(ORGS, &body), 409, "slug_taken").await;
            assert_eq!(problem["error"], "slug is already taken");
            assert_eq!(problem["field"], "slug");
        }
        app.execute("UPDATE organizations SET status = 'deleted'").await;
        app.member("sara").post(ORGS, &request("kestrel")).await.expect(201);
    }

    async fn bad_input_names_its_field(app: &TestApp) {
        let ahmed = app.customer("ahmed").await.client;
        for (member, value) in [
            ("slug", json!("ab")),
            ("slug", json!("Kestrel")),
            ("slug", json!("kestrel-")),
            ("slug", json!("a".repeat(32))),
            ("slug", json!(null)),
            ("name", json!("")),
            ("name", json!("  ")),
            ("name", json!("n".repeat(101))),
            ("name", json!("a\u{7}b")),
            ("name", json!(7)),
            ("plan_id", json!("xxl")),
            ("plan_id", json!(null)),
            ("addons", json!(["daily-backup", "nonesuch"])),
            ("addons", json!("daily-backup")),
            ("apps", json!(["nonesuch"])),
            ("org_type", json!("t".repeat(101))),
            ("industry", json!("i".repeat(101))),
        ] {
            let mut body = request("kestrel");
            body[member] = value.clone();
            let create = ahmed.post(ORGS, &body);
            let problem = app.refuses(create, 400, "invalid_request").await;
            assert_eq!(problem["field"], member, "{value}");
        }
        for text in ["", "[]", "null", "{"] {
            app.refuses(ahmed.post_text(ORGS, text), 400, "invalid_request").await;
        }
        let body = request("kestrel");
        app.refuses(app.anyone().post(ORGS, &body), 401, "unauthorized").await;
    }

    /// Twelve at once want one address: one has it, and nothing is left of the others.
    async fn a_slug_wanted_at_once_is_given_once(app: &TestApp) {
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..12 {
            let client = app.member(&format!("user-{number}"));
            tasks.spawn(async move { client.post(ORGS, &request("kestrel")).await });
        }
        let replies = tasks.join_all().await;
        let (made, refused): (Vec<_>, Vec<_>) =
            replies.into_iter().partition(|reply| reply.status == 201);
        assert_eq!(made.len(), 1);
        for reply in refused {
            reply.expect_problem(409, "slug_taken");
        }
        for table in ["organizations", "members", "customers", "wallets"] {
            assert_eq!(app.number(&format!("SELECT COUNT(*) FROM {table}")).await, 1, "{table}");
        }
    }
}
