//! A campaign: how it stands, what it granted by day, and what can be done with it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::campaign::Campaign;
use uuid::Uuid;

use super::super::fields::Fields;
use super::super::page::{Page, address};
use super::super::problems::Problems;
use super::super::{error, notice};
use super::campaign_days;
use super::campaign_typed::Typed;
use super::campaigns::{status_text, time};
use super::chart::Chart;
use super::difference::{self, Difference};
use super::frame::{CAMPAIGNS, Frame, VOUCHERS, of_campaign};
use super::funnel;
use super::numbers::{Drawn, Table};
use super::period::Period;
use super::visit::{Press, Visit, writing};
use crate::api::export::{CSV, send, whole};
use crate::app::App;
use crate::storage;
use crate::usecase;
use crate::usecase::campaign_progress;
use crate::usecase::campaigns::{self, CampaignEdit, CampaignError, WithVouchers, fingerprint};
use crate::usecase::sessions::Standing;

#[derive(Template)]
#[template(path = "web/admin/campaign.html")]
struct CampaignPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    campaign: &'a Campaign,
    status: &'static str,
    status_text: String,
    time: String,
    redemptions: String,
    vouchers: String,
    /// The most each customer may redeem, where there is a limit.
    each: Option<String>,
    /// When its budget ends if it goes on so, in words; where it has one.
    forecast: Option<String>,
    /// Its vouchers in the list, and where another one is issued.
    list: String,
    issue: String,
    /// This page.
    address: String,
    file: String,
    funnel_file: String,
    /// The days that are drawn.
    period: &'a Period,
    drawn: Drawn,
    days: Table,
    funnel: funnel::Section,
    fingerprint: String,
    draft: &'a Draft,
}

/// The form as it stands, and what is to be said of it.
struct Draft {
    typed: Typed,
    problems: Problems,
    /// What somebody else has changed meanwhile.
    differences: Vec<Difference>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let found = match find(&app, &page, &id).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let typed = Typed::of(&page, &found.campaign);
    let draft = Draft { typed, problems: Problems::none(), differences: Vec::new() };
    let period = Period::asked(&app, &page, query.as_deref());
    let status = if period.problems.any() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    shown_of(&app, &page, (&found, &period), (status, &draft)).await
}

/// How many come how far with its vouchers, as a file.
pub(super) async fn funnel_file(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    Path(id): Path<String>,
) -> Response {
    let found = match find(&app, &page, &id).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    match usecase::funnel::read(&app.store, found.campaign.id).await {
        Ok(funnel) => whole(funnel.file(app.facts.currency), "funnel.csv"),
        Err(failed) => error::unavailable(&page, &failed),
    }
}

/// What it granted by day, as a file.
pub(super) async fn file(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let found = match find(&app, &page, &id).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let period = Period::asked(&app, &page, query.as_deref());
    if period.problems.any() {
        let back = Some((CAMPAIGNS, "admin-all-campaigns"));
        return error::say(&page, StatusCode::BAD_REQUEST, "admin-file-wrong", back);
    }
    let days = match campaign_progress::days(&app, &found.campaign, period.days).await {
        Ok(days) => days,
        Err(failed) => return error::unavailable(&page, &failed),
    };
    let sent = campaign_progress::file(&app, &days);
    match sent.and_then(|spool| send(spool, CSV, "campaign.csv")) {
        Ok(response) => response,
        Err(failed) => error::unavailable(&page, &failed),
    }
}

/// The campaign with the identifier of an address.
async fn find(app: &App, page: &Page, id: &str) -> Result<WithVouchers, Response> {
    let found = match Uuid::parse_str(id) {
        Ok(id) => campaigns::find(&app.store, &id.to_string()).await,
        Err(_) => Ok(None),
    };
    match found {
        Ok(Some(found)) => Ok(found),
        Ok(None) => {
            let back = Some((CAMPAIGNS, "admin-all-campaigns"));
            Err(error::say(page, StatusCode::NOT_FOUND, "admin-campaign-unknown", back))
        }
        Err(failed) => Err(error::unavailable(page, &failed)),
    }
}

/// The page with its usual days.
async fn shown(
    app: &App,
    page: &Page,
    found: &WithVouchers,
    drafted: (StatusCode, &Draft),
) -> Response {
    shown_of(app, page, (found, &Period::usual(app, page)), drafted).await
}

