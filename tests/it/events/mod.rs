//! Events: out of the outbox, and to those who hear of them.

mod outbox;
