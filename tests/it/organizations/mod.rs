//! `/tenant/*`: Organizations, their addresses and their members.

mod addresses;
mod administration;
mod check_slug;
mod create;
mod export;
mod life;
mod list_and_get;
mod members;
mod removing_members;
mod suspension;

/// The fail points at which the tests here kill a process.
pub(crate) fn killed_at() -> impl Iterator<Item = &'static str> {
    life::POINTS.into_iter().chain([life::SERVER_POINT])
}
