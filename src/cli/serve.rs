//! `sovereign serve`

use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::Common;
use super::greeting::Greeting;
use super::output::{Failure, answer, say};
use super::starting::{data_directory, options, stop_signal, stopped};
use crate::api;
use crate::app::App;
use crate::config::Config;
use crate::jobs::Jobs;
use crate::lifecycle::{self, ProcessLock};
use crate::server;
use crate::storage::Location;
use crate::telemetry::{self, LogFormat};
use crate::usecase::start::StartError;

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
    /// Whether it does the jobs as well; off where workers do them [default: on]
    #[arg(long, value_name = "on|off")]
    jobs: Option<String>,
}

impl Serve {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let flags = [
            ("listen", self.listen),
            ("fqdn", self.fqdn),
            ("currency", self.currency),
            ("demo", self.demo.then(|| "true".to_owned())),
            ("jobs", self.jobs),
        ];
        let config = Config::read(&self.common.resolve(&flags)?).map_err(Failure::usage)?;
        telemetry::start(&config.log_level, config.log_format).map_err(Failure::usage)?;
        run(&config, self.common.json).await
    }
}

async fn run(config: &Config, json: bool) -> Result<(), Failure> {
    config.mail().map_err(Failure::usage)?;
    data_directory(config)?;
    // One server on an SQLite file; any number on PostgreSQL.
    let _lock = match config.location() {
        Location::File(_) => Some(ProcessLock::take(&config.data).map_err(Failure::usage)?),
        Location::Server(_) => None,
    };
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| Failure::unavailable(format!("listen {}: {error}", config.listen)))?;
    let address = listener.local_addr().map_err(Failure::unavailable)?;
    let metrics = Metrics::bind(config.metrics_listen).await?;
    // A demo's pages are where it answers: nobody else can find them.
    let own = config.demo.then(|| format!("http://{address}"));
    let sovereign = lifecycle::start(options(config, own)?).await?;

    // Before the greeting: whoever reads it may ask the process to end at once.
    let stop = stop_signal().map_err(Failure::unavailable)?;
    let administrator_link = sovereign.administrator_link().await.map_err(StartError::from)?;
    let greeting = Greeting {
        facts: sovereign.facts(),
        address,
        metrics: metrics.address,
        config,
        administrator_link,
    };
    greet(&greeting, json);
    let metrics = metrics.start(&sovereign.app);
    let jobs = Jobs::start(&sovereign.app, config.jobs);
    server::serve(listener, api::router(Arc::clone(&sovereign.app)), stop).await;
    metrics.stop().await;
    jobs.stop().await;
    sovereign.stop().await;
    stopped(config);
    Ok(())
}

/// The second listener, where one is configured.
struct Metrics {
    address: Option<SocketAddr>,
    listener: Option<TcpListener>,
}

struct MetricsServer {
    stop: oneshot::Sender<()>,
    task: Option<JoinHandle<()>>,
}

impl Metrics {
    async fn bind(address: Option<SocketAddr>) -> Result<Self, Failure> {
        let Some(address) = address else { return Ok(Self { address: None, listener: None }) };
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| Failure::unavailable(format!("metrics.listen {address}: {error}")))?;
        let address = listener.local_addr().map_err(Failure::unavailable)?;
        Ok(Self { address: Some(address), listener: Some(listener) })
    }

    fn start(self, app: &Arc<App>) -> MetricsServer {
        let (stop, stopped) = oneshot::channel();
        let task = self.listener.map(|listener| {
            let router = api::metrics_router(Arc::clone(app));
            tokio::spawn(server::serve(listener, router, async {
                let _ = stopped.await;
            }))
        });
        MetricsServer { stop, task }
    }
}

impl MetricsServer {
    async fn stop(self) {
        drop(self.stop);
        if let Some(task) = self.task {
            let _ = task.await;
        }
    }
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
