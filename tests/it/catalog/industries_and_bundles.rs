//! `GET /catalog/industries` and `GET /catalog/bundles`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::{TestApp, assert_shape, each, on_both};

async fn listed(app: &TestApp, path: &str) -> Value {
    let items = app.anyone().get(path).await.expect(200);
    assert!(!items.as_array().unwrap().is_empty(), "{path}");
    items
}

/// The slugs of a list.
async fn slugs(app: &TestApp, path: &str) -> BTreeSet<String> {
    let slugs = each(&listed(app, path).await, "slug");
    slugs.iter().map(|slug| slug.as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn assert_all_in(references: &Value, known: &BTreeSet<String>) {
    let references = references.as_array().unwrap();
    assert!(!references.is_empty());
    for reference in references {
        assert!(known.contains(reference.as_str().unwrap()), "{reference} is nowhere");
    }
}

on_both! {
    async fn industries_have_the_contracts_shape_and_resolve(app: &TestApp) {
        let apps = slugs(app, "/catalog/apps").await;
        let bundles = each(&listed(app, "/catalog/bundles").await, "id");
        let industries = listed(app, "/catalog/industries").await;
        for industry in industries.as_array().unwrap() {
            assert_shape(
                industry,
                "id:text slug:text name:text emoji:text description:text suggested_apps:texts \
                 bundle_id:text",
            );
            assert_all_in(&industry["suggested_apps"], &apps);
            assert!(bundles.contains(&industry["bundle_id"]), "{industry}");
        }
    }

    async fn bundles_have_the_contracts_shape_and_resolve(app: &TestApp) {
        let apps = slugs(app, "/catalog/apps").await;
        let plans = slugs(app, "/catalog/plans").await;
        let bundles = listed(app, "/catalog/bundles").await;
        for bundle in bundles.as_array().unwrap() {
            assert_shape(
                bundle,
                "id:text slug:text name:text tagline:text apps:texts discount:int \
                 recommended_size:text",
            );
            assert_all_in(&bundle["apps"], &apps);
            assert!(plans.contains(bundle["recommended_size"].as_str().unwrap()), "{bundle}");
        }
    }

    async fn one_bundle_is_found_by_slug_or_identifier(app: &TestApp) {
        let bundles = listed(app, "/catalog/bundles").await;
        for bundle in bundles.as_array().unwrap() {
            for reference in [&bundle["slug"], &bundle["id"]] {
                let path = format!("/catalog/bundles/{}", reference.as_str().unwrap());
                assert_eq!(app.anyone().get(&path).await.expect(200), *bundle);
            }
        }
        let none = app.anyone().get("/catalog/bundles/nonesuch").await;
        none.expect_problem(404, "not_found");
    }
}
