//! `GET /auth/admin/audit`: what a line holds, filters, pages.

use serde_json::{Value, json};

use super::{OLD_ENOUGH_SECONDS, ONE, insert_lines, three_seals};
use crate::harness::{Client, Reply, TestApp, assert_shape, each, on_both};

const AUDIT: &str = "/auth/admin/audit";

/// The lines that a query finds on its first page.
async fn lines(app: &TestApp, query: &str) -> Value {
    app.superadmin().get(&format!("{AUDIT}?{query}")).await.expect(200)
}

/// Their subjects.
async fn subjects(app: &TestApp, query: &str) -> Vec<Value> {
    each(&lines(app, query).await, "subject")
}

/// The address of the next page, where the answer names one.
fn next(reply: &Reply) -> Option<String> {
    let link = reply.headers.get("link")?.to_str().unwrap();
    let (target, parameters) = link.strip_prefix('<').unwrap().split_once('>').unwrap();
    assert_eq!(parameters, "; rel=\"next\"");
    Some(target.to_owned())
}

/// Follows the links to the end; answers the subjects of each page.
async fn follow(client: &Client, path: &str) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut path = Some(path.to_owned());
    while let Some(address) = path {
        let reply = client.get(&address).await;
        path = next(&reply);
        pages.push(each(&reply.expect(200), "subject"));
        assert!(pages.len() < 20, "the links lead in a circle");
    }
    pages
}

