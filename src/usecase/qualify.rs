//! Whether a customer could redeem a voucher now, for whoever is asked at a counter or on the telephone.
//!
//! It tells the first rule that a checkout would name. What else an order needs, such as a role in the Organization, is not
//! the voucher's.

use sovereign_domain::organization::OrganizationStatus;
use sovereign_domain::voucher::{Issued, VoucherRefusal};

use super::vouchers::FieldError;
use crate::app::App;
use crate::storage::{self, voucher_story as rows};

/// The longest address that is looked up, in characters (RFC 5321).
const MAX_CHARS: usize = 254;

/// Who wants to redeem a voucher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Customer {
    /// A person, by their e-mail address.
    Person(String),
    /// An Organization, by its address.
    Organization(String),
}

impl Customer {
    /// What has an `@` in it is a person's.
    ///
    /// # Errors
    /// Where it can be nobody's.
    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        let says_something = text.chars().any(|c| c.is_ascii_alphanumeric());
        if !says_something || text.chars().count() > MAX_CHARS || text.contains('\0') {
            let detail = "customer must be an e-mail address, or the address of an Organization";
            return Err(FieldError::new("customer", detail));
        }
        let text = text.trim();
        Ok(if text.contains('@') {
            Self::Person(text.to_owned())
        } else {
            Self::Organization(text.to_lowercase())
        })
    }
}

/// What comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Qualifies,
    /// Nobody with this address has signed in yet: they qualify as everybody does who is new.
    New,
    Refused(VoucherRefusal),
    /// Nothing new comes into it.
    Suspended,
    NoOrganization,
}

impl Verdict {
    pub(crate) const fn qualifies(self) -> bool {
        matches!(self, Self::Qualifies | Self::New)
    }

    /// As a client is told it; for a refusal the `code` of the problem that a checkout answers.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Qualifies => "qualifies",
            Self::New => "new",
            Self::Refused(VoucherRefusal::Unknown) => "voucher_unknown",
            Self::Refused(VoucherRefusal::Inactive) => "voucher_inactive",
            Self::Refused(VoucherRefusal::Exhausted) => "voucher_exhausted",
            Self::Refused(VoucherRefusal::RedeemedByUser) => "voucher_redeemed_by_you",
            Self::Refused(VoucherRefusal::RedeemedByOrganization) => {
                "voucher_redeemed_by_organization"
            }
            Self::Refused(VoucherRefusal::NotStarted) => "voucher_not_started",
            Self::Refused(VoucherRefusal::Ended) => "voucher_ended",
            Self::Refused(VoucherRefusal::BudgetSpent) => "voucher_budget_spent",
            Self::Refused(VoucherRefusal::CampaignLimit) => "voucher_campaign_limit",
            Self::Suspended => "organization_suspended",
            Self::NoOrganization => "organization_unknown",
        }
    }
}

/// Whether `customer` could redeem the voucher.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn qualify(
    app: &App,
    issued: &Issued,
    customer: &Customer,
) -> storage::Result<Verdict> {
    if let Some(refusal) = issued.refusal(app.clock.now()) {
        return Ok(Verdict::Refused(refusal));
    }
    let campaign = issued.campaign.as_ref();
    let is_enough = |redeemed| campaign.is_some_and(|campaign| campaign.is_enough(redeemed));
    let of = (&issued.voucher.code, issued.voucher.campaign_id);
    let mut tx = app.store.read_across().await?;
    Ok(match customer {
        Customer::Person(email) => {
            let redeemed = rows::redeemed_by_address(&mut tx, of, email).await?;
            if redeemed.is_empty() {
                Verdict::New
            } else if redeemed.iter().any(|(times, _)| *times > 0) {
                Verdict::Refused(VoucherRefusal::RedeemedByUser)
            } else if redeemed.iter().any(|(_, in_campaign)| is_enough(*in_campaign)) {
                Verdict::Refused(VoucherRefusal::CampaignLimit)
            } else {
                Verdict::Qualifies
            }
        }
        Customer::Organization(slug) => {
            match rows::redeemed_by_organization(&mut tx, of, slug).await? {
                None => Verdict::NoOrganization,
                Some(found) if found.redemptions > 0 => {
                    Verdict::Refused(VoucherRefusal::RedeemedByOrganization)
                }
                Some(found) if is_enough(found.in_campaign) => {
                    Verdict::Refused(VoucherRefusal::CampaignLimit)
                }
                Some(found) if found.status == OrganizationStatus::Suspended.as_str() => {
                    Verdict::Suspended
                }
                Some(_) => Verdict::Qualifies,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_is_a_person_or_an_organization() {
        let read = |text: &str| Customer::parse(text).ok();
        assert_eq!(read(" a@b.example "), Some(Customer::Person("a@b.example".into())));
        assert_eq!(read("Noor-Pharmacy"), Some(Customer::Organization("noor-pharmacy".into())));
        assert_eq!(read(" "), None);
        assert_eq!(read("@"), None);
        assert_eq!(read("a\0b"), None);
        assert_eq!(read(&"a".repeat(255)), None);
    }
}
