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
use crate::usecase::campaigns::{self, Sought, WithVouchers};
use crate::usecase::paging::PageError;

/// How many are on a page.
const PAGE_SIZE: i64 = 50;

#[derive(Template)]
#[template(path = "web/admin/campaigns.html")]
struct CampaignsPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    problems: Problems,
    /// A part of the name that is looked for.
    part: &'a str,
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
    let sought = Sought {
        part: fields.find("q"),
        status: fields.find("status"),
        after: fields.find("after"),
    };
    match campaigns::list(&app.store, &sought, PAGE_SIZE, now).await {
        Ok(found) => {
            let rows = found.rows.iter().map(|campaign| shown(&page, campaign, now)).collect();
            let list = listed(&page, &fields, (rows, found.next, Problems::none()));
            page.render(StatusCode::OK, &list)
        }
        Err(PageError::Field(fault)) => {
            let (field, name) = match fault.field {
                "q" => ("q", "admin-campaign-search-wrong"),
                "status" => ("status", "admin-status-wrong"),
                _ => ("status", "admin-campaigns-after-wrong"),
            };
            let problems = Problems::of(field, page.text(name));
            page.render(StatusCode::BAD_REQUEST, &listed(&page, &fields, (vec![], None, problems)))
        }
        Err(PageError::Storage(failed)) => error::unavailable(&page, &failed),
    }
}

fn listed<'a>(
    page: &'a Page,
    fields: &'a Fields,
    (campaigns, next, problems): (Vec<Shown>, Option<String>, Problems),
) -> CampaignsPage<'a> {
    let (part, status) = (fields.get("q"), fields.get("status"));
    let at = |more: Option<(&str, &str)>| {
        let asked = [("q", part), ("status", status)];
        let asked = asked.into_iter().filter(|(_, value)| !value.is_empty());
        let all: Vec<_> = asked.chain(more).collect();
        address(CAMPAIGNS, &all)
    };
    CampaignsPage {
        page,
        frame: Frame::new(page, CAMPAIGNS),
        problems,
        part,
        statuses: CampaignStatus::ALL
            .map(|one| (one.as_str(), status_text(page, one), one.as_str() == status))
            .into(),
        is_filtered: !part.is_empty() || !status.is_empty(),
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

/// What a form offers as a campaign.
#[derive(Debug, Default)]
pub(super) struct Choices {
    /// What stands in the field: the name of the campaign that is chosen, or what was typed and names none.
    pub(super) text: String,
    /// The identifier of the campaign that is chosen.
    pub(super) id: Option<String>,
    /// The names of the newest. Any other can be typed.
    pub(super) names: Vec<String>,
}

impl Choices {
    /// Whether there is nothing to choose.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty() && self.names.is_empty()
    }
}

/// The newest campaigns, and the one that is chosen by its name or its identifier.
pub(super) async fn choices(app: &App, chosen: &str) -> storage::Result<Choices> {
    const MOST: i64 = 200;
    let newest = Sought::default();
    let names = match campaigns::list(&app.store, &newest, MOST, app.clock.now()).await {
        Ok(page) => page.rows.into_iter().map(|campaign| campaign.name).collect(),
        Err(PageError::Storage(failed)) => return Err(failed),
        // Nothing was asked for that could be wrong.
        Err(PageError::Field(_)) => Vec::new(),
    };
    let found = match chosen.trim() {
        "" => None,
        chosen => campaigns::find(&app.store, chosen).await?,
    };
    Ok(match found {
        Some(WithVouchers { campaign, .. }) => {
            Choices { id: Some(campaign.id.to_string()), text: campaign.name, names }
        }
        None => Choices { id: None, text: chosen.to_owned(), names },
    })
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
