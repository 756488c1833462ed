//! The keys to Stripe: which are set, setting them, and what Stripe says of them. No page has a secret in it.
//!
//! Whoever sets one must have signed in lately, as the API wants it.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;
use sovereign_domain::event::Actor;

use super::super::frame::{Frame, PAYMENTS, SYSTEM};
use super::super::visit::{Press, SuperadminPress, SuperadminVisit, Visit, actor, sign_in_again};
use crate::app::App;
use crate::payment::settings::Stored;
use crate::payment::stripe::{Mode, PublicKey, SecretKey, WebhookSecret, amounts};
use crate::usecase::settings::{self, Checked, SettingsError, Wish, Wishes};
use crate::usecase::vouchers::FieldError;
use crate::web::fields::Fields;
use crate::web::page::Page;
use crate::web::problems::Problems;
use crate::web::{error, notice};

#[derive(Template)]
#[template(path = "web/admin/payments.html")]
struct PaymentsPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    secret: Key,
    webhook: Key,
    public: Key,
    mode: Option<String>,
    /// Why a key that is set cannot be used.
    unusable: Option<&'a str>,
    changed: String,
    /// The fingerprint of what the form changes.
    seen: String,
    /// The way to sign in anew, where that was too long ago.
    sign_in: Option<String>,
    told: &'a Told,
}

/// A key, as far as it can be shown.
struct Key {
    is_set: bool,
    /// How it ends, or all of one that is no secret; empty where that is not known.
    shown: String,
    /// Whether the form that was sent clears it.
    clears: bool,
}

impl Key {
    fn of<T>(stored: &Stored<T>, last4: impl Fn(&T) -> &str, clears: bool) -> Self {
        let shown = stored.known().map(|secret| format!("…{}", last4(secret)));
        Self { is_set: stored.is_set(), shown: shown.unwrap_or_default(), clears }
    }
}

/// What is to be said on the page besides.
#[derive(Default)]
struct Told {
    problems: Problems,
    form: Form,
    clears_secret: bool,
    clears_webhook: bool,
    clears_public: bool,
    /// The public key as it was typed: it is no secret, and is kept.
    typed_public: String,
    answer: Answer,
}

/// What the form on the page changes.
#[derive(Default)]
enum Form {
    /// What is stored now.
    #[default]
    New,
    /// What was stored when it was filled: its fingerprint.
    Sent(String),
    /// What is stored now, because somebody else has set a key since it was filled.
    Late,
}

impl Told {
    fn is_late(&self) -> bool {
        matches!(self.form, Form::Late)
    }

    fn is_asked(&self) -> bool {
        !matches!(self.answer, Answer::NotAsked)
    }
}

/// What Stripe says of the secret key.
#[derive(Default)]
enum Answer {
    #[default]
    NotAsked,
    /// It does not answer.
    Silent,
    Said(Said),
}

/// That, in the reader's language.
struct Said {
    ok: bool,
    account: Option<String>,
    mode: Option<String>,
    /// Whether the account may charge cards for real.
    charges: Option<String>,
    currency: Option<String>,
    /// In English, as the API says it.
    detail: String,
}

impl Said {
    fn of(page: &Page, checked: Checked) -> Self {
        let charges = checked.charges_enabled.map(|enabled| {
            page.text(if enabled { "superadmin-payments-yes" } else { "superadmin-payments-no" })
        });
        Self {
            ok: checked.ok,
            account: checked.account_id,
            mode: checked.mode.map(|mode| mode_text(page, mode)),
            charges,
            currency: checked.default_currency,
            detail: checked.detail,
        }
    }
}

fn mode_text(page: &Page, mode: Mode) -> String {
    page.text(match mode {
        Mode::Live => "superadmin-payments-live",
        Mode::Test => "superadmin-payments-test",
    })
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    SuperadminVisit(visit): SuperadminVisit,
) -> Response {
    shown(&app, &visit, (StatusCode::OK, &Told::default())).await
}

async fn shown(
    app: &App,
    Visit { page, session }: &Visit,
    (status, told): (StatusCode, &Told),
) -> Response {
    let settings = match settings::read(&app.store, app.payments.keeper()).await {
        Ok(settings) => settings,
        Err(failed) => return error::unavailable(page, &failed),
    };
    let shown = PaymentsPage {
        page,
        frame: Frame::new(page, SYSTEM),
        secret: Key::of(&settings.secret_key, SecretKey::last4, told.clears_secret),
        webhook: Key::of(&settings.webhook_secret, WebhookSecret::last4, told.clears_webhook),
        public: Key {
            is_set: !settings.public_key.is_empty(),
            shown: settings.public_key.clone(),
            clears: told.clears_public,
        },
        mode: settings.mode().map(|mode| mode_text(page, mode)),
        unusable: settings.problem(),
        changed: page.moment(settings.updated_at),
        seen: match &told.form {
            Form::Sent(seen) => seen.clone(),
            Form::New | Form::Late => settings.fingerprint.clone(),
        },
        sign_in: sign_in_again(app, page, session),
        told,
    };
    page.render(status, &shown)
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    SuperadminPress(press): SuperadminPress,
) -> Response {
    let Press { page, session, request_id, fields } = press;
    let actor = actor(&session, request_id);
    let visit = Visit { page, session };
    if fields.get("act") == "check" {
        return check(&app, &visit).await;
    }
    let page = &visit.page;
    let told = Told {
        clears_secret: fields.find("secret_clear").is_some(),
        clears_webhook: fields.find("webhook_clear").is_some(),
        clears_public: fields.find("public_clear").is_some(),
        typed_public: fields.get("public").to_owned(),
        form: Form::Sent(fields.get("seen").to_owned()),
        ..Told::default()
    };
    if sign_in_again(&app, page, &visit.session).is_some() {
        return shown(&app, &visit, (StatusCode::UNAUTHORIZED, &told)).await;
    }
    let wishes = match read(page, &fields) {
        Ok(wishes) => wishes,
        Err(problems) => {
            let told = Told { problems, ..told };
            return shown(&app, &visit, (StatusCode::BAD_REQUEST, &told)).await;
        }
    };
    match change(&app, &wishes, (&actor, fields.seen())).await {
        Ok(()) => notice::see_other(PAYMENTS, "superadmin-payments-saved-notice"),
        // Of the secrets nobody sees more than how they end: the page has that as it is now.
        Err(SettingsError::Changed) => {
            let told = Told { form: Form::Late, ..told };
            shown(&app, &visit, (StatusCode::CONFLICT, &told)).await
        }
        Err(SettingsError::Field(fault)) => {
            let told = Told { problems: refused(&app, page, &fault), ..told };
            shown(&app, &visit, (StatusCode::BAD_REQUEST, &told)).await
        }
        Err(SettingsError::Vault(failed)) => error::unavailable(page, &failed),
        Err(SettingsError::Storage(failed)) => error::unavailable(page, &failed),
    }
}

