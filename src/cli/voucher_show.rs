//! `sovereign voucher show`, `history`, `redemptions` and `tag`: one voucher, and what became of it.

use clap::Args;
use serde_json::{Value, json};
use sovereign_domain::ids::IdSource as _;
use sovereign_domain::tag::Tag;
use sovereign_domain::voucher::{Code, Issued};

use super::output::{Failure, answer, answer_json, table};
use super::voucher::{as_json, besides, open, row};
use super::{Common, clock};
use crate::app::{Facts, command_line_actor};
use crate::ids::RandomIds;
use crate::storage::Store;
use crate::storage::voucher_story::RedemptionRow;
use crate::usecase::list_vouchers;
use crate::usecase::tags::{self, TagChange, TagError};
use crate::usecase::voucher_story::{self, Done};
use crate::usecase::vouchers::Writer;

/// How many are read at a time.
const PAGE_SIZE: i64 = 200;

/// Show a voucher, also one that was revoked
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign voucher show OMANTEL-MUSCAT-200
  sovereign voucher show OMANTEL-MUSCAT-200 --json | jq .times_redeemed")]
pub(super) struct ShowArgs {
    #[command(flatten)]
    common: Common,
    /// As it was issued, or in lower case
    code: String,
}

/// Tell what was done to a voucher, newest first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign voucher history OMANTEL-MUSCAT-200
  sovereign voucher history OMANTEL-MUSCAT-200 --limit 1 --json")]
pub(super) struct HistoryArgs {
    #[command(flatten)]
    common: Common,
    /// As it was issued, or in lower case
    code: String,
    /// How many at most
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: u32,
}

/// Tell who redeemed a voucher, newest first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign voucher redemptions OMANTEL-MUSCAT-200
  sovereign voucher redemptions OMANTEL-MUSCAT-200 --limit 1000 --json | jq -r .[].slug")]
pub(super) struct RedemptionsArgs {
    #[command(flatten)]
    common: Common,
    /// As it was issued, or in lower case
    code: String,
    /// How many at most
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: u32,
}

/// Give a voucher tags, and take some off; answers those that it has then
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign voucher tag OMANTEL-MUSCAT-200 --add spring --add bills
  sovereign voucher tag OMANTEL-MUSCAT-200 --remove spring
  sovereign voucher tag OMANTEL-MUSCAT-200")]
pub(super) struct TagArgs {
    #[command(flatten)]
    common: Common,
    /// As it was issued, or in lower case
    code: String,
    /// A tag that it gets; may be given several times
    #[arg(long, value_name = "TAG")]
    add: Vec<String>,
    /// A tag that it loses; may be given several times
    #[arg(long, value_name = "TAG")]
    remove: Vec<String>,
}

/// The voucher with a code, however that is written.
async fn find(store: &Store, code: &str) -> Result<Issued, Failure> {
    let none = || Failure::refused("no voucher has had this code");
    // No row can hold this character, nor can PostgreSQL be asked for it.
    if code.contains('\0') {
        return Err(none());
    }
    let stored = Code::stored(code.to_owned());
    let found = match (list_vouchers::find(store, &stored).await?, Code::parse(code)) {
        (None, Ok(code)) => list_vouchers::find(store, &code).await?,
        (found, _) => found,
    };
    found.ok_or_else(none)
}

pub(super) async fn found(common: &Common, code: &str) -> Result<(Store, Facts, Issued), Failure> {
    let (store, facts) = open(common).await?;
    let issued = find(&store, code).await?;
    Ok((store, facts, issued))
}

impl ShowArgs {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (store, facts, issued) = found(&self.common, &self.code).await?;
        let now = clock().now();
        let besides = besides(&self.common, &store, std::slice::from_ref(&issued)).await?;
        store.close().await;
        if self.common.json {
            answer_json(&as_json(&issued, &besides, facts.currency, now));
        } else {
            answer(table(&[row(&issued, facts.currency, now)]));
        }
        Ok(())
    }
}

impl HistoryArgs {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (store, _, issued) = found(&self.common, &self.code).await?;
        let (mut all, mut before) = (Vec::new(), None);
        while let Some(left) = left(self.limit, all.len()) {
            let part = voucher_story::done_in(&store, &issued.voucher, (before, left)).await?;
            all.extend(part.rows);
            before = part.next;
            if before.is_none() {
                break;
            }
        }
        store.close().await;
        if self.common.json {
            answer_json(&Value::Array(all.iter().map(done_as_json).collect()));
        } else if !all.is_empty() {
            answer(table(&all.iter().map(done_cells).collect::<Vec<_>>()));
        }
        Ok(())
    }
}

