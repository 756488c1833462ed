//! A statement's sentences.

use sovereign_domain::money::Currency;
use time::Date;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use super::LINES_CSV;
use crate::pdf::{Language, rate as per_cent};
use crate::rollup::document::{
    BaseDocument, FeesDocument, StatementDocument, TermsDocument, TierDocument,
};

/// As the agreements have days.
const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// What was agreed, and for how long.
pub(super) fn terms(terms: &TermsDocument, currency: Currency, language: Language) -> String {
    let base = language.text(match terms.base {
        BaseDocument::Charged => "statement-base-charged",
        BaseDocument::ListPrice => "statement-base-list-price",
    });
    let fees = language.text(match terms.stripe_fees {
        FeesDocument::Publisher => "statement-fees-publisher",
        FeesDocument::Franchisee => "statement-fees-franchisee",
        FeesDocument::Shared => "statement-fees-shared",
    });
    let number = terms.number.saturating_add(1).to_string();
    let values = [
        ("number", language.isolated(&number).into()),
        ("days", days(terms, language).into()),
        ("share", share(&terms.share, currency, language).into()),
        ("base", base.into()),
        ("fees", fees.into()),
        ("count", language.isolated(&terms.charges.to_string()).into()),
    ];
    language.text_with("statement-terms", &values)
}

fn days(terms: &TermsDocument, language: Language) -> String {
    let first = ("first", day(&terms.valid_from, language).into());
    match &terms.valid_to {
        Some(last) => {
            let last = ("last", day(last, language).into());
            language.text_with("statement-days", &[first, last])
        }
        None => language.text_with("statement-days-open", &[first]),
    }
}

fn day(text: &str, language: Language) -> String {
    Date::parse(text, DAY).map_or_else(|_| language.isolated(text), |day| language.date(day))
}

/// Such as 25% up to 10000.000 OMR, then 15%.
fn share(tiers: &[TierDocument], currency: Currency, language: Language) -> String {
    let tier = |tier: &TierDocument| {
        let share = u32::try_from(tier.share_bp).map(per_cent).unwrap_or_default();
        let share = language.isolated(&share);
        let Some(up_to_minor) = tier.up_to_minor else { return share };
        let up_to = language.isolated(&currency.format(up_to_minor));
        let values = [("share", share.into()), ("amount", up_to.into())];
        language.text_with("statement-share-up-to", &values)
    };
    let all = tiers.iter().map(tier).reduce(|before, next| {
        let values = [("before", before.into()), ("next", next.into())];
        language.text_with("statement-share-then", &values)
    });
    all.unwrap_or_default()
}

/// At what rate the payout was converted.
pub(super) fn rate((from, to): (Currency, Currency), rate: &str, language: Language) -> String {
    let one = language.isolated(&format!("1 {from}"));
    let is = language.isolated(&format!("{rate} {to}"));
    language.text_with("statement-payout-at", &[("one", one.into()), ("is", is.into())])
}

/// What a reader should know.
pub(super) fn notes(document: &StatementDocument, language: Language) -> Vec<String> {
    let isolated = |text: &str| language.isolated(text);
    let exact = [("currency", isolated(document.currency.code()).into())];
    let zone = [("zone", isolated(&document.time_zone).into())];
    let lines = [
        ("file", isolated(LINES_CSV).into()),
        ("count", isolated(&document.lines.count.to_string()).into()),
        ("sha256", isolated(&document.lines.sha256).into()),
    ];
    let mut notes = vec![
        language.text_with("statement-note-exact", &exact),
        language.text("statement-note-back"),
    ];
    let in_base = |is: bool| document.credit.iter().any(|credit| credit.in_base == is);
    if in_base(true) {
        notes.push(language.text("statement-note-credit-in"));
    }
    if in_base(false) {
        notes.push(language.text("statement-note-credit-out"));
    }
    if document.carried_out_minor < 0 {
        notes.push(language.text("statement-note-owed"));
    }
    notes.push(language.text_with("statement-note-zone", &zone));
    notes.push(language.text_with("statement-note-lines", &lines));
    notes
}
