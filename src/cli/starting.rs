//! What the commands have in common that run a Sovereign, or do its work: `serve`, `worker`, `jobs run`.

use tokio::signal::unix::{SignalKind, signal};

use super::clock;
use super::output::{Failure, say};
use crate::auth::KeyRing;
use crate::config::Config;
use crate::lifecycle::{Options, make_data_directory};
use crate::limits::Limits;
use crate::telemetry::LogFormat;
use crate::usecase::start::Wanted;

/// What the configuration says; `public_url` is where the pages are if it does not say so.
pub(super) fn options(config: &Config, public_url: Option<String>) -> Result<Options, Failure> {
    let limits =
        if config.limits { Limits::on(config.trusted_proxies.clone()) } else { Limits::off() };
    Ok(Options {
        location: config.location(),
        keys: KeyRing::load_or_create(&config.data).map_err(Failure::usage)?,
        shared_secret: config.hs256_secret.clone(),
        issuers: config.issuers.clone(),
        wanted: Wanted {
            fqdn: config.fqdn.clone(),
            currency: config.currency.clone(),
            demo: config.demo,
        },
        limits,
        clock: clock(),
        tax: config.tax,
        zone: config.time_zone.clone(),
        max_batch: config.max_batch,
        max_bundle_bytes: config.max_bundle_bytes,
        preview_cache: config.preview_cache,
        mail: config.mail().map_err(Failure::usage)?,
        vault: config.vault(),
        stripe: config.stripe.clone(),
        nats: config.nats.clone(),
        hooks: config.hooks.clone(),
        public_url: config.public_url.clone().or(public_url),
        provisioning: config.provisioning.clone(),
        blueprints: config.blueprints.clone(),
        fleet_snapshot: config.fleet_snapshot.clone(),
        data: config.data.clone(),
    })
}

pub(super) fn data_directory(config: &Config) -> Result<(), Failure> {
    make_data_directory(&config.data)
        .map_err(|error| Failure::unavailable(format!("{}: {error}", config.data.display())))
}

/// Resolves when the process is asked to end, from now on: also by a signal that came before anyone
/// waited.
pub(super) fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Says that all is finished and closed.
pub(super) fn stopped(config: &Config) {
    match config.log_format {
        LogFormat::Json => tracing::info!("stopped"),
        LogFormat::Text => say("stopped"),
    }
}
