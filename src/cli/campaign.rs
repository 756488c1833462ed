//! `sovereign campaign`

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use sovereign_domain::campaign::Campaign as Row;
use sovereign_domain::ids::IdSource as _;
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;

use super::campaign_show::{FunnelArgs, ShowArgs};
use super::output::{Failure, answer, answer_json, table};
use super::{Common, clock};
use crate::app::{Facts, command_line_actor};
use crate::ids::RandomIds;
use crate::lifecycle::open_existing;
use crate::storage::Store;
use crate::usecase::campaigns::{self, CampaignEdit, CampaignError, PAGE_SIZE, Sought};
use crate::usecase::paging::PageError;
use crate::usecase::start;
use crate::usecase::vouchers::Writer;

/// Make, edit and list campaigns, beside a running server
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  sovereign campaign create 'Muscat bills' --budget 10000 --starts-at 2027-03-01T00:00:00+04:00
  sovereign campaign edit 'Muscat bills' --budget 12000
  sovereign campaign list --status running")]
pub(super) enum Campaign {
    Create(CreateArgs),
    Edit(EditArgs),
    List(ListArgs),
    Show(ShowArgs),
    Funnel(FunnelArgs),
}

/// What can be set of one.
#[derive(Debug, Args)]
struct Terms {
    /// Credit that it may grant, in units of the Sovereign's currency; 0 = without limit
    #[arg(long, value_name = "UNITS")]
    budget: Option<String>,
    /// First moment, such as 2027-03-01T00:00:00+04:00; empty = at once
    #[arg(long, value_name = "MOMENT")]
    starts_at: Option<String>,
    /// First moment after it; empty = never
    #[arg(long, value_name = "MOMENT")]
    ends_at: Option<String>,
    /// How many of its vouchers each customer may redeem; 0 = without limit
    #[arg(long, value_name = "COUNT", allow_negative_numbers = true)]
    per_customer: Option<i64>,
    /// Whether its vouchers can be redeemed
    #[arg(long, value_name = "BOOL")]
    active: Option<bool>,
}

/// Make a campaign; vouchers join it as they are issued, with --campaign
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign campaign create 'Muscat bills' --budget 10000 --per-customer 1
  sovereign campaign create Spring --starts-at 2027-03-01T00:00:00+04:00 --json")]
pub(super) struct CreateArgs {
    #[command(flatten)]
    common: Common,
    /// What it is called
    name: String,
    #[command(flatten)]
    terms: Terms,
}

/// Edit a campaign; what it granted stays
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign campaign edit 'Muscat bills' --budget 12000.500
  sovereign campaign edit 'Muscat bills' --ends-at '' --active false
  sovereign campaign edit 'Muscat bills' --name 'Muscat bills, spring'")]
pub(super) struct EditArgs {
    #[command(flatten)]
    common: Common,
    /// Its name or identifier
    campaign: String,
    /// What it is to be called
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    terms: Terms,
}

/// List campaigns, newest first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign campaign list
  sovereign campaign list --status exhausted --json")]
pub(super) struct ListArgs {
    #[command(flatten)]
    common: Common,
    /// What the name has in it
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// How they stand: running, scheduled, paused, exhausted or ended
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
}

impl Campaign {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Create(args) => create(args).await,
            Self::Edit(args) => edit(args).await,
            Self::List(args) => list(args).await,
            Self::Show(args) => args.run().await,
            Self::Funnel(args) => args.run().await,
        }
    }
}

impl Terms {
    fn into_edit(self, name: Option<String>, currency: Currency) -> Result<CampaignEdit, Failure> {
        let budget_minor = match self.budget {
            None => None,
            Some(text) => Some(currency.read_decimal(text.trim()).ok_or_else(|| {
                let example = currency.decimal(currency.units_to_minor(10_000).unwrap_or(0));
                Failure::refused(format!("--budget must be an amount such as {example}"))
            })?),
        };
        Ok(CampaignEdit {
            name,
            active: self.active,
            budget_minor,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            per_customer: self.per_customer,
        })
    }
}

pub(super) async fn open(common: &Common) -> Result<(Store, Facts), Failure> {
    let config = common.config()?;
    let store = open_existing(&config.location()).await?;
    let facts = start::facts(&store).await?;
    Ok((store, facts))
}

