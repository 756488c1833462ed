//! Random sequences of commands, and the world they are sent to.
//!
//! A [`Step`] names users, Organizations, vouchers and orders by small indexes and never by
//! identifier, so that one sequence can be played on the in-memory book ([`Model`]) and on a real
//! database, and what came of it compared: [`Observed`] after each step, [`Snapshot`] at any time.
//! The pieces that both players share are in [`Script`]: the clock, the orders made so far, and how
//! a step becomes a [`Command`](sovereign_domain::book::Command).
//!
//! The root crate's tests include this directory by path, so it may use only the domain, proptest,
//! uuid and std.
// What one of the two including crates has no use for.
#![allow(dead_code, unused_imports)]
// A command is as large as it is, and one action at a time.
#![allow(clippy::large_enum_variant)]
// Test code: a panic is a failed test.
#![allow(clippy::arithmetic_side_effects, clippy::expect_used, clippy::unwrap_used)]

mod observed;
mod runner;
mod script;
mod snapshot;
mod steps;
mod strategy;
mod world;

pub(crate) use self::observed::Observed;
pub(crate) use self::runner::{Counter, Decision, Model};
pub(crate) use self::script::{Action, CampaignTerms, Script, VoucherTerms};
pub(crate) use self::snapshot::{
    ChangesSummary, DisputeSummary, RedemptionSummary, RefundSummary, Snapshot,
    SubscriptionSummary, WalletSummary,
};
pub(crate) use self::steps::{
    AppStep, ChangeStep, CheckoutStep, PromoValue, RedeemStep, RefundStep, Step,
};
pub(crate) use self::strategy::{LENGTH, app_step, steps, steps_with_huge_amounts};
pub(crate) use self::world::World;
