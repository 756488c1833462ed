//! What somebody wants an endpoint to be.

use std::collections::BTreeSet;

use crate::hooks::{Reach, parse_url};
use crate::usecase::vouchers::FieldError;

/// In place of a list of types.
pub(crate) const ALL_TYPES: &str = "*";
const MAX_DESCRIPTION: usize = 200;

/// Every type of event there is.
pub(crate) const EVENT_TYPES: [&str; 21] = [
    "order.placed",
    "voucher.issued",
    "voucher.revoked",
    "voucher.redeemed",
    "voucher.released",
    "subscription.created",
    "subscription.renewed",
    "subscription.updated",
    "subscription.canceled",
    "invoice.created",
    "invoice.paid",
    "invoice.voided",
    "tenant.created",
    "tenant.deleted",
    "tenant.app_install_requested",
    "tenant.app_uninstall_requested",
    "provision.started",
    "provision.completed",
    "provision.failed",
    "user.created",
    "user.login",
];

/// What is not there stays as it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wishes {
    pub(crate) url: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) event_types: Option<Vec<String>>,
    pub(crate) enabled: Option<bool>,
}

/// Which types are sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Types {
    All,
    These(Vec<String>),
}

impl Types {
    /// As rows have it.
    pub(super) fn listed(self) -> Option<Vec<String>> {
        match self {
            Self::All => None,
            Self::These(names) => Some(names),
        }
    }
}

/// The same, checked.
pub(super) struct Checked {
    pub(super) url: Option<String>,
    pub(super) description: Option<String>,
    pub(super) event_types: Option<Types>,
    pub(super) enabled: Option<bool>,
}

impl Wishes {
    /// # Errors
    /// The first field that is wrong.
    pub(super) fn checked(self, reach: &Reach) -> Result<Checked, FieldError> {
        let url = self.url.map(|url| {
            let url = url.trim();
            parse_url(url, reach)
                .map(String::from)
                .map_err(|reason| FieldError::new("url", format!("url {reason}")))
        });
        let description = self.description.map(|text| {
            let text = text.trim();
            if text.chars().count() > MAX_DESCRIPTION || text.contains('\0') {
                let detail = format!(
                    "description must have at most {MAX_DESCRIPTION} characters, and no NUL"
                );
                return Err(FieldError::new("description", detail));
            }
            Ok(text.to_owned())
        });
        Ok(Checked {
            url: url.transpose()?,
            description: description.transpose()?,
            event_types: self.event_types.map(types).transpose()?,
            enabled: self.enabled,
        })
    }
}

fn types(wanted: Vec<String>) -> Result<Types, FieldError> {
    let wrong = |detail: String| Err(FieldError::new("event_types", detail));
    if wanted == [ALL_TYPES] {
        return Ok(Types::All);
    }
    if wanted.is_empty() {
        return wrong(format!("event_types must name a type, or be [\"{ALL_TYPES}\"] for all"));
    }
    let unknown = wanted.iter().find(|name| !EVENT_TYPES.contains(&name.as_str()));
    if unknown.is_some() {
        let known = EVENT_TYPES.join(", ");
        return wrong(format!("event_types may be [\"{ALL_TYPES}\"], or name of these: {known}"));
    }
    Ok(Types::These(wanted.into_iter().collect::<BTreeSet<_>>().into_iter().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(names: &[&str]) -> Result<Types, FieldError> {
        types(names.iter().map(|name| (*name).to_owned()).collect())
    }

    /// As the domain's source names them: there is no other list of what it may say.
    #[test]
    fn every_type_of_the_domain_can_be_asked_for() {
        let source = include_str!("../../../crates/domain/src/event.rs");
        let arms = source.lines().filter(|line| line.contains("Self::") && line.contains("=> \""));
        let named: Vec<&str> = arms.filter_map(|line| line.split('"').nth(1)).collect();
        assert_eq!(named, EVENT_TYPES);
    }

    #[test]
    fn types_are_all_or_those_that_there_are() {
        assert_eq!(check(&["*"]).unwrap(), Types::All);
        let some = check(&["order.placed", "invoice.paid", "order.placed"]).unwrap().listed();
        assert_eq!(some.unwrap(), ["invoice.paid", "order.placed"]);
        for wrong in [&[][..], &["order.place"], &["*", "order.placed"], &["order.*"], &[""]] {
            assert_eq!(check(wrong).unwrap_err().field, "event_types");
        }
    }
}
