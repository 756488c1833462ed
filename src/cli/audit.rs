//! `sovereign audit`

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Common;
use super::output::{Failure, answer, answer_json, table};
use crate::lifecycle::open_existing;
use crate::storage::audit::{Entry, Filter};
use crate::storage::{self, Store};
use crate::usecase::read_audit::{self, Sought, may_be_shown};
use crate::usecase::vouchers::FieldError;

/// How many are read at a time.
const PAGE_SIZE: i64 = 200;

/// The audit log: who did what to what
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  sovereign audit list --action voucher.issue
  sovereign audit list --organization 01997f53-a000-7000-8000-000000000001 --json")]
pub(super) enum AuditCommand {
    List(List),
}

/// List lines of the audit log, newest first; all that is asked for must fit
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign audit list --actor cli --limit 10
  sovereign audit list --subject OMANTEL-MUSCAT-200
  sovereign audit list --from 2027-03-01T00:00:00Z --to 2027-04-01T00:00:00Z --json")]
pub(super) struct List {
    #[command(flatten)]
    common: Common,
    /// Who did it: a user's identifier, cli, system or adoption
    #[arg(long, value_name = "ACTOR")]
    actor: Option<String>,
    /// What was done, such as voucher.issue
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// To what: a voucher's code, or an identifier
    #[arg(long, value_name = "SUBJECT")]
    subject: Option<String>,
    /// In which Organization, by identifier
    #[arg(long, value_name = "ID")]
    organization: Option<String>,
    /// From this moment on, such as 2027-03-01T00:00:00Z
    #[arg(long, value_name = "MOMENT")]
    from: Option<String>,
    /// Before this moment
    #[arg(long, value_name = "MOMENT")]
    to: Option<String>,
    /// How many at most
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: u32,
}

impl AuditCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let Self::List(list) = self;
        list.run().await
    }
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let filter = self.filter().map_err(|fault| Failure::refused(fault.detail))?;
        let config = self.common.config()?;
        let store = open_existing(&config.location()).await?;
        let found = read(&store, &filter, self.limit).await;
        store.close().await;
        let found = found?;
        if self.common.json {
            let lines = found.iter().map(as_json).collect::<storage::Result<_>>()?;
            answer_json(&Value::Array(lines));
        } else if !found.is_empty() {
            answer(table(&found.iter().map(cells).collect::<Vec<_>>()));
        }
        Ok(())
    }

    fn filter(&self) -> Result<Filter, FieldError> {
        let sought = Sought {
            actor: self.actor.as_deref(),
            action: self.action.as_deref(),
            subject: self.subject.as_deref(),
            organization: ("organization", self.organization.as_deref()),
            from: self.from.as_deref(),
            to: self.to.as_deref(),
        };
        sought.filter()
    }
}

/// As many lines as are wanted: a page may hold few of them, or none, and yet not be the last.
async fn read(store: &Store, filter: &Filter, limit: u32) -> storage::Result<Vec<Entry>> {
    let (mut all, mut place) = (Vec::new(), None);
    loop {
        let read = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let left = i64::from(limit).saturating_sub(read).min(PAGE_SIZE);
        if left <= 0 {
            return Ok(all);
        }
        let page = read_audit::page(store, filter, place, left).await?;
        all.extend(page.entries);
        place = page.next;
        if place.is_none() {
            return Ok(all);
        }
    }
}

fn as_json(entry: &Entry) -> storage::Result<Value> {
    let Entry { line, sealed_by } = entry;
    let is_shown = may_be_shown(line);
    let mut json = json!({
        "id": line.id,
        "at": line.at.0,
        "actor": line.actor,
        "action": line.action,
        "subject": line.subject,
        "request_id": line.request_id,
    });
    let known = [
        ("tenant_id", line.tenant_id.as_ref().map(|id| json!(id))),
        ("before", line.before()?.filter(|_| is_shown)),
        ("after", line.after()?.filter(|_| is_shown)),
        ("sealed_by", sealed_by.map(|number| json!(number))),
    ];
    for (name, value) in known {
        if let Some(value) = value {
            json[name] = value;
        }
    }
    Ok(json)
}

fn cells(Entry { line, .. }: &Entry) -> Vec<String> {
    vec![
        line.at.0.to_rfc3339(),
        line.actor.clone(),
        line.action.clone(),
        line.subject.clone(),
        line.tenant_id.clone().unwrap_or_default(),
    ]
}
