//! `sovereign report`

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::output::{Failure, answer, answer_json};
use super::{Common, clock};
use crate::api::reports::{CreditBody, OrganizationsDayBody, RedemptionsBody};
use crate::api::revenue_report::ReportBody;
use crate::lifecycle::open_existing;
use crate::storage;
use crate::usecase::reports::days::{AskedFor, Days};
use crate::usecase::reports::{MAX_DAYS, Scope, credit, file, organizations, redemptions, revenue};
use crate::usecase::start;

/// What happened on each day, as CSV: credit, redemptions, new Organizations or revenue
///
/// The same numbers as on the pages and over HTTP, up to this moment; beside a running server.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign report credit --days 90 > credit.csv
  sovereign report revenue --from 2026-01-01 --to 2026-12-31 > revenue.csv
  sovereign report redemptions --json")]
pub(super) struct Report {
    #[command(flatten)]
    common: Common,
    #[arg(value_enum)]
    of: Of,
    /// How many days of the Sovereign's time zone until today; by default 30
    #[arg(
        long,
        value_parser = clap::value_parser!(i64).range(1..=MAX_DAYS),
        conflicts_with_all = ["from", "to"]
    )]
    days: Option<i64>,
    /// From this day on, such as 2026-12-01
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// Up to the end of this day; by default today
    #[arg(long, value_name = "DAY", requires = "from")]
    to: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Of {
    /// Granted, taken back, spent, expired, and what was outstanding in the evening
    Credit,
    /// How often vouchers were redeemed, by campaign, and what they granted
    Redemptions,
    /// How many Organizations were made
    Organizations,
    /// What cards and credit paid
    Revenue,
}

impl Report {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = self.common.config()?;
        let now = clock().now();
        let asked =
            AskedFor { days: self.days, from: self.from.as_deref(), to: self.to.as_deref() };
        let days = asked.read(now, &config.time_zone);
        let days = days.map_err(|error| Failure::refused(error.detail))?;
        let store = open_existing(&config.location()).await?;
        let currency = start::facts(&store).await?.currency;
        let scope = Scope { store: &store, now, zone: &config.time_zone };
        let told = told(scope, (self.of, days), currency).await;
        store.close().await;
        let (text, body) = told?;
        if self.common.json {
            answer_json(&body);
        } else {
            // No mark before it: this is for other programs.
            answer(text.trim_start_matches('\u{feff}').trim_end());
        }
        Ok(())
    }
}

/// The report as a file, and as the API answers it.
async fn told(
    scope: Scope<'_>,
    (of, days): (Of, Days),
    currency: sovereign_domain::money::Currency,
) -> storage::Result<(String, Value)> {
    let code = currency.code();
    let mut books = scope.snapshot().await?;
    Ok(match of {
        Of::Credit => {
            let report = credit::report(&mut books, days).await?;
            (file::credit(currency, &report.days), json!(CreditBody::new(code, report)))
        }
        Of::Redemptions => {
            let report = redemptions::report(&mut books, days).await?;
            (file::redemptions(currency, &report), json!(RedemptionsBody::new(code, &report)))
        }
        Of::Organizations => {
            let days = organizations::report(&mut books, days).await?;
            let body: Vec<_> = days.iter().map(OrganizationsDayBody::from).collect();
            (file::organizations(&days), json!(body))
        }
        Of::Revenue => {
            let days = revenue::report(&mut books, days).await?;
            (file::revenue(currency, &days), json!(ReportBody::new(code, &days)))
        }
    })
}
