//! A member that is another object's identifier, or, where that was asked for, the object.

use serde::Deserialize;

use super::list::Listed;

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Expandable<T> {
    Id(String),
    Object(Box<T>),
}

impl<T: Listed> Expandable<T> {
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Id(id) => id,
            Self::Object(object) => object.id(),
        }
    }

    /// The object, where it was asked for.
    #[must_use]
    pub fn object(&self) -> Option<&T> {
        match self {
            Self::Id(_) => None,
            Self::Object(object) => Some(object),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum AnyReference {
    Id(String),
    Object { id: String },
}

/// The identifier of an object that nobody reads, however it comes.
pub(crate) fn reference<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let found = Option::<AnyReference>::deserialize(deserializer)?;
    Ok(found.map(|found| match found {
        AnyReference::Id(id) | AnyReference::Object { id } => id,
    }))
}
