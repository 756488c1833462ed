//! The list of campaigns.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::campaign::{Campaign, CampaignStatus};
use sovereign_domain::timestamp::Timestamp;

use super::super::error;
use super::super::fields::Fields;
use super::super::page::{Page, address};
use super::super::problems::Problems;
use super::frame::{CAMPAIGNS, Frame, of_campaign};
use super::visit::Visit;
use crate::app::App;
use crate::storage;
use crate::usecase::campaigns;
use crate::usecase::paging::PageError;

/// How many are on a page.
const PAGE_SIZE: i64 = 50;

#[derive(Template)]
#[template(path = "web/admin/campaigns.html")]
struct CampaignsPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    problems: Problems,
    /// Value, label, and whether it is asked for.
    statuses: Vec<(&'static str, String, bool)>,
    is_filtered: bool,
    campaigns: Vec<Shown>,
    newest: Option<String>,
    next: Option<String>,
}

/// A row, in the reader's language.
struct Shown {
    name: String,
    address: String,
    status: &'static str,
    status_text: String,
    budget_minor: i64,
    granted_minor: i64,
    redemptions: String,
    time: String,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    let now = app.clock.now();
    let wanted = (fields.find("status"), fields.find("after"));
    match campaigns::list(&app.store, wanted, PAGE_SIZE, now).await {
        Ok(found) => {
            let rows = found.rows.iter().map(|campaign| shown(&page, campaign, now)).collect();
            let list = listed(&page, &fields, (rows, found.next, Problems::none()));
            page.render(StatusCode::OK, &list)
        }
        Err(PageError::Field(fault)) => {
            let name = match fault.field {
                "status" => "admin-status-wrong",
                _ => "admin-campaigns-after-wrong",
            };
            let problems = Problems::of("status", page.text(name));
            page.render(StatusCode::BAD_REQUEST, &listed(&page, &fields, (vec![], None, problems)))
        }
        Err(PageError::Storage(failed)) => error::unavailable(&page, &failed),
    }
}

fn listed<'a>(
    page: &'a Page,
    fields: &Fields,
    (campaigns, next, problems): (Vec<Shown>, Option<String>, Problems),
) -> CampaignsPage<'a> {
    let status = fields.get("status");
    let at = |more: Option<(&str, &str)>| {
        let asked = Some(("status", status)).filter(|(_, value)| !value.is_empty());
        let all: Vec<_> = asked.into_iter().chain(more).collect();
        address(CAMPAIGNS, &all)
    };
    CampaignsPage {
        page,
        frame: Frame::new(page, CAMPAIGNS),
        problems,
        statuses: CampaignStatus::ALL
            .map(|one| (one.as_str(), status_text(page, one), one.as_str() == status))
            .into(),
        is_filtered: !status.is_empty(),
        campaigns,
        newest: fields.find("after").map(|_| at(None)),
        next: next.map(|next| at(Some(("after", &next)))),
    }
}

fn shown(page: &Page, campaign: &Campaign, now: Timestamp) -> Shown {
    let status = campaign.status(now);
    Shown {
        name: campaign.name.clone(),
        address: of_campaign(campaign.id),
        status: status.as_str(),
        status_text: status_text(page, status),
        budget_minor: campaign.budget_minor,
        granted_minor: campaign.granted_minor,
        redemptions: page.digits.write(&campaign.redemptions.to_string()),
        time: time(page, campaign),
    }
}

/// One of the campaigns that a form offers.
pub(super) struct Choice {
    /// Its identifier.
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is_chosen: bool,
}

/// The newest campaigns, and the one that is chosen.
pub(super) async fn choices(app: &App, chosen: &str) -> storage::Result<Vec<Choice>> {
    const MOST: i64 = 200;
    let found = campaigns::list(&app.store, (None, None), MOST, app.clock.now()).await;
    let mut offered = match found {
        Ok(page) => page.rows,
        Err(PageError::Storage(failed)) => return Err(failed),
        // Nothing was asked for that could be wrong.
        Err(PageError::Field(_)) => Vec::new(),
    };
    if !chosen.is_empty()
        && !offered.iter().any(|campaign| campaign.id.to_string() == chosen)
        && let Some(found) = campaigns::find(&app.store, chosen).await?
    {
        offered.push(found.campaign);
    }
    let choice = |campaign: Campaign| {
        let value = campaign.id.to_string();
        Choice { is_chosen: value == chosen, value, label: campaign.name }
    };
    Ok(offered.into_iter().map(choice).collect())
}

pub(super) fn status_text(page: &Page, status: CampaignStatus) -> String {
    page.text(&format!("admin-campaign-is-{}", status.as_str()))
}

/// From when until when it runs, in words.
pub(super) fn time(page: &Page, campaign: &Campaign) -> String {
    let last = campaign.ends_at.map(|end| Timestamp::from_micros(end.micros().saturating_sub(1)));
    let day = |at: Timestamp| page.language.isolated(&page.day(at));
    match (campaign.starts_at, last) {
        (None, None) => page.text("admin-campaign-always"),
        (Some(first), None) => page.text_with("admin-campaign-from", "first", &day(first)),
        (None, Some(last)) => page.text_with("admin-campaign-until", "last", &day(last)),
        (Some(first), Some(last)) => {
            let values = [("first", day(first).into()), ("last", day(last).into())];
            page.language.text_with("admin-campaign-from-until", &values)
        }
    }
}
