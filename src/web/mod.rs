//! Pages: rendered here, usable without JavaScript, in English and Arabic.
//!
//! A handler reads the request, calls a use case, and renders a template of `templates/web`. What changes
//! something is a POST with a form token (`form.rs`); who is signed in is in a cookie (`cookies.rs`).

mod account;
mod admin;
mod administrator;
mod assets;
mod brand;
mod bundle_form;
mod checkout;
mod console;
mod cookies;
mod elsewhere;
mod error;
mod fields;
mod form;
mod invitation;
mod join;
mod kept_voucher;
mod market;
mod notice;
mod page;
mod pay;
mod payment_return;
mod problems;
mod provisions;
mod redeem;
mod return_to;
mod sign_in;
mod style;
mod terms;
mod upload;
mod wallet;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

/// Every page.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/assets/{name}", get(brand::serve))
        .route("/language", get(page::choose_language))
        .route("/digits", get(page::choose_digits))
        .route("/style", get(style::show))
        .route("/terms", get(terms::show))
        .route("/sign-in", get(sign_in::show).post(sign_in::ask))
        .route("/sign-in/code", get(sign_in::show_code).post(sign_in::enter_code))
        .route("/sign-in/link", get(sign_in::show_link).post(sign_in::press_link))
        .route("/sign-out", post(account::sign_out))
        .route("/sign-out-everywhere", post(account::sign_out_everywhere))
        .route("/auth/administrator", get(administrator::show))
        .route("/auth/oidc/{name}", get(elsewhere::leave))
        .route("/auth/callback", get(elsewhere::come_back))
        .route("/invitation", get(invitation::show).post(invitation::accept))
        .route("/checkout/return", get(payment_return::show))
        .route("/pay/{order_id}", get(pay::show).post(pay::press))
        .route("/console", get(account::show).post(account::choose_language))
        .merge(console::routes())
        .route("/console/{slug}/provisions", get(provisions::show).post(provisions::retry))
        .merge(market::routes())
        .merge(redeem::routes())
        .merge(join::routes())
        .merge(wallet::routes())
        .merge(checkout::routes())
        .merge(admin::routes())
}

/// Those that take longer, and read or write more, than any other.
pub(crate) fn long_routes() -> Router<Arc<App>> {
    admin::long_routes()
}
