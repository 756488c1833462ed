//! `sovereign openapi`

use clap::Args;

use super::output::answer;
use crate::api;

/// Print the description of the JSON routes (OpenAPI 3.1)
///
/// A server answers the same at /openapi.json.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign openapi
  sovereign openapi > docs/openapi.json")]
pub(super) struct Openapi;

impl Openapi {
    pub(super) fn run() {
        answer(api::document().trim_end());
    }
}
