//! An Organization's data, for its owner to take along: one document with everything, or a table at a time.
//!
//! All of it is read from one state of the database, and put aside before any of it is sent: whoever reads slowly
//! holds no connection up, and what cannot be read whole is not begun.

pub(crate) mod csv;
mod spool;

use serde::Serialize;
use serde_json::{Map, Value, json};
use sovereign_domain::event::Actor;
use sovereign_domain::organization::MemberRole;
use sovereign_domain::timestamp::Timestamp;

pub(crate) use self::spool::Spool;
use super::audited;
use super::organizations::OrganizationError;
use crate::app::App;
use crate::limits::{Key, Quota};
use crate::storage::export::{self as rows, Cells, Pages, RESOURCES, Resource};
use crate::storage::organizations::role_of;
use crate::storage::{self, Tx};

pub use crate::storage::export::{LEFT_OUT, tables};

/// What the document is, for programs.
pub const FORMAT: &str = "sovereign-organization-export";
/// Of the format. A member may be added to it; another version would mean something else.
pub const VERSION: u32 = 1;

/// What an export can be of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted {
    /// The document with everything.
    Document,
    /// One resource, as CSV.
    Table(&'static Resource),
}

impl Wanted {
    /// By the name of its file, such as `orders.csv`.
    pub(crate) fn table(file: &str) -> Option<Self> {
        file.strip_suffix(".csv").and_then(rows::find).map(Self::Table)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Document => "everything",
            Self::Table(resource) => resource.name,
        }
    }
}

/// Why there is no export.
#[derive(Debug)]
pub(crate) enum ExportError {
    Organization(OrganizationError),
    /// It could not be put aside.
    NoRoom(std::io::Error),
}

impl<E: Into<OrganizationError>> From<E> for ExportError {
    fn from(error: E) -> Self {
        Self::Organization(error.into())
    }
}

/// The first part of the document.
#[derive(Debug, Serialize)]
struct Head<'a> {
    format: &'static str,
    version: u32,
    sovereign: &'a str,
    currency: &'a str,
    organization_id: &'a str,
    exported_at: Timestamp,
    resources: Vec<Value>,
}

/// Exports an Organization, for its owner; the audit log has a line of it.
///
/// # Errors
/// [`ExportError`]; then nothing was exported.
pub(crate) async fn export(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
    wanted: Wanted,
) -> Result<Spool, ExportError> {
    owned(app, actor, tenant_id).await?;
    app.limits.check(Quota::ExportByUser, Key::User(&actor.user_id)).await?;
    let mut tx = app.store.begin().await?;
    let entry = audited::entry(app, actor, "organization.export", tenant_id, Some(tenant_id));
    audited::record(&mut tx, entry, json!({ "resource": wanted.name() })).await?;
    tx.commit().await?;

    let mut tx = app.store.snapshot().await?;
    let mut spool = Spool::new(app.new_id());
    match wanted {
        Wanted::Document => document(app, &mut tx, tenant_id, &mut spool).await?,
        Wanted::Table(resource) => table(&mut tx, tenant_id, resource, &mut spool).await?,
    }
    Ok(spool)
}

/// Refuses who does not own the Organization.
///
/// # Errors
/// [`OrganizationError`].
pub(crate) async fn owned(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
) -> Result<(), OrganizationError> {
    let mut tx = app.store.read().await?;
    match role_of(&mut tx, tenant_id, &actor.user_id).await? {
        None => Err(OrganizationError::NotFound),
        Some(MemberRole::Owner) => Ok(()),
        Some(_) => Err(OrganizationError::OwnerOnly),
    }
}

async fn document(
    app: &App,
    tx: &mut Tx,
    tenant_id: &str,
    spool: &mut Spool,
) -> Result<(), ExportError> {
    let described = RESOURCES.iter().map(|resource| {
        let columns: Vec<&str> = resource.columns.iter().map(|column| column.name).collect();
        let csv = format!("/tenant/orgs/{tenant_id}/export/{}.csv", resource.name);
        json!({ "name": resource.name, "about": resource.about, "columns": columns, "csv": csv })
    });
    let head = Head {
        format: FORMAT,
        version: VERSION,
        sovereign: &app.facts.fqdn,
        currency: app.facts.currency.code(),
        organization_id: tenant_id,
        exported_at: app.clock.now(),
        resources: described.collect(),
    };
    // The last brace goes to the end, behind the data.
    let head = text(&head)?;
    spool.write(head.strip_suffix('}').unwrap_or(&head).as_bytes())?;
    let mut opening = ",\"data\":{";
    for resource in RESOURCES {
        spool.write(format!("{opening}\"{}\":[", resource.name).as_bytes())?;
        opening = ",";
        let (mut pages, mut separator) = (Pages::of(resource), "\n");
        loop {
            let page = pages.next(tx, tenant_id).await?;
            if page.is_empty() {
                break;
            }
            let mut written = String::new();
            for cells in page {
                written.push_str(separator);
                written.push_str(&text(&object(resource, cells))?);
                separator = ",\n";
            }
            spool.write(written.as_bytes())?;
        }
        spool.write(b"]")?;
    }
    Ok(spool.write(b"}}\n")?)
}

async fn table(
    tx: &mut Tx,
    tenant_id: &str,
    resource: &'static Resource,
    spool: &mut Spool,
) -> Result<(), ExportError> {
    let mut written = csv::head_of(resource);
    let mut pages = Pages::of(resource);
    loop {
        let page = pages.next(tx, tenant_id).await?;
        for cells in &page {
            csv::line(&mut written, resource, cells);
        }
        spool.write(written.as_bytes())?;
        written.clear();
        if page.is_empty() {
            return Ok(());
        }
    }
}

/// A row as an object; what has no value is absent.
fn object(resource: &Resource, cells: Cells) -> Map<String, Value> {
    let names = resource.columns.iter().map(|column| column.name.to_owned());
    names.zip(cells).filter(|(_, value)| !value.is_null()).collect()
}

fn text(value: &impl Serialize) -> Result<String, ExportError> {
    let unreadable =
        |error: serde_json::Error| storage::Error::corrupt("export", error.to_string());
    Ok(serde_json::to_string(value).map_err(unreadable)?)
}

impl From<std::io::Error> for ExportError {
    fn from(error: std::io::Error) -> Self {
        Self::NoRoom(error)
    }
}
