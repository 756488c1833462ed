//! The tags of vouchers: giving them one, and taking one off. Nobody can overwrite what another does, because each change
//! is of one tag.

use std::collections::BTreeSet;

use serde_json::json;
use sovereign_domain::event::AuditEntry;
use sovereign_domain::tag::{MAX_TAGS, Tag};
use sovereign_domain::voucher::{Code, Voucher};

use super::vouchers::{FieldError, Writer};
use crate::storage::audit::{self, Change};
use crate::storage::voucher_tags as rows;
use crate::storage::{self, Store, Tx, vouchers};

/// What is done with a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagChange {
    Add,
    Remove,
}

/// Why a tag was not changed.
#[derive(Debug)]
pub enum TagError {
    Field(FieldError),
    /// No voucher has had this code.
    NotFound,
    Storage(storage::Error),
}

impl From<storage::Error> for TagError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// Reads a tag that a client sent.
///
/// # Errors
/// Where it is none.
pub fn parse(text: &str) -> Result<Tag, FieldError> {
    Tag::parse(text).map_err(|error| FieldError::new("tag", format!("tag {error}")))
}

/// All tags that vouchers have, in their order: the first five hundred.
///
/// # Errors
/// Where the database fails.
pub async fn known(store: &Store) -> storage::Result<Vec<String>> {
    let mut tx = store.read().await?;
    rows::known(&mut tx).await
}

/// The tags of vouchers; those that have none are absent.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn of(store: &Store, codes: &[Code]) -> storage::Result<rows::Tags> {
    let mut tx = store.read().await?;
    rows::of(&mut tx, codes).await
}

/// The tags of a voucher.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn of_one(store: &Store, code: &Code) -> storage::Result<Vec<Tag>> {
    Ok(of(store, std::slice::from_ref(code)).await?.remove(code).unwrap_or_default())
}

/// Gives a voucher a tag, or takes one off it; answers those that it has since. One that is so already stays so.
///
/// # Errors
/// [`TagError`].
pub async fn change(
    writer: &mut Writer<'_>,
    code: &Code,
    change: (TagChange, &Tag),
) -> Result<Vec<Tag>, TagError> {
    change_all(writer, code, &[change]).await
}

/// Makes several changes in their order, all of them or none; answers the tags that it has since.
///
/// # Errors
/// [`TagError`].
pub async fn change_all(
    writer: &mut Writer<'_>,
    code: &Code,
    changes: &[(TagChange, &Tag)],
) -> Result<Vec<Tag>, TagError> {
    let mut tx = writer.store.begin().await?;
    vouchers::lock(&mut tx, code).await?;
    let voucher = vouchers::find(&mut tx, code).await?.ok_or(TagError::NotFound)?;
    let mut tags = Vec::new();
    for &(what, tag) in changes {
        let changed = tagged(&mut tx, writer, (what, tag), vec![voucher.clone()]).await?;
        let found = rows::of(&mut tx, std::slice::from_ref(code)).await?.remove(code);
        tags = found.unwrap_or_default();
        if changed.is_empty() && what == TagChange::Add && !tags.contains(tag) {
            let detail =
                format!("a voucher has at most {MAX_TAGS} tags; take another one off first");
            return Err(TagError::Field(FieldError::new("tag", detail)));
        }
    }
    tx.commit().await?;
    Ok(tags)
}

/// Changes a tag of vouchers that are locked, and tells of each; answers those that were otherwise before. One that has as
/// many tags as there can be gets no more.
pub(super) async fn tagged(
    tx: &mut Tx,
    writer: &mut Writer<'_>,
    (what, tag): (TagChange, &Tag),
    vouchers: Vec<Voucher>,
) -> storage::Result<Vec<Voucher>> {
    let codes: Vec<Code> = vouchers.iter().map(|voucher| voucher.code.clone()).collect();
    let before = rows::of(tx, &codes).await?;
    let tags_of = |voucher: &Voucher| before.get(&voucher.code).map_or(&[][..], Vec::as_slice);
    let changes = |voucher: &Voucher| {
        let tags = tags_of(voucher);
        match what {
            TagChange::Add => !tags.contains(tag) && tags.len() < MAX_TAGS,
            TagChange::Remove => tags.contains(tag),
        }
    };
    let changed: Vec<Voucher> = vouchers.into_iter().filter(changes).collect();
    if changed.is_empty() {
        return Ok(changed);
    }
    match what {
        TagChange::Add => {
            let pairs: Vec<_> = changed.iter().map(|voucher| (voucher, tag)).collect();
            rows::add(tx, &pairs, writer.now).await?;
        }
        TagChange::Remove => {
            let codes: Vec<&Code> = changed.iter().map(|voucher| &voucher.code).collect();
            rows::remove(tx, tag, &codes).await?;
        }
    }
    let mut entries = Vec::with_capacity(changed.len());
    for voucher in &changed {
        let before: BTreeSet<&str> = tags_of(voucher).iter().map(Tag::as_str).collect();
        let mut after = before.clone();
        match what {
            TagChange::Add => after.insert(tag.as_str()),
            TagChange::Remove => after.remove(tag.as_str()),
        };
        entries.push(line(writer, voucher, (&before, &after)));
    }
    audit::record(tx, &entries).await?;
    Ok(changed)
}

/// Tags vouchers that are new, and tells of each that gets some.
pub(super) async fn tag_new(
    tx: &mut Tx,
    writer: &mut Writer<'_>,
    vouchers: &[(&Voucher, &BTreeSet<Tag>)],
) -> storage::Result<()> {
    let mut pairs = Vec::new();
    let mut entries = Vec::new();
    for (voucher, tags) in vouchers.iter().filter(|(_, tags)| !tags.is_empty()) {
        pairs.extend(tags.iter().map(|tag| (*voucher, tag)));
        let after = tags.iter().map(Tag::as_str).collect();
        entries.push(line(writer, voucher, (&BTreeSet::new(), &after)));
    }
    if pairs.is_empty() {
        return Ok(());
    }
    rows::add(tx, &pairs, writer.now).await?;
    audit::record(tx, &entries).await
}

/// A line on the tags of a voucher, before and after.
fn line(
    writer: &mut Writer<'_>,
    voucher: &Voucher,
    (before, after): (&BTreeSet<&str>, &BTreeSet<&str>),
) -> (AuditEntry, Change) {
    let entry = writer.entry("voucher.tag", voucher.code.as_str().to_owned());
    let told = |tags: &BTreeSet<&str>| Some(json!({ "tags": tags }));
    (entry, Change { before: told(before), after: told(after) })
}
