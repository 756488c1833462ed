//! `?fields=`: every list answers only the members that are named, and says of others that there are none such.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::document::document;
use crate::harness::{TestApp, on_both};

/// Lists without anything in their path, and the members of their rows.
fn lists() -> Vec<(String, Vec<String>)> {
    let document = document();
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let parameters = methods["get"]["parameters"].as_array().cloned().unwrap_or_default();
        let Some(fields) = parameters.iter().find(|one| one["name"] == "fields") else { continue };
        let pattern = fields["schema"]["pattern"].as_str().unwrap();
        let members = pattern.trim_start_matches("^((").split(')').next().unwrap();
        let members = members.split('|').map(str::to_owned).collect();
        if !path.contains('{') {
            found.push((path.clone(), members));
        }
    }
    found
}

fn names(row: &Value) -> BTreeSet<String> {
    row.as_object().unwrap().keys().cloned().collect()
}

async fn something(app: &TestApp) {
    for code in ["FIRST-1", "SECOND-2", "THIRD-3"] {
        app.issue(code, 20, 0).await;
    }
    app.customer("kestrel").await.checkout("m", "FIRST-1").await.expect(200);
}

on_both! {
    async fn every_list_has_them(app: &TestApp) {
        something(app).await;
        let client = app.superadmin();
        let mut rows = 0;
        for (path, members) in lists() {
            let query = if path == "/catalog/apps/search" { "q=w&" } else { "" };
            let all = client.get(&format!("{path}?{query}")).await.expect(200);
            let have: BTreeSet<String> = all.as_array().unwrap().iter().flat_map(names).collect();
            let described: BTreeSet<String> = members.iter().cloned().collect();
            assert!(have.is_subset(&described), "{path} has {have:?} of {described:?}");
            let two = &members[members.len() - 2..];
            let few = client.get(&format!("{path}?{query}fields={}", two.join(","))).await.expect(200);
            assert_eq!(few.as_array().unwrap().len(), all.as_array().unwrap().len(), "{path}");
            for (few, all) in few.as_array().unwrap().iter().zip(all.as_array().unwrap()) {
                assert!(names(few).iter().all(|name| two.contains(name)), "{path}: {few}");
                for (name, value) in few.as_object().unwrap() {
                    assert_eq!(value, &all[name], "{path}");
                }
                rows += 1;
            }
            let problem = client.get(&format!("{path}?{query}fields=nonesuch")).await.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], "fields", "{path}");
            assert!(problem["detail"].as_str().unwrap().contains(&members[0]), "{problem}");
        }
        assert!(rows > 50, "there were {rows} rows");
    }

    async fn the_next_page_has_them_too(app: &TestApp) {
        something(app).await;
        let client = app.sovereign_admin();
        let mut path = "/billing/vouchers/list?limit=2&fields=code,status".to_owned();
        let mut found = Vec::new();
        loop {
            let reply = client.get(&path).await;
            let link = reply.headers.get("link").map(|link| link.to_str().unwrap().to_owned());
            found.extend(reply.expect(200).as_array().unwrap().clone());
            let Some(link) = link else { break };
            link.trim_start_matches('<').split('>').next().unwrap().clone_into(&mut path);
        }
        let row = |code: &str| json!({ "code": code, "status": "live" });
        assert_eq!(found, [row("THIRD-3"), row("SECOND-2"), row("FIRST-1")]);
        let all = client.get("/billing/vouchers/list").await.expect(200);
        assert_eq!(client.get("/billing/vouchers/list?fields=").await.expect(200), all);
    }

    /// Who may not read a list reads none of its members, and what is no list has none to choose from.
    async fn nothing_else_changes(app: &TestApp) {
        something(app).await;
        app.member("passer-by").get("/billing/vouchers/list?fields=code").await.expect_problem(403, "forbidden");
        app.sovereign_admin().get("/billing/vouchers/list?fields=code&limit=0").await.expect_problem(400, "invalid_request");
        let whole = app.sovereign_admin().get("/billing/vouchers/code/FIRST-1?fields=code").await.expect(200);
        assert_eq!(whole["credit_minor"], 20_000);
    }
}
