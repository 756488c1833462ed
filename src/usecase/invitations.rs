//! Invitations into an Organization: a mail with a link, accepted by whoever reads that mailbox.

use std::net::IpAddr;

use serde_json::{Value, json};
use sovereign_domain::event::Actor;
use sovereign_domain::organization::MemberRole;
use uuid::Uuid;

use super::organizations::{OrganizationError, assignable_role, refuse_away};
use super::vouchers::FieldError;
use super::{audited, branding};
use crate::app::App;
use crate::auth::secrets;
use crate::limits::{Key, Quota};
use crate::mail::{Invitation, MailError, usable_address};
use crate::storage::audit::{self, Change};
use crate::storage::invitations::{self as rows, InvitationRow};
use crate::storage::organizations::{self as organization_rows, MemberRow, OrganizationRow};
use crate::storage::{self, Ts, Tx, users};
use crate::text::Language;

const DAYS: i64 = 7;

/// Whom to invite, as what.
pub(crate) struct Invited<'a> {
    pub(crate) tenant_id: &'a str,
    pub(crate) email: &'a str,
    pub(crate) role: &'a str,
    /// The language of the mail.
    pub(crate) language: Language,
}

/// Writes an invitation and mails it. One that is open for the same address is made anew: only the link of
/// the newest mail counts.
///
/// # Errors
/// [`OrganizationError`].
pub(crate) async fn invite(
    app: &App,
    actor: &Actor,
    inviter: &str,
    address: IpAddr,
    invited: &Invited<'_>,
) -> Result<InvitationRow, OrganizationError> {
    let now = app.clock.now();
    let role = assignable_role(invited.role)?;
    let email = usable_address(invited.email).ok_or_else(|| {
        FieldError::new("email", "email must be an e-mail address, such as ahmed@example.com")
    })?;
    let token = secrets::random_token()
        .map_err(|_| storage::Error::Unavailable("the system's randomness".into()))?;
    let mut tx = app.store.begin_as(&actor.user_id).await?;
    let organization = managed(&mut tx, invited.tenant_id, actor).await?;
    refuse_away(&mut tx, invited.tenant_id).await?;
    organization.refuse_suspended()?;
    if is_member(&mut tx, invited.tenant_id, &email).await? {
        return Err(OrganizationError::AlreadyMember);
    }
    // Counted when everything else is right, and before anything is written.
    let quotas = [
        (Quota::InvitationByUser, Key::User(&actor.user_id)),
        (Quota::InvitationByEmail, Key::Email(&email)),
        (Quota::SignInMailByAddress, Key::Address(address)),
    ];
    app.limits.check_all(&quotas).await?;
    let row = InvitationRow {
        id: app.new_id(),
        tenant_id: invited.tenant_id.to_owned(),
        email: email.clone(),
        role: role.as_str().to_owned(),
        invited_by: actor.user_id.to_string(),
        created_at: Ts(now),
        expires_at: Ts(now.plus_days(DAYS)),
    };
    let row = rows::put(&mut tx, &row, &secrets::digest(&token)).await?;
    let after = json!({ "email": email, "role": row.role });
    record(app, &mut tx, actor, "invitation.create", &row, after).await?;
    tx.commit().await?;

    let branding = branding::load(app).await?;
    let letter = Invitation {
        brand: &branding,
        organization: &organization.name,
        inviter,
        role: &row.role,
        link: &branding.page(&format!("/invitation?token={token}")),
        days: DAYS,
    };
    let letter = letter.letter(invited.language);
    match app.mailer.send(&email, &letter, app.new_id(), now).await {
        Ok(()) => Ok(row),
        Err(MailError::Refused) => {
            Err(FieldError::new("email", "the mail server refuses this address; check it").into())
        }
        Err(MailError::Unavailable) => {
            Err(storage::Error::Unavailable("the mail server".into()).into())
        }
    }
}

/// An Organization whose members the caller may manage.
async fn managed(
    tx: &mut Tx,
    tenant_id: &str,
    actor: &Actor,
) -> Result<OrganizationRow, OrganizationError> {
    let found = organization_rows::find_for_member(tx, tenant_id, &actor.user_id).await?;
    let (organization, role) = found.ok_or(OrganizationError::NotFound)?;
    if role.may_manage_members() { Ok(organization) } else { Err(OrganizationError::Forbidden) }
}

async fn is_member(tx: &mut Tx, tenant_id: &str, email: &str) -> storage::Result<bool> {
    let known = users::find_by_verified_email(tx, email).await?;
    let members = organization_rows::members(tx, tenant_id).await?;
    Ok(members.iter().any(|member| known.iter().any(|user| user.id == member.user_id)))
}

