//! `sovereign voucher`

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use rand::rngs::StdRng;
use serde_json::{Value, json};
use sovereign_domain::ids::IdSource as _;
use sovereign_domain::money::Currency;
use sovereign_domain::tag::Tag;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Code, Issued};

use super::bulk::{GenerateArgs, ImportArgs};
use super::bulk_edit::EditArgs;
use super::bulk_manage::BulkCommand;
use super::mailing::MailArgs;
use super::mailing_manage::MailingCommand;
use super::output::{Failure, answer, answer_json, table};
use super::voucher_filter::FilterArgs;
use super::voucher_print::{CardsArgs, QrArgs};
use super::voucher_show::{HistoryArgs, RedemptionsArgs, ShowArgs, TagArgs};
use super::{Common, clock};
use crate::app::{Facts, command_line_actor};
use crate::ids::RandomIds;
use crate::lifecycle::open_existing;
use crate::storage::Store;
use crate::storage::rollups::VoucherTotals;
use crate::usecase::bulk::{Alphabet, DEFAULT_LENGTH, Pattern};
use crate::usecase::list_vouchers::{PAGE_SIZE, Wanted, list as page_of};
use crate::usecase::paging::PageError;
use crate::usecase::reports::{self, Scope};
use crate::usecase::start;
use crate::usecase::tags;
use crate::usecase::voucher_views::{self, Sought};
use crate::usecase::vouchers::{self, Expected, FieldError, Issue, IssueError, Writer, parse_code};

/// Issue, list and revoke vouchers, beside a running server
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  sovereign voucher issue OMANTEL-MUSCAT-200 --credit 200 --max-redemptions 50
  sovereign voucher generate 1000 --prefix OMANTEL- --credit 200
  sovereign voucher list --json
  sovereign voucher revoke OMANTEL-MUSCAT-200")]
pub(super) enum Voucher {
    Issue(IssueArgs),
    Generate(GenerateArgs),
    Import(ImportArgs),
    Edit(EditArgs),
    Mail(MailArgs),
    List(ListArgs),
    Show(ShowArgs),
    History(HistoryArgs),
    Redemptions(RedemptionsArgs),
    Tag(TagArgs),
    Qr(QrArgs),
    Cards(CardsArgs),
    Revoke(RevokeArgs),
    #[command(subcommand)]
    Bulk(BulkCommand),
    #[command(subcommand)]
    Mailing(MailingCommand),
}

/// Issue a voucher, edit one, or bring a revoked one back
///
/// With --generate the code is made at random, and shown in the answer: nobody can guess it. A short code
/// that people can remember can be guessed as well, and should have a cap.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign voucher issue OMANTEL-MUSCAT-200 --credit 200 --max-redemptions 50
  sovereign voucher issue --generate --prefix OMANTEL- --credit 200 --max-redemptions 1
  sovereign voucher issue SUMMER-25 --credit 25 --credit-valid-days 90 --description 'Summer'")]
pub(super) struct IssueArgs {
    #[command(flatten)]
    common: Common,
    /// What customers enter; upper case and lower case are the same
    #[arg(required_unless_present = "generate", conflicts_with = "generate")]
    code: Option<String>,
    /// Make a random code that cannot be guessed
    #[arg(long)]
    generate: bool,
    /// What the random code begins with
    #[arg(
        long,
        value_name = "TEXT",
        conflicts_with = "code",
        default_value = "",
        hide_default_value = true
    )]
    prefix: String,
    /// Random characters of the code, 12 or more
    #[arg(long, value_name = "COUNT", conflicts_with = "code", default_value_t = DEFAULT_LENGTH)]
    length: usize,
    /// Credit in whole units of the Sovereign's currency
    #[arg(long, value_name = "UNITS", allow_negative_numbers = true)]
    credit: i64,
    /// What it is for; customers see it
    #[arg(long)]
    description: Option<String>,
    /// How often it can be redeemed; 0 = without limit
    #[arg(long, value_name = "COUNT", allow_negative_numbers = true)]
    max_redemptions: Option<i64>,
    /// Days the credit lasts after redemption; 0 = for good
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    credit_valid_days: Option<i64>,
    /// The campaign it is in, by name or identifier; empty = none
    #[arg(long, value_name = "CAMPAIGN")]
    campaign: Option<String>,
    /// Whether it can be redeemed
    #[arg(long, value_name = "BOOL")]
    active: Option<bool>,
}

/// List vouchers, newest first; by default those that are not revoked
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign voucher list
  sovereign voucher list --search muscat --status paused
  sovereign voucher list --view 'Muscat, paused'
  sovereign voucher list --json | jq -r .[].code")]
