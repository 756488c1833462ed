//! Forms with brackets (`a[b][0][c]=…`), and their values by the types of Stripe's parameters.

use serde_json::{Map, Value};

use super::api::{API, Type};
use super::errors::ApiError;

pub(super) enum Node {
    Text(String),
    /// In the order they came. What `[]` adds has no name.
    Map(Vec<(String, Node)>),
}

/// The parameters of a call, of the types that Stripe gives them.
pub(super) fn parameters(of: &str, encoded: &[u8]) -> Result<Map<String, Value>, ApiError> {
    let mut entries = Vec::new();
    for (key, value) in form_urlencoded::parse(encoded) {
        let mut names = key.split('[');
        let first = names.next().unwrap_or_default().to_owned();
        let rest = names.map(|name| name.trim_end_matches(']').to_owned());
        let path: Vec<String> = std::iter::once(first).chain(rest).collect();
        insert(&mut entries, &path, value.into_owned())?;
    }
    let Value::Object(typed) = members(of, &entries, "")? else { return Ok(Map::new()) };
    Ok(typed)
}

fn insert(
    entries: &mut Vec<(String, Node)>,
    path: &[String],
    value: String,
) -> Result<(), ApiError> {
    let (name, rest) = path.split_first().unwrap();
    let found = entries.iter_mut().find(|(other, _)| other == name && !name.is_empty());
    match (found, rest) {
        (None, []) => entries.push((name.clone(), Node::Text(value))),
        (None, rest) => {
            let mut inner = Vec::new();
            insert(&mut inner, rest, value)?;
            entries.push((name.clone(), Node::Map(inner)));
        }
        (Some((_, Node::Map(inner))), rest @ [_, ..]) => insert(inner, rest, value)?,
        // The last one counts.
        (Some((_, node @ Node::Text(_))), []) => *node = Node::Text(value),
        _ => return Err(ApiError::invalid(format!("Invalid object: {name}")).param(name)),
    }
    Ok(())
}

fn members(of: &str, entries: &[(String, Node)], path: &str) -> Result<Value, ApiError> {
    let mut typed = Map::new();
    for (name, node) in entries {
        let path = below(path, name);
        let Some((_, _, of)) = API.members(of).find(|(known, _, _)| known == name) else {
            let error = ApiError::invalid(format!("Received unknown parameter: {path}"));
            return Err(error.code("parameter_unknown").param(&path));
        };
        let value = value(of, node, &path)?;
        if name == "metadata" {
            metadata_limits(&value, &path)?;
        }
        typed.insert(name.clone(), value);
    }
    let missing =
        API.members(of).find(|(name, required, _)| *required && !typed.contains_key(*name));
    match missing {
        Some((name, _, _)) => Err(ApiError::missing(&below(path, name))),
        None => Ok(typed.into()),
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}[{name}]") }
}

fn value(of: &Type, node: &Node, path: &str) -> Result<Value, ApiError> {
    let invalid = |what: &str| ApiError::invalid(format!("Invalid {what}")).param(path);
    match (of, node) {
        (Type::Union(parts), _) => union(parts, node, path),
        (Type::Null, Node::Text(text)) if text.is_empty() => Ok(Value::Null),
        (Type::String | Type::Any, Node::Text(text)) => Ok(text.as_str().into()),
        (Type::Integer, Node::Text(text)) => text
            .parse::<i64>()
            .map(Value::from)
            .map_err(|_| invalid(&format!("integer: {text}")).code("parameter_invalid_integer")),
        (Type::Boolean, Node::Text(text)) => match text.as_str() {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => Err(invalid(&format!("boolean: {text}"))),
        },
        (Type::Decimal, Node::Text(text)) => {
            let decimal = text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '-');
            let decimal = decimal && !text.is_empty();
            decimal
                .then(|| text.as_str().into())
                .ok_or_else(|| invalid(&format!("decimal: {text}")))
        }
        (Type::Enum(values), Node::Text(text)) => {
            let known = values.contains(text);
            let message = || format!("{path}: must be one of {}", values.join(", "));
            known.then(|| text.as_str().into()).ok_or_else(|| invalid(&message()))
        }
        (Type::Ref(name), Node::Map(entries)) => members(name, entries, path),
        (Type::Map(of), Node::Map(entries)) => {
            let typed = entries
                .iter()
                .map(|(name, node)| Ok((name.clone(), value(of, node, &below(path, name))?)));
            Ok(Value::Object(typed.collect::<Result<_, ApiError>>()?))
        }
        (Type::Array(of), Node::Map(entries)) => array(of, entries, path),
        (Type::Array(_), Node::Text(_)) => Err(invalid("array")),
        (Type::Ref(_) | Type::Map(_), Node::Text(_)) => Err(invalid("object")),
        (_, Node::Map(_)) => Err(invalid("string")),
        (_, Node::Text(text)) => Err(invalid(&format!("value: {text}"))),
    }
}

fn union(parts: &[Type], node: &Node, path: &str) -> Result<Value, ApiError> {
    let mut last = None;
    for part in parts {
        match value(part, node, path) {
            Ok(value) => return Ok(value),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap())
}

/// By `[0]`, `[1]`, …, or by `[]`.
fn array(of: &Type, entries: &[(String, Node)], path: &str) -> Result<Value, ApiError> {
    let mut items = Vec::new();
    for (number, (name, node)) in entries.iter().enumerate() {
        if !name.is_empty() && name.parse() != Ok(number) {
            return Err(ApiError::invalid("Invalid array").param(path));
        }
        items.push(value(of, node, &below(path, &number.to_string()))?);
    }
    Ok(items.into())
}

/// docs.stripe.com/api/metadata: 50 keys of 40 characters, values of 500.
fn metadata_limits(metadata: &Value, path: &str) -> Result<(), ApiError> {
    let Some(entries) = metadata.as_object() else { return Ok(()) };
    let long = |name: &str, max: usize| name.chars().count() > max;
    let message = if entries.len() > 50 {
        "Metadata can have up to 50 keys"
    } else if entries.keys().any(|name| long(name, 40)) {
        "Metadata keys can have up to 40 characters"
    } else if entries.values().any(|value| value.as_str().is_some_and(|text| long(text, 500))) {
        "Metadata values can have up to 500 characters"
    } else {
        return Ok(());
    };
    Err(ApiError::invalid(message).param(path))
}
