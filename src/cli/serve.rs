//! `sovereign serve`

use std::path::Path;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::output::{Failure, say};
use super::{Common, clock};
use crate::api;
use crate::app::Facts;
use crate::auth::SigningKey;
use crate::config::Config;
use crate::lifecycle::{self, Options, ProcessLock, Sovereign};
use crate::limits::Limits;
use crate::server;
use crate::storage::Location;
use crate::telemetry;
use crate::usecase::start::Wanted;

/// Run the Sovereign
///
/// The first start makes the database and asks for the domain name and the currency, which never
/// change afterwards. With --demo both have defaults and sample vouchers are issued.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign serve --demo
  sovereign serve --fqdn omantel.omani.works --currency OMR --listen 0.0.0.0:8080
  sovereign serve --database-url postgres://sovereign@db/sovereign --data /var/lib/sovereign")]
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
        run(config).await
    }
}

async fn run(config: Config) -> Result<(), Failure> {
    std::fs::create_dir_all(&config.data)
        .map_err(|error| Failure::unavailable(format!("{}: {error}", config.data.display())))?;
    let location = config.location();
    // One server on an SQLite file; any number on PostgreSQL.
    let _lock = match location {
        Location::File(_) => Some(ProcessLock::take(&config.data).map_err(Failure::usage)?),
        Location::Server(_) => None,
    };
    let key = SigningKey::load_or_create(&config.data).map_err(Failure::usage)?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| Failure::unavailable(format!("listen {}: {error}", config.listen)))?;
    let limits = if config.limits { Limits::on(config.trusted_proxies) } else { Limits::off() };
    let sovereign = lifecycle::start(Options {
        location,
        key,
        shared_secret: config.hs256_secret,
        wanted: Wanted { fqdn: config.fqdn, currency: config.currency, demo: config.demo },
        limits,
        clock: clock(),
    })
    .await?;

    let address = listener.local_addr().map_err(Failure::unavailable)?;
    greet(sovereign.facts(), &address.to_string(), &config.data);
    let jobs = tokio::spawn(Sovereign::run_jobs(Arc::clone(&sovereign.app)));
    server::serve(listener, api::router(Arc::clone(&sovereign.app)), stop_signal()).await;
    jobs.abort();
    let _ = jobs.await;
    sovereign.stop().await;
    say("stopped");
    Ok(())
}

/// Resolves when the process is asked to end.
async fn stop_signal() {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

fn greet(facts: &Facts, address: &str, data: &Path) {
    let (fqdn, currency) = (&facts.fqdn, facts.currency);
    say(format!("sovereign {fqdn} ({currency}) answers at http://{address}"));
    if !facts.demo {
        return;
    }
    let data = data.display();
    say(format!(
        "
This is a demo. In another terminal, with `sovereign` being the program you just ran
(`cargo run --quiet --` from a clone), try:

  SOV=http://{address}
  # what a voucher is worth; anyone may ask
  curl -s $SOV/billing/vouchers/redeem-preview -d '{{\"code\":\"OMANTEL-MUSCAT-200\"}}'

  # issue one as the administrator
  ADMIN=$(sovereign token mint --data {data} --role sovereign-admin --email admin@{fqdn})
  curl -s $SOV/billing/vouchers/issue -H \"Authorization: Bearer $ADMIN\" \\
       -d '{{\"code\":\"MY-FIRST-50\",\"credit_omr\":50,\"max_redemptions\":10}}'

  # redeem it as a customer: an Organization, then a checkout that the credit pays
  AHMED=$(sovereign token mint --data {data} --role member --email ahmed@example.com)
  ORG=$(curl -s $SOV/tenant/orgs -H \"Authorization: Bearer $AHMED\" \\
       -d '{{\"slug\":\"kestrel-pharmacy\",\"name\":\"Kestrel Pharmacy\",\"plan_id\":\"m\"}}' | jq -r .id)
  curl -s $SOV/billing/checkout -H \"Authorization: Bearer $AHMED\" \\
       -d \"{{\\\"plan_id\\\":\\\"m\\\",\\\"tenant_id\\\":\\\"$ORG\\\",\\\"promo_code\\\":\\\"MY-FIRST-50\\\"}}\"
  curl -s $SOV/billing/balance -H \"Authorization: Bearer $AHMED\"

  # and check the books
  sovereign verify --data {data}
"
    ));
}
