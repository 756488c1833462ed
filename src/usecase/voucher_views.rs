//! Lists of vouchers that administrators keep under a name, for all who administer the Sovereign.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::campaigns::name_key;
use super::list_vouchers::{Wanted, written};
use super::paging::PageError;
use super::vouchers::{FieldError, Writer};
use crate::storage::audit::{self, Change};
use crate::storage::voucher_views::{self as rows, ViewRow};
use crate::storage::{self, Store, Tx};

/// The longest name, in characters.
pub const MAX_NAME_CHARS: usize = 60;
/// The most that are kept.
pub const MAX_VIEWS: usize = 100;

/// What a list looks for, and its order. What is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sought {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// A campaign's identifier; its name may change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bulk: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
}

impl Sought {
    /// Of the list from its beginning.
    #[must_use]
    pub fn wanted(&self) -> Wanted<'_> {
        Wanted {
            after: None,
            part: self.q.as_deref(),
            status: self.status.as_deref(),
            campaign: self.campaign.as_deref(),
            bulk: self.bulk.as_deref(),
            tag: self.tag.as_deref(),
            sort: self.sort.as_deref(),
        }
    }

    /// What is looked for, by the names of the list's address.
    #[must_use]
    pub fn parameters(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("q", &self.q),
            ("status", &self.status),
            ("campaign", &self.campaign),
            ("bulk", &self.bulk),
            ("tag", &self.tag),
            ("sort", &self.sort),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect()
    }

    /// What somebody wants, as it is kept: each as it is written, a campaign by its identifier.
    async fn kept(wanted: &Wanted<'_>, tx: &mut Tx, now: Timestamp) -> Result<Self, PageError> {
        let filter = wanted.filter(tx, now).await?;
        wanted.order()?;
        Ok(Self {
            status: written(&filter),
            q: filter.part,
            campaign: filter.campaign.map(|id| id.to_string()),
            bulk: filter.bulk.map(|id| id.to_string()),
            tag: filter.tag.map(|tag| tag.as_str().to_owned()),
            // That is how a list is sorted anyway.
            sort: wanted.sort.filter(|sort| !matches!(*sort, "" | "newest")).map(str::to_owned),
        })
    }
}

/// A list that is kept.
#[derive(Debug, Clone)]
pub struct View {
    pub id: Uuid,
    pub name: String,
    pub sought: Sought,
    pub created_at: Timestamp,
}

impl TryFrom<ViewRow> for View {
    type Error = storage::Error;

    /// Fails where a row is of a later version.
    fn try_from(row: ViewRow) -> storage::Result<Self> {
        let sought = serde_json::from_value(row.wanted.0)
            .map_err(|error| storage::Error::corrupt("voucher_views", error))?;
        Ok(Self { id: row.id, name: row.name, sought, created_at: row.created_at.0 })
    }
}

/// Why no list was kept.
#[derive(Debug)]
pub enum ViewError {
    Field(FieldError),
    /// There is one of this name.
    Taken,
    /// There are as many as there can be.
    TooMany,
    Storage(storage::Error),
}

impl From<storage::Error> for ViewError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

impl From<PageError> for ViewError {
    fn from(error: PageError) -> Self {
        match error {
            PageError::Field(fault) => Self::Field(fault),
            PageError::Storage(error) => Self::Storage(error),
        }
    }
}

/// All lists that are kept, by name.
///
/// # Errors
/// Where the database fails.
pub async fn list(store: &Store) -> storage::Result<Vec<View>> {
    let mut tx = store.read().await?;
    rows::list(&mut tx).await?.into_iter().map(View::try_from).collect()
}

/// The list of this name, as names are compared.
///
/// # Errors
/// Where the database fails.
pub async fn named(store: &Store, name: &str) -> storage::Result<Option<View>> {
    let key = name_key(name);
    Ok(list(store).await?.into_iter().find(|view| name_key(&view.name) == key))
}

/// Keeps a list under a name.
///
/// # Errors
/// [`ViewError`].
pub async fn create(
    writer: &mut Writer<'_>,
    name: &str,
    wanted: &Wanted<'_>,
) -> Result<View, ViewError> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = (1..=MAX_NAME_CHARS).contains(&name.chars().count());
    if !fits || name.chars().any(char::is_control) {
        let detail =
            format!("name must be 1 to {MAX_NAME_CHARS} characters, and none that control");
        return Err(ViewError::Field(FieldError::new("name", detail)));
    }
    let mut tx = writer.store.begin().await?;
    let sought = Sought::kept(wanted, &mut tx, writer.now).await?;
    if rows::list(&mut tx).await?.len() >= MAX_VIEWS {
        return Err(ViewError::TooMany);
    }
    let (id, key) = (writer.ids.next_id(), name_key(&name));
    let told = json!(sought);
    if !rows::insert(&mut tx, (id, &name, &key), &told, writer.now).await? {
        return Err(ViewError::Taken);
    }
    let after = json!({ "name": name, "wanted": told });
    note(&mut tx, writer, ("view.create", id), (None, Some(after))).await?;
    tx.commit().await?;
    Ok(View { id, name, sought, created_at: writer.now })
}

/// Keeps a list no longer; answers `false` where there is none with this identifier.
///
/// # Errors
/// Where the database fails.
pub async fn delete(writer: &mut Writer<'_>, id: Uuid) -> storage::Result<bool> {
    let mut tx = writer.store.begin().await?;
    let before = rows::list(&mut tx).await?.into_iter().find(|row| row.id == id);
    let Some(before) = before else { return Ok(false) };
    if !rows::delete(&mut tx, id).await? {
        return Ok(false);
    }
    let before = json!({ "name": before.name, "wanted": before.wanted.0 });
    note(&mut tx, writer, ("view.delete", id), (Some(before), None)).await?;
    tx.commit().await?;
    Ok(true)
}

async fn note(
    tx: &mut Tx,
    writer: &mut Writer<'_>,
    (action, id): (&'static str, Uuid),
    (before, after): (Option<Value>, Option<Value>),
) -> storage::Result<()> {
    let entry = writer.entry(action, id.to_string());
    audit::record(tx, &[(entry, Change { before, after })]).await
}
