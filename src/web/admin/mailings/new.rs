//! Sending vouchers by mail: a form, the letter as it will read, and the button.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::campaigns::{Choices, choices};
use super::super::frame::{Frame, VOUCHERS};
use super::super::visit::{Press, Visit, writing};
use super::of_mailing;
use super::typed::{ANY_CODE, Typed};
use crate::app::App;
use crate::mail::Letter;
use crate::text::Language;
use crate::usecase::bulk;
use crate::usecase::mailings::{self, AddressError, AddressFault, MailingError, Wrong};
use crate::usecase::sessions::Standing;
use crate::web::fields::Fields;
use crate::web::page::Page;
use crate::web::problems::Problems;
use crate::web::{error, notice};

/// How many errors are shown.
const SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "web/admin/new_mailing.html")]
struct NewPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    problems: Problems,
    typed: &'a Typed,
    campaigns: Choices,
    errors: Vec<Shown>,
    /// How many there are, where not all are shown.
    more: Option<String>,
    seen: Option<Seen>,
}

/// What is wrong with an address, in the reader's language.
struct Shown {
    place: String,
    text: String,
}

/// What would be sent.
struct Seen {
    /// To how many, and what it comes to.
    together: String,
    /// One of each language.
    letters: Vec<Preview>,
}

/// A letter as it will read, but for its code.
struct Preview {
    tag: &'static str,
    direction: &'static str,
    subject: String,
    /// In lines.
    paragraphs: Vec<Vec<String>>,
}

impl From<Letter> for Preview {
    fn from(letter: Letter) -> Self {
        let paragraphs = letter.text.split("\n\n").map(str::trim).filter(|text| !text.is_empty());
        let lines = |text: &str| text.lines().map(str::to_owned).collect();
        Self {
            tag: letter.language.tag(),
            direction: letter.language.direction(),
            paragraphs: paragraphs.map(lines).collect(),
            subject: letter.subject,
        }
    }
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    let typed = Typed::blank(app.new_id(), fields.get("campaign"), page.language);
    let fine = (Problems::none(), Wrong::default());
    shown((&app, &page), StatusCode::OK, &typed, (fine, None)).await
}

async fn shown(
    (app, page): (&App, &Page),
    status: StatusCode,
    typed: &Typed,
    ((problems, wrong), seen): ((Problems, Wrong), Option<Seen>),
) -> Response {
    let campaigns = match choices(app, &typed.worth.campaign).await {
        Ok(campaigns) => campaigns,
        Err(failed) => return error::unavailable(page, &failed),
    };
    let errors: Vec<Shown> =
        wrong.errors.iter().take(SHOWN).map(|error| in_words(page, error)).collect();
    let count = i64::try_from(wrong.count).unwrap_or(i64::MAX);
    let more = (wrong.count > errors.len()).then(|| page.count("admin-import-errors", count));
    let frame = Frame::new(page, VOUCHERS);
    page.render(status, &NewPage { page, frame, problems, typed, campaigns, errors, more, seen })
}

fn in_words(page: &Page, error: &AddressError) -> Shown {
    let text = match error.fault {
        AddressFault::Missing => page.text("admin-mail-fault-missing"),
        AddressFault::TooMany => page.text("admin-mail-fault-too-many"),
        AddressFault::Address => page.text("admin-mail-fault-address"),
        AddressFault::Language => page.text("admin-mail-fault-language"),
        AddressFault::Twice(line) => {
            page.text_with("admin-mail-fault-twice", "line", &line.to_string())
        }
    };
    let place = match error.line {
        0 => page.text("admin-mail-fault-all"),
        line => page.text_with("admin-import-at", "line", &line.to_string()),
    };
    Shown { place: page.digits.write(&place), text: page.digits.write(&text) }
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    Press { page, session, request_id, fields }: Press,
) -> Response {
    let typed = Typed::of_form(&fields);
    if fields.get("act") == "look" {
        let fine = (Problems::none(), Wrong::default());
        return match look(&app, &page, &typed) {
            Ok(seen) => shown((&app, &page), StatusCode::OK, &typed, (fine, Some(seen))).await,
            Err(wrong) => refused((&app, &page), &typed, wrong).await,
        };
    }
    send((&app, &page), (&session, request_id), &typed).await
}

async fn refused((app, page): (&App, &Page), typed: &Typed, wrong: (Problems, Wrong)) -> Response {
    shown((app, page), StatusCode::BAD_REQUEST, typed, (wrong, None)).await
}

fn look(app: &App, page: &Page, typed: &Typed) -> Result<Seen, (Problems, Wrong)> {
    let (_, checked) = typed.read(page)?;
    let like = typed.worth.seen(page, ANY_CODE, app.clock.now());
    let like = like.map_err(|problems| (problems, Wrong::default()))?;
    let count = i64::try_from(checked.addresses.len()).unwrap_or(i64::MAX);
    let sum = like.credit_minor.saturating_mul(count);
    let values = [("count", count.into()), ("amount", page.amount_inside(sum).into())];
    let together = page.digits.write(&page.language.text_with("admin-mail-together", &values));
    let example = bulk::examples(&checked.pattern, &like, 1).pop().unwrap_or(like);
    let desk = (&page.branding, page.currency);
    let is_read =
        |language: &Language| checked.addresses.iter().any(|one| one.language == *language);
    let letters = Language::ALL.into_iter().filter(is_read).map(|language| {
        Preview::from(mailings::letter(desk, &example, (&checked.message, language)))
    });
    Ok(Seen { together, letters: letters.collect() })
}

async fn send(
    (app, page): (&App, &Page),
    (session, request_id): (&Standing, String),
    typed: &Typed,
) -> Response {
    let new = match typed.read(page) {
        Ok((new, _)) => new,
        Err(wrong) => return refused((app, page), typed, wrong).await,
    };
    let asked =
        writing(app, session, request_id, async |writer| mailings::create(writer, &new).await);
    let problems = match asked.await {
        Ok(mailing) => {
            return notice::see_other(&of_mailing(mailing.id), "admin-mail-asked-notice");
        }
        Err(MailingError::Storage(failed)) => return error::unavailable(page, &failed),
        // The fields were read; what else is wrong can be that the form was sent before, or the campaign only.
        Err(MailingError::Fields(faults)) if faults.iter().any(|fault| fault.field == "id") => {
            let again = Typed { id: app.new_id().to_string(), ..typed.clone() };
            let problems = Problems::of("addresses", page.text("admin-mail-twice"));
            let wrong = (problems, Wrong::default());
            return shown((app, page), StatusCode::CONFLICT, &again, (wrong, None)).await;
        }
        Err(_) => Problems::of("campaign", page.text("admin-campaign-wrong")),
    };
    refused((app, page), typed, (problems, Wrong::default())).await
}
