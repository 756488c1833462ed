//! Members that a share, an amount or a choice is read from.

use sovereign_domain::money::Currency;
use sovereign_domain::split::{Share, Tier};

use super::members::Members;

pub(super) fn currency(members: &mut Members, name: &str) -> Option<Currency> {
    let code = members.text(name)?;
    Currency::from_code(&code).map_err(|error| members.wrong(name, error.to_string())).ok()
}

/// An amount as it is written. Of an unknown currency none can be read: what is wrong with that was said.
pub(super) fn amount(members: &mut Members, name: &str, currency: Option<Currency>) -> Option<i64> {
    let text = members.text(name)?;
    let currency = currency?;
    let read = currency.read_decimal(&text);
    if read.is_none() {
        let (code, decimals) = (currency.code(), currency.exponent());
        let wrong = format!(
            "{text:?} is no amount in {code}: write digits with at most {decimals} decimals"
        );
        members.wrong(name, wrong);
    }
    read
}

/// One of some words, or what an absent member means.
pub(super) fn choice<T: Copy>(
    members: &mut Members,
    name: &str,
    absent: T,
    words: &[(&str, T)],
) -> Option<T> {
    if !members.has(name) {
        members.leave(name);
        return Some(absent);
    }
    let text = members.text(name)?;
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, meant)| *meant);
    if found.is_none() {
        let all: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
        members.wrong(name, format!("{text:?} is none of {}: write one of them", all.join(", ")));
    }
    found
}

/// The publisher's share: the same of every charge, or by tiers.
pub(super) fn share(members: &mut Members, currency: Option<Currency>) -> Option<Share> {
    const FLAT: &str = "share_bp";
    const TIERS: &str = "tiers";
    match (members.has(FLAT), members.has(TIERS)) {
        (true, false) => flat(members),
        (false, true) => tiers(members, currency),
        (both, _) => {
            members.leave(FLAT);
            members.leave(TIERS);
            members.wrong(
                FLAT,
                if both {
                    "stands beside `tiers`: write one of them"
                } else {
                    "is missing: write it in basis points (2000 is 20 %), or write `tiers`"
                },
            );
            None
        }
    }
}

fn flat(members: &mut Members) -> Option<Share> {
    members.leave("tiers");
    let share_bp = members.whole("share_bp")?;
    let read = Share::flat(share_bp).ok();
    if read.is_none() {
        let wrong = format!(
            "{share_bp} is out of range: write basis points from 0 to 10000 (2000 is 20 %)"
        );
        members.wrong("share_bp", wrong);
    }
    read
}

fn tiers(members: &mut Members, currency: Option<Currency>) -> Option<Share> {
    members.leave("share_bp");
    let mut tiers = Some(Vec::new());
    for mut inner in members.tables("tiers", "tier")? {
        let has_end = inner.has("up_to");
        let up_to_minor = amount(&mut inner, "up_to", currency);
        inner.must_have("share_bp", "it in basis points (2000 is 20 %)");
        let share_bp = inner.whole("share_bp");
        let is_read = has_end == up_to_minor.is_some();
        let tier = share_bp.filter(|_| is_read).map(|share_bp| Tier { up_to_minor, share_bp });
        tiers = tiers.zip(tier).map(|(mut tiers, tier)| {
            tiers.push(tier);
            tiers
        });
        members.absorb(inner);
    }
    Share::tiered(tiers?).map_err(|error| members.wrong("tiers", error.to_string())).ok()
}
