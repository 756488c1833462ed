//! `POST /billing/checkout` and `POST /billing/vouchers/redeem`, and what they leave behind.

mod expiry;
mod idempotency;
mod paid_by_credit;
mod preview;
mod prices;
mod redeem;
mod refusals;
mod retries_without_key;
mod voucher_changed;
mod voucher_refusals;
