//! Words of Stripe's that only some are known of: it adds new ones without a new version.

/// An enum of the known words, and `Other` with any that is not.
macro_rules! words {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $name {
            $($(#[$about])* $variant,)+
            /// A word that came later.
            Other(String),
        }

        impl $name {
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word,
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = String::deserialize(deserializer)?;
                Ok(match word.as_str() {
                    $($word => Self::$variant,)+
                    _ => Self::Other(word),
                })
            }
        }
    };
}
pub(super) use words;

#[cfg(test)]
mod tests {
    use super::super::SessionStatus;

    #[test]
    fn a_new_word_is_kept() {
        let read = |json| serde_json::from_str::<SessionStatus>(json);
        assert_eq!(read("\"open\"").unwrap(), SessionStatus::Open);
        let new = read("\"ajar\"").unwrap();
        assert_eq!((new.as_str(), &new), ("ajar", &SessionStatus::Other("ajar".into())));
        assert!(read("1").is_err());
    }
}
