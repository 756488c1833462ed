//! `/billing/admin/branding`: how the Sovereign shows itself, for whoever administers it to set; and `/branding`,
//! for anybody to read.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use serde::{Deserialize, Serialize};
use sovereign_domain::timestamp::Timestamp;
use utoipa::ToSchema;

use super::caller::{Caller, Issuer};
use super::extract::{Body, Raw};
use super::if_match;
use super::problem::Problem;
use crate::app::App;
use crate::text::Language;
use crate::usecase::branding::{self, BrandingError, Desk, Set, Wish, Wishes};

/// How the Sovereign shows itself, as it was set. An empty text is one that is not set.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Branding)]
pub(super) struct BrandingBody {
    /// Counts the changes; zero where nothing was ever set.
    version: i64,
    /// In place of the Sovereign's domain name.
    name: String,
    /// The name where people read Arabic; where it is empty, it is `name`.
    name_ar: String,
    /// The colour of links and buttons on light pages: `#rrggbb`.
    accent: String,
    /// The same on dark pages; where it is empty, it follows from `accent`.
    accent_dark: String,
    /// The host name under which customers find the pages, and to which links lead.
    host: String,
    /// Where customers ask for help.
    support_email: String,
    support_phone: String,
    support_url: String,
    /// What is to be known about voucher credit, in place of our words.
    terms: String,
    /// The same in Arabic.
    terms_ar: String,
    /// The path of the logo; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    logo: Option<String>,
    /// Absent where nothing was ever set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    updated_at: Option<Timestamp>,
}

type Answer = ([(HeaderName, String); 1], Json<BrandingBody>);

fn answer(set: Set) -> Answer {
    let Set { row, logo, updated_at } = set;
    let body = BrandingBody {
        version: row.version,
        name: row.name,
        name_ar: row.name_ar,
        accent: row.accent,
        accent_dark: row.accent_dark,
        host: row.host,
        support_email: row.support_email,
        support_phone: row.support_phone,
        support_url: row.support_url,
        terms: row.terms,
        terms_ar: row.terms_ar,
        logo: logo.map(|logo| format!("/assets/{}", logo.file_name())),
        updated_at,
    };
    ([(header::ETAG, format!("\"{}\"", row.version))], Json(body))
}

/// Reads the branding
///
/// As it was set. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/admin/branding", tag = "Branding", operation_id = "getBranding",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "What is set", body = BrandingBody, headers(
            ("ETag" = String, description = "For the `If-Match` of a change")
        )),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn read(State(app): State<Arc<App>>, _: Issuer) -> Result<Answer, Problem> {
    Ok(answer(branding::read(&app.store).await?))
}

/// What is to be set. What is absent stays; an empty text clears.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = BrandingChange)]
pub(super) struct ChangeBody {
    /// In place of the Sovereign's domain name: one line.
    #[schema(max_length = 60)]
    name: Option<String>,
    #[schema(max_length = 60)]
    name_ar: Option<String>,
    /// `#rrggbb`. It must be readable on light pages (WCAG 2.2 AA).
    #[schema(pattern = "^(#[0-9A-Fa-f]{6})?$")]
    accent: Option<String>,
    /// `#rrggbb`. It must be readable on dark pages (WCAG 2.2 AA).
    #[schema(pattern = "^(#[0-9A-Fa-f]{6})?$")]
    accent_dark: Option<String>,
    /// Such as `cloud.omantel.example`, without `https://`; for trials with a port.
    #[schema(max_length = 259)]
    host: Option<String>,
    #[schema(max_length = 254)]
    support_email: Option<String>,
    #[schema(max_length = 32)]
    support_phone: Option<String>,
    /// Begins with `https://`.
    #[schema(max_length = 500)]
    support_url: Option<String>,
    /// Plain text; each line is a paragraph.
    #[schema(max_length = 2000)]
    terms: Option<String>,
    #[schema(max_length = 2000)]
    terms_ar: Option<String>,
}

impl From<ChangeBody> for Wishes {
    fn from(body: ChangeBody) -> Self {
        Self {
            name: body.name,
            name_ar: body.name_ar,
            accent: body.accent,
            accent_dark: body.accent_dark,
            host: body.host,
            support_email: body.support_email,
            support_phone: body.support_phone,
            support_url: body.support_url,
            terms: body.terms,
            terms_ar: body.terms_ar,
        }
    }
}

/// Changes the branding
///
/// Pages and letters have it at once. A colour that people could not read is refused, with the nearest one of its
/// hue that they can. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    put, path = "/billing/admin/branding", tag = "Branding", operation_id = "setBranding",
    security(("bearer" = [])),
    params(("If-Match" = Option<String>, Header,
        description = "The ETag of what is changed: if it is another by now, nothing is")),
    request_body = ChangeBody,
    responses(
        (status = 200, description = "What is set now; what changes nothing is no new version",
            body = BrandingBody, headers(("ETag" = String, description = "For the next change"))),
        (status = 400, description = "A member cannot be as it is; `field` says which, and the text why"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 412, description = "Somebody has changed it since (`branding_changed`)"),
    ),
)]
pub(super) async fn change(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    headers: HeaderMap,
    Body(body): Body<ChangeBody>,
) -> Result<Answer, Problem> {
    Ok(answer(change_as(&app, &caller, &headers, Wish::Members(Box::new(body.into()))).await?))
}

