//! `GET /catalog/apps`, `/catalog/apps/search` and `/catalog/apps/{slug}`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{TestApp, assert_shape, each, on_both};

async fn apps(app: &TestApp) -> Vec<Value> {
    let apps = app.anyone().get("/catalog/apps").await.expect(200);
    apps.as_array().unwrap().clone()
}

async fn search(app: &TestApp, query: &str) -> Vec<Value> {
    let path = format!("/catalog/apps/search?q={query}");
    each(&app.anyone().get(&path).await.expect(200), "slug")
}

on_both! {
    async fn apps_have_the_contracts_shape(app: &TestApp) {
        let apps = apps(app).await;
        assert!(apps.len() >= 30, "{} apps", apps.len());
        for item in &apps {
            assert_shape(
                item,
                "id:text slug:text name:text tagline:text description:text category:text \
                 tags:texts icon:text icon_bg:text website:text license:text featured:bool \
                 popular:bool free:bool features:texts related_apps:texts dependencies:texts \
                 system:bool kind:text shareable:bool config_schema:object deployable:bool \
                 ram_mb:int cpu_milli:int disk_gb:int helm_chart:string helm_repo:string \
                 origin:text",
            );
        }
    }

    /// Whatever an app names is there, and is not the app itself.
    async fn references_of_apps_resolve(app: &TestApp) {
        let apps = apps(app).await;
        let slugs: BTreeSet<_> = apps.iter().map(|item| item["slug"].as_str().unwrap()).collect();
        for item in &apps {
            for member in ["related_apps", "dependencies"] {
                for reference in item[member].as_array().unwrap() {
                    let reference = reference.as_str().unwrap();
                    assert!(slugs.contains(reference), "{}: {member} {reference}", item["slug"]);
                    assert_ne!(item["slug"], reference, "{member}");
                }
            }
        }
    }

    /// An app can be put up after what it depends on: no circle of dependencies.
    async fn dependencies_come_to_an_end(app: &TestApp) {
        let mut waiting = apps(app).await;
        let mut ready = BTreeSet::new();
        while !waiting.is_empty() {
            let before = waiting.len();
            waiting.retain(|item| {
                let dependencies = item["dependencies"].as_array().unwrap();
                let now = dependencies.iter().all(|slug| ready.contains(slug.as_str().unwrap()));
                if now {
                    ready.insert(item["slug"].as_str().unwrap().to_owned());
                }
                !now
            });
            assert!(waiting.len() < before, "a circle: {waiting:?}");
        }
    }

    /// What can be deployed says from where, and what cannot be makes no promise.
    async fn deployable_apps_name_their_chart(app: &TestApp) {
        for item in apps(app).await {
            if item["deployable"] == true {
                assert_ne!(item["helm_chart"], "", "{}", item["slug"]);
                assert_ne!(item["helm_repo"], "", "{}", item["slug"]);
            }
        }
    }

    async fn one_app_is_found_by_slug_or_identifier(app: &TestApp) {
        for item in apps(app).await {
            let by = |reference: &Value| format!("/catalog/apps/{}", reference.as_str().unwrap());
            assert_eq!(app.anyone().get(&by(&item["slug"])).await.expect(200), item);
            assert_eq!(app.anyone().get(&by(&item["id"])).await.expect(200), item);
        }
    }

    async fn an_unknown_app_is_404(app: &TestApp) {
        for slug in ["nonesuch", "WordPress", "m", "daily-backup", "%00", "%0a", "'"] {
            let path = format!("/catalog/apps/{slug}");
            app.anyone().get(&path).await.expect_problem(404, "not_found");
        }
    }

    /// Every word must be there, in whatever case and wherever it stands.
    async fn search_finds_apps_by_every_word(app: &TestApp) {
        assert_eq!(search(app, "wordpress").await[0], "wordpress");
        for query in ["WORDPRESS", "WordPress", "word", "%20wordpress%20", "blog+website"] {
            assert!(search(app, query).await.contains(&json!("wordpress")), "{query}");
        }
        let blog = search(app, "blog").await;
        let both = search(app, "blog+nonesuch").await;
        assert!(!blog.is_empty());
        assert_eq!(both, Vec::<Value>::new());
        assert!(!search(app, "vaultwarden").await.contains(&json!("wordpress")));
    }

    /// Nothing found is an empty list; nothing asked is everything.
    async fn a_search_without_words_lists_all(app: &TestApp) {
        let all = apps(app).await.len();
        assert_eq!(search(app, "").await.len(), all);
        assert_eq!(search(app, "%20").await.len(), all);
        let absent = app.anyone().get("/catalog/apps/search").await.expect(200);
        assert_eq!(absent.as_array().unwrap().len(), all);
        for query in ["nonesuch", "%25", "%27%3B--"] {
            assert_eq!(search(app, query).await, Vec::<Value>::new(), "{query}");
        }
    }
}
