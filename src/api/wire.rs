//! The shapes of the wire contract that more than one route answers.

use serde::Serialize;
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::Voucher;

/// A voucher as its issuer sees it.
#[derive(Debug, Serialize)]
pub(super) struct VoucherBody {
    code: String,
    credit_omr: i64,
    credit_minor: i64,
    currency: &'static str,
    description: String,
    active: bool,
    max_redemptions: i64,
    times_redeemed: i64,
    /// 0 = for good.
    credit_valid_days: i64,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_at: Option<Timestamp>,
}

impl VoucherBody {
    pub(super) fn new(voucher: Voucher, currency: Currency) -> Self {
        Self {
            code: voucher.code.as_str().to_owned(),
            credit_omr: currency.whole_units(voucher.credit_minor),
            credit_minor: voucher.credit_minor,
            currency: currency.code(),
            description: voucher.description,
            active: voucher.active,
            max_redemptions: voucher.max_redemptions,
            times_redeemed: voucher.times_redeemed,
            credit_valid_days: voucher.credit_valid_days.unwrap_or(0),
            created_at: voucher.created_at,
            deleted_at: voucher.deleted_at,
        }
    }
}

/// A voucher as anyone may see it: nothing that helps to guess codes or to measure a campaign.
#[derive(Debug, Serialize)]
pub(super) struct PreviewBody {
    code: String,
    credit_omr: i64,
    credit_minor: i64,
    currency: &'static str,
    description: String,
    active: bool,
    pub(super) accepting_redemptions: bool,
    /// 0 = for good.
    credit_valid_days: i64,
}

impl PreviewBody {
    pub(super) fn new(voucher: Voucher, currency: Currency) -> Self {
        Self {
            code: voucher.code.as_str().to_owned(),
            credit_omr: currency.whole_units(voucher.credit_minor),
            credit_minor: voucher.credit_minor,
            currency: currency.code(),
            active: voucher.active,
            accepting_redemptions: voucher.refusal().is_none(),
            credit_valid_days: voucher.credit_valid_days.unwrap_or(0),
            description: voucher.description,
        }
    }
}