/// A picture.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "a name for the description")]
pub(super) struct LogoFile(Vec<u8>);

/// Sets the logo
///
/// A PNG, JPEG, WebP or SVG file of at most 32 KiB, as its bytes say, whatever its Content-Type. No side may have
/// more than 2,000 pixels; an SVG must be a drawing and nothing else. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    put, path = "/billing/admin/branding/logo", tag = "Branding", operation_id = "setBrandingLogo",
    security(("bearer" = [])),
    params(("If-Match" = Option<String>, Header,
        description = "The ETag of what is changed: if it is another by now, nothing is")),
    request_body(content = LogoFile, content_type = "application/octet-stream",
        description = "The file"),
    responses(
        (status = 200, description = "What is set now", body = BrandingBody,
            headers(("ETag" = String, description = "For the next change"))),
        (status = 400, description = "The file can be no logo; the text says why"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 412, description = "Somebody has changed the branding since (`branding_changed`)"),
    ),
)]
pub(super) async fn set_logo(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    headers: HeaderMap,
    Raw(bytes): Raw,
) -> Result<Answer, Problem> {
    Ok(answer(change_as(&app, &caller, &headers, Wish::Logo(Some(&bytes))).await?))
}

/// Takes the logo away
///
/// The name stands in its place. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    delete, path = "/billing/admin/branding/logo", tag = "Branding",
    operation_id = "removeBrandingLogo",
    security(("bearer" = [])),
    params(("If-Match" = Option<String>, Header,
        description = "The ETag of what is changed: if it is another by now, nothing is")),
    responses(
        (status = 200, description = "What is set now, without a logo", body = BrandingBody,
            headers(("ETag" = String, description = "For the next change"))),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 412, description = "Somebody has changed the branding since (`branding_changed`)"),
    ),
)]
pub(super) async fn remove_logo(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    Ok(answer(change_as(&app, &caller, &headers, Wish::Logo(None)).await?))
}

async fn change_as(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    wish: Wish<'_>,
) -> Result<Set, Problem> {
    let (actor, mut ids, replaces) = (caller.actor(), app.ids(), replaced(headers));
    let mut desk = Desk {
        store: &app.store,
        now: app.clock.now(),
        actor: &actor,
        ids: &mut ids,
        replaces: replaces.as_deref(),
    };
    Ok(branding::change(&mut desk, wish).await?)
}

/// The versions that may be replaced; any, where none are named.
fn replaced(headers: &HeaderMap) -> Option<Vec<i64>> {
    let tags = if_match::tags(headers)?;
    Some(tags.iter().filter_map(|tag| tag.parse().ok()).collect())
}

/// How the Sovereign shows itself, with our defaults in place of what nobody has set.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShownBranding)]
pub(super) struct ShownBody {
    name: String,
    /// In Arabic.
    name_ar: String,
    /// Where people find the pages, without a slash at the end.
    url: String,
    /// Of links and buttons on light pages: `#rrggbb`, as all colours here.
    accent: String,
    /// Of the text on such a button.
    on_accent: String,
    /// The same on dark pages.
    accent_dark: String,
    on_accent_dark: String,
    /// Where the logo is. The address changes with the picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    logo_url: Option<String>,
    /// Where customers ask for help; absent what there is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    support_email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    support_phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    support_url: Option<String>,
    /// What is to be known about voucher credit; each line is a paragraph.
    terms: String,
    /// The same in Arabic.
    terms_ar: String,
}

/// Reads how the Sovereign shows itself
///
/// So that other pages can look alike. For anybody.
#[utoipa::path(
    get, path = "/branding", tag = "Branding", operation_id = "getShownBranding",
    security(()),
    responses((status = 200, description = "What pages show", body = ShownBody)),
)]
pub(super) async fn shown(State(app): State<Arc<App>>) -> Result<Json<ShownBody>, Problem> {
    let shown = branding::load(&app).await?;
    let accents = shown.shown_accents();
    let terms = |language: Language| shown.terms(language, shown.name(language));
    let there = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    Ok(Json(ShownBody {
        terms: terms(Language::English),
        terms_ar: terms(Language::Arabic),
        logo_url: shown.logo_path().map(|path| shown.page(&path)),
        accent: accents.light.to_string(),
        on_accent: accents.light.text_on().to_string(),
        accent_dark: accents.dark.to_string(),
        on_accent_dark: accents.dark.text_on().to_string(),
        support_email: there(&shown.support.email),
        support_phone: there(&shown.support.phone),
        support_url: there(&shown.support.url),
        name: shown.name,
        name_ar: shown.name_ar,
        url: shown.address,
    }))
}

impl From<BrandingError> for Problem {
    fn from(error: BrandingError) -> Self {
        match error {
            BrandingError::Field(error) => error.into(),
            BrandingError::Changed { version } => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "branding_changed",
                format!("the branding is version {version} by now; read it, and change it again"),
            )
            .about("If-Match"),
            BrandingError::Storage(error) => error.into(),
        }
    }
}
