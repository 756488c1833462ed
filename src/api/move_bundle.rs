//! `GET /billing/admin/organizations/{id}/move/bundle`: everything of an Organization that is frozen, for another Sovereign.

use std::fs::File;
use std::io::Read as _;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::caller::Superadmin;
use super::extract::{Query, Segment};
use super::problem::Problem;
use crate::app::App;
use crate::bundle::{BundleError, Recipient};
use crate::usecase::moves::hand_out::{HandedOut, Wanted, hand_out};
use crate::usecase::organizations::usable_id;

/// So much of a bundle is read at once.
const PIECE_BYTES: usize = 128 << 10;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct BundleQuery {
    /// Who may read it: age recipients (`age1…`), with commas between. Without one it is not encrypted.
    #[param(nullable = false, max_length = 2000)]
    recipient: Option<String>,
    /// Whether it may take the place of another bundle of this move, whose receipt cannot be confirmed then.
    #[param(nullable = false)]
    replace: Option<bool>,
}

/// A bundle, as docs/MOVING.md describes it.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "a name for the description")]
pub(super) struct MoveBundleFile(Vec<u8>);

/// Reads the bundle of an Organization that is frozen
///
/// It is written anew each time, and is the same each time, but for its encryption. A large one takes minutes before its
/// first byte; the command `sovereign org export` writes the same. For the role superadmin, who must have signed in
/// within the last ten minutes.
#[utoipa::path(
    get, path = "/billing/admin/organizations/{id}/move/bundle", tag = "Organizations",
    operation_id = "getMoveBundle",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier"), BundleQuery),
    responses(
        (status = 200, description = "The bundle; encrypted, it is of no type", content(
            (MoveBundleFile = "application/zstd"),
            (MoveBundleFile = "application/octet-stream"),
        ), headers(("Content-Disposition" = String, description = "Its name: the Organization's address, and `.bundle`"))),
        (status = 400, description = "A recipient is none"),
        (status = 401, description = "There is no valid token, or its bearer has not signed in lately \
            (`sign_in_again`)"),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such Organization"),
        (status = 408, description = "It took longer than an hour"),
        (status = 409, description = "It is not frozen for a move (`not_moving`), or the move has ended meanwhile \
            (`move_ended`); another bundle is being written (`bundle_in_progress`); or it would be another one than \
            before, whose receipt could not be confirmed any more (`bundle_replaces`): ask with `replace=true`"),
    ),
)]
pub(super) async fn bundle(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Segment(id): Segment,
    Query(query): Query<BundleQuery>,
) -> Result<Response, Problem> {
    caller.signed_in_lately(&app)?;
    let recipients = recipients(query.recipient.as_deref().unwrap_or_default());
    let recipients = recipients.map_err(|error| Problem::field("recipient", error.to_string()))?;
    let organization = usable_id(&id)?.to_owned();
    let wanted = Wanted { organization, recipients, replace: query.replace.unwrap_or(false) };
    Ok(send(hand_out(app, caller.actor(), wanted).await?))
}

/// The age recipients that a text names, with commas or blanks between.
///
/// # Errors
/// What is wrong with the first that is none.
pub(crate) fn recipients(text: &str) -> Result<Vec<Recipient>, BundleError> {
    let parts = text.split(|c: char| c == ',' || c.is_whitespace());
    parts.filter(|part| !part.is_empty()).map(str::parse).collect()
}

/// A bundle to be saved, a piece at a time.
pub(crate) fn send(bundle: HandedOut) -> Response {
    let HandedOut { file, bytes, slug, is_encrypted } = bundle;
    let pieces = stream::unfold(Some(file), |file| async {
        let file = file?;
        match tokio::task::spawn_blocking(move || piece(file)).await {
            Ok(Ok((piece, _))) if piece.is_empty() => None,
            Ok(Ok((piece, file))) => Some((Ok(piece), Some(file))),
            Ok(Err(error)) => Some((Err(error), None)),
            Err(error) => Some((Err(std::io::Error::other(error)), None)),
        }
    });
    // An address that an earlier service gave may have any characters.
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' };
    let name: String = slug.chars().map(plain).collect();
    let kind = if is_encrypted { "application/octet-stream" } else { "application/zstd" };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_LENGTH, bytes.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.bundle\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, Body::from_stream(pieces)).into_response()
}

/// What comes next, and the file behind it; nothing at the end.
fn piece(mut file: File) -> std::io::Result<(Vec<u8>, File)> {
    let mut piece = vec![0; PIECE_BYTES];
    let read = file.read(&mut piece)?;
    piece.truncate(read);
    Ok((piece, file))
}
