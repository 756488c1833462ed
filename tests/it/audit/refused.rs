//! Who may not read the log, and what nobody may ask of it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::harness::on_both;

const AUDIT: &str = "/auth/admin/audit";

on_both! {
    async fn only_the_superadmin_may_read(app: &TestApp) {
        for path in [AUDIT, "/api/auth/admin/audit", "/auth/admin/audit?limit=0"] {
            app.refuses(app.anyone().get(path), 401, "unauthorized").await;
            for other in [app.member("ahmed"), app.sovereign_admin()] {
                other.get("/tenant/orgs").await.expect(200);
                app.refuses(other.get(path), 403, "forbidden").await;
            }
        }
        app.superadmin().get(AUDIT).await.expect(200);
    }

    async fn a_bad_parameter_is_named(app: &TestApp) {
        let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let (short, long) = (encoded(&[1; 15]), encoded(&[1; 17]));
        let admin = app.superadmin();
        for (field, values) in [
            ("limit", ["0", "201", "-1", "1.5", "many", "99999999999999999999", ""].as_slice()),
            ("from", &["", "yesterday", "2027-03-01", "2027-03-01T12:00:00", "2027-13-01T00:00:00Z",
                "2027-03-01T12:00:00+04:00", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00",
                "1740830400", "%00"]),
            ("to", &["", "tomorrow", "2027-03-01T24:00:00Z", "0001-01-01T00:00:00%2B01:00"]),
            ("before", &["", "x", "1", "%00", "%D9%A1", &short, &long,
                "019539f5-3a00-7000-8000-000000000001"]),
            ("actor", &["%00", "a%00b"]),
            ("action", &["%00"]),
            ("subject", &["%00"]),
            ("tenant_id", &["%00"]),
        ] {
            for value in values {
                let query = format!("{AUDIT}?{field}={value}");
                let problem = admin.get(&query).await.expect_problem(400, "invalid_request");
                assert_eq!(problem["field"], field, "{query}: {problem}");
                assert!(problem["detail"].as_str().unwrap().contains(field) || field == "limit",
                    "{query}: {problem}");
            }
            let twice = format!("{AUDIT}?{field}=1&{field}=1");
            let problem = admin.get(&twice).await.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], field, "{twice}: {problem}");
        }
        // A place that no page ended at is one all the same.
        let anywhere = format!("{AUDIT}?before={}", encoded(&[0; 16]));
        assert_eq!(admin.get(&anywhere).await.expect(200), serde_json::json!([]));
    }
}
