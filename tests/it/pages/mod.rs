//! Pages, as a browser without JavaScript sees them.

mod admin;
mod checkout;
mod console;
mod join;
mod market;
mod redeem;
mod wallet;
