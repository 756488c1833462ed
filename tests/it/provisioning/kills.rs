//! `kill -9` at each step: another process goes on, and what comes of it is what would have come anyway.

use std::collections::BTreeSet;
use std::path::Path;

use super::{event_row, git, repository_in};
use crate::harness::{Engine, Program, TestDatabase, all_events, tenant_id};

const POINTS: [&str; 4] =
    ["provision_started", "provision_committed", "provision_pushed", "provision_noted"];

async fn traces(database: &TestDatabase, person: usize) -> Vec<String> {
    let tenant = tenant_id(person);
    let mut found = Vec::new();
    for sql in [
        "SELECT 'organization ' || status FROM organizations WHERE id = '{t}'",
        "SELECT 'provision ' || status || ' ' || failures || ' ' || cause || ' ' \
             || COALESCE(error, '') FROM provisions WHERE tenant_id = '{t}'",
        "SELECT 'environment ' || name || ' ' || stage FROM environments WHERE tenant_id = '{t}'",
        concat!("SELECT 'event ' || type FROM ", all_events!(), " WHERE tenant_id = '{t}'"),
    ] {
        let mut lines = database.texts(&sql.replace("{t}", &tenant)).await;
        lines.sort_unstable();
        found.extend(lines);
    }
    let repository = repository_in(database.directory.path());
    let log = git(&repository, &["log", "--format=commit %s", "main"]);
    let own = log.lines().filter(|line| line.contains(&format!(" {tenant}:")));
    found.extend(own.map(|line| line.replace(&tenant, "org")));
    let directory = format!("main:organizations/{tenant}");
    let tree = git(&repository, &["ls-tree", "-r", "--name-only", &directory]);
    found.extend(tree.lines().map(str::to_owned));
    found
}

/// Has a provision's job killed at each of these points, each with an Organization of its own, and another
/// process go on. Answers what it leaves behind, which is the same as where nobody was killed.
pub(super) async fn killed_at_each(
    engine: Engine,
    points: [&str; 4],
    job: impl Fn(&TestDatabase) -> Program,
    traces: impl AsyncFn(&TestDatabase, usize) -> Vec<String>,
) -> Vec<String> {
    let database = TestDatabase::started(engine).await;
    database.people(0..points.len() + 1).await;
    let mut expected = None;
    let points = std::iter::once(None).chain(points.map(Some));
    for (person, point) in points.enumerate() {
        let number = 0x1000 + person as u128;
        let asked = event_row(engine, "tenant.app_install_requested", &tenant_id(person), number);
        database.execute(&asked).await;
        database.run(&["jobs", "run", "relay-events"]).expect(0);
        if let Some(point) = point {
            let armed = format!("{point}:1");
            let mut process = job(&database).env("SOVEREIGN_TEST_FAIL_POINT", armed).spawn();
            process.wait_for(&format!("stopped at fail point {point}"));
            assert_eq!(process.kill().code, None, "ended by the signal");
            // Some minutes later: what the killed process had leased and claimed has come to its end.
            database.execute("DELETE FROM leases").await;
            let claims = "UPDATE provisions SET next_attempt_at = created_at";
            database.execute(claims).await;
        }
        job(&database).run().expect(0);
        database.run(&["jobs", "run", "relay-events"]).expect(0);
        let found = traces(&database, person).await;
        let expected = expected.get_or_insert_with(|| found.clone());
        assert_eq!(found, *expected, "killed at {point:?}");
    }
    database.run(&["verify"]).expect(0);
    database.remove().await;
    expected.unwrap()
}

/// The points at which these files of `src/provision` can be killed.
pub(super) fn points_of(files: [&str; 2]) -> BTreeSet<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/provision");
    let read = |file: &str| std::fs::read_to_string(directory.join(file)).unwrap();
    let text = files.map(read).concat();
    let points = text.split("reach!(\"").skip(1);
    points.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

async fn killed_at_each_step(engine: Engine) {
    let job = |database: &TestDatabase| database.program(&["jobs", "run", "provision"]);
    let expected = killed_at_each(engine, POINTS, job, traces).await;
    let commits = expected.iter().filter(|line| line.starts_with("commit ")).count();
    assert_eq!(commits, 1, "{expected:#?}");
    assert!(expected.contains(&"organization active".to_owned()), "{expected:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    killed_at_each_step(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    killed_at_each_step(Engine::Postgres).await;
}

/// A step that nobody is killed at shows nothing.
#[test]
fn each_fail_point_is_one_of_them() {
    let points = POINTS.map(str::to_owned);
    assert_eq!(points_of(["work.rs", "into_git.rs"]), BTreeSet::from(points));
}
