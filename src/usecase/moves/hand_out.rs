//! A bundle for whoever asks a running server: written into a file that has no name, and is gone however the process
//! ends.

use std::fs::File;
use std::io::{self, Seek as _};
use std::sync::Arc;

use sovereign_domain::event::Actor;

use super::MoveError;
use super::export::{self, Place, Target};
use crate::app::App;
use crate::bundle::{BundleError, Progress, Recipient};
use crate::storage;

/// A bundle that nobody else can open: its file has no name.
#[derive(Debug)]
pub(crate) struct HandedOut {
    pub(crate) file: File,
    pub(crate) bytes: u64,
    /// Of the Organization.
    pub(crate) slug: String,
    pub(crate) is_encrypted: bool,
}

/// A bundle that somebody asks for.
pub(crate) struct Wanted {
    pub(crate) organization: String,
    pub(crate) recipients: Vec<Recipient>,
    /// Whether it may take the place of another one of this move, whose receipt is of no use then.
    pub(crate) replace: bool,
}

/// Writes the bundle of an Organization that is frozen; one at a time. Whoever asked may go away meanwhile: it is written
/// to its end all the same, and its file goes with it.
///
/// # Errors
/// [`MoveError`].
pub(crate) async fn hand_out(
    app: Arc<App>,
    actor: Actor,
    wanted: Wanted,
) -> Result<HandedOut, MoveError> {
    let written = tokio::spawn(async move {
        tokio::select! {
            written = Box::pin(write(&app, &actor, &wanted)) => written,
            () = app.stopped() => {
                let text = "the process ends; fetch the bundle again".into();
                Err(MoveError::Storage(storage::Error::Unavailable(text)))
            }
        }
    });
    written.await.map_err(|_| {
        MoveError::Bundle(BundleError::Misuse("the task that writes the bundle has ended".into()))
    })?
}

async fn write(app: &App, actor: &Actor, wanted: &Wanted) -> Result<HandedOut, MoveError> {
    let Ok(_permit) = app.bundle_permits.try_acquire() else {
        let detail = "another bundle is being written at this moment; ask again when it is done";
        return Err(MoveError::refused("bundle_in_progress", detail));
    };
    let Wanted { organization, recipients, replace } = wanted;
    let mut file = tempfile::tempfile().map_err(no_room)?;
    let target = Target {
        place: Place::Open(&file),
        recipients,
        told: Arc::new(|_: Progress<'_>| {}),
        replace: *replace,
    };
    let exported = Box::pin(export::again(app, actor, organization, target)).await?;
    file.rewind().map_err(no_room)?;
    let bytes = file.metadata().map_err(no_room)?.len();
    Ok(HandedOut {
        file,
        bytes,
        slug: exported.manifest.subject.slug,
        is_encrypted: !recipients.is_empty(),
    })
}

fn no_room(error: io::Error) -> MoveError {
    let doing = std::env::temp_dir().display().to_string();
    MoveError::Bundle(BundleError::Io { doing, error })
}
