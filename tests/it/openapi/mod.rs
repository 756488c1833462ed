//! The description of the routes: it is whole, the running program keeps to it, and a client that is
//! generated from it works.

mod document;
mod fields;
mod generated_client;
mod schemathesis;

use serde_json::Value;

/// `docs/openapi.json`.
const CHECKED_IN: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json"));

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Every operation of the document, with its method and path.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            METHODS.iter().filter_map(move |method| {
                item.get(*method).map(|operation| (*method, path.as_str(), operation))
            })
        })
        .collect()
}
