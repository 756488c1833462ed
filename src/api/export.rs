//! `/tenant/orgs/{id}/export`: an Organization's data, for its owner to take along.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AdditionalProperties, Array, KnownFormat, Object, ObjectBuilder, Schema, SchemaFormat, Type,
};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use super::caller::Caller;
use super::extract::{Query, Segment, Segments};
use super::problem::Problem;
use crate::app::App;
use crate::storage::Error;
use crate::storage::export::{Kind, RESOURCES, Resource};
use crate::usecase::export::{self, ExportError, FORMAT, Spool, VERSION, Wanted};
use crate::usecase::organizations::usable_id;

/// The document.
pub(super) struct Document(Response);

impl IntoResponse for Document {
    fn into_response(self) -> Response {
        self.0
    }
}

/// A table in CSV.
#[derive(ToSchema)]
#[schema(as = CsvFile, value_type = String)]
pub(super) struct Table(pub(super) Response);

impl Table {
    /// A table that is in memory already.
    pub(super) fn of(text: String, file: &str) -> Self {
        Self(whole(text, file))
    }
}

impl IntoResponse for Table {
    fn into_response(self) -> Response {
        self.0
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportQuery {
    /// `json`, which it is by default. For CSV there is a route for each resource.
    #[param(nullable = false, pattern = "^json$")]
    format: Option<String>,
}

/// Exports an Organization
///
/// One document with all that is kept of it, without secrets. Rows stand in the order of their identifiers; amounts
/// are in minor units of `currency`, moments in UTC; what has no value is absent. `resources` says what there is,
/// and where it is as CSV. For the owner, also while the Organization is suspended or will be deleted.
#[utoipa::path(
    get, path = "/tenant/orgs/{id}/export", tag = "Organizations", operation_id = "exportOrganization",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier"), ExportQuery),
    responses(
        (status = 200, description = "The document", body = Document, content_type = "application/json"),
        (status = 400, description = "format is not `json`"),
        (status = 403, description = "The caller does not own it"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
        (status = 429, description = "Too many exports by this user"),
    ),
)]
pub(super) async fn json(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment,
    Query(query): Query<ExportQuery>,
) -> Result<Document, Problem> {
    if query.format.is_some_and(|format| format != "json") {
        let detail = "format must be json; for CSV, GET /tenant/orgs/{id}/export/{resource}.csv";
        return Err(Problem::field("format", detail));
    }
    let id = usable_id(&id)?;
    let spool = export::export(&app, &caller.actor(), id, Wanted::Document).await?;
    Ok(Document(send(spool, "application/json", "organization.json").map_err(ExportError::from)?))
}

/// Exports one resource of an Organization as CSV
///
/// UTF-8 with a byte order mark, commas, CRLF; the first line has the names. A text that a spreadsheet would take for
/// a formula has an apostrophe before it; lists and objects are JSON. For the owner.
#[utoipa::path(
    get, path = "/tenant/orgs/{id}/export/{file}", tag = "Organizations",
    operation_id = "exportOrganizationTable",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The Organization's identifier"),
        ("file" = String, Path, description = "The name of a resource of the document, and `.csv`: \
            `orders.csv`"),
    ),
    responses(
        (status = 200, description = "The table", body = Table, content_type = "text/csv"),
        (status = 403, description = "The caller does not own it"),
        (status = 404, description = "There is no such Organization, the caller is not in it, or there is no \
            such resource"),
        (status = 429, description = "Too many exports by this user"),
    ),
)]
pub(super) async fn csv(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segments(segments): Segments,
) -> Result<Table, Problem> {
    let [id, file] = segments.as_slice() else {
        return Err(Problem::not_found("there is no such route"));
    };
    let id = usable_id(id)?;
    // What is no resource is told to nobody but the owner, who is asked for first.
    let Some(wanted) = Wanted::table(file) else {
        export::owned(&app, &caller.actor(), id).await?;
        let detail = "there is no such resource; the document of the export lists them";
        return Err(Problem::not_found(detail));
    };
    let spool = export::export(&app, &caller.actor(), id, wanted).await?;
    Ok(Table(send(spool, CSV, file).map_err(ExportError::from)?))
}

/// The type of CSV files.
pub(crate) const CSV: &str = "text/csv; charset=utf-8";

