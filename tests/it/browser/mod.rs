//! Every page as a person meets it: in Chromium, on a telephone and a desk's screen, in both languages, light
//! and dark, by pointer and by keyboard.
//!
//! `pages.rs` lists the pages; a new one takes a row there, and what it needs in `world.rs`.

mod administration;
mod bulk;
mod catalog_jobs;
mod coverage;
mod desk_jobs;
mod files;
mod harm;
mod hostile;
mod journey;
mod keyboard;
mod look;
mod messages;
mod moves_jobs;
mod pages;
mod pictures;
mod policy_jobs;
mod superadmin_jobs;
mod system_jobs;
mod visit;
mod walk;
mod words;
mod world;
