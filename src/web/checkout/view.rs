//! The page of an order, as it stands before it is placed.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::book::{CheckoutQuote, Refusal};
use sovereign_domain::catalog::LineKind;
use sovereign_domain::cover::Cover;
use sovereign_domain::tax::TaxRules;

use super::super::page::Page;
use super::super::problems::Problems;
use super::super::{error, kept_voucher, page};
use super::offer::Offer;
use super::words::{self, Note};
use super::{Chosen, chosen};
use crate::app::App;
use crate::auth::secrets;
use crate::pdf;
use crate::storage::organizations::OrganizationRow;
use crate::usecase::market::{Market, Plan};

#[derive(Template)]
#[template(path = "web/checkout/order.html")]
struct OrderPage<'a> {
    page: &'a Page,
    organization: &'a OrganizationRow,
    chosen: &'a Chosen,
    /// For another Organization of theirs.
    others: String,
    notes: &'a [Note],
    problems: &'a Problems,
    /// What was typed where a code is asked for.
    typed: &'a str,
    plans: Vec<Choice>,
    /// Whether the plans are to be looked at first.
    plans_open: bool,
    ready: Option<Ready<'a>>,
    with_voucher: bool,
    key: &'a str,
}

#[derive(Template)]
#[template(path = "web/checkout/refused.html")]
struct RefusedPage<'a> {
    page: &'a Page,
    organization: &'a OrganizationRow,
    note: &'a Note,
    /// Where a voucher that goes along can be used all the same.
    wallet: Option<String>,
}

/// A plan to choose, and what it would come to.
#[expect(clippy::struct_excessive_bools, reason = "each is a mark of its own on the page")]
struct Choice {
    slug: String,
    name: String,
    description: String,
    price_minor: i64,
    usage_priced: bool,
    popular: bool,
    checked: bool,
    /// What it comes to, or why it cannot be ordered.
    effect: String,
    can_be: bool,
}

/// What can be ordered with one press.
struct Ready<'a> {
    plan: &'a Plan,
    quote: &'a CheckoutQuote,
    code: &'a str,
    /// How long the voucher's credit lasts, in words.
    voucher_until: Option<String>,
    bill: Vec<Line>,
    /// For how long credit pays, in words.
    covered: String,
    button: String,
}

struct Line {
    label: String,
    amount_minor: i64,
    /// The style's: `sum` or `less`.
    kind: &'static str,
}

impl Line {
    fn new(label: impl Into<String>, amount_minor: i64, kind: &'static str) -> Self {
        Self { label: label.into(), amount_minor, kind }
    }
}

/// Everything that a page of an order is made of.
pub(super) struct View<'a> {
    pub(super) organization: &'a OrganizationRow,
    pub(super) chosen: &'a Chosen,
    pub(super) offer: &'a Offer,
    pub(super) status: StatusCode,
    pub(super) notes: Vec<Note>,
    pub(super) problems: Problems,
    pub(super) typed: &'a str,
    /// Names the order among the customer's, so that it is placed once: `None` = a new one.
    pub(super) key: Option<String>,
}

/// The rules about the Organization itself: nothing on the page could be chosen differently.
fn is_final(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::NotAMember
            | Refusal::RoleMayNotSpend
            | Refusal::OrganizationSuspended
            | Refusal::AlreadySubscribed
    )
}

pub(super) fn render(app: &App, page: &Page, view: View<'_>) -> Response {
    let View { organization, chosen, offer, status, mut notes, problems, typed, key } = view;
    let mut found = offer.plans().filter_map(|(_, quote)| quote.as_ref().err());
    if let Some(refusal) = found.find(|refusal| is_final(refusal)) {
        return refused(page, organization, refusal, offer.code.is_some());
    }
    let quote = offer.quote();
    if let Err(refusal) = &quote {
        let (_, note) = words::of_refusal(page, refusal, &organization.slug);
        if notes.iter().all(|told| told.heading != note.heading) {
            notes.push(note);
        }
    }
    let Some(key) = key.or_else(|| secrets::random_token().ok()) else {
        return error::unavailable(page, &"there is no randomness");
    };
    let code = offer.code.as_ref().map_or("", |code| code.as_str());
    let ready = quote.as_ref().ok().zip(offer.plan()).map(|(quote, plan)| Ready {
        plan,
        quote,
        code,
        voucher_until: quote.voucher_expires_at.map(|end| {
            let until = page.language.isolated(&page.day(end));
            page.text_with("checkout-voucher-until", "until", &until)
        }),
        bill: bill(page, &offer.market, quote, app.tax),
        covered: covered(page, quote),
        button: button(page, quote),
    });
    let shown = OrderPage {
        page,
        organization,
        chosen,
        others: others(chosen),
        notes: &notes,
        problems: &problems,
        typed,
        plans: choices(page, offer),
        plans_open: ready.is_none(),
        ready,
        with_voucher: !code.is_empty(),
        key: &key,
    };
    let mut response = page.render_leaving_as(status, &shown);
    if let Some(refusal) = offer.voucher
        && refusal != sovereign_domain::voucher::VoucherRefusal::RedeemedByOrganization
    {
        // It is of no use to this person here; to another Organization of theirs it may be.
        page::add_cookie(&mut response, kept_voucher::forget());
    }
    response
}

