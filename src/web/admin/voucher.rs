//! A voucher: how it stands, what customers see of it, and what can be done with it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use sovereign_domain::tag::Tag;
use sovereign_domain::voucher::{Code, Issued, Voucher, comparable};

use super::super::fields::Fields;
use super::super::page::{Page, address, parameter};
use super::super::problems::Problems;
use super::super::{error, notice};
use super::burn_down::{self, BurnDown};
use super::campaigns::{Choices, choices};
use super::chart::Chart;
use super::difference::{self, Difference};
use super::frame::{Frame, ORDERS, VOUCHERS, of_campaign, of_voucher};
use super::story::{self, By, Story};
use super::typed::Typed;
use super::visit::{Press, Visit, writing};
use super::vouchers::{status_text, used};
use crate::api::export::whole;
use crate::api::voucher_qr::{Format, picture};
use crate::app::App;
use crate::storage;
use crate::usecase::funnel;
use crate::usecase::list_vouchers;
use crate::usecase::qualify::{Customer, qualify};
use crate::usecase::reports;
use crate::usecase::sessions::Standing;
use crate::usecase::tags::{self, TagChange, TagError};
use crate::usecase::voucher_file::link;
use crate::usecase::vouchers::{self, Expected, IssueError, fingerprint};

/// The field, and the parameter of the address, for a customer to ask about.
const CUSTOMER: &str = "customer";

#[derive(Template)]
#[template(path = "web/admin/voucher.html")]
struct VoucherPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    voucher: &'a Voucher,
    /// Whether it can be redeemed.
    is_good: bool,
    /// As the wire calls it.
    status: &'static str,
    status_text: String,
    used: String,
    issued: String,
    /// This page.
    address: String,
    /// What customers open.
    link: String,
    /// Where the QR code of the link is, without the ending that says how it is drawn.
    qr: String,
    /// Where another one is made like it.
    duplicate: String,
    /// What the form edits.
    fingerprint: String,
    draft: &'a Draft,
    campaigns: Choices,
    /// The page of the campaign it is in, and its name.
    campaign: Option<(String, String)>,
    granted_minor: i64,
    /// How often somebody saw what it is worth.
    views: String,
    burn_down: BurnDown,
    story: Story,
    /// The orders that were placed with it, for whoever may see them.
    orders: Option<String>,
    /// Its tags, each with the list of those that have it.
    tags: Vec<(String, String)>,
    /// A tag that it was to get.
    tag: &'a str,
    known_tags: Vec<String>,
    /// Who was asked about, and what comes of it.
    customer: String,
    verdict: Option<(bool, String)>,
}

/// The form as it stands, and what is to be said of it.
struct Draft {
    typed: Typed,
    problems: Problems,
    /// What customers would see, once it is asked for.
    seen: Option<Voucher>,
    /// What somebody else has changed meanwhile.
    differences: Vec<Difference>,
    /// What was typed to revoke it.
    confirm: String,
    /// A tag that was typed.
    tag: String,
}

