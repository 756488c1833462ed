//! What somebody else has changed of a voucher while it was being edited: beside what stands in the form.

use sovereign_domain::money::Currency;
use sovereign_domain::voucher::Voucher;

use super::super::page::Page;
use super::typed::Typed;

/// A field that is not the same in the form.
pub(super) struct Difference {
    pub(super) label: String,
    /// As it is stored by now.
    pub(super) stored: String,
    /// As it stands in the form.
    pub(super) typed: String,
}

/// Every field in which `typed` and `voucher` differ.
pub(super) fn of(
    page: &Page,
    currency: Currency,
    (voucher, typed): (&Voucher, &Typed),
) -> Vec<Difference> {
    let stored = Typed::of(voucher, currency);
    let fields = [
        ("admin-voucher-credit", stored.credit, &typed.credit),
        ("admin-voucher-description", stored.description, &typed.description),
        ("admin-voucher-cap", stored.cap, &typed.cap),
        ("admin-voucher-days", stored.days, &typed.days),
    ];
    let differ = fields.into_iter().filter(|(_, stored, typed)| stored != *typed);
    differ
        .map(|(name, stored, typed)| Difference {
            label: page.text(name),
            stored,
            typed: typed.clone(),
        })
        .collect()
}