impl RedemptionsArgs {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (store, facts, issued) = found(&self.common, &self.code).await?;
        let (mut all, mut before) = (Vec::new(), None);
        while let Some(left) = left(self.limit, all.len()) {
            let part = voucher_story::redemptions_in(&store, &issued.voucher, (before, left));
            let part = part.await?;
            all.extend(part.rows);
            before = part.next;
            if before.is_none() {
                break;
            }
        }
        store.close().await;
        let code = facts.currency.code();
        if self.common.json {
            let rows = all.iter().map(|row| redemption_as_json(row, code));
            answer_json(&Value::Array(rows.collect()));
        } else if !all.is_empty() {
            let cells = |row: &RedemptionRow| {
                vec![
                    row.slug.clone().unwrap_or_else(|| row.tenant_id.clone()),
                    row.state.clone(),
                    facts.currency.format(row.credit_minor),
                    format!("{} left", facts.currency.format(row.left_minor)),
                    row.created_at.0.to_rfc3339(),
                ]
            };
            answer(table(&all.iter().map(cells).collect::<Vec<_>>()));
        }
        Ok(())
    }
}

/// How many are still to be read, a page at a time; nothing where that is all.
fn left(limit: u32, read: usize) -> Option<i64> {
    let read = i64::try_from(read).unwrap_or(i64::MAX);
    let left = i64::from(limit).saturating_sub(read).min(PAGE_SIZE);
    (left > 0).then_some(left)
}

impl TagArgs {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let parse = |texts: &[String]| -> Result<Vec<Tag>, Failure> {
            let tags = texts.iter().map(|text| tags::parse(text));
            tags.collect::<Result<_, _>>().map_err(|fault| Failure::refused(fault.detail))
        };
        let (add, remove) = (parse(&self.add)?, parse(&self.remove)?);
        let (store, facts, issued) = found(&self.common, &self.code).await?;
        let mut ids = RandomIds::new(clock());
        let actor = command_line_actor(ids.next_id());
        let (currency, now) = (facts.currency, clock().now());
        let mut writer = Writer { store: &store, currency, now, actor: &actor, ids: &mut ids };
        let taken = remove.iter().map(|tag| (TagChange::Remove, tag));
        // First what it loses: there may be no room for what it gets.
        let changes: Vec<_> = taken.chain(add.iter().map(|tag| (TagChange::Add, tag))).collect();
        let code = &issued.voucher.code;
        let tags = if changes.is_empty() {
            tags::of_one(&store, code).await?
        } else {
            tags::change_all(&mut writer, code, &changes).await.map_err(refused)?
        };
        store.close().await;
        let tags: Vec<&str> = tags.iter().map(Tag::as_str).collect();
        if self.common.json {
            answer_json(&json!({ "tags": tags }));
        } else {
            answer(tags.join(", "));
        }
        Ok(())
    }
}

fn refused(error: TagError) -> Failure {
    match error {
        TagError::Field(fault) => Failure::refused(fault.detail),
        TagError::NotFound => Failure::refused("no voucher has had this code"),
        TagError::Storage(error) => error.into(),
    }
}

fn done_as_json(done: &Done) -> Value {
    let changes = done.changes.iter().map(|change| {
        let mut json = json!({ "member": change.member, "after": change.after });
        if let Some(before) = &change.before {
            json["before"] = before.clone();
        }
        json
    });
    let mut json = json!({
        "at": done.at,
        "actor": done.actor,
        "kind": done.kind.as_str(),
        "changes": changes.collect::<Vec<_>>(),
    });
    if let Some(email) = &done.email {
        json["email"] = json!(email);
    }
    json
}

fn done_cells(done: &Done) -> Vec<String> {
    let changes = done.changes.iter().map(|change| match &change.before {
        Some(before) => format!("{}: {before} -> {}", change.member, change.after),
        None => format!("{}: {}", change.member, change.after),
    });
    vec![
        done.at.to_rfc3339(),
        done.kind.as_str().to_owned(),
        done.email.clone().unwrap_or_else(|| done.actor.clone()),
        changes.collect::<Vec<_>>().join(", "),
    ]
}

fn redemption_as_json(row: &RedemptionRow, currency: &str) -> Value {
    let mut json = json!({
        "id": row.id,
        "tenant_id": row.tenant_id,
        "credit_minor": row.credit_minor,
        "left_minor": row.left_minor,
        "currency": currency,
        "state": row.state,
        "created_at": row.created_at.0,
    });
    let known = [
        ("name", row.name.as_ref().map(|name| json!(name))),
        ("slug", row.slug.as_ref().map(|slug| json!(slug))),
        ("order_id", row.order_id.map(|id| json!(id))),
        ("order_minor", row.order_minor.map(|minor| json!(minor))),
    ];
    for (name, value) in known {
        if let Some(value) = value {
            json[name] = value;
        }
    }
    json
}
