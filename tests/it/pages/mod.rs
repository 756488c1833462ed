//! Pages, as a browser without JavaScript sees them.

mod console;
mod join;
mod market;
mod redeem;
