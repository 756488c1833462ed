//! What a person or a job can do, one file each, except moving money: that is the engine's.

pub mod catalog;
pub mod checkout;
pub mod expire_credit;
pub mod organizations;
pub mod start;
pub mod users;
pub mod verify;
pub mod vouchers;
