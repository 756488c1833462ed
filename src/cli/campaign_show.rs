//! `sovereign campaign show` and `sovereign campaign funnel`: one campaign, and what came of it.

use clap::Args;
use serde_json::json;
use sovereign_domain::money::Currency;

use super::campaign::{as_json, open, row};
use super::output::{Failure, answer, answer_json, table};
use super::{Common, clock};
use crate::storage::Store;
use crate::usecase::campaigns::{self, WithVouchers};
use crate::usecase::funnel;

/// Show a campaign, and how many vouchers it has
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign campaign show 'Muscat bills'
  sovereign campaign show 'Muscat bills' --json | jq .remaining_minor")]
pub(super) struct ShowArgs {
    #[command(flatten)]
    common: Common,
    /// Its name or identifier
    campaign: String,
}

/// Tell how many come how far with a campaign's vouchers
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign campaign funnel 'Muscat bills'
  sovereign campaign funnel 'Muscat bills' --json | jq .paying")]
pub(super) struct FunnelArgs {
    #[command(flatten)]
    common: Common,
    /// Its name or identifier
    campaign: String,
}

async fn found(common: &Common, name: &str) -> Result<(Store, Currency, WithVouchers), Failure> {
    let (store, facts) = open(common).await?;
    let found = campaigns::find(&store, name).await?;
    let none = || Failure::refused("there is no campaign with this name or identifier");
    Ok((store, facts.currency, found.ok_or_else(none)?))
}

impl ShowArgs {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (store, currency, found) = found(&self.common, &self.campaign).await?;
        store.close().await;
        let (now, WithVouchers { campaign, vouchers }) = (clock().now(), found);
        if self.common.json {
            let mut json = as_json(&campaign, currency, now);
            json["vouchers"] = json!(vouchers);
            answer_json(&json);
        } else {
            let mut cells = row(&campaign, currency, now);
            cells.push(format!("{vouchers} vouchers"));
            answer(table(&[cells]));
        }
        Ok(())
    }
}

impl FunnelArgs {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (store, currency, found) = found(&self.common, &self.campaign).await?;
        let funnel = funnel::read(&store, found.campaign.id).await;
        store.close().await;
        let funnel = funnel?;
        if self.common.json {
            answer_json(&json!({
                "issued": funnel.issued,
                "issued_in_all": funnel.all_issued,
                "views": funnel.views,
                "sign_ups": funnel.sign_ups,
                "redeemed": funnel.redeemed,
                "spenders": funnel.spenders,
                "spent_minor": funnel.spent_minor,
                "currency": currency,
                "paying": funnel.paying,
            }));
            return Ok(());
        }
        let steps = [
            ("issued", funnel.issued),
            ("views", funnel.views),
            ("sign-ups", funnel.sign_ups),
            ("redeemed", funnel.redeemed),
            ("spenders", funnel.spenders),
            ("paying", funnel.paying),
        ];
        let rows = steps.map(|(step, count)| vec![step.to_owned(), count.to_string()]);
        answer(table(&rows));
        Ok(())
    }
}
