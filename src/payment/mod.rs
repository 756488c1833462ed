//! Card payments: the processor, and this Sovereign's configuration of it.

pub mod stripe;
