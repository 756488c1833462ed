//! What a franchisee is due for a month.

/// What the share is taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Base {
    /// What cards were charged. Credit of vouchers is information: who granted it has forgone that revenue.
    #[default]
    Charged,
    /// List prices: what credit of vouchers paid is in the base as well.
    ListPrice,
}

/// Who pays what Stripe takes for a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FeesBorneBy {
    #[default]
    Publisher,
    Franchisee,
    /// Each pays in proportion to its part of the net.
    Shared,
}

/// The terms that apply to the whole of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terms {
    /// The publisher's, for the month, whatever was charged.
    pub fixed_fee_minor: i64,
    /// What can be paid out is a multiple of this; 1 where there is no such rule. The rest is carried over.
    pub payout_step_minor: i64,
}

/// What happened in a month under one franchisee's agreements, in one currency. Nothing is below zero but parts of what
/// went back, where more came back than went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    pub charged_minor: i64,
    /// The publisher's part of it.
    pub publisher_of_charged_minor: i64,
    /// Refunds, less those that failed.
    pub refunded_minor: i64,
    pub publisher_of_refunded_minor: i64,
    /// Disputes that were opened, less those that were won.
    pub disputed_minor: i64,
    pub publisher_of_disputed_minor: i64,
    /// What credit of vouchers paid.
    pub credit_spent_minor: i64,
    /// The publisher's part of it: zero where credit is no part of the base.
    pub publisher_of_credit_minor: i64,
    /// What Stripe took, and what of it the franchisee bears.
    pub fees_minor: i64,
    pub franchisee_of_fees_minor: i64,
}

/// What an earlier statement left: above zero what is still due, below zero what the franchisee owes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Carried(pub i64);

/// What is due, and what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    pub sums: Sums,
    /// Charged, less what went back.
    pub net_minor: i64,
    /// Both parts of the net: they sum to it.
    pub publisher_minor: i64,
    pub franchisee_minor: i64,
    pub fixed_fee_minor: i64,
    pub carried_in: Carried,
    /// The franchisee's part, less the publisher's part of credit, fees and the fixed fee, with what was carried in.
    pub due_minor: i64,
    /// Never below zero.
    pub payout_minor: i64,
    /// `payout_minor` and this sum to `due_minor`.
    pub carried_out: Carried,
}

impl Statement {
    /// `None` where a sum leaves the range of `i64`.
    #[must_use]
    pub fn of(sums: Sums, terms: Terms, carried_in: Carried) -> Option<Self> {
        let less = |whole: i64, refunded: i64, disputed: i64| {
            whole.checked_sub(refunded)?.checked_sub(disputed)
        };
        let net_minor = less(sums.charged_minor, sums.refunded_minor, sums.disputed_minor)?;
        let publisher_minor = less(
            sums.publisher_of_charged_minor,
            sums.publisher_of_refunded_minor,
            sums.publisher_of_disputed_minor,
        )?;
        let franchisee_minor = net_minor.checked_sub(publisher_minor)?;
        let due_minor = franchisee_minor
            .checked_sub(sums.publisher_of_credit_minor)?
            .checked_sub(sums.franchisee_of_fees_minor)?
            .checked_sub(terms.fixed_fee_minor)?
            .checked_add(carried_in.0)?;
        let step = terms.payout_step_minor.max(1);
        let payout_minor = due_minor.max(0).checked_sub(due_minor.max(0).checked_rem(step)?)?;
        let carried_out = Carried(due_minor.checked_sub(payout_minor)?);
        Some(Self {
            sums,
            net_minor,
            publisher_minor,
            franchisee_minor,
            fixed_fee_minor: terms.fixed_fee_minor,
            carried_in,
            due_minor,
            payout_minor,
            carried_out,
        })
    }
}
