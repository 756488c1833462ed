//! What an import of an Organization would do, as a client sees it.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::usecase::moves::plan::{Note, PersonPlan, Plan};

/// Something in the way of an import, or to be known.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MoveNote)]
pub(super) struct NoteBody {
    /// The rule, for programs: docs/MOVING.md lists them.
    kind: String,
    detail: String,
    /// What to do.
    remedy: String,
}

impl From<Note> for NoteBody {
    fn from(note: Note) -> Self {
        Self { kind: note.kind.to_owned(), detail: note.detail, remedy: note.remedy }
    }
}

/// Somebody whom the Organization's rows name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MovePerson)]
struct PersonBody {
    email: String,
    /// Whether a user who is here is linked, or a new one is made.
    is_here: bool,
}

impl From<PersonPlan> for PersonBody {
    fn from(person: PersonPlan) -> Self {
        Self { email: person.email, is_here: person.is_here }
    }
}

/// What an import would do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MovePlan)]
pub(super) struct PlanBody {
    /// Of the move, on both sides.
    move_id: Uuid,
    organization_id: String,
    name: String,
    /// Its address here.
    slug: String,
    /// The Sovereign that exported it.
    from: String,
    /// This one.
    to: String,
    /// When it was frozen there, in RFC 3339.
    exported_at: String,
    /// ISO 4217; amounts are in its minor units.
    currency: String,
    balance_minor: i64,
    owed_minor: i64,
    /// What became of this bundle here by now: `arriving`, `arrived` or `dropped`; absent where it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    state: Option<String>,
    /// Whether it was here before.
    returns: bool,
    /// Rows by file.
    rows: BTreeMap<String, u64>,
    /// The first 200 of them.
    #[schema(max_items = 200)]
    people: Vec<PersonBody>,
    /// How many of all are linked to users who are here.
    people_known: usize,
    /// How many are made new users.
    people_new: usize,
    /// What is in the way. With any, nothing is imported.
    conflicts: Vec<NoteBody>,
    /// What is to be known, and stops nothing.
    warnings: Vec<NoteBody>,
}

pub(super) fn notes(notes: Vec<Note>) -> Vec<NoteBody> {
    notes.into_iter().map(NoteBody::from).collect()
}

impl From<Plan> for PlanBody {
    fn from(plan: Plan) -> Self {
        Self {
            move_id: plan.move_id,
            organization_id: plan.organization_id,
            name: plan.name,
            slug: plan.slug,
            from: plan.from,
            to: plan.to,
            exported_at: plan.exported_at,
            currency: plan.currency,
            balance_minor: plan.balance_minor,
            owed_minor: plan.owed_minor,
            state: plan.state,
            returns: plan.returns,
            rows: plan.rows,
            people_known: plan.people_known,
            people_new: plan.people_new,
            people: plan.people.into_iter().map(PersonBody::from).collect(),
            conflicts: notes(plan.conflicts),
            warnings: notes(plan.warnings),
        }
    }
}
