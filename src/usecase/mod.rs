//! What a person or a job can do, one file each, except moving money: that is the engine's.

mod audited;
pub mod backup;
pub mod catalog;
pub mod checkout;
pub mod done;
pub(crate) mod elsewhere;
pub mod expire_credit;
pub(crate) mod invitations;
pub mod migrate;
pub mod organizations;
pub(crate) mod overview;
pub mod paging;
pub mod passwords;
pub(crate) mod payments;
pub(crate) mod previews;
pub(crate) mod read_audit;
pub(crate) mod roles;
pub mod seal_audit;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub mod start;
pub mod users;
pub mod verify;
pub mod voucher_codes;
pub mod vouchers;
pub(crate) mod webhook_endpoint;
