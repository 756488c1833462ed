//! `/tenant/*`: Organizations, their addresses and their members.

mod administration;
mod check_slug;
mod create;
mod list_and_get;
mod members;
mod removing_members;
