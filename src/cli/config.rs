//! `sovereign config`

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Common;
use super::output::{Failure, answer, answer_json, table};
use crate::config::{Config, Entry};

/// The configuration
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  sovereign config show
  sovereign config show --json")]
pub(super) enum ConfigCommand {
    Show(Show),
}

/// Print every setting, its value and where it came from; secrets stay hidden
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign config show
  SOVEREIGN_LISTEN=0.0.0.0:80 sovereign config show --config /etc/sovereign.toml --json")]
pub(super) struct Show {
    #[command(flatten)]
    common: Common,
}

impl ConfigCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        let Self::Show(show) = self;
        let resolved = show.common.resolve(&[])?;
        if show.common.json {
            answer_json(&Value::Array(resolved.entries().iter().map(as_json).collect()));
        } else {
            let rows: Vec<Vec<String>> = resolved.entries().iter().map(row).collect();
            answer(table(&rows));
        }
        // Shown first, so that a wrong value can be seen where it is.
        Config::read(&resolved).map(|_| ()).map_err(Failure::usage)
    }
}

fn shown(entry: &Entry) -> String {
    match entry.value() {
        None => "(not set)".to_owned(),
        Some(_) if entry.key.secret => "(set, hidden)".to_owned(),
        Some(value) => value.to_owned(),
    }
}

fn row(entry: &Entry) -> Vec<String> {
    let help = format!("# {}", entry.key.help);
    vec![entry.name.clone(), shown(entry), entry.origin.to_string(), help]
}

fn as_json(entry: &Entry) -> Value {
    let value = match entry.value() {
        Some(value) if !entry.key.secret => json!(value),
        _ => Value::Null,
    };
    json!({
        "key": entry.name,
        "value": value,
        "set": entry.value().is_some(),
        "secret": entry.key.secret,
        "origin": entry.origin.to_string(),
        "variable": entry.variable(),
    })
}
