//! `kill -9` at each step: another process goes on, and what comes of it is what would have come anyway.

use std::collections::BTreeSet;
use std::path::Path;

use super::{APPLICATIONS, ORGANIZATIONS};
use crate::harness::{Ended, Engine, Namespace, Program, TestDatabase, tenant_id};
use crate::provisioning::event_row;

const POINTS: [&str; 4] =
    ["provision_started", "provision_applied", "provision_pruned", "provision_noted"];

/// The job, as a process that writes into this cluster.
fn provision(database: &TestDatabase, cluster: &Namespace) -> Program {
    let kubernetes = cluster.options().kubernetes;
    database
        .program(&["jobs", "run", "provision"])
        .env("SOVEREIGN_PROVISIONING_DRIVER", "kubernetes")
        .env("SOVEREIGN_PROVISIONING_KUBECONFIG", kubernetes.config_file.unwrap())
        .env("SOVEREIGN_PROVISIONING_KUBE_NAMESPACE", &cluster.name)
}

fn killed_at(point: &str, program: Program) -> Ended {
    let mut process = program.env("SOVEREIGN_TEST_FAIL_POINT", format!("{point}:1")).spawn();
    process.wait_for(&format!("stopped at fail point {point}"));
    process.kill()
}

/// What there is of a person's Organization, without what tells it from another's.
async fn traces(database: &TestDatabase, cluster: &Namespace, person: usize) -> Vec<String> {
    let tenant = tenant_id(person);
    let mut found = Vec::new();
    for sql in [
        "SELECT 'organization ' || status FROM organizations WHERE id = '{t}'",
        "SELECT 'provision ' || status || ' ' || failures || ' ' || cause || ' ' \
             || COALESCE(error, '') FROM provisions WHERE tenant_id = '{t}'",
    ] {
        found.extend(database.texts(&sql.replace("{t}", &tenant)).await);
    }
    for plural in [ORGANIZATIONS, APPLICATIONS] {
        for object in cluster.list(plural).await {
            if object["metadata"]["labels"]["sovereign/organization"] == *tenant {
                let spec = format!("{} {}", object["metadata"]["name"], object["spec"]);
                found.push(spec.replace(&tenant, "org"));
            }
        }
    }
    found
}

async fn killed_at_each_step(engine: Engine) {
    let cluster = Namespace::make().await;
    let database = TestDatabase::started(engine).await;
    database.people(0..POINTS.len() + 1).await;
    let mut expected = None;
    let points = std::iter::once(None).chain(POINTS.map(Some));
    for (person, point) in points.enumerate() {
        let number = 0x1000 + person as u128;
        let asked = event_row(engine, "tenant.app_install_requested", &tenant_id(person), number);
        database.execute(&asked).await;
        database.run(&["jobs", "run", "relay-events"]).expect(0);
        if let Some(point) = point {
            let ended = killed_at(point, provision(&database, &cluster));
            assert_eq!(ended.code, None, "ended by the signal");
            // Some minutes later: what the killed process had leased and claimed has come to its end.
            database.execute("DELETE FROM leases").await;
            database.execute("UPDATE provisions SET next_attempt_at = created_at").await;
        }
        provision(&database, &cluster).run().expect(0);
        let found = traces(&database, &cluster, person).await;
        let expected = expected.get_or_insert_with(|| found.clone());
        assert_eq!(found, *expected, "killed at {point:?}");
    }
    let expected = expected.unwrap();
    assert_eq!(expected[0], "organization active");
    assert!(expected[1].starts_with("provision completed 0 "), "{expected:#?}");
    assert!(expected[2].starts_with("\"org\""), "{expected:#?}");
    database.run(&["verify"]).expect(0);
    database.remove().await;
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
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/provision");
    let read = |file: &str| std::fs::read_to_string(directory.join(file)).unwrap();
    let text = ["work.rs", "into_kubernetes.rs"].map(read).concat();
    let found: BTreeSet<&str> =
        text.split("reach!(\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(found, BTreeSet::from(POINTS));
}
