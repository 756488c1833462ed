//! `/billing/vouchers/views`: lists of vouchers that administrators keep under a name.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use sovereign_domain::timestamp::Timestamp;
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::Issuer;
use super::extract::{Body, Segment, object};
use super::problem::Problem;
use super::wire::DoneBody;
use crate::app::App;
use crate::usecase::list_vouchers::Wanted;
use crate::usecase::voucher_views::{self, View, ViewError};
use crate::usecase::vouchers::Writer;

/// What a list of vouchers looks for: parameters of `GET /billing/vouchers/list`. What is absent does not matter.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = VoucherFilter)]
#[serde(default)]
pub(super) struct FilterBody {
    /// What the code has in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 64)]
    q: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^(live|scheduled|paused|exhausted|ended|revoked|all)?$")]
    status: Option<String>,
    /// A campaign, by identifier or name; it is kept by identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 80)]
    campaign: Option<String>,
    /// The operation that issued them, by identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 36)]
    bulk: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    tag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        pattern = "^(newest|oldest|code|code_desc|credit|credit_asc|spent|spent_asc|last_redeemed|last_redeemed_asc|used|used_asc)?$"
    )]
    sort: Option<String>,
}

impl FilterBody {
    fn wanted(&self) -> Wanted<'_> {
        Wanted {
            after: None,
            part: self.q.as_deref(),
            status: self.status.as_deref(),
            campaign: self.campaign.as_deref(),
            bulk: self.bulk.as_deref(),
            tag: self.tag.as_deref(),
            sort: self.sort.as_deref(),
        }
    }
}

/// A list that is kept, for all who administer the Sovereign.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VoucherView)]
pub(super) struct ViewBody {
    id: Uuid,
    /// No other has the same, whatever its case.
    name: String,
    filter: FilterBody,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<View> for ViewBody {
    fn from(view: View) -> Self {
        let sought = view.sought;
        Self {
            id: view.id,
            name: view.name,
            filter: FilterBody {
                q: sought.q,
                status: sought.status,
                campaign: sought.campaign,
                bulk: sought.bulk,
                tag: sought.tag,
                sort: sought.sort,
            },
            created_at: view.created_at,
        }
    }
}

/// Lists the lists that are kept
///
/// All of them, by name; at most 100. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/vouchers/views", tag = "Vouchers", operation_id = "listVoucherViews",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The lists", body = Vec<ViewBody>),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
) -> Result<Json<Vec<ViewBody>>, Problem> {
    let views = voucher_views::list(&app.store).await?;
    Ok(Json(views.into_iter().map(ViewBody::from).collect()))
}

/// A list to keep.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewVoucherView)]
pub(super) struct NewBody {
    /// What it is called: no other has the same, whatever its case.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// Absent or empty: all vouchers but the revoked.
    #[serde(default, deserialize_with = "object")]
    filter: Option<FilterBody>,
}

/// Keeps a list
///
/// For the roles superadmin and sovereign-admin; all of them see it.
#[utoipa::path(
    post, path = "/billing/vouchers/views", tag = "Vouchers", operation_id = "keepVoucherView",
    security(("bearer" = [])),
    request_body = NewBody,
    responses(
        (status = 201, description = "The list", body = ViewBody),
        (status = 400, description = "A member is not as described"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 409, description = "There is one of this name (`view_taken`), or there are 100 (`too_many_views`)"),
    ),
)]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Body(body): Body<NewBody>,
) -> Result<(StatusCode, Json<ViewBody>), Problem> {
    let actor = caller.actor();
    let mut ids = app.ids();
    let mut writer = Writer::of(&app, &actor, &mut ids);
    let filter = body.filter.unwrap_or_default();
    let view = voucher_views::create(&mut writer, &body.name, &filter.wanted()).await?;
    Ok((StatusCode::CREATED, Json(view.into())))
}

/// Keeps a list no longer
///
/// For the roles superadmin and sovereign-admin.
#[utoipa::path(
    delete, path = "/billing/vouchers/views/{id}", tag = "Vouchers", operation_id = "forgetVoucherView",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Its identifier")),
    responses(
        (status = 200, description = "It is gone", body = DoneBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "There is none with this identifier"),
    ),
)]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Segment(id): Segment,
) -> Result<Json<DoneBody>, Problem> {
    let unknown = || Problem::not_found("no list that is kept has this identifier");
    let id = Uuid::parse_str(&id).map_err(|_| unknown())?;
    let actor = caller.actor();
    let mut ids = app.ids();
    let mut writer = Writer::of(&app, &actor, &mut ids);
    if voucher_views::delete(&mut writer, id).await? {
        Ok(Json(DoneBody::DONE))
    } else {
        Err(unknown())
    }
}

impl From<ViewError> for Problem {
    fn from(error: ViewError) -> Self {
        match error {
            ViewError::Field(fault) => fault.into(),
            ViewError::Taken => Self::new(
                StatusCode::CONFLICT,
                "view_taken",
                "a list of this name is kept already; choose another name, or forget that one first",
            )
            .about("name"),
            ViewError::TooMany => Self::new(
                StatusCode::CONFLICT,
                "too_many_views",
                "as many lists are kept as there can be; forget one first",
            ),
            ViewError::Storage(error) => error.into(),
        }
    }
}
