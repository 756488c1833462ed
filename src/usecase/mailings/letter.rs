//! What a mailing's letter says of a voucher, and which vouchers are not sent.

use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Issued, Voucher, VoucherStatus};

use super::super::voucher_file::link;
use crate::branding::Branding;
use crate::mail::{Letter, VoucherGift};
use crate::text::{Language, unbroken};

/// The letter with a voucher, and with a message in its sender's words.
pub(crate) fn letter(
    (brand, currency): (&Branding, Currency),
    voucher: &Voucher,
    (message, language): (&str, Language),
) -> Letter {
    let amount = unbroken(&currency.format(voucher.credit_minor));
    let link = link(brand, voucher);
    let gift = VoucherGift {
        brand,
        code: voucher.code.as_str(),
        amount: &amount,
        description: &voucher.description,
        credit_valid_days: voucher.credit_valid_days,
        message,
        link: &link,
    };
    gift.letter(language)
}

/// Why a voucher is not sent to anybody; `None` where it is. One that can be redeemed later is.
pub(super) fn refusal(issued: &Issued, now: Timestamp) -> Option<&'static str> {
    match issued.status(now) {
        VoucherStatus::Live | VoucherStatus::Scheduled => None,
        VoucherStatus::Paused => Some("not sent: the voucher is paused"),
        VoucherStatus::Revoked => Some("not sent: the voucher is revoked"),
        VoucherStatus::Ended => Some("not sent: the voucher's campaign is over"),
        VoucherStatus::Exhausted if issued.voucher.own_status() == VoucherStatus::Exhausted => {
            Some("not sent: somebody has redeemed the voucher already")
        }
        VoucherStatus::Exhausted => {
            Some("not sent: the budget of the voucher's campaign is used up")
        }
    }
}
