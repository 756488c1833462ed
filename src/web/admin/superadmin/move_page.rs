//! The move of an Organization, step by step: what is to be done here next, and what at the other Sovereign.
//!
//! Whoever does it must have signed in lately, as the API wants it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use sovereign_domain::event::Actor;

use super::super::frame::{Frame, MOVES, ORGANIZATIONS, of_move, of_organization};
use super::super::visit::{SuperadminVisit, Visit, actor, pressed, sign_in_again};
use super::move_refused::{Refused, of_activation, of_drop, of_move as of_move_failed, unknown};
use super::move_shown::ShownMove;
use super::moves_typed::trusted;
use crate::api::caller::RequestName;
use crate::api::move_bundle::{recipients, send};
use crate::app::App;
use crate::storage::moves::MoveRow;
use crate::storage::organizations::Forwarding;
use crate::usecase::moves::abort::abort;
use crate::usecase::moves::activate::ActivateError;
use crate::usecase::moves::confirm::confirm;
use crate::usecase::moves::freeze::{Wish, freeze};
use crate::usecase::moves::hand_out::{Wanted, hand_out};
use crate::usecase::moves::papers::{self, Release};
use crate::usecase::moves::report::{self, Standing};
use crate::usecase::moves::take_in;
use crate::usecase::organizations::usable_id;
use crate::web::bundle_form::{BundleForm, unread};
use crate::web::fields::Fields;
use crate::web::page::Page;
use crate::web::problems::Problems;
use crate::web::{error, notice};

/// How far the move is, and so which forms there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It is here, and on no move.
    Here,
    /// It is frozen, for a move away.
    Leaving,
    /// It has left, and its tombstone is here.
    Gone,
    /// It has arrived, and is not activated.
    Arriving,
    /// It is deleted.
    Deleted,
}

#[derive(Template)]
#[template(path = "web/admin/move.html")]
struct MovePage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    refused: &'a Refused,
    found: &'a Found,
    organization: String,
    stage: Stage,
    /// The newest move.
    last: Option<ShownMove>,
    /// The Sovereign that has it, or the other one of its newest move.
    peer: String,
    /// Whether its bundle was written.
    is_exported: bool,
    /// Whether the newest move was given up, and the target may have a copy.
    is_aborted: bool,
    /// Where it is now, as a link.
    forward: Option<&'a str>,
    to: &'a str,
    forward_typed: &'a str,
    recipient: &'a str,
    confirm: &'a str,
    /// The way to sign in anew, where that was too long ago.
    sign_in: Option<String>,
}

struct Found {
    standing: Standing,
    name: String,
    slug: String,
    forwarding: Option<Forwarding>,
}

impl Found {
    fn last(&self) -> Option<&MoveRow> {
        self.standing.moves.first()
    }

    fn stage(&self) -> Stage {
        let last = self.last();
        if self.forwarding.is_some() {
            Stage::Gone
        } else if last.is_some_and(MoveRow::is_leaving) {
            Stage::Leaving
        } else if last.is_some_and(|row| row.state == "arriving") {
            Stage::Arriving
        } else if self.standing.status == "deleted" {
            Stage::Deleted
        } else {
            Stage::Here
        }
    }
}

/// The Organization with the identifier of an address.
async fn find(app: &App, page: &Page, id: &str) -> Result<Found, Response> {
    let Ok(id) = usable_id(id) else { return Err(unknown(page)) };
    match report::with_name(&app.store, id).await {
        Ok(Some((standing, (slug, name)))) => {
            let forwarding = standing
                .moved_to
                .clone()
                .map(|moved_to| Forwarding { moved_to, forward_url: standing.forward_url.clone() });
            Ok(Found { standing, name, slug, forwarding })
        }
        Ok(None) => Err(unknown(page)),
        Err(failed) => Err(error::unavailable(page, &failed)),
    }
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    SuperadminVisit(visit): SuperadminVisit,
    Path(id): Path<String>,
) -> Response {
    match find(&app, &visit.page, &id).await {
        Ok(found) => shown(&app, &visit, &found, (&Refused::none(), &Fields::default())),
        Err(response) => response,
    }
}

fn shown(
    app: &App,
    Visit { page, session }: &Visit,
    found: &Found,
    (refused, fields): (&Refused, &Fields),
) -> Response {
    let (last, forwarding) = (found.last(), found.forwarding.as_ref());
    let moved_to = forwarding.map(|forwarding| &forwarding.moved_to);
    let peer = moved_to.or(last.map(|row| &row.peer_fqdn));
    let shown = MovePage {
        page,
        frame: Frame::new(page, ORGANIZATIONS),
        refused,
        found,
        organization: of_organization(&found.standing.organization),
        stage: found.stage(),
        last: last.map(|row| ShownMove::of(page, row)),
        peer: peer.map(|fqdn| page.language.isolated(fqdn)).unwrap_or_default(),
        is_exported: last.is_some_and(|row| row.manifest_sha256.is_some()),
        is_aborted: last.is_some_and(|row| row.state == "aborted"),
        forward: forwarding.and_then(Forwarding::link),
        to: fields.get("to"),
        forward_typed: fields.get("forward"),
        recipient: fields.get("recipient"),
        confirm: fields.get("confirm"),
        sign_in: sign_in_again(app, page, session),
    };
    page.render(refused.status, &shown)
}

