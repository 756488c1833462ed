//! Every page, opened and pressed by everybody: nobody, strangers, the people of Organization A and of another one, and the
//! Sovereign's own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::inside::browser;
use super::pages::{Gets, PageRow, rows};
use super::table::CALLERS;
use super::world::{World, email_of, setup};
use crate::harness::{Browser, Shown, on_both, page_routes};

/// Who else is in the other Organization, besides its owner.
const ELSEWHERE: [(&str, &str); 3] =
    [("elsewhere-admin", "admin"), ("elsewhere-member", "member"), ("elsewhere-viewer", "viewer")];
/// Whoever presses these is not signed in afterwards.
const ENDS_SESSIONS: [&str; 2] = ["POST /sign-out", "POST /sign-out-everywhere"];

#[test]
fn every_page_has_a_line_and_every_line_a_page() {
    let lines: Vec<String> = rows().into_iter().map(|row| row.route).collect();
    let distinct: BTreeSet<String> = lines.iter().cloned().collect();
    assert_eq!(distinct.len(), lines.len(), "a page has two lines");
    let mut registered = BTreeSet::new();
    for route in page_routes() {
        if route.gets {
            registered.insert(format!("GET {}", route.address));
        }
        if route.posts {
            registered.insert(format!("POST {}", route.address));
        }
    }
    assert_eq!(distinct, registered);
}

/// Everybody, each with the column that is theirs and a browser that has a form's token.
struct People(BTreeMap<&'static str, (&'static str, Browser)>);

impl People {
    async fn arrive(world: &World<'_>) -> Self {
        let mut people = BTreeMap::new();
        let callers = CALLERS.into_iter().map(|caller| (caller, caller));
        for (name, column) in callers.chain(ELSEWHERE.map(|(name, _)| (name, "elsewhere"))) {
            people.insert(name, (column, ready(world, name).await));
        }
        let sql = "SELECT id FROM organizations WHERE slug = 'elsewhere'";
        let members = format!("/tenant/orgs/{}/members", world.app.texts(sql).await.remove(0));
        for (name, role) in ELSEWHERE {
            let body = json!({ "email": email_of(name), "role": role });
            world.client("elsewhere").post(&members, &body).await.expect(201);
        }
        Self(people)
    }

    /// What each gets of a page.
    fn with_gets(&self, row: &PageRow) -> Vec<(&'static str, Gets)> {
        self.0.iter().map(|(name, (column, _))| (*name, row.gets(column))).collect()
    }

    fn browser(&mut self, name: &str) -> &mut Browser {
        &mut self.0.get_mut(name).unwrap().1
    }
}

/// A browser in which somebody is signed in, or nobody, on a page with a form.
async fn ready(world: &World<'_>, name: &str) -> Browser {
    let mut browser = browser(world, name).await;
    let page = if name == "nobody" { "/sign-in" } else { "/console" };
    browser.get(page).await.expect(200);
    browser
}

/// Status, way on and heading of what somebody got.
fn told(shown: &Shown) -> String {
    let heading = shown.text.split_once("<h1").map_or(&*shown.text, |(_, heading)| heading);
    format!("{} {:?} {heading:.200}", shown.status, shown.headers.get("location"))
}

/// Sends a form as everybody; answers what is otherwise than the table has it.
async fn pressed(world: &World<'_>, people: &mut People, row: &PageRow) -> Vec<String> {
    let mut wrong = Vec::new();
    let (let_in, kept_out): (Vec<_>, Vec<_>) =
        people.with_gets(row).into_iter().partition(|(_, gets)| gets.is_let_in());
    let page = world.page(&row.route).await;
    let before = world.app.state().await;
    for (name, gets) in kept_out {
        let shown = page.ask(people.browser(name)).await;
        if !gets.fits(&shown) {
            wrong.push(format!("{} by {name}: {gets:?}, but {}", row.route, told(&shown)));
        }
        let after = world.app.state().await;
        let changed = before.changed(&after);
        assert!(changed.is_empty(), "{} by {name} changed {changed:?}", row.route);
    }
    for (name, gets) in let_in {
        let page = world.page(&row.route).await;
        let before = world.app.state().await;
        let shown = if ENDS_SESSIONS.contains(&&*row.route) {
            page.ask(&mut ready(world, name).await).await
        } else {
            page.ask(people.browser(name)).await
        };
        if !gets.fits(&shown) {
            wrong.push(format!("{} by {name}: {gets:?}, but {}", row.route, told(&shown)));
        } else if gets == Gets::Done && before == world.app.state().await {
            wrong.push(format!("{} by {name} changed nothing", row.route));
        }
    }
    wrong
}

on_both! {
    async fn everybody_opens_what_the_table_says(app: &TestApp, setup()) {
        let world = World::new(app).await;
        let mut people = People::arrive(&world).await;
        let mut wrong = Vec::new();
        for row in rows().iter().filter(|row| !row.sends()) {
            let page = world.page(&row.route).await;
            for (name, gets) in people.with_gets(row) {
                let shown = page.ask(people.browser(name)).await;
                if !gets.fits(&shown) {
                    wrong.push(format!("{} by {name}: {gets:?}, but {}", row.route, told(&shown)));
                }
            }
        }
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    }

    /// And whoever is kept out has changed nothing, whatever was pressed.
    async fn everybody_presses_what_the_table_says(app: &TestApp, setup()) {
        let world = World::new(app).await;
        let mut people = People::arrive(&world).await;
        // Whoever presses the last one has no session anywhere.
        let (last, rows): (Vec<_>, Vec<_>) = rows()
            .into_iter()
            .filter(PageRow::sends)
            .partition(|row| row.route == "POST /sign-out-everywhere");
        let mut wrong = Vec::new();
        for row in rows.iter().chain(&last) {
            wrong.extend(pressed(&world, &mut people, row).await);
        }
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    }
}
