//! Members that are read as they are written.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;

pub(super) fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    Timestamp::parse_rfc3339(&text)
        .ok_or_else(|| D::Error::custom(format!("{text:?} is no moment")))
}

pub(super) fn currency<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
    Currency::from_code(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

pub(super) mod language {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::pdf::Language;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
    pub(crate) fn serialize<S: Serializer>(
        of: &Language,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(of.tag())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Language, D::Error> {
        let tag = String::deserialize(deserializer)?;
        Language::of_tag(&tag).ok_or_else(|| D::Error::custom(format!("{tag:?} is no language")))
    }
}

/// Numbers that people count from one.
pub(super) mod from_one {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
    pub(crate) fn serialize<S: Serializer>(
        place: &usize,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        place.saturating_add(1).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<usize, D::Error> {
        let number = usize::deserialize(deserializer)?;
        number.checked_sub(1).ok_or_else(|| D::Error::custom("agreements count from 1"))
    }
}
