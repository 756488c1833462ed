//! How the publisher and a franchisee divide what cards were charged.
//!
//! The publisher's share is taken off the gross of an agreement in a month, in the order in which the money came:
//! what one charge adds to the publisher's part of the sum so far is that charge's part. So the parts of the charges
//! sum to the part of the month, and both parties' parts sum to the gross, to the minor unit, whatever the rounding.
//! What goes back (refunds, disputes) reverses at the rate of the charge it came from.

mod month;
mod parts;
mod reversal;
mod share;
mod statement;

pub use self::month::{Month, NotAMonth};
pub use self::parts::by_largest_remainder;
pub use self::reversal::SharedCharge;
pub use self::share::{Share, ShareError, Tier, WHOLE_BP};
pub use self::statement::{Base, Carried, FeesBorneBy, Statement, Sums, Terms};