pub(super) struct ListArgs {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    filter: FilterArgs,
    /// newest, oldest, code, credit, spent, used or `last_redeemed`
    #[arg(long, value_name = "ORDER")]
    sort: Option<String>,
    /// A list that administrators keep, by its name
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with_all = ["search", "status", "campaign", "bulk", "tag", "sort"]
    )]
    view: Option<String>,
}

impl ListArgs {
    /// What is looked for: by itself, or as the list has it that is kept under a name.
    async fn sought(&self, store: &Store) -> Result<Sought, Failure> {
        let Some(name) = &self.view else {
            return Ok(Sought {
                q: self.filter.search.clone(),
                status: self.filter.status.clone(),
                campaign: self.filter.campaign.clone(),
                bulk: self.filter.bulk.clone(),
                tag: self.filter.tag.clone(),
                sort: self.sort.clone(),
            });
        };
        let view = voucher_views::named(store, name).await?;
        let none = || Failure::refused(format!("no list is kept under the name {name}"));
        view.map(|view| view.sought).ok_or_else(none)
    }
}

/// Revoke a voucher; what was redeemed stays
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign voucher revoke OMANTEL-MUSCAT-200")]
pub(super) struct RevokeArgs {
    #[command(flatten)]
    common: Common,
    /// As it was issued, or in lower case
    code: String,
}

impl Voucher {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Issue(args) => issue(args).await,
            Self::Generate(args) => Box::pin(args.run()).await,
            Self::Import(args) => Box::pin(args.run()).await,
            Self::Edit(args) => Box::pin(args.run()).await,
            Self::Mail(args) => Box::pin(args.run()).await,
            Self::List(args) => list(args).await,
            Self::Show(args) => args.run().await,
            Self::History(args) => args.run().await,
            Self::Redemptions(args) => args.run().await,
            Self::Tag(args) => args.run().await,
            Self::Qr(args) => args.run().await,
            Self::Cards(args) => Box::pin(args.run()).await,
            Self::Bulk(command) => Box::pin(command.run()).await,
            Self::Mailing(command) => Box::pin(command.run()).await,
            Self::Revoke(args) => revoke(args).await,
        }
    }
}

/// What is told of vouchers besides what was issued: what became of their credit, and their tags.
pub(super) struct Besides {
    totals: BTreeMap<Code, VoucherTotals>,
    tags: BTreeMap<Code, Vec<Tag>>,
}

pub(super) async fn besides(
    common: &Common,
    store: &Store,
    found: &[Issued],
) -> Result<Besides, Failure> {
    let zone = common.config()?.time_zone;
    let codes: Vec<Code> = found.iter().map(|issued| issued.voucher.code.clone()).collect();
    let scope = Scope { store, now: clock().now(), zone: &zone };
    let totals = reports::voucher::totals(scope, &codes).await?;
    Ok(Besides { totals, tags: tags::of(store, &codes).await? })
}

pub(super) async fn open(common: &Common) -> Result<(Store, Facts), Failure> {
    let config = common.config()?;
    let store = open_existing(&config.location()).await?;
    let facts = start::facts(&store).await?;
    Ok((store, facts))
}

async fn issue(args: IssueArgs) -> Result<(), Failure> {
    let code = match args.code {
        Some(code) => code,
        None => random_code(&args.prefix, args.length)?,
    };
    let (store, facts) = open(&args.common).await?;
    let mut ids = RandomIds::new(clock());
    let actor = command_line_actor(ids.next_id());
    let issue = Issue {
        code,
        credit_units: args.credit,
        description: args.description,
        active: args.active,
        max_redemptions: args.max_redemptions,
        credit_valid_days: args.credit_valid_days,
        campaign: args.campaign,
    };
    let now = clock().now();
    let mut writer =
        Writer { store: &store, currency: facts.currency, now, actor: &actor, ids: &mut ids };
    let issued = vouchers::issue(&mut writer, issue, &Expected::Anything).await;
    let issued = issued.map_err(failure)?;
    let besides = besides(&args.common, &store, std::slice::from_ref(&issued)).await?;
    store.close().await;
    if args.common.json {
        answer_json(&as_json(&issued, &besides, facts.currency, now));
    } else {
        answer(table(&[row(&issued, facts.currency, now)]));
    }
    Ok(())
}

fn random_code(prefix: &str, length: usize) -> Result<String, Failure> {
    let mut random: StdRng = rand::make_rng();
    let pattern = Pattern::read(prefix, Some(length), Alphabet::default(), false);
    let pattern = pattern.map_err(all_faults)?;
    Ok(pattern.code(&mut random).as_str().to_owned())
}