on_both! {
    async fn a_line_has_the_documented_shape(app: &TestApp) {
        let shape = "id:uuid at:time actor:text action:text subject:text tenant_id?:text \
                     request_id:text before?:object after?:object sealed_by?:int";
        app.issue("SHAPE-10", 10, 0).await;
        app.clock.advance_seconds(1);
        app.issue("SHAPE-10", 20, 0).await;
        app.clock.advance_seconds(1);
        app.customer("kestrel-pharmacy").await.checkout("m", "SHAPE-10").await.expect(200);
        let found = lines(app, "").await;
        for line in found.as_array().unwrap() {
            assert_shape(line, shape);
        }
        assert_eq!(found[0]["action"], "checkout");
        assert_eq!(found[0]["at"], "2027-03-01T12:00:02Z");
        assert!(found[0].get("before").is_none() && found[0].get("after").is_none());
        assert!(found[0]["tenant_id"].is_string());
        let edits = lines(app, "subject=SHAPE-10&action=voucher.issue").await;
        assert_eq!(each(&edits, "actor"), vec![json!(app.user_id("campaigns").await); 2]);
        assert_eq!(edits[0]["before"]["credit_minor"], 10_000);
        assert_eq!(edits[0]["after"]["credit_minor"], 20_000);
        assert!(edits[1].get("before").is_none() && edits[1].get("tenant_id").is_none());
        assert!(edits[1].get("sealed_by").is_none(), "not yet");
    }

    async fn each_line_names_its_seal(app: &TestApp) {
        three_seals(app).await;
        app.issue("SEAL-NONE", 10, 0).await;
        let found = lines(app, "").await;
        assert_eq!(each(&found, "subject"), ["SEAL-NONE", "SEAL-3", "SEAL-2", "SEAL-1"]);
        assert_eq!(each(&found, "sealed_by"), [Value::Null, json!(3), json!(2), json!(1)]);
    }

    async fn filters_combine(app: &TestApp) {
        app.issue("FILTER-1", 10, 0).await;
        app.issue("FILTER-2", 10, 0).await;
        app.revoke("FILTER-1").await;
        let kestrel = app.customer("kestrel-pharmacy").await;
        app.clock.advance_seconds(1);
        kestrel.checkout("m", "FILTER-2").await.expect(200);
        app.customer("falcon-logistics").await;
        let campaigns = app.user_id("campaigns").await;
        assert_eq!(subjects(app, &format!("actor={campaigns}")).await,
            ["FILTER-1", "FILTER-2", "FILTER-1"]);
        assert_eq!(subjects(app, &format!("actor={campaigns}&action=voucher.revoke")).await,
            ["FILTER-1"]);
        assert_eq!(subjects(app, "subject=FILTER-2").await, ["FILTER-2"]);
        let of_kestrel = format!("tenant_id={}", kestrel.tenant_id);
        let found = lines(app, &of_kestrel).await;
        assert_eq!(each(&found, "action"), ["checkout", "organization.create"]);
        let all = format!("{of_kestrel}&action=checkout&subject={}&actor={}",
            found[0]["subject"].as_str().unwrap(), found[0]["actor"].as_str().unwrap());
        assert_eq!(lines(app, &all).await, json!([found[0]]));
        for nothing in [
            "subject=filter-2", "actor=nobody", "action=voucher", "tenant_id=elsewhere", "actor=",
            "subject=FILTER-2&action=voucher.revoke", &format!("{of_kestrel}&actor={campaigns}"),
            "actor=%D8%B4&subject=%25&action=_",
        ] {
            assert_eq!(lines(app, nothing).await, json!([]), "{nothing}");
        }
    }

    /// From a moment on, and before one; in any offset; to the microsecond.
    async fn times_bound_the_log(app: &TestApp) {
        for code in ["TIME-1", "TIME-2", "TIME-3"] {
            app.issue(code, 10, 0).await;
            app.clock.advance_seconds(60);
        }
        for (query, found) in [
            ("from=2027-03-01T12:01:00Z", vec!["TIME-3", "TIME-2"]),
            ("from=2027-03-01T12:01:00.000001Z", vec!["TIME-3"]),
            ("to=2027-03-01T12:01:00Z", vec!["TIME-1"]),
            ("to=2027-03-01T12:01:00.000001Z", vec!["TIME-2", "TIME-1"]),
            ("from=2027-03-01T12:01:00Z&to=2027-03-01T12:02:00Z", vec!["TIME-2"]),
            ("from=2027-03-01T16:01:00%2B04:00&to=2027-03-01T16:02:00%2B04:00", vec!["TIME-2"]),
            ("from=2027-03-01T12:02:00Z&to=2027-03-01T12:01:00Z", vec![]),
            ("from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z", vec!["TIME-3", "TIME-2", "TIME-1"]),
            ("from=9999-12-31T23:59:59.999999Z", vec![]),
            ("to=1970-01-01T00:00:00Z", vec![]),
            ("from=2027-03-01T12:00:00Z&subject=TIME-3", vec!["TIME-3"]),
        ] {
            assert_eq!(subjects(app, query).await, found, "{query}");
        }
    }

    /// Their identifier may be a little younger than the moment they tell of.
    async fn lines_are_found_by_their_own_moment(app: &TestApp) {
        insert_lines(app, 1).await;
        let earlier = match app.engine {
            crate::harness::Engine::Sqlite => "at - 30000000",
            crate::harness::Engine::Postgres => "at - interval '30 seconds'",
        };
        app.execute(&format!("UPDATE audit_log SET at = {earlier}")).await;
        assert_eq!(subjects(app, "to=2027-03-01T11:59:31Z").await, ["1"]);
        assert_eq!(subjects(app, "from=2027-03-01T11:59:31Z").await, Vec::<Value>::new());
    }

    async fn the_links_lead_through_every_line_once(app: &TestApp) {
        insert_lines(app, 120).await;
        let expected: Vec<Value> = (1..=120).rev().map(|n: i32| json!(n.to_string())).collect();
        let admin = app.superadmin();
        for (path, sizes) in [
            (AUDIT.to_owned(), vec![50, 50, 20]),
            (format!("/api{AUDIT}?limit=119"), vec![119, 1]),
            (format!("{AUDIT}?limit=120"), vec![120]),
            (format!("{AUDIT}?action=count&limit=60&to=2028-01-01T00:00:00%2B01:00"), vec![60, 60]),
        ] {
            let pages = follow(&admin, &path).await;
            assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), sizes, "{path}");
            assert_eq!(pages.concat(), expected, "{path}");
        }
        let reply = admin.get(&format!("/api{AUDIT}?limit=7")).await;
        assert!(next(&reply).unwrap().starts_with(&format!("/api{AUDIT}?")));
    }

    /// A page keeps its place while lines come, and keeps what was asked for, whatever it was.
    async fn pages_stand_while_lines_come(app: &TestApp) {
        insert_lines(app, 6).await;
        app.execute("UPDATE audit_log SET actor = 'رصيد & \"+%'").await;
        let query = "actor=%D8%B1%D8%B5%D9%8A%D8%AF+%26+%22%2B%25&limit=2";
        let first = app.superadmin().get(&format!("{AUDIT}?{query}")).await;
        let link = next(&first).unwrap();
        assert_eq!(each(&first.expect(200), "subject"), ["6", "5"]);
        app.clock.advance_seconds(1);
        app.issue("LATER", 10, 0).await;
        assert_eq!(follow(&app.superadmin(), &link).await, [["4", "3"], ["2", "1"]]);
    }

    /// A page looks at so many lines only; the links lead on, also from an empty one.
    async fn a_rare_line_is_found_behind_many(app: &TestApp) {
        insert_lines(app, 250_000).await;
        let pages = follow(&app.superadmin(), &format!("{AUDIT}?subject=1001")).await;
        assert_eq!(pages, [vec![], vec![], vec![json!("1001")]]);
        let pages = follow(&app.superadmin(), &format!("{AUDIT}?actor=rare&limit=150")).await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 50]);
        assert_eq!(pages.concat().last(), Some(&json!("1")));
        let pages = follow(&app.superadmin(), &format!("{AUDIT}?subject=nothing")).await;
        assert_eq!(pages.concat(), Vec::<Value>::new());
        app.clock.advance_seconds(OLD_ENOUGH_SECONDS);
        assert_eq!(app.seal_audit(ONE).await, 25);
    }
}
