//! `GET /tenant/check-slug/{slug}`: public, and it knows every reason why not.

use serde_json::json;
use sovereign::limits::Limits;

use crate::harness::{Setup, TestApp, on_both};

async fn is_available(app: &TestApp, slug: &str) -> bool {
    let reply = app.anyone().get(&format!("/tenant/check-slug/{slug}")).await.expect(200);
    assert_eq!(reply, json!({ "available": reply["available"] }));
    reply["available"].as_bool().unwrap()
}

on_both! {
    async fn anyone_may_ask_at_both_paths(app: &TestApp) {
        for path in ["/tenant/check-slug/kestrel", "/api/tenant/check-slug/kestrel"] {
            let answer = app.anyone().get(path).await.expect(200);
            assert_eq!(answer, json!({ "available": true }));
        }
    }

    /// 3 to 31 of a-z, 0-9 and '-', starting with a letter, not ending in '-'.
    async fn the_rules_of_a_slug(app: &TestApp) {
        let (longest, too_long) = ("a".repeat(31), "a".repeat(32));
        for good in ["abc", "a-1", "kestrel-pharmacy", "a--b", "x2y", &longest] {
            assert!(is_available(app, good).await, "{good}");
        }
        for bad in [
            "ab",
            "a",
            "1abc",
            "-abc",
            "abc-",
            "Abc",
            "ABC",
            "a_b",
            "a.b.c",
            "a%20b",
            "abc%0A",
            "%D8%B9%D9%85%D8%A7%D9%86",
            "abc%2Fdef",
            "...",
            "a%C3%A9b",
            &too_long,
        ] {
            assert!(!is_available(app, bad).await, "{bad}");
        }
    }

    async fn reserved_names_are_not_available(app: &TestApp) {
        for name in ["admin", "api", "www", "billing", "console", "sovereign", "auth", "catalog"] {
            assert!(!is_available(app, name).await, "{name}");
        }
    }

    async fn a_taken_slug_is_not_available(app: &TestApp) {
        let ahmed = app.customer("kestrel").await;
        assert!(!is_available(app, "kestrel").await);
        let id = &ahmed.tenant_id;
        let set = |status: &str| {
            format!("UPDATE organizations SET status = '{status}' WHERE id = '{id}'")
        };
        app.execute(&set("suspended")).await;
        assert!(!is_available(app, "kestrel").await);
        // Once it is deleted, another may have its address.
        app.execute(&set("deleted")).await;
        assert!(is_available(app, "kestrel").await);
        app.member("sara").make_organization("kestrel").await;
        assert!(!is_available(app, "kestrel").await);
    }

    async fn asking_changes_nothing(app: &TestApp) {
        let before = app.state().await;
        is_available(app, "kestrel").await;
        before.assert_unchanged(&app.state().await);
    }
}

on_both! {
    /// A list of addresses cannot be tried out without end.
    async fn an_address_that_asks_too_often_waits(app: &TestApp, Setup { limits: Limits::on(Vec::new()), ..Setup::default() }) {
        let mut asked = 0;
        let refused = loop {
            let reply = app.anyone().get("/tenant/check-slug/kestrel").await;
            if reply.status != 200 {
                break reply;
            }
            asked += 1;
            assert!(asked < 5_000, "never refused");
        };
        assert!(asked >= 60, "refused after {asked}");
        let wait = refused.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap();
        assert!((1..=120).contains(&wait), "{wait}");
        refused.expect_problem(429, "too_many_requests");
    }
}
