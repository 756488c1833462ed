//! `sovereign key`

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use sovereign_domain::ids::IdSource as _;

use super::output::{Failure, answer, answer_json, table};
use super::{Common, clock};
use crate::app::command_line_actor;
use crate::auth::{self, KeyError};
use crate::config::Config;
use crate::ids::RandomIds;
use crate::lifecycle::open_existing;
use crate::storage::Store;
use crate::usecase::keys::{self, KeyChangeError};
use crate::usecase::roles::Grantor;

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
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::List(List { common }) => list(&common),
            Self::Prepare(Prepare { common }) => {
                let id = change(&common, async |store, config, by| {
                    keys::prepare(store, &config.data, by).await
                });
                said(&common, &id.await?, "next");
                Ok(())
            }
            Self::Rotate(Rotate { common }) => {
                let id = change(&common, async |store, config, by| {
                    keys::rotate(store, &config.data, by).await
                });
                said(&common, &id.await?, "signing");
                Ok(())
            }
            Self::Forget(Forget { common, kid }) => {
                let done = change(&common, async |store, config, by| {
                    keys::forget(store, &config.data, &kid, by).await
                });
                done.await?;
                said(&common, &kid, "forgotten");
                Ok(())
            }
        }
    }
}

/// Changes the keys in the name of the command line.
async fn change<T>(
    common: &Common,
    work: impl AsyncFnOnce(&Store, &Config, &mut Grantor<'_>) -> Result<T, KeyChangeError>,
) -> Result<T, Failure> {
    let config = common.config()?;
    let store = open_existing(&config.location()).await?;
    let mut ids = RandomIds::new(clock());
    let actor = command_line_actor(ids.next_id());
    let mut by = Grantor { now: clock().now(), actor: &actor, ids: &mut ids };
    let done = work(&store, &config, &mut by).await;
    store.close().await;
    Ok(done?)
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

impl From<KeyChangeError> for Failure {
    fn from(error: KeyChangeError) -> Self {
        match error {
            KeyChangeError::Key(error) => error.into(),
            KeyChangeError::NotFound => {
                Self::refused("there is no retired key of this name; see `sovereign key list`")
            }
            KeyChangeError::Storage(error) => error.into(),
            KeyChangeError::Unrecorded { done, error } => {
                Self::unavailable(format!("{done}, but the audit log has no line of it: {error}"))
            }
        }
    }
}
