//! `GET /billing/meters` and `PUT /billing/admin/meters/{slug}`.

use serde_json::{Value, json};

use super::{event, flexi, report, usage};
use crate::harness::{TestApp, assert_shape, each, on_both};

async fn put(app: &TestApp, slug: &str, body: Value) -> crate::harness::Reply {
    app.sovereign_admin().put(&format!("/billing/admin/meters/{slug}"), &body).await
}

on_both! {
    /// There from the first start, and free until somebody sets a price.
    async fn some_are_there_and_cost_nothing(app: &TestApp) {
        let meters = app.member("ahmed").get("/billing/meters").await.expect(200);
        let seeded = ["cpu-hours", "egress-gb", "memory-gb-hours", "storage-gb-hours"];
        assert_eq!(each(&meters, "slug"), seeded);
        assert_eq!(each(&meters, "unit"), ["vCPU-hour", "GB", "GB-hour", "GB-hour"]);
        for meter in meters.as_array().unwrap() {
            assert_shape(
                meter,
                "slug:text name:text unit:text price_minor:int per_units:int currency:text \
                 active:bool",
            );
            assert_eq!((&meter["price_minor"], &meter["active"]), (&json!(0), &json!(true)));
        }
        let plans = app.anyone().get("/catalog/plans").await.expect(200);
        assert_eq!(each(&plans, "usage_priced"), [false, false, false, false, true].map(Value::from));
    }

    async fn what_is_absent_stays(app: &TestApp) {
        let set = put(app, "cpu-hours", json!({ "price_minor": 12, "per_units": 1_000 })).await;
        let set = set.expect(200);
        assert_eq!((&set["price_minor"], &set["per_units"]), (&json!(12), &json!(1_000)));
        assert_eq!((&set["name"], &set["unit"]), (&json!("CPU"), &json!("vCPU-hour")));
        let named = put(app, "cpu-hours", json!({ "name": "Processors", "active": false })).await;
        let named = named.expect(200);
        assert_eq!((&named["name"], &named["active"]), (&json!("Processors"), &json!(false)));
        assert_eq!(named["price_minor"], 12);
        let gpu = json!({ "name": "GPU", "unit": "GPU-hour", "price_minor": 900 });
        let gpu = put(app, "gpu-hours", gpu).await.expect(200);
        assert_eq!((&gpu["price_minor"], &gpu["per_units"]), (&json!(900), &json!(1)));
        let written = "SELECT COUNT(*) FROM audit_log WHERE action = 'meter.put'";
        assert_eq!(app.number(written).await, 3);
    }

    async fn what_cannot_be_is_refused(app: &TestApp) {
        for (slug, body, field) in [
            ("gpu-hours", json!({ "unit": "GPU-hour" }), "name"),
            ("gpu-hours", json!({ "name": "GPU" }), "unit"),
            ("gpu-hours", json!({ "name": " ", "unit": "GPU-hour" }), "name"),
            ("gpu-hours", json!({ "name": "GPU\u{7}", "unit": "GPU-hour" }), "name"),
            ("cpu-hours", json!({ "unit": "minute" }), "unit"),
            ("cpu-hours", json!({ "price_minor": -1 }), "price_minor"),
            ("cpu-hours", json!({ "price_minor": 1.5 }), "price_minor"),
            ("cpu-hours", json!({ "per_units": 0 }), "per_units"),
            ("CPU", json!({ "price_minor": 1 }), "slug"),
            ("-cpu", json!({ "price_minor": 1 }), "slug"),
        ] {
            let problem = put(app, slug, body.clone()).await.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], field, "{slug}: {body}");
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM meters").await, 4);
    }

    /// Its count stays, and can be billed.
    async fn an_inactive_one_takes_no_more(app: &TestApp) {
        let customer = flexi(app, "ahmed").await;
        assert_eq!(report(app, &[event(app, "1", &customer, "egress-gb", 5)]).await, ["accepted"]);
        put(app, "egress-gb", json!({ "active": false })).await.expect(200);
        let more = event(app, "2", &customer, "egress-gb", 5);
        assert_eq!(report(app, &[more]).await, ["meter_inactive"]);
        let usage = usage(&customer).await;
        assert_eq!(usage["lines"][0]["quantity"], 5);
    }
}
