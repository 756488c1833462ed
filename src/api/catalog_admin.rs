//! `/catalog/admin/*`: the publisher's entries of the catalog, for the superadmin.
//!
//! The five kinds have the same four routes each. Bodies are read by `usecase/catalog_members.rs`, because
//! members that nobody knows are ignored and those that are absent stay as they are; `catalog_wishes.rs`
//! describes them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use serde_json::{Map, Value};

use super::caller::Publisher;
use super::catalog_schema::{Addon, Bundle, CatalogApp, Industry, Plan};
use super::catalog_wishes::{AddonWishes, AppWishes, BundleWishes, IndustryWishes, PlanWishes};
use super::extract::{Body, Segment};
use super::if_match;
use super::problem::Problem;
use super::wire::DoneBody;
use crate::app::App;
use crate::usecase::catalog::Kind;
use crate::usecase::catalog_admin;

type Document = Map<String, Value>;

/// An answer, with the tag of the entry as it is then.
type Tagged<T> = ([(HeaderName, String); 1], Json<T>);

fn tagged<T>(fingerprint: &str, body: T) -> Tagged<T> {
    ([(header::ETAG, format!("\"{fingerprint}\""))], Json(body))
}

/// The four routes of a kind. Texts come whole, because attributes take no others.
macro_rules! administration {
    ($module:ident, $kind:expr, $list:tt, $one:tt, $wishes:ident, $entry:ident,
     ($add:tt, $add_summary:tt), ($read:tt, $read_summary:tt), ($change:tt, $change_summary:tt),
     ($retire:tt, $retire_summary:tt)
    ) => {
        pub(super) mod $module {
            use super::*;

            #[utoipa::path(
                post, path = $list, tag = "Catalog", operation_id = $add, summary = $add_summary,
                description = "What is absent is empty, false or 0. The slug of a retired entry brings \
                               that one back, under its old identifier. For the role superadmin.",
                security(("bearer" = [])),
                request_body = $wishes,
                responses(
                    (status = 201, description = "The entry", body = $entry),
                    (status = 400, description = "A member is missing or wrong, or names nothing"),
                    (status = 403, description = "The role is not superadmin"),
                    (status = 409, description = "The catalog has an entry of this slug"),
                ),
            )]
            pub(in crate::api) async fn add(
                State(app): State<Arc<App>>,
                Publisher(caller): Publisher,
                Body(body): Body<Document>,
            ) -> Result<(StatusCode, Json<Value>), Problem> {
                let made = catalog_admin::add(&app, &caller.actor(), $kind, &body).await?;
                Ok((StatusCode::CREATED, Json(made)))
            }

            #[utoipa::path(
                get, path = $one, tag = "Catalog", operation_id = $read, summary = $read_summary,
                description = "As the catalog answers it, also where it is not shown because its signature \
                               does not hold. For the role superadmin.",
                security(("bearer" = [])),
                params(("id" = String, Path, description = "Its identifier or slug")),
                responses(
                    (status = 200, description = "The entry", body = $entry, headers(
                        ("ETag" = String, description = "For the `If-Match` of a change")
                    )),
                    (status = 403, description = "The role is not superadmin"),
                    (status = 404, description = "The catalog has no such entry"),
                ),
            )]
            pub(in crate::api) async fn read(
                State(app): State<Arc<App>>,
                _: Publisher,
                Segment(id): Segment,
            ) -> Result<Tagged<Value>, Problem> {
                let (document, fingerprint) = catalog_admin::read(&app, $kind, &id).await?;
                Ok(tagged(&fingerprint, document))
            }

            #[utoipa::path(
                put, path = $one, tag = "Catalog", operation_id = $change,
                summary = $change_summary,
                description = "What is absent stays as it is, and so does the slug. Members that cannot be \
                               changed are ignored. For the role superadmin.",
                security(("bearer" = [])),
                params(
                    ("id" = String, Path, description = "Its identifier or slug"),
                    ("If-Match" = Option<String>, Header,
                        description = "The ETag of what is changed: if it is another by now, nothing is"),
                ),
                request_body = $wishes,
                responses(
                    (status = 200, description = "It is changed", body = DoneBody,
                        headers(("ETag" = String, description = "For the next change"))),
                    (status = 400, description = "A member is wrong, or names nothing"),
                    (status = 403, description = "The role is not superadmin"),
                    (status = 404, description = "The catalog has no such entry"),
                    (status = 409, description = "It is a private Blueprint"),
                    (status = 412, description = "Somebody has changed it since (`catalog_entry_edited`)"),
                ),
            )]
            pub(in crate::api) async fn change(
                State(app): State<Arc<App>>,
                Publisher(caller): Publisher,
                Segment(id): Segment,
                headers: HeaderMap,
                Body(body): Body<Document>,
            ) -> Result<Tagged<DoneBody>, Problem> {
                let (actor, replaces) = (caller.actor(), if_match::tags(&headers));
                let replaces = replaces.as_deref();
                let changed = catalog_admin::change(&app, &actor, $kind, &id, &body, replaces);
                Ok(tagged(&changed.await?, DoneBody::DONE))
            }

            #[utoipa::path(
                delete, path = $one, tag = "Catalog", operation_id = $retire,
                summary = $retire_summary,
                description = "It is not shown any more and cannot be ordered. Organizations that have it \
                               keep it, and are billed as before. For the role superadmin.",
                security(("bearer" = [])),
                params(("id" = String, Path, description = "Its identifier or slug")),
                responses(
                    (status = 200, description = "It is out of the catalog", body = DoneBody),
                    (status = 403, description = "The role is not superadmin"),
                    (status = 404, description = "The catalog has no such entry"),
                    (status = 409, description = "Other entries name it, or it is a private Blueprint"),
                ),
            )]
            pub(in crate::api) async fn retire(
                State(app): State<Arc<App>>,
                Publisher(caller): Publisher,
                Segment(id): Segment,
            ) -> Result<Json<DoneBody>, Problem> {
                catalog_admin::retire(&app, &caller.actor(), $kind, &id).await?;
                Ok(Json(DoneBody::DONE))
            }
        }
    };
}

