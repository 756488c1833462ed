//! The page of the policy: read, set, and told to the second of two who set it.

use serde_json::{Value, json};

use super::{administrator, follow, hidden, lacks};
use crate::harness::{Setup, TestApp, on_both};

const PAGE: &str = "/admin/policy";
const ROUTE: &str = "/billing/admin/environment-policy";

async fn stored(app: &TestApp) -> Value {
    app.sovereign_admin().get(ROUTE).await.expect(200)
}

on_both! {
    async fn only_for_administrators(app: &TestApp, Setup::with_mail()) {
        let mut browser = app.browser();
        assert!(browser.get(PAGE).await.location().starts_with("/sign-in"));
        browser.sign_in(app, "sara@example.com").await;
        browser.get("/console").await.expect(200);
        browser.get(PAGE).await.expect(403).has(&["This takes another role"]);
        let fields = [("act", "save"), ("version", "0"), ("denied_apps", "odoo")];
        browser.submit(PAGE, &fields).await.expect(403);
        assert_eq!(stored(app).await["version"], 0);
    }

    async fn it_is_set_and_read(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&["Nobody has set one yet", "name=\"version\" value=\"0\"", "<code dir=\"ltr\">wordpress</code>"]);
        assert!(shown.text.contains("aria-current=\"page\">Policy<"), "{}", shown.text);
        let fields = [
            ("act", "save"),
            ("version", "0"),
            ("denied_apps", "redis,odoo"),
            ("allowed_tiers", "premium\r\nbasic"),
            ("allowed_plans_none", "yes"),
            ("max_environments", "٣"),
            ("max_monthly_spend_minor", "12.5"),
            ("approval_apps", "ghost"),
            ("approval_above_monthly_minor", "9"),
        ];
        let pressed = browser.submit(PAGE, &fields).await;
        let shown = follow(&mut browser, &pressed, "The policy is set.").await;
        shown.has(&[
            "maryam@example.com", "name=\"version\" value=\"1\"", ">\nodoo\nredis</textarea>",
            "name=\"allowed_plans_none\" value=\"yes\" checked", "name=\"max_environments\" value=\"3\"",
            "name=\"max_monthly_spend_minor\" value=\"12.500\"", "<bdi>odoo, redis</bdi>", "<bdi>no limit</bdi>",
        ]);
        let set = stored(app).await;
        assert_eq!((&set["denied_apps"], &set["allowed_apps"]), (&json!(["odoo", "redis"]), &Value::Null));
        assert_eq!((&set["allowed_tiers"], &set["allowed_plans"]), (&json!(["basic", "premium"]), &json!([])));
        assert_eq!((&set["max_environments"], &set["max_monthly_spend_minor"]), (&json!(3), &json!(12_500)));
        assert_eq!(set["approval"], json!({ "apps": ["ghost"], "tiers": [], "above_monthly_minor": 9_000 }));
        let maryam = app.texts("SELECT id FROM users WHERE email = 'maryam@example.com'").await;
        assert_eq!(set["set_by"], maryam[0].as_str());
        browser.language = "ar";
        browser.get(PAGE).await.expect(200).has(&["dir=\"rtl\"", "القواعد", "التطبيقات المسموح بها"]);
    }

    async fn the_second_of_two_is_told(app: &TestApp, Setup::with_mail()) {
        let (mut first, mut second) = (administrator(app, "maryam").await, administrator(app, "salma").await);
        second.get(PAGE).await.expect(200);
        first.get(PAGE).await.expect(200);
        let fields = [("act", "save"), ("version", "0"), ("denied_apps", "odoo")];
        let pressed = first.submit(PAGE, &fields).await;
        follow(&mut first, &pressed, "The policy is set.").await;
        let fields = [("act", "save"), ("version", "0"), ("max_environments", "2")];
        let told = second.submit(PAGE, &fields).await.expect(409);
        told.has(&[
            "Somebody else has set the policy", "Apps that nobody may have", "<bdi>odoo</bdi>", "<bdi>none</bdi>",
            "name=\"max_environments\" value=\"2\"", "name=\"version\" value=\"1\"",
        ]);
        assert_eq!(stored(app).await["version"], 1);
        // A form without its version replaces none either.
        second.submit(PAGE, &fields[2..]).await.expect(409);
        let seen = hidden(&told, "version");
        let again = [("act", "save"), ("version", &*seen), ("max_environments", "2")];
        let pressed = second.submit(PAGE, &again).await;
        follow(&mut second, &pressed, "The policy is set.").await;
        let set = stored(app).await;
        assert_eq!((&set["version"], &set["denied_apps"], &set["max_environments"]), (&json!(2), &json!([]), &json!(2)));
        // What is so already was saved, whoever did it.
        let pressed = first.submit(PAGE, &[("version", "1"), ("max_environments", "2")]).await;
        follow(&mut first, &pressed, "The policy is set.").await;
        assert_eq!(stored(app).await["version"], 2);
    }

    async fn what_is_wrong_is_told_at_its_field(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        browser.get(PAGE).await.expect(200);
        for (field, value) in [
            ("allowed_apps", "nonesuch"),
            ("denied_apps", "nonesuch"),
            ("allowed_tiers", "gold"),
            ("allowed_plans", "wordpress"),
            ("allowed_regions", "mars"),
            ("allowed_environments", "stg"),
            ("max_environments", "0"),
            ("max_environments", "many"),
            ("max_monthly_spend_minor", "-1"),
            ("max_monthly_spend_minor", "1.2345"),
            ("approval_tiers", "gold"),
            ("approval_above_monthly_minor", "much"),
        ] {
            let sent = [("act", "save"), ("version", "0"), (field, value)];
            let told = browser.submit(PAGE, &sent).await.expect(400);
            told.has(&[&format!("href=\"#{field}\""), &format!("id=\"{field}-fault\""), value, "name=\"version\" value=\"0\""]);
        }
        let both = [("version", "0"), ("allowed_apps", "odoo"), ("allowed_apps_none", "yes")];
        browser.submit(PAGE, &both).await.expect(400).has(&["href=\"#allowed_apps\"", "Either name what is allowed"]);
        assert_eq!(stored(app).await["version"], 0);
        browser.get(&format!("{PAGE}?after=x")).await.expect(400);
    }

    async fn versions_are_listed_in_pages(app: &TestApp, Setup::with_mail()) {
        for version in 0..22_i64 {
            let wanted = json!({ "version": version, "max_environments": version + 1 });
            app.sovereign_admin().put(ROUTE, &wanted).await.expect(200);
        }
        let mut browser = administrator(app, "maryam").await;
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&["<s class=\"hint\"><bdi>2</bdi></s> <bdi>3</bdi>"]);
        lacks(&shown, &["<s class=\"hint\"><bdi>1</bdi></s>"]);
        let (_, next) = shown.text.split_once("rel=\"next\" href=\"").unwrap();
        let next = next.split('"').next().unwrap().replace("&#38;", "&");
        let older = browser.get(&next).await.expect(200);
        older.has(&["<s class=\"hint\"><bdi>no limit</bdi></s> <bdi>1</bdi>", "<s class=\"hint\"><bdi>1</bdi></s> <bdi>2</bdi>", "href=\"/admin/policy\""]);
        lacks(&older, &["<s class=\"hint\"><bdi>2</bdi></s>"]);
    }
}
