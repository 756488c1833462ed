//! Agreements beside each other: at any moment a Sovereign's money in a currency is under one of them, and a
//! franchisee is one party with one account.

use std::collections::{BTreeMap, BTreeSet};

use sovereign_domain::timestamp::Timestamp;

use super::draft::Draft;
use super::errors::Problem;

/// All that is wrong between them. Each is noted with the later of two.
pub(super) fn all(drafts: &[Draft]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, later) in drafts.iter().enumerate() {
        for earlier in drafts.iter().take(index) {
            if hold_at_once(earlier, later) {
                overlap(earlier, later, &mut problems);
                parties(earlier, later, &mut problems);
            }
        }
    }
    gaps(drafts, &mut problems);
    problems
}

fn hold_at_once(earlier: &Draft, later: &Draft) -> bool {
    let spans = earlier.span.as_ref().zip(later.span.as_ref());
    spans.is_some_and(|(earlier, later)| earlier.overlaps(later))
}

fn problem(of: &Draft, member: &str, wrong: String) -> Problem {
    Problem { place: Some(of.place.clone()), member: member.to_owned(), wrong }
}

/// Two that hold at once for the same Sovereign and currency.
fn overlap(earlier: &Draft, later: &Draft, problems: &mut Vec<Problem>) {
    let Some(currency) = later.currency.filter(|_| earlier.currency == later.currency) else {
        return;
    };
    let Some((first, second)) = earlier.span.as_ref().zip(later.span.as_ref()) else { return };
    for sovereign in later.sovereigns.iter().filter(|name| earlier.sovereigns.contains(name)) {
        let wrong = format!(
            "{sovereign} in {currency} is under {} as well {}: let one end on the day before the other begins",
            earlier.place,
            first.common_days(second),
        );
        problems.push(problem(later, "sovereigns", wrong));
    }
}

/// What one franchisee cannot have two of at once.
fn parties(earlier: &Draft, later: &Draft, problems: &mut Vec<Problem>) {
    if later.franchisee.is_none() || earlier.franchisee != later.franchisee {
        return;
    }
    let mut differ = |member: &str, differs: bool| {
        if differs {
            let of = &earlier.place;
            let wrong = format!(
                "differs from that of {of}, which holds at the same time: write the same in both"
            );
            problems.push(problem(later, member, wrong));
        }
    };
    differ("name", differs(earlier.name.as_ref(), later.name.as_ref()));
    // The rest is of a statement, and a statement is of one currency.
    if later.currency.is_none() || earlier.currency != later.currency {
        return;
    }
    differ("payout", differs(earlier.payout.as_ref(), later.payout.as_ref()));
    differ("payout_currency", differs(earlier.payout_currency, later.payout_currency));
    differ("fixed_fee", differs(earlier.fixed_fee_minor, later.fixed_fee_minor));
    differ("language", differs(earlier.language, later.language));
}

/// Whether both could be read and are not the same.
fn differs<T: PartialEq>(earlier: Option<T>, later: Option<T>) -> bool {
    earlier.zip(later).is_some_and(|(earlier, later)| earlier != later)
}

/// Days between two agreements of a franchisee on which nothing holds for a Sovereign and currency.
fn gaps(drafts: &[Draft], problems: &mut Vec<Problem>) {
    let mut timelines: BTreeMap<(&str, &str), Vec<&Draft>> = BTreeMap::new();
    for draft in drafts {
        let Some(currency) = draft.currency.filter(|_| draft.span.is_some()) else { continue };
        for sovereign in &draft.sovereigns {
            timelines.entry((sovereign, currency.code())).or_default().push(draft);
        }
    }
    for ((sovereign, currency), mut all) in timelines {
        all.sort_by_key(|draft| draft.span.as_ref().map(|span| span.begins));
        for (last, next) in breaks(&all) {
            let ended = last.span.as_ref().and_then(|span| span.last_day.as_deref());
            let begins = next.span.as_ref().map(|span| span.first_day.as_str());
            let wrong = format!(
                "nothing holds for {sovereign} in {currency} after {}, where {} ends, and before {}: let the one \
                 end later, or the other begin earlier",
                ended.unwrap_or_default(),
                last.place,
                begins.unwrap_or_default(),
            );
            problems.push(problem(next, "valid_from", wrong));
        }
    }
}

/// Of agreements in the order they begin in: each that ends before the next begins, where one party has agreements on
/// both sides.
fn breaks<'a>(all: &[&'a Draft]) -> Vec<(&'a Draft, &'a Draft)> {
    let mut found = Vec::new();
    let mut latest: Option<(&Draft, Timestamp)> = None;
    for (index, draft) in all.iter().enumerate() {
        let Some(span) = &draft.span else { continue };
        if let Some((last, covered)) = latest
            && covered < span.begins
        {
            let (before, after) = all.split_at(index);
            if !parties_of(before).is_disjoint(&parties_of(after)) {
                found.push((last, *draft));
            }
        }
        let ends = span.before.unwrap_or(Timestamp::from_micros(i64::MAX));
        if latest.is_none_or(|(_, covered)| covered < ends) {
            latest = Some((*draft, ends));
        }
    }
    found
}

fn parties_of<'a>(drafts: &[&'a Draft]) -> BTreeSet<&'a str> {
    drafts.iter().filter_map(|draft| draft.franchisee.as_deref()).collect()
}
