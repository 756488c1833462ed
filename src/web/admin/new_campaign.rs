//! Making a campaign: a form and its button.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::page::Page;
use super::super::problems::Problems;
use super::super::{error, notice};
use super::campaign_typed::Typed;
use super::frame::{CAMPAIGNS, Frame, of_campaign};
use super::visit::{Press, Visit, writing};
use crate::app::App;
use crate::usecase::campaigns::{self, CampaignError};

#[derive(Template)]
#[template(path = "web/admin/new_campaign.html")]
struct NewPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    problems: Problems,
    typed: &'a Typed,
}

pub(super) async fn show(Visit { page, .. }: Visit) -> Response {
    shown(&page, StatusCode::OK, (&Typed::default(), Problems::none()))
}

fn shown(page: &Page, status: StatusCode, (typed, problems): (&Typed, Problems)) -> Response {
    let frame = Frame::new(page, CAMPAIGNS);
    page.render(status, &NewPage { page, frame, problems, typed })
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    Press { page, session, request_id, fields }: Press,
) -> Response {
    let typed = Typed::of_form(&fields);
    let edit = match typed.read(&page, None) {
        Ok(edit) => edit,
        Err(problems) => return shown(&page, StatusCode::BAD_REQUEST, (&typed, problems)),
    };
    let made =
        writing(&app, &session, request_id, async |writer| campaigns::create(writer, &edit).await);
    match made.await {
        Ok(campaign) => notice::see_other(&of_campaign(campaign.id), "admin-campaign-made-notice"),
        Err(CampaignError::Fields(faults)) => {
            let problems = Typed::problems(&page, &faults);
            shown(&page, StatusCode::BAD_REQUEST, (&typed, problems))
        }
        Err(CampaignError::Unknown | CampaignError::Changed(_)) => {
            let back = Some((CAMPAIGNS, "admin-all-campaigns"));
            error::say(&page, StatusCode::NOT_FOUND, "admin-campaign-unknown", back)
        }
        Err(CampaignError::Storage(failed)) => error::unavailable(&page, &failed),
    }
}
