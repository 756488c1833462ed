//! What Stripe takes and answers, as derived from its npm package: types, and whether a value is of one.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    String,
    Integer,
    Decimal,
    Boolean,
    Any,
    Null,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Made {
    Enum(Vec<String>),
    Array(Box<Type>),
    Map(Box<Type>),
    List(Box<Type>),
    Union(Vec<Type>),
    Ref(String),
    Resource(String),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Raw {
    Word(Word),
    Made(Made),
}

#[derive(Debug, Deserialize)]
#[serde(from = "Raw")]
pub(super) enum Type {
    String,
    Integer,
    Decimal,
    Boolean,
    Any,
    Null,
    Enum(Vec<String>),
    Array(Box<Type>),
    Map(Box<Type>),
    List(Box<Type>),
    Union(Vec<Type>),
    /// Members, by their name in `types`.
    Ref(String),
    /// An object of its own, by its `object`.
    Resource(String),
}

impl From<Raw> for Type {
    fn from(raw: Raw) -> Self {
        match raw {
            Raw::Word(Word::String) => Self::String,
            Raw::Word(Word::Integer) => Self::Integer,
            Raw::Word(Word::Decimal) => Self::Decimal,
            Raw::Word(Word::Boolean) => Self::Boolean,
            Raw::Word(Word::Any) => Self::Any,
            Raw::Word(Word::Null) => Self::Null,
            Raw::Made(Made::Enum(values)) => Self::Enum(values),
            Raw::Made(Made::Array(of)) => Self::Array(of),
            Raw::Made(Made::Map(of)) => Self::Map(of),
            Raw::Made(Made::List(of)) => Self::List(of),
            Raw::Made(Made::Union(of)) => Self::Union(of),
            Raw::Made(Made::Ref(name)) => Self::Ref(name),
            Raw::Made(Made::Resource(name)) => Self::Resource(name),
        }
    }
}

/// By name; a name that ends in "?" may be absent.
type Members = BTreeMap<String, Type>;

#[derive(Deserialize)]
pub(super) struct Api {
    #[serde(rename = "api_version")]
    pub(super) version: String,
    /// From "POST /v1/customers" to the type of its parameters.
    pub(super) calls: BTreeMap<String, String>,
    objects: HashMap<String, String>,
    types: HashMap<String, Members>,
}

pub(super) static API: LazyLock<Api> = LazyLock::new(|| {
    let derived = include_str!("../../../stripe/api.json");
    serde_json::from_str(derived).unwrap()
});

impl Api {
    /// The call that a method and a path mean, and the identifier in the path.
    pub(super) fn route<'p>(&self, method: &str, path: &'p str) -> Option<(&str, Option<&'p str>)> {
        let exact = format!("{method} {path}");
        if let Some((call, _)) = self.calls.get_key_value(&exact) {
            return Some((call, None));
        }
        self.calls.keys().find_map(|call| {
            let (verb, pattern) = call.split_once(' ').unwrap();
            let (before, after) = pattern.split_once(":id")?;
            let id = path.strip_prefix(before)?.strip_suffix(after)?;
            let found = verb == method && !id.is_empty() && !id.contains('/');
            found.then_some((call.as_str(), Some(id)))
        })
    }

    /// Each member's name, whether it must be there, and its type.
    pub(super) fn members(&self, name: &str) -> impl Iterator<Item = (&str, bool, &Type)> {
        self.types[name].iter().map(|(name, of)| {
            let bare = name.strip_suffix('?');
            (bare.unwrap_or(name), bare.is_none(), of)
        })
    }

    /// An object with all that Stripe's always has, empty.
    pub(super) fn skeleton(&self, object: &str) -> Value {
        self.empty_members(&self.objects[object])
    }

    /// A part of an object: all that Stripe's always has, empty.
    pub(super) fn skeleton_of(&self, of: &str) -> Value {
        self.empty_members(of)
    }

    fn empty_members(&self, name: &str) -> Value {
        let required = self.members(name).filter(|(_, required, _)| *required);
        required
            .map(|(name, _, of)| (name.to_owned(), self.empty(of)))
            .collect::<Map<_, _>>()
            .into()
    }

    fn empty(&self, of: &Type) -> Value {
        match of {
            Type::Null | Type::Any => Value::Null,
            Type::Union(parts) if parts.iter().any(|part| matches!(part, Type::Null)) => {
                Value::Null
            }
            Type::Union(parts) => self.empty(&parts[0]),
            Type::String => "".into(),
            Type::Decimal => "0".into(),
            Type::Integer => 0.into(),
            Type::Boolean => false.into(),
            Type::Enum(values) => values[0].as_str().into(),
            Type::Array(_) => json!([]),
            Type::Map(_) => json!({}),
            Type::List(_) => json!({ "object": "list", "data": [], "has_more": false, "url": "" }),
            Type::Ref(name) => self.empty_members(name),
            Type::Resource(name) => self.skeleton(name),
        }
    }

    /// What is wrong with an answered object, if anything: a member that Stripe's lacks, one that is
    /// missing, or one of another type.
    pub(super) fn fault(&self, object: &Value) -> Option<String> {
        let name = object["object"].as_str().unwrap_or_default();
        match self.objects.get(name) {
            Some(of) => self.members_fault(of, object, name),
            None => Some(format!("{name:?} is no object that is known")),
        }
    }

    fn members_fault(&self, of: &str, value: &Value, path: &str) -> Option<String> {
        let Some(value) = value.as_object() else { return Some(format!("{path} is no object")) };
        for (name, required, of) in self.members(of) {
            let path = format!("{path}.{name}");
            let fault = match value.get(name) {
                Some(member) => self.type_fault(of, member, &path),
                None => required.then(|| format!("{path} is missing")),
            };
            if fault.is_some() {
                return fault;
            }
        }
        let known = |name: &str| self.members(of).any(|(known, _, _)| known == name);
        let unknown = value.keys().find(|name| !known(name));
        unknown.map(|name| format!("{path}.{name} is not a member of Stripe's"))
    }

    fn type_fault(&self, of: &Type, value: &Value, path: &str) -> Option<String> {
        let fits = match of {
            Type::Any => true,
            Type::Null => value.is_null(),
            Type::String | Type::Decimal => value.is_string(),
            Type::Integer => value.is_i64(),
            Type::Boolean => value.is_boolean(),
            Type::Enum(values) => {
                value.as_str().is_some_and(|text| values.iter().any(|v| v == text))
            }
            Type::Resource(name) if value["object"] == name.as_str() => return self.fault(value),
            Type::Resource(_) => false,
            Type::Ref(name) => return self.members_fault(name, value, path),
            Type::Union(parts) => {
                let faults: Vec<_> =
                    parts.iter().map(|part| self.type_fault(part, value, path)).collect();
                return if faults.iter().any(Option::is_none) {
                    None
                } else {
                    faults.into_iter().flatten().last()
                };
            }
            Type::Array(of) => match value.as_array() {
                Some(items) => {
                    return items.iter().find_map(|item| self.type_fault(of, item, path));
                }
                None => false,
            },
            Type::Map(of) => match value.as_object() {
                Some(items) => {
                    return items.iter().find_map(|(_, item)| self.type_fault(of, item, path));
                }
                None => false,
            },
            Type::List(of) => match value["data"].as_array() {
                Some(items) => {
                    return items.iter().find_map(|item| self.type_fault(of, item, path));
                }
                None => false,
            },
        };
        (!fits).then(|| format!("{path} is {value}, which is no {of:?}"))
    }
}
