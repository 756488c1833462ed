//! `/catalog/*`: what can be ordered, for anyone to read.

mod admin;
mod apps;
mod industries_and_bundles;
mod plans;
