//! `kill -9` at each step: another process goes on, and what comes of it is what would have come anyway.

use std::collections::BTreeSet;

use super::{APPLICATIONS, ORGANIZATIONS};
use crate::harness::{Engine, Namespace, Program, TestDatabase, tenant_id};
use crate::provisioning::kills::{killed_at_each, points_of};

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
    let job = |database: &TestDatabase| provision(database, &cluster);
    let traces = async |database: &TestDatabase, person| traces(database, &cluster, person).await;
    let expected = killed_at_each(engine, POINTS, job, traces).await;
    assert_eq!(expected[0], "organization active");
    assert!(expected[1].starts_with("provision completed 0 "), "{expected:#?}");
    assert!(expected[2].starts_with("\"org\""), "{expected:#?}");
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
    assert_eq!(points_of(["work.rs", "into_kubernetes.rs"]), BTreeSet::from(points));
}
