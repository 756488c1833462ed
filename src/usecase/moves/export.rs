//! Writes the bundle of a frozen Organization: rows are read in pages, all in one snapshot, and handed to a thread that
//! may block. However large the Organization is, this takes some MiB of memory.

mod write;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use sovereign_domain::event::Actor;
use tokio::sync::mpsc;
use uuid::Uuid;

use self::write::{Order, Output, Piece};
use super::freeze::{self, Wish};
use super::trail::{self, Trail};
use super::{MoveError, foreign, papers, people};
use crate::app::App;
use crate::bundle::{
    About, BundleError, Manifest, Progress, Recipient, Source, Subject, SubjectKind, TrustedKeys,
};
use crate::fail_point::reach;
use crate::lifecycle::VERSION;
use crate::storage::moved_tables::{MOVED, Members, Rows};
use crate::storage::moves::{self, MoveRow, Written};
use crate::storage::{Tx, migrate, moved_list, organizations};
use crate::usecase::audited;

/// Pages that wait to be written.
const WAITING: usize = 2;

/// What a person is told on the way: while rows are read, how many; then `total_bytes` is 0.
pub(crate) type Told = Arc<dyn Fn(Progress<'_>) + Send + Sync>;

/// Where a bundle goes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'a> {
    /// A file of this name, once it is whole.
    Path(&'a Path),
    /// A file that has none.
    Open(&'a File),
}

/// Where a bundle goes, and who may read it.
#[derive(Clone)]
pub(crate) struct Target<'a> {
    pub(crate) place: Place<'a>,
    /// Nobody: it is not encrypted.
    pub(crate) recipients: &'a [Recipient],
    /// Is told how much of it is written.
    pub(crate) told: Told,
    /// Whether it may take the place of another bundle of the move.
    pub(crate) replace: bool,
}

/// A bundle that is in its place.
#[derive(Debug)]
pub(crate) struct Exported {
    pub(crate) row: MoveRow,
    pub(crate) manifest: Manifest,
    /// Of the manifest, in lower-case hexadecimal.
    pub(crate) sha256: String,
    /// Whether another bundle of this move was written before, which is not the same: a receipt of that one is of no
    /// use any more.
    pub(crate) replaced: bool,
}

/// Freezes an Organization, unless it is, and writes its bundle. Killed anywhere, it may be asked again: it is the same
/// move and, unless it is encrypted, the same file.
///
/// # Errors
/// [`MoveError`]. Where the bundle could not be written, the Organization stays frozen.
pub(crate) async fn export(
    app: &App,
    actor: &Actor,
    wish: Wish<'_>,
    target: Target<'_>,
) -> Result<Exported, MoveError> {
    let row = Box::pin(freeze::freeze(app, actor, wish)).await?;
    Box::pin(write(app, actor, &row, target)).await
}

/// Writes the bundle of an Organization that is frozen already: nothing is frozen by this.
///
/// # Errors
/// [`MoveError`].
pub(crate) async fn again(
    app: &App,
    actor: &Actor,
    organization: &str,
    target: Target<'_>,
) -> Result<Exported, MoveError> {
    let tenant_id = freeze::resolve(app, organization).await?;
    let live = moves::live(&mut app.store.read().await?, &tenant_id).await?;
    let Some(row) = live.filter(MoveRow::is_leaving) else {
        let detail = "it is not on its way to another Sovereign; begin its move first";
        return Err(MoveError::refused("not_moving", detail));
    };
    Box::pin(write(app, actor, &row, target)).await
}

/// Writes the bundle of a move that has not ended.
///
/// # Errors
/// [`MoveError`].
async fn write(
    app: &App,
    actor: &Actor,
    row: &MoveRow,
    target: Target<'_>,
) -> Result<Exported, MoveError> {
    let mut tx = app.store.snapshot().await?;
    let about = about(app, &mut tx, row).await?;
    let trail = trail::load(&mut tx, row.id).await?;
    let signer = app.tokens.signer(row.source_key_id.as_deref());
    let (pieces, receiver) = mpsc::channel(WAITING);
    let order = Order {
        about,
        signer,
        recipients: target.recipients.to_vec(),
        output: output(target.place)?,
        told: Arc::clone(&target.told),
    };
    let writer = tokio::task::spawn_blocking(move || write::write(order, receiver));
    let sent = send(&mut tx, row, trail, (&pieces, &target.told)).await;
    drop(pieces);
    drop(tx);
    let written = writer.await.map_err(|_| {
        MoveError::Bundle(BundleError::Misuse("the thread that writes the bundle has ended".into()))
    })?;
    // A writer that has ended takes nothing any more: why it has is what matters.
    let manifest = match (sent, written) {
        (_, Err(error)) if !matches!(error, BundleError::Misuse(_)) => return Err(error.into()),
        (Err(error), _) => return Err(error),
        (Ok(()), written) => written?,
    };
    reach!("move_bundle_written");
    finish(app, actor, row, (manifest, &target)).await
}

/// Notes the bundle, and gives it its name.
async fn finish(
    app: &App,
    actor: &Actor,
    row: &MoveRow,
    (manifest, target): (Manifest, &Target<'_>),
) -> Result<Exported, MoveError> {
    let sha256 = papers::digest(&manifest)?;
    let replaced = row.manifest_sha256.as_ref().is_some_and(|before| *before != sha256);
    if replaced && !target.replace {
        discard(target.place);
        let detail = "the bundle would be another one than before, such as after an upgrade, and a receipt that is on \
                      its way could not be confirmed any more; ask for it to be replaced where the target is to \
                      import this one";
        return Err(MoveError::refused("bundle_replaces", detail));
    }
    let keys = TrustedKeys::from_jwks(&app.tokens.jwks()).unwrap_or_default();
    let public_key = papers::noted(&keys, &manifest.key_id).unwrap_or_default();
    let written =
        Written { manifest_sha256: &sha256, key_id: &manifest.key_id, public_key: &public_key };
    let mut tx = app.store.begin().await?;
    if !moves::exported(&mut tx, row.id, &written, app.clock.now()).await? {
        drop(tx);
        discard(target.place);
        let detail = "the move has ended meanwhile; there is nothing to export any more";
        return Err(MoveError::refused("move_ended", detail));
    }
    let tenant_id = row.tenant_id.as_str();
    let entry =
        audited::entry(app, actor, "organization.export_bundle", tenant_id, Some(tenant_id));
    let after = json!({ "move_id": row.id, "manifest_sha256": sha256 });
    audited::record(&mut tx, entry, after).await?;
    tx.commit().await?;
    reach!("move_exported");
    if let Place::Path(file) = target.place {
        write::put_in_place(&part_of(file), file)?;
    }
    reach!("move_bundle_in_place");
    Ok(Exported { row: row.clone(), manifest, sha256, replaced })
}

/// What the thread writes to that may block.
fn output(place: Place<'_>) -> Result<Output, MoveError> {
    match place {
        Place::Path(file) => Ok(Output::Part(part_of(file))),
        Place::Open(file) => {
            let doing = std::env::temp_dir().display().to_string();
            let file = file.try_clone().map_err(|error| BundleError::Io { doing, error })?;
            Ok(Output::Open(file))
        }
    }
}

/// What is not to be a bundle leaves nothing behind.
fn discard(place: Place<'_>) {
    if let Place::Path(file) = place {
        let _ = std::fs::remove_file(part_of(file));
    }
}

/// The bundle, until it is whole.
fn part_of(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    file.with_file_name(name)
}

async fn about(app: &App, tx: &mut Tx, row: &MoveRow) -> Result<About, MoveError> {
    let found = organizations::named(tx, &row.tenant_id).await?;
    let (slug, name) = found.ok_or(MoveError::NotFound)?;
    Ok(About {
        id: row.id,
        created_at: row.started_at.0.to_rfc3339(),
        source: Source {
            fqdn: app.facts.fqdn.clone(),
            currency: app.facts.currency.code().to_owned(),
            schema: migrate::names().pop().unwrap_or_default(),
            columns: moved_list::fingerprint(),
            program: VERSION.to_owned(),
        },
        subject: Subject {
            kind: SubjectKind::Organization,
            // One that an earlier service named may be called by something else; its row has that.
            id: Uuid::parse_str(&row.tenant_id).unwrap_or(row.id),
            slug,
            name,
        },
    })
}

/// Hands everything over, file by file.
async fn send(
    tx: &mut Tx,
    row: &MoveRow,
    trail: Trail,
    (pieces, told): (&mpsc::Sender<Piece>, &Told),
) -> Result<(), MoveError> {
    if !moves::find(tx, row.id).await?.is_some_and(|row| row.is_leaving()) {
        let detail = "the move has ended meanwhile; there is nothing to export any more";
        return Err(MoveError::refused("move_ended", detail));
    }
    let mut totals = BTreeMap::new();
    for moved in MOVED {
        hand(pieces, Piece::Begin(moved.file)).await?;
        let mut rows = Rows::of(moved);
        let mut count: i64 = 0;
        loop {
            let page = rows.next(tx, &row.tenant_id).await?;
            if page.is_empty() {
                break;
            }
            if moved.table == "wallets" {
                add_wallet(&mut totals, row, &page)?;
            }
            count = count.saturating_add(i64::try_from(page.len()).unwrap_or(i64::MAX));
            hand(pieces, Piece::Rows(page)).await?;
            let bytes = u64::try_from(count).unwrap_or(0);
            told(Progress { file: moved.file, bytes, total_bytes: 0 });
        }
        hand(pieces, Piece::End).await?;
        if moved.table == "credit_ledger" {
            totals.insert("ledger_lines".to_owned(), count);
        }
        totals.insert(format!("rows.{}", moved.table), count);
    }
    let people = trail.people.iter().map(|person| json!(person)).collect();
    others(pieces, people::FILE, people).await?;
    let vouchers = trail.vouchers.iter().map(|voucher| json!(voucher)).collect();
    others(pieces, foreign::FILE, vouchers).await?;
    hand(pieces, Piece::Totals(totals)).await
}

/// The wallet must be what it was when it was frozen.
fn add_wallet(
    totals: &mut BTreeMap<String, i64>,
    row: &MoveRow,
    page: &[Members],
) -> Result<(), MoveError> {
    let sum = |name: &str| -> i64 {
        page.iter().filter_map(|wallet| wallet.get(name)?.as_i64()).fold(0, i64::saturating_add)
    };
    let (balance_minor, owed_minor) = (sum("balance_minor"), sum("owed_minor"));
    if (balance_minor, owed_minor, sum("held_minor")) != (row.balance_minor, row.owed_minor, 0) {
        let detail = "its wallet is not what it was when it was frozen; run `sovereign verify`, then abort the \
                      move and begin it anew";
        return Err(MoveError::refused("wallet_changed", detail));
    }
    totals.insert("balance_minor".to_owned(), balance_minor);
    totals.insert("owed_minor".to_owned(), owed_minor);
    Ok(())
}

async fn others(
    pieces: &mpsc::Sender<Piece>,
    name: &'static str,
    lines: Vec<Value>,
) -> Result<(), MoveError> {
    hand(pieces, Piece::Begin(name)).await?;
    hand(pieces, Piece::Lines(lines)).await?;
    hand(pieces, Piece::End).await
}

async fn hand(pieces: &mpsc::Sender<Piece>, piece: Piece) -> Result<(), MoveError> {
    pieces.send(piece).await.map_err(|_| {
        MoveError::Bundle(BundleError::Misuse("the bundle is not written any more".into()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::moved_tables;

    #[test]
    fn the_part_is_beside_the_file() {
        assert_eq!(part_of(Path::new("/a/b.zst")), Path::new("/a/b.zst.part"));
        assert_eq!(part_of(Path::new("b")), Path::new("b.part"));
    }

    #[test]
    fn files_have_names_of_their_own() {
        let mut names: Vec<&str> = MOVED.iter().map(|moved| moved.file).collect();
        names.extend([people::FILE, foreign::FILE]);
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(MOVED.iter().all(|moved| moved_tables::find(moved.table).is_some()));
    }
}