async fn list(args: ListArgs) -> Result<(), Failure> {
    let (store, facts) = open(&args.common).await?;
    let now = clock().now();
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    let sought = args.sought(&store).await?;
    loop {
        let wanted = Wanted { after: after.as_deref(), ..sought.wanted() };
        let page = page_of(&store, &wanted, PAGE_SIZE, now).await.map_err(no_page)?;
        found.extend(page.rows);
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    let besides = besides(&args.common, &store, &found).await?;
    store.close().await;
    if args.common.json {
        let vouchers = found.iter().map(|issued| as_json(issued, &besides, facts.currency, now));
        answer_json(&Value::Array(vouchers.collect()));
    } else if !found.is_empty() {
        let rows: Vec<_> = found.iter().map(|issued| row(issued, facts.currency, now)).collect();
        answer(table(&rows));
    }
    Ok(())
}

async fn revoke(args: RevokeArgs) -> Result<(), Failure> {
    let code = parse_code("code", &args.code).map_err(|error| Failure::refused(error.detail))?;
    let (store, facts) = open(&args.common).await?;
    let mut ids = RandomIds::new(clock());
    let actor = command_line_actor(ids.next_id());
    let mut writer = Writer {
        store: &store,
        currency: facts.currency,
        now: clock().now(),
        actor: &actor,
        ids: &mut ids,
    };
    let revoked = vouchers::revoke(&mut writer, &code).await;
    store.close().await;
    match revoked? {
        None => Err(Failure::refused("there is no live voucher with this code")),
        Some(_) if args.common.json => {
            answer_json(&json!({ "ok": true }));
            Ok(())
        }
        Some(_) => {
            answer("revoked");
            Ok(())
        }
    }
}

/// Everything that is wrong.
pub(super) fn all_faults(faults: Vec<FieldError>) -> Failure {
    let texts: Vec<_> = faults.into_iter().map(|fault| fault.detail).collect();
    Failure::refused(texts.join("; "))
}

fn no_page(error: PageError) -> Failure {
    match error {
        PageError::Field(error) => Failure::refused(error.detail),
        PageError::Storage(error) => error.into(),
    }
}

fn failure(error: IssueError) -> Failure {
    match error {
        IssueError::Field(error) => Failure::refused(error.detail),
        IssueError::Taken(_) | IssueError::Changed(_) => {
            Failure::refused("somebody has changed the voucher since")
        }
        IssueError::Storage(error) => error.into(),
    }
}

pub(super) fn row(issued: &Issued, currency: Currency, now: Timestamp) -> Vec<String> {
    let voucher = &issued.voucher;
    let used = match voucher.max_redemptions {
        0 => format!("{} redeemed", voucher.times_redeemed),
        cap => format!("{} of {cap} redeemed", voucher.times_redeemed),
    };
    vec![
        voucher.code.as_str().to_owned(),
        currency.format(voucher.credit_minor),
        used,
        issued.status(now).as_str().to_owned(),
        voucher.description.clone(),
    ]
}

pub(super) fn as_json(
    issued: &Issued,
    besides: &Besides,
    currency: Currency,
    now: Timestamp,
) -> Value {
    let voucher = &issued.voucher;
    let totals = besides.totals.get(&voucher.code).copied().unwrap_or_default();
    let tags = besides.tags.get(&voucher.code).map_or(&[][..], Vec::as_slice);
    let mut json = json!({
        "code": voucher.code,
        "credit_omr": currency.whole_units(voucher.credit_minor),
        "credit_minor": voucher.credit_minor,
        "currency": currency,
        "description": voucher.description,
        "active": voucher.active,
        "status": issued.status(now).as_str(),
        "max_redemptions": voucher.max_redemptions,
        "times_redeemed": voucher.times_redeemed,
        "granted_minor": voucher.granted_minor,
        "spent_minor": totals.spent_minor,
        "expired_minor": totals.expired_minor,
        "credit_valid_days": voucher.credit_valid_days.unwrap_or(0),
        "created_at": voucher.created_at,
        "tags": tags.iter().map(Tag::as_str).collect::<Vec<_>>(),
    });
    if let Some(id) = voucher.campaign_id {
        json["campaign_id"] = Value::String(id.to_string());
    }
    if let Some(at) = voucher.deleted_at {
        json["deleted_at"] = json!(at);
    }
    if let Some(at) = totals.last_redeemed_at {
        json["last_redeemed_at"] = json!(at);
    }
    json
}
