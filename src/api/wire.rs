//! The shapes of the wire contract that more than one route answers.

use bytes::Bytes;
use serde::Serialize;
use sovereign_domain::ids::CampaignId;
use sovereign_domain::money::Currency;
use sovereign_domain::tag::Tag;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Issued, Voucher};
use utoipa::ToSchema;

use crate::storage::rollups::VoucherTotals;

/// A voucher as its issuer sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Voucher)]
pub(super) struct VoucherBody {
    /// In capitals.
    code: String,
    /// What it is worth, in whole units, truncated.
    credit_omr: i64,
    /// What it is worth, in minor units.
    credit_minor: i64,
    /// ISO 4217.
    currency: &'static str,
    description: String,
    /// Whether its issuer lets it be redeemed.
    active: bool,
    /// How it stands: `live`, `scheduled` (its campaign has not begun), `paused` (it or its campaign is not active),
    /// `exhausted` (at its cap, or its campaign's budget has too little left for it), `ended` (its campaign is
    /// over) or `revoked`.
    #[schema(pattern = "^(live|scheduled|paused|exhausted|ended|revoked)$")]
    status: &'static str,
    /// How often it can be redeemed; 0 = without limit.
    max_redemptions: i64,
    /// How often it was, reservations of unpaid orders included.
    times_redeemed: i64,
    /// The credit of those redemptions, in minor units; nothing is known of redemptions that an earlier service only
    /// counted.
    granted_minor: i64,
    /// The campaign it is in; absent where it is in none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = Uuid, required = false)]
    campaign_id: Option<CampaignId>,
    /// How many days its credit lasts after it was redeemed; 0 = for good.
    credit_valid_days: i64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    deleted_at: Option<Timestamp>,
}

impl VoucherBody {
    pub(super) fn new(issued: Issued, currency: Currency, now: Timestamp) -> Self {
        let status = issued.status(now).as_str();
        let voucher = issued.voucher;
        Self {
            code: voucher.code.as_str().to_owned(),
            credit_omr: currency.whole_units(voucher.credit_minor),
            credit_minor: voucher.credit_minor,
            currency: currency.code(),
            status,
            description: voucher.description,
            active: voucher.active,
            max_redemptions: voucher.max_redemptions,
            times_redeemed: voucher.times_redeemed,
            granted_minor: voucher.granted_minor,
            campaign_id: voucher.campaign_id,
            credit_valid_days: voucher.credit_valid_days.unwrap_or(0),
            created_at: voucher.created_at,
            deleted_at: voucher.deleted_at,
        }
    }
}

/// A voucher, and what became of the credit that it granted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VoucherWithCredit)]
pub(super) struct WithCreditBody {
    #[serde(flatten)]
    voucher: VoucherBody,
    /// What was spent of the credit that it granted, less what refunds put back, in minor units.
    spent_minor: i64,
    /// What of it ended unspent, in minor units.
    expired_minor: i64,
    /// When it was last redeemed; absent where nobody has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    last_redeemed_at: Option<Timestamp>,
    /// The words by which administrators sort it, from A to Z; customers do not see them.
    tags: Vec<String>,
}

impl WithCreditBody {
    pub(super) fn new(voucher: VoucherBody, totals: VoucherTotals, tags: &[Tag]) -> Self {
        Self {
            voucher,
            spent_minor: totals.spent_minor,
            expired_minor: totals.expired_minor,
            last_redeemed_at: totals.last_redeemed_at,
            tags: tags.iter().map(|tag| tag.as_str().to_owned()).collect(),
        }
    }
}

/// A voucher as anyone may see it: nothing that helps to guess codes or to measure a campaign.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VoucherPreview)]
pub(super) struct PreviewBody<'a> {
    /// In capitals.
    code: &'a str,
    /// What it is worth, in whole units, truncated.
    credit_omr: i64,
    /// What it is worth, in minor units; `promo_value_minor` of a checkout.
    credit_minor: i64,
    /// ISO 4217.
    currency: &'static str,
    description: &'a str,
    /// Whether its issuer lets it be redeemed.
    active: bool,
    /// Whether a redemption would be accepted now: it is active and below its cap, and so is its campaign.
    accepting_redemptions: bool,
    /// How many days its credit lasts after it was redeemed; 0 = for good.
    credit_valid_days: i64,
}

impl<'a> PreviewBody<'a> {
    pub(super) fn new(voucher: &'a Voucher, accepting: bool, currency: Currency) -> Self {
        Self {
            code: voucher.code.as_str(),
            credit_omr: currency.whole_units(voucher.credit_minor),
            credit_minor: voucher.credit_minor,
            currency: currency.code(),
            active: voucher.active,
            accepting_redemptions: accepting,
            credit_valid_days: voucher.credit_valid_days.unwrap_or(0),
            description: &voucher.description,
        }
    }

    /// The body as it is sent.
    pub(super) fn json(&self) -> Bytes {
        // Plain members: nothing that could fail to serialise.
        serde_json::to_vec(self).unwrap_or_default().into()
    }
}

/// Done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Done)]
pub(super) struct DoneBody {
    /// Always `true`.
    ok: bool,
}

impl DoneBody {
    pub(super) const DONE: Self = Self { ok: true };
}
