//! What is wrong with a file of agreements.

use std::fmt;

/// All that is wrong with it, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementsError(pub Vec<Problem>);

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The agreement it is in; `None` where it is in none.
    pub place: Option<Place>,
    /// The member it is in; empty where it is the whole.
    pub member: String,
    /// What is wrong, and what to do.
    pub wrong: String,
}

/// Which agreement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// In the file, from 0.
    pub number: usize,
    /// Empty where the agreement does not say it.
    pub franchisee: String,
}

impl AgreementsError {
    /// Of the whole file.
    pub(super) fn whole(wrong: String) -> Self {
        Self(vec![Problem { place: None, member: String::new(), wrong }])
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "agreement {}", self.number.saturating_add(1))?;
        if self.franchisee.is_empty() { Ok(()) } else { write!(f, " ({})", self.franchisee) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        if !self.member.is_empty() {
            write!(f, "{}: ", self.member)?;
        }
        f.write_str(&self.wrong)
    }
}

impl fmt::Display for AgreementsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            fmt::Display::fmt(problem, f)?;
        }
        Ok(())
    }
}

impl std::error::Error for AgreementsError {}
