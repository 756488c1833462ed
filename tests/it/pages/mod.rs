//! Pages, as a browser without JavaScript sees them.

mod console;
mod redeem;
