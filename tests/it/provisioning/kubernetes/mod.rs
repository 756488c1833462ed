//! Organizations on their way into a real Kubernetes API, as the service account that may write them.

mod flow;
mod kills;
mod refused;
mod removal;

use serde_json::{Value, json};

use crate::harness::{Namespace, TestApp};

const ORGANIZATIONS: &str = "organizations";
const APPLICATIONS: &str = "applications";

/// An operator that has to tidy up before an object goes.
async fn hold(cluster: &Namespace, plural: &str, name: &str) {
    let finalizers = json!({ "metadata": { "finalizers": ["operator.example/tidy-up"] } });
    cluster.change(plural, name, &finalizers).await;
}

async fn let_go(cluster: &Namespace, plural: &str, name: &str) {
    cluster.change(plural, name, &json!({ "metadata": { "finalizers": null } })).await;
}

/// The stages that an Organization's environments should have.
async fn stages(app: &TestApp, slug: &str) -> Vec<(String, String)> {
    let organization = app.cluster().get(ORGANIZATIONS, slug).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let environments = organization["spec"]["environments"].as_array().unwrap();
    environments.iter().map(|one| (text(&one["name"]), text(&one["stage"]))).collect()
}
