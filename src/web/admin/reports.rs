//! Reports: what happened on the last days, drawn and in tables, and as files.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::error;
use super::super::page::Page;
use super::chart::Chart;
use super::frame::{Frame, REPORTS};
use super::period::Period;
use super::report_sections::{self as sections, Section};
use super::visit::Visit;
use crate::api::export::whole;
use crate::app::App;
use crate::storage::{self, billing};
use crate::usecase::reports::days::Days;
use crate::usecase::reports::{DAYS, Scope, credit, file, organizations, redemptions, revenue};

/// How many days there are to choose from.
const CHOICES: [i64; 4] = [7, DAYS, 90, 365];

#[derive(Template)]
#[template(path = "web/admin/reports.html")]
struct ReportsPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    periods: Vec<Choice>,
    period: Period,
    facts: Vec<(String, String)>,
    /// What the Sovereign earns, for the superadmin.
    earned: Vec<(String, String)>,
    sections: Vec<Section>,
}

struct Choice {
    address: String,
    label: String,
    is_here: bool,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Visit { page, session }: Visit,
    RawQuery(query): RawQuery,
) -> Response {
    let period = Period::asked(&app, &page, query.as_deref());
    let with_revenue = session.role.may_administer();
    match loaded(&app, &page, with_revenue, period.days).await {
        Ok(Loaded { facts, earned, sections }) => {
            let periods = CHOICES.map(|one| Choice {
                address: format!("{REPORTS}?days={one}"),
                label: page.count("admin-report-days", one),
                is_here: !period.problems.any() && period.days == Days::Last(one),
            });
            let wrong = period.problems.any();
            let status = if wrong { StatusCode::BAD_REQUEST } else { StatusCode::OK };
            let frame = Frame::new(&page, REPORTS);
            let periods = periods.into();
            let shown =
                ReportsPage { page: &page, frame, periods, period, facts, earned, sections };
            page.render(status, &shown)
        }
        Err(failed) => error::unavailable(&page, &failed),
    }
}

struct Loaded {
    facts: Vec<(String, String)>,
    earned: Vec<(String, String)>,
    sections: Vec<Section>,
}

/// What the page says, and for the superadmin what was paid and is earned too.
async fn loaded(app: &App, page: &Page, with_revenue: bool, days: Days) -> storage::Result<Loaded> {
    let mut books = Scope::of(app).snapshot().await?;
    let redeemed = redemptions::report(&mut books, days).await?;
    let credit = credit::report(&mut books, days).await?;
    let new = organizations::report(&mut books, days).await?;
    let flow = credit.total.flow;
    let mut facts: Vec<(String, String)> = [
        ("admin-outstanding-now", credit.outstanding_minor()),
        ("admin-granted", flow.granted_minor),
        ("admin-taken-back", flow.taken_back_minor),
        ("admin-spent", flow.spent_minor),
        ("admin-expired", flow.expired_minor),
    ]
    .map(|(name, minor)| (page.text(name), page.amount(minor)))
    .into();
    let made = new.iter().map(|day| day.organizations).fold(0_i64, i64::saturating_add);
    let made = page.digits.write(&made.to_string());
    facts.push((page.text("admin-report-organizations"), made));
    let mut shown = vec![
        sections::redemptions(page, &redeemed),
        sections::credit(page, &credit),
        sections::organizations(page, &new),
    ];
    let mut earned = Vec::new();
    if with_revenue {
        shown.push(sections::revenue(page, &revenue::report(&mut books, days).await?));
        let now = billing::revenue(books.tx(), app.clock.now().month_start()).await?;
        let count = |number: i64| page.digits.write(&number.to_string());
        earned.push((page.text("admin-report-mrr"), page.amount(now.mrr_minor)));
        earned.extend(
            [
                ("admin-report-subscriptions", now.active_subscriptions),
                ("admin-report-customers", now.customers),
                ("admin-report-new-customers", now.new_customers),
            ]
            .map(|(name, number)| (page.text(name), count(number))),
        );
    }
    Ok(Loaded { facts, earned, sections: shown })
}

/// A report as a file.
pub(super) async fn csv(
    State(app): State<Arc<App>>,
    Visit { page, session }: Visit,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let back = Some((REPORTS, "admin-report-title"));
    if name == "revenue.csv" && !session.role.may_administer() {
        return error::say(&page, StatusCode::FORBIDDEN, "admin-superadmin", back);
    }
    let period = Period::asked(&app, &page, query.as_deref());
    if period.problems.any() {
        return error::say(&page, StatusCode::BAD_REQUEST, "admin-file-wrong", back);
    }
    match written(&app, &name, period.days).await {
        Ok(Some(text)) => whole(text, &name),
        Ok(None) => error::say(&page, StatusCode::NOT_FOUND, "admin-file-wrong", back),
        Err(failed) => error::unavailable(&page, &failed),
    }
}

/// The file of that name, where there is one.
async fn written(app: &App, name: &str, days: Days) -> storage::Result<Option<String>> {
    let currency = app.facts.currency;
    let mut books = Scope::of(app).snapshot().await?;
    Ok(Some(match name {
        "redemptions.csv" => {
            file::redemptions(currency, &redemptions::report(&mut books, days).await?)
        }
        "credit.csv" => file::credit(currency, &credit::report(&mut books, days).await?.days),
        "organizations.csv" => file::organizations(&organizations::report(&mut books, days).await?),
        "revenue.csv" => file::revenue(currency, &revenue::report(&mut books, days).await?),
        _ => return Ok(None),
    }))
}
