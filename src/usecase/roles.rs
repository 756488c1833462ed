//! Roles on the Sovereign: granted and revoked by whoever operates it, or by a superadmin.

use serde_json::json;
use sovereign_domain::event::{Actor, AuditEntry};
use sovereign_domain::ids::IdSource;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use crate::app::App;
use crate::auth::{Role, own_issuer, secrets};
use crate::fingerprint::{fits, of_state};
use crate::storage::audit::{self, Change};
use crate::storage::users::{self as rows, NewUser, ProfileRow};
use crate::storage::{self, Store, Tx, networks, sessions, sign_ins};

/// How long the first administrator has to come.
const LINK_HOURS: i64 = 24;

/// Why a role was not changed.
#[derive(Debug)]
pub(crate) enum RoleError {
    UnknownUser,
    /// Several users have this address.
    Ambiguous(Vec<String>),
    /// Somebody has given this user another role since it was read.
    Changed(Box<ProfileRow>),
    /// Nobody could administer this Sovereign any more.
    LastSuperadmin,
    Storage(storage::Error),
}

impl From<storage::Error> for RoleError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// What making a role needs, with or without a running server.
pub(crate) struct Grantor<'a> {
    pub(crate) now: Timestamp,
    pub(crate) actor: &'a Actor,
    pub(crate) ids: &'a mut (dyn IdSource + Send),
}

/// How often a role is read again because somebody has given another one meanwhile.
const TRIES: usize = 3;

/// Gives a user a role, from within somebody else's transaction.
///
/// # Errors
/// Where the database fails, and where others give the user roles all the while.
pub(super) async fn change(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    user_id: &str,
    role: Role,
) -> storage::Result<()> {
    for _ in 0..TRIES {
        let Some(user) = rows::profile(tx, user_id).await? else { return Ok(()) };
        if set(tx, &user, role, actor, app.clock.now(), app.new_id()).await? {
            return Ok(());
        }
    }
    Err(storage::Error::Unavailable("the user's role changes all the while".into()))
}

/// `false` where it is another by now than what `user` was read with.
async fn set(
    tx: &mut Tx,
    user: &ProfileRow,
    role: Role,
    actor: &Actor,
    now: Timestamp,
    entry_id: Uuid,
) -> storage::Result<bool> {
    if user.role == role.as_str() {
        return Ok(true);
    }
    if user.role == Role::Superadmin.as_str() {
        // Two who take the role from each other at once must not both find the other one still there.
        rows::await_other_superadmins(tx).await?;
    }
    if !rows::set_role(tx, &user.id, &user.role, role.as_str(), now).await? {
        return Ok(false);
    }
    networks::forget_of(tx, &user.id).await?;
    // Whoever loses a role signs in again, and is then what they are. The line below stands for that too.
    if Role::parse(&user.role).is_some_and(|before| before > role) {
        sessions::end_all(tx, &user.id, "role_changed", now).await?;
    }
    let entry = AuditEntry {
        id: entry_id,
        at: now,
        actor: actor.clone(),
        action: "user.role",
        subject: user.id.clone(),
        tenant_id: None,
    };
    let change = Change {
        before: Some(json!({ "role": user.role })),
        after: Some(json!({ "role": role.as_str(), "email": user.email })),
    };
    audit::record(tx, &[(entry, change)]).await?;
    Ok(true)
}

/// Gives the person with an e-mail address a role; makes the user where nobody has it yet, who then signs
/// in by mail.
///
/// # Errors
/// [`RoleError`].
pub(crate) async fn grant(
    store: &Store,
    fqdn: &str,
    email: &str,
    role: Role,
    grantor: &mut Grantor<'_>,
) -> Result<ProfileRow, RoleError> {
    let mut tx = store.begin().await?;
    let mut found = rows::profiles_by_email(&mut tx, email).await?;
    if found.is_empty() && role == Role::Member {
        return Err(RoleError::UnknownUser);
    }
    if found.is_empty() {
        let new = NewUser {
            id: grantor.ids.next_id().to_string().into(),
            issuer: own_issuer(fqdn),
            subject: email.to_owned(),
            email: email.to_owned(),
            email_verified: false,
        };
        super::users::create(&mut tx, &new, grantor.ids.next_id(), grantor.now).await?;
        found = rows::profiles_by_email(&mut tx, email).await?;
    }
    let user = one(found)?;
    let (actor, now, entry_id) = (grantor.actor, grantor.now, grantor.ids.next_id());
    let user = set_checked(&mut tx, user, role, actor, now, entry_id).await?;
    tx.commit().await?;
    Ok(user)
}

