//! Events: out of the outbox, and to those who hear of them.

mod ended;
mod kills;
mod nats;
mod outbox;
mod schemas;
