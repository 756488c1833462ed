//! `GET /catalog/plans` and `GET /catalog/addons`.

use serde_json::{Value, json};

use crate::harness::{TestApp, assert_shape, each, on_both};

async fn listed(app: &TestApp, path: &str) -> Value {
    app.anyone().get(path).await.expect(200)
}

on_both! {
    async fn plans_have_the_contracts_shape_and_prices(app: &TestApp) {
        let plans = listed(app, "/catalog/plans").await;
        for plan in plans.as_array().unwrap() {
            assert_shape(
                plan,
                "id:text slug:text name:text description:text cpu:text memory:text storage:text \
                 price_omr:int popular:bool sort_order:int features:texts stripe_price_id?:text \
                 origin:text",
            );
        }
        assert_eq!(each(&plans, "slug"), ["s", "m", "l", "xl", "flexi"]);
        assert_eq!(each(&plans, "name"), ["S", "M", "L", "XL", "Flexi"]);
        assert_eq!(each(&plans, "price_omr"), [5, 9, 16, 30, 0].map(|price| json!(price)));
        assert_eq!(
            each(&plans, "price_minor"),
            [5_000, 9_000, 16_000, 30_000, 0].map(|price| json!(price))
        );
        assert_eq!(each(&plans, "currency"), ["OMR"; 5]);
        let popular: Vec<_> =
            plans.as_array().unwrap().iter().filter(|p| p["popular"] == true).collect();
        assert_eq!(popular.len(), 1);
        assert_eq!(popular[0]["slug"], "m");
        let order = each(&plans, "sort_order");
        assert!(order.is_sorted_by_key(Value::as_i64), "{order:?}");
    }

    async fn addons_have_the_contracts_shape_and_prices(app: &TestApp) {
        let addons = listed(app, "/catalog/addons").await;
        for addon in addons.as_array().unwrap() {
            assert_shape(
                addon,
                "id:text slug:text name:text description:text price_omr:int included:bool \
                 category:text",
            );
        }
        let mut prices: Vec<_> = addons
            .as_array()
            .unwrap()
            .iter()
            .map(|addon| {
                let slug = addon["slug"].as_str().unwrap();
                (slug, addon["price_omr"].as_i64().unwrap(), addon["included"].as_bool().unwrap())
            })
            .collect();
        prices.sort_unstable();
        assert_eq!(
            prices,
            [
                ("api-access", 5, false),
                ("custom-domain", 0, true),
                ("daily-backup", 3, false),
                ("dedicated-ip", 5, false),
                ("ips", 0, true),
                ("log-management", 3, false),
                ("priority-support", 5, false),
                ("vuln-scan", 0, true),
                ("waf", 0, true),
            ]
        );
    }

    /// An identifier or slug names one thing of its kind.
    async fn identifiers_and_slugs_are_unique(app: &TestApp) {
        for path in [
            "/catalog/plans",
            "/catalog/addons",
            "/catalog/apps",
            "/catalog/industries",
            "/catalog/bundles",
        ] {
            let items = listed(app, path).await;
            for name in ["id", "slug"] {
                let mut names: Vec<_> = each(&items, name).iter().map(Value::to_string).collect();
                let count = names.len();
                names.sort_unstable();
                names.dedup();
                assert_eq!(names.len(), count, "{path}: {name}");
            }
        }
    }

    /// No token is asked for, a bad one does no harm, and both paths answer the same.
    async fn anyone_may_read_at_both_paths(app: &TestApp) {
        for path in [
            "/catalog/plans",
            "/catalog/addons",
            "/catalog/apps",
            "/catalog/apps/wordpress",
            "/catalog/apps/search?q=shop",
            "/catalog/industries",
            "/catalog/bundles",
            "/catalog/bundles/pharmacy-pack",
        ] {
            let answer = listed(app, path).await;
            assert_eq!(app.anyone().get(&format!("/api{path}")).await.expect(200), answer);
            assert_eq!(app.bearing("no.such.token").get(path).await.expect(200), answer);
        }
    }
}
