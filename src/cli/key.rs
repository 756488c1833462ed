//! `sovereign key`

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Common;
use super::output::{Failure, answer, answer_json, table};
use crate::auth::{self, KeyError};

/// The keys that this Sovereign signs tokens with
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  sovereign key list
  sovereign key rotate")]
pub(super) enum Key {
    List(List),
    Prepare(Prepare),
    Rotate(Rotate),
    Forget(Forget),
}

/// List the keys: the one that signs, the next one, and retired ones
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign key list --data /var/lib/sovereign")]
pub(super) struct List {
    #[command(flatten)]
    common: Common,
}

/// Make the next key: it is published and accepted, but does not sign yet
///
/// Where several servers have a copy each of the data directory, prepare, copy next-signing-key.der to all
/// of them, and then rotate on each.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign key prepare --data /var/lib/sovereign")]
pub(super) struct Prepare {
    #[command(flatten)]
    common: Common,
}

/// Sign with the next key from now on
///
/// It is made if it was not prepared. Running servers notice within a minute. Tokens of the last key are
/// accepted until they end, or the key is forgotten.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign key rotate --data /var/lib/sovereign")]
pub(super) struct Rotate {
    #[command(flatten)]
    common: Common,
}

/// Let go of a retired key: its tokens are refused from now on
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign key forget 4RfqaUnwGFyeWIYVbWHXa7Lk1Og5pSoi0MBLNUpxE6k")]
pub(super) struct Forget {
    #[command(flatten)]
    common: Common,
    /// The key's name, as `key list` shows it; one that begins with a hyphen stands behind --
    kid: String,
}

impl Key {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::List(List { common }) => list(&common),
            Self::Prepare(Prepare { common }) => {
                let id = auth::prepare(&common.config()?.data)?;
                said(&common, &id, "next");
                Ok(())
            }
            Self::Rotate(Rotate { common }) => {
                let id = auth::rotate(&common.config()?.data)?;
                said(&common, &id, "signing");
                Ok(())
            }
            Self::Forget(Forget { common, kid }) => {
                if !auth::forget(&common.config()?.data, &kid)? {
                    let text = "there is no retired key of this name; see `sovereign key list`";
                    return Err(Failure::refused(text));
                }
                said(&common, &kid, "forgotten");
                Ok(())
            }
        }
    }
}

fn list(common: &Common) -> Result<(), Failure> {
    let keys = auth::list(&common.config()?.data)?;
    if common.json {
        let keys = keys.iter().map(|key| json!({ "kid": key.id, "state": key.state }));
        answer_json(&keys.collect::<Value>());
    } else {
        let rows = keys.into_iter().map(|key| vec![key.id, key.state.to_owned()]);
        let head = vec!["KEY".to_owned(), "STATE".to_owned()];
        answer(table(&std::iter::once(head).chain(rows).collect::<Vec<_>>()));
    }
    Ok(())
}

fn said(common: &Common, id: &str, state: &str) {
    if common.json {
        answer_json(&json!({ "kid": id, "state": state }));
    } else {
        answer(format_args!("{id} is {state}"));
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::usage(error)
    }
}
