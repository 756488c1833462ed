//! The limits of single routes, by address and by account.

use serde_json::json;

use super::{PREVIEW, address, assert_wait_is_right, crowd, limited, preview, wait_of};
use crate::harness::{Customer, Engine, TestApp, on_both};

async fn rows(app: &TestApp) -> i64 {
    app.number("SELECT COUNT(*) FROM rate_limits").await
}

async fn redeem(customer: &Customer) -> u16 {
    customer.redeem("ALL-200").await.status
}

on_both! {
    async fn previews_by_address(app: &TestApp, limited()) {
        app.issue("ALL-200", 200, 0).await;
        let visitor = app.anyone().at([10, 0, 0, 1]);
        let statuses = crowd(90, |_| {
            let visitor = visitor.clone();
            async move { preview(&visitor, "ALL-200").await }
        })
        .await;
        assert_eq!((statuses[&200], statuses[&429]), (60, 30));
        // Neither the spelling of an address nor a token makes another client.
        let same = app.member("visitor").at([10, 0, 0, 1]);
        let refused = preview(&same, "ALL-200").await;
        assert_eq!(wait_of(refused), 1);
        for neighbour in [[10, 0, 0, 2], [192, 0, 2, 1]] {
            preview(&app.anyone().at(neighbour), "ALL-200").await.expect(200);
        }
        let refused = preview(&visitor, "ALL-200").await;
        assert_wait_is_right(app, refused, || preview(&visitor, "ALL-200")).await;
    }

    async fn a_network_of_ipv6_is_one_client(app: &TestApp, limited()) {
        app.issue("ALL-200", 200, 0).await;
        let statuses = crowd(80, |index| {
            let host = u16::try_from(index).unwrap();
            let visitor = app.anyone().at([0x2001, 0xdb8, 1, 2, 0, 0, 7, host]);
            async move { preview(&visitor, "ALL-200").await }
        })
        .await;
        assert_eq!((statuses[&200], statuses[&429]), (60, 20));
        let neighbour = app.anyone().at([0x2001, 0xdb8, 1, 3, 0, 0, 7, 0]);
        preview(&neighbour, "ALL-200").await.expect(200);
    }

    async fn slugs_by_address(app: &TestApp, limited()) {
        let visitor = app.anyone().at([10, 0, 0, 1]);
        let ask = || visitor.get("/tenant/check-slug/kestrel");
        let statuses = crowd(130, |_| {
            let visitor = visitor.clone();
            async move { visitor.get("/tenant/check-slug/kestrel").await }
        })
        .await;
        assert_eq!((statuses[&200], statuses[&429]), (120, 10));
        let refused = ask().await;
        assert_wait_is_right(app, refused, ask).await;
    }

    /// Wherever they go: sixty at once, and one a second after that.
    async fn checkouts_and_redemptions_by_user(app: &TestApp, limited()) {
        app.issue("ALL-200", 200, 0).await;
        let ahmed = app.customer("ahmed").await;
        let body = ahmed.checkout_body("m", "ALL-200");
        let send = |index: usize| {
            let client = ahmed.client.clone().at(address(0, index));
            let body = body.clone();
            async move { client.post("/billing/checkout", &body).await }
        };
        let statuses = crowd(70, send).await;
        assert_eq!(statuses.values().sum::<usize>(), 70);
        assert_eq!(statuses[&429], 10, "{statuses:?}");
        assert_eq!(app.number("SELECT COUNT(*) FROM orders").await, 1);
        // Without a code as well, and redemptions have a limit of their own.
        let without = json!({ "plan_id": "m", "tenant_id": ahmed.tenant_id });
        let without = ahmed.client.post("/billing/checkout", &without).await;
        without.expect_problem(429, "too_many_requests");
        for _ in 0..60 {
            assert_eq!(redeem(&ahmed).await, 400, "redeemed before");
        }
        assert_eq!(redeem(&ahmed).await, 429);
        // Another user has their own.
        app.customer("maryam").await.checkout("m", "ALL-200").await.expect(200);
        let refused = send(99).await;
        assert_wait_is_right(app, refused, || send(99)).await;
    }

    /// Whoever is behind it: 300 at once, and five a second after that.
    async fn checkouts_by_address(app: &TestApp, limited()) {
        let mut people = Vec::new();
        for index in 0..6 {
            people.push(app.customer(&format!("person-{index}")).await);
        }
        let body = |customer: &Customer| json!({ "plan_id": "m", "tenant_id": customer.tenant_id });
        let statuses = crowd(320, |index| {
            let person = &people[index % 6];
            let (client, body) = (person.client.clone().at([10, 0, 0, 1]), body(person));
            async move { client.post("/billing/checkout", &body).await }
        })
        .await;
        // 503: nothing covers it. The six have sixty each.
        assert_eq!((statuses[&503], statuses[&429]), (300, 20), "{statuses:?}");
        let elsewhere = people[0].client.clone().at([10, 0, 0, 2]);
        assert_eq!(elsewhere.post("/billing/checkout", &body(&people[0])).await.status, 503);
    }

    /// What a client writes into the header itself is not believed: the nearest proxy's word counts.
    async fn only_the_trusted_proxy_is_believed(app: &TestApp, limited()) {
        app.issue("ALL-200", 200, 0).await;
        let statuses = crowd(70, |index| {
            let visitor = app.anyone();
            let forged = format!("10.9.9.{index}, 10.0.0.1");
            async move {
                let body = json!({ "code": "ALL-200" }).to_string().into_bytes();
                let forged = [("X-Forwarded-For", &*forged)];
                visitor.send(reqwest::Method::POST, PREVIEW, &forged, Some(body)).await
            }
        })
        .await;
        assert_eq!((statuses[&200], statuses[&429]), (60, 10));
    }

    /// Rows of those who have been quiet go away within a minute; the others keep what they took.
    async fn idle_rows_are_removed(app: &TestApp, limited()) {
        app.issue("ALL-200", 200, 0).await;
        let busy = app.anyone().at([10, 0, 0, 1]);
        for _ in 0..60 {
            preview(&busy, "ALL-200").await.expect(200);
        }
        preview(&app.anyone().at([10, 0, 0, 2]), "ALL-200").await.expect(200);
        let [both, busy_alone] = match app.engine {
            Engine::Postgres => [2, 1],
            // They are kept in memory.
            Engine::Sqlite => [0, 0],
        };
        assert_eq!(rows(app).await, both);
        app.clock.advance_seconds(2);
        app.each_minute().await;
        assert_eq!(rows(app).await, busy_alone);
        for _ in 0..2 {
            preview(&busy, "ALL-200").await.expect(200);
        }
        preview(&busy, "ALL-200").await.expect_problem(429, "too_many_requests");
        app.clock.advance_seconds(61);
        app.each_minute().await;
        assert_eq!(rows(app).await, 0);
    }

    async fn off_is_off(app: &TestApp) {
        let statuses = crowd(300, |_| {
            let visitor = app.anyone();
            async move { preview(&visitor, "WRONG").await }
        })
        .await;
        assert_eq!(statuses[&404], 300);
        assert_eq!(rows(app).await, 0);
    }
}
