//! Importing, activating and dropping at a running server. What was begun is brought to its end also where whoever asked
//! has gone away: asked again, it answers what came of it. Where the process ends it is given up, and nothing
//! was changed.

use std::fmt;
use std::fs::File;
use std::sync::Arc;

use sovereign_domain::event::Actor;
use sovereign_domain::ids::IdSource;

use super::activate::{self, ActivateError, Activated};
use super::drop::{self, DropError, Dropped};
use super::import::{self, ImportError, Imported, Target};
use super::papers;
use super::plan::{Bundle, Choices, Place, Plan};
use crate::app::App;
use crate::auth::SigningKey;
use crate::bundle::{BundleError, Identity, Progress, TrustedKeys};
use crate::storage;

/// A bundle that was sent here, and what is to become of it.
pub(crate) struct Arriving {
    /// It has no name, and is gone with this.
    pub(crate) file: Arc<File>,
    /// The Sovereign that it must come from, and its keys.
    pub(crate) from: String,
    pub(crate) keys: TrustedKeys,
    pub(crate) identity: Option<Identity>,
    pub(crate) choices: Choices,
    /// The SHA-256 of the manifest of the bundle that somebody has looked at: no other one is imported.
    pub(crate) expected: Option<String>,
}

/// What an import would do.
#[derive(Debug)]
pub(crate) struct Looked {
    pub(crate) plan: Plan,
    /// Of the manifest, in lower-case hexadecimal.
    pub(crate) sha256: String,
}

/// Why a bundle was not taken in.
#[derive(Debug)]
pub(crate) enum TakeInError {
    Import(ImportError),
    /// It is another one than whoever asks has looked at.
    AnotherBundle,
    /// The task has ended as it must not.
    Broken,
}

impl fmt::Display for TakeInError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Import(error) => error.fmt(f),
            Self::AnotherBundle => f.write_str(
                "this is another bundle than the one whose plan was shown; look at its plan first",
            ),
            Self::Broken => f.write_str("it was not brought to its end; import the bundle again"),
        }
    }
}

impl std::error::Error for TakeInError {}

impl<E: Into<ImportError>> From<E> for TakeInError {
    fn from(error: E) -> Self {
        Self::Import(error.into())
    }
}

impl Arriving {
    fn bundle(&self) -> Bundle {
        Bundle {
            place: Place::Open(Arc::clone(&self.file)),
            fqdn: self.from.clone(),
            keys: self.keys.clone(),
            identity: self.identity.clone(),
            told: Arc::new(|_: Progress<'_>| {}),
        }
    }
}

/// Plans the import of a bundle. Nothing is changed.
///
/// # Errors
/// Where the bundle is not believed, or the database fails.
pub(crate) async fn look(app: Arc<App>, arriving: Arriving) -> Result<Looked, TakeInError> {
    let looked = tokio::spawn(async move {
        tokio::select! {
            looked = Box::pin(looked(&app, &arriving)) => looked,
            () = app.stopped() => Err(TakeInError::Broken),
        }
    });
    looked.await.map_err(|_| TakeInError::Broken)?
}

async fn looked(app: &App, arriving: &Arriving) -> Result<Looked, TakeInError> {
    let (bundle, at) = (arriving.bundle(), (&app.store, &app.facts));
    let (preview, plan) = Box::pin(import::look(at, &bundle, &arriving.choices)).await?;
    Ok(Looked { plan, sha256: preview.sha256 })
}

/// Imports a bundle. One that is here already has the receipt that it had.
///
/// # Errors
/// [`TakeInError`]; then nothing was changed.
pub(crate) async fn take_in(
    app: Arc<App>,
    actor: Actor,
    arriving: Arriving,
) -> Result<Imported, TakeInError> {
    let taken = tokio::spawn(async move {
        tokio::select! {
            taken = Box::pin(taken(&app, &actor, &arriving)) => taken,
            () = app.stopped() => Err(TakeInError::Broken),
        }
    });
    taken.await.map_err(|_| TakeInError::Broken)?
}

async fn taken(app: &App, actor: &Actor, arriving: &Arriving) -> Result<Imported, TakeInError> {
    let bundle = arriving.bundle();
    if let Some(expected) = &arriving.expected
        && *expected != digest(bundle.clone()).await?
    {
        return Err(TakeInError::AnotherBundle);
    }
    let (signer, mut ids) = (app.tokens.signer(None), app.ids());
    let mut target = target(app, actor, &signer, &mut ids);
    Ok(Box::pin(import::import(&mut target, &bundle, &arriving.choices)).await?)
}

/// Of the manifest of a bundle, whose signature holds.
async fn digest(bundle: Bundle) -> Result<String, TakeInError> {
    let read = tokio::task::spawn_blocking(move || -> Result<String, BundleError> {
        let reader = bundle.open()?;
        papers::digest(reader.manifest())
    });
    Ok(read.await.map_err(|_| TakeInError::Broken)??)
}

/// Activates the Organization that a release is of.
///
/// # Errors
/// [`ActivateError`]; then nothing was changed.
pub(crate) async fn activate(
    app: &App,
    actor: &Actor,
    release: &str,
) -> Result<Activated, ActivateError> {
    let (signer, mut ids) = (app.tokens.signer(None), app.ids());
    let mut target = target(app, actor, &signer, &mut ids);
    Box::pin(activate::activate(&mut target, release)).await
}

/// Drops what has arrived and is not activated.
///
/// # Errors
/// [`DropError`]; then nothing was changed.
pub(crate) async fn give_up(
    app: Arc<App>,
    actor: Actor,
    organization: String,
) -> Result<Dropped, DropError> {
    let broken =
        || DropError::Storage(storage::Error::Unavailable("the task that drops has ended".into()));
    let dropped = tokio::spawn(async move {
        tokio::select! {
            dropped = Box::pin(dropped(&app, &actor, &organization)) => dropped,
            () = app.stopped() => Err(broken()),
        }
    });
    dropped.await.map_err(|_| broken())?
}

async fn dropped(app: &App, actor: &Actor, organization: &str) -> Result<Dropped, DropError> {
    let (signer, mut ids) = (app.tokens.signer(None), app.ids());
    let mut target = target(app, actor, &signer, &mut ids);
    Box::pin(drop::drop_arrival(&mut target, organization)).await
}

fn target<'a>(
    app: &'a App,
    actor: &'a Actor,
    signer: &'a SigningKey,
    ids: &'a mut (dyn IdSource + Send),
) -> Target<'a> {
    Target { store: &app.store, facts: &app.facts, actor, now: app.clock.now(), ids, signer }
}
