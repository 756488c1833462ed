//! The file as a whole.

use sha2::{Digest as _, Sha256};
use sovereign_domain::calendar::TimeZone;
use toml::Table;

use super::draft::{self, Draft};
use super::errors::{AgreementsError, Problem};
use super::members::Members;
use super::{Agreement, Agreements, Publisher, accounts, approval, by_sovereign, check, rates};
use crate::hex;
use crate::rollup::bank::latin;

/// As transfers take it.
const NAME_MOST: usize = 70;

pub(super) fn read(bytes: &[u8]) -> Result<Agreements, AgreementsError> {
    let mut top = Members::new(parse(bytes)?, None);
    let zone = zone(&mut top);
    let publisher = publisher(&mut top);
    let approval = approval::read(&mut top);
    let rates = rates::read(&mut top);
    let sovereign_keys = approval::sovereign_keys(&mut top);
    let (drafts, of_drafts) = drafts(&mut top, &zone);
    for name in sovereign_keys.keys() {
        if !drafts.iter().any(|draft| draft.sovereigns.contains(name)) {
            let wrong = format!("no agreement names {name}: correct it, or remove its keys");
            top.wrong("sovereign_keys", wrong);
        }
    }
    let mut problems = top.finish();
    problems.extend(of_drafts);
    problems.extend(check::all(&drafts));
    // What is wrong with the file first, then agreement by agreement.
    problems.sort_by_key(|problem| problem.place.as_ref().map(|place| place.number));
    if !problems.is_empty() {
        return Err(AgreementsError(problems));
    }
    let list: Option<Vec<Agreement>> = drafts.into_iter().map(Draft::complete).collect();
    let list = list.ok_or_else(|| AgreementsError::whole("cannot be read".to_owned()))?;
    Ok(Agreements {
        zone_name: zone.iana_name().unwrap_or("UTC").to_owned(),
        zone,
        publisher,
        by_sovereign: by_sovereign(&list),
        list,
        approval,
        rates,
        sovereign_keys,
        sha256: hex::encode(&Sha256::digest(bytes)),
    })
}

fn parse(bytes: &[u8]) -> Result<Table, AgreementsError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| AgreementsError::whole("the file is not UTF-8: save it as such".to_owned()))?;
    text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        AgreementsError::whole(format!("line {line} is not TOML: {}", error.message()))
    })
}

/// Days of agreements are read in it, so that there must be one: where it is unknown, UTC.
fn zone(top: &mut Members) -> TimeZone {
    const MEMBER: &str = "time_zone";
    let Some(text) = top.text(MEMBER) else { return TimeZone::UTC };
    TimeZone::get(&text).unwrap_or_else(|_| {
        let wrong =
            format!("{text:?} is no name of the IANA database: write one such as Asia/Muscat");
        top.wrong(MEMBER, wrong);
        TimeZone::UTC
    })
}

fn publisher(top: &mut Members) -> Publisher {
    let Some(mut members) = top.table("publisher") else { return Publisher::default() };
    let pays = members.has("bank");
    if pays {
        members.must_have("name", "the publisher's name, which stands in transfers");
    }
    let name = members.text("name");
    if name.as_ref().is_some_and(|name| !(1..=NAME_MOST).contains(&name.trim().chars().count())) {
        members.wrong("name", format!("must have 1 to {NAME_MOST} characters"));
    } else if let Some(Err(error)) = name.as_deref().filter(|_| pays).map(latin) {
        members.wrong("name", error.to_string());
    }
    let bank = accounts::bank(&mut members);
    top.absorb(members);
    Publisher { name, bank }
}

fn drafts(top: &mut Members, zone: &TimeZone) -> (Vec<Draft>, Vec<Problem>) {
    const MEMBER: &str = "agreement";
    let is_there = top.has(MEMBER);
    let tables = top.bare_tables(MEMBER).unwrap_or_default();
    if !is_there {
        top.wrong(MEMBER, "there is none: write at least one [[agreement]]");
    }
    let mut drafts = Vec::with_capacity(tables.len());
    let mut problems = Vec::new();
    for (number, table) in tables.into_iter().enumerate() {
        let (draft, wrong) = draft::read(number, table, zone);
        drafts.push(draft);
        problems.extend(wrong);
    }
    (drafts, problems)
}