impl Draft {
    fn of(typed: Typed, problems: Problems) -> Self {
        Self {
            typed,
            problems,
            seen: None,
            differences: Vec::new(),
            confirm: String::new(),
            tag: String::new(),
        }
    }
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    Path(code): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Response {
    match find(&app, &page, &code).await {
        Ok(issued) => {
            let (status, problems) = asked(&page, &parameter(&uri, CUSTOMER));
            let draft = Draft::of(Typed::of(&issued.voucher, page.currency), problems);
            shown(&app, &page, (&issued, &uri), (status, &draft)).await
        }
        Err(response) => response,
    }
}

/// The QR code of its link, as a drawing.
pub(super) async fn qr_svg(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    Path(code): Path<String>,
) -> Response {
    qr(&app, &page, (&code, Format::Svg)).await
}

/// The same, as a picture.
pub(super) async fn qr_png(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    Path(code): Path<String>,
) -> Response {
    qr(&app, &page, (&code, Format::Png)).await
}

async fn qr(app: &App, page: &Page, (code, format): (&str, Format)) -> Response {
    match find(app, page, code).await {
        Ok(issued) => picture(&page.branding, &issued.voucher, format)
            .unwrap_or_else(|| StatusCode::NOT_FOUND.into_response()),
        Err(response) => response,
    }
}

/// What became of its credit by day, as a file.
pub(super) async fn credit(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    Path(code): Path<String>,
) -> Response {
    let issued = match find(&app, &page, &code).await {
        Ok(issued) => issued,
        Err(response) => return response,
    };
    let days = async {
        let mut books = reports::Scope::of(&app).snapshot().await?;
        reports::voucher::days(&mut books, &issued.voucher).await
    };
    match days.await {
        Ok(days) => whole(reports::file::credit(app.facts.currency, &days), "credit.csv"),
        Err(failed) => error::unavailable(&page, &failed),
    }
}

/// What is wrong with the customer who is asked about, if somebody is.
fn asked(page: &Page, customer: &str) -> (StatusCode, Problems) {
    if customer.is_empty() || Customer::parse(customer).is_ok() {
        return (StatusCode::OK, Problems::none());
    }
    (StatusCode::BAD_REQUEST, Problems::of(CUSTOMER, page.text("admin-customer-wrong")))
}

/// Whether the customer who is asked about could redeem the voucher, in the reader's language.
async fn verdict(
    app: &App,
    page: &Page,
    (issued, customer): (&Issued, &str),
) -> storage::Result<Option<(bool, String)>> {
    let Ok(customer) = Customer::parse(customer) else { return Ok(None) };
    let verdict = qualify(app, issued, &customer).await?;
    let name = format!("admin-verdict-{}", verdict.as_str().replace('_', "-"));
    Ok(Some((verdict.qualifies(), page.text(&name))))
}

/// The voucher with the code of an address, however that is written.
async fn find(app: &App, page: &Page, code: &str) -> Result<Issued, Response> {
    let found = async {
        // No row can hold this character, nor can PostgreSQL be asked for it.
        if code.contains('\0') {
            return Ok(None);
        }
        let stored = Code::stored(code.to_owned());
        match (list_vouchers::find(&app.store, &stored).await?, Code::parse(code)) {
            (None, Ok(code)) => list_vouchers::find(&app.store, &code).await,
            (found, _) => Ok(found),
        }
    };
    match found.await {
        Ok(Some(issued)) => Ok(issued),
        Ok(None) => {
            let back = Some((VOUCHERS, "admin-all-vouchers"));
            Err(error::say(page, StatusCode::NOT_FOUND, "admin-voucher-unknown", back))
        }
        Err::<_, storage::Error>(failed) => Err(error::unavailable(page, &failed)),
    }
}

async fn shown(
    app: &App,
    page: &Page,
    (issued, uri): (&Issued, &Uri),
    (status, draft): (StatusCode, &Draft),
) -> Response {
    let (customer, voucher) = (parameter(uri, CUSTOMER), &issued.voucher);
    let found = async {
        let burn_down = burn_down::load(app, page, voucher).await?;
        let story = story::load(app, page, (voucher, uri)).await?;
        let verdict = verdict(app, page, (issued, &customer)).await?;
        let tags = (tags::of_one(&app.store, &voucher.code).await?, tags::known(&app.store).await?);
        let views = funnel::views(&app.store, &voucher.code).await?;
        let campaigns = choices(app, &draft.typed.campaign).await?;
        Ok(((burn_down, views), story, verdict, campaigns, tags))
    };
    let ((burn_down, views), story, verdict, campaigns, (tags, known_tags)) = match found.await {
        Ok(found) => found,
        Err::<_, storage::Error>(failed) => return error::unavailable(page, &failed),
    };
    let (code, now) = (voucher.code.as_str(), app.clock.now());
    let shown = VoucherPage {
        page,
        frame: Frame::new(page, VOUCHERS),
        voucher,
        is_good: issued.refusal(now).is_none(),
        status: issued.status(now).as_str(),
        status_text: status_text(page, issued.status(now)),
        used: used(page, voucher),
        issued: page.moment(voucher.created_at),
        address: of_voucher(code),
        link: link(&page.branding, voucher),
        qr: format!("{}/qr", of_voucher(voucher.code.as_str())),
        duplicate: address("/admin/vouchers/new", &[("from", code)]),
        fingerprint: fingerprint(voucher),
        draft,
        campaigns,
        campaign: issued.campaign.as_ref().map(|one| (of_campaign(one.id), one.name.clone())),
        granted_minor: voucher.granted_minor,
        views: page.digits.write(&views.to_string()),
        burn_down,
        story,
        orders: page.is_superadmin.then(|| address(ORDERS, &[("code", code)])),
        tags: tags
            .iter()
            .map(|tag| (tag.as_str().to_owned(), address(VOUCHERS, &[("tag", tag.as_str())])))
            .collect(),
        tag: &draft.tag,
        known_tags,
        customer,
        verdict,
    };
    page.render(status, &shown)
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    Path(code): Path<String>,
    Press { page, session, request_id, fields }: Press,
) -> Response {
    let issued = match find(&app, &page, &code).await {
        Ok(issued) => issued,
        Err(response) => return response,
    };
    let desk = Desk { app: &app, page: &page, session: &session, request_id, issued: &issued };
    let response = match fields.get("act") {
        "look" => desk.look(&fields).await,
        "pause" => desk.set_active(false).await,
        "resume" => desk.set_active(true).await,
        "revoke" => desk.revoke(fields.get("confirm")).await,
        "tag" => desk.change_tag(TagChange::Add, fields.get("tag")).await,
        "untag" => desk.change_tag(TagChange::Remove, fields.get("tag")).await,
        _ => desk.save(&fields).await,
    };
    // Also where it failed: a commit whose answer was lost may have happened.
    app.previews.forget(&issued.voucher.code);
    response
}

/// A button that was pressed on a voucher's page.
struct Desk<'a> {
    app: &'a App,
    page: &'a Page,
    session: &'a Standing,
    request_id: String,
    issued: &'a Issued,
}

