//! What somebody else has changed of a voucher or a campaign while it was being edited: beside what stands in the
//! form.

use sovereign_domain::campaign::Campaign;
use sovereign_domain::voucher::Issued;

use super::super::page::Page;
use super::campaign_typed;
use super::typed::Typed;

/// A field that is not the same in the form.
pub(super) struct Difference {
    pub(super) label: String,
    /// As it is stored by now.
    pub(super) stored: String,
    /// As it stands in the form.
    pub(super) typed: String,
}

/// Every field in which `typed` and `voucher` differ. A campaign is told by its name, of which the typed is `campaign`.
pub(super) fn of_voucher(
    page: &Page,
    (issued, typed): (&Issued, &Typed),
    campaign: &str,
) -> Vec<Difference> {
    let stored = Typed::of(&issued.voucher, page.currency);
    let stored_campaign = issued.campaign.as_ref().map(|campaign| campaign.name.clone());
    let fields = [
        ("admin-voucher-credit", stored.credit, typed.credit.clone()),
        ("admin-voucher-description", stored.description, typed.description.clone()),
        ("admin-voucher-cap", stored.cap, typed.cap.clone()),
        ("admin-voucher-days", stored.days, typed.days.clone()),
        ("admin-campaign", stored_campaign.unwrap_or_default(), campaign.to_owned()),
    ];
    differing(page, fields)
}

/// Every field in which `typed` and `campaign` differ.
pub(super) fn of_campaign(
    page: &Page,
    (campaign, typed): (&Campaign, &campaign_typed::Typed),
) -> Vec<Difference> {
    let stored = campaign_typed::Typed::of(page, campaign);
    let typed = typed.clone();
    let fields = [
        ("admin-campaign-name", stored.name, typed.name),
        ("admin-campaign-budget", stored.budget, typed.budget),
        ("admin-campaign-first", stored.first, typed.first),
        ("admin-campaign-last", stored.last, typed.last),
        ("admin-campaign-each", stored.each, typed.each),
    ];
    differing(page, fields)
}

/// Those of the fields, each with its name, that are not the same.
pub(super) fn differing<const N: usize>(
    page: &Page,
    fields: [(&str, String, String); N],
) -> Vec<Difference> {
    let differ = fields.into_iter().filter(|(_, stored, typed)| stored != typed);
    differ
        .map(|(name, stored, typed)| Difference { label: page.text(name), stored, typed })
        .collect()
}