/// The file, to be saved under this name.
///
/// # Errors
/// Where what was put aside cannot be read.
pub(crate) fn send(
    spool: Spool,
    content_type: &'static str,
    file: &str,
) -> std::io::Result<Response> {
    let length = spool.length();
    let spool = spool.rewind()?;
    let pieces = stream::unfold(Some(spool), |spool| async {
        let mut spool = spool?;
        let read = tokio::task::spawn_blocking(move || (spool.piece(), spool)).await;
        match read {
            Ok((Ok(piece), _)) if piece.is_empty() => None,
            Ok((Ok(piece), spool)) => Some((Ok(Bytes::from(piece)), Some(spool))),
            Ok((Err(error), _)) => Some((Err(error), None)),
            Err(error) => Some((Err(std::io::Error::other(error)), None)),
        }
    });
    let headers = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// A CSV file that is in memory already, to be saved.
pub(crate) fn whole(text: String, file: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, CSV.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, text).into_response()
}

impl From<ExportError> for Problem {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Organization(error) => error.into(),
            ExportError::NoRoom(error) => {
                Error::Unavailable(format!("no room for an export: {error}")).into()
            }
        }
    }
}

impl ToSchema for Document {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("OrganizationExport")
    }
}

impl PartialSchema for Document {
    fn schema() -> RefOr<Schema> {
        let text = |about: &str| {
            ObjectBuilder::new().schema_type(Type::String).description(Some(about)).build()
        };
        let whole = ObjectBuilder::new().schema_type(Type::Integer).description(Some(format!(
            "Of the format: {VERSION}. A member may be added to a version."
        )));
        let document = ObjectBuilder::new()
            .description(Some("All that is kept of an Organization."))
            .property("format", text(&format!("`{FORMAT}`.")))
            .property("version", whole)
            .property("sovereign", text("The Sovereign's domain name."))
            .property("currency", text("ISO 4217; amounts are in its minor units."))
            .property("organization_id", text("Whose it is."))
            .property("exported_at", moment())
            .property("resources", Array::new(resource_schema()))
            .property("data", data_schema());
        let names = [
            "format",
            "version",
            "sovereign",
            "currency",
            "organization_id",
            "exported_at",
            "resources",
            "data",
        ];
        let document = names.into_iter().fold(document, ObjectBuilder::required);
        document.into()
    }
}

fn moment() -> Object {
    let date_time = SchemaFormat::KnownFormat(KnownFormat::DateTime);
    ObjectBuilder::new().schema_type(Type::String).format(Some(date_time)).build()
}

fn resource_schema() -> Object {
    let text = |about| ObjectBuilder::new().schema_type(Type::String).description(Some(about));
    ObjectBuilder::new()
        .property("name", text("A member of `data`."))
        .property("about", text("What it is, in a few words."))
        .property("columns", Array::new(ObjectBuilder::new().schema_type(Type::String)))
        .property("csv", text("The path where it is as CSV."))
        .required("name")
        .required("about")
        .required("columns")
        .required("csv")
        .build()
}

fn data_schema() -> Object {
    let data = ObjectBuilder::new().description(Some("A list for each resource."));
    let data = RESOURCES.iter().fold(data, |data, resource| {
        data.property(resource.name, Array::new(row_schema(resource))).required(resource.name)
    });
    data.build()
}

fn row_schema(resource: &Resource) -> Object {
    let row = ObjectBuilder::new().description(Some(resource.about));
    let row = resource.columns.iter().fold(row, |row, column| {
        let of = |kind| ObjectBuilder::new().schema_type(kind).build();
        let row = match column.kind {
            Kind::Text | Kind::Person => row.property(column.name, of(Type::String)),
            Kind::Id => {
                let uuid = SchemaFormat::KnownFormat(KnownFormat::Uuid);
                let id = ObjectBuilder::new().schema_type(Type::String).format(Some(uuid));
                row.property(column.name, id)
            }
            Kind::Whole => row.property(column.name, of(Type::Integer)),
            Kind::Truth => row.property(column.name, of(Type::Boolean)),
            Kind::Moment => row.property(column.name, moment()),
            Kind::Nested => row.property(column.name, anything()),
        };
        if column.optional { row } else { row.required(column.name) }
    });
    row.additional_properties(Some(AdditionalProperties::FreeForm(true))).build()
}

/// A list or an object, as the routes of the resource answer it.
fn anything() -> Object {
    ObjectBuilder::new().schema_type(utoipa::openapi::schema::SchemaType::AnyValue).build()
}
