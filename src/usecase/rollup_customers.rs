//! What lines of the ledger come to by voucher and account, for the funnels of campaigns.

use std::collections::BTreeMap;

use sovereign_domain::book::EntryKind;
use sovereign_domain::credit_flow::CreditFlow;
use sovereign_domain::timestamp::Timestamp;

use crate::storage::Ts;
use crate::storage::funnel::{CustomerRow, PaidRow};
use crate::storage::rollups::{Line, Payment};

#[derive(Default, PartialEq, Eq)]
struct Sum {
    redemptions: i64,
    spent_minor: i64,
    redeemed_at: Option<Timestamp>,
}

/// What each account redeemed and spent; lines of other credit than vouchers' count for nothing.
pub(super) fn customers(lines: &[Line]) -> Vec<CustomerRow> {
    let mut sums: BTreeMap<_, Sum> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.source.as_deref() == Some("voucher")) {
        let (Some(code), Some(kind)) = (&line.reference, EntryKind::parse(&line.kind)) else {
            continue;
        };
        let sum = sums.entry((code.clone(), line.customer_id)).or_default();
        let spent = CreditFlow::of(kind, line.amount_minor).spent_minor;
        sum.spent_minor = sum.spent_minor.saturating_add(spent);
        match kind {
            EntryKind::Grant => {
                sum.redemptions = sum.redemptions.saturating_add(1);
                sum.redeemed_at = sum.redeemed_at.max(Some(line.created_at.0));
            }
            EntryKind::Release => sum.redemptions = sum.redemptions.saturating_sub(1),
            _ => {}
        }
    }
    let moved = sums.into_iter().filter(|(_, sum)| *sum != Sum::default());
    moved
        .map(|((code, customer_id), sum)| CustomerRow {
            code,
            customer_id,
            redemptions: sum.redemptions,
            spent_minor: sum.spent_minor,
            redeemed_at: sum.redeemed_at.map(Ts),
        })
        .collect()
}

/// Who paid when, the earliest first.
pub(super) fn paid(payments: &[Payment]) -> Vec<PaidRow> {
    let mut paid: Vec<&Payment> = payments.iter().collect();
    paid.sort_by_key(|payment| payment.created_at.0);
    paid.into_iter()
        .map(|payment| PaidRow {
            tenant_id: payment.tenant_id.clone(),
            paid_at: payment.created_at,
        })
        .collect()
}
