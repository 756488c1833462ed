//! `POST /checkout`: places the order that the page showed, once, however often it is pressed; or shows it again
//! where it would be another one.

use std::sync::Arc;

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use sovereign_domain::book::{Answer, CheckoutAnswer, Command, OrderStatus, Outcome, Refusal};
use sovereign_domain::ids::OrderId;
use sovereign_domain::voucher::{Code, VoucherRefusal};

use super::super::page::{Page, add_cookie, address};
use super::super::problems::Problems;
use super::super::{error, kept_voucher};
use super::show::{foreign_form, seen_anew, unknown};
use super::view::{self, View};
use super::words::{self, Note};
use super::{Chosen, Visit, offer};
use crate::api::caller::{Address, RequestName};
use crate::app::App;
use crate::engine::EngineError;
use crate::limits::TooMany;
use crate::storage::organizations::OrganizationRow;
use crate::usecase::checkout::CheckoutRequest;
use crate::usecase::payments::{self, PaymentError};
use crate::usecase::{placed, quote};

/// What the page showed, and its order's name.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OrderForm {
    form_token: String,
    organization: String,
    plan: String,
    apps: String,
    addons: String,
    /// The voucher's code; blank without one.
    code: String,
    /// What the voucher was worth, in minor units.
    seen: String,
    total: String,
    charge: String,
    key: String,
}

impl OrderForm {
    fn chosen(&self) -> Chosen {
        Chosen::of_form(&self.organization, &self.plan, &self.apps, &self.addons)
    }

    /// The name of the order, where it can be one.
    fn key(&self) -> Option<String> {
        let fits = (16..=100).contains(&self.key.len());
        (fits && self.key.bytes().all(|byte| byte.is_ascii_graphic())).then(|| self.key.clone())
    }
}

/// An order on its way.
struct Press<'a> {
    app: &'a App,
    page: &'a Page,
    visit: Visit,
    organization: OrganizationRow,
    chosen: Chosen,
    code: Option<Code>,
    seen_minor: Option<i64>,
    key: String,
}

/// What the page says instead of placing the order.
struct Again {
    status: StatusCode,
    note: Note,
    /// With the voucher.
    code: Option<Code>,
    /// Under the same name: it may have been placed.
    key: Option<String>,
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    page: Page,
    RequestName(request_id): RequestName,
    Address(from): Address,
    headers: HeaderMap,
    Form(form): Form<OrderForm>,
) -> Response {
    let chosen = form.chosen();
    if let Some(response) = foreign_form(&app, &page, &headers, (&form.form_token, &chosen)) {
        return response;
    }
    let about = (request_id, from);
    let visit = match Visit::begin(&app, &page, &headers, about, &chosen.path()).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    // Without a name of its own it is no form of ours.
    let Some(key) = form.key() else { return Redirect::to(&chosen.path()).into_response() };
    let slug = &chosen.organization;
    let organization = match placed::organization(&app, &visit.actor.user_id.0, slug).await {
        Ok(Some(organization)) => organization,
        Ok(None) => return unknown(&page),
        Err(failed) => return error::unavailable(&page, &failed),
    };
    let code = Some(form.code.trim()).filter(|code| !code.is_empty());
    let press = Press {
        app: &app,
        page: &page,
        visit,
        organization,
        chosen,
        code: code.and_then(|code| Code::parse(code).ok()),
        seen_minor: form.seen.parse().ok(),
        key,
    };
    press.place((form.total.parse().ok(), form.charge.parse().ok())).await
}

