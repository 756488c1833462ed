//! `sovereign`: the commerce plane of one deployment of a franchised cloud.
//!
//! `ARCHITECTURE.md` is the map. Layers and their direction: `cli`, `api` and the jobs call `usecase`
//! and `engine`; these call `storage`; everything may use the pure rules of `sovereign_domain`.

pub mod api;
pub mod app;
pub mod auth;
pub mod blueprints;
mod branding;
pub mod bundle;
pub mod cli;
pub mod clock;
pub mod config;
pub mod conformance;
pub mod engine;
pub mod envelope;
mod error_chain;
mod fail_point;
mod fingerprint;
mod fleet;
mod hex;
pub mod hooks;
pub mod ids;
pub mod jobs;
pub mod lifecycle;
pub mod limits;
pub mod mail;
pub mod nats;
pub mod payment;
pub mod pdf;
mod private_file;
pub mod provision;
mod qr;
pub mod rollup;
pub mod server;
pub mod storage;
pub mod telemetry;
mod text;
pub mod usecase;
pub mod vault;
mod web;
