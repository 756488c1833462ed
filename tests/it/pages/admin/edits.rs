//! Two administrators who change the same: the second is told what the first has changed, and saved again theirs counts.

use serde_json::json;

use super::{administrator, follow, hidden, lacks, superadmin};
use crate::harness::{Browser, Setup, TestApp, on_both};

const URL: &str = "https://hooks.example.com/events";

/// The browser of another superadmin.
async fn another(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    browser.sign_in(app, "noor@example.com").await;
    app.execute("UPDATE users SET role = 'superadmin' WHERE email = 'noor@example.com'").await;
    browser.get("/console").await.expect(200);
    browser
}

on_both! {
    async fn of_a_webhook(app: &TestApp, Setup::with_mail()) {
        let (mut first, mut second) = (superadmin(app).await, another(app).await);
        let root = app.sign_in("root@example.com").await.client;
        let endpoint = json!({ "url": URL, "description": "the warehouse", "event_types": ["order.placed"] });
        let made = root.post("/events/admin/endpoints", &endpoint).await.expect(201);
        let page = format!("/admin/webhooks/{}", made["endpoint"]["id"].as_str().unwrap());
        let seen = hidden(&first.get(&page).await.expect(200), "seen");
        assert_eq!(hidden(&second.get(&page).await.expect(200), "seen"), seen);
        let form = |description: &'static str, types: &'static str| {
            [("act", "save"), ("url", URL), ("description", description), ("types", types), ("enabled", "yes")]
        };
        let fields = [&[("seen", &*seen)], &form("the shop", "order.placed")[..]].concat();
        let pressed = first.submit(&page, &fields).await;
        follow(&mut first, &pressed, "The webhook is saved.").await;
        let fields = [&[("seen", &*seen)], &form("the warehouse", "invoice.paid")[..]].concat();
        let told = second.submit(&page, &fields).await.expect(409);
        told.has(&[
            "Somebody else has changed this webhook", "<bdi>the shop</bdi>", "<bdi>the warehouse</bdi>",
            "<bdi>order.placed</bdi>", "<bdi>invoice.paid</bdi>", "name=\"types\" value=\"invoice.paid\"",
        ]);
        let described = "SELECT description FROM event_endpoints";
        assert_eq!(app.texts(described).await, ["the shop"]);
        let next = hidden(&told, "seen");
        assert_ne!(next, seen);
        let fields = [&[("seen", &*next)], &form("the warehouse", "invoice.paid")[..]].concat();
        let pressed = second.submit(&page, &fields).await;
        follow(&mut second, &pressed, "The webhook is saved.").await;
        assert_eq!(app.texts(described).await, ["the warehouse"]);
        // What is so already was saved, whoever did it.
        let pressed = first.submit(&page, &fields).await;
        follow(&mut first, &pressed, "The webhook is saved.").await;
    }

    async fn of_the_price_of_a_tier(app: &TestApp, Setup::with_mail()) {
        let page = "/admin/catalog";
        let (mut first, mut second) = (administrator(app, "maryam").await, administrator(app, "salma").await);
        let seen = hidden(&first.get(page).await.expect(200), "seen");
        second.get(page).await.expect(200);
        let pressed = first.submit(page, &[("seen", &*seen), ("tier", "basic"), ("price-basic", "1.5")]).await;
        follow(&mut first, &pressed, "The price is set.").await;
        let told = second.submit(page, &[("seen", &*seen), ("tier", "basic"), ("price-basic", "2")]).await.expect(409);
        told.has(&["Somebody else has set this price", "<bdi>1.500</bdi>", "<bdi>2</bdi>", "name=\"price-basic\" value=\"2\""]);
        let price = "SELECT price_minor FROM app_tiers WHERE slug = 'basic'";
        assert_eq!(app.number(price).await, 1_500);
        // What is wrong keeps what was seen.
        let wrong = second.submit(page, &[("seen", &*seen), ("tier", "basic"), ("price-basic", "x")]).await.expect(400);
        assert_eq!(hidden(&wrong, "seen"), seen);
        let next = hidden(&told, "seen");
        let pressed = second.submit(page, &[("seen", &*next), ("tier", "basic"), ("price-basic", "2")]).await;
        follow(&mut second, &pressed, "The price is set.").await;
        assert_eq!(app.number(price).await, 2_000);
    }

    async fn of_the_keys_to_stripe(app: &TestApp, Setup::with_mail()) {
        let page = "/admin/payments";
        let (mut first, mut second) = (superadmin(app).await, another(app).await);
        let seen = hidden(&first.get(page).await.expect(200), "seen");
        second.get(page).await.expect(200);
        let fields = [("seen", &*seen), ("act", "save"), ("secret", "sk_test_51NsecretAAAA")];
        let pressed = first.submit(page, &fields).await;
        follow(&mut first, &pressed, "The keys are saved.").await;
        let fields = [("seen", &*seen), ("act", "save"), ("secret", "sk_test_51NsecretBBBB"), ("public", "pk_test_51NpublicDDDD")];
        let told = second.submit(page, &fields).await.expect(409);
        told.has(&["Somebody else has changed the keys", "…AAAA", "value=\"pk_test_51NpublicDDDD\""]);
        lacks(&told, &["51Nsecret"]);
        let next = hidden(&told, "seen");
        let fields = [("seen", &*next), ("act", "save"), ("secret", "sk_test_51NsecretBBBB")];
        let pressed = second.submit(page, &fields).await;
        follow(&mut second, &pressed, "The keys are saved.").await.has(&["…BBBB"]);
    }

    async fn of_a_role(app: &TestApp, Setup::with_mail()) {
        let page = "/admin/users?email=sara@example.com";
        let (mut first, mut second) = (superadmin(app).await, another(app).await);
        let sara = app.sign_in("sara@example.com").await.user_id;
        let seen = hidden(&first.get(page).await.expect(200), "seen");
        second.get(page).await.expect(200);
        let set = |role: &'static str| [("act", "set"), ("user", sara.as_str()), ("role", role)];
        let fields = [&[("seen", &*seen)], &set("sovereign-admin")[..]].concat();
        let pressed = first.submit(page, &fields).await;
        follow(&mut first, &pressed, "The role is set.").await;
        let fields = [&[("seen", &*seen)], &set("superadmin")[..]].concat();
        let told = second.submit(page, &fields).await.expect(409);
        told.has(&["Somebody else has given this person another role", "sara@example.com", "value=\"sovereign-admin\" selected"]);
        let role = "SELECT role FROM users WHERE email = 'sara@example.com'";
        assert_eq!(app.texts(role).await, ["sovereign-admin"]);
        let next = hidden(&told, "seen");
        let fields = [&[("seen", &*next)], &set("superadmin")[..]].concat();
        let pressed = second.submit(page, &fields).await;
        follow(&mut second, &pressed, "The role is set.").await;
        assert_eq!(app.texts(role).await, ["superadmin"]);
    }

    async fn of_the_name_of_an_organization(app: &TestApp, Setup::with_mail()) {
        let page = "/console/kestrel/settings";
        let mut first = app.browser();
        first.sign_in(app, "ahmed@example.com").await;
        let owner = app.sign_in("ahmed@example.com").await.client;
        let id = owner.make_organization("kestrel").await;
        let seen = hidden(&first.get(page).await.expect(200), "seen");
        owner.put(&format!("/tenant/orgs/{id}"), &json!({ "name": "Kestrel Cars" })).await.expect(200);
        let told = first.submit(page, &[("act", "call"), ("seen", &*seen), ("name", "Kestrel Bikes")]).await.expect(409);
        told.has(&["href=\"#name\"", "Somebody else has changed what is said of this Organization", "Kestrel Cars", "value=\"Kestrel Bikes\""]);
        let next = hidden(&told, "seen");
        // Nobody is told of what the form does not show.
        owner.put(&format!("/tenant/orgs/{id}"), &json!({ "industry": "Bicycles" })).await.expect(200);
        let pressed = first.submit(page, &[("act", "call"), ("seen", &*next), ("name", "Kestrel Bikes")]).await;
        first.get(pressed.location()).await.expect(200).has(&["value=\"Kestrel Bikes\""]);
        // It is called so already.
        let pressed = first.submit(page, &[("act", "call"), ("seen", &*next), ("name", "Kestrel Bikes")]).await;
        assert!(pressed.location().starts_with(page), "{}", pressed.location());
    }
}