/// What is to become of each key, or all that is wrong with the form.
fn read(page: &Page, fields: &Fields) -> Result<Wishes, Problems> {
    let mut problems = Problems::none();
    let form = (page, fields);
    let secret = ("secret", "secret_clear", "superadmin-payments-secret-wrong");
    let webhook = ("webhook", "webhook_clear", "superadmin-payments-webhook-wrong");
    let public = ("public", "public_clear", "superadmin-payments-public-wrong");
    let wishes = Wishes {
        secret_key: wish(form, &mut problems, secret, |text| SecretKey::parse(text).ok()),
        webhook_secret: wish(form, &mut problems, webhook, |text| WebhookSecret::parse(text).ok()),
        public_key: wish(form, &mut problems, public, |text| PublicKey::parse(text).ok()),
    };
    let all = (&wishes.secret_key, &wishes.webhook_secret, &wishes.public_key);
    if matches!(all, (Wish::Keep, Wish::Keep, Wish::Keep)) && !problems.any() {
        problems.add("secret", page.text("superadmin-payments-nothing"));
    }
    if problems.any() { Err(problems) } else { Ok(wishes) }
}

/// What is to become of the key of a field, with the box that clears it and what is said where it is no such key. An
/// empty field keeps.
fn wish<T>(
    (page, fields): (&Page, &Fields),
    problems: &mut Problems,
    (field, clear, wrong): (&'static str, &str, &str),
    parse: impl Fn(&str) -> Option<T>,
) -> Wish<T> {
    let fault = match (fields.get(field), fields.find(clear).is_some()) {
        ("", false) => return Wish::Keep,
        ("", true) => return Wish::Clear,
        (_, true) => "superadmin-payments-both",
        (typed, false) => match parse(typed) {
            Some(key) => return Wish::Set(key),
            None => wrong,
        },
    };
    problems.add(field, page.text(fault));
    Wish::Keep
}

/// Why keys that are such keys were not set.
fn refused(app: &App, page: &Page, fault: &FieldError) -> Problems {
    let (currency, options) = (app.facts.currency, app.payments.options());
    if fault.field == settings::PUBLIC_KEY {
        return Problems::of("public", page.text("superadmin-payments-modes"));
    }
    let text = if amounts::charge_rules(currency, options.minimum_charge_minor).is_ok() {
        page.text("superadmin-payments-modes")
    } else {
        page.text_with("superadmin-payments-currency-wrong", "code", currency.code())
    };
    Problems::of("secret", text)
}

async fn change(
    app: &App,
    wishes: &Wishes,
    (actor, replaces): (&Actor, Option<Vec<String>>),
) -> Result<(), SettingsError> {
    let mut ids = app.ids();
    let mut desk = settings::Desk {
        store: &app.store,
        keeper: app.payments.keeper(),
        currency: app.facts.currency,
        minimum_charge_minor: app.payments.options().minimum_charge_minor,
        now: app.clock.now(),
        actor,
        ids: &mut ids,
    };
    settings::change(&mut desk, wishes, replaces.as_deref()).await?;
    app.payments.reload().await?;
    Ok(())
}

/// Asks Stripe, with what is stored now, also where another server stored it.
async fn check(app: &App, visit: &Visit) -> Response {
    let page = &visit.page;
    let stored = async {
        app.payments.reload().await?;
        settings::read(&app.store, app.payments.keeper()).await
    };
    let settings = match stored.await {
        Ok(settings) => settings,
        Err(failed) => return error::unavailable(page, &failed),
    };
    let stripe = app.payments.stripe();
    match settings::check(&settings, stripe.as_deref()).await {
        Ok(checked) => {
            let answer = Answer::Said(Said::of(page, checked));
            shown(app, visit, (StatusCode::OK, &Told { answer, ..Told::default() })).await
        }
        Err(error) => {
            tracing::warn!(%error, "Stripe");
            let told = Told { answer: Answer::Silent, ..Told::default() };
            let mut response = shown(app, visit, (StatusCode::SERVICE_UNAVAILABLE, &told)).await;
            response.headers_mut().insert(header::RETRY_AFTER, 5.into());
            response
        }
    }
}
