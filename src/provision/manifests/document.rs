//! How a document is written, and what all of them say of themselves.

use serde_json::{Map, Value, json};

use super::emit;
use super::names::{self, Slug};
use super::{Desired, Environment, Platform};

const ENVIRONMENT: &str = "sovereign/environment";
const REGION: &str = "sovereign/region";
const HEAD: &str = "# Written by Sovereign; what is changed here by hand is overwritten.\n";

/// A document by itself in a file.
pub(super) fn yaml(document: &Value) -> String {
    format!("{HEAD}{}", emit::write(document))
}

/// Whose an object is.
#[derive(Debug)]
pub(super) struct Labels {
    labels: Map<String, Value>,
    annotations: Map<String, Value>,
}

impl Labels {
    pub(super) fn new(
        platform: &Platform,
        desired: &Desired,
        slug: &Slug,
        environment: &Environment,
    ) -> Self {
        let of = |pairs: &[(&str, String)]| {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect()
        };
        let annotations = [
            ("sovereign/fqdn", platform.fqdn.clone()),
            ("sovereign/organization-id", desired.id.clone()),
            ("sovereign/plan", desired.plan.slug.clone()),
        ];
        let labels = [
            (ENVIRONMENT, environment.name.as_str().to_owned()),
            ("sovereign/fqdn", names::label(&platform.fqdn)),
            ("sovereign/organization", slug.as_str().to_owned()),
            (REGION, environment.region.clone()),
        ];
        Self { labels: of(&labels), annotations: of(&annotations) }
    }

    /// For what is of no one environment.
    #[cfg(feature = "kubernetes")]
    pub(super) fn of_organization(mut self) -> Self {
        self.labels.retain(|key, _| key != ENVIRONMENT && key != REGION);
        self
    }

    /// The metadata of an object, in a namespace where it is in one.
    pub(super) fn metadata(&self, name: &str, namespace: Option<&str>) -> Value {
        let mut metadata = Map::new();
        metadata.insert("name".to_owned(), json!(name));
        if let Some(namespace) = namespace {
            metadata.insert("namespace".to_owned(), json!(namespace));
        }
        metadata.insert("labels".to_owned(), Value::Object(self.labels.clone()));
        metadata.insert("annotations".to_owned(), Value::Object(self.annotations.clone()));
        Value::Object(metadata)
    }
}
