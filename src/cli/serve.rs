//! `sovereign serve`

use std::future::Future;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::greeting::Greeting;
use super::output::{Failure, answer, say};
use super::{Common, clock};
use crate::api;
use crate::auth::KeyRing;
use crate::config::Config;
use crate::lifecycle::{self, Options, ProcessLock, Sovereign, make_data_directory};
use crate::limits::Limits;
use crate::server;
use crate::storage::Location;
use crate::telemetry::{self, LogFormat};
use crate::usecase::start::{StartError, Wanted};

/// Run the Sovereign
///
/// The first start makes the database and asks for the domain name and the currency, which never
/// change afterwards. With --demo both have defaults and sample vouchers are issued. With --json the
/// address it answers at is printed as one line of JSON.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign serve --demo
  sovereign serve --fqdn omantel.omani.works --currency OMR --listen 0.0.0.0:8080
  sovereign serve --database-url postgres://sovereign@db/sovereign --data /var/lib/sovereign
  sovereign serve --listen 127.0.0.1:0 --json")]
pub(super) struct Serve {
    #[command(flatten)]
    common: Common,
    /// Address and port to answer at [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// The Sovereign's domain name, for the first start
    #[arg(long, value_name = "NAME")]
    fqdn: Option<String>,
    /// The Sovereign's currency (ISO 4217), for the first start
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// A trial with sample vouchers
    #[arg(long)]
    demo: bool,
}

impl Serve {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let flags = [
            ("listen", self.listen),
            ("fqdn", self.fqdn),
            ("currency", self.currency),
            ("demo", self.demo.then(|| "true".to_owned())),
        ];
        let config = Config::read(&self.common.resolve(&flags)?).map_err(Failure::usage)?;
        telemetry::start(&config.log_level, config.log_format).map_err(Failure::usage)?;
        run(&config, self.common.json).await
    }
}

async fn run(config: &Config, json: bool) -> Result<(), Failure> {
    let mail = config.mail().map_err(Failure::usage)?;
    make_data_directory(&config.data)
        .map_err(|error| Failure::unavailable(format!("{}: {error}", config.data.display())))?;
    let location = config.location();
    // One server on an SQLite file; any number on PostgreSQL.
    let _lock = match location {
        Location::File(_) => Some(ProcessLock::take(&config.data).map_err(Failure::usage)?),
        Location::Server(_) => None,
    };
    let keys = KeyRing::load_or_create(&config.data).map_err(Failure::usage)?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| Failure::unavailable(format!("listen {}: {error}", config.listen)))?;
    let address = listener.local_addr().map_err(Failure::unavailable)?;
    // A demo's pages are where it answers: nobody else can find them.
    let own = config.demo.then(|| format!("http://{address}"));
    let limits =
        if config.limits { Limits::on(config.trusted_proxies.clone()) } else { Limits::off() };
    let sovereign = lifecycle::start(Options {
        location,
        keys,
        shared_secret: config.hs256_secret.clone(),
        issuers: config.issuers.clone(),
        wanted: Wanted {
            fqdn: config.fqdn.clone(),
            currency: config.currency.clone(),
            demo: config.demo,
        },
        limits,
        clock: clock(),
        max_batch: config.max_batch,
        preview_cache: config.preview_cache,
        mail,
        vault: config.vault(),
        stripe: config.stripe.clone(),
        public_url: config.public_url.clone().or(own),
    })
    .await?;

    // Before the greeting: whoever reads it may ask the process to end at once.
    let stop = stop_signal().map_err(Failure::unavailable)?;
    let administrator_link = sovereign.administrator_link().await.map_err(StartError::from)?;
    greet(&Greeting { facts: sovereign.facts(), address, config, administrator_link }, json);
    let jobs = tokio::spawn(Sovereign::run_jobs(Arc::clone(&sovereign.app)));
    server::serve(listener, api::router(Arc::clone(&sovereign.app)), stop).await;
    jobs.abort();
    let _ = jobs.await;
    sovereign.stop().await;
    match config.log_format {
        LogFormat::Json => tracing::info!("stopped"),
        LogFormat::Text => say("stopped"),
    }
    Ok(())
}

fn greet(greeting: &Greeting<'_>, json: bool) {
    if json {
        answer(greeting.as_json());
    }
    match greeting.config.log_format {
        LogFormat::Json => {
            tracing::info!(url = greeting.url(), "ready");
            if let Some(link) = &greeting.administrator_link {
                tracing::warn!(link, "there is no administrator yet; this link makes one, once");
            }
        }
        LogFormat::Text if !json => say(greeting.text()),
        LogFormat::Text => {}
    }
}

/// Resolves when the process is asked to end, from now on: also by a signal that came before anyone
/// waited.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
