//! `GET /billing/admin/alarms`, resolving one, and `sovereign alarms`.

use serde_json::{Value, json};

use crate::harness::{Engine, Setup, TestApp, on_both};

const ALARMS: &str = "/billing/admin/alarms";

/// Alarms as if they had been raised one after another, by their subjects; answers their identifiers.
pub(crate) async fn raise(app: &TestApp, subjects: &[&str]) -> Vec<String> {
    let mut ids = Vec::new();
    for subject in subjects {
        app.clock.advance_seconds(1);
        let id =
            uuid::Uuid::from_u128(0x0199_7f53_a000_7000_8000_0000_0000_0000 + ids.len() as u128);
        let (key, now) = match app.engine {
            Engine::Sqlite => {
                (format!("X'{}'", id.simple()), format!("{} * 1000000", app.now_seconds()))
            }
            Engine::Postgres => (format!("'{id}'"), format!("to_timestamp({})", app.now_seconds())),
        };
        app.execute(&format!(
            "INSERT INTO alarms (id, kind, subject, detail, tenant_id, times, created_at, last_at) \
             VALUES ({key}, 'dispute', '{subject}', 'look', 'kestrel', 1, {now}, {now})"
        ))
        .await;
        ids.push(id.to_string());
    }
    ids
}

fn subjects(page: &Value) -> Vec<&str> {
    page.as_array().unwrap().iter().map(|alarm| alarm["subject"].as_str().unwrap()).collect()
}

/// The query of the next page.
fn next(reply: &crate::harness::Reply) -> Option<String> {
    let link = reply.headers.get("link")?.to_str().unwrap();
    let (address, rest) = link.strip_prefix('<').unwrap().split_once('>').unwrap();
    assert_eq!(rest, "; rel=\"next\"");
    Some(address.to_owned())
}

on_both! {
    async fn they_are_listed_newest_first_in_pages(app: &TestApp) {
        let ids = raise(app, &["a", "b", "c", "d", "e"]).await;
        app.superadmin().post(&format!("{ALARMS}/{}/resolve", ids[1]), &json!({})).await.expect(200);
        let all = app.superadmin().get(ALARMS).await.expect(200);
        assert_eq!(subjects(&all), ["e", "d", "c", "b", "a"]);
        let mut seen: Vec<String> = Vec::new();
        let mut path = Some(format!("{ALARMS}?open=true&limit=2"));
        while let Some(page) = path {
            let reply = app.superadmin().get(&page).await;
            path = next(&reply);
            let page = reply.expect(200);
            seen.extend(subjects(&page).into_iter().map(str::to_owned));
        }
        assert_eq!(seen, ["e", "d", "c", "a"]);
        for bad in ["?limit=0", "?limit=201", "?after=x", "?after=MS54", "?open=perhaps"] {
            app.superadmin().get(&format!("{ALARMS}{bad}")).await.expect(400);
        }
    }

    /// Who did it and when is on the alarm and in the audit log; it is done once.
    async fn one_is_resolved_once(app: &TestApp) {
        let ids = raise(app, &["a"]).await;
        let path = format!("{ALARMS}/{}/resolve", ids[0]);
        let root = app.superadmin();
        let long = json!({ "note": "x".repeat(1_001) });
        root.post(&path, &long).await.expect_problem(400, "invalid_request");
        let note = json!({ "note": "  money was sent by hand " });
        let resolved = root.post(&path, &note).await.expect(200);
        assert_eq!(resolved["note"], "money was sent by hand");
        assert_eq!(resolved["resolved_by"], app.user_id("root").await.as_str());
        assert!(resolved["resolved_at"].is_string());
        root.post(&path, &note).await.expect_problem(404, "not_found");
        root.post(&format!("{ALARMS}/nonsense/resolve"), &note).await.expect_problem(404, "not_found");
        let lines = root.get("/auth/admin/audit?action=alarm.resolve").await.expect(200);
        assert_eq!(lines.as_array().unwrap().len(), 1);
        assert_eq!(lines[0]["subject"], ids[0].as_str());
        assert_eq!(lines[0]["tenant_id"], "kestrel");
        assert_eq!(lines[0]["after"]["note"], "money was sent by hand");
        assert_eq!(root.get(&format!("{ALARMS}?open=true")).await.expect(200), json!([]));
    }

    /// While it is open the same adds to it; once it is resolved the same is a new one.
    async fn the_same_again_is_a_new_one(app: &TestApp, Setup::with_stripe()) {
        app.stripe().charge_from_elsewhere(json!({
            "amount": 500, "currency": "omr", "metadata": { "sovereign": crate::harness::FQDN },
        }));
        app.clock.advance_seconds(700);
        let job = sovereign::jobs::find("reconcile").unwrap();
        let run = async || app.runner().run_now(&job).await.unwrap();
        run().await;
        run().await;
        let open = app.superadmin().get(&format!("{ALARMS}?open=true")).await.expect(200);
        assert_eq!(open[0]["times"], 2);
        let path = format!("{ALARMS}/{}/resolve", open[0]["id"].as_str().unwrap());
        app.superadmin().post(&path, &json!({})).await.expect(200);
        run().await;
        let all = app.superadmin().get(ALARMS).await.expect(200);
        let all = all.as_array().unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!(all[0]["subject"], all[1]["subject"]);
        assert_eq!((&all[0]["times"], all[0].get("resolved_at")), (&json!(1), None));
    }

    async fn the_command_lists_and_resolves(app: &TestApp) {
        let ids = raise(app, &["a", "b"]).await;
        let database = app.database();
        let listed = database.run(&["alarms", "list", "--json"]).expect_json();
        assert_eq!(subjects(&listed), ["b", "a"]);
        let shown = database.run(&["alarms", "list"]).expect_answer();
        assert_eq!(shown.lines().count(), 3);
        assert!(shown.lines().nth(1).unwrap().starts_with(&ids[1]), "{shown}");
        let resolve = ["alarms", "resolve", ids[0].as_str(), "--note", "seen to"];
        database.run(&resolve).expect(0);
        database.run(&resolve).expect(1);
        database.run(&["alarms", "resolve", "nonsense"]).expect(2);
        assert_eq!(subjects(&database.run(&["alarms", "list", "--json"]).expect_json()), ["b"]);
        let all = database.run(&["alarms", "list", "--all", "--json"]).expect_json();
        assert_eq!(all[1]["note"], "seen to");
        assert_eq!(all[1]["resolved_by"], "cli");
        let noted = "SELECT COUNT(*) FROM audit_log WHERE action = 'alarm.resolve' AND actor = 'cli'";
        assert_eq!(app.number(noted).await, 1);
    }
}
