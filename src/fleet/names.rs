//! Under which name a Sovereign stands. What an answer says of itself is no proof: anybody can claim any name, and with it
//! another's money. The name counts that the fleet's file says; where it says none, one that the address is of.

use std::collections::BTreeMap;

use super::snapshot::Row;

/// A name, and another one that the Sovereign says it is of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) fqdn: String,
    pub(super) claims: Option<String>,
}

/// The name of what answers at a host: as the fleet's file says it, and as itself does.
pub(super) fn named(listed: Option<&str>, claimed: Option<&str>, host: &str) -> Named {
    let own = listed.or_else(|| claimed.filter(|name| is_at(name, host))).unwrap_or(host);
    let claims = claimed.filter(|name| *name != own);
    Named { fqdn: own.to_owned(), claims: claims.map(str::to_owned) }
}

/// Whether a Sovereign of this name is served there: at its name, or at `api.` and its name. Any other name within it may
/// be somebody else's.
fn is_at(name: &str, host: &str) -> bool {
    host == name || host.strip_prefix("api.") == Some(name)
}

/// Notes at which other addresses a row's name is as well: it is not known which of them it is.
pub(super) fn note_conflicts(rows: &mut [Row]) {
    let mut addresses: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in &*rows {
        addresses.entry(row.fqdn.clone()).or_default().push(row.url.clone());
    }
    for row in rows {
        let all = addresses.get(&row.fqdn).into_iter().flatten();
        row.also_at = all.filter(|url| **url != row.url).cloned().collect();
        row.off |= !row.also_at.is_empty();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_the_file_or_the_address_says() {
        let own = |fqdn: &str| Named { fqdn: fqdn.to_owned(), claims: None };
        let claiming = |fqdn: &str, claims: &str| Named {
            fqdn: fqdn.to_owned(),
            claims: Some(claims.to_owned()),
        };
        let (one, other) = ("one.example", "other.example");
        for (listed, claimed, host, expected) in [
            (Some(one), None, "10.0.0.1", own(one)),
            (Some(one), Some(one), "10.0.0.1", own(one)),
            (Some(one), Some(other), "10.0.0.1", claiming(one, other)),
            (None, Some(one), one, own(one)),
            (None, Some(one), "api.one.example", own(one)),
            (None, Some(one), other, claiming(other, one)),
            // A franchisee's name may be within the publisher's.
            (None, Some("example"), one, claiming(one, "example")),
            (None, None, "api.one.example", own("api.one.example")),
        ] {
            assert_eq!(named(listed, claimed, host), expected, "{listed:?} {claimed:?} {host}");
        }
    }
}
