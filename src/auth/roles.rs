//! What a person may do on the Sovereign (in an Organization: see the domain's `MemberRole`).
//!
//! Source: franchise-model.txt, "API endpoints": issuing, listing and revoking vouchers takes superadmin
//! or sovereign-admin; the other administration takes superadmin.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Member,
    SovereignAdmin,
    Superadmin,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Member, Self::SovereignAdmin, Self::Superadmin];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::SovereignAdmin => "sovereign-admin",
            Self::Superadmin => "superadmin",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    #[must_use]
    pub const fn may_issue_vouchers(self) -> bool {
        matches!(self, Self::SovereignAdmin | Self::Superadmin)
    }

    #[must_use]
    pub const fn may_administer(self) -> bool {
        matches!(self, Self::Superadmin)
    }

    /// The highest role that `names` grant; names that mean nothing here grant nothing.
    #[must_use]
    pub fn highest<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        names.into_iter().filter_map(Self::parse).max().unwrap_or(Self::Member)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_names_grant_nothing() {
        assert_eq!(Role::highest([]), Role::Member);
        assert_eq!(Role::highest(["Superadmin", "root", "admin"]), Role::Member);
        assert_eq!(Role::highest(["offline_access", "sovereign-admin"]), Role::SovereignAdmin);
        assert_eq!(Role::highest(["sovereign-admin", "superadmin"]), Role::Superadmin);
    }
}
