//! Pages, as a browser without JavaScript sees them.

mod join;
mod market;
mod redeem;
