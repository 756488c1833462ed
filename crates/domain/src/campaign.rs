//! Campaigns: sets of vouchers that share a budget, a time and a rule for each customer.
//!
//! A redemption counts in the campaign its voucher was in when it was redeemed; a release gives back what it took
//! of the budget. Budgets count credit that is granted, whether or not anybody has spent it.

use alloc::string::String;

use crate::ids::CampaignId;
use crate::timestamp::Timestamp;
use crate::voucher::VoucherRefusal;

/// Longest name, in characters.
pub const MAX_NAME_CHARS: usize = 80;
/// The most redemptions that a campaign may allow each customer.
pub const MAX_PER_CUSTOMER: i64 = 1_000;
/// What was redeemed is counted by such a time: every time zone is a multiple of it from UTC.
const COUNTED_BY_SECONDS: i64 = 15 * 60;

/// How a campaign stands. Where several of these are true of it, it is the first of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CampaignStatus {
    /// Its issuer lets nobody redeem its vouchers for now.
    Paused,
    /// Its last moment has passed.
    Ended,
    /// Its first moment is still to come.
    Scheduled,
    /// Nothing of its budget is left.
    Exhausted,
    Running,
}

impl CampaignStatus {
    pub const ALL: [Self; 5] =
        [Self::Running, Self::Scheduled, Self::Paused, Self::Exhausted, Self::Ended];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Ended => "ended",
            Self::Scheduled => "scheduled",
            Self::Exhausted => "exhausted",
            Self::Running => "running",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    pub id: CampaignId,
    pub name: String,
    pub active: bool,
    /// How much credit it may grant; 0 = unlimited.
    pub budget_minor: i64,
    /// The first moment at which its vouchers can be redeemed; `None` = at once.
    pub starts_at: Option<Timestamp>,
    /// The first moment at which they cannot any more; `None` = never.
    pub ends_at: Option<Timestamp>,
    /// How many of its vouchers an Organization, and a user, may redeem; 0 = unlimited.
    pub per_customer: i64,
    /// What was granted in it: reserved + redeemed; a release takes it off.
    pub granted_minor: i64,
    /// How many times.
    pub redemptions: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Campaign {
    #[must_use]
    pub fn status(&self, now: Timestamp) -> CampaignStatus {
        if !self.active {
            CampaignStatus::Paused
        } else if self.ends_at.is_some_and(|end| end <= now) {
            CampaignStatus::Ended
        } else if self.starts_at.is_some_and(|start| start > now) {
            CampaignStatus::Scheduled
        } else if self.remaining_minor() == Some(0) {
            CampaignStatus::Exhausted
        } else {
            CampaignStatus::Running
        }
    }

    /// What is left of the budget; `None` where there is none. An edit may put the budget below what was granted.
    #[must_use]
    pub fn remaining_minor(&self) -> Option<i64> {
        let left = self.budget_minor.saturating_sub(self.granted_minor).max(0);
        (self.budget_minor > 0).then_some(left)
    }

    /// The rule that refuses a voucher worth `credit_minor` whoever redeems it, if one does. A budget is never
    /// passed by even a part of a voucher.
    #[must_use]
    pub fn refusal(&self, credit_minor: i64, now: Timestamp) -> Option<VoucherRefusal> {
        match self.status(now) {
            CampaignStatus::Paused => Some(VoucherRefusal::Inactive),
            CampaignStatus::Ended => Some(VoucherRefusal::Ended),
            CampaignStatus::Scheduled => Some(VoucherRefusal::NotStarted),
            CampaignStatus::Exhausted => Some(VoucherRefusal::BudgetSpent),
            CampaignStatus::Running => self
                .remaining_minor()
                .is_some_and(|left| left < credit_minor)
                .then_some(VoucherRefusal::BudgetSpent),
        }
    }

    /// When the budget is used up if it goes on as it did: `granted_minor` in the `seconds` before now. `None` where
    /// there is no budget, nothing was granted, or it lasts for more than a hundred years.
    #[must_use]
    pub fn budget_ends_at(
        &self,
        granted_minor: i64,
        seconds: i64,
        now: Timestamp,
    ) -> Option<Timestamp> {
        const LONGEST_SECONDS: i128 = 100 * 366 * 86_400;
        let left = self.remaining_minor()?;
        let seconds = i128::from(left).checked_mul(i128::from(seconds))?;
        // Rounded up: it is used up no earlier.
        let granted = i128::from(granted_minor);
        let more = granted.checked_sub(1)?;
        let until = seconds.checked_add(more)?.checked_div(granted).filter(|_| granted > 0)?;
        (until <= LONGEST_SECONDS).then(|| now.plus_seconds(i64::try_from(until).unwrap_or(0)))
    }

    /// Whether somebody who redeemed this many of its vouchers may redeem no further one.
    #[must_use]
    pub const fn is_enough(&self, redeemed: i64) -> bool {
        self.per_customer > 0 && redeemed >= self.per_customer
    }
}

/// The quarter of an hour in which a redemption that was made at `moment` is counted.
#[must_use]
pub const fn counted_in(moment: Timestamp) -> Timestamp {
    let seconds = moment.seconds();
    Timestamp::from_seconds(seconds.saturating_sub(seconds.rem_euclid(COUNTED_BY_SECONDS)))
}

#[cfg(test)]
mod tests {
    use super::*;