administration! {
    plans, Kind::Plan, "/catalog/admin/plans", "/catalog/admin/plans/{id}", PlanWishes, Plan,
    ("addPlan", "Adds a plan"), ("getPlanEntry", "Reads a plan, to change it"),
    ("changePlan", "Changes a plan"), ("retirePlan", "Retires a plan")
}
administration! {
    addons, Kind::Addon, "/catalog/admin/addons", "/catalog/admin/addons/{id}", AddonWishes, Addon,
    ("addAddOn", "Adds an add-on"), ("getAddOnEntry", "Reads an add-on, to change it"),
    ("changeAddOn", "Changes an add-on"), ("retireAddOn", "Retires an add-on")
}
administration! {
    apps, Kind::App, "/catalog/admin/apps", "/catalog/admin/apps/{id}", AppWishes, CatalogApp,
    ("addApp", "Adds an app"), ("getAppEntry", "Reads an app, to change it"),
    ("changeApp", "Changes an app"), ("retireApp", "Retires an app")
}
administration! {
    industries, Kind::Industry, "/catalog/admin/industries", "/catalog/admin/industries/{id}",
    IndustryWishes, Industry,
    ("addIndustry", "Adds an industry"), ("getIndustryEntry", "Reads an industry, to change it"),
    ("changeIndustry", "Changes an industry"), ("retireIndustry", "Retires an industry")
}
administration! {
    bundles, Kind::Bundle, "/catalog/admin/bundles", "/catalog/admin/bundles/{id}", BundleWishes,
    Bundle,
    ("addBundle", "Adds a bundle"), ("getBundleEntry", "Reads a bundle, to change it"),
    ("changeBundle", "Changes a bundle"), ("retireBundle", "Retires a bundle")
}
