//! What a run makes up: codes, identifiers and slugs that nobody has. Codes that may be live are remembered until they
//! are known to be revoked.

use rand::RngExt as _;
use rand::rngs::StdRng;
use uuid::Builder;

/// What every code of a run begins with.
const PREFIX: &str = "SMOKE-TEST-";
/// Of each code; no two runs meet.
const RANDOM_CHARACTERS: usize = 8;
/// Without those that are read for each other.
const CHARACTERS: &[u8] = b"ACDEFGHJKMNPQRTUVWXY34679";

pub(super) struct Codes {
    random: StdRng,
    may_be_live: Vec<String>,
}

impl Codes {
    pub(super) fn new() -> Self {
        Self { random: rand::make_rng(), may_be_live: Vec::new() }
    }

    /// A code that nobody has.
    pub(super) fn fresh(&mut self) -> String {
        let random = (0..RANDOM_CHARACTERS).map(|_| {
            let place = usize::from(self.random.random::<u8>()) % CHARACTERS.len();
            char::from(CHARACTERS[place])
        });
        format!("{PREFIX}{}", random.collect::<String>())
    }

    /// An identifier that nothing has.
    pub(super) fn id(&mut self) -> String {
        Builder::from_random_bytes(self.random.random()).into_uuid().to_string()
    }

    /// An address of an Organization that nobody has.
    pub(super) fn slug(&mut self) -> String {
        self.fresh().to_lowercase()
    }

    /// From here on somebody has to revoke it.
    pub(super) fn may_be_live(&mut self, code: &str) {
        if !self.may_be_live.iter().any(|known| known == code) {
            self.may_be_live.push(code.to_owned());
        }
    }

    /// The same where an answer spells the code in its own way. Another code is somebody else's, and not touched.
    pub(super) fn may_be_live_as(&mut self, answered: &str, code: &str) {
        if answered.trim().eq_ignore_ascii_case(code.trim()) {
            self.may_be_live(answered);
        }
    }

    pub(super) fn is_revoked(&mut self, code: &str) {
        self.may_be_live.retain(|known| known != code);
    }

    /// Those that nobody has seen revoked.
    pub(super) fn left(&mut self) -> Vec<String> {
        std::mem::take(&mut self.may_be_live)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_somebody_else_is_never_revoked() {
        let mut codes = Codes::new();
        let code = codes.fresh();
        assert!(code.starts_with(PREFIX) && code.len() == PREFIX.len() + RANDOM_CHARACTERS);
        assert_ne!(code, codes.fresh());
        codes.may_be_live(&code);
        codes.may_be_live_as(&code.to_lowercase(), &code);
        codes.may_be_live_as("OMANTEL-MUSCAT-200", &code);
        codes.may_be_live_as(&code, &code);
        assert_eq!(codes.left(), [code.clone(), code.to_lowercase()]);
        codes.may_be_live(&code);
        codes.is_revoked(&code);
        assert_eq!(codes.left(), Vec::<String>::new());
    }

    #[test]
    fn a_slug_is_one() {
        let slug = Codes::new().slug();
        assert!(
            (3..=31).contains(&slug.len()) && slug.starts_with(|c: char| c.is_ascii_lowercase())
        );
    }
}
