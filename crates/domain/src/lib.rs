//! The rules of the commerce plane: money, vouchers, wallets, checkouts, subscriptions.
//!
//! This crate is pure. It is `no_std`, so the compiler refuses a clock, a file, a socket or a
//! thread; time and identifiers come in as arguments. Arithmetic is checked everywhere (a lint
//! refuses `+` on integers) and there are no floats.
#![no_std]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::expect_used))]

extern crate alloc;

pub mod book;
pub mod bulk;
pub mod calendar;
pub mod campaign;
pub mod catalog;
pub mod check_character;
pub mod checkout;
pub mod cover;
pub mod credit_flow;
pub mod environment;
pub mod estimate;
pub mod event;
pub mod forecast;
pub mod gcra;
pub mod ids;
pub mod mailing;
pub mod money;
pub mod organization;
pub mod policy;
pub mod proration;
pub mod refund;
pub mod services;
pub mod split;
pub mod subscription;
pub mod tag;
pub mod tax;
pub mod timestamp;
pub mod usage;
pub mod voucher;
pub mod wallet;
