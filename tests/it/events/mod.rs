//! Events: out of the outbox, and to those who hear of them.

mod ended;
mod kills;
mod nats;
mod outbox;
mod schemas;

/// The fail points at which the tests here kill a process.
pub(crate) fn killed_at() -> impl Iterator<Item = &'static str> {
    let relay = kills::STEPS.iter().filter_map(|(_, point)| point.split(':').next());
    relay.chain(ended::POINTS)
}
