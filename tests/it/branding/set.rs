//! Reading and changing.

use reqwest::Method;
use serde_json::json;
use sovereign::auth::Role;

use super::{LOGO, PATH, SVG, etag, put_logo, set, shown};
use crate::harness::{FQDN, TestApp, assert_shape, on_both};

const NOTED: &str = "SELECT count(*) FROM audit_log WHERE action LIKE 'branding.%'";

on_both! {
    async fn absent_stays_and_empty_clears(app: &TestApp) {
        let admin = app.sovereign_admin();
        let none = admin.get(PATH).await;
        assert_eq!(etag(&none), "\"0\"");
        let none = none.expect(200);
        assert_shape(
            &none,
            "version:int name:string name_ar:string accent:string accent_dark:string host:string \
             support_email:string support_phone:string support_url:string terms:string \
             terms_ar:string logo?:text updated_at?:time",
        );
        assert_eq!((&none["version"], &none["name"]), (&json!(0), &json!("")));
        assert!(none.get("updated_at").is_none());

        let body = json!({ "name": " Kestrel Cloud ", "accent": "#9B1C1C", "support_url": null,
            "terms": "One.\r\nTwo." });
        let put = admin.put(PATH, &body).await;
        assert_eq!(etag(&put), "\"1\"");
        let put = put.expect(200);
        assert_eq!((&put["name"], &put["accent"]), (&json!("Kestrel Cloud"), &json!("#9b1c1c")));
        assert_eq!(put["terms"], "One.\nTwo.");
        assert!(put["updated_at"].is_string());
        app.clock.advance_seconds(5);
        let put = set(app, json!({ "support_email": "Help@Kestrel.example" })).await;
        assert_eq!(put["support_email"], "help@kestrel.example");
        assert_eq!((&put["name"], &put["version"]), (&json!("Kestrel Cloud"), &json!(2)));

        // A client sends the whole object back; nothing changes and nothing is noted.
        app.clock.advance_seconds(5);
        assert_eq!(set(app, put.clone()).await, put);
        assert_eq!(app.number(NOTED).await, 2);
        let cleared = set(app, json!({ "name": " ", "accent": "", "terms": "" })).await;
        assert_eq!((&cleared["name"], &cleared["accent"]), (&json!(""), &json!("")));
        assert_eq!(cleared["support_email"], "help@kestrel.example");
        assert_eq!(admin.get(PATH).await.expect(200), cleared);
    }

    /// The error names the member, says what is wrong and what to do; and nothing of the change is kept.
    async fn every_member_is_checked(app: &TestApp) {
        let admin = app.sovereign_admin();
        let long = |length: usize| "a".repeat(length);
        for (field, value, reason) in [
            ("name", long(61), "61 characters and may have 60"),
            ("name", "two\nlines".into(), "one line"),
            ("name_ar", "turned \u{202e}around".into(), "one line"),
            ("accent", "teal".into(), "such as #0b5c4a"),
            ("accent", "#12345".into(), "such as #0b5c4a"),
            ("accent_dark", "0b5c4a".into(), "such as #0b5c4a"),
            ("host", "https://cloud.example".into(), "without https://"),
            ("host", "cloud.example/path".into(), "without https://"),
            ("host", "cloud.example:70000".into(), "1 to 65535"),
            ("host", "192.0.2.1".into(), "host name"),
            ("host", "سحابة.example".into(), "xn--"),
            ("support_email", "help".into(), "e-mail address"),
            ("support_phone", "call us".into(), "telephone number"),
            ("support_url", "http://kestrel.example".into(), "https://"),
            ("support_url", "javascript:alert(1)".into(), "https://"),
            ("support_url", format!("https://kestrel.example/{}", long(480)), "504 characters"),
            ("terms", long(2_001), "2001 characters and may have 2000"),
            ("terms_ar", "a\u{7}b".into(), "plain text"),
        ] {
            let body = json!({ "support_phone": "+968 24", field: value });
            let refused = admin.put(PATH, &body).await.expect_problem(400, "invalid_request");
            assert_eq!(refused["field"], field, "{value}");
            let detail = refused["detail"].as_str().unwrap();
            assert!(detail.contains(field) && detail.contains(reason), "{field} {value}: {detail}");
        }
        let wrong = admin.put(PATH, &json!({ "name": 7 })).await;
        assert_eq!(wrong.expect_problem(400, "invalid_request")["field"], "name");
        assert_eq!(admin.get(PATH).await.expect(200)["version"], 0);
        assert_eq!(app.number("SELECT count(*) FROM branding").await, 0);
    }

    async fn it_takes_an_administrator(app: &TestApp) {
        let body = json!({ "name": "Kestrel Cloud" });
        for (client, status, code) in [
            (app.anyone(), 401, "unauthorized"),
            (app.signed_in("ahmed", Role::Member), 403, "forbidden"),
        ] {
            client.get(PATH).await.expect_problem(status, code);
            client.put(PATH, &body).await.expect_problem(status, code);
            put_logo(&client, SVG).await.expect_problem(status, code);
            client.delete(LOGO).await.expect_problem(status, code);
        }
        for (number, client) in [app.sovereign_admin(), app.superadmin()].iter().enumerate() {
            let name = format!("Cloud {number}");
            assert_eq!(client.put(PATH, &json!({ "name": name })).await.expect(200)["name"], name);
        }
        assert_eq!(shown(app).await["name"], "Cloud 1");
    }

    /// Whoever changes what somebody else has changed since is told so, and changes nothing.
    async fn two_administrators_do_not_overwrite_each_other(app: &TestApp) {
        let (one, other) = (app.sovereign_admin(), app.superadmin());
        let (seen, also) = (etag(&one.get(PATH).await), etag(&other.get(PATH).await));
        assert_eq!(seen, also);
        let put = async |client: &crate::harness::Client, tag: &str, name: &str| {
            let body = json!({ "name": name }).to_string().into_bytes();
            client.send(Method::PUT, PATH, &[("If-Match", tag)], Some(body)).await
        };
        let first = put(&one, &seen, "One").await;
        let next = etag(&first);
        first.expect(200);
        let late = put(&other, &also, "Other").await.expect_problem(412, "branding_changed");
        assert_eq!(late["field"], "If-Match");
        assert!(late["detail"].as_str().unwrap().contains("version 1 by now"), "{late}");
        for (method, body) in [(Method::PUT, Some(SVG.into())), (Method::DELETE, None)] {
            let late = other.send(method, LOGO, &[("If-Match", &also)], body).await;
            late.expect_problem(412, "branding_changed");
        }
        for none in ["", "\"x\"", "W/\"1\"", "1", "\"7\", \"0\""] {
            put(&other, none, "Other").await.expect_problem(412, "branding_changed");
        }
        assert_eq!(shown(app).await["name"], "One");
        put(&other, &next, "Other").await.expect(200);
        put(&other, "\"1\", \"2\"", "Another").await.expect(200);
        put(&other, "*", "Last").await.expect(200);
        assert_eq!(shown(app).await["name"], "Last");
    }

    /// At once, many times: each change is kept or refused, and none is lost.
    async fn of_changes_at_once_one_is_first(app: &TestApp) {
        let admin = app.sovereign_admin();
        let all = (0..8).map(async |number| {
            let body = json!({ "name": format!("Cloud {number}") }).to_string().into_bytes();
            admin.send(Method::PUT, PATH, &[("If-Match", "\"0\"")], Some(body)).await.status
        });
        let mut statuses = futures_util::future::join_all(all).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [&[200][..], &[412; 7]].concat());
        assert_eq!(admin.get(PATH).await.expect(200)["version"], 1);
    }

    async fn what_was_changed_is_noted(app: &TestApp) {
        set(app, json!({ "name": "Kestrel Cloud", "host": "cloud.kestrel.example" })).await;
        set(app, json!({ "name": "" })).await;
        put_logo(&app.sovereign_admin(), SVG).await.expect(200);
        let log = app.superadmin().get("/auth/admin/audit?action=branding.change").await.expect(200);
        assert_eq!(log[0]["before"]["name"], "Kestrel Cloud", "{log}");
        assert_eq!(log[0]["after"]["name"], "");
        assert_eq!(log[0]["after"]["host"], "cloud.kestrel.example");
        let log = app.superadmin().get("/auth/admin/audit?action=branding.logo").await.expect(200);
        assert_eq!(log[0]["before"]["kind"], json!(null), "{log}");
        assert_eq!(log[0]["after"]["kind"], "svg");
        assert_eq!(app.number(NOTED).await, 3);
    }

    /// Anybody reads what pages show, with our defaults where nothing is set.
    async fn anybody_reads_what_is_shown(app: &TestApp) {
        let ours = shown(app).await;
        assert_shape(
            &ours,
            "name:text name_ar:text url:text accent:text on_accent:text accent_dark:text \
             on_accent_dark:text logo_url?:text support_email?:text support_phone?:text \
             support_url?:text terms:text terms_ar:text",
        );
        assert_eq!((&ours["name"], &ours["name_ar"]), (&json!(FQDN), &json!(FQDN)));
        assert_eq!(ours["url"], format!("https://{FQDN}"));
        assert_eq!((&ours["accent"], &ours["on_accent"]), (&json!("#0b5c4a"), &json!("#ffffff")));
        for (terms, said) in [("terms", "no cash value"), ("terms_ar", "ليست له قيمة نقدية")] {
            let text = ours[terms].as_str().unwrap();
            assert!(text.contains(said) && text.contains(FQDN), "{text}");
        }
        assert!(ours.get("logo_url").is_none() && ours.get("support_email").is_none());

        set(app, json!({
            "name": "Kestrel Cloud", "host": "cloud.kestrel.example", "support_phone": "+968 2400",
            "terms": "Own words.",
        })).await;
        put_logo(&app.sovereign_admin(), SVG).await.expect(200);
        let own = app.anyone().get("/api/branding").await.expect(200);
        assert_eq!((&own["name"], &own["name_ar"]), (&json!("Kestrel Cloud"), &json!("Kestrel Cloud")));
        assert_eq!(own["url"], "https://cloud.kestrel.example");
        let logo = own["logo_url"].as_str().unwrap();
        assert!(logo.starts_with("https://cloud.kestrel.example/assets/logo-"), "{logo}");
        assert_eq!((&own["support_phone"], &own["terms"]), (&json!("+968 2400"), &json!("Own words.")));
        assert!(own["terms_ar"].as_str().unwrap().contains("Kestrel Cloud"), "{own}");
        set(app, json!({ "name_ar": "سحابة العوسق" })).await;
        let own = shown(app).await;
        assert_eq!(own["name_ar"], "سحابة العوسق");
        assert!(own["terms_ar"].as_str().unwrap().contains("سحابة العوسق"), "{own}");
    }
}

/// A second server has what the first was told at once: nothing is remembered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_server_shows_it_at_once() {
    let app = TestApp::start(crate::harness::Engine::Postgres).await;
    let second = crate::harness::SecondServer::beside(&app).await;
    let name = async || second.anyone().get("/branding").await.expect(200)["name"].clone();
    assert_eq!(name().await, FQDN);
    set(&app, json!({ "name": "Kestrel Cloud" })).await;
    assert_eq!(name().await, "Kestrel Cloud");
    second.stop().await;
    app.finish().await;
}