impl Desk<'_> {
    fn back(&self, name: &'static str) -> Response {
        notice::see_other(&of_voucher(self.issued.voucher.code.as_str()), name)
    }

    async fn again(&self, status: StatusCode, draft: &Draft) -> Response {
        self.again_of(self.issued, (status, draft)).await
    }

    async fn again_of(&self, issued: &Issued, (status, draft): (StatusCode, &Draft)) -> Response {
        let newest = Uri::default();
        shown(self.app, self.page, (issued, &newest), (status, draft)).await
    }

    async fn wrong(&self, typed: Typed, problems: Problems) -> Response {
        self.again(StatusCode::BAD_REQUEST, &Draft::of(typed, problems)).await
    }

    /// Shows what customers would see.
    async fn look(&self, fields: &Fields) -> Response {
        let typed = Typed::of_form(fields);
        match typed.seen(self.page, self.issued.voucher.code.as_str(), self.app.clock.now()) {
            Ok(seen) => {
                let seen = Some(seen);
                let draft = Draft { seen, ..Draft::of(typed, Problems::none()) };
                self.again(StatusCode::OK, &draft).await
            }
            // Whoever still types is not told what is missing yet.
            Err(_) if fields.find("live").is_some() => {
                self.again(StatusCode::OK, &Draft::of(typed, Problems::none())).await
            }
            Err(problems) => self.wrong(typed, problems).await,
        }
    }

    /// Edits it, or brings it back with what the form has; not where somebody else has edited it meanwhile.
    async fn save(self, fields: &Fields) -> Response {
        let typed = Typed::of_form(fields);
        let issue = match typed.read(self.page, self.issued.voucher.code.as_str()) {
            Ok(issue) => issue,
            Err(problems) => return self.wrong(typed, problems).await,
        };
        let expected = Expected::OneOf(vec![fields.get("seen").to_owned()]);
        let request_id = self.request_id.clone();
        let saved = writing(self.app, self.session, request_id, async |writer| {
            vouchers::issue(writer, issue, &expected).await
        });
        match saved.await {
            Ok(_) if self.issued.voucher.deleted_at.is_some() => {
                self.back("admin-voucher-back-notice")
            }
            Ok(_) => self.back("admin-voucher-saved-notice"),
            Err(IssueError::Changed(now)) => self.changed(typed, now.as_deref()).await,
            Err(IssueError::Field(fault)) if fault.field == "campaign_id" => {
                let problems = Problems::of("campaign", self.page.text("admin-campaign-wrong"));
                self.wrong(typed, problems).await
            }
            Err(IssueError::Field(_) | IssueError::Taken(_)) => {
                let problems = Problems::of("credit", self.page.text("admin-voucher-credit-wrong"));
                self.wrong(typed, problems).await
            }
            Err(IssueError::Storage(failed)) => error::unavailable(self.page, &failed),
        }
    }

    /// Somebody else was faster: what they changed, beside what stands in the form. Saved again, the form counts.
    async fn changed(&self, typed: Typed, now: Option<&Issued>) -> Response {
        let issued = now.unwrap_or(self.issued);
        let campaign = match choices(self.app, &typed.campaign).await {
            Ok(campaigns) => campaigns.text,
            Err(failed) => return error::unavailable(self.page, &failed),
        };
        let differences = difference::of_voucher(self.page, (issued, &typed), &campaign);
        let draft = Draft { differences, ..Draft::of(typed, Problems::none()) };
        self.again_of(issued, (StatusCode::CONFLICT, &draft)).await
    }

    async fn set_active(self, active: bool) -> Response {
        let code = &self.issued.voucher.code;
        let request_id = self.request_id.clone();
        let set = writing(self.app, self.session, request_id, async |writer| {
            vouchers::set_active(writer, code, active).await
        });
        match set.await {
            Ok(Some(_)) if active => self.back("admin-voucher-resumed-notice"),
            Ok(Some(_)) => self.back("admin-voucher-paused-notice"),
            // It was revoked meanwhile, which the page then says.
            Ok(None) => self.back("admin-voucher-not-notice"),
            Err(failed) => error::unavailable(self.page, &failed),
        }
    }

    /// Revokes it, once its code was typed.
    async fn revoke(self, confirm: &str) -> Response {
        let code = &self.issued.voucher.code;
        if comparable(confirm) != comparable(code.as_str()) {
            let problems = Problems::of("confirm", self.page.text("admin-voucher-confirm-wrong"));
            let confirm = confirm.to_owned();
            let typed = Typed::of(&self.issued.voucher, self.page.currency);
            let draft = Draft { confirm, ..Draft::of(typed, problems) };
            return self.again(StatusCode::BAD_REQUEST, &draft).await;
        }
        let request_id = self.request_id.clone();
        let revoked = writing(self.app, self.session, request_id, async |writer| {
            vouchers::revoke(writer, code).await
        });
        match revoked.await {
            Ok(Some(_)) => self.back("admin-voucher-revoked-notice"),
            Ok(None) => self.back("admin-voucher-not-notice"),
            Err(failed) => error::unavailable(self.page, &failed),
        }
    }

    async fn change_tag(self, what: TagChange, text: &str) -> Response {
        let code = &self.issued.voucher.code;
        let request_id = self.request_id.clone();
        let changed = match tags::parse(text) {
            Ok(tag) => {
                writing(self.app, self.session, request_id, async |writer| {
                    tags::change(writer, code, (what, &tag)).await
                })
                .await
            }
            Err(fault) => Err(TagError::Field(fault)),
        };
        match changed {
            Ok(_) if what == TagChange::Add => self.back("admin-tag-added-notice"),
            Ok(_) => self.back("admin-tag-removed-notice"),
            Err(TagError::Storage(failed)) => error::unavailable(self.page, &failed),
            Err(TagError::Field(_) | TagError::NotFound) => {
                let is_tag = Tag::parse(text).is_ok();
                let name = if is_tag { "admin-tags-many" } else { "admin-tag-wrong" };
                let problems = Problems::of("tag", self.page.text(name));
                let typed = Typed::of(&self.issued.voucher, self.page.currency);
                let draft = Draft { tag: text.to_owned(), ..Draft::of(typed, problems) };
                self.again(StatusCode::BAD_REQUEST, &draft).await
            }
        }
    }
}