async fn shown_of(
    app: &App,
    page: &Page,
    (found, period): (&WithVouchers, &Period),
    (status, draft): (StatusCode, &Draft),
) -> Response {
    let campaign = &found.campaign;
    let loaded = async {
        let days = campaign_progress::days(app, campaign, period.days).await?;
        let funnel = usecase::funnel::read(&app.store, campaign.id).await?;
        Ok((days, funnel, campaign_progress::budget_ends_at(app, campaign).await?))
    };
    let (days, funnel, budget_ends_at) = match loaded.await {
        Ok(loaded) => loaded,
        Err::<_, storage::Error>(failed) => return error::unavailable(page, &failed),
    };
    let id = campaign.id.to_string();
    let standing = campaign.status(app.clock.now());
    let forecast = match (campaign.remaining_minor(), budget_ends_at) {
        (None | Some(0), _) => None,
        (_, None) => Some(page.text("admin-campaign-no-forecast")),
        (_, Some(end)) if campaign.ends_at.is_some_and(|last| last <= end) => {
            Some(page.text("admin-campaign-budget-lasts"))
        }
        (_, Some(end)) => {
            Some(page.text_with("admin-campaign-budget-ends", "date", &page.day(end)))
        }
    };
    let number = |number: i64| page.digits.write(&number.to_string());
    let shown = CampaignPage {
        page,
        frame: Frame::new(page, CAMPAIGNS),
        campaign,
        status: standing.as_str(),
        status_text: status_text(page, standing),
        time: time(page, campaign),
        redemptions: number(campaign.redemptions),
        vouchers: number(found.vouchers),
        each: (campaign.per_customer > 0).then(|| number(campaign.per_customer)),
        forecast,
        list: address(VOUCHERS, &[("campaign", &id)]),
        issue: address("/admin/vouchers/new", &[("campaign", &id)]),
        address: of_campaign(campaign.id),
        file: format!("{}/days.csv?{}", of_campaign(campaign.id), period.query),
        funnel_file: format!("{}/funnel.csv", of_campaign(campaign.id)),
        period,
        drawn: campaign_days::drawn(page, &days),
        days: campaign_days::table(page, &days),
        funnel: funnel::section(page, &funnel),
        fingerprint: fingerprint(campaign),
        draft,
    };
    page.render(status, &shown)
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Press { page, session, request_id, fields }: Press,
) -> Response {
    let found = match find(&app, &page, &id).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let desk = Desk { app: &app, page: &page, session: &session, request_id, found: &found };
    let response = match fields.get("act") {
        "pause" => desk.set_active(false).await,
        "resume" => desk.set_active(true).await,
        _ => desk.save(&fields).await,
    };
    // Also where it failed: a commit whose answer was lost may have happened.
    app.previews.forget_all();
    response
}

/// A button that was pressed on a campaign's page.
struct Desk<'a> {
    app: &'a App,
    page: &'a Page,
    session: &'a Standing,
    request_id: String,
    found: &'a WithVouchers,
}

impl Desk<'_> {
    async fn edit(
        &self,
        edit: &CampaignEdit,
        seen: Option<&[String]>,
    ) -> Result<Campaign, CampaignError> {
        let request_id = self.request_id.clone();
        writing(self.app, self.session, request_id, async |writer| {
            campaigns::edit(writer, self.found.campaign.id, edit, seen).await
        })
        .await
    }

    fn back(&self, name: &'static str) -> Response {
        notice::see_other(&of_campaign(self.found.campaign.id), name)
    }

    /// The form again, with what is wrong with it.
    async fn wrong(&self, typed: Typed, problems: Problems) -> Response {
        let draft = Draft { typed, problems, differences: Vec::new() };
        shown(self.app, self.page, self.found, (StatusCode::BAD_REQUEST, &draft)).await
    }

    /// What became of it where it was not written.
    async fn failed(&self, typed: Typed, failed: CampaignError) -> Response {
        match failed {
            CampaignError::Fields(faults) => {
                let problems = Typed::problems(self.page, &faults);
                self.wrong(typed, problems).await
            }
            CampaignError::Changed(now) => self.changed(typed, *now).await,
            CampaignError::Unknown => {
                let back = Some((CAMPAIGNS, "admin-all-campaigns"));
                error::say(self.page, StatusCode::NOT_FOUND, "admin-campaign-unknown", back)
            }
            CampaignError::Storage(failed) => error::unavailable(self.page, &failed),
        }
    }

    /// Edits it; not where somebody else has edited it meanwhile.
    async fn save(self, fields: &Fields) -> Response {
        let typed = Typed::of_form(fields);
        let edit = match typed.read(self.page, Some(&self.found.campaign)) {
            Ok(edit) => edit,
            Err(problems) => return self.wrong(typed, problems).await,
        };
        let seen = [fields.get("seen").to_owned()];
        match self.edit(&edit, Some(&seen)).await {
            Ok(_) => self.back("admin-campaign-saved-notice"),
            Err(failed) => self.failed(typed, failed).await,
        }
    }

    /// Somebody else was faster: what they changed, beside what stands in the form. Saved again, the form counts.
    async fn changed(&self, typed: Typed, campaign: Campaign) -> Response {
        let differences = difference::of_campaign(self.page, (&campaign, &typed));
        let draft = Draft { typed, problems: Problems::none(), differences };
        let found = WithVouchers { campaign, vouchers: self.found.vouchers };
        shown(self.app, self.page, &found, (StatusCode::CONFLICT, &draft)).await
    }

    async fn set_active(self, active: bool) -> Response {
        let edit = CampaignEdit { active: Some(active), ..CampaignEdit::default() };
        match self.edit(&edit, None).await {
            Ok(_) if active => self.back("admin-campaign-resumed-notice"),
            Ok(_) => self.back("admin-campaign-paused-notice"),
            Err(failed) => {
                let typed = Typed::of(self.page, &self.found.campaign);
                self.failed(typed, failed).await
            }
        }
    }
}
