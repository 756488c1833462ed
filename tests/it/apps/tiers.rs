//! `GET /catalog/tiers` and `PUT /catalog/admin/tiers/{slug}`.

use serde_json::{Value, json};

use crate::harness::{TestApp, assert_shape, each, on_both};

async fn price(app: &TestApp, tier: &str, body: &Value) -> crate::harness::Reply {
    app.sovereign_admin().put(&format!("/catalog/admin/tiers/{tier}"), body).await
}

on_both! {
    /// Until the franchisee sets prices, the plan covers all apps.
    async fn apps_cost_nothing_at_first(app: &TestApp) {
        let tiers = app.anyone().get("/catalog/tiers").await.expect(200);
        assert_eq!(each(&tiers, "slug"), ["included", "basic", "standard", "premium"]);
        for tier in tiers.as_array().unwrap() {
            assert_shape(
                tier,
                "slug:text name:text price_omr:int price_minor:int currency:text sort_order:int",
            );
            assert_eq!(tier["price_minor"], 0);
        }
        let apps = app.anyone().get("/catalog/apps").await.expect(200);
        let known = each(&tiers, "slug");
        for item in apps.as_array().unwrap() {
            assert!(known.contains(&item["tier"]), "{item}");
            assert_eq!((&item["price_minor"], &item["currency"]), (&json!(0), &json!("OMR")));
            assert_eq!(item["tier"] == "included", item["kind"] == "service", "{item}");
        }
    }

    async fn a_price_is_the_apps_of_the_tier(app: &TestApp) {
        let answer = price(app, "standard", &json!({ "price_minor": 2_345 })).await.expect(200);
        assert_eq!((&answer["price_minor"], &answer["price_omr"]), (&json!(2_345), &json!(2)));
        let mattermost = app.anyone().get("/catalog/apps/mattermost").await.expect(200);
        assert_eq!((&mattermost["price_minor"], &mattermost["price_omr"]), (&json!(2_345), &json!(2)));
        let ghost = app.anyone().get("/catalog/apps/uptime-kuma").await.expect(200);
        assert_eq!(ghost["price_minor"], 0);
        price(app, "standard", &json!({ "price_omr": 3 })).await.expect(200);
        let audited = app.texts("SELECT subject FROM audit_log WHERE action = 'tier.price'").await;
        assert_eq!(audited, ["standard", "standard"]);
    }

    async fn a_wrong_price_is_refused(app: &TestApp) {
        for (body, field) in [
            (json!({}), "price_minor"),
            (json!({ "price_minor": -1 }), "price_minor"),
            (json!({ "price_omr": -1 }), "price_omr"),
            (json!({ "price_omr": 2_000_000_000_i64 }), "price_omr"),
            (json!({ "price_omr": 2, "price_minor": 1_999 }), "price_minor"),
        ] {
            let problem = price(app, "basic", &body).await.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], field, "{body}");
        }
        price(app, "basic", &json!({ "price_omr": 2, "price_minor": 2_500 })).await.expect(200);
        price(app, "gold", &json!({ "price_omr": 2 })).await.expect_problem(404, "not_found");
        price(app, "included", &json!({ "price_omr": 2 })).await.expect_problem(409, "tier_included");
        app.member("ahmed").put("/catalog/admin/tiers/basic", &json!({ "price_omr": 2 })).await.expect(403);
    }
}