fn refused(
    page: &Page,
    organization: &OrganizationRow,
    refusal: &Refusal,
    has_voucher: bool,
) -> Response {
    let (status, note) = words::of_refusal(page, refusal, &organization.slug);
    let may = *refusal == Refusal::AlreadySubscribed && has_voucher;
    let wallet = may.then(|| format!("/console/{}/wallet", organization.slug));
    page.render(status, &RefusedPage { page, organization, note: &note, wallet })
}

fn others(chosen: &chosen::Chosen) -> String {
    let apps = chosen.apps_text();
    let given = [("plan", chosen.plan.as_str()), ("apps", &apps)];
    page::address("/join", &given)
}

fn choices(page: &Page, offer: &Offer) -> Vec<Choice> {
    let all = offer.plans().enumerate();
    all.map(|(index, (plan, quote))| Choice {
        slug: plan.slug.clone(),
        name: plan.name.text(page.language).to_owned(),
        description: plan.description.text(page.language).to_owned(),
        price_minor: plan.price_minor,
        usage_priced: plan.usage_priced,
        popular: plan.popular,
        checked: offer.chosen == Some(index),
        can_be: quote.is_ok(),
        effect: match quote {
            Ok(quote) => effect(page, quote),
            Err(Refusal::NoProcessor) => page.text("checkout-effect-too-little-credit"),
            Err(Refusal::Policy(_)) => page.text("checkout-effect-not-allowed"),
            Err(_) => String::new(),
        },
    })
    .collect()
}

/// What choosing a plan comes to, in a few words.
fn effect(page: &Page, quote: &CheckoutQuote) -> String {
    match quote.cover {
        Cover::Always => page.text("checkout-effect-free"),
        Cover::Months { until, .. } => {
            let until = page.day(until);
            page.text_with("checkout-effect-covered", "until", &page.language.isolated(&until))
        }
        Cover::Nothing => {
            let amount = page.amount_inside(quote.charge_minor);
            page.text_with("checkout-effect-card", "amount", &amount)
        }
    }
}

fn covered(page: &Page, quote: &CheckoutQuote) -> String {
    match quote.cover {
        Cover::Always => page.text("checkout-covered-always"),
        Cover::Nothing => page.text("checkout-covered-nothing"),
        Cover::Months { months, until } => {
            let until = page.language.isolated(&page.day(until));
            let values = [("months", i64::from(months).into()), ("until", until.into())];
            page.digits.write(&page.language.text_with("checkout-covered-months", &values))
        }
    }
}

fn button(page: &Page, quote: &CheckoutQuote) -> String {
    if quote.charge_minor > 0 {
        let amount = page.amount_inside(quote.charge_minor);
        return page.text_with("checkout-button-card", "amount", &amount);
    }
    let is_free = quote.total_minor == 0;
    page.text(if is_free { "checkout-button-free" } else { "checkout-button-credit" })
}

fn bill(page: &Page, market: &Market, quote: &CheckoutQuote, tax: TaxRules) -> Vec<Line> {
    let mut bill: Vec<Line> = quote
        .lines
        .iter()
        .map(|line| {
            let name = market.name_of(line, page.language);
            let label = match line.kind {
                LineKind::Plan => page.text_with("bill-plan", "name", name),
                _ => name.to_owned(),
            };
            Line::new(label, line.amount_minor, "")
        })
        .collect();
    let rate = page.language.isolated(&pdf::rate(tax.rate_bp.into()));
    let label = page.text("invoice-tax-name");
    let taxed = |name: &str| {
        page.language
            .text_with(name, &[("label", label.clone().into()), ("rate", rate.clone().into())])
    };
    if tax.rate_bp != 0 && !tax.included {
        bill.push(Line::new(taxed("invoice-tax"), quote.tax_minor, ""));
    }
    bill.push(Line::new(page.text("checkout-first-month"), quote.total_minor, "sum"));
    if tax.rate_bp != 0 && tax.included {
        bill.push(Line::new(taxed("invoice-tax-included"), quote.tax_minor, ""));
    }
    if quote.credit_minor > 0 {
        let credit_minor = quote.credit_minor.saturating_neg();
        bill.push(Line::new(page.text("bill-from-credit"), credit_minor, "less"));
    }
    if quote.rounding_minor != 0 {
        let rounding_minor = quote.rounding_minor.saturating_neg();
        bill.push(Line::new(page.text("invoice-rounding"), rounding_minor, ""));
    }
    bill.push(Line::new(page.text("checkout-today"), quote.charge_minor, "sum"));
    bill
}
