//! The Sovereign's Organizations and what each comes to. What is inside them is not shown here.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::organization::OrganizationStatus;

use super::super::error;
use super::super::fields::Fields;
use super::super::page::{Page, address};
use super::super::problems::Problems;
use super::frame::{Frame, ORGANIZATIONS, of_organization};
use super::visit::Visit;
use crate::app::App;
use crate::storage;
use crate::storage::overview::TotalsRow;
use crate::usecase::market::Names;
use crate::usecase::overview::{self, Wanted};
use crate::usecase::paging::PageError;

/// How many are on a page.
const PAGE_SIZE: i64 = 50;

/// In the order of an Organization's life.
const STATUSES: [OrganizationStatus; 4] = [
    OrganizationStatus::Provisioning,
    OrganizationStatus::Active,
    OrganizationStatus::Suspended,
    OrganizationStatus::Deleted,
];

#[derive(Template)]
#[template(path = "web/admin/organizations.html")]
struct OrganizationsPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    problems: Problems,
    part: &'a str,
    /// Value, label, and whether it is asked for.
    statuses: Vec<(&'static str, String, bool)>,
    is_filtered: bool,
    organizations: Vec<Shown>,
    newest: Option<String>,
    next: Option<String>,
}

/// A row, in the reader's language.
struct Shown {
    name: String,
    slug: String,
    /// Its page, for whoever may see it.
    address: Option<String>,
    status: &'static str,
    status_text: String,
    plan: String,
    made: String,
    totals: TotalsRow,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    let given = |name| Some(fields.get(name)).filter(|value| !value.is_empty());
    let wanted = Wanted { status: given("status"), part: given("q") };
    match overview::totals(&app, wanted, (fields.find("after"), PAGE_SIZE)).await {
        Ok(found) => match rows(&app, &page, found.rows).await {
            Ok(rows) => {
                let list = listed(&page, &fields, (rows, found.next, Problems::none()));
                page.render(StatusCode::OK, &list)
            }
            Err(failed) => error::unavailable(&page, &failed),
        },
        Err(PageError::Field(fault)) => {
            let (field, name) = match fault.field {
                "status" => ("status", "admin-status-wrong"),
                "q" => ("q", "superadmin-organizations-part-wrong"),
                _ => ("q", "superadmin-organizations-after-wrong"),
            };
            let problems = Problems::of(field, page.text(name));
            page.render(StatusCode::BAD_REQUEST, &listed(&page, &fields, (vec![], None, problems)))
        }
        Err(PageError::Storage(failed)) => error::unavailable(&page, &failed),
    }
}

async fn rows(app: &App, page: &Page, found: Vec<TotalsRow>) -> storage::Result<Vec<Shown>> {
    let names = Names::load(app, page.language).await?;
    let shown = |totals: TotalsRow| {
        let (summary, status) = (&totals.summary, totals.summary.status()?);
        Ok(Shown {
            name: summary.name.clone(),
            slug: summary.slug.clone(),
            address: page.is_superadmin.then(|| of_organization(&summary.id)),
            status: status.as_str(),
            status_text: status_text(page, status),
            plan: names.of(&summary.plan_id),
            made: page.day(summary.created_at.0),
            totals,
        })
    };
    found.into_iter().map(shown).collect()
}

pub(super) fn status_text(page: &Page, status: OrganizationStatus) -> String {
    page.text(&format!("console-status-{}", status.as_str()))
}

fn listed<'a>(
    page: &'a Page,
    fields: &'a Fields,
    (organizations, next, problems): (Vec<Shown>, Option<String>, Problems),
) -> OrganizationsPage<'a> {
    let (part, status) = (fields.get("q"), fields.get("status"));
    let asked = [("q", part), ("status", status)];
    let asked: Vec<_> = asked.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let at = |more: Option<(&'static str, &str)>| {
        let all: Vec<_> = asked.iter().copied().chain(more).collect();
        address(ORGANIZATIONS, &all)
    };
    OrganizationsPage {
        page,
        frame: Frame::new(page, ORGANIZATIONS),
        problems,
        part,
        statuses: STATUSES
            .map(|one| (one.as_str(), status_text(page, one), one.as_str() == status))
            .into(),
        is_filtered: !asked.is_empty(),
        organizations,
        newest: fields.find("after").map(|_| at(None)),
        next: next.map(|next| at(Some(("after", &next)))),
    }
}