/// Makes a step. The role and the sign-in are looked at before the form is read.
pub(super) async fn press(
    State(app): State<Arc<App>>,
    page: Page,
    visit: Result<SuperadminVisit, Response>,
    Path(id): Path<String>,
    RequestName(request_id): RequestName,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let visit = match visit {
        Ok(SuperadminVisit(visit)) => visit,
        Err(refused) => return error::unread_form(&page, refused),
    };
    let found = match find(&app, &page, &id).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    if sign_in_again(&app, &page, &visit.session).is_some() {
        let refused = Refused::of(StatusCode::UNAUTHORIZED, Problems::none());
        return shown(&app, &visit, &found, (&refused, &Fields::default()));
    }
    let fields = match BundleForm::read(&app, &headers, request).await {
        Ok(form) => form.fields,
        Err(failed) => match unread(&app, &page, failed) {
            Ok((status, problems)) => {
                let refused = Refused::of(status, problems);
                return shown(&app, &visit, &found, (&refused, &Fields::default()));
            }
            Err(response) => return *response,
        },
    };
    let visit = match pressed(&app, page, &headers, &fields).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let actor = actor(&visit.session, request_id);
    match Box::pin(step(&app, &visit.page, &found, (&fields, actor))).await {
        Ok(response) => response,
        Err(Why::Said(refused)) => shown(&app, &visit, &found, (&refused, &fields)),
        Err(Why::Answer(response)) => *response,
    }
}

/// Why a step was not made: said on the page, or an answer of its own.
enum Why {
    Said(Refused),
    Answer(Box<Response>),
}

/// What a refusal comes to.
fn because(refused: Result<Refused, Box<Response>>) -> Why {
    refused.map_or_else(Why::Answer, Why::Said)
}

fn wrong(page: &Page, field: &'static str, name: &str) -> Why {
    Why::Said(Refused::of(StatusCode::BAD_REQUEST, Problems::of(field, page.text(name))))
}

async fn step(
    app: &Arc<App>,
    page: &Page,
    found: &Found,
    (fields, actor): (&Fields, Actor),
) -> Result<Response, Why> {
    let id = found.standing.organization.as_str();
    let here = of_move(id);
    match fields.get("act") {
        "begin" => {
            let forward_url = Some(fields.get("forward")).filter(|url| !url.is_empty());
            let wish = Wish { organization: id, to: fields.get("to"), forward_url };
            let begun = Box::pin(freeze(app, &actor, wish)).await;
            begun.map_err(|failed| because(of_move_failed(page, "to", &failed)))?;
            Ok(notice::see_other(&here, "superadmin-move-begun-notice"))
        }
        "bundle" => {
            let recipients = recipients(fields.get("recipient"))
                .map_err(|_| wrong(page, "recipient", "superadmin-move-recipient-wrong"))?;
            let replace = fields.get("replace") == "yes";
            let wanted = Wanted { organization: id.to_owned(), recipients, replace };
            let written = hand_out(Arc::clone(app), actor, wanted).await;
            let bundle =
                written.map_err(|failed| because(of_move_failed(page, "recipient", &failed)))?;
            Ok(send(bundle))
        }
        "confirm" => {
            let keys = trusted(fields.get("keys"));
            let keys = keys.ok_or_else(|| wrong(page, "keys", "superadmin-move-keys-wrong"))?;
            let papers = (fields.get("receipt"), &keys);
            let confirmed = Box::pin(confirm(app, &actor, id, papers)).await;
            confirmed.map_err(|failed| because(of_move_failed(page, "receipt", &failed)))?;
            Ok(notice::see_other(&here, "superadmin-move-confirmed-notice"))
        }
        "abort" => {
            typed_again(page, found, fields)?;
            let aborted = abort(app, &actor, id).await;
            aborted.map_err(|failed| because(of_move_failed(page, "confirm", &failed)))?;
            Ok(notice::see_other(&here, "superadmin-move-aborted-notice"))
        }
        "activate" => {
            let release = of_this(page, id, fields.get("release"))?;
            let activated = take_in::activate(app, &actor, release).await;
            activated.map_err(|failed| because(of_activation(page, &failed)))?;
            Ok(notice::see_other(&here, "superadmin-move-activated-notice"))
        }
        "drop" => {
            typed_again(page, found, fields)?;
            let dropped = take_in::give_up(Arc::clone(app), actor, id.to_owned()).await;
            dropped.map_err(|failed| because(of_drop(page, &failed)))?;
            Ok(notice::see_other(MOVES, "superadmin-move-dropped-notice"))
        }
        // No form of the page says anything else.
        _ => {
            let back = Some((here.as_str(), "superadmin-move"));
            let wrong = error::say(page, StatusCode::BAD_REQUEST, "stale-form", back);
            Err(Why::Answer(Box::new(wrong)))
        }
    }
}

/// A release that is not of another Organization than the page's.
fn of_this<'f>(page: &Page, id: &str, release: &'f str) -> Result<&'f str, Why> {
    match papers::read::<Release>(release) {
        Ok(paper) if paper.organization != id => {
            let text = "the release is of another Organization than this page; activate it on the page of that one";
            Err(because(of_activation(page, &ActivateError::Refused(text.into()))))
        }
        // Whether it is believed is seen with the move.
        _ => Ok(release),
    }
}

/// What cannot be taken back takes its address, typed.
fn typed_again(page: &Page, found: &Found, fields: &Fields) -> Result<(), Why> {
    if fields.get("confirm").eq_ignore_ascii_case(&found.slug) {
        return Ok(());
    }
    let text = page.text_with("console-type-again", "word", &found.slug);
    Err(Why::Said(Refused::of(StatusCode::BAD_REQUEST, Problems::of("confirm", text))))
}
