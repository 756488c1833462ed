//! Pages, as a browser without JavaScript sees them.

mod checkout;
mod redeem;
