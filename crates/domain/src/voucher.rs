//! Vouchers: codes that grant credit, and the rules that refuse one.
//!
//! Source: franchise-model.txt, "Voucher = PromoCode". The wire and the tables call a voucher a promo
//! code; people never do.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use crate::campaign::{Campaign, CampaignStatus};
use crate::ids::CampaignId;
use crate::timestamp::Timestamp;

/// Longest and shortest code, in characters.
pub const CODE_LENGTH: core::ops::RangeInclusive<usize> = 3..=64;
/// Longest description, in characters.
pub const MAX_DESCRIPTION_CHARS: usize = 500;
/// The largest cap; 0 means unlimited.
pub const MAX_REDEMPTIONS: i64 = 1_000_000_000;
/// The longest time credit may stay valid, in days (a hundred years).
pub const MAX_CREDIT_VALID_DAYS: i64 = 36_500;

/// A voucher code in its one written form: compatibility-normalised (NFKC), trimmed, upper-cased, 3 to
/// 64 of `A-Z 0-9 - _ .`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Code(Arc<str>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeError {
    Blank,
    Length,
    Character,
}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blank => "is blank; send the voucher code",
            Self::Length => "must have 3 to 64 characters",
            Self::Character => "may hold only letters A to Z, digits, '-', '_' and '.'",
        })
    }
}

impl core::error::Error for CodeError {}

impl Code {
    /// Reads a code as a person may type it: any case, full-width letters, Arabic-Indic digits,
    /// spaces around it.
    ///
    /// # Errors
    /// Where nothing is left, the length is out of range, or another character is in it.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        // Longer than any code can be, whatever normalisation does to it: not worth normalising.
        const MAX_BYTES: usize = 1_024;
        if text.len() > MAX_BYTES {
            return Err(if text.trim().is_empty() { CodeError::Blank } else { CodeError::Length });
        }
        let code = comparable(text);
        if code.is_empty() {
            return Err(CodeError::Blank);
        }
        if !code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || "-_.".contains(c))
        {
            return Err(CodeError::Character);
        }
        if !CODE_LENGTH.contains(&code.len()) {
            return Err(CodeError::Length);
        }
        Ok(Self(code.into()))
    }

    /// A code read back from storage, where it was written by [`Code::parse`] or adopted as it was.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text.into())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The form in which two spellings are compared, also of what can be no code.
#[must_use]
pub fn comparable(text: &str) -> String {
    let normalised: String = text.nfkc().map(ascii_digit).flat_map(char::to_uppercase).collect();
    normalised.trim().to_owned()
}

/// Arabic-Indic and Persian digits as ASCII; a phone with an Arabic keyboard types these.
fn ascii_digit(c: char) -> char {
    let zero = match c {
        '\u{660}'..='\u{669}' => 0x660,
        '\u{6f0}'..='\u{6f9}' => 0x6f0,
        _ => return c,
    };
    u32::from(c).checked_sub(zero).and_then(|digit| char::from_digit(digit, 10)).unwrap_or(c)
}

/// Why a voucher cannot be redeemed. The text never repeats the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoucherRefusal {
    /// Never issued, or revoked: the two are not told apart.
    Unknown,
    Inactive,
    Exhausted,
    RedeemedByUser,
    RedeemedByOrganization,
    /// Its campaign has not begun.
    NotStarted,
    /// Its campaign is over.
    Ended,
    /// Its campaign may not grant so much credit any more.
    BudgetSpent,
    /// The customer has redeemed as many vouchers of its campaign as anybody may.
    CampaignLimit,
}

/// How a voucher stands. Where several of these are true of it, it is the last of them that is its own; only one
/// that is live by itself stands as its campaign does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoucherStatus {
    /// It can be redeemed.
    Live,
    /// Its campaign has not begun.
    Scheduled,
    /// Its campaign is over.
    Ended,
    /// Its cap is full, or its campaign's budget has too little left for it.
    Exhausted,
    /// Its issuer lets nobody redeem it for now.
    Paused,
    /// Nobody can see it any more but its issuer, who may bring it back.
    Revoked,
}

impl VoucherStatus {
    pub const ALL: [Self; 6] =
        [Self::Live, Self::Scheduled, Self::Paused, Self::Exhausted, Self::Ended, Self::Revoked];

