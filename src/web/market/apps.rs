//! The apps: searched, narrowed down and sorted. All of that stands in the address.

use std::sync::Arc;

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::shown::{Card, Price};
use super::{canonical, market, words};
use crate::app::App;
use crate::usecase::market::{Market, Sort, Wanted};
use crate::web::page::{Page, address, parameter};

/// What is looked for is at most so long.
const MAX_QUERY_CHARS: usize = 100;

#[derive(Template)]
#[template(path = "web/market/apps.html")]
struct AppsPage<'a> {
    page: &'a Page,
    canonical: String,
    query: &'a str,
    categories: Vec<Choice>,
    industries: Vec<Choice>,
    bundles: Vec<Choice>,
    sorts: Vec<Choice>,
    /// Whether anything narrows the list down.
    is_narrowed: bool,
    total: i64,
    apps: Vec<Card<'a>>,
    /// Pages of a list that has several: their numbers, and the ways to the one before and the one after.
    place: Option<Place>,
}

/// One of the things to choose from.
struct Choice {
    value: String,
    text: String,
    chosen: bool,
    /// Of the catalog, and no word of ours.
    is_name: bool,
}

struct Place {
    page: usize,
    pages: usize,
    before: Option<String>,
    after: Option<String>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    OriginalUri(uri): OriginalUri,
) -> Response {
    let market = match market(&app, &page).await {
        Ok(market) => market,
        Err(response) => return response,
    };
    let wanted = market.possible(wanted(&uri));
    let found = market.find(&wanted);
    let narrowing = [&wanted.query, &wanted.category, &wanted.industry, &wanted.bundle];
    let way = |number: usize| address_of(&Wanted { page: number, ..wanted.clone() });
    let apps = AppsPage {
        page: &page,
        canonical: canonical(&page, "/apps"),
        query: &wanted.query,
        categories: categories(&page, &market, &wanted.category),
        industries: market
            .industries
            .iter()
            .map(|one| named(&one.slug, one.name.text(page.language), &wanted.industry))
            .collect(),
        bundles: market
            .bundles
            .iter()
            .map(|one| named(&one.slug, one.name.text(page.language), &wanted.bundle))
            .collect(),
        sorts: Sort::ALL
            .iter()
            .map(|sort| {
                let text = page.text(&format!("market-sort-{}", sort.as_str()));
                choice(sort.as_str(), &text, wanted.sort.as_str())
            })
            .collect(),
        is_narrowed: narrowing.iter().any(|text| !text.is_empty()),
        total: i64::try_from(found.total).unwrap_or(i64::MAX),
        apps: found.apps.iter().map(|app| Card::of(&page, &market, app)).collect(),
        place: (found.pages > 1).then(|| Place {
            page: found.page,
            pages: found.pages,
            before: (found.page > 1).then(|| way(found.page.saturating_sub(1))),
            after: (found.page < found.pages).then(|| way(found.page.saturating_add(1))),
        }),
    };
    page.render(StatusCode::OK, &apps)
}

fn wanted(uri: &Uri) -> Wanted {
    let text = |name: &str| parameter(uri, name).trim().to_owned();
    Wanted {
        query: text("q").chars().filter(|c| !c.is_control()).take(MAX_QUERY_CHARS).collect(),
        category: text("category"),
        industry: text("industry"),
        bundle: text("bundle"),
        sort: Sort::parse(&text("sort")),
        page: text("page").parse().unwrap_or(1),
    }
}

/// The list as an address.
fn address_of(wanted: &Wanted) -> String {
    let sort = if wanted.sort == Sort::default() { "" } else { wanted.sort.as_str() };
    let number = if wanted.page > 1 { wanted.page.to_string() } else { String::new() };
    let all = [
        ("q", &*wanted.query),
        ("category", &wanted.category),
        ("industry", &wanted.industry),
        ("bundle", &wanted.bundle),
        ("sort", sort),
        ("page", &number),
    ];
    let given: Vec<_> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    address("/apps", &given)
}

fn categories(page: &Page, market: &Market, chosen: &str) -> Vec<Choice> {
    let slugs = market.categories().into_iter();
    let mut choices: Vec<Choice> =
        slugs.map(|slug| choice(slug, &words::category(page.language, slug), chosen)).collect();
    choices.sort_by(|one, other| one.text.cmp(&other.text));
    choices
}

/// One that the catalog has a name for.
fn named(value: &str, name: &str, chosen: &str) -> Choice {
    Choice { is_name: true, ..choice(value, name, chosen) }
}

fn choice(value: &str, text: &str, chosen: &str) -> Choice {
    Choice {
        value: value.to_owned(),
        text: text.to_owned(),
        chosen: value == chosen,
        is_name: false,
    }
}