/// Lets `write` write, and closes the database.
async fn writing<T>(
    (store, facts): (Store, Facts),
    write: impl AsyncFnOnce(&mut Writer<'_>) -> Result<T, CampaignError>,
) -> Result<T, Failure> {
    let mut ids = RandomIds::new(clock());
    let actor = command_line_actor(ids.next_id());
    let (currency, now) = (facts.currency, clock().now());
    let mut writer = Writer { store: &store, currency, now, actor: &actor, ids: &mut ids };
    let written = write(&mut writer).await;
    store.close().await;
    written.map_err(failure)
}

async fn create(args: CreateArgs) -> Result<(), Failure> {
    let (store, facts) = open(&args.common).await?;
    let currency = facts.currency;
    let edit = args.terms.into_edit(Some(args.name), currency)?;
    let campaign = writing((store, facts), async |writer| campaigns::create(writer, &edit).await);
    show(&args.common, &campaign.await?, currency);
    Ok(())
}

async fn edit(args: EditArgs) -> Result<(), Failure> {
    let (store, facts) = open(&args.common).await?;
    let currency = facts.currency;
    let edit = args.terms.into_edit(args.name, currency)?;
    let found = campaigns::find(&store, &args.campaign).await?;
    let Some(found) = found else {
        return Err(Failure::refused("there is no campaign with this name or identifier"));
    };
    let campaign = writing((store, facts), async |writer| {
        campaigns::edit(writer, found.campaign.id, &edit, None).await
    });
    show(&args.common, &campaign.await?, currency);
    Ok(())
}

async fn list(args: ListArgs) -> Result<(), Failure> {
    let (store, facts) = open(&args.common).await?;
    let now = clock().now();
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let sought = Sought {
            part: args.search.as_deref(),
            status: args.status.as_deref(),
            after: after.as_deref(),
        };
        let page = campaigns::list(&store, &sought, PAGE_SIZE, now).await;
        let page = page.map_err(|error| match error {
            PageError::Field(error) => Failure::refused(error.detail),
            PageError::Storage(error) => error.into(),
        })?;
        found.extend(page.rows);
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    store.close().await;
    if args.common.json {
        let all = found.iter().map(|campaign| as_json(campaign, facts.currency, now));
        answer_json(&Value::Array(all.collect()));
    } else if !found.is_empty() {
        let rows: Vec<_> =
            found.iter().map(|campaign| row(campaign, facts.currency, now)).collect();
        answer(table(&rows));
    }
    Ok(())
}

fn show(common: &Common, campaign: &Row, currency: Currency) {
    let now = clock().now();
    if common.json {
        answer_json(&as_json(campaign, currency, now));
    } else {
        answer(table(&[row(campaign, currency, now)]));
    }
}

fn failure(error: CampaignError) -> Failure {
    match error {
        CampaignError::Fields(faults) => {
            let texts: Vec<_> = faults.into_iter().map(|fault| fault.detail).collect();
            Failure::refused(texts.join("; "))
        }
        CampaignError::Unknown | CampaignError::Changed(_) => {
            Failure::refused("somebody has changed the campaign since")
        }
        CampaignError::Storage(error) => error.into(),
    }
}

pub(super) fn row(campaign: &Row, currency: Currency, now: Timestamp) -> Vec<String> {
    let granted = match campaign.budget_minor {
        0 => format!("{} granted", currency.format(campaign.granted_minor)),
        budget => {
            let granted = currency.decimal(campaign.granted_minor);
            format!("{granted} of {} granted", currency.format(budget))
        }
    };
    vec![
        campaign.name.clone(),
        granted,
        format!("{} redeemed", campaign.redemptions),
        campaign.status(now).as_str().to_owned(),
        campaign.id.to_string(),
    ]
}

pub(super) fn as_json(campaign: &Row, currency: Currency, now: Timestamp) -> Value {
    json!({
        "id": campaign.id,
        "name": campaign.name,
        "active": campaign.active,
        "status": campaign.status(now).as_str(),
        "budget_minor": campaign.budget_minor,
        "granted_minor": campaign.granted_minor,
        "remaining_minor": campaign.remaining_minor(),
        "currency": currency,
        "redemptions": campaign.redemptions,
        "per_customer": campaign.per_customer,
        "starts_at": campaign.starts_at,
        "ends_at": campaign.ends_at,
        "created_at": campaign.created_at,
        "updated_at": campaign.updated_at,
    })
}