/// The same, in the name of whoever is signed in.
///
/// # Errors
/// [`RoleError`].
pub(crate) async fn grant_as(
    app: &App,
    email: &str,
    role: Role,
    actor: &Actor,
) -> Result<ProfileRow, RoleError> {
    let mut ids = app.ids();
    let mut grantor = Grantor { now: app.clock.now(), actor, ids: &mut ids };
    grant(&app.store, &app.facts.fqdn, email, role, &mut grantor).await
}

/// Tells whether somebody has given a user another role.
pub(crate) fn fingerprint(user: &ProfileRow) -> String {
    of_state(&json!({ "id": user.id, "role": user.role }))
}

/// Gives a user a role, by identifier. `replaces` are the fingerprints of who may be given one; anybody, where none are
/// named.
///
/// # Errors
/// [`RoleError`].
pub(crate) async fn set_by_id(
    app: &App,
    user_id: &str,
    role: Role,
    actor: &Actor,
    replaces: Option<&[String]>,
) -> Result<ProfileRow, RoleError> {
    let mut tx = app.store.begin().await?;
    let user = rows::profile(&mut tx, user_id).await?.ok_or(RoleError::UnknownUser)?;
    if !fits(replaces, &fingerprint(&user)) {
        return Err(RoleError::Changed(Box::new(user)));
    }
    let (now, entry_id) = (app.clock.now(), app.new_id());
    let user = set_checked(&mut tx, user, role, actor, now, entry_id).await?;
    tx.commit().await?;
    Ok(user)
}

async fn set_checked(
    tx: &mut Tx,
    user: ProfileRow,
    role: Role,
    actor: &Actor,
    now: Timestamp,
    entry_id: Uuid,
) -> Result<ProfileRow, RoleError> {
    set(tx, &user, role, actor, now, entry_id).await?;
    if user.role == Role::Superadmin.as_str() && !rows::has_superadmin(tx).await? {
        return Err(RoleError::LastSuperadmin);
    }
    let user = rows::profile(tx, &user.id).await?.ok_or(RoleError::UnknownUser)?;
    // Somebody was faster between the two statements.
    if user.role != role.as_str() {
        return Err(RoleError::Changed(Box::new(user)));
    }
    Ok(user)
}

fn one(mut found: Vec<ProfileRow>) -> Result<ProfileRow, RoleError> {
    match (found.pop(), found.is_empty()) {
        (Some(user), true) => Ok(user),
        (Some(user), false) => {
            let all = found.into_iter().chain([user]);
            Err(RoleError::Ambiguous(all.map(|user| user.id).collect()))
        }
        (None, _) => Err(RoleError::UnknownUser),
    }
}

/// Everybody with a role on the Sovereign.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn administrators(store: &Store) -> storage::Result<Vec<ProfileRow>> {
    let mut tx = store.read().await?;
    rows::administrators(&mut tx).await
}

/// Whoever has this address, with a role or without.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn with_address(store: &Store, email: &str) -> storage::Result<Vec<ProfileRow>> {
    let mut tx = store.read().await?;
    rows::profiles_by_email(&mut tx, email).await
}

/// A one-time token that makes whoever uses it the superadmin, where there is none; it lasts a day.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn administrator_link(
    store: &Store,
    now: Timestamp,
    ids: &mut (dyn IdSource + Send),
) -> storage::Result<Option<String>> {
    let mut tx = store.begin().await?;
    if rows::has_superadmin(&mut tx).await? {
        return Ok(None);
    }
    let token = secrets::random_token()
        .map_err(|_| storage::Error::Unavailable("the system's randomness".into()))?;
    let expires_at = now.plus_seconds(LINK_HOURS * 3_600);
    let digest = secrets::digest(&token);
    sign_ins::insert_administrator_link(&mut tx, ids.next_id(), &digest, now, expires_at).await?;
    tx.commit().await?;
    Ok(Some(token))
}

/// Whether a token of [`administrator_link`] still works.
pub(crate) async fn is_administrator_link(app: &App, token: &str) -> storage::Result<bool> {
    let mut tx = app.store.read().await?;
    let digest = secrets::digest(token);
    let found = sign_ins::find_administrator_link(&mut tx, &digest, app.clock.now()).await?;
    Ok(found.is_some())
}
