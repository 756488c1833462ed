//! Organizations: a customer's account ("tenant" on the wire), its address and its members.

use core::fmt;

use serde::{Deserialize, Serialize};

/// What an Organization is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrganizationStatus {
    Provisioning,
    Active,
    Suspended,
    Deleted,
}

impl OrganizationStatus {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provisioning => "provisioning",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Deleted => "deleted",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Provisioning, Self::Active, Self::Suspended, Self::Deleted]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// Where an Organization is, as its Sovereign sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Place {
    #[default]
    Here,
    /// On its way to another Sovereign, or from one: nothing moves its money.
    Moving,
    /// With another Sovereign. What is left of it here is history.
    Gone,
}

impl Place {
    #[must_use]
    pub const fn is_away(self) -> bool {
        !matches!(self, Self::Here)
    }
}

/// What a member may do in an Organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MemberRole {
    Owner,
    Admin,
    Member,
    Viewer,
}

impl MemberRole {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
            Self::Viewer => "viewer",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Owner, Self::Admin, Self::Member, Self::Viewer]
            .into_iter()
            .find(|role| role.as_str() == text)
    }

    /// Owners and admins check out and redeem vouchers.
    #[must_use]
    pub const fn may_spend(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }

    /// Owners and admins invite, add and remove members, and change their roles.
    #[must_use]
    pub const fn may_manage_members(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
}

/// Why a text cannot be an Organization's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlugError;

impl fmt::Display for SlugError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be 3 to 31 of a-z, 0-9 and '-', start with a letter and not end in '-'")
    }
}

impl core::error::Error for SlugError {}

/// # Errors
/// Where `slug` is not 3 to 31 of `a-z 0-9 -`, starting with a letter, not ending in `-`.
pub fn check_slug(slug: &str) -> Result<(), SlugError> {
    let letter_first = slug.starts_with(|c: char| c.is_ascii_lowercase());
    let allowed = slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if (3..=31).contains(&slug.len()) && letter_first && allowed && !slug.ends_with('-') {
        Ok(())
    } else {
        Err(SlugError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_dns_labels() {
        for good in ["abc", "kestrel-pharmacy", "a1-", "a--b"] {
            assert_eq!(check_slug(good).is_ok(), !good.ends_with('-'), "{good}");
        }
        for bad in [
            "",
            "ab",
            "1abc",
            "-abc",
            "Abc",
            "a_b",
            "a.b",
            "a/../b",
            "عمان",
            "abc\0",
            &"a".repeat(32),
        ] {
            assert_eq!(check_slug(bad), Err(SlugError), "{bad:?}");
        }
        assert!(check_slug(&"a".repeat(31)).is_ok());
    }
}