    use uuid::Uuid;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn campaign() -> Campaign {
        Campaign {
            id: CampaignId(Uuid::nil()),
            name: "Muscat".into(),
            active: true,
            budget_minor: 10_000,
            starts_at: Some(NOW),
            ends_at: Some(NOW.plus_seconds(1)),
            per_customer: 1,
            granted_minor: 4_000,
            redemptions: 2,
            created_at: NOW,
            updated_at: NOW,
        }
    }

    #[test]
    fn it_runs_from_its_first_moment_to_its_end() {
        let campaign = campaign();
        assert_eq!(campaign.refusal(1, NOW.plus_seconds(-1)), Some(VoucherRefusal::NotStarted));
        assert_eq!(campaign.refusal(1, NOW), None);
        assert_eq!(campaign.refusal(1, NOW.plus_seconds(1)), Some(VoucherRefusal::Ended));
        let open = Campaign { starts_at: None, ends_at: None, ..campaign };
        assert_eq!(open.refusal(1, Timestamp::from_seconds(0)), None);
    }

    #[test]
    fn a_budget_is_spent_to_its_last_unit_and_no_further() {
        let campaign = campaign();
        assert_eq!(campaign.refusal(6_000, NOW), None);
        assert_eq!(campaign.refusal(6_001, NOW), Some(VoucherRefusal::BudgetSpent));
        let full = Campaign { granted_minor: 10_000, ..campaign.clone() };
        assert_eq!(full.status(NOW), CampaignStatus::Exhausted);
        let lowered = Campaign { budget_minor: 3_000, ..campaign.clone() };
        assert_eq!(lowered.remaining_minor(), Some(0));
        assert_eq!(lowered.refusal(1, NOW), Some(VoucherRefusal::BudgetSpent));
        let unlimited = Campaign { budget_minor: 0, ..campaign };
        assert_eq!(unlimited.refusal(i64::MAX, NOW), None);
    }

    #[test]
    fn a_budget_ends_when_it_goes_on_as_it_did() {
        // 6 000 are left.
        let campaign = campaign();
        assert_eq!(campaign.budget_ends_at(4_000, 60, NOW), Some(NOW.plus_seconds(90)));
        assert_eq!(campaign.budget_ends_at(7_000, 60, NOW), Some(NOW.plus_seconds(52)));
        assert_eq!(campaign.budget_ends_at(0, 60, NOW), None);
        assert_eq!(campaign.budget_ends_at(-5, 60, NOW), None);
        assert_eq!(campaign.budget_ends_at(1, i64::MAX, NOW), None);
        let full = Campaign { granted_minor: 10_000, ..campaign.clone() };
        assert_eq!(full.budget_ends_at(1, 60, NOW), Some(NOW));
        let unlimited = Campaign { budget_minor: 0, ..campaign };
        assert_eq!(unlimited.budget_ends_at(4_000, 60, NOW), None);
    }

    #[test]
    fn what_was_redeemed_is_counted_by_the_quarter_of_an_hour() {
        let at = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
        for (made, counted) in [
            ("2027-01-01T09:14:59.999999Z", "2027-01-01T09:00:00Z"),
            ("2027-01-01T09:15:00Z", "2027-01-01T09:15:00Z"),
            ("1969-12-31T23:59:59Z", "1969-12-31T23:45:00Z"),
        ] {
            assert_eq!(counted_in(at(made)), at(counted), "{made}");
        }
    }
}
