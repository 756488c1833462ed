//! A user is an issuer and a subject, made when a valid token first names them.

use sovereign_domain::event::{Event, EventData, UserChanged};
use sovereign_domain::ids::UserId;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use crate::app::App;
use crate::auth::{Identity, SHARED_SECRET_ISSUER, Source, own_issuer};
use crate::mail;
use crate::storage::users::{self, NewUser};
use crate::storage::{self, Tx, audit};
use crate::text::Language;

/// Stands for the issuer of users who came with an adopted database (`storage/adopt`).
const ADOPTED_ISSUER: &str = "adopted";

/// The issuers whose subjects are the earlier service's user ids: whoever holds its shared secret, and
/// this Sovereign itself. A subject of anybody else's is only theirs.
fn issuers_of_adopted(fqdn: &str) -> [String; 2] {
    [SHARED_SECRET_ISSUER.to_owned(), own_issuer(fqdn)]
}

/// The language that somebody's letters are in, where it is known: that of their last sign-in, or the one they
/// chose since.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn language(app: &App, user_id: &str) -> storage::Result<Option<Language>> {
    let mut tx = app.store.read_as(&user_id.into()).await?;
    let tag = users::language(&mut tx, user_id).await?;
    Ok(tag.as_deref().and_then(Language::of_tag))
}

/// Chooses it, for the user who is signed in.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn choose_language(
    app: &App,
    user_id: &str,
    language: Language,
) -> storage::Result<()> {
    let mut tx = app.store.begin().await?;
    users::note_language(&mut tx, user_id, language.tag()).await?;
    tx.commit().await
}

/// The user behind a token.
///
/// # Errors
/// Where the database fails.
pub async fn resolve(app: &App, identity: &Identity) -> storage::Result<UserId> {
    // Whoever signed in here is named in their token.
    if let Source::Session(_) = identity.source {
        return Ok(identity.subject.as_str().into());
    }
    let key = (identity.issuer.clone(), identity.subject.clone());
    if let Some(user_id) = app.known_users.get(&key) {
        return Ok(user_id);
    }
    let user_id = match app.people.get(key.clone()).await? {
        Some(user_id) => user_id,
        // Boxed: it is rare, and would make every request's future as large as its own.
        None => match Box::pin(create_or_find(app, identity)).await {
            // Nothing was changed: another connection may do.
            Err(error) if error.may_be_retried() => Box::pin(create_or_find(app, identity)).await?,
            other => other?,
        },
    };
    app.known_users.insert(key, user_id.clone());
    Ok(user_id)
}

async fn create_or_find(app: &App, identity: &Identity) -> storage::Result<UserId> {
    let issuer = &identity.issuer;
    if issuers_of_adopted(&app.facts.fqdn).contains(issuer) {
        let key = (ADOPTED_ISSUER.to_owned(), identity.subject.clone());
        if let Some(user_id) = app.people.get(key).await? {
            return Ok(user_id);
        }
    }
    let mut tx = app.store.begin().await?;
    let new = new_user(app, identity);
    let found = find_or_create(app, &mut tx, &new, links(identity, &new)).await?;
    tx.commit().await?;
    Ok(found.user_id)
}

/// Whether the user is found by the address as well: where an issuer of others vouches for it.
pub(super) fn links(identity: &Identity, new: &NewUser) -> bool {
    matches!(identity.source, Source::Issuer { .. }) && new.email_verified
}

pub(super) fn new_user(app: &App, identity: &Identity) -> NewUser {
    // Databases differ in which letters beyond ASCII are one: an issuer's address with such is nobody
    // else's.
    let of_issuer = matches!(identity.source, Source::Issuer { .. });
    let usable = !of_issuer || mail::usable_address(&identity.email).is_some();
    NewUser {
        id: app.new_id().to_string().into(),
        issuer: identity.issuer.clone(),
        subject: identity.subject.clone(),
        email: identity.email.clone(),
        email_verified: identity.email_verified && usable,
    }
}

/// A user, and whether there was none before.
pub(super) struct Found {
    pub(super) user_id: UserId,
    pub(super) is_new: bool,
}

impl Found {
    fn known(user_id: UserId) -> Self {
        Self { user_id, is_new: false }
    }
}

/// The user of an issuer and subject, in this order: known by them; linked to them; with `links`, known
/// by the same e-mail address, which both issuers verified, and linked from now on; or made.
pub(super) async fn find_or_create(
    app: &App,
    tx: &mut Tx,
    new: &NewUser,
    links: bool,
) -> storage::Result<Found> {
    let now = app.clock.now();
    let (issuer, subject) = (&new.issuer, &new.subject);
    if let Some(user) = users::find_by_subject(tx, issuer, subject).await? {
        return Ok(Found::known(user.id.into()));
    }
    if let Some(user_id) = users::find_linked(tx, issuer, subject).await? {
        return Ok(Found::known(user_id));
    }
    if links {
        // Where several have it, the one that was there first.
        let known = users::find_by_verified_email(tx, &new.email).await?;
        if let Some(user) = known.into_iter().next() {
            users::link(tx, new, &user.id, now).await?;
            return Ok(Found::known(user.id.into()));
        }
    }
    if create(tx, new, app.new_id(), now).await? {
        return Ok(Found { user_id: new.id.clone(), is_new: true });
    }
    // Another request of the same person was first, and has committed: the insert waited for it.
    let user = users::find_by_subject(tx, issuer, subject).await?;
    user.map(|user| Found::known(user.id.into()))
        .ok_or_else(|| storage::Error::Corrupt("users: a user vanished".into()))
}

/// Makes a user and says so; answers `false` where there is one of this issuer and subject.
pub(super) async fn create(
    tx: &mut Tx,
    new: &NewUser,
    event_id: Uuid,
    now: Timestamp,
) -> storage::Result<bool> {
    if !users::insert(tx, new, now).await? {
        return Ok(false);
    }
    let data = EventData::UserCreated(UserChanged { id: new.id.clone(), email: new.email.clone() });
    audit::publish(tx, &[Event { id: event_id, at: now, tenant_id: None, data }]).await?;
    Ok(true)
}
