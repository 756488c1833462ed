//! `sovereign org suspend`, `resume`, `delete` and `restore`

use clap::Args;
use serde_json::{Value, json};
use sovereign_domain::organization::OrganizationStatus;

use super::Desk;
use crate::cli::Common;
use crate::cli::output::{Failure, answer, answer_json, table};
use crate::storage::organization_life::LifeRow;
use crate::usecase::moves::report;
use crate::usecase::organization_life::{self as life, Impact, LifeError};
use crate::usecase::organizations::OrganizationError;

/// Suspend an Organization: its members can read, and nothing is bought, changed or billed
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign org suspend kestrel")]
pub(in crate::cli) struct Suspend {
    #[command(flatten)]
    common: Common,
    /// Its identifier, or its address here
    #[arg(value_name = "ORG")]
    organization: String,
}

/// End the suspension of an Organization: it is again what it was
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign org resume kestrel")]
pub(in crate::cli) struct Resume {
    #[command(flatten)]
    common: Common,
    /// Its identifier, or its address here
    #[arg(value_name = "ORG")]
    organization: String,
}

/// Have an Organization deleted in 30 days; until then it is suspended, and can be restored
///
/// Its owner is told by mail, and cannot take it back. What is asked for twice is done once.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign org delete kestrel --dry-run
  sovereign org delete kestrel")]
pub(in crate::cli) struct Delete {
    #[command(flatten)]
    common: Common,
    /// Its identifier, or its address here
    #[arg(value_name = "ORG")]
    organization: String,
    /// Tell what its end would take with it, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Take the deletion of an Organization back, whoever asked for it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign org restore kestrel")]
pub(in crate::cli) struct Restore {
    #[command(flatten)]
    common: Common,
    /// Its identifier, or its address here
    #[arg(value_name = "ORG")]
    organization: String,
}

impl Suspend {
    pub(super) async fn run(self) -> Result<(), Failure> {
        set_status(&self.common, &self.organization, OrganizationStatus::Suspended).await
    }
}

impl Resume {
    pub(super) async fn run(self) -> Result<(), Failure> {
        set_status(&self.common, &self.organization, OrganizationStatus::Active).await
    }
}

impl Delete {
    pub(super) async fn run(self) -> Result<(), Failure> {
        if self.dry_run {
            return preview(&self.common, &self.organization).await;
        }
        let desk = Desk::open(&self.common).await?;
        let deleted = match find(&desk, &self.organization).await {
            Ok(id) => life::delete_any(desk.app(), &desk.actor, &id).await,
            Err(failed) => Err(failed),
        };
        desk.close().await;
        tell(&self.common, &deleted?)
    }
}

impl Restore {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let desk = Desk::open(&self.common).await?;
        let restored = match find(&desk, &self.organization).await {
            Ok(id) => life::restore_any(desk.app(), &desk.actor, &id).await,
            Err(failed) => Err(failed),
        };
        desk.close().await;
        tell(&self.common, &restored?)
    }
}

async fn set_status(common: &Common, name: &str, to: OrganizationStatus) -> Result<(), Failure> {
    let desk = Desk::open(common).await?;
    let set = match find(&desk, name).await {
        Ok(id) => life::set_status(desk.app(), &desk.actor, &id, to.as_str()).await,
        Err(failed) => Err(failed),
    };
    desk.close().await;
    tell(common, &set?)
}

/// The identifier of an Organization.
async fn find(desk: &Desk, name: &str) -> Result<String, LifeError> {
    // No row can hold this character, nor can PostgreSQL be asked for it.
    if name.contains('\0') {
        return Err(OrganizationError::NotFound.into());
    }
    let found = report::status(&desk.app().store, name).await?;
    found.map(|found| found.organization).ok_or_else(|| OrganizationError::NotFound.into())
}

/// What the end of an Organization would take with it.
async fn preview(common: &Common, name: &str) -> Result<(), Failure> {
    let desk = Desk::open(common).await?;
    let currency = desk.app().facts.currency;
    let found = match find(&desk, name).await {
        Ok(id) => life::impact(desk.app(), &id).await.map_err(LifeError::from),
        Err(failed) => Err(failed),
    };
    desk.close().await;
    let Some(Impact { found, apps, deletion_at }) = found? else {
        return Err(LifeError::from(OrganizationError::NotFound).into());
    };
    let status = found.life.status()?.as_str();
    if common.json {
        let mut json = json!({
            "id": found.life.id, "slug": found.life.slug, "name": found.life.name, "status": status,
            "members": found.members, "apps": apps, "environments": found.environments,
            "credit_minor": found.credit_minor, "owed_minor": found.owed_minor,
            "currency": currency, "deletion_at": deletion_at,
        });
        let known = [("owner_email", found.owner_email), ("subscription", found.subscription)];
        for (name, value) in known {
            if let Some(value) = value {
                json[name] = Value::String(value);
            }
        }
        answer_json(&json);
        return Ok(());
    }
    let facts = [
        ("organization", format!("{} ({})", found.life.name, found.life.slug)),
        ("status", status.to_owned()),
        ("owner", found.owner_email.unwrap_or_default()),
        ("members", found.members.to_string()),
        ("apps", apps.len().to_string()),
        ("environments", found.environments.to_string()),
        ("credit that is lost", currency.format(found.credit_minor)),
        ("owed", currency.format(found.owed_minor)),
        ("subscription", found.subscription.unwrap_or_else(|| "none".to_owned())),
        ("deleted at", deletion_at.to_rfc3339()),
    ];
    answer(table(&facts.map(|(what, value)| vec![what.to_owned(), value])));
    Ok(())
}

fn tell(common: &Common, row: &LifeRow) -> Result<(), Failure> {
    let (status, deletion_at) = (row.status()?.as_str(), row.deletion_at.map(|at| at.0));
    if common.json {
        let mut json = json!({ "ok": true, "id": row.id, "status": status });
        if let Some(at) = deletion_at {
            json["deletion_at"] = json!(at);
        }
        answer_json(&json);
    } else {
        let until = deletion_at.map(|at| format!(", and will be deleted at {}", at.to_rfc3339()));
        answer(format_args!("{} is {status}{}", row.slug, until.unwrap_or_default()));
    }
    Ok(())
}

impl From<LifeError> for Failure {
    fn from(error: LifeError) -> Self {
        let text = match error {
            LifeError::Organization(OrganizationError::Storage(error)) => return error.into(),
            LifeError::Organization(OrganizationError::NotFound) => {
                "there is no such Organization; give its identifier, or the address it has here"
            }
            LifeError::Organization(OrganizationError::Moving) => {
                "it is on its way to another Sovereign, or there: it stays as it is"
            }
            LifeError::DeletionBegun => {
                "it will be deleted; take that back first: sovereign org restore"
            }
            LifeError::NoDeletion => "nobody wishes it deleted; there is nothing to take back",
            LifeError::Deleted => "it is deleted for good",
            LifeError::Organization(_)
            | LifeError::DeletedByOperator
            | LifeError::SlugStays
            | LifeError::Changed => "that cannot be done with it",
        };
        Self::refused(text)
    }
}
