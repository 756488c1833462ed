//! `/billing/vouchers/tags` and `…/code/{code}/tags`: the words by which administrators sort vouchers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::{Caller, Issuer};
use super::extract::Segments;
use super::problem::Problem;
use crate::app::App;
use crate::usecase::tags::{self, TagChange, TagError};
use crate::usecase::vouchers::{Writer, parse_code};

/// The tags of a voucher, or of all.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VoucherTags)]
pub(super) struct TagsBody {
    /// From A to Z.
    tags: Vec<String>,
}

/// Lists tags
///
/// All that vouchers have: the first 500 from A to Z. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/vouchers/tags", tag = "Vouchers", operation_id = "listVoucherTags",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The tags", body = TagsBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
) -> Result<Json<TagsBody>, Problem> {
    Ok(Json(TagsBody { tags: tags::known(&app.store).await? }))
}

/// Tags a voucher
///
/// Customers see nothing of it. One that has the tag already keeps it. A tag has 1 to 40 characters, in small letters whatever
/// it is written in, and no commas and semicolons; a voucher has at most 20. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    put, path = "/billing/vouchers/code/{code}/tags/{tag}", tag = "Vouchers", operation_id = "addVoucherTag",
    security(("bearer" = [])),
    params(
        ("code" = String, Path, description = "The code, spelled as it may be issued",
            pattern = "^ *[A-Za-z0-9._-]{3,64} *$"),
        ("tag" = String, Path, description = "The tag", min_length = 1, max_length = 40,
            pattern = r"^[^,;،؛\u0000-\u001f\u007f-\u009f]*$"),
    ),
    responses(
        (status = 200, description = "All tags that it has since", body = TagsBody),
        (status = 400, description = "This can be no code, or no tag, or the voucher has 20 already"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "No voucher has had this code"),
    ),
)]
pub(super) async fn add(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Segments(path): Segments,
) -> Result<Json<TagsBody>, Problem> {
    change(&app, &caller, path, TagChange::Add).await
}

/// Takes a tag off a voucher
///
/// One that does not have the tag stays as it is. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    delete, path = "/billing/vouchers/code/{code}/tags/{tag}", tag = "Vouchers",
    operation_id = "removeVoucherTag",
    security(("bearer" = [])),
    params(
        ("code" = String, Path, description = "The code, spelled as it may be issued",
            pattern = "^ *[A-Za-z0-9._-]{3,64} *$"),
        ("tag" = String, Path, description = "The tag", min_length = 1, max_length = 40,
            pattern = r"^[^,;،؛\u0000-\u001f\u007f-\u009f]*$"),
    ),
    responses(
        (status = 200, description = "All tags that it has since", body = TagsBody),
        (status = 400, description = "This can be no code, or no tag"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "No voucher has had this code"),
    ),
)]
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Segments(path): Segments,
) -> Result<Json<TagsBody>, Problem> {
    change(&app, &caller, path, TagChange::Remove).await
}

async fn change(
    app: &App,
    caller: &Caller,
    path: Vec<String>,
    what: TagChange,
) -> Result<Json<TagsBody>, Problem> {
    let mut path = path.into_iter();
    let code = parse_code("code", &path.next().unwrap_or_default())?;
    let tag = tags::parse(&path.next().unwrap_or_default())?;
    let actor = caller.actor();
    let mut ids = app.ids();
    let mut writer = Writer::of(app, &actor, &mut ids);
    let tags = tags::change(&mut writer, &code, (what, &tag)).await?;
    Ok(Json(TagsBody { tags: tags.iter().map(|tag| tag.as_str().to_owned()).collect() }))
}

impl From<TagError> for Problem {
    fn from(error: TagError) -> Self {
        match error {
            TagError::Field(fault) => fault.into(),
            TagError::NotFound => Self::not_found("no voucher has had this code"),
            TagError::Storage(error) => error.into(),
        }
    }
}