/// The invitations that can still be accepted.
///
/// # Errors
/// [`OrganizationError`].
pub(crate) async fn open(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
) -> Result<Vec<InvitationRow>, OrganizationError> {
    let mut tx = app.store.read_as(&actor.user_id).await?;
    managed(&mut tx, tenant_id, actor).await?;
    Ok(rows::open(&mut tx, tenant_id, app.clock.now()).await?)
}

/// Takes an invitation back.
///
/// # Errors
/// [`OrganizationError`].
pub(crate) async fn revoke(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
    id: Uuid,
) -> Result<(), OrganizationError> {
    let now = app.clock.now();
    let mut tx = app.store.begin_as(&actor.user_id).await?;
    managed(&mut tx, tenant_id, actor).await?;
    let open = rows::open(&mut tx, tenant_id, now).await?;
    let row = open.into_iter().find(|row| row.id == id).ok_or(OrganizationError::NotFound)?;
    refuse_away(&mut tx, tenant_id).await?;
    if !rows::revoke(&mut tx, tenant_id, id, now).await? {
        return Err(OrganizationError::NotFound);
    }
    record(app, &mut tx, actor, "invitation.revoke", &row, json!({ "email": row.email })).await?;
    tx.commit().await?;
    Ok(())
}

/// An invitation as its page shows it, and the Organization's name.
pub(crate) async fn find(
    app: &App,
    token: &str,
) -> storage::Result<Option<(InvitationRow, String)>> {
    let mut tx = app.store.read().await?;
    rows::find(&mut tx, &secrets::digest(token), app.clock.now()).await
}

/// Makes the caller a member. The link alone is not enough: the caller's own verified address must be the
/// one that was invited, or a mail that was passed on would let in anybody.
///
/// # Errors
/// [`OrganizationError`].
pub(crate) async fn accept(
    app: &App,
    actor: &Actor,
    token: &str,
) -> Result<MemberRow, OrganizationError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let found = rows::find(&mut tx, &secrets::digest(token), now).await?;
    let (row, _) = found.ok_or(OrganizationError::NotFound)?;
    let user = users::profile(&mut tx, &actor.user_id.0).await?;
    let user = user.ok_or(OrganizationError::NotFound)?;
    if !user.email_verified || !user.email.eq_ignore_ascii_case(&row.email) {
        return Err(OrganizationError::InvitedSomebodyElse);
    }
    refuse_away(&mut tx, &row.tenant_id).await?;
    if !rows::accept(&mut tx, row.id, &user.id, now).await? {
        return Err(OrganizationError::NotFound);
    }
    let member = MemberRow {
        id: app.new_id(),
        tenant_id: row.tenant_id.clone(),
        user_id: user.id,
        email: user.email,
        role: row.role.clone(),
        joined_at: Ts(now),
    };
    if !organization_rows::insert_member(&mut tx, &member).await? {
        return Err(OrganizationError::AlreadyMember);
    }
    record(app, &mut tx, actor, "invitation.accept", &row, json!({ "role": row.role })).await?;
    tx.commit().await?;
    Ok(member)
}

/// Gives a member another role; the owner keeps theirs.
///
/// # Errors
/// [`OrganizationError`].
pub(crate) async fn set_member_role(
    app: &App,
    actor: &Actor,
    tenant_id: &str,
    user_id: &str,
    role: &str,
) -> Result<MemberRow, OrganizationError> {
    let role = assignable_role(role)?;
    let mut tx = app.store.begin_as(&actor.user_id).await?;
    managed(&mut tx, tenant_id, actor).await?;
    let members = organization_rows::members(&mut tx, tenant_id).await?;
    let member = members.into_iter().find(|member| member.user_id == user_id);
    let mut member = member.ok_or(OrganizationError::NotFound)?;
    if member.role == MemberRole::Owner.as_str() {
        return Err(OrganizationError::OwnerStays);
    }
    refuse_away(&mut tx, tenant_id).await?;
    if !organization_rows::set_member_role(&mut tx, tenant_id, user_id, role).await? {
        return Err(OrganizationError::NotFound);
    }
    let entry = audited::entry(app, actor, "member.role", user_id, Some(tenant_id));
    let change = Change {
        before: Some(json!({ "role": member.role })),
        after: Some(json!({ "role": role.as_str() })),
    };
    audit::record(&mut tx, &[(entry, change)]).await?;
    tx.commit().await?;
    role.as_str().clone_into(&mut member.role);
    Ok(member)
}

async fn record(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    action: &'static str,
    row: &InvitationRow,
    after: Value,
) -> storage::Result<()> {
    let entry = audited::entry(app, actor, action, &row.id.to_string(), Some(&row.tenant_id));
    audited::record(tx, entry, after).await
}
