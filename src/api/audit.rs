//! `GET /auth/admin/audit`: the audit log, for the superadmin.

use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sovereign_domain::timestamp::Timestamp;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::Superadmin;
use super::extract::Query;
use super::paging;
use super::problem::Problem;
use crate::app::App;
use crate::storage;
use crate::storage::audit::{Entry, Filter};
use crate::usecase::read_audit::{self, Place, Sought};
use crate::usecase::vouchers::FieldError;

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Who did it: a user's identifier, `cli` for the command line, `system` for what happens by itself,
    /// `adoption` for what was found in an earlier service's database.
    #[param(nullable = false)]
    actor: Option<String>,
    /// What was done, such as `checkout` or `voucher.issue`.
    #[param(nullable = false)]
    action: Option<String>,
    /// To what: a voucher's code, or an identifier.
    #[param(nullable = false)]
    subject: Option<String>,
    /// In which Organization.
    #[param(nullable = false)]
    tenant_id: Option<String>,
    /// From this moment on (RFC 3339).
    #[param(nullable = false, format = DateTime)]
    from: Option<String>,
    /// Before this moment (RFC 3339).
    #[param(nullable = false, format = DateTime)]
    to: Option<String>,
    /// Where the page begins; from the Link header of the page before.
    #[param(nullable = false)]
    before: Option<String>,
    /// How many there are on a page; by default 50.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

impl ListQuery {
    fn filter(&self) -> Result<Filter, FieldError> {
        let sought = Sought {
            actor: self.actor.as_deref(),
            action: self.action.as_deref(),
            subject: self.subject.as_deref(),
            organization: ("tenant_id", self.tenant_id.as_deref()),
            from: self.from.as_deref(),
            to: self.to.as_deref(),
        };
        sought.filter()
    }
}

/// A line of the audit log: who did what to what, from which request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub(super) struct EntryBody {
    id: Uuid,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// A user's identifier, `cli`, `system` or `adoption`.
    actor: String,
    action: String,
    subject: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tenant_id: Option<String>,
    /// The `x-request-id` of the request that did it; what happens by itself has the name of its job.
    request_id: String,
    /// What the subject was before; what a checkout changes is in the ledger instead. What members did inside
    /// their Organization (`member.…`, `invitation.…`, `environment.…` and such) has neither this nor `after`: it
    /// is not for the Sovereign to read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    before: Option<Value>,
    /// What the subject was afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    after: Option<Value>,
    /// The number of the seal that covers it; absent in its first minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sealed_by: Option<i64>,
}

impl EntryBody {
    fn new(entry: Entry) -> storage::Result<Self> {
        let Entry { line, sealed_by } = entry;
        let shown = read_audit::may_be_shown(&line);
        Ok(Self {
            before: if shown { line.before()? } else { None },
            after: if shown { line.after()? } else { None },
            id: line.id,
            at: line.at.0,
            actor: line.actor,
            action: line.action,
            subject: line.subject,
            tenant_id: line.tenant_id,
            request_id: line.request_id,
            sealed_by,
        })
    }
}

/// Lists the audit log
///
/// Newest first; all that is asked for must fit. A page looks at 100,000 lines at most: it may hold few, or
/// none, and still link to the next. For the role superadmin.
#[utoipa::path(
    get, path = "/auth/admin/audit", tag = "Audit", operation_id = "listAuditEntries",
    security(("bearer" = [])),
    params(ListQuery),
    responses(
        (status = 200, description = "A page of the log", body = Vec<EntryBody>, headers(
            ("Link" = String, description = "`<…>; rel=\"next\"`: the next page, where there is one")
        )),
        (status = 403, description = "The role is not superadmin"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Superadmin(_): Superadmin,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let limit = paging::limit(query.limit, DEFAULT_LIMIT, MAX_LIMIT)?;
    let filter = query.filter()?;
    let place = query.before.as_deref().map(Place::parse).transpose()?;
    let page = read_audit::page(&app.store, &filter, place, limit).await?;
    let entries: Vec<EntryBody> =
        page.entries.into_iter().map(EntryBody::new).collect::<storage::Result<_>>()?;
    let next = page.next.map(|place| ListQuery {
        before: Some(place.to_text()),
        limit: Some(limit),
        ..query
    });
    Ok(paging::linked(entries, next, &uri))
}
