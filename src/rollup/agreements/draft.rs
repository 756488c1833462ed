//! One agreement, as far as it could be read: what is missing had something wrong with it.

use sovereign_domain::calendar::{TimeZone, day_begins, day_ends};
use sovereign_domain::money::Currency;
use sovereign_domain::split::{Base, FeesBorneBy, Share};
use toml::{Table, Value};

use super::accounts::{PayTo, payout};
use super::errors::{Place, Problem};
use super::members::Members;
use super::spans::Span;
use super::terms::{amount, choice, currency, share};
use super::{Agreement, fqdn};
use crate::pdf::Language;

/// A statement's number, such as `2026-11/omantel/OMR`, goes with transfers, whose references have at most 35
/// characters (ISO 20022, `Max35Text`).
const SLUG_MOST: usize = 23;
const NAME_MOST: usize = 100;

pub(super) struct Draft {
    pub(super) place: Place,
    pub(super) franchisee: Option<String>,
    pub(super) name: Option<String>,
    pub(super) sovereigns: Vec<String>,
    pub(super) currency: Option<Currency>,
    pub(super) span: Option<Span>,
    share: Option<Share>,
    base: Option<Base>,
    fees: Option<FeesBorneBy>,
    pub(super) fixed_fee_minor: Option<i64>,
    pub(super) payout: Option<PayTo>,
    pub(super) payout_currency: Option<Currency>,
    pub(super) language: Option<Language>,
}

/// Reads an agreement by its place in the file, from 0, and says what is wrong with it.
pub(super) fn read(number: usize, table: Table, zone: &TimeZone) -> (Draft, Vec<Problem>) {
    let franchisee = table.get("franchisee").and_then(Value::as_str).unwrap_or_default();
    let place = Place { number, franchisee: franchisee.to_owned() };
    let mut members = Members::new(table, Some(place.clone()));
    let franchisee = slug(&mut members);
    let name = name(&mut members);
    let sovereigns = sovereigns(&mut members);
    members.must_have("currency", "an ISO 4217 code such as OMR");
    let currency = currency(&mut members, "currency");
    let span = span(&mut members, zone);
    let share = share(&mut members, currency);
    let words = [("charged", Base::Charged), ("list-price", Base::ListPrice)];
    let base = choice(&mut members, "base", Base::default(), &words);
    let fees = fees(&mut members);
    let fixed_fee_minor = fixed_fee(&mut members, currency);
    let payout_currency = payout_currency(&mut members, currency);
    let payout = payout(&mut members);
    let words = Language::ALL.map(|language| (language.tag(), language));
    let language = choice(&mut members, "language", Language::English, &words);
    let draft = Draft {
        place,
        franchisee,
        name,
        sovereigns,
        currency,
        span,
        share,
        base,
        fees,
        fixed_fee_minor,
        payout,
        payout_currency,
        language,
    };
    (draft, members.finish())
}

impl Draft {
    /// The agreement, where nothing was wrong with it.
    pub(super) fn complete(self) -> Option<Agreement> {
        let span = self.span?;
        Some(Agreement {
            number: self.place.number,
            franchisee: self.franchisee?,
            name: self.name?,
            sovereigns: self.sovereigns,
            currency: self.currency?,
            valid_from: span.begins,
            valid_before: span.before,
            first_day: span.first_day,
            last_day: span.last_day,
            share: self.share?,
            base: self.base?,
            fees: self.fees?,
            fixed_fee_minor: self.fixed_fee_minor?,
            payout: self.payout?,
            payout_currency: self.payout_currency?,
            language: self.language?,
        })
    }
}

fn slug(members: &mut Members) -> Option<String> {
    let slug = members.needed_text("franchisee", "a short name such as omantel")?;
    let fits = (1..=SLUG_MOST).contains(&slug.len())
        && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !slug.starts_with('-')
        && !slug.ends_with('-');
    if fits {
        return Some(slug);
    }
    let wrong = format!(
        "{slug:?} is no short name: write at most {SLUG_MOST} of a-z, 0-9 and inner hyphens"
    );
    members.wrong("franchisee", wrong);
    None
}

fn name(members: &mut Members) -> Option<String> {
    let name = members.needed_text("name", "the franchisee's name as statements say it")?;
    let length = name.chars().count();
    if (1..=NAME_MOST).contains(&length) && name.trim() == name && !name.contains(char::is_control)
    {
        return Some(name);
    }
    let wrong =
        format!("must have 1 to {NAME_MOST} characters on one line, without spaces around them");
    members.wrong("name", wrong);
    None
}

fn sovereigns(members: &mut Members) -> Vec<String> {
    const MEMBER: &str = "sovereigns";
    members.must_have(MEMBER, "the domain names of the franchisee's Sovereigns");
    let Some(names) = members.texts(MEMBER) else { return Vec::new() };
    if names.is_empty() {
        members.wrong(MEMBER, "is empty: write at least one domain name");
    }
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        if let Err(wrong) = fqdn::check(&name) {
            members.wrong(MEMBER, wrong);
        } else if kept.contains(&name) {
            members.wrong(MEMBER, format!("{name} is there twice: remove one"));
        } else {
            kept.push(name);
        }
    }
    kept
}

fn span(members: &mut Members, zone: &TimeZone) -> Option<Span> {
    const DAY: &str = "is no day: write it as 2026-01-31";
    members.must_have("valid_from", "the first day, such as \"2026-01-01\"");
    let is_open = !members.has("valid_to");
    let (first_day, last_day) = (members.day("valid_from"), members.day("valid_to"));
    let begins = first_day.as_ref().and_then(|day| {
        let begins = day_begins(day, zone);
        if begins.is_none() {
            members.wrong("valid_from", format!("{day:?} {DAY}"));
        }
        begins
    });
    let before = last_day.as_ref().and_then(|day| {
        let before = day_ends(day, zone);
        if before.is_none() {
            members.wrong("valid_to", format!("{day:?} {DAY}"));
        }
        before
    });
    let (begins, first_day) = (begins?, first_day?);
    if !is_open && before? <= begins {
        members.wrong("valid_to", format!("is before valid_from, {first_day}: write a later day"));
        return None;
    }
    Some(Span { begins, before, first_day, last_day })
}

fn fees(members: &mut Members) -> Option<FeesBorneBy> {
    let words = [
        ("publisher", FeesBorneBy::Publisher),
        ("franchisee", FeesBorneBy::Franchisee),
        ("shared", FeesBorneBy::Shared),
    ];
    choice(members, "stripe_fees", FeesBorneBy::default(), &words)
}

fn fixed_fee(members: &mut Members, currency: Option<Currency>) -> Option<i64> {
    let is_there = members.has("fixed_fee");
    let read = amount(members, "fixed_fee", currency);
    if is_there { read } else { Some(0) }
}

fn payout_currency(members: &mut Members, of: Option<Currency>) -> Option<Currency> {
    let is_there = members.has("payout_currency");
    let read = currency(members, "payout_currency");
    if is_there { read } else { of }
}
