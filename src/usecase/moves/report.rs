//! What became of moves, and what all Organizations have when a Sovereign winds down.

use crate::storage::move_out::{self as rows, ClosingRow};
use crate::storage::moves::{self, MoveRow, OUT};
use crate::storage::{self, Store, organizations};

/// How many Organizations are read at once.
const PAGE: i64 = 500;

/// An Organization, and its moves.
#[derive(Debug)]
pub(crate) struct Standing {
    pub(crate) organization: String,
    pub(crate) status: String,
    /// The Sovereign that has it now; `None` where it is here.
    pub(crate) moved_to: Option<String>,
    pub(crate) forward_url: Option<String>,
    /// The newest first.
    pub(crate) moves: Vec<MoveRow>,
}

/// `None` where there is no such Organization, by identifier or address.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn status(store: &Store, name: &str) -> storage::Result<Option<Standing>> {
    let mut tx = store.snapshot_across().await?;
    let Some(id) = rows::resolve(&mut tx, name).await? else { return Ok(None) };
    let Some(place) = rows::place(&mut tx, &id).await? else { return Ok(None) };
    let moves = moves::of_organization(&mut tx, &id).await?;
    Ok(Some(Standing {
        organization: id,
        status: place.status,
        moved_to: place.moved_to,
        forward_url: place.forward_url,
        moves,
    }))
}

/// The same, with its address and its name here.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn with_name(
    store: &Store,
    name: &str,
) -> storage::Result<Option<(Standing, (String, String))>> {
    let Some(standing) = status(store, name).await? else { return Ok(None) };
    let mut tx = store.read_across().await?;
    let named = organizations::named(&mut tx, &standing.organization).await?;
    Ok(named.map(|named| (standing, named)))
}

/// The last move of an Organization away from here.
///
/// # Errors
/// Where the database fails.
pub(super) async fn last_away(store: &Store, tenant_id: &str) -> storage::Result<Option<MoveRow>> {
    let mut tx = store.read().await?;
    let all = moves::of_organization(&mut tx, tenant_id).await?;
    Ok(all.into_iter().find(|row| row.direction == OUT))
}

/// What all Organizations have, at one moment.
#[derive(Debug)]
pub(crate) struct Closing {
    pub(crate) organizations: Vec<ClosingRow>,
    /// Sums of them.
    pub(crate) balance_minor: i64,
    pub(crate) owed_minor: i64,
    /// The same, of all wallets.
    pub(crate) wallets_balance_minor: i64,
    pub(crate) wallets_owed_minor: i64,
}

impl Closing {
    /// Whether no credit is with nobody.
    pub(crate) const fn agrees(&self) -> bool {
        self.balance_minor == self.wallets_balance_minor
            && self.owed_minor == self.wallets_owed_minor
    }
}

impl ClosingRow {
    /// Where it is: `moved`; how far its move is; or what it is here.
    pub(crate) fn state(&self) -> &str {
        match (&self.moved_to, &self.move_state) {
            (Some(_), _) => "moved",
            (None, Some(state)) => state,
            (None, None) => &self.status,
        }
    }
}

/// # Errors
/// Where the database fails.
pub(crate) async fn closing(store: &Store) -> storage::Result<Closing> {
    let mut tx = store.snapshot_across().await?;
    let (wallets_balance_minor, wallets_owed_minor) = rows::sums(&mut tx).await?;
    let mut organizations: Vec<ClosingRow> = Vec::new();
    loop {
        let after = organizations.last().map_or("", |row| row.id.as_str()).to_owned();
        let page = rows::closing(&mut tx, &after, PAGE).await?;
        if page.is_empty() {
            break;
        }
        organizations.extend(page);
    }
    let sum = |amount: fn(&ClosingRow) -> i64| {
        organizations.iter().map(amount).fold(0, i64::saturating_add)
    };
    Ok(Closing {
        balance_minor: sum(|row| row.balance_minor),
        owed_minor: sum(|row| row.owed_minor),
        wallets_balance_minor,
        wallets_owed_minor,
        organizations,
    })
}

/// Organizations that can move, by identifier, with their addresses.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn to_move(store: &Store) -> storage::Result<Vec<(String, String)>> {
    let mut tx = store.read_across().await?;
    let mut all: Vec<(String, String)> = Vec::new();
    loop {
        let after = all.last().map_or("", |(id, _)| id.as_str()).to_owned();
        let page = rows::to_move(&mut tx, &after, PAGE).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}
