//! Networks from which somebody has signed in to an account, with a password or by mail. What strangers
//! have used up of an account's limits is nothing to those: each has a share of its own.
//!
//! Whoever may have had a way in that somebody else should not have loses the networks with it: all of an
//! account's are forgotten when its sessions are all ended, its role changes or its password is set.
//!
//! A sign-in with another issuer makes no network known: who vouches for it may be trusted with less.

use std::net::IpAddr;

use sovereign_domain::timestamp::Timestamp;

use crate::app::App;
use crate::auth::Role;
use crate::limits::network_name;
use crate::storage::networks as rows;
use crate::storage::{self, Tx};

/// How long a network is known after somebody signed in from it.
const KNOWN_DAYS: i64 = 90;

/// How an e-mail address stands, seen from a network.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    /// Whether somebody with this address has signed in from there.
    pub(crate) known: bool,
    /// Whether somebody with this address has a role on the Sovereign.
    pub(crate) administers: bool,
}

pub(crate) async fn seen(app: &App, email: &str, address: IpAddr) -> storage::Result<Seen> {
    let since = app.clock.now().plus_days(-KNOWN_DAYS);
    let mut tx = app.store.read().await?;
    let users = rows::seen(&mut tx, email, &network_name(address), since).await?;
    Ok(Seen {
        known: users.iter().any(|(_, times)| *times > 0),
        administers: users.iter().any(|(role, _)| role != Role::Member.as_str()),
    })
}

/// Notes that a user signed in from there.
pub(crate) async fn remember(
    app: &App,
    tx: &mut Tx,
    user_id: &str,
    address: IpAddr,
) -> storage::Result<()> {
    rows::remember(tx, user_id, &network_name(address), app.clock.now()).await
}

/// Removes networks that are known no more.
pub(crate) async fn sweep(tx: &mut Tx, now: Timestamp) -> storage::Result<()> {
    rows::forget(tx, now.plus_days(-KNOWN_DAYS)).await
}
