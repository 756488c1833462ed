//! The integration tests: one binary, a folder for the harness, then a file or folder per resource.
//!
//! Every test that touches the database runs on SQLite and on PostgreSQL and ends with `verify`. Run
//! them with `./test`, which brings PostgreSQL along.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on must fail")]
#![allow(clippy::cast_possible_wrap, reason = "counts in tests are small")]

mod harness;

mod adoption;
mod alarms;
mod apps;
mod audit;
mod backup;
mod billing;
mod blueprints;
mod branding;
mod browser;
mod bulk;
mod campaigns;
mod catalog;
mod checkout;
mod cli;
mod conformance;
mod crash;
mod edits;
mod engine;
mod event_endpoints;
mod events;
mod fleet;
mod hostile;
mod isolation;
mod jobs;
mod leaving;
mod letters;
mod lifecycle;
mod limits;
mod mailings;
mod matrix;
mod metrics;
mod model;
mod moves;
mod oidc;
mod openapi;
mod organizations;
mod pages;
mod payments;
mod pdf;
mod policy;
mod provisioning;
mod races;
mod reconcile;
mod refunds;
mod reports;
mod rollup;
mod servers;
mod settings;
mod sign_in;
mod sign_in_races;
mod storage;
mod stripe;
mod stripe_client;
mod usage;
mod vouchers;
