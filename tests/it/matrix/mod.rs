//! Who may do what: every route of the document, asked by every kind of caller.
//!
//! `table.rs` says what must come of it, and `pages.rs` the same of the pages. A route or page without a line there
//! fails, and so does a line without a route or page.

mod administration_forms;
mod asked;
mod cross_site;
mod ended;
mod forms;
mod franchisee;
mod inside;
mod marks;
mod pages;
mod requests;
mod table;
mod world;

use std::collections::BTreeSet;

use serde_json::Value;

use self::table::{CALLERS, Row, rows};
use self::world::World;
use crate::harness::{apart_from_instance, on_both};

/// Everything the program describes, as `GET /path`.
fn described() -> BTreeSet<String> {
    let document: Value = serde_json::from_str(sovereign::api::document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let methods = item.as_object().unwrap().keys().filter(|key| *key != "parameters");
        methods.map(|method| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

#[test]
fn every_route_has_a_line_and_every_line_a_route() {
    let lines: Vec<String> = rows().into_iter().map(|row| row.route).collect();
    let distinct: BTreeSet<String> = lines.iter().cloned().collect();
    assert_eq!(distinct.len(), lines.len(), "a route has two lines");
    assert_eq!(distinct, described());
}

/// What a caller got that should have got something else.
async fn surprises(world: &World<'_>, row: &Row) -> Vec<String> {
    let mut surprises = Vec::new();
    for caller in CALLERS {
        let reply = world.request(&row.route).await.send(&world.client(caller)).await;
        let expected = row.status(caller);
        if reply.status != expected {
            let got = format!("{} {}", reply.status, reply.text);
            surprises.push(format!("{} by {caller}: not {expected} but {got:.300}", row.route));
        }
    }
    surprises
}

on_both! {
    async fn every_caller_gets_what_the_table_says(app: &TestApp, world::setup()) {
        let world = World::new(app).await;
        // Whoever asks this has no session afterwards.
        let (last, rows): (Vec<_>, Vec<_>) =
            rows().into_iter().partition(|row| row.route == "POST /auth/logout-all");
        let mut wrong = Vec::new();
        for row in rows.iter().chain(&last) {
            wrong.extend(surprises(&world, row).await);
        }
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    }

    /// Whoever is not in an Organization cannot tell whether there is one.
    async fn an_organization_of_others_is_as_one_that_there_is_not(
        app: &TestApp, world::setup()
    ) {
        let world = World::new(app).await;
        let mut compared = 0;
        for row in rows() {
            let foreign = world.request(&row.route).await;
            if foreign.organization.is_none() {
                continue;
            }
            let unknown = foreign.about_unknown();
            for caller in ["outsider", "sovereign-admin", "superadmin", "elsewhere"] {
                let (client, status) = (world.client(caller), row.status(caller));
                let foreign = foreign.send(&client).await.expect(status);
                let unknown = unknown.send(&client).await.expect(status);
                let (foreign, unknown) = (apart_from_instance(foreign), apart_from_instance(unknown));
                assert_eq!(foreign, unknown, "{} by {caller}", row.route);
                compared += 1;
            }
        }
        assert_eq!(compared, 4 * 48, "every route that is about an Organization");
    }
}