    /// As the wire and the database call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Scheduled => "scheduled",
            Self::Ended => "ended",
            Self::Exhausted => "exhausted",
            Self::Paused => "paused",
            Self::Revoked => "revoked",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voucher {
    pub code: Code,
    pub credit_minor: i64,
    pub description: String,
    pub active: bool,
    /// 0 = unlimited.
    pub max_redemptions: i64,
    /// Redemptions counted by an earlier service whose rows are not here; the counter's offset.
    pub adopted_redemptions: i64,
    /// Adopted + reserved + redeemed; a release takes one off.
    pub times_redeemed: i64,
    /// The credit of what is reserved and redeemed; a release takes it off. Nothing is known of what was adopted.
    pub granted_minor: i64,
    pub campaign_id: Option<CampaignId>,
    /// How long the credit lasts after redemption; `None` = for good.
    pub credit_valid_days: Option<i64>,
    pub created_at: Timestamp,
    pub deleted_at: Option<Timestamp>,
}

impl Voucher {
    /// As it stands by itself.
    #[must_use]
    pub fn own_status(&self) -> VoucherStatus {
        if self.deleted_at.is_some() {
            VoucherStatus::Revoked
        } else if !self.active {
            VoucherStatus::Paused
        } else if self.max_redemptions > 0 && self.times_redeemed >= self.max_redemptions {
            VoucherStatus::Exhausted
        } else {
            VoucherStatus::Live
        }
    }

    /// The rule that refuses every redemption of this voucher now, if one does. `campaign` is the one it is in.
    #[must_use]
    pub fn refusal(&self, campaign: Option<&Campaign>, now: Timestamp) -> Option<VoucherRefusal> {
        match self.own_status() {
            VoucherStatus::Revoked => Some(VoucherRefusal::Unknown),
            VoucherStatus::Paused => Some(VoucherRefusal::Inactive),
            VoucherStatus::Exhausted => Some(VoucherRefusal::Exhausted),
            _ => campaign.and_then(|campaign| campaign.refusal(self.credit_minor, now)),
        }
    }

    /// When credit redeemed at `now` ends.
    #[must_use]
    pub fn credit_expires_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.credit_valid_days.map(|days| now.plus_days(days))
    }
}

/// A voucher with the campaign it is in, as both were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    pub voucher: Voucher,
    pub campaign: Option<Campaign>,
}

impl Issued {
    #[must_use]
    pub fn status(&self, now: Timestamp) -> VoucherStatus {
        let own = self.voucher.own_status();
        let Some(campaign) = self.campaign.as_ref().filter(|_| own == VoucherStatus::Live) else {
            return own;
        };
        match campaign.status(now) {
            CampaignStatus::Paused => VoucherStatus::Paused,
            CampaignStatus::Ended => VoucherStatus::Ended,
            CampaignStatus::Scheduled => VoucherStatus::Scheduled,
            _ if self.refusal(now).is_some() => VoucherStatus::Exhausted,
            _ => VoucherStatus::Live,
        }
    }

    /// The rule that refuses every redemption of this voucher now, if one does.
    #[must_use]
    pub fn refusal(&self, now: Timestamp) -> Option<VoucherRefusal> {
        self.voucher.refusal(self.campaign.as_ref(), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<String, CodeError> {
        Code::parse(text).map(|code| code.as_str().to_owned())
    }

    #[test]
    fn a_code_has_one_written_form() {
        for typed in [
            "OMANTEL-200",
            " omantel-200\n",
            "Omantel-200",
            "ＯＭＡＮＴＥＬ－２００",
            "omantel-٢٠٠",
            "omantel-۲۰۰",
        ] {
            assert_eq!(parsed(typed).as_deref(), Ok("OMANTEL-200"), "{typed:?}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for (typed, error) in [
            ("", CodeError::Blank),
            (" \t\u{a0}\u{3000}", CodeError::Blank),
            ("AB", CodeError::Length),
            ("A B C", CodeError::Character),
            ("ABC\0", CodeError::Character),
            ("GIFT🎁", CodeError::Character),
            ("OMANТEL", CodeError::Character), // the fourth letter but one is Cyrillic
            ("A/../B", CodeError::Character),
        ] {
            assert_eq!(parsed(typed), Err(error), "{typed:?}");
        }
        assert_eq!(parsed(&"A".repeat(64)).map(|code| code.len()), Ok(64));
        assert_eq!(parsed(&"A".repeat(65)), Err(CodeError::Length));
        assert_eq!(parsed(&"A".repeat(10_000)), Err(CodeError::Length));
        assert_eq!(parsed(&" ".repeat(10_000)), Err(CodeError::Blank));
    }
}
