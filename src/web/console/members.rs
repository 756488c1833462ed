//! Who is in an Organization, as what; inviting, and leaving.

use std::net::IpAddr;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use sovereign_domain::organization::MemberRole;
use uuid::Uuid;

use super::super::fields::Fields;
use super::super::page::Page;
use super::super::problems::Problems;
use super::super::{error, notice};
use super::frame::Frame;
use super::refused;
use super::visit::{Visit, enter, pressed};
use crate::api::caller::{Address, RequestName};
use crate::app::App;
use crate::mail::usable_address;
use crate::storage::invitations::InvitationRow;
use crate::storage::organizations::MemberRow;
use crate::usecase::console;
use crate::usecase::invitations::{self, Invited};
use crate::usecase::organizations::{self, OrganizationError};

/// What a member can be made, the least first.
const ROLES: [MemberRole; 3] = [MemberRole::Viewer, MemberRole::Member, MemberRole::Admin];

#[derive(Template)]
#[template(path = "web/console/members.html")]
struct MembersPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    members: Vec<ShownMember>,
    /// For those who may invite.
    invitations: Option<Vec<ShownInvitation>>,
    /// Value, name and what it may.
    roles: Vec<(&'static str, String, String)>,
    /// What was typed to invite somebody.
    email: &'a str,
    role: &'a str,
    problems: Problems,
}

struct ShownMember {
    user_id: String,
    email: String,
    role: &'static str,
    role_text: String,
    since: String,
    is_you: bool,
    is_owner: bool,
    /// Whether the reader may change or remove them.
    may_change: bool,
}

struct ShownInvitation {
    id: Uuid,
    email: String,
    role: String,
    role_text: String,
    until: String,
}

/// What stands in the form.
#[derive(Default)]
struct Typed<'a> {
    email: &'a str,
    role: &'a str,
    problems: Problems,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    match enter(&app, &page, &headers, &slug).await {
        Ok(visit) => list(&app, &page, &visit, (StatusCode::OK, Typed::default())).await,
        Err(response) => response,
    }
}

async fn list(
    app: &App,
    page: &Page,
    visit: &Visit,
    (status, typed): (StatusCode, Typed<'_>),
) -> Response {
    let members = match console::members(app, &visit.user_id(), visit.tenant_id()).await {
        Ok(members) => members,
        Err(failed) => return error::unavailable(page, &failed),
    };
    let mut open = None;
    if visit.place.role.may_manage_members() {
        let actor = visit.actor(String::new());
        match invitations::open(app, &actor, visit.tenant_id()).await {
            Ok(found) => open = Some(found),
            Err(failed) => return refused::organization(page, &failed, &page.here),
        }
    }
    let invitation = |row| shown_invitation(page, row);
    let shown = MembersPage {
        page,
        frame: visit.frame(page, "members"),
        members: members.into_iter().map(|row| shown_member(page, visit, row)).collect(),
        invitations: open.map(|open| open.into_iter().map(invitation).collect()),
        roles: roles(page),
        email: typed.email,
        role: typed.role,
        problems: typed.problems,
    };
    page.render(status, &shown)
}

fn roles(page: &Page) -> Vec<(&'static str, String, String)> {
    let role = |role: MemberRole| {
        let name = role.as_str();
        (name, page.text(&format!("role-{name}")), page.text(&format!("console-role-{name}")))
    };
    ROLES.map(role).into()
}

fn shown_member(page: &Page, visit: &Visit, row: MemberRow) -> ShownMember {
    let role = MemberRole::parse(&row.role).unwrap_or(MemberRole::Viewer);
    let (is_you, is_owner) = (row.user_id == visit.session.user_id, role == MemberRole::Owner);
    ShownMember {
        role: role.as_str(),
        role_text: page.text(&format!("role-{}", role.as_str())),
        since: page.day(row.joined_at.0),
        may_change: visit.place.role.may_manage_members() && !is_owner && !is_you,
        user_id: row.user_id,
        email: row.email,
        is_you,
        is_owner,
    }
}

fn shown_invitation(page: &Page, row: InvitationRow) -> ShownInvitation {
    ShownInvitation {
        id: row.id,
        role_text: page.text(&format!("role-{}", row.role)),
        until: page.day(row.expires_at.0),
        email: row.email,
        role: row.role,
    }
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    page: Page,
    RequestName(request_id): RequestName,
    Address(from): Address,
    Path(slug): Path<String>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let visit = match pressed(&app, &page, &headers, (&slug, &fields)).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let press = Press { app: &app, page: &page, visit: &visit, fields: &fields, request_id };
    match fields.get("act") {
        "role" => press.change_role().await,
        "remove" => press.remove().await,
        "take-back" => press.take_back().await,
        _ => press.invite(from).await,
    }
}

/// A button that somebody pressed.
struct Press<'a> {
    app: &'a App,
    page: &'a Page,
    visit: &'a Visit,
    fields: &'a Fields,
    request_id: String,
}

