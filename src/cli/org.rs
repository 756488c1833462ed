//! `sovereign org`

mod abort;
mod activate;
mod confirm;
mod drop;
mod export;
mod export_all;
mod import;
mod life;
mod status;

use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use clap::Subcommand;
use serde_json::{Value, json};
use sovereign_domain::event::Actor;

use super::Common;
use super::output::{Failure, say};
use super::starting::{data_directory, options};
use crate::app::{App, command_line_actor};
use crate::bundle::{Progress, TrustedKeys};
use crate::engine::EngineError;
use crate::lifecycle::{self, Sovereign, open_existing};
use crate::storage::moves::MoveRow;
use crate::usecase::moves::MoveError;
use crate::usecase::moves::export::Told;

/// Rows after which a person is told that more were read.
const ROWS: u64 = 100_000;
/// A bundle as large as this is worth being told about while it is written.
const WORTH_TELLING: u64 = 64 << 20;

/// Organizations: suspending and deleting them, and moving them from one Sovereign to another
///
/// To move one, at the source: export, and confirm once the target has it, or abort. At the target: import, and activate
/// once the source has let go, or drop. See docs/MOVING.md.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  sovereign org export kestrel --to b.example --out kestrel.bundle
  sovereign org status kestrel
  sovereign org suspend kestrel
  sovereign org delete kestrel --dry-run")]
pub(super) enum Org {
    Export(export::Export),
    Confirm(confirm::Confirm),
    Abort(abort::Abort),
    Import(import::Import),
    Activate(activate::Activate),
    Drop(drop::Drop),
    Status(status::Status),
    Suspend(life::Suspend),
    Resume(life::Resume),
    Delete(life::Delete),
    Restore(life::Restore),
}

impl Org {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Export(export) => Box::pin(export.run()).await,
            Self::Confirm(confirm) => Box::pin(confirm.run()).await,
            Self::Abort(abort) => Box::pin(abort.run()).await,
            Self::Import(import) => Box::pin(import.run()).await,
            Self::Activate(activate) => Box::pin(activate.run()).await,
            Self::Drop(drop) => Box::pin(drop.run()).await,
            Self::Status(status) => status.run().await,
            Self::Suspend(suspend) => Box::pin(suspend.run()).await,
            Self::Resume(resume) => Box::pin(resume.run()).await,
            Self::Delete(delete) => Box::pin(delete.run()).await,
            Self::Restore(restore) => Box::pin(restore.run()).await,
        }
    }
}

/// A Sovereign that answers nobody: with its engine, and the way to Stripe. It works beside a running server.
pub(super) struct Desk {
    sovereign: Sovereign,
    pub(super) actor: Actor,
}

impl Desk {
    pub(super) async fn open(common: &Common) -> Result<Self, Failure> {
        let config = common.config()?;
        // It must be there, and of this schema: none is made for a command.
        open_existing(&config.location()).await?.close().await;
        data_directory(&config)?;
        let sovereign = Box::pin(lifecycle::start(options(&config, None)?)).await?;
        let actor = command_line_actor(sovereign.app.new_id());
        Ok(Self { sovereign, actor })
    }

    pub(super) fn app(&self) -> &App {
        &self.sovereign.app
    }

    pub(super) async fn close(self) {
        self.sovereign.stop().await;
    }
}

/// The public keys of the other Sovereign.
fn trusted(path: &Path) -> Result<TrustedKeys, Failure> {
    let name = path.display();
    let text = std::fs::read(path).map_err(|error| Failure::usage(format!("{name}: {error}")))?;
    let set: Option<Value> = serde_json::from_slice(&text).ok();
    set.as_ref().and_then(TrustedKeys::from_jwks).ok_or_else(|| {
        Failure::usage(format!(
            "{name} is no JWK set with an Ed25519 key; give what the other Sovereign answers to \
             GET /.well-known/jwks.json"
        ))
    })
}

/// Writes a file that is there whole, or not at all.
fn write_whole(path: &Path, text: &str) -> Result<(), Failure> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let written = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(directory.unwrap_or(Path::new(".")))?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    written().map_err(|error| {
        let name = path.display();
        Failure::unavailable(format!("{name}: {error}; what it is about is done: run this again"))
    })
}

/// Says how far a bundle is: every so many rows that were read, then every tenth of it that is written.
fn progress() -> Told {
    let last: Mutex<(String, u64)> = Mutex::default();
    Arc::new(move |progress: Progress<'_>| {
        if (1..WORTH_TELLING).contains(&progress.total_bytes) {
            return;
        }
        let file = progress.file;
        let step = match progress.total_bytes {
            0 => progress.bytes / ROWS,
            total => progress.bytes.saturating_mul(10) / total,
        };
        // What is written is one run over all files.
        let of = if progress.total_bytes == 0 { file } else { "" };
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.0 == of && last.1 == step {
            return;
        }
        *last = (of.to_owned(), step);
        if progress.total_bytes > 0 {
            say(format_args!("wrote {} %: {file}", step.saturating_mul(10)));
        } else if step > 0 {
            say(format_args!("read {} rows: {file}", step.saturating_mul(ROWS)));
        }
    })
}

/// A move, for other programs.
fn as_json(row: &MoveRow) -> Value {
    json!({
        "move_id": row.id,
        "organization": row.tenant_id,
        "direction": row.direction,
        "state": row.state,
        "peer_fqdn": row.peer_fqdn,
        "forward_url": row.forward_url,
        "manifest_sha256": row.manifest_sha256,
        "balance_minor": row.balance_minor,
        "owed_minor": row.owed_minor,
        "moved_minor": row.moved_minor,
        "moved_owed_minor": row.moved_owed_minor,
        "started_at": row.started_at.0,
        "exported_at": row.exported_at.map(|at| at.0),
        "ended_at": row.ended_at.map(|at| at.0),
        "started_by": row.started_by,
    })
}

impl From<MoveError> for Failure {
    fn from(error: MoveError) -> Self {
        match error {
            MoveError::Storage(error) => error.into(),
            MoveError::Engine(EngineError::Refused(_)) => Self::refused(error),
            MoveError::Engine(_) => Self::unavailable(error),
            other => Self::refused(other),
        }
    }
}
