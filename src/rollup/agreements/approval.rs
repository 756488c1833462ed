//! Who approves payouts, from which amount on; and public keys.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sovereign_domain::money::Currency;

use super::members::Members;
use super::{fqdn, terms};

/// An Ed25519 public key (RFC 8032).
pub type PublicKey = [u8; 32];

/// Payouts above a limit need two people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    limits: Vec<(Currency, i64)>,
    /// Their keys, by name.
    pub approvers: BTreeMap<String, PublicKey>,
}

impl Approval {
    /// What may be paid out in this currency without approval, in its minor unit: of one that no limit is written for,
    /// nothing.
    #[must_use]
    pub fn limit_minor(&self, currency: Currency) -> i64 {
        let limit = self.limits.iter().find(|(of, _)| *of == currency);
        limit.map_or(0, |(_, limit_minor)| *limit_minor)
    }

    /// The limits that are written, by currency.
    pub fn limits(&self) -> impl Iterator<Item = (Currency, i64)> {
        self.limits.iter().copied()
    }
}

/// The most characters of an approver's name.
const NAME_MOST: usize = 64;

const KEY: &str = "the 32 bytes of an Ed25519 public key in base64url without padding";

/// Reads `[approval]`; `None` where nothing needs to be approved.
pub(super) fn read(top: &mut Members) -> Option<Approval> {
    let mut members = top.table("approval")?;
    let limits = limits(&mut members);
    members.must_have("approvers", "[approval.approvers] with a name and a key for each");
    let approvers = approvers(&mut members);
    top.absorb(members);
    Some(Approval { limits: limits?, approvers: approvers? })
}

fn limits(members: &mut Members) -> Option<Vec<(Currency, i64)>> {
    members.must_have("limit", "limit = { OMR = \"5000.000\" }");
    let mut inner = members.table("limit")?;
    let mut limits = Vec::new();
    for code in inner.names() {
        match Currency::from_code(&code) {
            Ok(currency) => {
                let limit = terms::amount(&mut inner, &code, Some(currency));
                limits.extend(limit.map(|limit_minor| (currency, limit_minor)));
            }
            Err(error) => {
                inner.leave(&code);
                inner.wrong(&code, error.to_string());
            }
        }
    }
    members.absorb(inner);
    Some(limits)
}

fn approvers(members: &mut Members) -> Option<BTreeMap<String, PublicKey>> {
    let mut inner = members.table("approvers")?;
    let mut approvers = BTreeMap::new();
    for name in inner.names() {
        let Some(text) = inner.text(&name) else { continue };
        // It stands on a line of what is signed.
        let length = name.chars().count();
        if !(1..=NAME_MOST).contains(&length)
            || name.trim() != name
            || name.contains(char::is_control)
        {
            let wrong = format!(
                "is no name: write 1 to {NAME_MOST} characters on one line, without spaces around them"
            );
            inner.wrong(&name, wrong);
        }
        let Some(key) = public_key(&text) else {
            inner.wrong(&name, format!("is no key: write {KEY}"));
            continue;
        };
        let same = approvers.iter().find(|(_, other)| **other == key).map(|(name, _)| name);
        if let Some(other) = same {
            let wrong =
                format!("has the key of {other}: one person would approve twice; write another");
            inner.wrong(&name, wrong);
        }
        approvers.insert(name, key);
    }
    members.absorb(inner);
    if approvers.len() < 2 {
        members.wrong("approvers", "has fewer than two people: name at least two");
    }
    Some(approvers)
}

/// Reads `[sovereign_keys]`.
pub(super) fn sovereign_keys(top: &mut Members) -> BTreeMap<String, Vec<PublicKey>> {
    let mut found = BTreeMap::new();
    let Some(mut members) = top.table("sovereign_keys") else { return found };
    for name in members.names() {
        let Some(texts) = members.texts(&name) else { continue };
        if let Err(wrong) = fqdn::check(&name) {
            members.wrong(&name, wrong);
        }
        let keys: Option<Vec<PublicKey>> = texts.iter().map(|text| public_key(text)).collect();
        match keys.filter(|keys| !keys.is_empty()) {
            Some(keys) => {
                found.insert(name, keys);
            }
            None => members.wrong(&name, format!("must be a list of keys, each {KEY}")),
        }
    }
    top.absorb(members);
    found
}

/// From base64url without padding.
pub(crate) fn public_key(text: &str) -> Option<PublicKey> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}