impl Press<'_> {
    fn done(&self, name: &'static str) -> Response {
        notice::see_other(&self.visit.address("members"), name)
    }

    fn refused(&self, error: &OrganizationError) -> Response {
        refused::organization(self.page, error, &self.visit.address("members"))
    }

    /// Invites; where there is an open invitation, it is sent anew.
    async fn invite(&self, from: IpAddr) -> Response {
        let (email, role) = (self.fields.get("email"), self.fields.get("role"));
        let again = |error| {
            let problems = Problems::of("email", self.page.text(error));
            let typed = Typed { email, role, problems };
            list(self.app, self.page, self.visit, (StatusCode::BAD_REQUEST, typed))
        };
        if usable_address(email).is_none() {
            return again("email-wrong").await;
        }
        let invited = Invited {
            tenant_id: self.visit.tenant_id(),
            email,
            role: if role.is_empty() { "member" } else { role },
            language: self.page.language,
        };
        let actor = self.visit.actor(self.request_id.clone());
        let inviter = &self.visit.session.email;
        match invitations::invite(self.app, &actor, inviter, from, &invited).await {
            Ok(_) => self.done("console-invited-notice"),
            Err(OrganizationError::AlreadyMember) => again("console-already-member").await,
            Err(OrganizationError::Field(field)) if field.field == "email" => {
                again("email-refused").await
            }
            Err(error) => self.refused(&error),
        }
    }

    async fn take_back(&self) -> Response {
        let actor = self.visit.actor(self.request_id.clone());
        let id = self.fields.get("id").parse::<Uuid>().unwrap_or_default();
        match invitations::revoke(self.app, &actor, self.visit.tenant_id(), id).await {
            // Pressed twice, the first one did it.
            Ok(()) | Err(OrganizationError::NotFound) => self.done("console-taken-back-notice"),
            Err(error) => self.refused(&error),
        }
    }

    async fn change_role(&self) -> Response {
        let actor = self.visit.actor(self.request_id.clone());
        let (user_id, role) = (self.fields.get("user_id"), self.fields.get("role"));
        let tenant_id = self.visit.tenant_id();
        match invitations::set_member_role(self.app, &actor, tenant_id, user_id, role).await {
            Ok(_) => self.done("console-role-notice"),
            Err(error) => self.refused(&error),
        }
    }

    /// Removes somebody; whoever removes themselves is not here any more.
    async fn remove(&self) -> Response {
        let actor = self.visit.actor(self.request_id.clone());
        let user_id = self.fields.get("user_id");
        let leaves = user_id == self.visit.session.user_id;
        match organizations::remove_member(self.app, &actor, self.visit.tenant_id(), user_id).await
        {
            Ok(()) if leaves => notice::see_other("/console", "console-left-notice"),
            // Pressed twice, the first one did it.
            Ok(()) | Err(OrganizationError::NotFound) => self.done("console-removed-notice"),
            Err(error) => self.refused(&error),
        }
    }
}