impl Press<'_> {
    /// Places the order, where it comes to what was `shown`: total and what a card pays.
    async fn place(&self, shown: (Option<i64>, Option<i64>)) -> Response {
        let quotas = self.visit.quotas();
        let attempt = match &self.code {
            Some(_) => self.app.limits.attempt(self.visit.from, &quotas).await.map(Some),
            None => self.app.limits.check_all(&quotas).await.map(|()| None),
        };
        let attempt = match attempt {
            Ok(attempt) => attempt,
            Err(wait) => return self.too_many(wait),
        };
        let actor = || self.visit.actor.clone();
        let quoted = quote::preview(self.app, self.request(), actor()).await;
        // What is refused is asked all the same: it may have been placed by an earlier press.
        if let Ok(quote) = quoted
            && (Some(quote.total_minor), Some(quote.charge_minor)) != shown
        {
            let note = Note::of(self.page, "careful", "checkout-changed");
            let code = self.code.clone();
            return self.again(Again { status: StatusCode::CONFLICT, note, code, key: None }).await;
        }
        let command = Command::Checkout(self.request().into_command(actor()));
        let outcome = payments::checkout::submit(self.app, command).await;
        let unknown = |error: &PaymentError| {
            matches!(
                error,
                PaymentError::Engine(EngineError::Refused(Refusal::Voucher(
                    VoucherRefusal::Unknown
                )))
            )
        };
        if let (Err(error), Some(attempt)) = (&outcome, attempt)
            && unknown(error)
            && let Err(wait) = attempt.wrong().await
        {
            return self.too_many(wait);
        }
        match outcome {
            Ok(Outcome::Answered { answer: Answer::Checkout(answer), replayed }) => {
                self.go_on(&answer, replayed).await
            }
            Ok(_) => error::unavailable(self.page, &"the checkout has no answer"),
            Err(failed) => self.failed(failed).await,
        }
    }

    fn request(&self) -> CheckoutRequest {
        CheckoutRequest {
            tenant_id: self.organization.id.clone(),
            plan: self.chosen.plan.clone(),
            addons: self.chosen.addons.clone(),
            apps: self.chosen.apps.clone(),
            code: self.code.clone(),
            promo_value_minor: self.seen_minor,
            key: Some(self.key.clone()),
        }
    }

    fn too_many(&self, wait: TooMany) -> Response {
        error::too_many_of(self.page, wait, "checkout-too-many")
    }

    /// To what was ordered, or to where a card pays it.
    async fn go_on(&self, answer: &CheckoutAnswer, replayed: bool) -> Response {
        let order_id = answer.order_id.to_string();
        let Some(session_url) = &answer.session_url else {
            let done = address("/checkout/done", &[("order", &order_id)]);
            let mut response = Redirect::to(&done).into_response();
            add_cookie(&mut response, kept_voucher::forget());
            return response;
        };
        // An answer is repeated for good, and its page ends.
        if replayed && !self.waits(answer.order_id).await {
            let back = address("/checkout/return", &[("order", &order_id)]);
            return Redirect::to(&back).into_response();
        }
        Redirect::to(session_url).into_response()
    }

    async fn waits(&self, order_id: OrderId) -> bool {
        let found = placed::find(self.app, &self.visit.actor.user_id.0, order_id).await;
        matches!(found, Ok(Some(placed)) if placed.bill.status == OrderStatus::Pending)
    }

    async fn failed(&self, failed: PaymentError) -> Response {
        let code = self.code.clone();
        let again = match &failed {
            PaymentError::Engine(EngineError::Refused(refusal)) => match refusal {
                Refusal::VoucherChanged { credit_minor } => {
                    return self.changed(*credit_minor).await;
                }
                Refusal::KeyReused => {
                    let note = Note::of(self.page, "careful", "checkout-changed");
                    Again { status: StatusCode::CONFLICT, note, code, key: None }
                }
                refusal => {
                    let slug = &self.organization.slug;
                    let (status, note) = words::of_refusal(self.page, refusal, slug);
                    let code = code.filter(|_| !matches!(refusal, Refusal::Voucher(_)));
                    Again { status, note, code, key: None }
                }
            },
            PaymentError::Refused(_) | PaymentError::NotConfigured => {
                let (status, note) = words::of_payment(self.page, &failed);
                Again { status, note, code, key: None }
            }
            // The same order: pressed again, it goes on.
            _ => {
                tracing::warn!(error = %failed, "a checkout is not decided");
                let (status, note) = words::of_payment(self.page, &failed);
                Again { status, note, code, key: Some(self.key.clone()) }
            }
        };
        self.again(again).await
    }

    /// The voucher is worth something else by now: both values are told, and nothing is ordered.
    async fn changed(&self, now_minor: i64) -> Response {
        let note = match self.seen_minor {
            Some(seen_minor) => words::of_changed_value(self.page, seen_minor, now_minor),
            None => Note::of(self.page, "careful", "checkout-changed"),
        };
        let code = self.code.clone();
        let again = Again { status: StatusCode::CONFLICT, note, code, key: None };
        let mut response = self.again(again).await;
        if let Some(code) = &self.code {
            seen_anew(self.app, &mut response, code).await;
        }
        response
    }

    async fn again(&self, again: Again) -> Response {
        let about = (&*self.organization.id, &self.chosen);
        let reckoned = offer::reckon(self.app, self.page, &self.visit, about, again.code).await;
        let offer = match reckoned {
            Ok(offer) => offer,
            Err(response) => return response,
        };
        let view = View {
            organization: &self.organization,
            chosen: &self.chosen,
            offer: &offer,
            status: again.status,
            notes: vec![again.note],
            problems: Problems::none(),
            typed: "",
            key: again.key,
        };
        view::render(self.app, self.page, view)
    }
}
