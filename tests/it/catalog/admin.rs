//! `/catalog/admin/*`: the publisher's entries.

use serde_json::{Value, json};

use crate::harness::{Customer, Setup, TestApp, each, on_both};

/// An entry of each kind that can be, with what its list shows.
fn entries() -> [(&'static str, Value); 5] {
    [
        (
            "plans",
            json!({ "slug": "xs", "name": "XS", "price_omr": 2, "cpu": "1 vCPU", "features": ["a"] }),
        ),
        (
            "addons",
            json!({ "slug": "fax", "name": "Fax", "price_minor": 1_500, "category": "other" }),
        ),
        (
            "apps",
            json!({ "slug": "wiki", "name": "Wiki", "dependencies": ["mariadb"], "deployable": true,
            "helm_chart": "wiki", "helm_repo": "https://charts.example", "tags": ["wiki"] }),
        ),
        (
            "bundles",
            json!({ "slug": "pack", "name": "Pack", "apps": ["wordpress"], "discount": 10,
            "recommended_size": "m" }),
        ),
        (
            "industries",
            json!({ "slug": "bakery", "name": "Bakery", "suggested_apps": ["wordpress"],
            "bundle_id": "pharmacy-pack" }),
        ),
    ]
}

async fn listed(app: &TestApp, kind: &str) -> Vec<Value> {
    app.anyone().get(&format!("/catalog/{kind}")).await.expect(200).as_array().unwrap().clone()
}

async fn find(app: &TestApp, kind: &str, slug: &str) -> Option<Value> {
    listed(app, kind).await.into_iter().find(|entry| entry["slug"] == slug)
}

async fn refused(app: &TestApp, kind: &str, entry: &Value, field: &str) {
    let reply = app.superadmin().post(&format!("/catalog/admin/{kind}"), entry).await;
    let problem = reply.expect_problem(400, "invalid_request");
    assert_eq!(problem["field"], field, "{entry}: {problem}");
    assert!(problem["detail"].as_str().unwrap().starts_with(field), "{problem}");
}

async fn revision(app: &TestApp) -> i64 {
    app.number("SELECT catalog_revision FROM sovereign").await
}

async fn ordered(app: &TestApp, name: &str, plan: &str, code: &str) -> Customer {
    let customer = app.customer(name).await;
    customer.checkout(plan, code).await.expect(200);
    customer
}

on_both! {
    async fn entries_come_change_and_go(app: &TestApp) {
        for (kind, entry) in entries() {
            let (root, list) = (app.superadmin(), format!("/catalog/admin/{kind}"));
            let (count, first) = (listed(app, kind).await.len(), revision(app).await);
            let made = root.post(&list, &entry).await.expect(201);
            assert_eq!(Some(&made), find(app, kind, entry["slug"].as_str().unwrap()).await.as_ref());
            assert_eq!(made["origin"], "publisher");
            for (name, value) in entry.as_object().unwrap() {
                if name != "bundle_id" {
                    assert_eq!(&made[name], value, "{kind} {name}");
                }
            }
            assert_eq!(listed(app, kind).await.last(), Some(&made), "{kind}: a new one is the last");
            assert!(revision(app).await > first);
            root.post(&list, &entry).await.expect_problem(409, "slug_taken");

            // A client sends the whole object back, with what it changed.
            let one = format!("{list}/{}", made["id"].as_str().unwrap());
            let mut whole = made.clone();
            whole["name"] = json!("Renamed");
            whole["unknown"] = json!({ "x": 1 });
            assert_eq!(root.put(&one, &whole).await.expect(200), json!({ "ok": true }));
            let mut expected = made.clone();
            expected["name"] = json!("Renamed");
            assert_eq!(find(app, kind, made["slug"].as_str().unwrap()).await, Some(expected.clone()));
            // What is absent stays.
            root.put(&one, &json!({})).await.expect(200);
            assert_eq!(find(app, kind, made["slug"].as_str().unwrap()).await, Some(expected));
            let other = root.put(&one, &json!({ "slug": "another" })).await;
            assert_eq!(other.expect_problem(400, "invalid_request")["field"], "slug");

            let second = revision(app).await;
            assert_eq!(root.delete(&one).await.expect(200), json!({ "ok": true }));
            assert!(revision(app).await > second);
            assert_eq!(listed(app, kind).await.len(), count);
            root.delete(&one).await.expect_problem(404, "not_found");
            root.put(&one, &whole).await.expect_problem(404, "not_found");
            let again = root.post(&list, &entry).await.expect(201);
            assert_eq!(again, made, "{kind}: the same comes back");
            let subject = made["slug"].as_str().unwrap();
            let lines = app.texts(&format!(
                "SELECT action FROM audit_log WHERE subject LIKE '%/{subject}' ORDER BY id"
            )).await;
            let change = "catalog.change";
            assert_eq!(lines, ["catalog.add", change, change, "catalog.retire", "catalog.add"]);
        }
        let changed = "SELECT CAST(before AS text) FROM audit_log WHERE action = 'catalog.change' \
                       AND subject = 'plan/xs' ORDER BY id";
        let before: Value = serde_json::from_str(&app.texts(changed).await[0]).unwrap();
        assert_eq!((&before["price_minor"], &before["document"]["name"]), (&json!(2_000), &json!("XS")));
    }

    async fn what_is_wrong_is_named(app: &TestApp) {
        let plan = |member: &str, value: Value| {
            let mut plan = json!({ "slug": "xs", "name": "XS", "price_omr": 2 });
            plan[member] = value;
            plan
        };
        let before = listed(app, "plans").await;
        for (member, values) in [
            ("slug", vec![json!(null), json!(""), json!("X"), json!("-a"), json!("a-"), json!("1a"), json!(7),
                json!("a".repeat(41)), json!("a/b")]),
            ("name", vec![json!(null), json!(""), json!(" "), json!("x".repeat(101)), json!(7), json!("a\nb")]),
            ("price_omr", vec![json!(-1), json!("2"), json!(2.5), json!(1_000_001), json!(null)]),
            ("price_minor", vec![json!(-1), json!("2"), json!(2.5)]),
            ("features", vec![json!("a"), json!([7]), json!([""]), json!(vec!["x"; 101])]),
            ("popular", vec![json!("yes"), json!(1)]),
            ("sort_order", vec![json!(-1), json!("1"), json!(0.5)]),
            ("description", vec![json!("x".repeat(2_001)), json!([])]),
        ] {
            for value in values {
                refused(app, "plans", &plan(member, value), member).await;
            }
        }
        let mut both = plan("price_minor", json!(2_001));
        both["price_omr"] = json!(3);
        refused(app, "plans", &both, "price_omr").await;
        let included = json!({ "slug": "fax", "name": "Fax", "price_omr": 1, "included": true });
        let reply = app.superadmin().post("/catalog/admin/addons", &included).await;
        assert_eq!(reply.expect_problem(400, "invalid_request")["field"], "included");
        for (kind, member, value) in [
            ("apps", "dependencies", json!(["wordpress", "nonesuch"])),
            ("apps", "dependencies", json!(["wiki"])),
            ("apps", "related_apps", json!(["m"])),
            ("apps", "kind", json!("daemon")),
            ("apps", "icon_bg", json!("#12345")),
            ("apps", "helm_repo", json!("http://charts.example")),
            ("bundles", "apps", json!(["nonesuch"])),
            ("bundles", "recommended_size", json!("nonesuch")),
            ("bundles", "discount", json!(101)),
            ("industries", "bundle_id", json!("nonesuch")),
            ("industries", "suggested_apps", json!("wordpress")),
        ] {
            let mut entry = json!({ "slug": "wiki", "name": "Wiki", "helm_chart": "wiki",
                "helm_repo": "https://charts.example" });
            entry[member] = value;
            refused(app, kind, &entry, member).await;
        }
        assert_eq!(listed(app, "plans").await, before);
        assert_eq!(app.number("SELECT COUNT(*) FROM audit_log WHERE action LIKE 'catalog%'").await, 0);
    }

    /// Dependencies that lead back could never be put up.
    async fn circles_of_dependencies_are_refused(app: &TestApp) {
        let root = app.superadmin();
        let reply = root.put("/catalog/admin/apps/mariadb", &json!({ "dependencies": ["wordpress"] })).await;
        let problem = reply.expect_problem(400, "invalid_request");
        assert_eq!(problem["field"], "dependencies");
    }

    /// Older clients know whole units only, and send the minor ones back as they were.
    async fn a_price_is_what_was_changed_of_the_two(app: &TestApp) {
        let root = app.superadmin();
        let price = async || find(app, "plans", "m").await.unwrap()["price_minor"].clone();
        for (sent, minor) in [
            (json!({ "price_omr": 10, "price_minor": 9_000 }), 10_000),
            (json!({ "price_omr": 10, "price_minor": 10_500 }), 10_500),
            (json!({ "price_omr": 10, "price_minor": 10_500 }), 10_500),
            (json!({ "price_omr": 12 }), 12_000),
            (json!({ "price_minor": 1 }), 1),
            (json!({ "price_omr": 0, "price_minor": 250 }), 250),
        ] {
            root.put("/catalog/admin/plans/m", &sent).await.expect(200);
            assert_eq!(price().await, minor, "{sent}");
        }
        let reply = root.put("/catalog/admin/plans/m", &json!({ "price_omr": 7, "price_minor": 8_000 })).await;
        assert_eq!(reply.expect_problem(400, "invalid_request")["field"], "price_omr");
    }

    async fn what_others_name_stays(app: &TestApp) {
        let root = app.superadmin();
        for (path, word) in [
            ("apps/mariadb", "the app wordpress"),
            ("apps/odoo", "the bundle pharmacy-pack"),
            ("apps/odoo", "the industry pharmacy"),
            ("plans/m", "the bundle pharmacy-pack"),
            ("bundles/pharmacy-pack", "the industry pharmacy"),
        ] {
            let reply = root.delete(&format!("/catalog/admin/{path}")).await;
            let problem = reply.expect_problem(409, "catalog_entry_referenced");
            assert!(problem["detail"].as_str().unwrap().contains(word), "{path}: {problem}");
        }
    }

    /// An edit is in the very next price, and what is retired is billed to whoever has it.
    async fn prices_change_at_once_and_what_is_held_goes_on(app: &TestApp, Setup::with_stripe()) {
        let root = app.superadmin();
        app.issue("CREDIT-100", 100, 0).await;
        let plan = json!({ "slug": "xs", "name": "XS", "price_omr": 2 });
        let made = root.post("/catalog/admin/plans", &plan).await.expect(201);
        let addon = json!({ "slug": "fax", "name": "Fax", "price_omr": 1 });
        root.post("/catalog/admin/addons", &addon).await.expect(201);
        let kestrel = ordered(app, "kestrel", "xs", "CREDIT-100").await;
        assert_eq!(kestrel.available_minor().await, 98_000);
        root.put("/catalog/admin/plans/xs", &json!({ "price_omr": 3 })).await.expect(200);
        let falcon = ordered(app, "falcon", "xs", "CREDIT-100").await;
        assert_eq!(falcon.available_minor().await, 97_000);

        root.delete("/catalog/admin/plans/xs").await.expect(200);
        let heron = app.customer("heron").await;
        for plan in ["xs", made["id"].as_str().unwrap()] {
            let refused = heron.checkout(plan, "CREDIT-100").await;
            assert_eq!(refused.expect_problem(400, "invalid_request")["field"], "plan_id");
            let new = json!({ "slug": "another", "name": "Another", "plan_id": plan });
            heron.client.post("/tenant/orgs", &new).await.expect_problem(400, "invalid_request");
        }
        app.clock.advance_days(31);
        app.run_job("renew-subscriptions").await;
        assert_eq!(kestrel.available_minor().await, 95_000);
        assert_eq!(falcon.available_minor().await, 94_000);
        assert_eq!(app.number("SELECT COUNT(*) FROM alarms").await, 0);
        // Something else can be added to what is held, and nothing that is gone.
        let path = format!("/billing/subscription/{}/change/preview", kestrel.tenant_id);
        kestrel.client.post(&path, &json!({ "addons": ["fax"] })).await.expect(200);
        root.delete("/catalog/admin/addons/fax").await.expect(200);
        let refused = kestrel.client.post(&path, &json!({ "addons": ["fax"] })).await;
        assert_eq!(refused.expect_problem(400, "invalid_request")["field"], "addons");
        let shown = each(&app.anyone().get("/catalog/plans").await.expect(200), "slug");
        assert!(!shown.contains(&json!("xs")));
    }
}
