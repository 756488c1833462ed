//! What lines of the credit ledger come to: credit that was granted, taken back, spent and written off.
//!
//! Each line moves a balance, and all that it moves it by is in one of the four: whatever lines are added up,
//! `granted - taken back - spent - expired` is what their balances rose by. What is owed is no credit and not in here.

use crate::book::EntryKind;

/// Sums of lines, in minor units of the Sovereign's currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CreditFlow {
    pub granted_minor: i64,
    /// With an order that was not paid or is refunded, by an adjustment, for a dispute, with an Organization that moved
    /// away; less what came back when a dispute was won.
    pub taken_back_minor: i64,
    /// By orders, renewals and debts, less what refunds put back.
    pub spent_minor: i64,
    pub expired_minor: i64,
}

impl CreditFlow {
    /// What a line comes to that moves a balance by `amount_minor`.
    #[must_use]
    pub const fn of(kind: EntryKind, amount_minor: i64) -> Self {
        let mut flow =
            Self { granted_minor: 0, taken_back_minor: 0, spent_minor: 0, expired_minor: 0 };
        let taken = amount_minor.saturating_neg();
        match kind {
            EntryKind::Grant => flow.granted_minor = amount_minor,
            EntryKind::Release | EntryKind::ClawBack | EntryKind::Reversal | EntryKind::Moved => {
                flow.taken_back_minor = taken;
            }
            EntryKind::Draw | EntryKind::Post | EntryKind::Refund | EntryKind::Settlement => {
                flow.spent_minor = taken;
            }
            EntryKind::Expiry => flow.expired_minor = taken,
        }
        flow
    }

    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            granted_minor: self.granted_minor.saturating_add(other.granted_minor),
            taken_back_minor: self.taken_back_minor.saturating_add(other.taken_back_minor),
            spent_minor: self.spent_minor.saturating_add(other.spent_minor),
            expired_minor: self.expired_minor.saturating_add(other.expired_minor),
        }
    }

    /// By how much the balances rose: what is left of it is owed to those who hold it.
    #[must_use]
    pub const fn outstanding_minor(self) -> i64 {
        self.granted_minor
            .saturating_sub(self.taken_back_minor)
            .saturating_sub(self.spent_minor)
            .saturating_sub(self.expired_minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [EntryKind; 10] = [
        EntryKind::Grant,
        EntryKind::Draw,
        EntryKind::Refund,
        EntryKind::Post,
        EntryKind::Expiry,
        EntryKind::Release,
        EntryKind::ClawBack,
        EntryKind::Reversal,
        EntryKind::Settlement,
        EntryKind::Moved,
    ];

    #[test]
    fn every_line_moves_the_balance_by_its_amount() {
        for kind in KINDS {
            for amount in [i64::MIN + 1, -7, 0, 9, i64::MAX] {
                assert_eq!(CreditFlow::of(kind, amount).outstanding_minor(), amount, "{kind:?}");
            }
        }
    }

    #[test]
    fn lines_add_up() {
        let lines = [
            (EntryKind::Grant, 200),
            (EntryKind::Draw, -50),
            (EntryKind::Refund, 20),
            (EntryKind::ClawBack, -30),
            (EntryKind::Reversal, 10),
            (EntryKind::Expiry, -40),
        ];
        let sum = lines.into_iter().map(|(kind, amount)| CreditFlow::of(kind, amount));
        let sum = sum.fold(CreditFlow::default(), CreditFlow::plus);
        let expected = CreditFlow {
            granted_minor: 200,
            taken_back_minor: 20,
            spent_minor: 30,
            expired_minor: 40,
        };
        assert_eq!(sum, expected);
        assert_eq!(sum.outstanding_minor(), 110);
    }
}
