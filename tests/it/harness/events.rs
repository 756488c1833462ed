//! Events, wherever they are now, and whether they are as docs/events describes them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::app::TestApp;

/// For FROM in a statement: every event there was, whether it waits in the outbox or has left it.
macro_rules! all_events {
    () => {
        "(SELECT id, type, tenant_id, data, created_at FROM outbox \
          UNION ALL SELECT id, type, tenant_id, data, created_at FROM published_events) events"
    };
}
pub(crate) use all_events;

const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/events");

/// What describes the messages of each type. Consumers take members that they do not know; here one that is
/// not described is an error.
static SCHEMAS: LazyLock<BTreeMap<String, Validator>> = LazyLock::new(|| {
    let files = std::fs::read_dir(DIRECTORY).unwrap().map(|entry| entry.unwrap().path());
    let described = files.map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        let kind = name.strip_suffix(".v1.json").unwrap_or_else(|| panic!("{name}"));
        let mut schema: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(schema["$id"], name);
        assert_eq!(schema["properties"]["type"]["const"], kind);
        jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{name}: {error}"));
        schema["additionalProperties"] = json!(false);
        schema["properties"]["data"]["additionalProperties"] = json!(false);
        let options = jsonschema::options().should_validate_formats(true);
        (kind.to_owned(), options.build(&schema).unwrap())
    });
    described.collect()
});

/// The types that are described.
pub(crate) fn described_types() -> Vec<&'static str> {
    SCHEMAS.keys().map(String::as_str).collect()
}

/// Fails where a message is not as its schema has it.
#[track_caller]
pub(crate) fn assert_message(message: &Value) {
    let kind = message["type"].as_str().unwrap();
    let schema = SCHEMAS.get(kind).unwrap_or_else(|| panic!("docs/events has no {kind}.v1.json"));
    let errors: Vec<_> = schema.iter_errors(message).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{message}: {errors:#?}");
}

/// Every event that the test has caused is as it is described.
pub(super) async fn assert_described(app: &TestApp) {
    for event in app.events().await {
        let envelope = sovereign::envelope::envelope(super::database::FQDN, &event);
        assert_message(&serde_json::from_str(&envelope).unwrap());
    }
}
